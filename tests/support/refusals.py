"""Wrong input, given to the real program on a deployed application that has something to update to:
what is not refused deploys, and is noticed."""
import os
import subprocess
import unittest

from app import BINARY, Site
from snapshot import FETCHED, Snapshot


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        first = cls.site.update()
        assert first.code == 0, first
        cls.site.add("before")
        cls.wanted = cls.site.push_version(2)
        cls.pid = cls.site.pid()
        cls.before, cls.packages = cls.look(), Snapshot(cls.environment())

    @classmethod
    def environment(cls):
        return os.path.realpath(os.path.join(cls.site.app, "venv"))

    @classmethod
    def look(cls):
        """All but the environment's many files, which are looked at once per test. The lock is taken
        to look: it is written to, and emptied."""
        name = os.path.basename(cls.environment())
        return Snapshot(cls.site.app, cls.site.state, os.path.join(cls.site.root, "backups"),
                        without=("lock", f"{name}/lib", *FETCHED))

    def tearDown(self):
        self.assertEqual(self.packages.changes(Snapshot(self.environment())), [])

    def run_it(self, *args, environment=None):
        variables = {os.fsencode(k): os.fsencode(v) for k, v in (environment or {}).items()}
        argv = [os.fsencode(one) for one in (BINARY, *args)]
        return subprocess.run(argv, capture_output=True, check=False, timeout=60,
                              cwd=self.site.root, env={**os.environb, **variables})

    def assert_refused(self, done, *words, codes=(2,)):
        """One error and one hint of a line each; nothing was changed, and the same process serves."""
        self.assertIn(done.returncode, codes, done)
        self.assertRegex(done.stderr, rb"\Aerror: [^\n]+\n  hint: [^\n]+\n\Z")
        said = done.stderr.decode("utf-8")  # raises where raw bytes are passed on
        self.assertTrue(all(c.isprintable() for c in said.replace("\n", "")), said)
        for word in words:
            self.assertIn(word, said)
        self.assert_nothing_changed(done)

    def assert_nothing_changed(self, done):
        now = self.look()
        changes, type(self).before = self.before.changes(now), now
        pid, type(self).pid = self.pid, self.site.pid()
        self.assertEqual(changes, [], done)
        self.assertEqual(self.pid, pid)
        self.assertTrue(os.path.exists(f"/proc/{pid}"))
