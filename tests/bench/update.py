"""update against the ten documented steps, and against a stop and start by hand.

ROUNDS=N (default 5) rounds, interleaved; BIG=1 adds the memory of an update with 1 GiB of data.
"""
import os
import signal
import statistics
import subprocess
import time

from app import BINARY, Client, Site

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("ROUNDS", "5"))


def start_by_hand(site):
    env = dict(os.environ, PORT=str(site.port))
    process = subprocess.Popen(["venv/bin/python", "-m", "gunicorn", "--config",
                                "gunicorn.conf.py", "app:app"], cwd=site.app, env=env,
                               start_new_session=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    return process


def wait_until_healthy(site):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return site.version()
        except OSError:
            time.sleep(0.002)
    raise SystemExit("the application does not become healthy")


def observed(site, work):
    """wall seconds, longest outage seen by a client every 20 ms, failed requests"""
    with Client(site) as client:
        time.sleep(0.2)
        start = time.monotonic()
        work()
        wall = time.monotonic() - start
        wait_until_healthy(site)
        time.sleep(0.3)
    return wall, client.longest, client.failed


def median(rows, column):
    return statistics.median(row[column] for row in rows)


def updates(ours, script, by_hand):
    number = 1
    for _ in range(ROUNDS):
        number += 1
        ours.site.push_version(number)
        ours.rows.append(observed(ours.site, ours.update))
        script.site.push_version(number)
        script.rows.append(observed(script.site, script.update))
        by_hand.rows.append(observed(by_hand.site, by_hand.update))


class Ours:
    def __init__(self):
        self.site, self.rows = Site(), []
        assert self.site.update().code == 0

    def update(self):
        done = self.site.update()
        assert done.code == 0, done


class ByHand:
    """The same application, started by hand: stopped and started again, nothing else."""

    def __init__(self):
        self.site, self.rows = Site(), []
        assert self.site.update().code == 0
        self.stop(self.site.pid())
        self.process = start_by_hand(self.site)
        wait_until_healthy(self.site)

    @staticmethod
    def stop(pid):
        os.kill(pid, signal.SIGTERM)
        for _ in range(1000):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.005)

    def update(self):
        self.process.terminate()
        self.process.wait()
        self.process = start_by_hand(self.site)
        wait_until_healthy(self.site)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.site.close()


class Script(ByHand):
    def __init__(self):
        super().__init__()
        self.pid_file = os.path.join(self.site.root, "pid")
        self.process.terminate()
        self.process.wait()
        shell = f"cd {self.site.app}; PORT={self.site.port} setsid venv/bin/python -m gunicorn " \
                f"--config gunicorn.conf.py app:app >/dev/null 2>&1 & echo $! >{self.pid_file}"
        subprocess.run(["sh", "-c", shell], check=True)
        wait_until_healthy(self.site)

    def update(self):
        subprocess.run([os.path.join(HERE, "simple_update.sh"), self.site.app, self.pid_file,
                        str(self.site.port)], check=True, capture_output=True)

    def close(self):
        with open(self.pid_file, encoding="ascii") as file:
            self.stop(int(file.read()))
        self.site.close()


def memory(site, mebibytes):
    with open(os.path.join(site.app, "data", "large"), "wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(1 << 20))
    site.push_version(1000)
    pid = os.fork()
    if pid == 0:
        os.execv(BINARY, site.command("-q"))
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    print(f"\npeak memory of an update with {mebibytes} MiB of data: {usage.ru_maxrss / 1024:.1f} MiB")


def main():
    ours, script, by_hand = Ours(), Script(), ByHand()
    try:
        updates(ours, script, by_hand)
        print(f"{ROUNDS} rounds, interleaved; medians")
        print(f"{'':24}{'wall s':>8}{'outage s':>10}{'failed':>8}")
        for name, one in (("nutricount-deploy", ours), ("the ten steps", script),
                          ("stop and start by hand", by_hand)):
            print(f"{name:24}{median(one.rows, 0):8.2f}{median(one.rows, 1):10.3f}"
                  f"{median(one.rows, 2):8.0f}")
        print(f"outage: {median(ours.rows, 1) / median(by_hand.rows, 1):.2f} times that by hand, "
              f"{median(ours.rows, 1) / median(script.rows, 1):.2f} times that of the ten steps")
        memory(ours.site, 1024 if os.environ.get("BIG") else 64)
    finally:
        for one in (script, by_hand):
            one.close()
        ours.site.close()


if __name__ == "__main__":
    main()
