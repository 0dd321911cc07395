# shellcheck shell=bash
# A machine whose PID 1 is a real systemd: a container in a directory of its own, without network.
# Sourced by the cases. Usage:
#
#   source machine.sh
#   machine_prepare BUILD_DIR NAME LIBRARY   # base system (made once) and a fresh disk over it
#   machine_boot; machine COMMAND...; machine_put FILE PATH; machine_crash; machine_down
#
# The base system lies in BUILD_DIR/system-base, the machine in BUILD_DIR/test-runs/NAME.
set -euo pipefail
# shellcheck source=packaging/chroot.sh
source "$HERE/../../packaging/chroot.sh"

readonly MACHINE_SKIP=77
# What the application needs, and what stands beside it; what the binaries link is added by
# machine_packages.
readonly MACHINE_PACKAGES="git python3-flask gunicorn python3-venv curl procps nginx-light openssl
  polkitd logrotate"
MACHINE_PID=   # of systemd-nspawn

skip() {
  echo "SKIPPED: $*"
  exit "$MACHINE_SKIP"
}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

machine_require() {
  [ "$(id -u)" = 0 ] || skip "booting a machine needs root"
  local tool
  for tool in debootstrap systemd-nspawn nsenter apt-get flock mkfs.ext4; do
    command -v "$tool" >/dev/null ||
      skip "$tool is missing (packages: debootstrap systemd-container util-linux e2fsprogs)"
  done
  CGROUP=/sys/fs/cgroup/unified
  [ -e "$CGROUP/cgroup.procs" ] || CGROUP=/sys/fs/cgroup
  [ -w "$CGROUP/cgroup.procs" ] || skip "there is no writable cgroup2 hierarchy"
}

# The packages of the shared libraries that a binary links, and of those that it loads by their names,
# whatever they are called here.
machine_packages() {
  local library loaded
  loaded=$(grep -aoE 'lib(git2|crypto|curl|sqlite3|systemd)\.so\.[0-9.]*[0-9]' "$1" | sort -u)
  {
    ldd "$1" | awk '$3 ~ /^\// {print $3}'
    ldconfig -p | awk '{print $1, $NF}' | grep -F "$loaded" | awk '{print $2}'
  } | while read -r library; do
    dpkg-query -S "*/$(basename "$library")" 2>/dev/null | sed 's/:.*//' || true
  done | sort -u | tr '\n' ' '
}

