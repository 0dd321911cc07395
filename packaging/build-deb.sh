#!/bin/sh
# Builds the Debian packages for this machine's release and architecture into build/packages. The same
# commit gives the same bytes: dpkg-buildpackage takes its time from the changelog.
#   packaging/build-deb.sh
#   packaging/build-deb.sh --built DIR    into DIR/packages, from what cmake has built in DIR
# For other releases and architectures: packaging/build-deb-chroot.sh.
set -eu
built=
case "$#${1:-}" in
  0) ;;
  2--built) built=$(realpath "$2") ;;
  *) echo "usage: $0 [--built DIR]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
[ -n "$built" ] || packaging/install-packages.sh
out=${built:-$PWD/build}/packages
work=$out/work
rm -rf "$work"
mkdir -p "$work/nutricount-deploy"
packaging/export-source.sh "$work/nutricount-deploy"
cd "$work/nutricount-deploy"
[ -z "$built" ] || export NUTRICOUNT_BUILD="$built"
DEB_BUILD_OPTIONS="noautodbgsym nocheck parallel=$(nproc)" \
  dpkg-buildpackage --build=binary --build-profiles=nocheck --no-sign --no-pre-clean \
  ${built:+--no-check-builddeps} >"$out/build.log" 2>&1 || { tail -n 20 "$out/build.log" >&2; exit 1; }
mv ../*.deb "$out"
rm -rf "$work"
ls -l "$out"/*.deb
