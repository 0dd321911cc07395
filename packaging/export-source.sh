#!/bin/sh
# Copies what git tracks into DIR, with debian/ where dpkg-buildpackage looks for it, and a changelog
# for it: version and text from one place each, CMakeLists.txt and CHANGELOG.md.
set -eu
[ $# = 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
target=$(realpath "$1")
cd "$(dirname "$0")/.."
git ls-files -z | tar -c --null --files-from=- | tar -x -C "$target"
cp -r packaging/debian "$target/debian"
version=$(sed -n 's/^project(.* VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
date=$(git log -1 --format=%cD)
{
  printf 'nutricount-deploy (%s) unstable; urgency=medium\n\n' "$version"
  sed -n "/^## \[$version\]/,/^## \[/{s/^  /    /p; s/^- /  * /p}" CHANGELOG.md | fmt -t -w 78
  printf '\n -- %s  %s\n' "$(sed -n 's/^Maintainer: //p' packaging/debian/control)" "$date"
} >"$target/debian/changelog"
