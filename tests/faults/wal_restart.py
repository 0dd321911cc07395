"""A WAL that is begun anew while a backup reads it: the backup holds no mixture of old and new.

All of the WAL is in the database when the backup begins, so that the next commit writes over its
start. strace(1) stops the backup after each of its first reads of the WAL; then comes the commit.
"""
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from bank import ACCOUNTS, wrong
from under_writer import Place

COMMITS = 300  # three pages each: more of a WAL than is read at once


def transfer(database, seq):
    giver, taker = 1 + seq % ACCOUNTS, 1 + (7 * seq + 1) % ACCOUNTS
    for who, change in ((giver, -1), (taker, 1)):
        database.execute("UPDATE account SET balance = balance + ? WHERE id = ?", (change, who))
    database.execute("INSERT INTO ledger VALUES (?, ?, ?, 1)", (seq, giver, taker))


def fill(database):
    database.execute("PRAGMA wal_autocheckpoint=0")
    for seq in range(1, COMMITS + 1):
        database.execute("BEGIN")
        transfer(database, seq)
        database.execute("COMMIT")
    busy, frames, done = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert busy == 0 and frames == done > 0


def begin_anew(database):
    database.execute("BEGIN")
    for seq in range(COMMITS + 1, 2 * COMMITS + 1):
        transfer(database, seq)
    database.execute("COMMIT")


def stopped(trace):
    """The process that strace says to have stopped; 0 when none does in time."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if os.path.exists(trace):
            with open(trace, encoding="ascii", errors="replace") as file:
                found = re.search(r"^(\d+) +--- stopped by SIGSTOP", file.read(), re.MULTILINE)
            if found:
                return int(found.group(1))
        time.sleep(0.01)
    return 0


def problem(root, reads):
    place, trace = Place(root, "WAL"), os.path.join(root, "trace")
    database = sqlite3.connect(place.database, timeout=30, isolation_level=None)
    fill(database)
    backup = subprocess.Popen(["strace", "-f", "-o", trace, "-P", place.database + "-wal", "-e",
                               "trace=pread64", "-e", f"inject=pread64:signal=SIGSTOP:when={reads}",
                               *place.command("-q")], start_new_session=True)
    try:
        pid = stopped(trace)
        begin_anew(database)
        if pid:
            os.kill(pid, signal.SIGCONT)
        status = backup.wait(60)
    finally:
        if backup.poll() is None:
            os.killpg(backup.pid, signal.SIGKILL)
            backup.wait()
    database.close()
    if not pid or status != 0:
        return f"stopped as process {pid}, exit {status}"
    data = os.path.dirname(place.database)
    copy = [name for name in os.listdir(os.path.dirname(data)) if name.startswith("data.backup.")]
    return wrong(os.path.join(os.path.dirname(data), copy[0], "bank.db"), COMMITS)


def main():
    bad = 0
    for reads in (1, 2, 3):
        root = tempfile.mkdtemp(prefix="nutricount-restart-")
        try:
            found = problem(root, reads)
        finally:
            shutil.rmtree(root, ignore_errors=True)
        print(f"stopped after read {reads}: {found or 'consistent'}", flush=True)
        bad += bool(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
