#!/bin/sh
# Installs what building and testing need, as root or with sudo. Does nothing where all is there.
set -eu
list=$(dirname "$0")/build-packages.txt
missing=
# shellcheck disable=SC2013  # one word a line
for package in $(grep -v '^#' "$list"); do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "Installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086  # a list of names
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
  >/dev/null
