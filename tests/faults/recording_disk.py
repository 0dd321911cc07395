"""A disk that records what reaches it: FUSE serves one file, on which a loop device is put.

recording_disk.py DIRECTORY IMAGE LOG serves IMAGE as DIRECTORY/disk until it is killed, and appends
every write and every flush to LOG in the order in which they were made. A file system that has flushed
may rely on everything before the flush, and on nothing else.
"""
import ctypes
import errno
import os
import stat
import sys

import pyfuse3
import trio

from power import FLUSH, HEADER

NAME = b"disk"
DISK = pyfuse3.ROOT_INODE + 1


class RecordingDisk(pyfuse3.Operations):
    """Handlers never wait, so that one is over before the next begins."""

    def __init__(self, image, log):
        super().__init__()
        self._image = os.open(image, os.O_RDWR)
        self._log = open(log, "ab", buffering=0)

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
        if name != NAME:
            raise pyfuse3.FUSEError(errno.ENOENT)
        return await self.getattr(DISK)

    async def open(self, inode, flags, ctx):
        return pyfuse3.FileInfo(fh=inode, direct_io=True)

    async def read(self, fh, off, size):
        return os.pread(self._image, size, off)

    async def write(self, fh, off, buf):
        self._log.write(HEADER.pack(off, len(buf)) + buf)
        return os.pwrite(self._image, buf, off)

    async def fsync(self, fh, datasync):
        self._log.write(HEADER.pack(FLUSH, 0))


def leave_mounts_to_others():
    """Else, where this is the last process, its end waits for the writes that it should serve."""
    new_mount_namespace = 0x00020000
    if ctypes.CDLL(None, use_errno=True).unshare(new_mount_namespace) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def main(directory, image, log):
    options = set(pyfuse3.default_options) | {"fsname=nutricount-recording-disk"}
    pyfuse3.init(RecordingDisk(image, log), directory, options)
    leave_mounts_to_others()
    try:
        trio.run(pyfuse3.main)
    finally:
        pyfuse3.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
