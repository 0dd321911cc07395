"""A deployed application with a row in its database: what must be there again, whatever happens."""
import os
import unittest

from app import Site


class Deployed(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.close)
        self.prepare()
        first = self.site.update()
        self.assertEqual(first.code, 0, first)
        self.site.add("before")
        self.before = self.site.head()

    def prepare(self):
        """For a first version of one's own: before it is deployed."""

    def assert_as_before(self, result, code=1):
        self.assertEqual(result.code, code, result)
        self.assertEqual(self.site.head(), self.before)
        self.assertEqual(self.site.version(), 1)
        self.assertIn("before", self.site.names())
        self.assertEqual(self.site.git("status", "--porcelain", cwd=self.site.app), "")
        left = [name for name in os.listdir(self.site.app)
                if ".partial" in name or ".staging" in name or name.endswith((".lock", ".new"))]
        self.assertEqual(left, [])
        self.assertFalse(os.path.exists(os.path.join(self.site.state, "journal")))
        self.assertEqual(self.site.holder(), {})
