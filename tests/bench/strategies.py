"""The ways to restart the application of which downtime.py makes a table, a class each: `forth` updates and
`back` goes back, and either returns the closed window that its deployer reports, in seconds, or nothing."""
import os
import socket
import statistics
import subprocess

from app import Site
from beside import BlueGreenSite
from update import HERE, ByHand, wait_until_healthy

GUNICORN = "venv/bin/python -m gunicorn --config gunicorn.conf.py app:app"


def two(values):
    """Median and worst."""
    if not values:
        return f"{'-':>9}{'-':>8}"
    return f"{statistics.median(values):9.2f}{max(values):8.2f}"


class Seen:
    """Of one kind of deployment: a row of the table."""

    def __init__(self):
        self.asked = self.failed = 0
        self.wrk_failed = None  # until it has asked
        self.outages, self.latencies, self.windows = [], [], []

    def take(self, load, window):
        self.asked += load.client.asked
        self.failed += len(load.client.failed)
        if load.wrk_failed is not None:
            self.wrk_failed = (self.wrk_failed or 0) + load.wrk_failed
        self.outages.append(load.client.outage)
        self.latencies.append(load.client.longest)
        if window is not None:
            self.windows.append(window)

    def row(self, name):
        wrk = "-" if self.wrk_failed is None else self.wrk_failed
        return (f"{name:34}{self.failed:6} of {self.asked:<6}{wrk:>8}" +
                "".join(two(values) for values in (self.outages, self.latencies, self.windows)))


class Restart:
    """update and rollback as they are, the application opens its own socket."""

    name, listen, new_site = "restart", False, Site

    def __init__(self):
        self.site, self.update, self.rollback = self.new_site(), Seen(), Seen()
        self.commands = []  # seconds that the database command took
        if self.listen:
            self.site.keep_socket()
        assert self.site.update().code == 0

    @staticmethod
    def window(done):
        assert done.code == 0, done
        return done.json()["downtime_seconds"]

    def forth(self):
        done = self.site.update("--json")
        window = self.window(done)
        self.commands += [step["seconds"] for step in done.json()["steps"]
                          if step["name"] == "migrate"]
        return window

    def back(self):
        return self.window(self.site.rollback("--json"))

    def close(self):
        self.site.close()


class Kept(Restart):
    name, listen = "restart, socket kept", True


class Beside(Restart):
    """Behind nginx, as its clients are."""

    name, new_site = "blue-green", BlueGreenSite


class Script(ByHand):
    """The documented script, and the way back that is documented for it."""

    name = "documented script"

    def __init__(self):
        super().__init__()
        self.update, self.rollback = Seen(), Seen()
        self.pid_file = os.path.join(self.site.root, "pid")
        self.process.terminate()
        self.process.wait()
        self.start()

    def start(self):
        subprocess.run(["sh", "-c", f"PORT={self.site.port} setsid {GUNICORN} >/dev/null 2>&1 & "
                        f"echo $! >{self.pid_file}"], cwd=self.site.app, check=True)
        wait_until_healthy(self.site)

    def pid(self):
        with open(self.pid_file, encoding="ascii") as file:
            return int(file.read())

    def forth(self):
        subprocess.run([os.path.join(HERE, "simple_update.sh"), self.site.app, self.pid_file,
                        str(self.site.port)], check=True, capture_output=True)

    def back(self):
        self.stop(self.pid())
        self.site.git("reset", "-q", "--hard", "HEAD@{1}", cwd=self.site.app)
        self.start()

    def close(self):
        self.stop(self.pid())
        self.site.close()


class Floor:
    """The application's own stop and start at a socket that stays: no deployment keeps a client waiting
    for less."""

    name = "application's own stop and start"

    def __init__(self):
        self.site, self.update, self.rollback = Site(), Seen(), Seen()
        assert self.site.update().code == 0
        ByHand.stop(self.site.pid())
        self.listening = socket.create_server(("127.0.0.1", self.site.port), backlog=2048)
        self.start()

    def start(self):
        number = self.listening.fileno()
        self.process = subprocess.Popen(
            ["sh", "-c", f"exec 3<&{number}; LISTEN_PID=$$ LISTEN_FDS=1 exec {GUNICORN}"],
            cwd=self.site.app, pass_fds=[number], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_until_healthy(self.site)

    def forth(self):
        self.process.terminate()
        self.process.wait()
        self.start()

    back = forth

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.listening.close()
        self.site.close()
