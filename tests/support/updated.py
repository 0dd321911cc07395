"""An application that was deployed, and updated: what a rollback starts from."""
import glob
import os
import sqlite3

from deployed import Deployed

# A database command's last lines, after which the database has another shape.
RESHAPE = 'with connection:\n    connection.execute("ALTER TABLE entries ADD COLUMN kcal INTEGER")\n'
# Before whatever else the application does.
POISON = "assert not os.path.exists('poison')\n"


class Updated(Deployed):
    """Version 1 with a row, then version 2."""

    def setUp(self):
        super().setUp()
        self.bring()

    def bring(self):
        self.second = self.site.push_version(2)
        self.done(self.site.update())

    def runs(self, version, commit):
        self.assertEqual(self.site.version(), version)
        self.assertEqual(self.site.head(), commit)
        self.assertFalse(os.path.exists(os.path.join(self.site.state, "journal")))
        self.assertEqual(self.site.git("status", "--porcelain", cwd=self.site.app), "")
        left = [name for name in os.listdir(self.site.app)
                if name.endswith((".partial", ".restoring", ".removing", ".lock", ".new"))]
        self.assertEqual(left, [])

    def replaced(self):
        return glob.glob(os.path.join(self.site.app, "data.replaced.*"))

    def names_in(self, directory):
        with sqlite3.connect(os.path.join(directory, "nutrition.db")) as database:
            return [row[0] for row in database.execute("SELECT name FROM entries")]


class Poisoned(Updated):
    """Version 1 does not start any more, where there is a file "poison"."""

    @classmethod
    def prepare(cls, site):
        site.edit("app.py", "VERSION = 1", POISON + "VERSION = 1")
        site.push("Poisoned")
