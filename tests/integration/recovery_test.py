"""Rollbacks that fail, that are killed, and one that nobody asked for."""
import os
import signal
import unittest

from updated import POISON, RESHAPE, Poisoned, Updated


class Undone(Poisoned):
    """Version 1 does not start any more, where there is a file "poison"."""

    def bring(self):
        with open(os.path.join(self.site.source, "init_db.py"), encoding="utf-8") as file:
            self.site.write("init_db.py", file.read() + RESHAPE)
        self.site.edit("app.py", POISON, "")
        super().bring()
        self.site.add("one")
        with open(f"{self.site.app}/poison", "w", encoding="utf-8"):
            pass

    def assert_version_2(self):
        os.remove(f"{self.site.app}/poison")
        self.runs(2, self.second)
        self.assertEqual(self.site.names(), ["before", "one"])
        self.assertEqual(self.replaced(), [])

    def test_what_ran_before_is_back(self):
        for choice in ("--restore-data", "--keep-data"):
            done = self.site.rollback(choice, "--json")
            self.assertEqual(done.code, 1, done)
            self.assertEqual(done.json()["outcome"], "failed")
            self.assertIn("Not rolled back", done.err)
        self.assert_version_2()

    def test_neither_version_is_healthy(self):
        """What the operator wanted to leave is back, and hands are needed."""
        os.killpg(os.getsid(self.site.pid()), signal.SIGKILL)
        os.rename(f"{self.site.app}/data", f"{self.site.app}/elsewhere")
        done = self.site.rollback("--keep-data")
        self.assertEqual(done.code, 3, done)
        self.assertIn("git -C", done.out)


class Killed(Updated):
    STEPS = ("stop", "back up", "data", "reset", "start", "health")

    def bring(self):
        with open(os.path.join(self.site.source, "init_db.py"), encoding="utf-8") as file:
            self.site.write("init_db.py", file.read() + RESHAPE)
        self.site.edit("app.py", "VERSION = 1", "import time\ntime.sleep(0.5)\nVERSION = 1")
        super().bring()
        self.site.add("one")

    def kill_at(self, step):
        process = self.site.start("rollback", "--restore-data")
        reached = (self.site.wait_for_step if step in ("stop", "data", "reset", "start")
                   else self.site.wait_until_at)
        args = (step, process)
        self.assertTrue(reached(*args), step)
        process.kill()
        self.site.end(process)

    def test_resume_puts_back_what_ran(self):
        for step in self.STEPS:
            with self.subTest(step=step):
                self.kill_at(step)
                done = self.done(self.site.rollback("--resume"))
                self.assertIn("undone", done.out)
                self.runs(2, self.second)
                self.assertEqual(self.site.names(), ["before", "one"])
                self.done(self.site.rollback("--resume"))
        self.done(self.site.run("backup", "--verify"))
        self.done(self.site.rollback("--restore-data"))
        self.assertEqual(self.site.names(), ["before"])

    def test_resume_leaves_what_is_alive_alone(self):
        process = self.site.start("rollback", "--restore-data")
        self.assertTrue(self.site.wait_for_step("stop", process))
        waited = self.done(self.site.rollback("--resume", "--json"))
        self.assertEqual(waited.json(), {"outcome": "unchanged"})
        self.assertEqual(self.site.end(process).code, 0)
        self.assertEqual(self.site.version(), 1)

    def test_resume_with_nothing_to_do(self):
        pid = self.site.pid()
        self.assertIn("No deployment was interrupted", self.done(self.site.rollback("--resume")).out)
        self.assertEqual(self.site.pid(), pid)


class Probation(Poisoned):
    """Version 2 is unhealthy where there is a file "sick", version 1 does not start where there is a
    file "poison"."""

    def bring(self):
        self.site.configure(update='probation = "10m"\n')
        self.site.edit("app.py", POISON, "")
        self.site.edit("app.py", "    now = datetime",
                       "    if os.path.exists('sick'):\n        return jsonify(status='sick'), 503\n"
                       "    now = datetime")
        super().bring()
        self.sick = os.path.join(self.site.app, "sick")

    def fall_ill(self):
        with open(self.sick, "w", encoding="utf-8"):
            pass

    def health(self, *args):
        return self.site.run("health", "--probation", *args)

    def test_three_failures_in_a_row_go_back(self):
        self.done(self.health())
        self.fall_ill()
        for _ in range(2):
            self.assertIn("HTTP 503", self.done(self.health(), code=1).out)
        os.remove(self.sick)
        self.done(self.health())  # not in a row
        self.fall_ill()
        for _ in range(2):
            self.done(self.health(), code=1)
            self.assertEqual(self.site.head(), self.second)
        third = self.done(self.health(), code=1)
        self.assertIn("going back", third.out)
        self.assertIn("--force", third.out)
        os.remove(self.sick)
        self.runs(1, self.before)
        last = self.site.history()[-1]
        self.assertEqual((last["command"], last["trigger"]), ("rollback", "probation"))
        self.assertIn("HTTP 503", last["bad"])
        self.assertIn("HTTP 503", self.done(self.site.update(), code=1).err)

    def test_only_an_update_is_on_probation(self):
        self.done(self.site.rollback())
        self.site.git("checkout", "-q", "-b", "other", cwd=self.site.app)
        os.killpg(os.getsid(self.site.pid()), signal.SIGKILL)
        for _ in range(4):
            self.done(self.health(), code=1)
        self.assertEqual(len(self.site.history()), 3)

    def test_without_the_timer_s_option_nothing_is_counted(self):
        self.fall_ill()
        for _ in range(4):
            self.done(self.site.run("health"), code=1)
        os.remove(self.sick)
        self.runs(2, self.second)

    def test_neither_version_is_healthy(self):
        """It is not tried again and again: hands are needed."""
        self.fall_ill()
        with open(f"{self.site.app}/poison", "w", encoding="utf-8"):
            pass
        for _ in range(2):
            self.done(self.health(), code=1)
        failed = self.done(self.health(), code=3)
        self.assertIn("Hands needed", failed.out)
        count = len(self.site.history())
        self.done(self.health(), code=1)
        self.assertEqual(len(self.site.history()), count)


if __name__ == "__main__":
    unittest.main()
