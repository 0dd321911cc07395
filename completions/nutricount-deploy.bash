# Completion of nutricount-deploy(1) for bash.
# shellcheck shell=bash

# Of the words before the one at the cursor: sets `command`, `config` and `previous`, the option
# whose value the cursor is at.
_nutricount_deploy_read_words() {
  local index word
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    [[ $word == = ]] && continue # bash has --config=FILE as three words
    if [[ -n $previous && $previous != --verify || -n $previous && $word != -* ]]; then
      [[ $previous == -c || $previous == --config ]] && config=$word
      previous=
      continue
    fi
    previous=
    case $word in
      -c | --config | --color | --log-file | --to | --expect | --timeout | --wait | --trigger | \
        --delivery | --spool | --keep | --reason | --url | --retries | --interval | --format | \
        --output | --deployments | --signature | --secret-file | --verify) previous=$word ;;
      -c*) config=${word#-c} ;;
      -*) ;;
      *) [[ -n $command ]] || command=$word ;;
    esac
  done
  config=${config//[\"\'\\]/}
  [[ $config == \~/* ]] && config=$HOME/${config#\~/}
}

# The program itself, with the configuration of this command line.
_nutricount_deploy_ask() {
  local program=${COMP_WORDS[0]/#\~\//$HOME/}
  "$program" ${config:+--config "$config"} "$@" 2>/dev/null </dev/null
}

# Whatever there is to go back to: deployments and backups.
_nutricount_deploy_points() {
  _nutricount_deploy_ask rollback --list --json | awk -F '"' '
    /^ *"(code|data)": true/ { good = 1 }
    /^ *"id":/ { id = $4 }
    /^ *"verifiable": false/ { good = 0 }
    /^ *}/ { if (id != "" && good) print id; id = ""; good = 0 }'
}

# What has a manifest to be compared to.
_nutricount_deploy_backups() {
  _nutricount_deploy_ask backup --list --json | awk -F '"' '
    /^ *"backup":/ { id = $4 }
    /^ *"complete": true/ { print id }'
}

# Branches of the remote, and tags.
_nutricount_deploy_revisions() {
  local settings directory remote
  settings=$(_nutricount_deploy_ask --print-config) || return
  directory=$(sed -n 's/^app\.directory = "\(.*\)" *# .*/\1/p' <<<"$settings")
  remote=$(sed -n 's/^source\.remote = "\(.*\)" *# .*/\1/p' <<<"$settings")
  {
    git -C "$directory" for-each-ref --format='%(refname:lstrip=3)' "refs/remotes/$remote"
    git -C "$directory" for-each-ref --format='%(refname:lstrip=2)' refs/tags
  } 2>/dev/null | grep -vx HEAD
}

# Not compgen -W, which would obey a branch with the name $(…).
_nutricount_deploy_offer() {
  local one
  while IFS= read -r one; do
    [[ -n $one && $one == "$current"* ]] && COMPREPLY+=("$(printf %q "$one")")
  done
}

_nutricount_deploy_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -A "$1" -- "$current")
}

_nutricount_deploy_options() {
  local options='-h --help -c --config --json --color -q --quiet -v --verbose --log-file --print-config'
  case $command in
    '') options+=' --version' ;;
    update)
      options+=' --force --to --expect --dry-run --backup-only --no-rollback --timeout --wait
        --trigger --delivery --spool'
      ;;
    backup) options+=' --full --check --list --verify --prune --keep --wait' ;;
    rollback)
      options+=' --to --list --keep-data --restore-data --data-only --reason --dry-run --yes
        --resume --timeout --wait'
      ;;
    health) options+=' --url --timeout --retries --interval --full --probation' ;;
    metrics) options+=' --format --output --deployments' ;;
    verify-signature) options+=' --signature --sign --secret-file' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

_nutricount_deploy() {
  local current=${COMP_WORDS[COMP_CWORD]} previous='' command='' config=''
  [[ $current == = ]] && current=
  COMPREPLY=()
  _nutricount_deploy_read_words
  case $previous in
    --color) _nutricount_deploy_offer < <(printf '%s\n' auto always never) ;;
    --format) _nutricount_deploy_offer < <(printf '%s\n' text json prometheus html) ;;
    -c | --config | --log-file | --output | --secret-file) _nutricount_deploy_files file ;;
    --spool) _nutricount_deploy_files directory ;;
    --to)
      if [[ $command == update ]]; then
        _nutricount_deploy_offer < <(_nutricount_deploy_revisions)
      else
        _nutricount_deploy_offer < <(_nutricount_deploy_points)
      fi
      ;;
    --verify)
      if [[ $current == -* ]]; then
        _nutricount_deploy_options
      else
        _nutricount_deploy_offer < <(_nutricount_deploy_backups)
      fi
      ;;
    ?*) ;;
    *)
      if [[ $current == -* ]]; then
        _nutricount_deploy_options
      elif [[ -z $command ]]; then
        _nutricount_deploy_offer < <(
          printf '%s\n' update backup rollback health metrics verify-signature
        )
      elif [[ $command == verify-signature ]]; then
        _nutricount_deploy_files file
      fi
      ;;
  esac
}

complete -F _nutricount_deploy nutricount-deploy
