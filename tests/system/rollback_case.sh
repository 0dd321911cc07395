#!/bin/bash
# Going back on a real systemd, and the start of the application's own unit as the place where an
# interrupted deployment is settled: ExecStartPre= runs rollback --resume.
# Usage: rollback_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"

readonly STATE=/var/lib/nutricount-deploy

# The version after adds a column.
reshape() {
  as_pi sh -c "cat >>$SOURCE/init_db.py" <<'EOF'
with connection:
    if len(connection.execute("PRAGMA table_info(entries)").fetchall()) == 2:
        connection.execute("ALTER TABLE entries ADD COLUMN kcal INTEGER")
EOF
}

expect_settled() {
  machine test ! -e "$STATE/journal" || fail "the interrupted deployment is not settled"
}

wait_for_version() {
  wait_for_health
  expect_version "$1"
}

case_back_with_data() {
  update 0
  add_row apple
  push_version 2 reshape
  update 0
  add_row bread
  deployer 2 rollback
  expect_output --restore-data
  expect_version 2
  deployer 0 rollback --restore-data
  expect_version 1
  expect_row apple
  machine sh -c "cat $APP/data.replaced.*/nutrition.db*" | grep -q bread ||
    fail "the row that was given up is not set aside"
  update 0 --force
  expect_version 2
}

# Meanwhile somebody starts the unit: it must wait for the deployer.
case_a_start_in_mid_deployment_waits() {
  push_version 3 slow_database
  hang_after_stop
  machine systemctl start --no-block "$UNIT"
  sleep 0.5
  [ "$(machine systemctl is-active "$UNIT")" = activating ] || fail "the start did not wait"
  [ "$(main_pid)" = 0 ] || fail "half-deployed code was started"
  as_pi rm /home/pi/slow
  # shellcheck disable=SC2016  # expanded inside the machine
  machine timeout 60 sh -c 'while kill -0 "$(cat /run/update.pid)" 2>/dev/null; do sleep 0.1; done'
  expect_version 3
  expect_settled
}

case_the_unit_settles_what_was_killed() {
  add_row cheese
  push_version 4
  hang_after_stop
  # shellcheck disable=SC2016  # expanded inside the machine
  machine sh -c 'kill -KILL "$(cat /run/update.pid)"'
  machine systemctl start "$UNIT"
  wait_for_version 3
  expect_row cheese
  expect_settled
  as_pi rm -f /home/pi/slow
}

# No command at all: the boot starts the unit.
case_the_boot_settles_a_power_cut() {
  add_row dates
  hang_after_stop
  machine_crash
  machine_boot
  wait_for_version 3
  expect_row dates
  expect_settled
  as_pi rm -f /home/pi/slow
  update 0
  expect_version 4
  expect_row dates
}

case_resume_by_hand_starts_it() {
  push_version 5
  hang_after_stop
  # shellcheck disable=SC2016  # expanded inside the machine
  machine sh -c 'kill -KILL "$(cat /run/update.pid)"'
  deployer 0 rollback --resume
  expect_version 4
  expect_settled
  as_pi rm -f /home/pi/slow
}

machine_prepare "$1" rollback "$3"
install_everything "$2" "$3" "ExecStartPre=+/usr/bin/nutricount-deploy rollback --resume
TimeoutStartSec=330"
machine_boot
make_origin
for name in back_with_data a_start_in_mid_deployment_waits the_unit_settles_what_was_killed \
  the_boot_settles_a_power_cut resume_by_hand_starts_it; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
