"""Signals while things are put back: nothing but a kill stops that, and after a kill it goes on."""
import signal
import time
import unittest

from deployed import DeployedOnce

AGAIN = (signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Undoing(DeployedOnce):
    """The first version starts late, so that putting it back takes a while."""

    @classmethod
    def prepare(cls, site):
        site.edit("app.py", "VERSION = 1", "import time\ntime.sleep(1.5)\nVERSION = 1")
        site.push("Slow to start")

    def push_migration(self, text):
        self.site.write("init_db.py", text)
        return self.site.push_version(2)

    def at(self, step, *args):
        process = self.site.start_update(*args)
        self.assertTrue(self.site.wait_until_at(step, process), step)
        return process

    def signal_again(self, process):
        """While what is under way goes on."""
        for number in AGAIN:
            process.send_signal(number)
            time.sleep(0.05)
        self.assertIsNone(process.poll())
        return self.site.end(process)

    def at_undo_after(self, number):
        self.push_migration("import time\ntime.sleep(60)\n")
        process = self.at("migrate")
        process.send_signal(number)
        self.assertTrue(self.site.wait_until_at("undo", process))
        return process

    def settle_after_kill(self, process):
        process.kill()
        self.site.end(process)
        self.assert_as_before(self.site.update("--backup-only"), code=0)

    def test_the_first_signal_decides(self):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(number=number):
                process = self.at_undo_after(number)
                self.assert_as_before(self.signal_again(process), code=status)

    def test_a_signal_after_a_failure_changes_nothing_of_it(self):
        self.push_migration("raise SystemExit(7)\n")
        done = self.signal_again(self.at("undo"))
        self.assertIn("ended with status 7", done.err)
        self.assert_as_before(done, code=1)
        self.assertIn("is marked bad", self.site.update().err)  # the commit is to blame still

    def test_sigkill_while_undoing(self):
        self.settle_after_kill(self.at_undo_after(signal.SIGTERM))
        self.push_migration("raise SystemExit(7)\n")
        self.settle_after_kill(self.at("undo"))
        self.assertIn("is marked bad", self.site.update().err)

    def test_a_signal_while_settling(self):
        process = self.at_undo_after(signal.SIGTERM)
        process.kill()
        self.site.end(process)
        self.assert_as_before(self.signal_again(self.at("settle")), code=143)

    def test_sigkill_while_settling(self):
        process = self.at_undo_after(signal.SIGTERM)
        process.kill()
        self.site.end(process)
        self.settle_after_kill(self.at("settle"))

    def test_what_the_caller_ignores_is_ignored(self):
        """As nohup and a shell's & have it."""
        self.push_migration("import time\ntime.sleep(1)\n")
        process = self.site.start_update(
            preexec_fn=lambda: [signal.signal(one, signal.SIG_IGN)
                                for one in (signal.SIGHUP, signal.SIGINT)])
        self.assertTrue(self.site.wait_until_at("migrate", process))
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        done = self.site.end(process)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.version(), 2)
        self.assertEqual(self.site.update("--to", self.before).code, 0)


if __name__ == "__main__":
    unittest.main()
