"""First and second backups against cp -a, rsync --link-dest, restic, borg, and the least possible.

Durability is included on all sides: each run ends with a flush of the file system. ROUNDS=N (default
3) rounds, interleaved; needs root for a loop device. Tools that are not installed are left out.
"""
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

from disk import Disk

BINARY, FLOOR = os.environ["NUTRICOUNT_DEPLOY"], os.environ["NUTRICOUNT_FLOOR"]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
MIB = 1 << 20


def measure(disk, argv, env=None):
    """seconds, processor seconds, MiB of peak memory, MiB that reached the disk"""
    disk.flush()
    before, start = disk.written(), time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, {**os.environ, **(env or {})},
                          file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    disk.flush()
    seconds = time.monotonic() - start
    if status != 0:
        raise SystemExit(f"{argv} ended with {status}")
    return (seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
            (disk.written() - before) / MIB)


class Tree:
    """What is backed up: `change` is what happens between the backups."""
    full = False

    def __init__(self, root):
        self.app = os.path.join(root, "app")
        self.live = os.path.join(self.app, "data")
        os.makedirs(self.live)
        self.random = random.Random(1)
        self.make()

    def file(self, path, size):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            for at in range(0, size, 64 * MIB):
                file.write(self.random.randbytes(min(64 * MIB, size - at)))


class Data(Tree):
    name, transactions = "100 MB WAL database + 200 files, 1 transaction", 1

    def make(self):
        with sqlite3.connect(f"{self.live}/x.db") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)")
            database.executemany("INSERT INTO t(b) VALUES (?)",
                                 ((self.random.randbytes(4000),) for _ in range(25000)))
        database.close()
        for number in range(200):
            self.file(f"{self.live}/f{number}", self.random.randint(100, 20000))

    def change(self):
        with sqlite3.connect(f"{self.live}/x.db") as database:
            for _ in range(self.transactions):
                database.execute("UPDATE t SET b = ? WHERE id = ?",
                                 (self.random.randbytes(4000), self.random.randint(1, 25000)))
                database.commit()
        database.close()


class DataThousand(Data):
    name, transactions = "100 MB WAL database + 200 files, 1,000 transactions", 1000


class Application(Tree):
    name, full = "application tree, 12,000 files, 250 MB", True

    def make(self):
        for number in range(12000):
            directory = number // 10
            self.file(f"{self.app}/lib/d{directory // 40}/d{directory}/f{number}",
                      self.random.randint(100, 42000))
        self.live = os.path.join(self.app, "lib")

    def change(self):
        for number in range(0, 12000, 1000):
            directory = number // 10
            self.file(f"{self.app}/lib/d{directory // 40}/d{directory}/f{number}", 20000)


class Large(Tree):
    name = "1 GiB in 4 files"

    def make(self):
        for number in range(4):
            self.file(f"{self.live}/f{number}", 256 * MIB)

    def change(self):
        with open(f"{self.live}/f1", "r+b") as file:
            file.seek(100 * MIB)
            file.write(self.random.randbytes(MIB))


