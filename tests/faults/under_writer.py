"""Hot backups under a writer that never rests: each holds one committed state, and no old one.

--backups N of each journal mode, one made over the other. Prints a table; exit status 1 where any
backup was inconsistent.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from bank import Writer, make, wrong

BINARY = os.environ["NUTRICOUNT_DEPLOY"]


class Place:
    """An application directory with one database."""

    def __init__(self, root, journal):
        self.database = os.path.join(root, "app/data/bank.db")
        self.config = os.path.join(root, "config.toml")
        os.makedirs(os.path.dirname(self.database))
        os.makedirs(os.path.join(root, "state"))
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'[app]\ndirectory = "{root}/app"\n[service]\nmanager = "process"\n'
                       f'[backup]\ndirectory = "{root}/backups"\nkeep = 1\n'
                       f'[state]\ndirectory = "{root}/state"\n')
        make(self.database, journal)

    def command(self, *args):
        return [BINARY, "backup", "-c", self.config, *args]

    def run(self, *args):
        return subprocess.run(self.command(*args), capture_output=True, text=True, timeout=120,
                              check=False)


def problem(place, writer):
    """Of one more backup; empty when all is well."""
    acknowledged = writer.acknowledged()
    done = place.run("--json")
    if done.returncode != 0:
        return f"exit {done.returncode}: {done.stderr}"
    made = json.loads(done.stdout)
    found = wrong(os.path.join(made["paths"][0], "bank.db"), acknowledged)
    if found:
        return found
    verified = place.run("--verify", made["backup"])
    return "" if verified.returncode == 0 else f"{verified.stdout}{verified.stderr}"


def check(journal, backups):
    root = tempfile.mkdtemp(prefix="nutricount-writer-")
    start, problems = time.monotonic(), []
    try:
        place = Place(root, journal)
        writer = Writer(place.database)
        try:
            problems = [found for found in (problem(place, writer) for _ in range(backups)) if found]
        finally:
            if not writer.close():
                problems.append("the writer failed")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"{journal:10}{backups:10}{len(problems):14}{writer.acknowledged():10}"
          f"{time.monotonic() - start:10.1f}", flush=True)
    for found in problems[:3]:
        print("   ", found.replace("\n", "\n    "))
    return len(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backups", type=int, default=200)
    backups = parser.parse_args().backups
    print(f"{'journal':10}{'backups':>10}{'inconsistent':>14}{'commits':>10}{'seconds':>10}")
    return 1 if sum(check(journal, backups) for journal in ("WAL", "DELETE")) else 0


if __name__ == "__main__":
    sys.exit(main())
