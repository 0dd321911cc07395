#!/bin/bash
# The real binary deploys a real application that systemd runs as another user (User=pi,
# Restart=always): updates, rollbacks, a deployer killed after the stop, a machine that loses power.
# Usage: update_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"

readonly UNIT=nutrition-tracker.service APP=/home/pi/nutricount SOURCE=/home/pi/source
readonly URL=http://127.0.0.1:5000
OUTPUT=

as_pi() { machine runuser -u pi -- "$@"; }
git_in_source() {
  as_pi git -C "$SOURCE" -c user.name=Anton -c user.email=anton@example.org "$@"
}

# Runs update with these options; its output is in OUTPUT, its exit status must be the first argument.
update() {
  local expected=$1 status=0
  shift
  OUTPUT=$(machine nutricount-deploy update "$@" 2>&1) || status=$?
  [ "$status" = "$expected" ] || fail "update $* ended with $status instead of $expected: $OUTPUT"
  echo "$OUTPUT" >>"$RUN/update.log"
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

break_start() { as_pi sed -i '1i raise SystemExit("this version cannot start")' "$SOURCE/app.py"; }
mend_start() { as_pi sed -i '1d' "$SOURCE/app.py"; }
# The database command waits while the file exists: time to kill the deployer after its stop.
slow_database() {
  as_pi sed -i '1i import os, time\nwhile os.path.exists("/home/pi/slow"): time.sleep(0.1)' \
    "$SOURCE/init_db.py"
}

install_everything() {
  local binary=$1 library=$2
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
[Install]
WantedBy=multi-user.target
EOF
}

make_origin() {
  machine ldconfig
  machine chown -R pi:pi "$SOURCE"
  as_pi git init --quiet --initial-branch=main "$SOURCE"
  git_in_source add --all
  git_in_source commit --quiet --message "First version"
  as_pi git clone --quiet --bare "$SOURCE" /home/pi/origin.git
  machine systemctl enable --quiet "$UNIT"
}

case_first_deployment() {
  update 0
  expect_version 1
  add_row apple
}

case_nothing_new() {
  local before
  before=$(main_pid)
  update 0
  [ "$(main_pid)" = "$before" ] || fail "an update with nothing new restarted the application"
}

case_update() {
  local before
  before=$(started_at)
  push_version 2
  update 0
  expect_version 2
  expect_row apple
  [ "$(started_at)" -gt "$before" ] || fail "the old process runs on"
  [ "$(deployed)" = "$(head_commit)" ] || fail "another commit is deployed"
}

case_version_that_does_not_start() {
  local good
  good=$(deployed)
  add_row bread
  push_version 3 break_start
  update 1
  expect_version 2
  expect_row bread
  [ "$(deployed)" = "$good" ] || fail "the bad commit is still there"
  update 1 # marked bad: neither deployed again nor forgotten
  expect_version 2
  mend_start
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

case_killed_after_stop() {
  add_row cheese
  push_version 4 slow_database
  hang_after_stop
  # shellcheck disable=SC2016  # expanded inside the machine
  machine sh -c 'kill -KILL "$(cat /run/update.pid)"'
  as_pi rm /home/pi/slow
  update 0
  expect_version 4
  expect_row cheese
}

case_power_cut_after_stop() {
  add_row dates
  push_version 5
  hang_after_stop
  machine_crash
  machine_boot
  as_pi rm /home/pi/slow
  update 0
  expect_version 5
  expect_row dates
}

# Without root and without a polkit rule systemd refuses the stop: nothing may have changed.
case_without_the_right() {
  local before status=0
  before=$(main_pid)
  push_version 6
  as_pi mkdir /home/pi/state
  OUTPUT=$(as_pi nutricount-deploy update --config /home/pi/config.toml 2>&1) || status=$?
  [ "$status" = 2 ] || fail "an unknown configuration ended with $status: $OUTPUT"
  as_pi sh -c 'cp /etc/nutricount-deploy/config.toml /home/pi/config.toml
    printf "[state]\ndirectory = \"/home/pi/state\"\n" >>/home/pi/config.toml'
  status=0
  OUTPUT=$(as_pi nutricount-deploy update --config /home/pi/config.toml 2>&1) || status=$?
  [ "$status" = 1 ] || fail "denied, it ended with $status: $OUTPUT"
  expect_output polkit
  [ "$(main_pid)" = "$before" ] || fail "the application was restarted"
  expect_version 5
}

machine_prepare "$1" update "$3"
install_everything "$2" "$3"
machine_boot
make_origin
for name in first_deployment nothing_new update version_that_does_not_start killed_after_stop \
  power_cut_after_stop without_the_right; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