class Ours:
    name = "nutricount-deploy"

    def __init__(self, root, tree):
        self.root, self.tree = root, tree

    def clear(self):
        for name in os.listdir(self.tree.app):
            if ".backup." in name:
                path = os.path.join(self.tree.app, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        shutil.rmtree(f"{self.root}/backups", ignore_errors=True)

    def argv(self, keep):
        with open(f"{self.root}/config.toml", "w", encoding="utf-8") as file:
            file.write(f'[app]\ndirectory = "{self.tree.app}"\n[service]\nmanager = "process"\n'
                       f'[backup]\ndirectory = "{self.root}/backups"\nkeep = {keep}\n'
                       f'[state]\ndirectory = "{self.root}/state"\n')
        full = ["--full"] if self.tree.full else []
        return [BINARY, "backup", "-q", "-c", f"{self.root}/config.toml", *full]

    def first(self, disk):
        self.clear()
        return measure(disk, self.argv(5))

    def second(self, disk):
        # Data is made over the one that expires; a full backup shares files with the one before.
        return measure(disk, self.argv(5 if self.tree.full else 1))


class Other:
    """A tool that copies `live` to `first`, then to `second`."""

    def __init__(self, name, first, second, program, before=None):
        self.name, self.program = name, program
        self._first, self._second, self._before = first, second, before

    def setup(self, root, tree):
        self.root, self.tree = root, tree
        self.place = {"live": tree.live, "one": f"{root}/{self.name.split()[0]}.1",
                      "two": f"{root}/{self.name.split()[0]}.2"}
        return self

    def _run(self, disk, argv):
        env = {"RESTIC_PASSWORD": "x", "BORG_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
               "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes", "HOME": self.root}
        return measure(disk, [part.format(**self.place) for part in argv], env)

    def first(self, disk):
        for name in ("one", "two"):
            shutil.rmtree(self.place[name], ignore_errors=True)
        if self._before:
            self._run(disk, self._before)
        return self._run(disk, self._first)

    def second(self, disk):
        return self._run(disk, self._second)


def others(tree):
    over = "link" if tree.full else "over"
    return [
        Other("floor", [FLOOR, "first", "{live}", "{one}"], [FLOOR, over, "{live}", "{one}", "{two}"],
              FLOOR),
        Other("cp -a", ["cp", "-a", "{live}", "{one}"], ["cp", "-a", "{live}", "{two}"], "cp"),
        Other("rsync", ["rsync", "-a", "{live}/", "{one}"],
              ["rsync", "-a", "--link-dest={one}", "{live}/", "{two}"], "rsync"),
        Other("restic", ["restic", "-q", "-r", "{one}", "backup", "{live}"],
              ["restic", "-q", "-r", "{one}", "backup", "{live}"], "restic",
              ["restic", "-q", "-r", "{one}", "init"]),
        Other("borg", ["borg", "create", "{one}::a", "{live}"], ["borg", "create", "{one}::b", "{live}"],
              "borg", ["borg", "init", "-e", "none", "{one}"]),
    ]


def compare(kind):
    with Disk(8192) as disk:
        os.makedirs(f"{disk.root}/state")
        tree = kind(disk.root)
        tools = [Ours(disk.root, tree)] + [
            one.setup(disk.root, tree) for one in others(tree) if shutil.which(one.program)]
        rows = {tool.name: ([], [], []) for tool in tools}
        for _ in range(ROUNDS):
            for tool in tools:
                rows[tool.name][0].append(tool.first(disk))
            time.sleep(1.1)  # backups have names to the second
            tree.change()
            for tool in tools:
                rows[tool.name][1].append(tool.second(disk))
            for tool in tools[:3] if tree.full else []:
                tool.first(disk)
                if hasattr(tool, "clear"):
                    tool.clear()
                else:
                    shutil.rmtree(tool.place["one"])
                disk.forget()
                rows[tool.name][2].append(tool.first(disk))
        show(tree, rows)


def show(tree, rows):
    print(f"\n{tree.name}; {ROUNDS} rounds, medians")
    print(f"{'':20}" + "".join(f"{part:>34}" for part in ("first", "second", "first, cold")))
    print(f"{'':20}" + f"{'s':>8}{'cpu s':>8}{'RSS':>8}{'MiB':>10}" * 3)
    for name, runs in rows.items():
        line = f"{name:20}"
        for run in runs:
            if run:
                medians = [statistics.median(column) for column in zip(*run)]
                line += f"{medians[0]:8.2f}{medians[1]:8.2f}{medians[2]:8.1f}{medians[3]:10.2f}"
        print(line, flush=True)


def main():
    if os.geteuid() != 0:
        print("bench backup: skipped, needs root for a loop device")
        return
    wanted = sys.argv[1:]
    for kind in (Data, DataThousand, Application, Large):
        if not wanted or kind.__name__ in wanted:
            compare(kind)


if __name__ == "__main__":
    main()
