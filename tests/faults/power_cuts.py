"""Power cuts at any write of `backup`: what is listed is whole, the source is as it was.

Each scenario runs once on a disk that records. Then the disk is made as a cut after some write would
leave it, with all that was written, and without a random half of what no flush had made durable. There
every listed backup passes --verify, no source file has changed, every backup that the command had no
business to remove is listed, and the next backup succeeds and clears up. Once the command has exited
0, its result is there. A careless copy of a backup is found torn: the test can fail.

--points N cuts each scenario at N writes. Prints a table; exit status 1 where any cut did harm, 77
where this machine cannot do it.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile
import time

from own_mounts import with_mounts_of_its_own
from power import cut, is_sound, losing, mounted, points_of
from power_scenarios import CARELESS, SCENARIOS, record

TORN = "a listed backup is not whole"
LEFT_OVER = ("partial", "removing", "restoring")


class State:
    """What a cut left, mounted; wrong() says what does not hold, and is empty when all is well."""

    def __init__(self, recording, point):
        self.recording, self.place = recording, recording.place
        self.exited = point >= recording.exited
        self.new = set()  # backups that the command made

    def wrong(self):
        return (self.wrong_source() or self.wrong_backups() or self.wrong_new() or
                self.wrong_afterwards())

    def wrong_source(self):
        before, now = self.recording.source, self.place.source()
        changed = [path for path in sorted({*before, *now}) if before.get(path) != now.get(path)]
        return f"source files were changed: {changed}" if changed else ""

    def listed(self):
        done = self.place.run("--list", "--json")
        assert done.returncode == 0, done
        return {one["backup"]: one for one in json.loads(done.stdout)["backups"]}

    def wrong_backups(self):
        listed = self.listed()
        half = [one for one, backup in listed.items() if not backup["complete"]]
        if half:
            return f"listed without a manifest: {half}"
        verified = self.place.run("--verify", "--json")
        backups = json.loads(verified.stdout)["backups"]
        if verified.returncode != 0:
            return f"{TORN}: {[one for one in backups if not one['ok']]}"
        if {one["backup"] for one in backups} != set(listed):
            return f"not all that are listed were verified: {backups}"
        lost = self.recording.protected - set(listed)
        return f"lost: {lost}" if lost else ""

    def wrong_new(self):
        """Whether what the command made is what it was made of, and is there once it has exited."""
        listed = self.listed()
        self.new = set(listed) - self.recording.earlier
        stale = [one for one in self.new
                 if self.place.newest_rows(listed[one]) != self.recording.rows]
        if stale:
            return f"without the newest rows: {stale}"
        if not self.exited:
            return ""
        if len(self.new) != self.recording.scenario.makes():
            return f"exit 0, but {len(self.new)} new backups"
        back = set(listed) - self.new - self.recording.protected
        return f"exit 0, but there again: {back}" if back else ""

    def wrong_afterwards(self):
        again = self.place.run(*self.recording.scenario.again)
        if again.returncode != 0:
            return f"the next backup fails: {again.stderr}"
        for directory in (self.place.app, os.path.join(self.place.root, "backups")):
            left = [name for name in (os.listdir(directory) if os.path.isdir(directory) else [])
                    if any(part in name for part in LEFT_OVER)]
            if left:
                return f"left over: {left}"
        problem = self.wrong_source() or self.wrong_backups()
        return f"after the next backup {problem}" if problem else ""


def try_point(recording, point, is_lost, directory):
    """What is wrong after a cut there, and whether the command's backup is listed."""
    image = f"{directory}.cut"
    cut(recording.base, recording.operations[:point], is_lost, image)
    with mounted(image, directory):
        pass  # the journal is replayed
    if not is_sound(image):
        return "the file system is damaged", False
    state = State(recording, point)
    with mounted(image, directory):
        return state.wrong(), bool(state.new)


def sweep(recording, count, drop, directory):
    """Prints a line of the table; returns what was wrong."""
    began, failures, made = time.monotonic(), [], 0
    points = points_of(len(recording.operations), recording.exited, count, drop)
    for number, point in enumerate(points):
        problem, new = try_point(recording, point, losing(drop, number), directory)
        made += new
        if problem:
            failures.append(f"cut after {point} of {len(recording.operations)}: {problem}")
    total, flushes = len(recording.operations), recording.operations.count(None)
    print(f"{recording.scenario.name:14}{'half' if drop else 'none':>6}{total - flushes:8}{flushes:8}"
          f"{recording.exited:8}{len(points):8}{made:8}"
          f"{len(failures):8}{time.monotonic() - began:8.1f}", flush=True)
    return failures


def sweep_both(scenario, count, root):
    """What is wrong with all that was written, and with half of the unflushed writes lost."""
    work = tempfile.mkdtemp(dir=root)
    directory = os.path.join(root, "disk")
    os.makedirs(directory, exist_ok=True)
    recording = record(scenario, work, directory)
    failures = [one for drop in (False, True) for one in sweep(recording, count, drop, directory)]
    shutil.rmtree(work)
    return failures


def sweep_all(count, root):
    print(f"{'scenario':14}{'lost':>6}{'writes':>8}{'flushes':>8}{'exit at':>8}{'points':>8}"
          f"{'made':>8}{'failed':>8}{'seconds':>8}")
    torn = [one for one in sweep_both(CARELESS, 12, root) if TORN in one]
    print(f"    torn at {len(torn)}, as it must be: else this test would find nothing")
    bad = int(not torn)
    for scenario in SCENARIOS:
        failures = sweep_both(scenario, count, root)
        for failure in failures[:3]:
            print("   ", failure)
        bad += len(failures)
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=12)
    count = parser.parse_args().points
    return with_mounts_of_its_own(lambda root: sweep_all(count, root))


if __name__ == "__main__":
    sys.exit(main())
