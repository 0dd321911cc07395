"""`health --full` on a deployed application: what an operator sees."""
import unittest

from answering import HEALTHY, Answering
from app import Site


class Full(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        cls.commit = cls.site.push_version(2)
        first = cls.site.update()
        assert first.code == 0, first

    def ask(self, *args, **sections):
        self.site.configure(**sections)
        return self.site.run("health", "--full", *args)

    def test_a_line_for_each_check(self):
        done = self.ask()
        self.assertEqual(done.code, 0, done)
        self.assertRegex(done.out, rf"(?m)^ok +application +200 healthy, \d+ ms, {self.commit[:7]}, up ")
        self.assertRegex(done.out, r"(?m)^ok +demo.service +active, since .*, 0 restarts$")
        self.assertRegex(done.out, r"(?m)^(ok|failed) +disk / +\d+ % used, ")
        self.assertRegex(done.out, r"(?m)^ok +last update +.* ago, updated")
        self.assertRegex(done.out, r"(?m)^\w+ +backups ")
        self.assertRegex(done.out.splitlines()[-1], r"^(All \d+ checks passed|\d+ of \d+ checks failed)\.$")

    def test_the_verdict_counts_what_is_critical(self):
        done = self.ask(health="disk_limit = 1\n")
        self.assertEqual(done.code, 0, done)
        self.assertRegex(done.out, r"(?m)^failed +disk / .*\(limit 1 %\)$")
        done = self.ask(health='disk_limit = 1\ncritical = ["application", "disk"]\n')
        self.assertEqual(done.code, 1, done)
        done = self.ask("--json", health='disk_limit = 1\ncritical = ["disk"]\n')
        self.assertEqual((done.code, done.json()["status"]), (1, "unhealthy"), done)

    def test_the_keys_of_the_status_that_was_before(self):
        with Answering(HEALTHY) as webhook:
            done = self.ask("--json", webhook=f'listen = "0.0.0.0:{webhook.port}"\n')
            seen = done.json()
            text = self.ask(webhook=f'listen = "127.0.0.1:{webhook.port}"\n')
        self.assertEqual(seen["status"], "healthy", done)
        self.assertEqual((seen["webhook_status"], seen["app_status"]), ("running", "running"), done)
        self.assertEqual([one["unit"] for one in seen["services"]], ["demo.service"])
        self.assertEqual(seen["services"][0]["state"], "active")
        self.assertEqual(seen["disk"][0]["path"], "/")
        self.assertEqual(seen["last_deployment"]["outcome"], "updated")
        self.assertEqual(seen["last_deployment"]["to"], self.commit)
        self.assertRegex(seen["timestamp"], r"Z$")
        self.assertRegex(text.out, r"(?m)^ok +webhook +200 healthy, ")
