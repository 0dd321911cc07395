# offered.zsh COMPLETIONS BIN: for each line of stdin, what zsh offers at its end, then =end=.
# It is asked through a terminal, for there is no other way.
emulate -R zsh
zmodload zsh/zpty zsh/zselect zsh/mapfile
export OFFERED=$(mktemp) OFFERED_COMPLETIONS=$1 PATH=$2:$PATH TERM=dumb
start=$(mktemp)
cat >$start <<'START'
PROMPT=
fpath=($OFFERED_COMPLETIONS $fpath)
autoload -Uz compinit
compinit -u -d $HOME/.zcompdump
zstyle ':completion:*' insert-tab false
# What is asked for matches that are only counted, or kept in an array, offers nothing yet.
compadd() {
  local -a offered
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    builtin compadd -A offered "$@"
    (( $#offered )) && print -rl -- $offered >>$OFFERED
  fi
  builtin compadd "$@"
}
offer() {
  _main_complete
  print -r -- '=end=' >>$OFFERED
  compstate[insert]= compstate[list]=
}
zle -C offer complete-word offer
bindkey '^I' offer
bindkey '^U' kill-whole-line
print -r -- '=end=' >>$OFFERED
START

wait_for_end() {
  local -i turns
  local ignored
  for ((turns = 0; turns < 3000; turns++)); do
    while zpty -r -t shell ignored; do :; done
    [[ $mapfile[$OFFERED] == *'=end='$'\n' ]] && return
    zselect -t 2
  done
  print -ru2 "zsh did not answer: $line"
  exit 1
}

zpty -b shell zsh -f -i
zpty -w shell "source $start"
wait_for_end
while IFS= read -r line; do
  : >$OFFERED
  zpty -w -n shell $'\x15'$line$'\t'
  wait_for_end
  cat $OFFERED
done
zpty -d shell
rm -f $OFFERED $start
