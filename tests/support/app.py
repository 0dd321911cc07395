"""A real application to deploy: its git origin, its configuration, its clients."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import quick_python
from background import Background

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, "..", "..", "packaging", "demo", "app")
BINARY = os.environ["NUTRICOUNT_DEPLOY"]
GIT = ["git", "-c", "user.name=Anton", "-c", "user.email=anton@example.org",
       "-c", "init.defaultBranch=main", "-c", "safe.directory=*"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def start_time(pid):
    """Of a process, in clock ticks since boot: field 22 of proc(5) /proc/PID/stat."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[19])


class Site:
    """A machine in a temporary directory: origin, application directory, state."""

    def __init__(self, root=None):
        self.root = root or tempfile.mkdtemp(prefix="nutricount-test-")
        self.source = os.path.join(self.root, "source")
        self.origin = os.path.join(self.root, "origin.git")
        self.app = os.path.join(self.root, "app")
        self.state = os.path.join(self.root, "state")
        self.config = os.path.join(self.root, "config.toml")
        self.port = free_port()
        self.interpreter = quick_python.interpreter(self.root)
        shutil.copytree(DEMO, self.source)
        self.git("init", "-q")
        self.commit("First version")
        subprocess.run([*GIT, "clone", "-q", "--bare", self.source, self.origin], check=True)
        self.configure()

    def start_command(self):
        return ["/usr/bin/env", f"PORT={self.port}", "venv/bin/python", "-m", "gunicorn", "--config",
                "gunicorn.conf.py", "app:app"]

    def configure(self, **sections):
        text = {
            "app": f'directory = "{self.app}"\nunits = ["demo.service"]\n',
            "source": f'url = "file://{self.origin}"\n',
            "python": f'interpreter = "{self.interpreter}"\nsystem_site_packages = true\n',
            "service": f'manager = "process"\nstart = {json.dumps(self.start_command())}\n',
            "health": f'url = "{self.url("/health")}"\ndeadline = "10s"\n',
            "state": f'directory = "{self.state}"\n',
        }
        for section, more in sections.items():
            text[section] = text.get(section, "") + more + "\n"
        with open(self.config, "w", encoding="utf-8") as file:
            for section, keys in text.items():
                file.write(f"[{section}]\n{keys}")

    def keep_socket(self, **sections):
        """The deployer keeps the listening socket from now on."""
        self.configure(service=f'listen = "127.0.0.1:{self.port}"', **sections)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    # --- the repository
    def git(self, *args, cwd=None):
        done = subprocess.run([*GIT, *args], cwd=cwd or self.source, check=True,
                              capture_output=True, text=True)
        return done.stdout.strip()

    def write(self, path, text):
        full = os.path.join(self.source, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def edit(self, path, old, new):
        with open(os.path.join(self.source, path), encoding="utf-8") as file:
            text = file.read()
        assert old in text, old
        self.write(path, text.replace(old, new))

    def commit(self, subject):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def push(self, subject, force=False):
        commit = self.commit(subject)
        self.git("push", "-q", *(["-f"] if force else []), self.origin, "HEAD:refs/heads/main")
        return commit

    def push_version(self, number):
        with open(os.path.join(self.source, "app.py"), encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        text = "".join(f"VERSION = {number}\n" if line.startswith("VERSION") else line
                       for line in lines)
        self.write("app.py", text)
        return self.push(f"Version {number}")

    # --- the deployer
    def command(self, *args, name="update"):
        return [BINARY, name, "-c", self.config, *args]

    def run(self, name, *args, timeout=120):
        done = subprocess.run(self.command(*args, name=name), capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=timeout, check=False)
        return Result(done.returncode, done.stdout, done.stderr)

    def update(self, *args, timeout=120):
        return self.run("update", *args, timeout=timeout)

    def rollback(self, *args, timeout=120):
        return self.run("rollback", *args, timeout=timeout)

    def start(self, name, *args, **more):
        return subprocess.Popen(self.command(*args, name=name), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def start_update(self, *args, **more):
        return self.start("update", *args, **more)

    def end(self, process, timeout=120):
        out, err = process.communicate(timeout=timeout)
        return Result(process.returncode, out, err)

    def holder(self):
        """What the lock's holder says of itself; what a killed one said last; nothing when it ended."""
        try:
            with open(os.path.join(self.state, "lock"), encoding="utf-8") as file:
                return json.loads(file.read() or "{}")
        except (FileNotFoundError, ValueError):  # ValueError: while it is written
            return {}

    def wait_until_at(self, step, process, meanwhile=lambda: None, seconds=60):
        """Until this very process says that it is at the step: also one without a journal record."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and process.poll() is None:
            holder = self.holder()
            if (holder.get("pid"), holder.get("step")) == (process.pid, step):
                return True
            meanwhile()
            time.sleep(0.001)
        return False

    def history(self):
        path = os.path.join(self.state, "history.jsonl")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def wait_for_step(self, name, process, seconds=60):
        """Until the journal says that the step has begun."""
        journal = os.path.join(self.state, "journal")
        until = time.monotonic() + seconds
        while time.monotonic() < until and process.poll() is None:
            try:
                with open(journal, encoding="utf-8") as file:
                    if f'"name":"{name}"' in file.read():
                        return True
            except FileNotFoundError:
                pass
            time.sleep(0.001)
        return False

    # --- the application
    def get(self, path, timeout=5):
        with urllib.request.urlopen(self.url(path), timeout=timeout) as answer:
            return json.loads(answer.read())

    def version(self):
        return self.get("/health")["version"]

    def add(self, name):
        request = urllib.request.Request(self.url("/entries"), json.dumps({"name": name}).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())["id"]

    def names(self):
        return [row["name"] for row in self.get("/entries")]

    def head(self):
        return self.git("rev-parse", "HEAD", cwd=self.app)

    def pid(self):
        with open(os.path.join(self.state, "app.pid"), encoding="utf-8") as file:
            return json.load(file)["pid"]

    def kill_application(self):
        self.kill_recorded(os.path.join(self.state, "app.pid"))

    @staticmethod
    def kill_recorded(path):
        try:
            with open(path, encoding="utf-8") as file:
                record = json.load(file)
            if start_time(record["pid"]) == record["start_time"]:  # else the pid is another's now
                os.killpg(os.getsid(record["pid"]), signal.SIGKILL)
        except (OSError, ValueError, KeyError):
            pass

    def close(self):
        self.kill_application()
        shutil.rmtree(self.root, ignore_errors=True)


class Client(Background):
    """Asks for /health every 20 ms; notes failures and the longest time without an answer."""

    def __init__(self, site):
        super().__init__()
        self.site, self.failed, self.answered, self.longest = site, 0, 0, 0.0

    def run(self):
        last = time.monotonic()
        while not self._over.is_set():
            try:
                self.site.get("/health", timeout=2)
                now = time.monotonic()
                self.longest, last = max(self.longest, now - last), now
                self.answered += 1
            except (OSError, urllib.error.URLError):
                self.failed += 1
            self._over.wait(0.02)


class Writer(Client):
    """Adds rows all the time; notes the ones that were acknowledged."""

    def __init__(self, site):
        super().__init__(site)
        self.acknowledged = []

    def run(self):
        number = 0
        while not self._over.is_set():
            number += 1
            try:
                self.site.add(f"row {number}")
                self.took(f"row {number}")
            except (OSError, urllib.error.URLError):
                self.failed += 1
            self._over.wait(0.005)

    def took(self, name):
        self.acknowledged.append(name)

    def assert_nothing_lost(self, test):
        test.assertGreater(len(self.acknowledged), 0)
        test.assertEqual(set(self.acknowledged) - set(self.site.names()), set())
