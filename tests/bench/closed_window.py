"""How much longer the closed window is with much data than with little."""
import contextlib
import math
import os
import sqlite3
import statistics
import threading
import time

from strategies import Kept, two


def fill(site, mebibytes):
    """A second database, of that size, that the health check does not read."""
    database = sqlite3.connect(f"{site.app}/data/archive.db")
    database.execute("PRAGMA journal_mode=WAL")
    with database:
        database.execute("CREATE TABLE archive (content BLOB)")
        for _ in range(mebibytes):
            database.execute("INSERT INTO archive VALUES (randomblob(1048576))")
    database.close()


class WrittenMeanwhile(threading.Thread):
    """Writes to that database so many times at most while a deployment pre-copies it."""

    def __init__(self, site, process, times):
        super().__init__(daemon=True)
        self.site, self.process, self.times = site, process, times

    def run(self):
        while self.process.poll() is None and self.times > 0:
            if self.site.holder().get("step") == "pre-copy":
                self.write()
                self.times -= 1
            time.sleep(0.02)

    def write(self):
        path = f"{self.site.app}/data/archive.db"
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as database, database:
            database.execute("INSERT INTO archive VALUES (randomblob(1000))")


def windows_with(mebibytes, rounds, written=0):
    """Closed windows of updates with so much data."""
    one = Kept()
    try:
        fill(one.site, mebibytes)
        found = []
        for number in range(2, 2 + rounds):
            one.site.push_version(number)
            process = one.site.start_update("--json")
            if written:
                WrittenMeanwhile(one.site, process, written).start()
            found.append(one.window(one.site.end(process, timeout=600)))
        return found
    finally:
        one.close()


def compare(rounds):
    much = 1024 if os.environ.get("BIG") else 100
    little = windows_with(10, rounds)
    print(f"\nclosed window: 10 MiB of data{two(little)}")
    for how, times in (("", 0), (", written to once", 1), (", written to all the time", math.inf)):
        large = windows_with(much, rounds, times)
        print(f"{much} MiB{how}{two(large)}, "
              f"{statistics.median(large) / statistics.median(little):.2f} times")
