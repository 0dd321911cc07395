#!/bin/bash
# The packages for a Raspberry Pi, on a bookworm system for arm64 that qemu runs: installed with apt-get,
# they deploy, update, take back and roll back a real application, and receive a signed delivery. There
# is no systemd in it: the tool starts the application itself.
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
  [ -w "$BINFMT/register" ] || skip "binfmt_misc is not mounted"
  # An ELF file for aarch64; F: qemu is opened now, and so need not be in the system.
  printf '%s' ':nutricount-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:'"$(command -v qemu-aarch64-static)"':F' \
    >"$BINFMT/register"
fi
clean_up() {
  local pid
  pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$ROOT/srv/state/app.pid" 2>/dev/null) || true
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  [ -z "${WEBHOOK:-}" ] || kill "$WEBHOOK" 2>/dev/null || true
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
inside() { chroot "$ROOT" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }

echo "installing"
rm -rf "$ROOT/root/packages" "$ROOT/srv/"*
mkdir -p "$ROOT/root/packages"
cp "$packages"/*_arm64.deb "$ROOT/root/packages"
inside sh -c 'apt-get install -y -q --no-install-recommends --reinstall /root/packages/*.deb' \
  >>"$BUILD/arm64.log" 2>&1 || { tail -n 5 "$BUILD/arm64.log"; fail "apt-get install"; }
[ "$(inside dpkg --print-architecture)" = arm64 ] || fail "that is no arm64"

cp -r "$SOURCE/packaging/demo/app" "$ROOT/srv/source"
printf '[app]\ndirectory = "/srv/app"\n[source]\nurl = "file:///srv/origin.git"
[python]\ninterpreter = "/usr/bin/python3"\nsystem_site_packages = true
[service]\nmanager = "process"\nstart = ["/usr/bin/env", "PORT=5164", "venv/bin/python", "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"]
[health]\nurl = "http://127.0.0.1:5164/health"\ntimeout = "20s"\ndeadline = "60s"
[state]\ndirectory = "/srv/state"\n[webhook]\nlisten = "127.0.0.1:5165"\nspool = "/srv/spool"\n' \
  >"$ROOT/etc/nutricount-deploy/config.toml"
git_() { inside git -c user.name=Anton -c user.email=anton@example.org -C /srv/source "$@"; }
version() {
  sed -i "s/^VERSION = .*/VERSION = $1/" "$ROOT/srv/source/app.py"
  git_ commit --quiet --all --message "Version $1"
  git_ push --quiet /srv/origin.git HEAD:main
}
expect_version() {
  [[ $(curl -sS --max-time 20 http://127.0.0.1:5164/health) == *"\"version\":$1}"* ]] || fail "not version $1"
}
inside git init --quiet --initial-branch=main /srv/source
git_ add --all
git_ commit --quiet --message "First version"
inside git clone --quiet --bare /srv/source /srv/origin.git

echo "deploying"
inside nutricount-deploy update
expect_version 1
version 2
inside nutricount-deploy update
expect_version 2
version "= 3"
if inside nutricount-deploy update; then fail "a syntax error was deployed"; fi
expect_version 2
inside nutricount-deploy rollback --yes
expect_version 1
inside nutricount-deploy backup --verify
inside nutricount-deploy health
inside nutricount-deploy metrics --format prometheus >/dev/null

echo "receiving"
version 4
commit=$(inside git -C /srv/source rev-parse HEAD)
inside env WEBHOOK_SECRET=0123456789abcdef0123456789abcdef nutricount-webhook >"$BUILD/arm64-webhook.log" 2>&1 &
WEBHOOK=$!
payload='{"workflow_run":{"name":"CI/CD Pipeline","status":"completed","conclusion":"success","head_branch":"main","head_sha":"'$commit'"}}'
signature=$(printf %s "$payload" |
  inside env WEBHOOK_SECRET=0123456789abcdef0123456789abcdef nutricount-deploy verify-signature --sign)
curl -sS --retry 20 --retry-connrefused --retry-delay 1 --fail -H "X-GitHub-Event: workflow_run" -H "X-GitHub-Delivery: one" \
  -H "X-Hub-Signature-256: $signature" --data-raw "$payload" http://127.0.0.1:5165/webhook
echo
for ((i = 0; i < 120; i++)); do
  [[ $(curl -sS --max-time 20 http://127.0.0.1:5164/health 2>/dev/null) == *'"version":4}'* ]] && break
  sleep 1
done
expect_version 4
echo "PASSED"
