#!/usr/bin/env bash
# The ten documented steps that nutricount-deploy replaces, for a machine without systemd.
# usage: simple_update.sh APP_DIRECTORY PID_FILE PORT
set -eu
cd "$1"
# 1. stop
kill "$(cat "$2")"
while kill -0 "$(cat "$2")" 2>/dev/null; do sleep 0.02; done
# 2., 3. back up
stamp=$(date +%Y%m%d_%H%M%S)
cp -r data "data.backup.$stamp"
[ ! -d logs ] || cp -r logs "logs.backup.$stamp"
# 4. code
git fetch -q origin
git reset -q --hard origin/main
# 5. dependencies
venv/bin/python -m pip install -q --disable-pip-version-check -r requirements.txt
# 6. database
venv/bin/python init_db.py
# 7. start
PORT=$3 setsid venv/bin/python -m gunicorn --config gunicorn.conf.py app:app >/dev/null 2>&1 &
echo $! >"$2"
# 8., 9. wait and ask
sleep 5
curl -sf "http://127.0.0.1:$3/health" >/dev/null
