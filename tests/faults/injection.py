"""Faults at the Nth system call of a command, by strace(1)."""
import re
import subprocess

CHANGING = ("openat,write,pwrite64,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,"
            "unlinkat,rmdir,mkdir,mkdirat,linkat,symlinkat,fchown,fchmod,fchownat,utimensat,"
            "fsetxattr,close")
WRITING = ("write,pwrite64,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,mkdir,mkdirat,"
           "linkat,symlinkat,openat")
READING_TOO = WRITING + ",read,pread64,fstat,newfstatat,getdents64,readlinkat"


class Fault:
    """What happens at a call: `kind` is strace's injection, `calls` the system calls that count."""

    def __init__(self, name, kind, calls, lasting=False):
        self.name, self.kind, self.calls, self.lasting = name, kind, calls, lasting

    def inject(self, argv, number):
        """Runs argv with the fault at the numbered call (and at every later one, where it lasts)."""
        when = f"{number}+" if self.lasting else str(number)
        return subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={self.calls}",
             "-e", f"inject={self.calls}:{self.kind}:when={when}", *argv],
            capture_output=True, text=True, timeout=120, check=False)

    def count(self, argv):
        """How many such calls the process that makes most of them makes."""
        done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/stdout", "-e",
                               f"trace={self.calls}", *argv],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=120, check=False)
        per_process = {}
        for line in done.stdout.splitlines():
            found = re.match(r"(\d+) +\w+\(", line)
            if found:
                per_process[found.group(1)] = per_process.get(found.group(1), 0) + 1
        return max(per_process.values(), default=0)


FAULTS = [
    Fault("SIGKILL", "signal=SIGKILL", CHANGING),
    Fault("ENOSPC", "error=ENOSPC", WRITING),
    Fault("ENOSPC from there on", "error=ENOSPC", WRITING, lasting=True),
    Fault("EDQUOT", "error=EDQUOT", WRITING),
    Fault("EIO", "error=EIO", READING_TOO),
]
