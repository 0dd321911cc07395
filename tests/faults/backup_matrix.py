"""Faults at every system call of `backup`: what is listed is whole, the source is as it was.

--every K takes every Kth call only. Prints a table; exit status 1 where any point failed.
"""
import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from injection import FAULTS, HANGS

BINARY = os.environ["NUTRICOUNT_DEPLOY"]


def fingerprint(root):
    """Every path below root with type, mode, times and content."""
    digest = hashlib.sha256()
    for directory, names, files in os.walk(root):
        names.sort()
        for name in sorted(files) + ["."]:
            path = os.path.join(directory, name)
            st = os.lstat(path)
            digest.update(f"{path[len(root):]} {st.st_mode} {st.st_size} {st.st_mtime_ns}\n".encode())
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    digest.update(file.read())
    return digest.hexdigest()


class Place:
    """An application directory with some backups, made anew for each point."""

    def __init__(self, root, full, keep):
        self.root, self.full = root, full
        self.app = os.path.join(root, "app")
        self.pristine = os.path.join(root, "pristine")
        os.makedirs(os.path.join(self.app, "data/sub"))
        os.makedirs(os.path.join(self.app, "logs"))
        os.makedirs(os.path.join(root, "state"))
        self.config = os.path.join(root, "config.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'[app]\ndirectory = "{self.app}"\n[service]\nmanager = "process"\n'
                       f'[backup]\ndirectory = "{root}/backups"\nkeep = {keep}\n'
                       f'[state]\ndirectory = "{root}/state"\n')
        self.fill()

    def fill(self):
        data = os.path.join(self.app, "data")
        with sqlite3.connect(f"{data}/x.db") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE t(a)")
            database.executemany("INSERT INTO t VALUES (?)", [("x" * 500,) for _ in range(100)])
        for name, text in (("notes", "n"), ("sub/deep", "d" * 9000), ("../logs/app.log", "l\n")):
            with open(os.path.join(data, name), "w", encoding="utf-8") as file:
                file.write(text)
        os.link(f"{data}/notes", f"{data}/again")
        os.symlink("notes", f"{data}/link")

    def change(self):
        with sqlite3.connect(f"{self.app}/data/x.db") as database:
            database.execute("UPDATE t SET a = a || 'y' WHERE rowid = 50")
        with open(f"{self.app}/data/new", "w", encoding="utf-8") as file:
            file.write("new")

    def command(self, *args):
        full = ["--full"] if self.full and not args else []
        return [BINARY, "backup", "-c", self.config, *full, *args]

    def run(self, *args):
        return subprocess.run(self.command(*args), capture_output=True, text=True, timeout=60,
                              check=False)

    def keep_pristine(self):
        self.backups_before = len(self.complete())
        os.makedirs(self.pristine)
        for name in ("app", "backups", "state"):
            if os.path.exists(os.path.join(self.root, name)):
                self.copy(os.path.join(self.root, name), os.path.join(self.pristine, name))
        self.source = self.source_fingerprint()

    @staticmethod
    def copy(origin, target):
        subprocess.run(["cp", "-a", origin, target], check=True)

    def reset(self):
        for name in ("app", "backups", "state"):
            shutil.rmtree(os.path.join(self.root, name), ignore_errors=True)
            if os.path.exists(os.path.join(self.pristine, name)):
                self.copy(os.path.join(self.pristine, name), os.path.join(self.root, name))

    def source_fingerprint(self):
        return [fingerprint(os.path.join(self.app, name)) for name in ("data/sub", "logs")] + [
            self.rows(f"{self.app}/data/x.db")]

    @staticmethod
    def rows(path):
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT count(*), sum(length(a)) FROM t").fetchone()
        finally:
            connection.close()

    def complete(self):
        done = self.run("--list", "--json")
        assert done.returncode == 0, done
        return [one for one in json.loads(done.stdout)["backups"] if one["complete"]]

    def wrong(self, done):
        """What does not hold after a run with a fault; empty when all is well."""
        if done.returncode == HANGS:
            return "it hangs"
        if self.source_fingerprint() != self.source:
            return "the source was changed"
        complete = self.complete()
        fresh = len({one["backup"] for one in complete} - self.ids_before())
        if done.returncode == 0 and fresh != 1:
            return f"exit 0, but {fresh} new backups"
        if len(complete) < self.backups_before - 1:
            return "more than one backup is lost"
        verified = self.run("--verify")
        if verified.returncode != 0:
            return f"a listed backup is not whole: {verified.stdout}{verified.stderr}"
        unverified = [n for n in os.listdir(self.app) if n.startswith("data.backup.2") and
                      not os.path.exists(f"{self.app}/.backup.{n[12:]}.json") and
                      not os.path.exists(f"{self.app}/.backup.partial") and
                      not os.path.exists(f"{self.app}/.backup.{n[12:]}.removing")]
        if unverified:
            return f"half-made, and listed as unverified: {unverified}"
        again = self.run()
        if again.returncode != 0:
            return f"the next backup fails: {again.stderr}"
        for directory in (self.app, os.path.join(self.root, "backups")):
            left = [n for n in (os.listdir(directory) if os.path.isdir(directory) else [])
                    if "partial" in n or "removing" in n]
            if left:
                return f"left over: {left}"
        if self.run("--verify").returncode != 0:
            return "after the next backup one is not whole"
        return ""

    def ids_before(self):
        directory = os.path.join(self.pristine, "backups" if self.full else "app")
        names = os.listdir(directory) if os.path.isdir(directory) else []
        return {name[8:23] for name in names if name.startswith(".backup") and name.endswith(".json")}


def first(root, full):
    place = Place(root, full, keep=2)
    place.keep_pristine()
    return place


def made_over(root, full):
    """Two are there and two are kept: the next is made over the older one."""
    place = Place(root, full, keep=2)
    for _ in range(2):
        assert place.run().returncode == 0
        place.change()
    place.keep_pristine()
    return place


def taken_up(root, full):
    """A run before was killed while it made one over another."""
    place = Place(root, full, keep=2)
    for _ in range(2):
        assert place.run().returncode == 0
        place.change()
    FAULTS[0].inject(place.command(), FAULTS[0].count(place.command()) - 12)
    place.keep_pristine()
    return place


def sweep(place, fault, every, failures):
    place.reset()
    total = fault.count(place.command())
    tried = 0
    for number in range(1, total + 1, every):
        place.reset()
        done = fault.inject(place.command(), number)
        tried += 1
        problem = place.wrong(done)
        if problem:
            failures.append(f"{fault.name} at call {number}: {problem}\n{done.stderr}")
    return total, tried


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    every = parser.parse_args().every
    bad = 0
    print(f"{'backup':8}{'scenario':12}{'fault':24}{'calls':>8}{'tried':>8}{'failed':>8}")
    for full in (False, True):
        for scenario in (first, made_over, taken_up):
            for fault in FAULTS:
                root = tempfile.mkdtemp(prefix="nutricount-matrix-")
                failures = []
                try:
                    total, tried = sweep(scenario(root, full), fault, every, failures)
                finally:
                    shutil.rmtree(root, ignore_errors=True)
                print(f"{'full' if full else 'data':8}{scenario.__name__:12}{fault.name:24}"
                      f"{total:8}{tried:8}{len(failures):8}", flush=True)
                for failure in failures[:3]:
                    print("   ", failure.replace("\n", "\n    "))
                bad += len(failures)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
