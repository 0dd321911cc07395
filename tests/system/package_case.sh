#!/bin/bash
# The Debian packages on a booted machine, as somebody new would have them: installed, set up with the
# README's commands, updated by signed deliveries through nginx, watched by timers, upgraded, removed.
# Usage: package_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"
# shellcheck source=tests/system/packaged.sh
source "$HERE/packaged.sh"

case_installed_nothing_runs() {
  local unit
  for unit in $TIMERS nutricount-webhook.socket nutricount-deploy-update.path "$UNIT"; do
    [ "$(machine systemctl is-enabled "$unit")" = disabled ] || fail "$unit is enabled"
    [ "$(machine systemctl is-active "$unit")" = inactive ] || fail "$unit runs"
  done
  machine logrotate --debug /etc/logrotate.d/nutricount-deploy 2>&1 | grep -i error &&
    fail "logrotate does not like its file"
  [ "$(machine stat -c '%U %a' /var/lib/nutricount-deploy)" = "root 755" ] || fail "the state directory"
}

case_set_up_by_the_readme() {
  set_up
  expect_version 1
  add_row apple
  deployer 0 health --full
  expect_output "200 healthy"
  machine systemctl cat "$UNIT" | grep -q 'rollback --resume' || fail "$UNIT has no gate"
}

# Exposure as systemd counts it: 2.0 at most for what faces the network, 4.0 for the rest.
case_units_are_right() {
  local unit limit
  # shellcheck disable=SC2086  # lists of names
  machine systemd-analyze verify --man=no $SERVICES $TIMERS "$UNIT" nutrition-tracker.socket \
    nutricount-deploy-update.path nutricount-webhook.socket || fail "systemd does not like a unit"
  for unit in $SERVICES "$UNIT"; do
    limit=40
    [ "$unit" != nutricount-webhook.service ] || limit=20
    machine systemd-analyze security --threshold=$limit "$unit" >"$RUN/security.log" ||
      fail "$unit: $(tail -n 1 "$RUN/security.log")"
    echo "  $(tail -n 1 "$RUN/security.log")"
  done
  machine systemctl show -p SystemCallFilter nutricount-webhook.service | grep -qw setuid &&
    fail "the receiver may change its user: a drop-in allows what its unit denies"
  return 0
}

case_a_delivery_through_nginx() {
  push_version 2
  deliver "$(head_commit)"
  expect_output '"status":"success"'
  wait_until_deployed "$(head_commit)"
  expect_version 2
  expect_row apple
  [ "$(machine curl -sS -o /dev/null -w '%{http_code}' http://localhost/webhook-health)" = 200 ] ||
    fail "nginx does not reach the receiver"
}

case_a_delivery_of_a_bad_commit() {
  local good
  good=$(deployed)
  push_version 3 break_start
  deliver "$(head_commit)"
  wait_until_idle
  [ "$(deployed)" = "$good" ] || fail "the bad commit stayed"
  expect_version 2
  machine grep -q '"outcome":"rolled-back"' /var/lib/nutricount-deploy/history.jsonl ||
    fail "the history says nothing of it"
  mend_start
}

# The timers that the set-up enabled, at a quicker pace.
case_timers_fire() {
  local timer i
  for timer in $TIMERS; do
    machine mkdir -p "/run/systemd/system/$timer.d"
    machine sh -c "printf '[Timer]\nOnActiveSec=1s\nRandomizedDelaySec=0\n' >/run/systemd/system/$timer.d/soon.conf"
  done
  machine systemctl daemon-reload
  # shellcheck disable=SC2086  # a list of names
  machine systemctl restart $TIMERS
  for timer in $TIMERS; do
    for ((i = 0; i < 300; i++)); do
      [ "$(machine systemctl show --value -p ExecMainExitTimestampMonotonic "${timer%.timer}.service")" = 0 ] ||
        break
      sleep 0.1
    done
    [ "$(machine systemctl show --value -p Result "${timer%.timer}.service")" = success ] ||
      fail "$timer: $(machine journalctl --no-pager -n 20 -u "${timer%.timer}.service")"
  done
  machine grep -q '^nutricount_' /run/nutricount-deploy/nutricount.prom ||
    fail "no metrics were written"
  machine test -s /run/nutricount-deploy/status.html || fail "no page was written"
  deployer 0 backup --list
  expect_output data
}

