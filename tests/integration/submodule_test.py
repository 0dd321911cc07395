"""Submodules: updated with the commit, and put back with it."""
import os
import unittest

from deployed import DeployedOnce


class Submodules(DeployedOnce):
    @classmethod
    def prepare(cls, site):
        cls.part = os.path.join(site.root, "part")
        os.makedirs(cls.part)
        site.git("init", "-q", cwd=cls.part)
        cls.commit_part("KCAL = 4.184\n", site)

    @classmethod
    def commit_part(cls, text, site):
        with open(os.path.join(cls.part, "units.py"), "w", encoding="ascii") as file:
            file.write(text)
        site.git("add", "-A", cwd=cls.part)
        site.git("commit", "-qm", "Units", cwd=cls.part)

    def units(self):
        with open(os.path.join(self.site.app, "part", "units.py"), encoding="ascii") as file:
            return file.read()

    def test_they_come_along_and_are_put_back(self):
        file_allowed = ("-c", "protocol.file.allow=always")
        self.site.git(*file_allowed, "submodule", "--quiet", "add", self.part, "part")
        self.site.edit("app.py", "VERSION = 1", "VERSION = = 2")
        self.site.push("Broken, with a part")
        self.assert_as_before(self.site.update())
        self.assertFalse(os.path.exists(os.path.join(self.site.app, "part")))

        self.site.edit("app.py", "VERSION = = 2", "VERSION = 2")
        self.site.push("Mended")
        done = self.site.update()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.units(), "KCAL = 4.184\n")
        self.assertEqual(self.site.git("status", "--porcelain", cwd=self.site.app), "")

        self.commit_part("KCAL = 4.2\n", self.site)
        self.site.git(*file_allowed, "submodule", "--quiet", "update", "--remote")
        self.site.push_version(3)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.units(), "KCAL = 4.2\n")

        self.commit_part("KCAL = 0\n", self.site)
        self.site.git(*file_allowed, "submodule", "--quiet", "update", "--remote")
        self.site.edit("app.py", "VERSION = 3", "VERSION = = 4")
        self.site.push("Broken, with another part")
        self.assertEqual(self.site.update().code, 1)
        self.assertEqual(self.units(), "KCAL = 4.2\n")
        self.assertEqual(self.site.version(), 3)
        self.assertEqual(self.site.git("status", "--porcelain", cwd=self.site.app), "")

        self.commit_part("KCAL = 1\n", self.site)
        self.site.git(*file_allowed, "submodule", "--quiet", "update", "--remote")
        os.rename(self.part, self.part + ".away")
        self.site.edit("app.py", "VERSION = = 4", "VERSION = 4")
        self.site.push("Mended, and the part's address leads nowhere")
        done = self.site.update()
        self.assertEqual(done.code, 1, done)
        self.assertIn("cannot update the submodule part", done.err)
        self.assertEqual((self.units(), self.site.version()), ("KCAL = 4.2\n", 3))


if __name__ == "__main__":
    unittest.main()
