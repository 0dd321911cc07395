"""Faults at every system call of update, rollback and rollback --resume, on a real application that is
written to all the time: afterwards it is all old or all new, healthy, and no acknowledged row is lost.

--every K takes every Kth call only, --points N at most so many, --shard I/N each Nth of these; --command
NAME one command only, --fault NAME one fault only, --part N of the faults each command's own Nth part.
Prints a table; exit status 1 where any point failed.
"""
import argparse
import sys

from app import Writer
from deploy_world import BlueGreenWorld, KeptWorld, World
from injection import FAULTS, SIGKILL


class Update:
    start, target = 1, 2
    environment = False
    kind = World

    def world(self):
        return self.kind(self.environment)

    @staticmethod
    def command(world):
        return world.site.command("--force")

    def prepare(self, world):
        world.go_to(self.start)


class UpdateEnvironment(Update):
    environment = True


class UpdateKept(Update):
    kind = KeptWorld


class UpdateBeside(Update):
    kind = BlueGreenWorld


class Rollback(Update):
    start, target = 2, 1

    @staticmethod
    def command(world):
        return world.site.command("--restore-data", name="rollback")


class RollbackKept(Rollback):
    kind = KeptWorld


class RollbackBeside(UpdateBeside):
    start, target = 2, 1

    @staticmethod
    def command(world):
        return world.site.command("--keep-data", name="rollback")


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
        if done.returncode != 137:  # it made fewer calls this time, and is through
            self.at = int(self.at * LESS)
            super().prepare(world)
            done = SIGKILL.inject(update, self.at)
        assert done.returncode == 137, done


LESS = 0.95
MORE = 1.1  # what is written meanwhile makes the number of calls vary: beyond the last there is no fault
COMMANDS = {"update": Update(), "update, environment": UpdateEnvironment(),
            "rollback": Rollback(), "update, kept socket": UpdateKept(),
            "rollback, kept socket": RollbackKept(), "update, blue-green": UpdateBeside(),
            "rollback, blue-green": RollbackBeside(), "resume, early": Resume(0.6),
            "resume, late": Resume(0.85)}


def sweep(world, writer, command, fault, numbers):
    """A line of the table, and what failed."""
    failures, old, new = [], 0, 0
    for number in numbers:
        command.prepare(world)
        earlier = len(writer.acknowledged)
        rows = world.rows()
        done = fault.inject(command.command(world), number)
        rows |= set(writer.acknowledged[earlier:])
        problem = world.wrong(done.returncode, command.start, command.target, rows)
        if problem:
            failures.append(f"{fault.name} at call {number}: {problem}\n{done.stderr[-600:]}")
            break  # the next point would not begin where it should
        new += world.site.version() == command.target
        old += world.site.version() != command.target
    return old, new, failures


def tried(world, name, fault, options):
    command = COMMANDS[name]
    with Writer(world.site) as writer:
        command.prepare(world)
        last = fault.count(command.command(world))
        total = int(last * MORE)
        shard, shards = (int(part) for part in options.shard.split("/"))
        step = max(options.every, -(-total // options.points) if options.points else 1)
        # Neither always the first call nor the same ones for every fault; and the last, when the
        # application is back and the records are not.
        numbers = sorted({*range(1 + len(fault.name) % step, total + 1, step), last})[shard - 1::shards]
        old, new, failures = sweep(world, writer, command, fault, numbers)
    print(f"{name:22}{fault.name:24}{total:7}{old + new + len(failures):7}{old:7}{new:7}{len(failures):8}",
          flush=True)
    for failure in failures[:3]:
        print("   ", failure.replace("\n", "\n    "), flush=True)
    return len(failures)


def tried_all(name, command, options):
    """All faults, in one world as long as nothing goes wrong in it."""
    bad, world = 0, None
    for number, fault in enumerate(FAULTS, list(COMMANDS).index(name)):
        if options.fault not in (None, fault.name) or number % options.part:
            continue
        world = world or command.world()
        failed = tried(world, name, fault, options)
        bad += failed
        if failed:
            world.site.close()
            world = None
    if world:
        world.site.close()
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--points", type=int)
    parser.add_argument("--shard", default="1/1")
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--command", choices=COMMANDS)
    parser.add_argument("--fault", choices=[fault.name for fault in FAULTS])
    options = parser.parse_args()
    bad = 0
    print(f"{'command':22}{'fault':24}{'calls':>7}{'tried':>7}{'old':>7}{'new':>7}{'failed':>8}")
    for name, command in COMMANDS.items():
        if options.command not in (None, name):
            continue
        bad += tried_all(name, command, options)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
