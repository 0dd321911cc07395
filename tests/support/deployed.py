"""A deployed application with a row in its database: what must be there again, whatever happens."""
import os
import unittest

from app import Site


class Deployed(unittest.TestCase):
    new_site = Site

    @classmethod
    def deploy(cls):
        site = cls.new_site()
        cls.prepare(site)
        first = site.update()
        assert first.code == 0, first
        site.add("before")
        return site

    @classmethod
    def prepare(cls, site):
        """For a first version of one's own: before it is deployed."""

    def setUp(self):
        self.site = self.deploy()
        self.addCleanup(self.site.close)
        self.before = self.site.head()

    def done(self, result, code=0):
        self.assertEqual(result.code, code, result)
        return result

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


class DeployedOnce(Deployed):
    """For all tests of the class: each leaves the site as it was."""

    @classmethod
    def setUpClass(cls):
        cls.site = cls.deploy()
        cls.addClassCleanup(cls.site.close)

    def setUp(self):
        self.before = self.site.head()
