"""A disk of our own: FUSE serves one file, DIRECTORY/disk, on which a loop device is put."""
import contextlib
import ctypes
import errno
import os
import stat
import subprocess
import sys
import time

SECONDS = 60  # no step takes as long
DISK = 2      # its inode; 1 is the directory


def wait_until(true, what):
    deadline = time.monotonic() + SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {SECONDS} s: {what}")
        time.sleep(0.01)


def is_unmounted(directory):
    return subprocess.run(["umount", directory], stderr=subprocess.DEVNULL, timeout=SECONDS,
                          check=False).returncode == 0


def unmount(directory):
    """The kernel holds files of a process that has ended, and loop devices, a moment longer."""
    wait_until(lambda: is_unmounted(directory), f"an end of the use of {directory}")


@contextlib.contextmanager
def served(program, directory, *arguments):
    """The disk that `program` serves in `directory`; it is killed where this process is."""
    server = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", sys.executable, program,
                               directory, *arguments])
    try:
        disk = os.path.join(directory, "disk")
        wait_until(lambda: os.path.exists(disk) or server.poll() is not None, "a disk")
        yield disk
        unmount(directory)  # the loop device has let go of it
    finally:
        server.kill()
        server.wait(SECONDS)


def leave_mounts_to_others():
    """Else, where this is the last process, its end waits for the writes that it should serve."""
    new_mount_namespace = 0x00020000
    if ctypes.CDLL(None, use_errno=True).unshare(new_mount_namespace) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def serve(image, directory, wrote, flushed):
    """Serves `image` until it is killed; tells `wrote(offset, bytes)` and `flushed()`, which may wait."""
    import pyfuse3  # pylint: disable=import-outside-toplevel
    import trio     # pylint: disable=import-outside-toplevel

    class Operations(pyfuse3.Operations):
        """No handler begins before the one before is over, but where it waits."""

        def __init__(self):
            super().__init__()
            self._image = os.open(image, os.O_RDWR)

        async def getattr(self, inode, ctx=None):
            attributes = pyfuse3.EntryAttributes()
            attributes.st_ino = inode
            if inode == DISK:
                attributes.st_mode = stat.S_IFREG | 0o600
                attributes.st_size = os.fstat(self._image).st_size
            else:
                attributes.st_mode = stat.S_IFDIR | 0o700
            return attributes

        async def lookup(self, parent_inode, name, ctx=None):
            if name != b"disk":
                raise pyfuse3.FUSEError(errno.ENOENT)
            return await self.getattr(DISK)

        async def open(self, inode, flags, ctx):
            return pyfuse3.FileInfo(fh=inode, direct_io=True)

        async def read(self, fh, off, size):
            return os.pread(self._image, size, off)

        async def write(self, fh, off, buf):
            await wrote(off, buf)
            return os.pwrite(self._image, buf, off)

        async def fsync(self, fh, datasync):
            await flushed()

    pyfuse3.init(Operations(), directory, set(pyfuse3.default_options) | {"fsname=nutricount-disk"})
    leave_mounts_to_others()
    try:
        trio.run(pyfuse3.main)
    finally:
        pyfuse3.close()