machine_base_steps() {
  local base=$1 packages=$2
  # shellcheck disable=SC2086  # a list of words
  chroot_make "$base" "$(chroot_host_suite)" systemd systemd-sysv dbus $packages
  chroot "$base" useradd --create-home --uid 1000 --shell /bin/bash pi
  rm -f "$base/usr/sbin/policy-rc.d" "$base/etc/resolv.conf"
  rm -rf "$base"/var/lib/apt/lists/*
  mkdir -p "$base/var/log/journal"
  echo machine >"$base/etc/hostname"
  printf '127.0.0.1 localhost machine\n' >"$base/etc/hosts"
  echo 0123456789abcdef0123456789abcdef >"$base/etc/machine-id"
  local unit
  for unit in console-getty.service apt-daily.timer apt-daily-upgrade.timer; do
    ln -sf /dev/null "$base/etc/systemd/system/$unit"
  done
}

machine_make_base() {
  local packages="$MACHINE_PACKAGES $1" log="$BUILD/system-base.log"
  BASE=$BUILD/system-base
  exec 8>"$BUILD/system-base.lock"
  flock 8  # two cases may start at once
  if [ "$(cat "$BASE/.packages" 2>/dev/null)" != "$packages" ]; then
    echo "making the base system in $BASE (about two minutes, once)"
    rm -rf "$BASE" "$BASE.new"
    machine_base_steps "$BASE.new" "$packages" >"$log" 2>&1 ||
      { tail -n 5 "$log"; skip "the base system cannot be made (no package mirror?): see $log"; }
    echo "$packages" >"$BASE.new/.packages"
    mv "$BASE.new" "$BASE"
  fi
  exec 8>&-
}

# A fresh disk over the base system.
machine_prepare() {
  machine_require
  BUILD=$(realpath "$1")
  MACHINE=nutricount-$2-$$
  RUN=$BUILD/test-runs/system-$2
  machine_make_base "$(machine_packages "$3")"
  rm -rf "$RUN"
  mkdir -p "$RUN/root" "$RUN/disk"
  truncate -s 2G "$RUN/disk.img"
  mkfs.ext4 -q -F "$RUN/disk.img"
  trap machine_cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  ROOT=$RUN/root
  machine_mount
}

machine_mount() {
  mount -o loop "$RUN/disk.img" "$RUN/disk" || skip "loop devices cannot be mounted here"
  mkdir -p "$RUN/disk/upper" "$RUN/disk/work"
  mount -t overlay -o "lowerdir=$BASE,upperdir=$RUN/disk/upper,workdir=$RUN/disk/work" \
    "$MACHINE" "$ROOT" || skip "overlay file systems cannot be mounted here"
}

# The container's PID 1, as this machine numbers it.
machine_leader() {
  local child
  local children=
  children=$(cat "/proc/$MACHINE_PID/task/$MACHINE_PID/children" 2>/dev/null) || return 1
  for child in $children; do
    awk '/^NSpid:/ {exit !($NF == 1 && NF > 2)}' "/proc/$child/status" 2>/dev/null &&
      echo "$child" && return 0
  done
  return 1
}

machine_boot() {
  mkdir -p "$CGROUP/$MACHINE/nspawn" "$CGROUP/$MACHINE/inside"
  # Where the machine still has the old hierarchies, nspawn looks at this one as well.
  if [ -d /sys/fs/cgroup/systemd ]; then mkdir -p "/sys/fs/cgroup/systemd/$MACHINE"; fi
  (
    # With --keep-unit nspawn makes its groups beside itself: it needs one of its own.
    echo "$BASHPID" >"$CGROUP/$MACHINE/nspawn/cgroup.procs"
    if [ -d "/sys/fs/cgroup/systemd/$MACHINE" ]; then
      echo "$BASHPID" >"/sys/fs/cgroup/systemd/$MACHINE/cgroup.procs"
    fi
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    exec systemd-nspawn --quiet --boot --register=no --keep-unit --directory="$ROOT" \
      --machine="$MACHINE" --hostname=machine --private-network --resolv-conf=off \
      --timezone=off --link-journal=no --console=pipe --kill-signal=SIGRTMIN+4 \
      </dev/null >>"$RUN/console.log" 2>&1
  ) &
  MACHINE_PID=$!
  disown  # bash shall not announce that it was killed
  local i state=none
  for ((i = 0; i < 1200; i++)); do
    [ -d "/proc/$MACHINE_PID" ] || break
    if machine_leader >/dev/null; then
      state=$(machine systemctl is-system-running 2>/dev/null) || true
      case $state in running | degraded) return 0 ;; esac
    fi
    sleep 0.05
  done
  tail -n 5 "$RUN/console.log" >&2
  if ! machine_leader >/dev/null; then skip "systemd-nspawn cannot boot here: see $RUN/console.log"; fi
  fail "the machine did not finish booting (state: $state)"
}

# Runs a command inside, as root.
machine() {
  local leader
  leader=$(machine_leader) || fail "the machine is not up"
  (
    echo "$BASHPID" >"$CGROUP/$MACHINE/inside/cgroup.procs"
    exec nsenter -t "$leader" -m -u -i -n -p -C --root --wd env -i HOME=/root USER=root \
      LOGNAME=root TERM=dumb LANG=C.UTF-8 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
  )
}

# A file or a directory into the machine, before it boots or while it runs.
machine_put() {
  mkdir -p "$ROOT$(dirname "$2")"
  if machine_leader >/dev/null; then
    machine mkdir -p "$(dirname "$2")"
    tar -C "$(dirname "$1")" --owner=0 --group=0 --transform "s,^$(basename "$1"),$(basename "$2")," \
      -cf - "$(basename "$1")" | machine tar -C "$(dirname "$2")" -xf -
  else
    cp -rL --no-preserve=ownership "$1" "$ROOT$2"
  fi
}

machine_group_is_empty() { grep -q '^populated 0' "$CGROUP/$MACHINE/cgroup.events" 2>/dev/null; }

# All processes of the machine at one instant, commands inside it included.
machine_crash() {
  local i
  echo 1 >"$CGROUP/$MACHINE/cgroup.kill"
  for ((i = 0; i < 500; i++)); do
    machine_group_is_empty && break
    sleep 0.01
  done
  MACHINE_PID=
}

# The power goes: what had not reached the disk, the file system's journal included, is lost.
machine_power_cut() {
  python3 -c 'import fcntl, os, struct, sys
EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2
disk = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(disk, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))' "$RUN/disk"
  machine_crash
  machine_unmount "$ROOT"
  machine_unmount "$RUN/disk"
  e2fsck -p "$RUN/disk.img" >>"$RUN/console.log" || [ $? -le 1 ] || fail "the disk is damaged"
  machine_mount
}

machine_unmount() {
  local i
  for ((i = 0; i < 100; i++)); do
    mountpoint -q "$1" || return 0
    umount "$1" 2>/dev/null && return 0
    sleep 0.05
  done
  echo "cannot unmount $1" >&2
}

# Keeps the logs of a run that failed and nothing else.
machine_cleanup() {
  local status=$? group
  if [ -n "$MACHINE_PID" ]; then
    if [ "$status" != 0 ] && [ "$status" != "$MACHINE_SKIP" ] && machine_leader >/dev/null; then
      machine journalctl -b --no-pager >"$RUN/journal.log" 2>&1 || true
      echo "the machine's journal: $RUN/journal.log" >&2
    fi
    machine_crash
  fi
  machine_unmount "$ROOT"
  machine_unmount "$RUN/disk"
  rm -f "$RUN/disk.img"
  for group in "$CGROUP/$MACHINE" "/sys/fs/cgroup/systemd/$MACHINE"; do
    [ -d "$group" ] && find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
  done
  return 0
}
