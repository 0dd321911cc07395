"""What the power is cut under: a command, and an application with backups on a disk that records."""
import contextlib
import dataclasses
import gc
import hashlib
import os
import sqlite3
import subprocess
import sys

from backup_matrix import Place
from fuse_disk import SECONDS
from power import RecordedDisk, run

MEBIBYTES = 64
DATA, FULL, ALL_KEPT = (), ("--full",), ("--keep", "9")


@dataclasses.dataclass
class Scenario:
    name: str
    args: tuple             # of the command that the power is cut under
    again: tuple            # of the backup that is made afterwards
    earlier: tuple = ()     # arguments of the backups that are there before
    expiring: int = 0       # how many of these, oldest first, the command may remove
    keep: int = 5
    careless: bool = False  # a careless copy instead of the command

    def makes(self):
        return 0 if "--prune" in self.args else 1

    def may_remove(self, backups):
        kind = "full" if self.args == FULL else "data"
        ids = sorted(one["backup"] for one in backups if one["kind"] == kind)
        return set(ids[:self.expiring])


SCENARIOS = [
    Scenario("first", DATA, again=DATA),
    Scenario("over, 1 kept", DATA, again=DATA, earlier=(DATA, FULL), expiring=1, keep=1),
    Scenario("over, 2 kept", DATA, again=ALL_KEPT, earlier=(DATA, DATA, FULL), expiring=1, keep=2),
    Scenario("full, shared", FULL, again=FULL, earlier=(FULL, DATA)),
    Scenario("full, over", FULL, again=FULL + ALL_KEPT, earlier=(FULL, FULL, DATA), expiring=1,
             keep=2),
    Scenario("prune", ("--prune", "--keep", "1"), again=DATA, earlier=(DATA, DATA, DATA, FULL),
             expiring=2),
]
CARELESS = Scenario("careless copy", DATA, again=DATA, careless=True)


class Application(Place):
    """An application whose database is open in another process, with its newest rows in the WAL."""

    def fill(self):
        super().fill()
        gc.collect()  # only then are sqlite3's connections closed, which hold the disk
        with contextlib.closing(sqlite3.connect(f"{self.app}/data/x.db")) as database, database:
            database.executemany("INSERT INTO t VALUES (?)", [(f"{n} " * 90,) for n in range(300)])
        os.makedirs(f"{self.app}/code/templates")
        for name in ("app.py", "code/module.py", "code/templates/index.html"):
            with open(os.path.join(self.app, name), "w", encoding="utf-8") as file:
                file.write(f"# {name}\n" * 300)

    def change(self):
        super().change()
        gc.collect()

    @contextlib.contextmanager
    def running(self):
        program = ("import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
                   "c.execute('SELECT count(*) FROM t').fetchone(); print(flush=True); input()")
        with subprocess.Popen([sys.executable, "-c", program, f"{self.app}/data/x.db"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            try:
                process.stdout.readline()
                yield
            finally:
                process.kill()  # an end in order would bring the WAL into the database

    def source(self):
        """Path, type, mode, owner, names, times and content of all that is not the backups'.

        Of x.db-shm only type and mode: readers of a live database mark in it where they read, and
        after a crash SQLite makes it anew from the WAL. The WAL itself counts.
        """
        found = {}
        for name in ("data", "logs", "code", "app.py"):
            top = os.path.join(self.app, name)
            for directory, names, files in os.walk(top):
                for path in (directory, *(os.path.join(directory, one) for one in names + files)):
                    found[path] = describe(path)
            found[top] = describe(top)
        return found

    def newest_rows(self, backup):
        """What is in the database of a backup, which stays as it is."""
        name = "data/x.db" if backup["kind"] == "full" else "x.db"
        uri = f"file:{backup['paths'][0]}/{name}?immutable=1"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            return database.execute("SELECT count(*), sum(length(a)) FROM t").fetchone()


def describe(path):
    st = os.lstat(path)
    if path.endswith("-shm"):
        return (st.st_mode,)
    content = ""
    if os.path.islink(path):
        content = os.readlink(path)
    elif os.path.isfile(path):
        with open(path, "rb") as file:
            content = hashlib.sha256(file.read()).hexdigest()
    return st.st_mode, st.st_uid, st.st_nlink, st.st_size, st.st_mtime_ns, content


@dataclasses.dataclass
class Recording:
    scenario: Scenario
    place: Application
    base: str         # the disk before the command
    operations: list  # what it did since
    exited: int       # how many of these, when the command had exited
    earlier: set      # the backups that were there
    protected: set    # those among them that the command must not remove
    source: dict      # Application.source()
    rows: tuple       # of the live database


def careless_copy(place):
    """A command that makes a backup from a copy of one, carelessly: only its manifest is flushed."""
    assert place.run().returncode == 0
    made = place.complete()[0]
    tree, manifest = made["paths"][0], f"{place.app}/.backup.{made['backup']}.json"
    run("mv", tree, f"{place.root}/tree")
    run("mv", manifest, f"{place.root}/manifest")
    return ["sh", "-ec", f"cp -rp {place.root}/tree {place.app}/coming\n"
                         f"mv {place.app}/coming {tree}\n"
                         f"cp {place.root}/manifest {manifest}\nsync {manifest}"]


def prepare(scenario, directory):
    place = Application(directory, full=False, keep=scenario.keep)
    for args in scenario.earlier:
        done = place.run(*args)
        assert done.returncode == 0, done
        place.change()
    return place


def record(scenario, work, directory):
    """Runs a scenario with its file system at `directory`, where the place remains."""
    disk = RecordedDisk(work, MEBIBYTES)
    with disk.mounted(directory):
        place = prepare(scenario, directory)
        with place.running():
            place.change()
            command = careless_copy(place) if scenario.careless else place.command(*scenario.args)
            rows = place.rows(f"{place.app}/data/x.db")
            backups = place.complete()
            source = place.source()
            run("sync", "-f", directory)
            base = os.path.join(work, "base.img")
            disk.copy_to(base)
            begin = disk.now()
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS,
                                  check=False)
            exited = disk.now()
            assert done.returncode == 0, done
            assert place.source() == source, "the source was changed"
        run("sync", "-f", directory)
        end = disk.now()
    earlier = {one["backup"] for one in backups}
    return Recording(scenario, place, base, disk.operations(begin, end),
                     len(disk.operations(begin, exited)), earlier,
                     earlier - scenario.may_remove(backups), source, rows)
