"""First and second backups and restores against cp -a, rsync --link-dest, restic, borg, and the least
possible, bare and with the checksums and the check of databases that we make; whether time grows
with the number of files.

Durability is included on all sides: each run ends with a flush of the file system. ROUNDS=N (default
3) rounds, interleaved; needs root for a loop device. Tools that are not installed are left out.
Names of trees as arguments: those only; "Card" is Data on a disk that writes 40 MiB a second, as an SD
card does at its best.
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

import trees
from disk import Disk

BINARY = os.environ["NUTRICOUNT_DEPLOY"]
FLOOR, RESTORE = os.environ["NUTRICOUNT_FLOOR"], os.environ["NUTRICOUNT_RESTORE"]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CARD = 40  # MiB a second


def measure(disk, argv, env=None):
    """seconds, processor seconds, MiB of peak memory, MiB that reached the disk

    By time(1), for peak memory that a large parent tells of its child is its own.
    """
    disk.flush()
    report = disk.root + ".time"
    before, start = disk.written(), time.monotonic()
    subprocess.run(["time", "-q", "-o", report, "-f", "%U %S %M", *argv], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    disk.flush()
    seconds = time.monotonic() - start
    with open(report, encoding="ascii") as file:
        user, system, memory = map(float, file.read().split())
    os.remove(report)
    return seconds, user + system, memory / 1024, (disk.written() - before) / trees.MIB


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

    def restore(self, disk, number):
        newest = max(name for name in os.listdir(self.tree.app) if name.startswith("data.backup."))
        return measure(disk, [RESTORE, self.tree.app, newest.removeprefix("data.backup."),
                              f"20250101_{number:06}"])


class Other:
    """A tool that copies `live` to `first`, then to `second`."""

    def __init__(self, name, program, first, second, restore=None, before=None):
        self.name, self.program = name, program
        self._first, self._second, self._restore, self._before = first, second, restore, before

    def setup(self, root, tree):
        self.root, self.tree = root, tree
        self.place = {"live": tree.live, "one": f"{root}/{self.name.split()[0]}.1",
                      "two": f"{root}/{self.name.split()[0]}.2"}
        return self

    def clear(self):
        for name in ("one", "two"):
            shutil.rmtree(self.place[name], ignore_errors=True)

    def _run(self, disk, argv):
        env = {"RESTIC_PASSWORD": "x", "BORG_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
               "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes", "HOME": self.root}
        return measure(disk, [part.format(**self.place) for part in argv], env)

    def first(self, disk):
        self.clear()
        if self._before:
            self._run(disk, self._before)
        return self._run(disk, self._first)

    def second(self, disk):
        return self._run(disk, self._second)

    def restore(self, disk, _):
        """To a place of its own: what the data was is kept, as by us."""
        back = self.place["back"] = f"{self.root}/back"
        cost = self._run(disk, self._restore)
        shutil.rmtree(back)
        return cost


def others(tree):
    over = "link" if tree.full else "over"
    return [
        Other("floor", FLOOR, [FLOOR, "first", "{live}", "{one}"],
              [FLOOR, over, "{live}", "{one}", "{two}"], [FLOOR, "first", "{two}", "{back}"]),
        Other("checked floor", FLOOR, [FLOOR, "first", "{live}", "{one}", "--checked"],
              [FLOOR, over, "{live}", "{one}", "{two}", "--checked"],
              [FLOOR, "first", "{two}", "{back}"]),
        Other("cp -a", "cp", ["cp", "-a", "{live}", "{one}"], ["cp", "-a", "{live}", "{two}"],
              ["cp", "-a", "{two}", "{back}"]),
        Other("rsync", "rsync", ["rsync", "-a", "{live}/", "{one}"],
              ["rsync", "-a", "--link-dest={one}", "{live}/", "{two}"],
              ["rsync", "-a", "{two}/", "{back}"]),
        Other("restic", "restic", ["restic", "-q", "-r", "{one}", "backup", "{live}"],
              ["restic", "-q", "-r", "{one}", "backup", "{live}"],
              ["restic", "-q", "-r", "{one}", "restore", "latest", "--target", "{back}"],
              ["restic", "-q", "-r", "{one}", "init"]),
        Other("borg", "borg", ["borg", "create", "{one}::a", "{live}"],
              ["borg", "create", "{one}::b", "{live}"],
              ["sh", "-c", "mkdir {back} && cd {back} && borg extract {one}::b"],
              ["borg", "init", "-e", "none", "{one}"]),
    ]


def rounds_of(disk, tree, tools):
    """tool -> first, second, restore (data), first with nothing in memory (application)"""
    rows = {tool.name: ([], [], [], []) for tool in tools}
    for number in range(ROUNDS):
        tools = tools[1:] + tools[:1]  # nobody is always first, or always after the same one
        for tool in tools:
            rows[tool.name][0].append(tool.first(disk))
        time.sleep(1.1)  # backups have names to the second
        tree.change()
        for tool in tools:
            rows[tool.name][1].append(tool.second(disk))
        for tool in tools if not tree.full else []:
            rows[tool.name][2].append(tool.restore(disk, number))
        shutil.rmtree(f"{tree.app}/data.replaced.20250101_{number:06}", ignore_errors=True)
        for tool in tools if tree.full else []:
            tool.clear()
            disk.forget()
            rows[tool.name][3].append(tool.first(disk))
    return rows


def compare(kind, pace=None):
    with Disk(12288, pace) as disk:
        os.makedirs(f"{disk.root}/state")
        tree = kind(disk.root)
        tools = [Ours(disk.root, tree)] + [
            one.setup(disk.root, tree) for one in others(tree) if shutil.which(one.program)]
        rows = rounds_of(disk, tree, tools)
    card = f", disk of {pace} MiB/s" if pace else ""
    print(f"\n{tree.name}{card}; {ROUNDS} rounds, medians")
    print(f"{'':18}" + "".join(f"{part:>34}" for part in
                              ("first", "second", "first, cold" if tree.full else "restore")))
    print(f"{'':18}" + f"{'s':>8}{'cpu s':>8}{'RSS':>8}{'MiB':>10}" * 3)
    for name, runs in rows.items():
        print(f"{name:18}" + "".join(told(run) for run in runs if run), flush=True)


def told(run):
    medians = [statistics.median(column) for column in zip(*run)]
    return f"{medians[0]:8.2f}{medians[1]:8.2f}{medians[2]:8.1f}{medians[3]:10.2f}"


def growth():
    """Milliseconds for each thousand files."""
    print(f"\nms for a thousand files of 500 bytes, and peak MiB; {ROUNDS} rounds, medians")
    print(f"{'files':18}{'first':>8}{'RSS':>8}{'second':>10}{'RSS':>8}{'cp -a':>10}")
    for kind in (trees.Many, trees.TenThousand, trees.HundredThousand):
        with Disk(8192) as disk:
            os.makedirs(f"{disk.root}/state")
            tree = kind(disk.root)
            ours, copy = Ours(disk.root, tree), others(tree)[2].setup(disk.root, tree)
            runs = [], [], []
            for _ in range(ROUNDS):
                runs[0].append(ours.first(disk))
                time.sleep(1.1)
                tree.change()
                runs[1].append(ours.second(disk))
                ours.clear()
                runs[2].append(copy.first(disk))
        first, second, other = [[statistics.median(column) for column in zip(*run)] for run in runs]
        per = 1e6 / tree.files
        print(f"{tree.files:<18}{first[0] * per:8.1f}{first[2]:8.1f}{second[0] * per:10.1f}"
              f"{second[2]:8.1f}{other[0] * per:10.1f}", flush=True)


def main():
    if os.geteuid() != 0:
        print("bench backup: skipped, needs root for a loop device")
        return
    wanted = sys.argv[1:]
    for kind in (trees.Data, trees.DataThousand, trees.Application, trees.Large):
        if not wanted or kind.__name__ in wanted:
            compare(kind)
    if not wanted or "Card" in wanted:
        compare(trees.Data, CARD)
    if not wanted or "Many" in wanted:
        growth()


if __name__ == "__main__":
    main()
