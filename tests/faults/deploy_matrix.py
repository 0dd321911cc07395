"""Faults at every system call of update, rollback and rollback --resume, on a real application that is
written to all the time: afterwards it is all old or all new, healthy, and no acknowledged row is lost.

--every K takes every Kth call only, --shard I/N each Nth of these, --command NAME one command only,
--fault NAME one fault only. Prints a table; exit status 1 where any point failed.
"""
import argparse
import glob
import os
import shutil
import sqlite3
import subprocess
import sys

from app import Site, Writer
from injection import FAULTS, SIGKILL

RESHAPE = ('with connection:\n'
           '    columns = [row[1] for row in connection.execute("PRAGMA table_info(entries)")]\n'
           '    if "kcal" not in columns:\n'
           '        connection.execute("ALTER TABLE entries ADD COLUMN kcal INTEGER")\n')
STATE = {"history.jsonl", "lock", "gate", "app.pid", "app.log", "app.log.1", "app.starting"}
# An expired backup, over which the next one is made.
TAKEN_UP = {".backup.partial", "data.backup.partial", "logs.backup.partial"}
HALF_MADE = (".partial", ".restoring", ".removing", ".lock", ".new", ".cloning", ".journal")


class World:
    """Two versions of an application that differ in code, in the database's shape and, where asked, in
    the environment."""

    def __init__(self, with_environment):
        self.site = Site()
        self.must(self.site.update())
        self.commits = {1: self.site.head()}
        with open(os.path.join(self.site.source, "init_db.py"), encoding="utf-8") as file:
            self.site.write("init_db.py", file.read() + RESHAPE)
        if with_environment:
            self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.commits[2] = self.site.push_version(2)
        self.must(self.site.update())
        self.environments = {2: self.environment()}
        self.back()
        self.environments[1] = self.environment()

    @staticmethod
    def must(result):
        assert result.code == 0, result

    def environment(self):
        return os.readlink(os.path.join(self.site.app, "venv"))

    def back(self):
        self.must(self.site.rollback("--restore-data"))

    def forth(self):
        self.must(self.site.update("--force"))

    def go_to(self, version):
        """As a user would go there; what was set aside has been looked at."""
        for path in glob.glob(f"{self.site.app}/data.replaced.*"):
            shutil.rmtree(path)
        if self.site.version() != version:
            self.forth() if version == 2 else self.back()
        for path in glob.glob(f"{self.site.app}/data.replaced.*"):
            shutil.rmtree(path)

    def rows(self):
        """Live, and set aside."""
        names = set()
        for directory in [f"{self.site.app}/data", *glob.glob(f"{self.site.app}/data.replaced.*")]:
            connection = sqlite3.connect(f"{directory}/nutrition.db", timeout=10)
            names |= {row[0] for row in connection.execute("SELECT name FROM entries")}
            connection.close()
        return names

    def is_reshaped(self):
        connection = sqlite3.connect(f"{self.site.app}/data/nutrition.db", timeout=10)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(entries)")]
        connection.close()
        return "kcal" in columns

    def left_over(self):
        names = [name for name in os.listdir(self.site.app)
                 if name not in TAKEN_UP and
                 (name.endswith(HALF_MADE) or name.startswith((".staging", ".compare")))]
        return names + sorted(set(os.listdir(self.site.state)) - STATE)

    def wrong(self, done, start, target, rows):
        """What does not hold once the user's recovery has run; empty when all is well."""
        recovered = self.site.rollback("--resume")
        if recovered.code != 0:
            return f"recovery: {recovered}"
        version = self.site.version()
        if version not in (start, target) or (done.returncode == 0 and version != target):
            return f"exit {done.returncode}, and version {version} runs"
        if done.returncode in (1, 2) and version != start:
            return f"exit {done.returncode}, but version {version} runs"
        if self.site.head() != self.commits[version]:
            return f"version {version} runs, and HEAD is {self.site.head()}"
        if self.site.git("status", "--porcelain", cwd=self.site.app):
            return "files are not the commit's"
        if self.environment() != self.environments[version]:
            if version == start or self.environment() == self.environments[start]:
                return f"version {version} runs with {self.environment()}"
            self.environments[version] = self.environment()  # built anew
        if self.is_reshaped() != (version == 2):
            return f"version {version} runs with the other's database"
        lost = rows - self.rows()
        if lost:
            return f"{len(lost)} acknowledged rows are lost"
        verified = self.site.run("backup", "--verify")
        if verified.code != 0:
            return f"a listed backup is not whole: {verified}"
        if self.left_over():
            return f"left over: {self.left_over()}"
        return self.wrong_history(version)

    def wrong_history(self, version):
        live = [one for one in self.site.history()
                if (one["command"], one["outcome"]) in (("update", "updated"),
                                                        ("rollback", "rolled-back"))]
        if live[-1]["to"]["commit"] != self.commits[version]:
            return f"version {version} runs, and the history ends with {live[-1]}"
        return ""


