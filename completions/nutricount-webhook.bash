# Completion of nutricount-webhook(8) for bash.
# shellcheck shell=bash

_nutricount_webhook() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $previous in
    -c | --config | --secret-file | --log-file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    --listen) ;;
    *)
      mapfile -t COMPREPLY < <(
        compgen -W '-h --help --version -c --config --listen --secret-file --log-file
          --print-config' -- "$current"
      )
      ;;
  esac
}

complete -F _nutricount_webhook nutricount-webhook