# As pi, with the rule for polkit: the application's unit, and no other.
case_without_root() {
  machine usermod --append --groups nutricount-deploy pi
  as_pi systemctl restart "$UNIT" || fail "pi may not restart $UNIT"
  as_pi systemctl restart nginx.service 2>/dev/null && fail "pi may restart nginx"
  as_pi systemctl disable "$UNIT" 2>/dev/null && fail "pi may disable $UNIT"
  push_version 4
  as_pi env NUTRICOUNT_DEPLOY_STATE_DIRECTORY=/home/pi/state nutricount-deploy update ||
    fail "pi may not update"
  expect_version 4
  machine usermod --remove --groups nutricount-deploy pi 2>/dev/null || machine gpasswd -d pi nutricount-deploy
}

# A configuration that cannot be read does not keep a settled application down.
case_a_wrong_configuration_and_a_boot() {
  machine sh -c 'cp /etc/nutricount-deploy/config.toml /root/ && echo "[wrong" >>/etc/nutricount-deploy/config.toml && sync'
  machine_power_cut
  machine_boot
  wait_for_health
  machine cp /root/config.toml /etc/nutricount-deploy/config.toml
}

case_power_cut_in_mid_update() {
  add_row cheese
  push_version 5 slow_database
  hang_after_stop
  machine_power_cut
  machine_boot
  wait_for_health
  expect_version 4
  expect_row cheese
  as_pi rm -f /home/pi/slow
  update 0
  expect_version 5
  expect_row cheese
}

case_an_upgrade_interrupts_nothing() {
  local before receiver
  before=$(main_pid)
  machine curl -sS -o /dev/null http://127.0.0.1:8080/health
  receiver=$(machine systemctl show --value -p MainPID nutricount-webhook.service)
  machine sh -c 'echo "# ours" >>/etc/nutricount-deploy/config.toml'
  install_packages --reinstall
  [ "$(main_pid)" = "$before" ] || fail "the upgrade restarted the application"
  [ "$(machine systemctl show --value -p MainPID nutricount-webhook.service)" != "$receiver" ] ||
    fail "the upgrade left the old receiver running"
  machine tail -n 1 /etc/nutricount-deploy/config.toml | grep -q ours || fail "the configuration was replaced"
  expect_version 5
}

# With the socket unit connections wait while the application is down.
case_a_socket_refuses_nobody() {
  machine systemctl stop "$UNIT"
  machine systemctl enable --quiet --now nutrition-tracker.socket
  machine systemctl start "$UNIT"
  wait_for_health
  push_version 6
  while_asked update 0
  expect_version 6
  machine systemctl disable --quiet --now nutrition-tracker.socket
  machine systemctl restart "$UNIT"
  wait_for_health
}

kept_backups() { as_pi find "$APP" -maxdepth 1 -name 'data.backup.*' | sort; }

# What is removed is ours: the application, its history and its backups are its owner's.
case_removed_and_purged() {
  local backups history
  backups=$(kept_backups)
  history=$(machine cksum /var/lib/nutricount-deploy/history.jsonl)
  machine env DEBIAN_FRONTEND=noninteractive apt-get purge -y -q nutricount-webhook nutricount-deploy \
    >"$RUN/purge.log" 2>&1 || fail "purge: $(tail -n 5 "$RUN/purge.log")"
  machine curl -sS --fail --max-time 5 "$URL/health" >/dev/null || fail "the application is gone"
  [ "$(kept_backups)" = "$backups" ] || fail "backups are gone"
  [ "$(machine cksum /var/lib/nutricount-deploy/history.jsonl)" = "$history" ] || fail "the history is gone"
  OUTPUT=$(machine sh -c "systemctl list-unit-files --no-legend 'nutri*'
    systemctl list-units --failed --no-legend
    find /etc /usr -path /etc/nginx -prune -o -name '*nutricount*' -print") || true
  [ -z "$OUTPUT" ] || fail "left over: $OUTPUT"
}

machine_prepare "$1" package "$3"
build_packages "$1"
machine_boot
make_application
install_packages ""
for name in installed_nothing_runs set_up_by_the_readme units_are_right a_delivery_through_nginx \
  a_delivery_of_a_bad_commit timers_fire without_root a_wrong_configuration_and_a_boot \
  power_cut_in_mid_update an_upgrade_interrupts_nothing a_socket_refuses_nobody removed_and_purged; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
