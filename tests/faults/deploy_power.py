"""Power cuts at any write of update, rollback and rollback --resume, on a real application that is
written to all the time: after the boot's recovery it is all old or all new, healthy, and no row that
was acknowledged before the cut is lost.

Each command runs once on a disk that records, as in power_cuts.py; then the disk is made as a cut after
some write would leave it, with all that was written, and without a random half of what no flush had
made durable. --points N cuts each command at N writes, both ways; --command NAME one command only.
Prints a table; exit status 1 where any cut did harm, 77 where this machine cannot do it.
"""
import argparse
import bisect
import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from app import Writer
from deploy_matrix import COMMANDS
from deploy_world import BlueGreenWorld, KeptWorld, World
from own_mounts import with_mounts_of_its_own
from power import RecordedDisk, cut, is_sound, losing, mounted, points_of, run

MEBIBYTES = 160
SETTLES = 0.3  # seconds for which rows are written before and after


class Machine:
    """Nothing runs after a power cut; a boot starts the application, once the recovery has run."""

    booted = None

    def place(self):
        """Directory and port of the version that a boot starts."""
        return self.site.app, self.site.port

    def after_recovery(self):
        if self.is_up():
            return
        directory, port = self.place()
        self.booted = subprocess.Popen(
            self.site.start_command(), cwd=directory, env={**os.environ, "PORT": str(port)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        until = time.monotonic() + 30
        while not self.is_up() and time.monotonic() < until:
            time.sleep(0.02)

    def is_up(self):
        try:
            return bool(self.site.version())
        except OSError:
            return False

    def power_off(self):
        if self.booted:
            os.killpg(self.booted.pid, signal.SIGKILL)
            self.booted.wait()
            self.booted = None
        self.site.kill_application()


class PlainMachine(Machine, World):
    pass


class KeptMachine(Machine, KeptWorld):
    pass


class BesideMachine(Machine, BlueGreenWorld):
    """nginx is on the same disk; it starts before the recovery runs."""

    def place(self):
        live = self.site.live()
        return f"{self.site.app}.{live}", self.site.ports[live]

    def wrong(self, *args):
        try:
            if self.site.nginx.poll() is not None:
                self.site.start_nginx()
        except RuntimeError as error:
            return f"nginx: {error}"
        return super().wrong(*args)

    def power_off(self):
        self.site.stop_nginx()
        super().power_off()


MACHINES = {World: PlainMachine, KeptWorld: KeptMachine, BlueGreenWorld: BesideMachine}


class TimedWriter(Writer):
    """Notes, for each acknowledged row, all that the disk had done by then."""

    def __init__(self, site, disk):
        super().__init__(site)
        self.disk, self.moments = disk, []

    def took(self, name):
        super().took(name)
        self.moments.append(self.disk.now())


@dataclasses.dataclass
class Recording:
    world: Machine
    base: str         # the disk before the command
    operations: list  # what it did since
    exited: int       # how many of these, when the command had exited
    before: set       # rows that were there
    rows: list        # (operations until it was acknowledged, name)


def record(command, work, directory):
    """Runs a command with its file system at `directory`, where the world remains."""
    disk = RecordedDisk(work, MEBIBYTES)
    base = os.path.join(work, "base.img")
    with disk.mounted(directory):
        world = MACHINES[command.kind](command.environment, os.path.join(directory, "site"))
        command.prepare(world)
        before = world.rows()
        run("sync", "-f", directory)
        disk.copy_to(base)
        begin = disk.now()
        with TimedWriter(world.site, disk) as writer:
            time.sleep(SETTLES)
            done = subprocess.run(command.command(world), capture_output=True, text=True,
                                  timeout=120, check=False)
            exited = disk.now()
            time.sleep(SETTLES)
        assert done.returncode == 0, done
        world.power_off()
        run("sync", "-f", directory)
        log = disk.log(begin)
    rows = [(bisect.bisect_right(log.ends, moment), name)
            for moment, name in zip(writer.moments, writer.acknowledged)]
    return Recording(world, base, log.operations, bisect.bisect_right(log.ends, exited), before, rows)


def try_point(recording, command, point, is_lost, directory):
    """What is wrong after a cut there."""
    image = f"{directory}.cut"
    cut(recording.base, recording.operations[:point], is_lost, image)
    with mounted(image, directory):
        pass  # the journal is replayed
    if not is_sound(image):
        return "the file system is damaged"
    rows = recording.before | {name for at, name in recording.rows if at <= point}
    with mounted(image, directory):
        try:
            return recording.world.wrong(0 if point >= recording.exited else None, command.start,
                                         command.target, rows)
        finally:
            recording.world.power_off()


def sweep(name, recording, count, drop, directory):
    """Prints a line of the table; returns what was wrong."""
    began, failures = time.monotonic(), []
    total = len(recording.operations)
    points = points_of(total, recording.exited, count, drop)
    for number, point in enumerate(points):
        problem = try_point(recording, COMMANDS[name], point, losing(drop, number), directory)
        if problem:
            failures.append(f"cut after {point} of {total}: {problem}")
    flushes = recording.operations.count(None)
    print(f"{name:22}{'half' if drop else 'none':>6}{total - flushes:8}{flushes:8}"
          f"{recording.exited:8}{len(recording.rows):8}{len(points):8}{len(failures):8}"
          f"{time.monotonic() - began:8.1f}", flush=True)
    for failure in failures[:3]:
        print("   ", failure.replace("\n", "\n    "), flush=True)
    return len(failures)


def sweep_all(names, count, root):
    print(f"{'command':22}{'lost':>6}{'writes':>8}{'flushes':>8}{'exit at':>8}{'rows':>8}"
          f"{'points':>8}{'failed':>8}{'seconds':>8}")
    bad = 0
    for name in names:
        work = tempfile.mkdtemp(dir=root)
        directory = os.path.join(work, "disk")
        os.mkdir(directory)
        recording = record(COMMANDS[name], work, directory)
        bad += sum(sweep(name, recording, count, drop, directory) for drop in (False, True))
        shutil.rmtree(work)
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=6)
    parser.add_argument("--command", choices=COMMANDS)
    options = parser.parse_args()
    names = [options.command] if options.command else list(COMMANDS)
    return with_mounts_of_its_own(lambda root: sweep_all(names, options.points, root))


if __name__ == "__main__":
    sys.exit(main())
