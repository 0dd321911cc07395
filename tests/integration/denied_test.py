"""A tree in which root, or a mode, keeps its owner from writing."""
import os
import shutil
import subprocess
import unittest

from refusals import Refusals
from snapshot import Snapshot


@unittest.skipUnless(os.geteuid() == 0, "needs root to have a tree of another user")
class Denied(Refusals):
    """Files that root made in the owner's tree: found before the stop, with the command that helps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run(["chown", "-R", "nobody", cls.site.app], check=True)
        os.chmod(cls.site.root, 0o755)
        os.kill(cls.pid, 15)
        cls.site.write("pages/index.html", "one\n")
        cls.site.push_version(3)
        done = cls.site.update()
        assert done.code == 0, done
        cls.pid, cls.packages = cls.site.pid(), Snapshot(cls.environment())

    def setUp(self):
        self.site.write("pages/index.html", f"{self._testMethodName}\n")
        self.number = self.site.version() + 1
        self.site.push_version(self.number)

    def path(self, *names):
        return os.path.join(self.site.app, *names)

    def assert_found(self, path):
        """By an update and by a dry run; what the hint says helps."""
        type(self).before = self.look()
        for args in ((), ("--dry-run",)):
            done = self.run_it("update", "-c", self.site.config, *args)
            self.assert_refused(done, f"nobody cannot write {path}", "nothing was touched",
                                codes=(1,))
        command = f"chown -R nobody {path}"
        self.assertIn(f"sudo {command}\n", done.stderr.decode())
        subprocess.run(command.split(), check=True)
        again = self.site.update()
        self.assertEqual(again.code, 0, again)
        self.assertEqual(self.site.version(), self.number)
        type(self).pid = self.site.pid()

    def make_bytecode(self):
        shutil.rmtree(self.path("__pycache__"), ignore_errors=True)
        subprocess.run(["env", "-u", "PYTHONDONTWRITEBYTECODE", "/usr/bin/python3", "-m",
                        "compileall", "-q", self.path("app.py")], check=True)

    def test_a_directory_of_bytecode(self):
        self.make_bytecode()
        self.assert_found(self.path("__pycache__"))

    def test_a_directory_of_bytecode_that_cannot_be_listed(self):
        self.make_bytecode()
        os.chmod(self.path("__pycache__"), 0o700)
        self.assert_found(self.path("__pycache__"))

    def test_a_source(self):
        os.chown(self.path("app.py"), 0, 0)
        self.assert_found(self.path("app.py"))

    def test_a_directory_where_a_file_appears(self):
        self.site.write("pages/more/new.html", "new\n")
        self.site.push("A page more")
        os.chown(self.path("pages"), 0, 0)
        self.assert_found(self.path("pages"))

    def test_what_git_writes(self):
        os.chown(self.path(".git", "logs", "HEAD"), 0, 0)
        self.assert_found(self.path(".git", "logs", "HEAD"))

    def test_several_at_once(self):
        os.chown(self.path("app.py"), 0, 0)
        os.chown(self.path("pages", "index.html"), 0, 0)
        type(self).before = self.look()
        done = self.run_it("update", "-c", self.site.config)
        self.assert_refused(done, self.path("app.py"), "and 1 more",
                            f"sudo chown -R nobody {self.site.app}", codes=(1,))
        for path in (self.path("app.py"), self.path("pages", "index.html")):
            shutil.chown(path, "nobody")
        self.assertEqual(self.site.update().code, 0)
        type(self).pid = self.site.pid()

    def test_what_the_update_does_not_write_may_be_anyones(self):
        os.chown(self.path("init_db.py"), 0, 0)
        self.assertEqual(self.site.update().code, 0)
        os.chown(self.path("init_db.py"), 65534, 65534)
        type(self).pid = self.site.pid()

    def test_a_link_of_roots_to_the_tree(self):
        link = os.path.join(self.site.root, "link")
        os.symlink(self.site.app, link)
        done = self.run_it("update", "-c", self.site.config,
                           environment={"NUTRICOUNT_DEPLOY_APP_DIRECTORY": link})
        self.assertEqual(done.returncode, 0, done)
        found = subprocess.run(["find", self.site.app, "-user", "root"], capture_output=True,
                               text=True, check=True)
        self.assertEqual(found.stdout, "")
        type(self).pid = self.site.pid()


if __name__ == "__main__":
    unittest.main()
