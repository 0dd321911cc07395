"""Faults at every system call of update, rollback and rollback --resume, on a real application that is
written to all the time: afterwards it is all old or all new, healthy, and no acknowledged row is lost.

--every K takes every Kth call only, --shard I/N each Nth of these, --command NAME one command only,
--fault NAME one fault only. Prints a table; exit status 1 where any point failed.
"""
import argparse
import sys

from app import Writer
from deploy_world import World
from injection import FAULTS, SIGKILL

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
            problem = world.wrong(done.returncode, command.start, command.target, rows)
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
