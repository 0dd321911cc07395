"""rollback of code and 100 MB of data against a stop and start by hand, alone and with cp -a of the data
between; and how long a recovery takes after a kill.

ROUNDS=N (default 5) rounds, interleaved.
"""
import os
import shutil
import signal
import sqlite3
import subprocess
import time

from update import ROUNDS, ByHand, Ours, median, observed, start_by_hand, wait_until_healthy

MIB = 1 << 20
RESHAPE = ('with connection:\n'
           '    if len(connection.execute("PRAGMA table_info(entries)").fetchall()) == 2:\n'
           '        connection.execute("ALTER TABLE entries ADD COLUMN kcal INTEGER")\n')


def fill(site, mebibytes=100):
    connection = sqlite3.connect(f"{site.app}/data/nutrition.db", timeout=10)
    with connection:
        connection.executemany("INSERT INTO entries(name) VALUES (?)",
                               ((os.urandom(2048).hex(),) for _ in range(mebibytes * 256)))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


class Back(Ours):
    """Each time forth, which is not measured, then back with the data."""

    def __init__(self):
        super().__init__()
        fill(self.site)
        with open(os.path.join(self.site.source, "init_db.py"), encoding="utf-8") as file:
            self.site.write("init_db.py", file.read() + RESHAPE)
        self.site.push_version(2)

    def forth(self):
        assert self.site.update("--force").code == 0
        self.site.add("written since")

    def update(self):
        done = self.site.rollback("--restore-data")
        assert done.code == 0, done

    def kill_and_settle(self):
        """Seconds from the kill until the recovery is over, and of the start in that."""
        process = self.site.start_update("--force")
        assert self.site.wait_for_step("start", process)
        process.send_signal(signal.SIGKILL)
        self.site.end(process)
        begin = time.monotonic()
        done = self.site.rollback("--resume", "--json")
        seconds = time.monotonic() - begin
        assert done.code == 0, done
        start = [step["seconds"] for step in done.json()["steps"]
                 if step["name"] == "stop"]  # its undo: the start, and the wait until healthy
        return seconds, sum(start)


class Recipe(ByHand):
    """The documented recipe, done right: stop, copy the backup to the place of the data, start."""

    def __init__(self):
        super().__init__()
        fill(self.site)
        subprocess.run(["cp", "-a", f"{self.site.app}/data", f"{self.site.app}/backup"], check=True)

    def update(self):
        self.process.terminate()
        self.process.wait()
        os.rename(f"{self.site.app}/data", f"{self.site.app}/data.aside")
        subprocess.run(["cp", "-a", f"{self.site.app}/backup", f"{self.site.app}/data"], check=True)
        subprocess.run(["sync", "-f", f"{self.site.app}/data"], check=True)
        self.process = start_by_hand(self.site)
        wait_until_healthy(self.site)
        shutil.rmtree(f"{self.site.app}/data.aside")


def main():
    back, recipe, bare = Back(), Recipe(), ByHand()
    settled = []
    try:
        for _ in range(ROUNDS):
            back.forth()
            for one in (back, recipe, bare):
                one.rows.append(observed(one.site, one.update))
        for _ in range(ROUNDS):
            settled.append(back.kill_and_settle())
        print(f"{ROUNDS} rounds, interleaved; medians")
        print(f"{'':34}{'wall s':>8}{'outage s':>10}{'failed':>8}")
        for name, one in (("rollback --restore-data, 100 MiB", back),
                          ("stop, cp -a, start by hand", recipe),
                          ("stop and start by hand", bare)):
            print(f"{name:34}{median(one.rows, 0):8.2f}{median(one.rows, 1):10.3f}"
                  f"{median(one.rows, 2):8.0f}")
        print(f"outage: {median(back.rows, 1) / median(bare.rows, 1):.2f} times that by hand, "
              f"{median(back.rows, 1) / median(recipe.rows, 1):.2f} times that of the recipe")
        whole, start = median(settled, 0), median(settled, 1)
        print(f"recovery after a kill: {whole:.2f} s, {whole - start:.2f} s besides the start")
    finally:
        for one in (recipe, bare):
            one.close()
        back.site.close()


if __name__ == "__main__":
    main()
