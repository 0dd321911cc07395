#!/bin/sh
# What a release promises: two builds of a commit are the same bytes, both packages together take less
# than 3 MB, and lintian finds nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
command -v dpkg-buildpackage >/dev/null || { echo "SKIPPED: dpkg-dev is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Both before the first is built: the source may move on meanwhile.
git clone --quiet "$source" "$work/first"
git clone --quiet "$work/first" "$work/another-place"
for build in first another-place; do
  "$work/$build/packaging/build-deb.sh" >/dev/null
done
for package in "$work"/first/build/packages/*.deb; do
  sha256sum "$package"
  cmp "$package" "$work/another-place/build/packages/$(basename "$package")"
done
lintian --fail-on error,warning "$work"/first/build/packages/*.deb
size=0
for package in "$work"/first/build/packages/*.deb; do
  size=$((size + $(dpkg-deb -f "$package" Installed-Size)))
done
echo "installed: $size KiB"
[ $((size * 1024)) -lt 3000000 ] || { echo "FAILED: more than 3 MB"; exit 1; }
