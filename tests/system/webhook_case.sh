#!/bin/bash
# From a delivery to the application on a real systemd: socket, hardened receiver, spool, path unit, as
# the packages have them.
# Usage: webhook_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"

# shellcheck source=tests/system/packaged.sh
source "$HERE/packaged.sh"

case_a_delivery_is_deployed() {
  push_version 2
  deliver "$(head_commit)"
  expect_output '"status":"success"'
  wait_until_deployed "$(head_commit)"
  expect_version 2
  machine grep -q '"delivery":"of-' /var/lib/nutricount-deploy/history.jsonl ||
    fail "the history does not name the delivery"
}

# Its user can read what /status tells, and write nothing but the spool.
case_the_receiver_has_no_rights() {
  local pid
  OUTPUT=$(machine curl -sS --max-time 5 http://127.0.0.1:8080/status)
  expect_output '"app_status":"running"'
  expect_output '"outcome":"updated"'
  pid=$(machine systemctl show --value --property=MainPID nutricount-webhook.service)
  [ "$(machine stat -c %U "/proc/$pid")" = nutricount-webhook ] || fail "it runs as another user"
  machine nsenter --target "$pid" --mount runuser -u nutricount-webhook -- \
    sh -c "touch $SPOOL/x && rm $SPOOL/x" || fail "it cannot write to the spool"
  for place in /home/pi /var/lib/nutricount-deploy /etc/nutricount-deploy /var/tmp/../lib; do
    machine nsenter --target "$pid" --mount runuser -u nutricount-webhook -- \
      touch "$place/x" 2>/dev/null && fail "it can write to $place"
  done
  return 0
}

# Accepted, and then the receiver is killed, or the power goes: it is deployed all the same.
case_what_was_accepted_survives() {
  machine systemctl stop nutricount-deploy-update.path
  push_version 3
  deliver "$(head_commit)"
  expect_output '"status":"success"'
  machine systemctl kill --signal=KILL nutricount-webhook.service
  machine_crash
  machine_boot
  wait_until_deployed "$(head_commit)"
  expect_version 3
}

# A restart of the receiver is none of the deployment's business.
case_a_restart_stops_no_deployment() {
  push_version 4 slow_database
  as_pi touch /home/pi/slow
  deliver "$(head_commit)"
  local i
  for ((i = 0; i < 400; i++)); do
    machine pgrep -f init_db.py >/dev/null && break
    sleep 0.05
  done
  machine systemctl restart nutricount-webhook.service
  deliver "$(head_commit)"
  expect_output '"status":"success"'
  as_pi rm /home/pi/slow
  wait_until_deployed "$(head_commit)"
  expect_version 4
}

machine_prepare "$1" webhook "$3"
build_packages "$1"
machine_boot
make_application
install_packages ""
set_up
WEBHOOK=http://127.0.0.1:8080/webhook  # itself
for name in a_delivery_is_deployed the_receiver_has_no_rights what_was_accepted_survives \
  a_restart_stops_no_deployment; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
