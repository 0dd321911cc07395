# shellcheck shell=bash
# The packages on a machine: built from what cmake built, installed, set up with the README's commands.
# Sourced after application.sh.

# shellcheck disable=SC2034  # for the cases
readonly SERVICES="nutricount-deploy-update.service nutricount-health.service nutricount-backup.service
  nutricount-metrics.service nutricount-webhook.service"
# shellcheck disable=SC2034
readonly TIMERS="nutricount-health.timer nutricount-backup.timer nutricount-metrics.timer"
WEBHOOK=http://localhost/webhook  # nginx
SECRET=
readonly README=$HERE/../../README.md SPOOL=/var/lib/nutricount-webhook

build_packages() {
  "$HERE/../../packaging/build-deb.sh" --built "$1" >"$RUN/build-deb.log" 2>&1 ||
    fail "the packages: $(tail -n 20 "$RUN/build-deb.log")"
  mkdir -p "$ROOT/root/packages"
  cp "$(realpath "$1")"/packages/*.deb "$ROOT/root/packages"
}

install_packages() {
  machine sh -c "DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $* \
    /root/packages/*.deb" >"$RUN/install.log" 2>&1 || fail "apt-get: $(tail -n 20 "$RUN/install.log")"
}

# The sources and origin of the application; this machine cannot reach GitHub, nor PyPI.
make_application() {
  machine_put "$HERE/../../packaging/demo/app" "$SOURCE"
  make_repository
}

# The commands of the README under a heading, with this machine's addresses in the place of GitHub's.
readme_commands() {
  awk -v heading="$1" '$0 == heading {found = 1; next}
    found && /^```sh/ {inside = 1; next} inside && /^```/ {exit} inside' "$README" |
    sed -e 's/  *# .*//' -e 's/sudo //g' -e 's,https://github.com/[^"]*,file:///home/pi/origin.git,' \
      -e 's,pi.example.org,localhost,g' -e '/^$/d'
}

# Runs each command; apt-get and useradd were done before. Fails where they are more than ten.
run_readme() {
  local commands
  commands=$(readme_commands "$1")
  [ -n "$commands" ] || fail "the README has no commands under $1"
  COMMANDS=$((COMMANDS + $(wc -l <<<"$commands")))
  commands=$(grep -vE '^apt-get |^useradd ' <<<"$commands")
  while IFS= read -r line; do
    echo "  \$ $line"
    machine sh -c "$line" >"$RUN/readme.log" 2>&1 </dev/null || fail "$line: $(tail -n 20 "$RUN/readme.log")"
  done <<<"$commands"
}

set_up() {
  COMMANDS=0
  machine sh -c 'printf "[python]\ninterpreter = \"/usr/bin/python3\"\nsystem_site_packages = true\n" \
    >/root/python && sed -i -e "/^\[python\]/{r /root/python
      d}" -e "s/^#deadline = .*/deadline = \"15s\"/" /etc/nutricount-deploy/config.toml'
  run_readme "### The application"
  run_readme "### The webhook"
  [ "$COMMANDS" -le 10 ] || fail "setting up takes $COMMANDS commands"
  SECRET=$(machine cat /etc/nutricount-deploy/webhook-secret)
}

# Sends a finished run of the tests of a commit; the answer is in OUTPUT.
deliver() {
  local commit=$1 payload signature
  payload='{"workflow_run":{"name":"CI/CD Pipeline","status":"completed","conclusion":"success",'
  payload+='"head_branch":"main","head_sha":"'$commit'"}}'
  signature=$(printf %s "$payload" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
  OUTPUT=$(machine curl -sS --max-time 20 -H "X-GitHub-Event: workflow_run" \
    -H "X-GitHub-Delivery: of-$commit" -H "X-Hub-Signature-256: sha256=$signature" \
    --data-raw "$payload" "$WEBHOOK")
}

wait_until_idle() {
  local i
  for ((i = 0; i < 600; i++)); do
    if ! machine sh -c "ls $SPOOL/*.request" >/dev/null 2>&1; then
      case $(machine systemctl is-active nutricount-deploy-update.service) in
        inactive | failed) return 0 ;;
      esac
    fi
    sleep 0.1
  done
  fail "the delivery is not done with: $(machine journalctl --no-pager -n 40 -u 'nutricount-*')"
}

wait_until_deployed() {
  wait_until_idle
  [ "$(deployed)" = "$1" ] ||
    fail "$1 was not deployed: $(machine journalctl --no-pager -n 40 -u 'nutricount-*')"
}

# While the command runs, clients ask, some at a time; each must be answered.
while_asked() {
  local i asked pids=()
  machine rm -f /run/asked-enough
  for ((i = 0; i < 4; i++)); do
    machine sh -c "while [ ! -e /run/asked-enough ]; do
      curl -sS --max-time 20 -o /dev/null -w '%{http_code}\n' $URL/health 2>&1; done >/run/asked.$i" &
    pids+=("$!")
  done
  "$@"
  machine touch /run/asked-enough
  wait "${pids[@]}"
  asked=$(machine sh -c 'cat /run/asked.?' | sort | uniq -c | xargs)
  [[ $asked =~ ^[0-9]+\ 200$ ]] || fail "not all were answered: $asked"
  echo "  asked and answered: $asked"
}
