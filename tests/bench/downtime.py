"""What clients notice of an update and of a rollback, by each way to restart the application: the same
application under the same load, a client every 20 ms and, where it is installed, wrk.

ROUNDS=N (default 10) rounds, interleaved; BIG=1 compares the closed window with 1 GiB of data to that with
10 MB, else 100 MiB.
"""
import os
import re
import shutil
import signal
import statistics
import subprocess
import time

import closed_window
from steady import Steady
from strategies import Beside, Floor, Kept, Restart, Script
from update import wait_until_healthy

ROUNDS = int(os.environ.get("ROUNDS", "10"))
WRK = shutil.which("wrk")


class Load:
    """Both clients at once; what they saw."""

    def __init__(self, site):
        self.client, self.url = Steady(site), site.url("/health")
        self.wrk = self.wrk_failed = None

    def __enter__(self):
        if WRK:
            self.wrk = subprocess.Popen([WRK, "-t1", "-c16", "-d60s", "--timeout", "30s", self.url],
                                        stdout=subprocess.PIPE, text=True)
        self.client.start()
        time.sleep(0.5)
        return self

    def __exit__(self, *_):
        time.sleep(0.5)
        if self.wrk:
            self.wrk.send_signal(signal.SIGINT)  # it reports what it has so far
            said = self.wrk.communicate()[0]
            lines = " ".join(re.findall(r"Socket errors:.*|Non-2xx.*", said))
            self.wrk_failed = sum(int(number) for number in re.findall(r" (\d+)", lines))
        self.client.__exit__()


# One more class is one more strategy.
STRATEGIES = (Script, Restart, Kept, Beside, Floor)


def rounds(strategies):
    for number in range(2, 2 + ROUNDS):
        for one in strategies:
            one.site.push_version(number)
            for move, seen in ((one.forth, one.update), (one.back, one.rollback)):
                with Load(one.site) as load:
                    window = move()
                    wait_until_healthy(one.site)
                seen.take(load, window)


def table(strategies):
    print(f"{ROUNDS} rounds, interleaved; seconds: median and worst")
    if not WRK:
        print("wrk: not installed, its column is left out (apt-get install wrk)")
    for kind in ("update", "rollback"):
        print(f"\n{kind:34}{'failed':>6}{'':10}{'wrk':>8}{'outage':>9}{'':8}{'latency':>9}{'':8}"
              f"{'window':>9}")
        for one in strategies:
            print(getattr(one, kind).row(one.name))


def against_the_floor(kept, floor):
    own = statistics.median(floor.update.latencies + floor.rollback.latencies)
    command = statistics.median(kept.commands)
    update = (statistics.median(kept.update.latencies) - command) / own
    rollback = statistics.median(kept.rollback.latencies) / own
    print(f"\nlongest latency with the kept socket, times the application's own: update {update:.2f} "
          f"(without the {command:.2f} s of the database command), rollback {rollback:.2f}")


def main():
    strategies = []
    try:
        strategies.extend(one() for one in STRATEGIES)
        rounds(strategies)
        table(strategies)
        against_the_floor(*(one for one in strategies if isinstance(one, (Kept, Floor))))
        closed_window.compare(ROUNDS)
    finally:
        for one in strategies:
            one.close()


if __name__ == "__main__":
    main()
