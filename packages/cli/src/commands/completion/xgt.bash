_xgt_words() {
  COMPREPLY+=($(compgen -W "$1" -- "$word"))
}

# Words that follow each other with commas; those that stand there already are left out.
_xgt_list() {
  local given="" rest="$word" item
  if [[ $word == *,* ]]; then
    given="${word%,*},"
    rest="${word##*,}"
  fi
  for item in $1; do
    [[ ",$given" == *",$item,"* ]] && continue
    [[ $item == "$rest"* ]] && COMPREPLY+=("$given$item")
  done
  compopt -o nospace 2>/dev/null
}

_xgt_domains() {
  local files=() each
  for each in "${COMP_WORDS[@]}"; do [[ -f $each ]] && files+=("$each"); done
  if ((${#files[@]})); then _xgt_words "$(command xgt completion bash --domains-of "${files[@]}" 2>/dev/null)"; fi
}

_xgt_files() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -f -- "$word"))
}

_xgt_folders() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -d -- "$word"))
}

_xgt() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" path
  COMPREPLY=()
  # bash takes --xen=4.17 for three words.
  if [[ $word == "=" ]]; then
    word=""
  elif [[ $before == "=" ]]; then
    before="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  _xgt_path
  if [[ $before == -* ]] && _xgt_value; then return; fi
  if [[ $word == -* ]]; then _xgt_flags; else _xgt_argument; fi
}
