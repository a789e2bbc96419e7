# Domains in the device trees that the line names.
_xgt_domains() {
  local -a files
  files=(${^words}(N.))
  (( $#files )) && compadd - ${(f)"$(command xgt completion zsh --domains-of $files 2>/dev/null)"}
}
