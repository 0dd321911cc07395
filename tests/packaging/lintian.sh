#!/bin/sh
# lintian finds neither errors nor warnings in the packages of what is built in BUILD, and would find
# some if they were there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
command -v lintian >/dev/null || { echo "SKIPPED: lintian is not installed"; exit 77; }
"$here/../../packaging/build-deb.sh" --built "$build"
lintian --fail-on error,warning --info "$build"/packages/*.deb

spoilt=$(mktemp -d)
trap 'rm -rf "$spoilt"' EXIT
dpkg-deb -R "$build"/packages/nutricount-webhook_*.deb "$spoilt/tree"
rm "$spoilt/tree/usr/share/doc/nutricount-webhook/copyright"
dpkg-deb --root-owner-group -b "$spoilt/tree" "$spoilt/spoilt.deb" >/dev/null
if lintian --fail-on error,warning "$spoilt/spoilt.deb" >/dev/null; then
  echo "FAILED: a package without its copyright passes"
  exit 1
fi
