"""A signal at any step: things are put back, at once or by the next command."""
import os
import signal
import unittest

from app import Site, Writer
from deployed import Deployed
from servers import Misbehaving

UNRECORDED = ("fetch", "pre-copy", "back up", "health")
STATUS = {signal.SIGTERM: 143, signal.SIGHUP: 143, signal.SIGINT: 130}
MIB = 1 << 20


class Interrupted(Deployed):
    """Steps that are in the journal."""

    def setUp(self):
        super().setUp()
        self.site.edit("init_db.py", "os.makedirs", "import time\ntime.sleep(0.3)\nos.makedirs")
        self.site.push_version(2)

    def steps(self):
        """First as they are for most commits, then with an environment to build and to switch."""
        yield from ("stop", "reset", "migrate")
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push("Other requirements")
        yield from ("environment", "switch", "start")

    def interrupt(self, step, number):
        process = self.site.start_update()
        self.assertTrue(self.site.wait_for_step(step, process), step)
        process.send_signal(number)
        return self.site.end(process)

    def test_sigterm_at_each_step(self):
        with Writer(self.site) as writer:
            for step in self.steps():
                with self.subTest(step=step):
                    self.assert_as_before(self.interrupt(step, signal.SIGTERM), code=143)
        writer.assert_nothing_lost(self)

    def test_sigkill_at_each_step_is_settled_by_the_next_command(self):
        with Writer(self.site) as writer:
            for step in self.steps():
                with self.subTest(step=step):
                    self.interrupt(step, signal.SIGKILL)
                    self.assert_as_before(self.site.update("--backup-only"), code=0)
        writer.assert_nothing_lost(self)
        self.assertEqual([e["outcome"] for e in self.site.history()[1:]].count("updated"), 0)
        done = self.site.update()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.version(), 2)

    def test_two_at_once(self):
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push("Other requirements")
        one = self.site.start_update()
        self.assertTrue(self.site.wait_for_step("environment", one))
        other = self.site.update()
        self.assertEqual(other.code, 4, other)
        self.assertIn("another deployment is running: update by", other.err)
        self.assertIn(f"pid {one.pid}", other.err)
        waiting = self.site.start_update("--wait", "60s")
        waiting.send_signal(signal.SIGTERM)
        self.assertIn(self.site.end(waiting).code, (143, -signal.SIGTERM))
        waited = self.site.update("--wait", "60s")
        self.assertEqual(waited.code, 0, waited)
        self.assertEqual(self.site.end(one).code, 0)
        self.assertEqual(self.site.version(), 2)


class Unrecorded(Deployed):
    """Steps that leave nothing to take back, and no record in the journal: made to last by a silent
    server, by much data, by data that changes during the stop, by a version that starts late."""

    def setUp(self):
        super().setUp()
        self.big = os.path.join(self.site.app, "data", "photos")
        with open(self.big, "wb") as file:
            file.write(os.urandom(MIB) * 128)
        self.site.edit("app.py", "VERSION = 1", "import time\ntime.sleep(2)\nVERSION = 2")
        self.site.push("Slow to start")
        self.address = self.site.git("remote", "get-url", "origin", cwd=self.site.app)

    def at(self, step):
        """An update that is at the step."""
        process = self.site.start_update("--json")
        change = (lambda: os.utime(self.big)) if step == "back up" else (lambda: None)
        self.assertTrue(self.site.wait_until_at(step, process, meanwhile=change), step)
        return process

    def reach(self, step):
        if step == "fetch":
            server = Misbehaving(drips=True)
            self.addCleanup(server.close)
            self.fetch_from(server.url("x.git"))
            self.addCleanup(self.fetch_from, self.address)
        else:
            self.fetch_from(self.address)
        return self.at(step)

    def fetch_from(self, address):
        self.site.git("remote", "set-url", "origin", address, cwd=self.site.app)

    def test_a_signal_that_can_be_caught(self):
        with Writer(self.site) as writer:
            for step in UNRECORDED:
                for number, status in STATUS.items():
                    with self.subTest(step=step, number=number):
                        process = self.reach(step)
                        process.send_signal(number)
                        done = self.site.end(process)
                        self.assert_as_before(done, code=status)
                        self.assertEqual(done.json()["error"]["message"],
                                         f"interrupted by {number.name}")
                        failed = [one["name"] for one in done.json().get("steps", [])
                                  if one["status"] == "failed"]
                        self.assertEqual(failed, [] if step == "fetch" else [step])
        writer.assert_nothing_lost(self)

    def test_sigkill_is_settled_by_the_next_command(self):
        with Writer(self.site) as writer:
            for step in UNRECORDED:
                with self.subTest(step=step):
                    process = self.reach(step)
                    process.kill()
                    self.site.end(process)
                    self.assertEqual(self.site.holder()["step"], step)
                    self.assert_as_before(self.site.update("--backup-only"), code=0)
        writer.assert_nothing_lost(self)
        self.fetch_from(self.address)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.site.version(), 2)


class First(unittest.TestCase):
    """Before there is an application: afterwards there is none again."""

    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.close)
        self.site.edit("app.py", "VERSION = 1", "import time\ntime.sleep(1)\nVERSION = 1")
        self.site.push("Slow to start")

    def at(self, step):
        if step == "clone":
            server = Misbehaving(drips=False)
            self.addCleanup(server.close)
            os.environ["NUTRICOUNT_DEPLOY_SOURCE_URL"] = server.url("x.git")
            self.addCleanup(os.environ.pop, "NUTRICOUNT_DEPLOY_SOURCE_URL", None)
            step = "fetch"  # what it is to whoever finds the lock held
        else:
            os.environ.pop("NUTRICOUNT_DEPLOY_SOURCE_URL", None)
        process = self.site.start_update()
        self.assertTrue(self.site.wait_until_at(step, process), step)
        return process

    def assert_nothing_there(self):
        self.assertEqual([name for name in os.listdir(self.site.root) if "app" in name], [])
        self.assertFalse(os.path.exists(os.path.join(self.site.state, "journal")))
        with self.assertRaises(OSError):
            self.site.get("/health")

    def test_signals(self):
        for step in ("clone", "environment", "health"):
            for number in (signal.SIGTERM, signal.SIGKILL):
                with self.subTest(step=step, number=number):
                    process = self.at(step)
                    process.send_signal(number)
                    code = self.site.end(process).code
                    if number == signal.SIGKILL:
                        settled = self.site.update("--backup-only")
                        self.assertEqual(settled.code, 2, settled)
                        self.assertIn("there is nothing to back up", settled.err)
                    else:
                        self.assertEqual(code, 143)
                    self.assert_nothing_there()
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.site.version(), 1)


if __name__ == "__main__":
    unittest.main()
