"""A disk that records what reaches it.

recording_disk.py DIRECTORY IMAGE LOG serves IMAGE as DIRECTORY/disk until it is killed, and appends
every write and every flush to LOG in the order in which they were made. A file system that has flushed
may rely on everything before the flush, and on nothing else.
"""
import sys

from fuse_disk import serve
from power import FLUSH, HEADER


def main(directory, image, log):
    file = open(log, "ab", buffering=0)

    async def wrote(offset, data):
        file.write(HEADER.pack(offset, len(data)) + data)

    async def flushed():
        file.write(HEADER.pack(FLUSH, 0))

    serve(image, directory, wrote, flushed)


if __name__ == "__main__":
    main(*sys.argv[1:])
