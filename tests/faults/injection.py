"""Faults at the Nth system call of a command, counted over all its processes; see inject.cpp."""
import os
import subprocess
import tempfile

INJECT = os.environ["NUTRICOUNT_INJECT"]
CHANGING = ("openat,write,pwrite64,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,"
            "unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,fchown,fchmod,chmod,lchown,"
            "fchownat,utimensat,fsetxattr")
WRITING = ("openat,write,pwrite64,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,mkdir,"
           "mkdirat,link,linkat,symlink,symlinkat")
READING_TOO = WRITING + ",openat-reading,read,pread64,newfstatat,getdents64,close"
SECONDS = 120
HANGS = 124  # the exit status of what did not end within that


class Fault:
    """What happens at a call: `kind` as inject has it, `calls` the system calls that count."""

    def __init__(self, name, kind, calls, lasting=False):
        self.name, self.kind, self.calls, self.lasting = name, kind, calls, lasting

    def inject(self, argv, number):
        """Runs argv with the fault at the numbered call (and at every later one, where it lasts)."""
        return self._run(self.kind, f"{number}{'+' if self.lasting else ''}", argv, os.devnull)

    def count(self, argv):
        """How many such calls it makes."""
        with tempfile.NamedTemporaryFile("r", encoding="ascii") as report:
            self._run("count", "1", argv, report.name)
            return int(report.read())

    def _run(self, kind, when, argv, report):
        command = [INJECT, kind, when, self.calls, report, *argv]
        try:
            done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True,
                                  timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as hung:
            return subprocess.CompletedProcess(command, HANGS, "", f"it hangs: {hung}")
        assert done.returncode != 126, done  # it could not begin
        return done


SIGKILL = Fault("SIGKILL", "kill", CHANGING)
FAULTS = [
    SIGKILL,
    Fault("SIGKILL of one process", "kill-caller", CHANGING),
    Fault("ENOSPC", "ENOSPC", WRITING),
    Fault("ENOSPC from there on", "ENOSPC", WRITING, lasting=True),
    Fault("EDQUOT", "EDQUOT", WRITING),
    Fault("EROFS from there on", "EROFS", CHANGING, lasting=True),
    Fault("EIO", "EIO", READING_TOO),
]