class Update:
    start, target = 1, 2
    environment = False

    @staticmethod
    def command(world):
        return world.site.command("--force")

    def prepare(self, world):
        world.go_to(self.start)


class UpdateEnvironment(Update):
    environment = True


class Rollback(Update):
    start, target = 2, 1

    @staticmethod
    def command(world):
        return world.site.command("--restore-data", name="rollback")


class Resume(Update):
    """An update was killed: while the data was migrated, or the new version was asked whether it is
    healthy."""
    target = 1

    def __init__(self, part):
        self.part, self.at = part, None

    @staticmethod
    def command(world):
        return world.site.command("--resume", name="rollback")

    def prepare(self, world):
        super().prepare(world)
        update = Update.command(world)
        if self.at is None:
            self.at = int(SIGKILL.count(update) * self.part)
            super().prepare(world)
        done = SIGKILL.inject(update, self.at)
        assert done.returncode == 137, done


COMMANDS = {"update": Update(), "update, environment": UpdateEnvironment(),
            "rollback": Rollback(), "resume, early": Resume(0.6), "resume, late": Resume(0.85)}


def sweep(world, command, fault, numbers):
    """A line of the table, and what failed."""
    failures, old, new = [], 0, 0
    with Writer(world.site) as writer:
        for number in numbers:
            command.prepare(world)
            earlier = len(writer.acknowledged)
            rows = world.rows()
            done = fault.inject(command.command(world), number)
            rows |= set(writer.acknowledged[earlier:])
            problem = world.wrong(done, command.start, command.target, rows)
            if problem:
                failures.append(f"{fault.name} at call {number}: {problem}\n{done.stderr[-600:]}")
            new += world.site.version() == command.target
            old += world.site.version() != command.target
    return old, new, failures


def tried(name, fault, options):
    command = COMMANDS[name]
    world = World(command.environment)
    try:
        command.prepare(world)
        total = fault.count(command.command(world))
        shard, shards = (int(part) for part in options.shard.split("/"))
        numbers = list(range(1, total + 1, options.every))[shard - 1::shards]
        old, new, failures = sweep(world, command, fault, numbers)
    finally:
        world.site.close()
    print(f"{name:20}{fault.name:24}{total:7}{len(numbers):7}{old:7}{new:7}{len(failures):8}",
          flush=True)
    for failure in failures[:3]:
        print("   ", failure.replace("\n", "\n    "), flush=True)
    return len(failures)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--shard", default="1/1")
    parser.add_argument("--command", choices=COMMANDS)
    parser.add_argument("--fault", choices=[fault.name for fault in FAULTS])
    options = parser.parse_args()
    bad = 0
    print(f"{'command':20}{'fault':24}{'calls':>7}{'tried':>7}{'old':>7}{'new':>7}{'failed':>8}")
    for name in COMMANDS:
        for fault in FAULTS:
            if options.command in (None, name) and options.fault in (None, fault.name):
                bad += tried(name, fault, options)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
