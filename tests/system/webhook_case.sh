#!/bin/bash
# From a delivery to the application on a real systemd: socket, hardened receiver, spool, path unit.
# Usage: webhook_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY NUTRICOUNT_WEBHOOK
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"

readonly SECRET=0123456789abcdef0123456789abcdef SPOOL=/var/lib/nutricount-webhook
readonly UNITS="nutricount-webhook.socket nutricount-webhook.service nutricount-deploy-update.path
  nutricount-deploy-update.service"

install_webhook() {
  local unit
  machine_put "$1" /usr/bin/nutricount-webhook
  for unit in $UNITS; do
    machine_put "$HERE/../../packaging/systemd/$unit" "/etc/systemd/system/$unit"
  done
  (umask 077 && echo "$SECRET" >"$ROOT/etc/nutricount-deploy/webhook-secret")
}

# Sends a finished run of the tests of a commit; the answer is in OUTPUT.
deliver() {
  local commit=$1 payload signature
  payload='{"workflow_run":{"name":"CI/CD Pipeline","status":"completed","conclusion":"success",'
  payload+='"head_branch":"main","head_sha":"'$commit'"}}'
  signature=$(printf %s "$payload" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
  OUTPUT=$(machine curl -sS --max-time 20 -H "X-GitHub-Event: workflow_run" \
    -H "X-GitHub-Delivery: of-$commit" -H "X-Hub-Signature-256: sha256=$signature" \
    --data-raw "$payload" http://127.0.0.1:8080/webhook)
}

wait_until_deployed() {
  local i
  for ((i = 0; i < 600; i++)); do
    if [ "$(deployed)" = "$1" ] && ! machine sh -c "ls $SPOOL/*.request" >/dev/null 2>&1 &&
      [ "$(machine systemctl is-active nutricount-deploy-update.service)" = inactive ]; then
      return 0
    fi
    sleep 0.1
  done
  fail "$1 was not deployed: $(machine journalctl --no-pager -n 40 -u 'nutricount-*')"
}

case_a_delivery_is_deployed() {
  update 0
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
install_everything "$2" "$3"
install_webhook "$4"
machine_boot
make_origin
machine useradd --system --no-create-home --shell /usr/sbin/nologin nutricount-webhook
machine systemctl enable --now --quiet nutricount-webhook.socket nutricount-deploy-update.path
for name in a_delivery_is_deployed the_receiver_has_no_rights what_was_accepted_survives \
  a_restart_stops_no_deployment; do
  echo "case $name"
  "case_$name"
  expect_nothing_of_root
done
echo "PASSED"
