"""A real file system of its own on a loop device; counts the bytes that reach the device."""
import contextlib
import os
import shutil
import subprocess
import tempfile

from fuse_disk import served

PACED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "paced_disk.py")


class Disk:
    """`pace`: mebibytes that it writes in a second, for one as slow as an SD card"""

    def __init__(self, mebibytes, pace=None):
        self._stack = contextlib.ExitStack()
        self.root = tempfile.mkdtemp(prefix="nutricount-disk-")
        self.image = self.root + ".img"
        with open(self.image, "wb") as file:
            file.truncate(mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        disk = self.image
        if pace is not None:
            place = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="nutricount-paced-"))
            disk = self._stack.enter_context(served(PACED, place, self.image, str(pace)))
        subprocess.run(["mount", "-o", "loop", disk, self.root], check=True)
        done = subprocess.run(["findmnt", "-no", "SOURCE", self.root], check=True,
                              capture_output=True, text=True)
        self._stat = f"/sys/block/{os.path.basename(done.stdout.strip())}/stat"

    def flush(self):
        subprocess.run(["sync", "-f", self.root], check=True)

    def written(self):
        """Bytes that were written to the device so far."""
        with open(self._stat, encoding="ascii") as file:
            return int(file.read().split()[6]) * 512

    def forget(self):
        """Nothing is in memory any more."""
        self.flush()
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
            file.write("3")

    def close(self):
        subprocess.run(["umount", self.root], check=False)
        self._stack.close()
        shutil.rmtree(self.root, ignore_errors=True)
        os.remove(self.image)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
