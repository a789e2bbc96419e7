# Domains in the device trees that the line names.
function __xgt_domains
    set -l files
    for word in (commandline -opc)
        test -f $word; and set -a files $word
    end
    set -q files[1]; and command xgt completion fish --domains-of $files 2>/dev/null
end

# Words that follow each other with commas; those that stand there already are left out.
function __xgt_list
    set -l word (string replace -r '^--[^=]*=' '' -- (commandline -ct))
    set -l given (string match -r '^.*,' -- $word)
    for item in $argv
        contains -- $item (string split , -- "$given"); or echo "$given$item"
    end
end
