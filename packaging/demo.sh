#!/usr/bin/env bash
# Shows the main job on a real Flask + gunicorn + SQLite application, in a temporary directory:
# a first deployment, an update with a schema change while a client keeps asking, a commit that does
# not start and is taken back, a dry run, the history. Leaves nothing behind but the build.
#   --strategy restart      the application is stopped and started while its socket is kept (default)
#   --strategy blue-green   the new version is started beside the old one, then nginx asks it
#   --keep                  leave the temporary directory and the application, to look around
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
keep=no strategy=restart
usage() { echo "usage: $0 [--strategy restart|blue-green] [--keep]" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=yes ;;
    --strategy) shift; strategy=${1:-} ;;
    *) usage ;;
  esac
  shift || usage
done
case $strategy in restart | blue-green) ;; *) usage ;; esac

"$here/install-packages.sh"
if [ ! -x "$here/../build/release/apps/nutricount-deploy/nutricount-deploy" ]; then
  echo "Building (about three minutes on two cores)"
fi
(cd "$here/.." && cmake --preset release >/dev/null && cmake --build --preset release) |
  grep -v -e '^\[' -e 'no work to do' || true
binary=$(cd "$here/../build/release/apps/nutricount-deploy" && pwd)/nutricount-deploy

root=$(mktemp -d -t nutricount-demo-XXXXXX)
client=
clean_up() {
  [ -z "$client" ] || kill "$client" 2>/dev/null || true
  if [ "$keep" = yes ]; then
    echo "Kept: $root (the application still runs; its pid is in an app.pid in $root/state)"
    return
  fi
  for file in "$root"/state/app.pid "$root"/state/*/app.pid "$root"/nginx.pid; do
    [ -s "$file" ] || continue
    pid=$(sed -n -e 's/.*"pid":\([0-9]*\).*/\1/p' -e '/^[0-9]*$/p' "$file")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
  done
  rm -rf "$root"
}
trap clean_up EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '$ nutricount-deploy update %s\n' "$*"; "$binary" update -c "$root/config.toml" "$@"; }
git_() { git -c user.name=Anton -c user.email=anton@example.org -C "$root/source" "$@"; }
push() { git_ add -A; git_ commit -qm "$1"; git_ push -q "$root/origin.git" HEAD:main; }
rows() { sqlite3 "$root/app/data/nutrition.db" 'SELECT count(*) FROM entries'; }

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
url=http://127.0.0.1:$port
cp -r "$here/demo/app" "$root/source"
git -c init.defaultBranch=main init -q "$root/source"
git_ add -A
git_ commit -qm "First version"
git clone -q --bare "$root/source" "$root/origin.git"
cat >"$root/config.toml" <<CONFIG
[app]
name = "nutricount"
directory = "$root/app"
units = ["nutrition-tracker.service"]
[source]
url = "file://$root/origin.git"
[python]
interpreter = "/usr/bin/python3"
system_site_packages = true     # the demo takes Flask and gunicorn from Debian's packages
[service]
manager = "process"
start = ["venv/bin/python", "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"]
listen = "127.0.0.1:$port"      # kept over a deployment: clients wait, and none is refused
[health]
url = "$url/health"
deadline = "20s"
[state]
directory = "$root/state"
CONFIG
if [ "$strategy" = blue-green ]; then
  # shellcheck source=packaging/demo/blue-green.sh
  source "$here/demo/blue-green.sh"
fi

say "1. First deployment: nothing is there yet"
show
for name in apple bread cheese; do
  curl -sf -H 'Content-Type: application/json' -d "{\"name\": \"$name\"}" "$url/entries" >/dev/null
done
echo "Three rows were written: $(curl -sf "$url/entries")"

say "2. An update with a schema change, while a client asks every 20 ms"
cat >>"$root/source/init_db.py" <<'PYTHON'
with connection:
    columns = [row[1] for row in connection.execute("PRAGMA table_info(entries)")]
    if "kcal" not in columns:
        connection.execute("ALTER TABLE entries ADD COLUMN kcal INTEGER DEFAULT 0")
PYTHON
sed -i 's/^VERSION = .*/VERSION = 2/' "$root/source/app.py"
push "Count kcal"
(
  trap 'echo "$good answered, $bad failed" >"$root/client"; exit 0' TERM
  good=0 bad=0
  while :; do
    if curl -sf -m 2 -o /dev/null "$url/health"; then good=$((good + 1)); else bad=$((bad + 1)); fi
    sleep 0.02
  done
) &
client=$!
show
sleep 0.3
kill "$client"
wait "$client" 2>/dev/null || true
client=
echo "The client: $(cat "$root/client") requests. Version $(curl -sf "$url/health" | sed 's/.*"version":\([0-9]*\).*/\1/'), $(rows) rows."

say "3. A commit that does not start: it is taken back by itself"
sed -i 's/^VERSION = .*/VERSION = = 3/' "$root/source/app.py"
push "Broken on purpose"
status=0
show || status=$?
echo "Exit status $status. Version $(curl -sf "$url/health" | sed 's/.*"version":\([0-9]*\).*/\1/') serves, $(rows) rows are there."

say "4. What the next update would do"
sed -i 's/^VERSION = .*/VERSION = 3/' "$root/source/app.py"
push "Mended"
show --dry-run

say "5. The history"
/usr/bin/python3 - "$root/state/history.jsonl" <<'PYTHON'
import json
import sys

for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    down = f"down for {entry['downtime_seconds']:.2f} s" if "downtime_seconds" in entry else ""
    print(f"{entry['deployment']}  {entry['to']['commit'][:7]}  {entry['to']['subject']:<20}"
          f"{entry['outcome']:<14}{down}")
PYTHON
