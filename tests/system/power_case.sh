#!/bin/bash
# The power goes at random moments of an update, and the machine boots: the application is up, old or
# new, and never half; no row that it acknowledged is lost; the next update is as any other.
# Usage: power_case.sh BUILD_DIR NUTRICOUNT_DEPLOY LIBRARY CUTS [SEED]
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"
# shellcheck source=tests/system/application.sh
source "$HERE/application.sh"
# shellcheck source=tests/system/packaged.sh
source "$HERE/packaged.sh"

# The database command writes what only the version of the code may read, and takes its time.
write_version_to_database() {
  as_pi sh -c "cat >>$SOURCE/init_db.py" <<'EOF'
import app, time
with connection:
    connection.execute("CREATE TABLE IF NOT EXISTS made_for (version INTEGER)")
    connection.execute("DELETE FROM made_for")
    connection.execute("INSERT INTO made_for VALUES (?)", (app.VERSION,))
time.sleep(0.3)
EOF
}

# Code that runs, code on disk and data belong together.
expect_whole() {
  local runs code data
  wait_for_health
  runs=$(machine curl -sS --max-time 5 "$URL/health" | grep -o '"version":[0-9]*' | cut -d: -f2)
  code=$(as_pi sed -n 's/^VERSION = //p' "$APP/app.py")
  data=$(as_pi python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT version FROM made_for").fetchone()[0])' \
    "$APP/data/nutrition.db")
  [ "$runs $runs" = "$code $data" ] ||
    fail "version $runs runs, $code is on disk, the data is that of $data"
  [ "$runs" = "$1" ] || [ "$runs" = "$2" ] || fail "version $runs is neither $1 nor $2"
  machine test ! -e /var/lib/nutricount-deploy/journal || fail "nothing settled the deployment"
  OUTPUT=$runs
}

machine_prepare "$1" power "$3"
build_packages "$1"
machine_boot
make_application
write_version_to_database
git_in_source commit --quiet --all --message "The database knows its version"
git_in_source push --quiet /home/pi/origin.git HEAD:refs/heads/main
install_packages ""
set_up
RANDOM=${5:-20261130}
readonly CUTS=$4
live=1 next=1 new=0
for ((cut = 1; cut <= CUTS; cut++)); do
  next=$((next + 1))
  push_version "$next"
  add_row "row-$cut"
  machine sync # what was pushed; rows are durable when they are acknowledged
  machine sh -c 'nutricount-deploy update >/run/update.log 2>&1 &'
  # An update takes 1.5 s or so here; some moments come after it.
  after=$((RANDOM % 2000))
  sleep "$((after / 1000)).$(printf %03d $((after % 1000)))"
  machine_power_cut
  machine_boot
  expect_whole "$live" "$next"
  [ "$OUTPUT" = "$live" ] || new=$((new + 1))
  for ((row = 1; row <= cut; row++)); do expect_row "row-$row"; done
  update 0
  expect_whole "$next" "$next"
  live=$next
  echo "  cut $cut after $after ms: whole"
  expect_nothing_of_root
done
echo "PASSED: $CUTS cuts, $new of them ended new"
