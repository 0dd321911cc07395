"""Mounts that go with the last process of a test, whatever ends it."""
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from power import mounted, run

SKIPPED = 77
UNSHARE = ("unshare", "--mount", "--propagation", "private")
INSIDE = "NUTRICOUNT_POWER_CUTS_INSIDE"


def why_not():
    """What this machine lacks."""
    if os.geteuid() != 0:
        return "mounting needs root"
    if not importlib.util.find_spec("pyfuse3"):
        return "pyfuse3 is missing (package: python3-pyfuse3)"
    for tool in ("unshare", "setpriv", "mkfs.ext4", "e2fsck"):
        if not shutil.which(tool):
            return f"{tool} is missing (packages: util-linux e2fsprogs)"
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as error:
        return f"/dev/fuse cannot be opened: {error.strerror}"
    if subprocess.run([*UNSHARE, "true"], check=False).returncode != 0:
        return "this machine gives no mount namespace"
    return ""


def work_below(root, work):
    run("mount", "-t", "tmpfs", "-o", "mode=700", "nutricount-power-cuts", root)
    try:
        reason = why_not_mounted(root)
        if reason:
            print("skipped:", reason)
            return SKIPPED
        return work(root)
    finally:
        run("umount", "--recursive", "--lazy", root)


def why_not_mounted(root):
    image, directory = os.path.join(root, "probe.img"), os.path.join(root, "probe")
    os.mkdir(directory)
    with open(image, "wb") as file:
        file.truncate(8 << 20)
    run("mkfs.ext4", "-q", "-F", image)
    try:
        with mounted(image, directory):
            return ""
    except subprocess.CalledProcessError:
        return "loop devices cannot be mounted here"


def with_mounts_of_its_own(work):
    """work(directory) returns the exit status; the directory is in memory. 77 where this machine cannot
    do it, and says why."""
    reason = why_not()
    if reason:
        print("skipped:", reason)
        return SKIPPED
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, *sys.argv])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    root = tempfile.mkdtemp(prefix="nutricount-power-")
    try:
        return work_below(root, work)
    finally:
        os.rmdir(root)
