#!/bin/bash
# The real binary deploys a real application that systemd runs as another user (User=pi,
# Restart=always): updates, rollbacks, a deployer killed after the stop, a machine that loses power.
# Usage: update_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"

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

# What an operator sees of units under systemd; the shim's unit is missed where it exists.
case_seen() {
  deployer 0 health --full
  expect_output "200 healthy"
  expect_output "$UNIT active, since"
  expect_output "last update"
  machine sh -c 'printf "[Service]\nExecStart=/bin/sleep infinity\n" \
    >/run/systemd/system/nutricount-webhook.service && systemctl daemon-reload'
  deployer 0 health --full
  expect_output "nutricount-webhook.service inactive"
  expect_output "connection refused"
  machine systemctl start nutricount-webhook.service
  deployer 0 metrics
  expect_output "App: active ($UNIT"
  expect_output "Webhook: active"
  deployer 0 metrics --format prometheus
  expect_output "nutricount_unit_active{unit=\"$UNIT\",role=\"application\"} 1"
  machine sh -c 'systemctl stop nutricount-webhook.service
    rm /run/systemd/system/nutricount-webhook.service && systemctl daemon-reload'
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
  power_cut_after_stop seen without_the_right; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
