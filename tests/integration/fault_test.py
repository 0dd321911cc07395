"""Whatever goes wrong: the application is up and as it was, or new and healthy."""
import os
import subprocess
import tempfile
import time
import unittest

from app import Site
from deployed import Deployed


class Failing(Deployed):
    def test_origin_unreachable(self):
        self.site.git("remote", "set-url", "origin", "http://127.0.0.1:1/x.git",
                      cwd=self.site.app)
        done = self.site.update()
        self.assertIn("127.0.0.1:1", done.err)
        self.assert_as_before(done)

    def test_package_that_cannot_be_installed(self):
        self.site.write("requirements.txt", "--no-index\nflask\nno-such-package-at-all==9\n")
        self.site.push_version(2)
        done = self.site.update()
        self.assertIn("no-such-package-at-all", done.out)
        self.assert_as_before(done)

    def test_database_command_fails(self):
        self.site.write("init_db.py", "import sqlite3\nc = sqlite3.connect('data/nutrition.db')\n"
                        "c.execute('DROP TABLE entries'); c.commit()\nraise SystemExit(7)\n")
        self.site.push_version(2)
        done = self.site.update("--json")
        self.assertEqual(done.json()["outcome"], "rolled-back")
        self.assert_as_before(done)
        aside = done.json()["set_aside"]
        self.assertTrue(os.path.isdir(aside[0]), aside)

    def test_commit_that_does_not_start_is_marked_bad(self):
        self.site.edit("app.py", "VERSION = 1", "VERSION = = 2")
        self.site.push("Broken")
        done = self.site.update()
        self.assertIn("SyntaxError", done.out)
        self.assert_as_before(done)
        again = self.site.update("--json")
        self.assertEqual((again.code, again.json()["outcome"]), (1, "blocked"), again)
        self.assertEqual(self.site.update("--force").code, 1)
        self.site.edit("app.py", "VERSION = = 2", "VERSION = 2")
        self.site.push("Mended")
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.site.version(), 2)

    def test_unhealthy(self):
        self.site.configure(health='timeout = "1s"', update="")
        self.site.edit("app.py", 'return jsonify(status="healthy"', 'return jsonify(status="ill"')
        self.site.push("Ill")
        done = self.site.update()
        self.assertIn("the body says ill", done.out)
        self.assert_as_before(done)

    def test_healthy_only_after_some_seconds(self):
        self.site.edit("app.py", "VERSION = 1", "import time\ntime.sleep(4)\nVERSION = 2")
        self.site.push("Slow to start")
        done = self.site.update()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.version(), 2)

    def test_no_rollback_leaves_it_and_says_what_to_run(self):
        self.site.edit("app.py", "VERSION = 1", "VERSION = = 2")
        self.site.push("Broken")
        done = self.site.update("--no-rollback")
        self.assertEqual(done.code, 3, done)
        self.assertIn("git -C", done.out)

    def test_deadline_undoes(self):
        self.site.write("init_db.py", "import time\ntime.sleep(60)\n")
        self.site.push_version(2)
        done = self.site.update("--timeout", "5s")
        self.assertIn("did not finish within 5s", done.out)
        self.assert_as_before(done)

    def test_unattended_updates_stop_after_two_rollbacks(self):
        for number in (2, 3):
            self.site.write("init_db.py", f"raise SystemExit({number})\n")
            self.site.push(f"Broken {number}")
            self.assertEqual(self.site.update("--trigger", "timer").code, 1)
        self.site.write("init_db.py", "")
        self.site.push_version(4)
        done = self.site.update("--trigger", "timer")
        self.assertIn("unattended updates stop", done.err)
        self.assert_as_before(done)
        self.assertEqual(self.site.update("--force").code, 0)


def free_bytes(path):
    space = os.statvfs(path)
    return space.f_bfree * space.f_frsize


@unittest.skipUnless(os.geteuid() == 0, "needs root to mount a small disk")
class FullDisk(Deployed):
    def setUp(self):
        self.mount = tempfile.mkdtemp(prefix="nutricount-disk-")
        image = self.mount + ".img"
        with open(image, "wb") as file:
            file.truncate(128 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        mounted = subprocess.run(["mount", "-o", "loop", image, self.mount], check=False)
        self.addCleanup(os.remove, image)
        self.addCleanup(os.rmdir, self.mount)
        if mounted.returncode != 0:
            self.skipTest("this machine cannot mount a loop device")
        self.addCleanup(subprocess.run, ["umount", "-l", self.mount], check=False)
        self.site = Site(os.path.join(self.mount, "site"))
        self.addCleanup(self.site.close)
        self.assertEqual(self.site.update().code, 0)
        self.site.add("before")
        self.before = self.site.head()

    def fill(self, leave):
        """Allocates real blocks until only `leave` bytes are free: at once, for an update runs."""
        with open(os.path.join(self.mount, "filler"), "ab") as file:
            piece = 128 << 20
            while piece >= 4096 and (more := free_bytes(self.mount) - leave) > 0:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size,
                                       min(piece, more))
                except OSError:
                    piece //= 2

    def test_too_little_space_is_told_before_anything_is_touched(self):
        self.site.push_version(2)
        pid = self.site.pid()
        self.fill(8 << 20)
        done = self.site.update()
        self.assertIn("this update needs", done.err)
        self.assert_as_before(done)
        self.assertEqual(self.site.pid(), pid)

    def test_a_nearly_full_disk_ends_a_backup_by_an_error(self):
        """Not by SIGBUS: SQLite maps a file that the disk has no room for."""
        self.fill(0)
        filler = os.path.join(self.mount, "filler")
        full = os.path.getsize(filler)
        for kibibytes in (*range(0, 64, 4), *range(64, 1216, 64), 2048):
            os.truncate(filler, full - (kibibytes << 10))
            os.sync()
            done = self.site.update("--backup-only")
            self.assertIn(done.code, (0, 1), (kibibytes, done))
        self.assertEqual(done.code, 0, done)

    def test_disk_that_fills_up_while_the_environment_is_built(self):
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push_version(2)
        process = self.site.start_update()
        self.assertTrue(self.site.wait_for_step("environment", process))
        time.sleep(0.2)
        self.fill(64 << 10)
        out, err = process.communicate(timeout=120)
        os.remove(os.path.join(self.mount, "filler"))
        self.assertEqual(process.returncode, 1, out + err)
        self.assertEqual(self.site.version(), 1)
        self.assertEqual(self.site.head(), self.before)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.site.version(), 2)


if __name__ == "__main__":
    unittest.main()
