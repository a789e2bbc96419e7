# Words that follow each other with commas; those that stand there already are left out.
function __xgt_list
    set -l word (string replace -r '^--[^=]*=' '' -- (commandline -ct))
    set -l given (string match -r '^.*,' -- $word)
    for item in $argv
        contains -- $item (string split , -- "$given"); or echo "$given$item"
    end
end
