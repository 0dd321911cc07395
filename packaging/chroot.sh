# shellcheck shell=sh
# A Debian system in a directory, for what has to be built or tried on a machine that has nothing.
# Sourced. chroot_make needs root, debootstrap, and the package mirror that this machine uses.

# Where this machine itself gets its packages from.
chroot_mirror() {
  # shellcheck disable=SC2016  # $(REPO_URI) is apt's own notation
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1
}

# shellcheck source=/dev/null
chroot_host_suite() { (. /etc/os-release && echo "$VERSION_CODENAME"); }

# chroot_make DIR SUITE PACKAGE...: no service of these starts in it. CHROOT_ARCH is another
# architecture than this machine's, which its kernel can run.
chroot_make() (
  set -eu
  root=$1
  release=$2
  shift 2
  mirror=$(chroot_mirror)
  debootstrap ${CHROOT_ARCH:+--arch="$CHROOT_ARCH"} --variant=minbase --include=ca-certificates "$release" "$root" "$mirror"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  if [ "$release" = "$(chroot_host_suite)" ]; then
    # The sources of this machine, for what its own libraries come from security updates.
    rm -f "$root/etc/apt/sources.list"
    mkdir -p "$root/etc/apt/sources.list.d"
    find /etc/apt -maxdepth 2 \( -name '*.list' -o -name '*.sources' \) \
      -exec cp {} "$root/etc/apt/sources.list.d/" \;
  fi
  find /etc/apt -maxdepth 2 -path '*apt.conf*' -type f -exec grep -qE 'Proxy|Verify|CaInfo' {} \; \
    -exec cp {} "$root/etc/apt/apt.conf.d/" \;
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  chroot_install "$root" "$@"
)

# chroot_install DIR PACKAGE...
chroot_install() {
  chroot_dir=$1
  shift
  chroot "$chroot_dir" apt-get update -q
  DEBIAN_FRONTEND=noninteractive chroot "$chroot_dir" \
    apt-get install -y -q --no-install-recommends "$@"
  chroot "$chroot_dir" apt-get clean
}
