#!/bin/bash
# The systemd manager against real units: the doctest cases of lib/service that need a booted systemd.
# Usage: service_case.sh BUILD_DIR UNIT_TEST_BINARY LIBRARY
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/machine.sh
source "$HERE/machine.sh"

binary=$2 library=$3
machine_prepare "$1" service "$library"
machine_put "$binary" /opt/test/unit_service
machine_put "$library" "/opt/test/$(objdump -p "$library" | awk '/SONAME/ {print $2}')"
machine_boot
machine env LD_LIBRARY_PATH=/opt/test NUTRICOUNT_TEST_SYSTEMD=1 \
  /opt/test/unit_service --test-suite=systemd --no-colors=true || fail "the cases inside the machine"
# A suite that found nothing to run would pass as well.
count=$(machine env LD_LIBRARY_PATH=/opt/test NUTRICOUNT_TEST_SYSTEMD=1 \
  /opt/test/unit_service --test-suite=systemd \
  --list-test-cases --no-colors=true | grep -c '^systemd: ')
[ "$count" -ge 8 ] || fail "only $count cases were there to run"
echo "PASSED: $count cases"
