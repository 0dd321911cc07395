#!/bin/sh
# Builds the Debian packages for a release and an architecture in a system of its own, passes the unit
# tests of what was built (with qemu where this machine cannot run it), and leaves the packages in
# build/packages/SUITE-ARCH.
#   packaging/build-deb-chroot.sh bookworm arm64
#   packaging/build-deb-chroot.sh trixie amd64
set -eu
[ $# = 2 ] || { echo "usage: $0 SUITE ARCH" >&2; exit 2; }
suite=$1 arch=$2
cd "$(dirname "$0")/.."
# shellcheck source=packaging/chroot.sh
. packaging/chroot.sh
[ "$(id -u)" = 0 ] || { echo "$0: a system of its own needs root" >&2; exit 2; }
packaging/install-packages.sh
native=$(dpkg --print-architecture)
out=$PWD/build/packages/$suite-$arch
root=$PWD/build/chroot/$suite-$arch
mkdir -p "$out"

# Once made, it is used again; a half-made one is not.
if [ ! -e "$root/complete" ]; then
  echo "making $suite in $root"
  rm -rf "$root"
  mkdir -p "$root"
  chroot_make "$root" "$suite" build-essential >"$out/chroot.log" 2>&1
  if [ "$arch" != "$native" ]; then
    chroot "$root" dpkg --add-architecture "$arch"
    chroot_install "$root" "crossbuild-essential-$arch" qemu-user-static >>"$out/chroot.log" 2>&1
  fi
  touch "$root/complete"
fi

source=/build/nutricount-deploy
rm -rf "$root/build"
mkdir -p "$root$source"
packaging/export-source.sh "$root$source"
echo "building for $suite on $arch"
mount -t proc proc "$root/proc"
mount --bind /dev/pts "$root/dev/pts"
trap 'umount "$root/proc" "$root/dev/pts"' EXIT
# shellcheck disable=SC2016  # expanded inside
chroot "$root" sh -euc '
  cd "$1"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get build-dep -y -q --no-install-recommends --host-architecture "$2" ./
  # In a cross build apt leaves out what only tests need: qemu makes them run.
  sed -n "s/^ *\([a-z0-9-]*\).* <!nocheck>.*/\1/p" debian/control |
    xargs apt-get install -y -q --no-install-recommends
  profiles=
  [ "$2" = "$(dpkg --print-architecture)" ] || profiles=--build-profiles=cross,nocheck
  DEB_BUILD_OPTIONS=noautodbgsym NUTRICOUNT_TESTS=1 \
    dpkg-buildpackage --build=binary --no-sign --host-arch "$2" $profiles
' sh "$source" "$arch" >"$out/build.log" 2>&1 || { tail -n 30 "$out/build.log" >&2; exit 1; }
mv "$root/build/"*.deb "$out"
grep -A 1 'tests passed' "$out/build.log" || true
ls -l "$out"/*.deb
