#!/bin/bash
# The application's unit and its socket, as the package has them, under 100 connections a second: during
# no step of a deployment does one of them start the application too early, and none is refused.
# Usage: socket_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"
readonly SOCKET=nutrition-tracker.socket PACKAGING=$HERE/../../packaging/systemd
ASKER=

install_socket() {
  local unit
  for unit in "$UNIT" "$SOCKET" "$UNIT.d"; do
    rm -rf "$ROOT/etc/systemd/system/$unit"
    machine_put "$PACKAGING/$unit" "/etc/systemd/system/$unit"
  done
  machine_put "$HERE/../support/background.py" /opt/background.py
  machine_put "$HERE/../support/steady.py" /opt/steady.py
  machine_put "$HERE/asker.py" /opt/asker.py
}

# The database command takes two seconds and says of which version the data is. The application notes
# where it was started with the data of another.
tell_half_deployed() {
  as_pi tee -a "$SOURCE/init_db.py" >/dev/null <<'EOF'
import re, time
time.sleep(2)
with open("app.py") as source, open("data/schema", "w") as schema:
    schema.write(re.search(r"^VERSION = (\d+)", source.read(), re.M)[1])
EOF
  as_pi sed -i '/^DATABASE/a with open(os.path.join(HERE, "data", "schema")) as schema:\
    if schema.read() != str(VERSION): open("/home/pi/half-deployed", "a").close()' "$SOURCE/app.py"
}

ask() {
  machine rm -f /run/asked-enough
  machine /usr/bin/python3 /opt/asker.py 5000 /run/asked-enough >"$RUN/asked" 2>&1 &
  ASKER=$!
  sleep 1
}

# What was answered has to match the first argument.
expect_asked() {
  sleep 1
  machine touch /run/asked-enough
  wait "$ASKER" || fail "the client: $(cat "$RUN/asked")"
  echo "  $(head -n 1 "$RUN/asked")"
  [[ $(head -n 1 "$RUN/asked") =~ ^failed:0\ longest:[0-9.]+\ $1$ ]] ||
    fail "not all were answered: $(cat "$RUN/asked")"
  machine test ! -e /home/pi/half-deployed || fail "the application was started on half-deployed code"
  [ "$(machine systemctl is-active "$SOCKET")" = active ] || fail "$SOCKET is not active"
}

case_set_up() {
  update 0
  machine systemctl stop "$UNIT"
  machine systemctl enable --quiet --now "$SOCKET"
  machine systemctl start "$UNIT"
  wait_for_health
}

case_update() {
  push_version 2
  ask
  update 0
  expect_asked '200/1:[0-9]+ 200/2:[0-9]+'
  expect_version 2
}

case_rollback() {
  ask
  deployer 0 rollback --restore-data
  expect_asked '200/1:[0-9]+ 200/2:[0-9]+'
  expect_version 1
}

# gunicorn itself ends, and systemd starts it again and again.
case_version_that_does_not_start() {
  push_version 3
  update 0
  push_version 4 as_pi sed -i '1i raise RuntimeError("this version cannot start")' "$SOURCE/app.py"
  ask
  update 1
  expect_asked '200/3:[0-9]+'
  expect_version 3
  mend_start
}

case_killed_after_stop() {
  push_version 5 slow_database
  hang_after_stop
  ask
  # shellcheck disable=SC2016  # expanded inside the machine
  machine sh -c 'kill -KILL "$(cat /run/update.pid)"'
  as_pi rm /home/pi/slow
  wait_for_health
  expect_asked '200/3:[0-9]+'
  expect_version 3
}

machine_prepare "$1" socket "$3"
install_everything "$2" "$3"
install_socket
machine_boot
machine chown -R pi:pi "$SOURCE"
tell_half_deployed
make_origin
for name in set_up update rollback version_that_does_not_start killed_after_stop; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
