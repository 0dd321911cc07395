#!/bin/bash
# The packages for a Raspberry Pi, on a bookworm system for arm64 that qemu runs: installed with apt-get,
# they look at a real application, plan an update of it, back it up, and receive a signed delivery.
# Usage: arm64.sh BUILD_DIR
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SOURCE=$(cd "$HERE/../.." && pwd)
BUILD=$(realpath "$1")
ROOT=$BUILD/arm64
# shellcheck source=packaging/chroot.sh
source "$SOURCE/packaging/chroot.sh"

skip() { echo "SKIPPED: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || skip "a system of its own needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"

# The kernel hands programs for arm64 to qemu, until the end of this test.
BINFMT=/proc/sys/fs/binfmt_misc
if [ "$(dpkg --print-architecture)" != arm64 ] && ! compgen -G "$BINFMT/*aarch64" >/dev/null; then
  command -v qemu-aarch64-static >/dev/null || skip "qemu-user-static is not installed"
  [ -w "$BINFMT/register" ] || skip "binfmt_misc is not mounted: mount -t binfmt_misc binfmt_misc $BINFMT"
  # An ELF file for aarch64; F: qemu is opened now, and so need not be in the system.
  printf '%s' ':nutricount-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:'"$(command -v qemu-aarch64-static)"':F' \
    >"$BINFMT/register"
fi
clean_up() {
  local pid
  for pid in ${APPLICATION:-} ${WEBHOOK:-}; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  ! mountpoint -q "$ROOT/proc" || umount "$ROOT/proc"
  [ ! -e "$BINFMT/nutricount-aarch64" ] || echo -1 >"$BINFMT/nutricount-aarch64"
}
trap clean_up EXIT

packages=$SOURCE/build/packages/bookworm-arm64
compgen -G "$packages/*_arm64.deb" >/dev/null || "$SOURCE/packaging/build-deb-chroot.sh" bookworm arm64
if [ ! -e "$ROOT/complete" ]; then
  echo "making bookworm for arm64 in $ROOT"
  rm -rf "$ROOT"
  mkdir -p "$ROOT"
  CHROOT_ARCH=arm64 chroot_make "$ROOT" bookworm git python3-flask gunicorn python3-venv curl openssl \
    >"$BUILD/arm64.log" 2>&1 || { tail -n 5 "$BUILD/arm64.log"; fail "no system for arm64"; }
  touch "$ROOT/complete"
fi
mount -t proc proc "$ROOT/proc"
# The process itself, for what runs in the background and is ended by its number.
become() { exec chroot "$ROOT" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
inside() { (become "$@"); }

echo "installing"
rm -rf "$ROOT/root/packages" "$ROOT/srv/"*
mkdir -p "$ROOT/root/packages"
cp "$packages"/*_arm64.deb "$ROOT/root/packages"
inside sh -c 'apt-get install -y -q --no-install-recommends --reinstall /root/packages/*.deb' \
  >>"$BUILD/arm64.log" 2>&1 || { tail -n 5 "$BUILD/arm64.log"; fail "apt-get install"; }
[ "$(inside dpkg --print-architecture)" = arm64 ] || fail "that is no arm64"

cp -r "$SOURCE/packaging/demo/app" "$ROOT/srv/source"
printf '[app]\ndirectory = "/srv/app"\n[source]\nurl = "file:///srv/origin.git"
[python]\nenvironment = ""\n[database]\ncommand = ["/usr/bin/python3", "init_db.py"]
[service]\nmanager = "process"
[health]\nurl = "http://127.0.0.1:5164/health"\ntimeout = "20s"
[state]\ndirectory = "/srv/state"\n[webhook]\nlisten = "127.0.0.1:5165"\nspool = "/srv/spool"\n' \
  >"$ROOT/etc/nutricount-deploy/config.toml"
git_() { inside git -c user.name=Anton -c user.email=anton@example.org -C /srv/source "$@"; }
version() {
  sed -i "s/^VERSION = .*/VERSION = $1/" "$ROOT/srv/source/app.py"
  git_ commit --quiet --all --message "Version $1"
  git_ push --quiet /srv/origin.git HEAD:main
}
inside git init --quiet --initial-branch=main /srv/source
git_ add --all
git_ commit --quiet --message "First version"
inside git clone --quiet --bare /srv/source /srv/origin.git

# qemu answers for /proc/self/stat with a time of start of its own, by which the tool knows the
# processes that it started: here the application is started by hand, and not by an update.
echo "looking at an application"
inside git clone --quiet /srv/origin.git /srv/app
inside sh -c 'cd /srv/app && python3 init_db.py'
become sh -c 'cd /srv/app && PORT=5164 exec python3 -m gunicorn --config gunicorn.conf.py app:app' \
  >"$BUILD/arm64-application.log" 2>&1 &
APPLICATION=$!
inside nutricount-deploy health --retries 60 --interval 1s
version 2
inside nutricount-deploy update --dry-run | grep "Version 2"
curl -sS --fail -H 'Content-Type: application/json' -d '{"name": "apple"}' http://127.0.0.1:5164/entries
inside nutricount-deploy backup --check
inside nutricount-deploy backup --full
inside nutricount-deploy backup --verify
[ "$(sqlite3 "$ROOT"/srv/app/data.backup.*/nutrition.db 'SELECT name FROM entries')" = apple ] ||
  fail "the backup lacks a row"
inside nutricount-deploy metrics --format prometheus | grep nutricount_
inside nutricount-deploy --print-config >/dev/null

echo "receiving"
mkdir "$ROOT/srv/spool"
commit=$(inside git -C /srv/app rev-parse HEAD) # what is there already: nothing comes of it
become env WEBHOOK_SECRET=0123456789abcdef0123456789abcdef nutricount-webhook >"$BUILD/arm64-webhook.log" 2>&1 &
WEBHOOK=$!
payload='{"workflow_run":{"name":"CI/CD Pipeline","status":"completed","conclusion":"success","head_branch":"main","head_sha":"'$commit'"}}'
signature=$(printf %s "$payload" |
  inside env WEBHOOK_SECRET=0123456789abcdef0123456789abcdef nutricount-deploy verify-signature --sign)
curl -sS --retry 30 --retry-connrefused --retry-delay 1 --fail -H "X-GitHub-Event: workflow_run" \
  -H "X-GitHub-Delivery: one" -H "X-Hub-Signature-256: $signature" --data-raw "$payload" \
  http://127.0.0.1:5165/webhook 2>/dev/null | grep '"status":"success"' || fail "the delivery was not taken"
grep --quiet "Delivery one: workflow_run, deploy $commit" "$BUILD/arm64-webhook.log" ||
  fail "the receiver says nothing of it"
echo "PASSED"
