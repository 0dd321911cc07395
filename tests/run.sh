#!/bin/sh
# Installs what is needed, builds with warnings as errors, runs every test that fits into CI.
set -eu
cd "$(dirname "$0")/.."
packaging/install-packages.sh
cmake --preset ci
cmake --build --preset ci
ctest --preset ci "$@"
