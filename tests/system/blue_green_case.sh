#!/bin/bash
# Two versions take turns behind nginx, on a machine that was set up with the README's commands: nobody is
# refused, what fails is asked by nobody, and a boot brings up the one that served.
# Usage: blue_green_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"
# shellcheck source=tests/system/packaged.sh
source "$HERE/packaged.sh"

URL=http://localhost  # nginx
readonly UPSTREAM=/var/lib/nutricount-deploy/upstream.conf

expect_serving() {
  local version=$1 colour=$2 other=blue answer
  [ "$colour" = green ] || other=green
  answer=$(machine curl -sS --fail --max-time 5 "$URL/health") || fail "nginx has no answer: $answer"
  [[ $answer == *"\"version\":$version"* ]] || fail "not version $version: $answer"
  machine grep -q "$colour serves" "$UPSTREAM" || fail "nginx does not ask $colour: $(machine cat "$UPSTREAM")"
  [ "$(machine systemctl is-active "nutrition-tracker@$colour")" = active ] || fail "$colour is not active"
  [ "$(machine systemctl is-active "nutrition-tracker@$other")" != active ] || fail "$other runs, too"
  [ "$(machine ls /var/lib/nutricount-deploy/colours)" = "$colour" ] || fail "not only $colour may run"
  machine test ! -e /var/lib/nutricount-deploy/journal || fail "a deployment is in flight"
}

slow_start() {
  as_pi sed -i '1i import os, time\nwhile os.path.exists("/home/pi/slow-start"): time.sleep(0.1)' "$SOURCE/app.py"
}

case_set_up_by_the_readme() {
  set_up
  wait_for_health  # nginx takes its new site a moment after its reload
  add_row apple
  push_version 2
  while_asked run_readme "### No request waits, either: blue-green"
  expect_serving 2 blue
  expect_row apple
  machine systemd-analyze verify --man=no nutrition-tracker@blue.service || fail "systemd does not like it"
}

# In the sandbox of the unit that deploys.
case_a_delivery() {
  push_version 3
  deliver "$(head_commit)"
  while_asked wait_until_deployed "$(head_commit)"
  expect_serving 3 green
  expect_row apple
}

case_a_version_that_does_not_start() {
  push_version 4 break_start
  while_asked update 1
  mend_start
  expect_serving 3 green
}

case_a_rollback() {
  while_asked deployer 0 rollback --keep-data
  expect_serving 2 blue
  expect_row apple
}

case_a_power_cut_in_mid_update() {
  add_row bread
  push_version 5 slow_database
  hang_after_stop  # here: beside the version that serves
  machine_power_cut
  machine_boot
  wait_for_health
  machine nutricount-deploy rollback --resume
  expect_serving 2 blue
  expect_row bread
  as_pi rm -f /home/pi/slow
  while_asked update 0
  expect_serving 5 green
}

case_a_boot() {
  machine_crash
  machine_boot
  wait_for_health
  expect_serving 5 green
  expect_row bread
}

# The new version is being asked whether it is healthy: after the boot both may run, and one goes.
case_a_power_cut_while_both_run() {
  local i
  add_row cheese
  as_pi touch /home/pi/slow-start
  push_version 6 slow_start
  machine sh -c 'nutricount-deploy update >/run/update.log 2>&1 &'
  for ((i = 0; i < 400; i++)); do
    [ "$(machine systemctl is-active nutrition-tracker@blue)" != active ] || break
    sleep 0.05
  done
  machine test -e /var/lib/nutricount-deploy/colours/blue || fail "blue is not started: $(machine cat /run/update.log)"
  machine_power_cut
  machine_boot
  wait_for_health
  machine nutricount-deploy rollback --resume
  expect_serving 5 green
  expect_row cheese
  as_pi rm -f /home/pi/slow-start
  while_asked update 0
  expect_serving 6 blue
}

# As pi, with the rule for polkit: the colours' units, too; nginx is root's.
case_without_root() {
  machine usermod --append --groups nutricount-deploy pi
  as_pi systemctl restart nutrition-tracker@blue || fail "pi may not restart blue"
  as_pi systemctl restart nginx.service 2>/dev/null && fail "pi may restart nginx"
  wait_for_health
}

machine_prepare "$1" blue-green "$3"
build_packages "$1"
machine_boot
make_application
install_packages ""
for name in set_up_by_the_readme a_delivery a_version_that_does_not_start a_rollback \
  a_power_cut_in_mid_update a_boot a_power_cut_while_both_run without_root; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
