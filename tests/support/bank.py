"""A bank whose writer never rests: what its database must say of itself, whoever copies it when.

Each commit moves money between two accounts and enters the transfer into a ledger, numbered without
gaps. When a commit was acknowledged is known to everyone at once: the times are in shared memory.
"""
import mmap
import multiprocessing
import os
import random
import sqlite3
import time

ACCOUNTS, BALANCE, NOTE = 4000, 1000, 4800  # some 20 MB
MOST = 4 << 20  # commits


def make(path, journal):
    noise = random.Random(1)
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA journal_mode={journal}")
    database.execute("CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER, note BLOB)")
    database.execute("CREATE TABLE ledger(seq INTEGER PRIMARY KEY, giver INTEGER, taker INTEGER, "
                     "amount INTEGER)")
    database.executemany("INSERT INTO account(balance, note) VALUES (?, ?)",
                         ((BALANCE, noise.randbytes(NOTE)) for _ in range(ACCOUNTS)))
    database.commit()
    database.close()


class Writer:
    """Commits as fast as it can, in a process of its own, until it is closed."""

    def __init__(self, path):
        self._path = path
        self._memory = mmap.mmap(-1, 8 * (MOST + 2))
        self._count = memoryview(self._memory).cast("Q")[:2]  # acknowledged; whether to stop
        self._times = memoryview(self._memory).cast("d")[2:]
        self._process = multiprocessing.get_context("fork").Process(target=self._work, daemon=True)
        self._process.start()
        while self.acknowledged() == 0 and self._process.is_alive():
            time.sleep(0.01)

    def _work(self):
        database = sqlite3.connect(self._path, timeout=60, isolation_level=None)
        choice = random.Random(2)
        for seq in range(1, MOST):
            giver, taker = choice.sample(range(1, ACCOUNTS + 1), 2)
            amount = choice.randint(1, 9)
            database.execute("BEGIN IMMEDIATE")
            for who, change in ((giver, -amount), (taker, amount)):
                database.execute("UPDATE account SET balance = balance + ? WHERE id = ?", (change, who))
            database.execute("INSERT INTO ledger VALUES (?, ?, ?, ?)", (seq, giver, taker, amount))
            database.execute("COMMIT")
            self._times[seq] = time.monotonic()
            self._count[0] = seq
            if self._count[1]:
                break
        database.close()

    def acknowledged(self):
        """The number of the last commit that the writer knows to be done."""
        return self._count[0]

    def pauses(self, first, last):
        """From each acknowledged commit to the next, in seconds."""
        return [self._times[n + 1] - self._times[n] for n in range(first, last)]

    def close(self):
        """Whether it wrote to the end, without an error."""
        self._count[1] = 1
        self._process.join(70)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        return self._process.exitcode == 0


def wrong(path, acknowledged):
    """What a copy that was begun after that many commits breaks; empty when all is well."""
    companions = [end for end in ("-wal", "-shm", "-journal") if os.path.exists(path + end)]
    if companions:
        return f"beside the copy: {companions}"
    # Immutable: nothing beside the file is looked at, nothing is written.
    database = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        return broken_promise(database, acknowledged)
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        database.close()


def broken_promise(database, acknowledged):
    said = database.execute("PRAGMA integrity_check").fetchall()
    if said != [("ok",)]:
        return f"integrity_check: {said[:3]}"
    first, last, entries = database.execute("SELECT min(seq), max(seq), count(*) FROM ledger").fetchone()
    if (first, last) != (1, entries):
        return f"a gap in the ledger: {entries} entries from {first} to {last}"
    if last < acknowledged:
        return f"lost: commit {acknowledged} was acknowledged before, {last} is the last one there"
    differ = database.execute(
        "SELECT count(*) FROM account LEFT JOIN (SELECT who, sum(amount) AS change FROM "
        "(SELECT taker AS who, amount FROM ledger UNION ALL SELECT giver, -amount FROM ledger) "
        "GROUP BY who) ON who = id WHERE balance <> ? + ifnull(change, 0)", (BALANCE,)).fetchone()[0]
    return f"{differ} accounts differ from the ledger" if differ else ""
