"""A disk whose power can be cut at any write: record a run on it, then make what a cut leaves."""
import contextlib
import os
import random
import struct
import subprocess
import typing

from fuse_disk import SECONDS, served, unmount

# The log of a disk: offset and length of a write, whose bytes follow; for a flush, FLUSH and 0.
HEADER = struct.Struct("<QQ")
FLUSH = 2**64 - 1

SECTOR = 4096  # a disk writes that much wholly or not at all
SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recording_disk.py")


def run(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, timeout=SECONDS)


@contextlib.contextmanager
def mounted(image, directory):
    """The loop device goes with the mount."""
    run("mount", "-t", "ext4", "-o", "loop", image, directory)
    try:
        yield
    except BaseException:
        run("umount", "--lazy", directory)  # what was interrupted may use it still
        raise
    unmount(directory)


class RecordedDisk:
    """An ext4 file system on a disk that records; `work` holds the image and the log."""

    def __init__(self, work, mebibytes):
        self._image, self._log = os.path.join(work, "disk.img"), os.path.join(work, "log")
        self._served = os.path.join(work, "served")
        os.makedirs(self._served)
        for path, size in ((self._image, mebibytes << 20), (self._log, 0)):
            with open(path, "wb") as file:
                file.truncate(size)
        run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self._image)

    @contextlib.contextmanager
    def mounted(self, directory):
        with served(SERVER, self._served, self._image, self._log) as disk, mounted(disk, directory):
            yield

    def now(self):
        """This moment: all that the disk has done so far lies before it in the log."""
        return os.path.getsize(self._log)

    def copy_to(self, path):
        copy_image(self._image, path)

    def operations(self, begin, end):
        """What the disk began and ended between two moments."""
        with open(self._log, "rb") as file:
            file.seek(begin)
            return [operation for _, operation in operations_in(file.read(end - begin))]

    def log(self, begin):
        """What the disk did since a moment, and the moments at which each of it was over."""
        with open(self._log, "rb") as file:
            file.seek(begin)
            found = list(operations_in(file.read()))
        return Log([operation for _, operation in found], [begin + end for end, _ in found])


class Log(typing.NamedTuple):
    operations: list
    ends: list


def operations_in(log):
    """(offset, bytes) for each sector that was written, None for each flush; each behind the place in
    the log where it ends."""
    at = 0
    while at + HEADER.size <= len(log):
        offset, length = HEADER.unpack_from(log, at)
        at += HEADER.size
        if offset == FLUSH:
            yield at, None
        elif at + length <= len(log):
            for start in range(0, length, SECTOR):
                yield at + length, (offset + start,
                                    log[at + start:at + min(start + SECTOR, length)])
        at += length


def copy_image(origin, target):
    run("cp", "--sparse=always", origin, target)


def cut(base, operations, is_lost, target):
    """Makes at `target` what the disk `base` is when the power fails after `operations`.

    is_lost() says of a sector that no flush has made durable whether it is lost.
    """
    copy_image(base, target)
    flushed = max((at for at, operation in enumerate(operations) if operation is None), default=-1)
    with open(target, "r+b") as image:
        for at, operation in enumerate(operations):
            if operation is not None and (at < flushed or not is_lost()):
                image.seek(operation[0])
                image.write(operation[1])


def is_sound(image):
    """Whether the file system is; for one whose journal was replayed by mounting it."""
    return subprocess.run(["e2fsck", "-fn", image], capture_output=True, timeout=SECONDS,
                          check=False).returncode == 0


def points_of(total, exited, count, drop):
    """Spread over all that the disk did; the end of the command is among them.

    Where half is lost a point may come again: what is lost is another half then.
    """
    points = [max(1, total * at // count) for at in range(1, count + 1)]
    points += [exited] * (1 + count // 10)
    return sorted(points if drop else set(points))


def losing(drop, number):
    """For cut(): half of what may be lost is, another half for each number; or nothing."""
    chance = random.Random(number)
    return lambda: drop and chance.random() < 0.5
