"""A disk that writes no faster than an SD card, as even as none is.

paced_disk.py DIRECTORY IMAGE MIB serves IMAGE as DIRECTORY/disk until it is killed; MIB mebibytes a
second. Reads are not slowed down.
"""
import sys

import trio

from fuse_disk import serve


def main(directory, image, mebibytes):
    second = 1 / (float(mebibytes) * (1 << 20))  # for a byte
    free = 0.0  # when the disk has written what it was given

    async def wrote(_, data):
        nonlocal free
        free = max(free, trio.current_time()) + len(data) * second
        await trio.sleep_until(free)

    async def flushed():
        await trio.sleep_until(free)

    serve(image, directory, wrote, flushed)


if __name__ == "__main__":
    main(*sys.argv[1:])
