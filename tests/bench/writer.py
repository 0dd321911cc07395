"""What a backup costs a writer that never rests: its longest stall, and p99 between two commits.

While a tool makes copies of the database back to back, and without one; beside `sqlite3 .backup` and
cp (which copies no committed state). SECONDS=N (default 4) for each, ROUNDS=N (default 3) rounds,
interleaved; needs root for a loop device.
"""
import os
import shutil
import statistics
import subprocess
import time

from disk import Disk
from bank import Writer, make

BINARY = os.environ["NUTRICOUNT_DEPLOY"]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = float(os.environ.get("SECONDS", "4"))


def tools(root, database):
    """Names and commands; the first is none at all."""
    with open(f"{root}/config.toml", "w", encoding="utf-8") as file:
        file.write(f'[app]\ndirectory = "{root}/app"\n[service]\nmanager = "process"\n'
                   f'[backup]\ndirectory = "{root}/backups"\nkeep = 1\n'
                   f'[state]\ndirectory = "{root}/state"\n')
    return {"no backup": None,
            "nutricount-deploy": [BINARY, "backup", "-q", "-c", f"{root}/config.toml"],
            "sqlite3 .backup": ["sqlite3", database, ".timeout 60000", f".backup {root}/copy.db"],
            "cp": ["cp", "-a", database, f"{root}/copied.db"]}


def run_until(end, argv):
    """Copies that were made; what is under way at the end is given up."""
    made = 0
    while time.monotonic() < end:
        if argv is None:
            time.sleep(end - time.monotonic())
            continue
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if process.wait(max(0.01, end - time.monotonic())) != 0:
                raise SystemExit(f"{argv} ended with {process.returncode}")
            made += 1
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait(60)
    return made


def measure(disk, writer, argv):
    """copies, commits per second, p99 and longest pause in ms"""
    disk.flush()
    start, first = time.monotonic(), writer.acknowledged()
    made = run_until(start + SECONDS, argv)
    seconds, pauses = time.monotonic() - start, writer.pauses(first, writer.acknowledged())
    if len(pauses) < 100:
        raise SystemExit(f"only {len(pauses)} commits beside {argv}")
    return (made, len(pauses) / seconds, 1000 * statistics.quantiles(pauses, n=100)[98],
            1000 * max(pauses))


def show(journal, rows):
    print(f"\n{journal}, {SECONDS:g} s each, {ROUNDS} rounds; medians, in ms where not said otherwise")
    print(f"{'':20}{'copies':>8}{'commits/s':>11}{'p99':>9}{'ratio':>7}{'longest':>10}{'ratio':>7}"
          f"{'of all':>9}")
    base = rows["no backup"]
    for name, runs in rows.items():
        made, rate, p99, longest = (statistics.median(column) for column in zip(*runs))
        ratio = [statistics.median(run[i] / none[i] for run, none in zip(runs, base)) for i in (2, 3)]
        print(f"{name:20}{made:8.0f}{rate:11.0f}{p99:9.2f}{ratio[0]:7.2f}{longest:10.1f}"
              f"{ratio[1]:7.2f}{max(run[3] for run in runs):9.1f}")
    limit = 1.5 * max(run[3] for run in base) + 50
    print(f"at most 1.5 times the longest without a backup, and 50 ms: {limit:.1f}", flush=True)


def compare(journal):
    with Disk(2048) as disk:
        for name in ("app/data", "state"):
            os.makedirs(os.path.join(disk.root, name))
        database = f"{disk.root}/app/data/bank.db"
        make(database, journal)
        commands = {name: argv for name, argv in tools(disk.root, database).items()
                    if argv is None or shutil.which(argv[0])}
        rows = {name: [] for name in commands}
        writer = Writer(database)
        try:
            for _ in range(ROUNDS):
                for name, argv in commands.items():
                    rows[name].append(measure(disk, writer, argv))
        finally:
            if not writer.close():
                raise SystemExit("the writer failed")
        show(journal, rows)


def main():
    if os.geteuid() != 0:
        print("bench writer: skipped, needs root for a loop device")
        return
    for journal in ("WAL", "DELETE"):
        compare(journal)


if __name__ == "__main__":
    main()
