# shellcheck shell=bash
# A real application on a machine: its sources, its unit (User=pi, Restart=always), its rows. Sourced by
# the cases after machine.sh.

readonly UNIT=nutrition-tracker.service APP=/home/pi/nutricount SOURCE=/home/pi/source
URL=http://127.0.0.1:5000  # a case may ask through nginx
OUTPUT=

as_pi() { machine runuser -u pi -- "$@"; }
git_in_source() {
  as_pi git -C "$SOURCE" -c user.name=Anton -c user.email=anton@example.org "$@"
}

# Runs a command of nutricount-deploy; its output is in OUTPUT, its exit status must be the first
# argument.
deployer() {
  local expected=$1 status=0
  shift
  OUTPUT=$(machine nutricount-deploy "$@" 2>&1) || status=$?
  [ "$status" = "$expected" ] || fail "$* ended with $status instead of $expected: $OUTPUT"
  echo "$OUTPUT" >>"$RUN/deployer.log"
}
update() {
  local expected=$1
  shift
  deployer "$expected" update "$@"
}

expect_output() { [[ $OUTPUT == *"$1"* ]] || fail "\"$1\" is missing in: $OUTPUT"; }
main_pid() { machine systemctl show --value --property=MainPID "$UNIT"; }
started_at() { machine systemctl show --value --property=ExecMainStartTimestampMonotonic "$UNIT"; }
deployed() { as_pi git -C "$APP" rev-parse HEAD; }
head_commit() { as_pi git -C "$SOURCE" rev-parse HEAD; }

expect_version() {
  local answer
  answer=$(machine curl -sS --max-time 5 "$URL/health") || fail "the application does not answer"
  [[ $answer == *'"status":"healthy"'* && $answer == *"\"version\":$1"* ]] ||
    fail "not a healthy version $1: $answer"
  [ "$(machine systemctl is-active "$UNIT")" = active ] || fail "$UNIT is not active"
}

# The unit may be in the middle of its start.
wait_for_health() {
  local i
  for ((i = 0; i < 300; i++)); do
    machine curl -sS --fail --max-time 2 "$URL/health" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  fail "the application is down: $(machine journalctl --no-pager -n 40 -u "$UNIT")"
}

add_row() {
  machine curl -sS --fail --max-time 5 -H 'Content-Type: application/json' \
    -d "{\"name\": \"$1\"}" "$URL/entries" >/dev/null || fail "the row $1 was not taken"
}
expect_row() {
  [[ $(machine curl -sS --max-time 5 "$URL/entries") == *"\"$1\""* ]] || fail "the row $1 is lost"
}
expect_nothing_of_root() {
  local found
  found=$(machine find /home/pi -not -user pi)
  [ -z "$found" ] || fail "not pi's any more: $found"
}

# Commits and pushes version N after a change that its arguments make to the sources.
push_version() {
  local number=$1
  shift
  as_pi sed -i "s/^VERSION = .*/VERSION = $number/" "$SOURCE/app.py"
  if [ $# -gt 0 ]; then "$@"; fi
  git_in_source commit --quiet --all --message "Version $number"
  git_in_source push --quiet /home/pi/origin.git HEAD:refs/heads/main
}

# A version that does not start, and the next one.
break_start() { as_pi sed -i '1i raise SystemExit("this version cannot start")' "$SOURCE/app.py"; }
mend_start() { as_pi sed -i '1d' "$SOURCE/app.py"; }

# The database command waits while the file exists: time to kill the deployer after its stop.
slow_database() {
  as_pi sed -i '1i import os, time\nwhile os.path.exists("/home/pi/slow"): time.sleep(0.1)' \
    "$SOURCE/init_db.py"
}

# The third argument is more for the unit's [Service].
install_everything() {
  local binary=$1 library=$2 service=${3:-}
  machine_put "$binary" /usr/bin/nutricount-deploy
  machine_put "$library" "/usr/lib/$(objdump -p "$library" | awk '/SONAME/ {print $2}')"
  machine_put "$HERE/../../packaging/demo/app" "$SOURCE"
  mkdir -p "$ROOT/etc/nutricount-deploy" "$ROOT/var/lib/nutricount-deploy"
  cat >"$ROOT/etc/nutricount-deploy/config.toml" <<EOF
[source]
url = "file:///home/pi/origin.git"
[python]
interpreter = "/usr/bin/python3"
system_site_packages = true
[health]
url = "$URL/health"
deadline = "15s"
EOF
  cat >"$ROOT/etc/systemd/system/$UNIT" <<EOF
[Unit]
Description=Nutrition Tracker Application
After=network.target
[Service]
Type=simple
User=pi
WorkingDirectory=$APP
Environment="PATH=$APP/venv/bin:/usr/local/bin:/usr/bin:/bin"
ExecStart=$APP/venv/bin/python -m gunicorn --config gunicorn.conf.py app:app
Restart=always
RestartSec=10
$service
[Install]
WantedBy=multi-user.target
EOF
}

# The sources become a repository, and get an origin.
make_repository() {
  machine chown -R pi:pi "$SOURCE"
  as_pi git init --quiet --initial-branch=main "$SOURCE"
  git_in_source add --all
  git_in_source commit --quiet --message "First version"
  as_pi git clone --quiet --bare "$SOURCE" /home/pi/origin.git
}

make_origin() {
  machine ldconfig
  make_repository
  machine systemctl enable --quiet "$UNIT"
}

# Starts an update in the background and returns once it waits in the database command.
hang_after_stop() {
  as_pi touch /home/pi/slow
  machine sh -c 'nutricount-deploy update >/run/update.log 2>&1 & echo $! >/run/update.pid'
  local i
  for ((i = 0; i < 400; i++)); do
    machine pgrep -f init_db.py >/dev/null && return 0
    sleep 0.05
  done
  fail "the database command did not begin: $(machine cat /run/update.log)"
}
