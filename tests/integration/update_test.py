"""Updates that go well, and what is chosen to be deployed."""
import os
import subprocess
import unittest

from app import Client, Site, Writer


class Deploying(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.close)
        first = self.site.update()
        self.assertEqual(first.code, 0, first)

    def test_first_deployment_clones_builds_and_starts(self):
        self.assertEqual(self.site.version(), 1)
        self.assertTrue(os.path.islink(os.path.join(self.site.app, "venv")))
        self.assertEqual([entry["outcome"] for entry in self.site.history()], ["updated"])

    def test_nothing_new_stops_nothing(self):
        pid = self.site.pid()
        again = self.site.update("--json")
        self.assertEqual((again.code, again.json()["outcome"]), (0, "unchanged"), again)
        self.assertEqual(self.site.pid(), pid)

    def test_update_keeps_every_acknowledged_row(self):
        self.site.push_version(2)
        with Writer(self.site) as writer:
            done = self.site.update("--json")
        self.assertEqual((done.code, done.json()["outcome"]), (0, "updated"), done)
        self.assertEqual(self.site.version(), 2)
        self.assertGreater(len(writer.acknowledged), 0)
        self.assertEqual(set(writer.acknowledged) - set(self.site.names()), set())
        backup = done.json()["backup"]
        copy = os.path.join(self.site.app, f"data.backup.{backup}")
        self.assertEqual(os.listdir(copy), ["nutrition.db"])
        check = subprocess.run(["sqlite3", os.path.join(copy, "nutrition.db"),
                                "PRAGMA integrity_check"], capture_output=True, text=True,
                               check=True)
        self.assertEqual(check.stdout.strip(), "ok")

    def test_downtime_is_told_and_short_of_the_environment(self):
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push_version(2)
        with Client(self.site) as client:
            done = self.site.update("--json").json()
        building = next(s["seconds"] for s in done["steps"] if s["name"] == "environment")
        self.assertLess(done["downtime_seconds"], building)
        self.assertGreater(client.answered, client.failed)

    def test_what_happens_does_not_depend_on_who_listens(self):
        def full():
            return os.open("/dev/full", os.O_WRONLY)

        def gone():
            reader, writer = os.pipe()
            os.close(reader)
            return writer

        number = 1
        for listener in (full, gone):
            for options in ([], ["--json"]):
                with self.subTest(listener=listener.__name__, options=options):
                    number += 1
                    self.site.push_version(number)
                    output = listener()
                    self.addCleanup(os.close, output)
                    done = subprocess.run(self.site.command(*options), stdout=output,
                                          stderr=output, check=False, timeout=120)
                    self.assertEqual(done.returncode, 0, done)
                    self.assertEqual(self.site.version(), number)

    def test_environment_is_rebuilt_only_when_requirements_change(self):
        live = os.path.join(self.site.app, "venv")
        before = os.readlink(live)
        self.site.push_version(2)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(os.readlink(live), before)
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push("Other requirements")
        self.assertEqual(self.site.update().code, 0)
        self.assertNotEqual(os.readlink(live), before)
        self.assertTrue(os.path.isdir(os.path.join(self.site.app, before)))

    def test_plain_environment_is_adopted_and_given_back(self):
        live = os.path.join(self.site.app, "venv")
        plain = os.path.join(self.site.app, os.readlink(live))
        os.remove(live)
        os.rename(plain, live)
        os.remove(os.path.join(live, ".nutricount-deploy.json"))
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.edit("app.py", "VERSION = 1", "VERSION = = 2")
        self.site.push("Broken")
        self.assertEqual(self.site.update().code, 1)
        self.assertFalse(os.path.islink(live))
        self.assertEqual(self.site.version(), 1)
        self.site.edit("app.py", "VERSION = = 2", "VERSION = 2")
        self.site.push("Mended")
        self.assertEqual(self.site.update().code, 0)
        self.assertTrue(os.path.islink(live))
        self.assertEqual(self.site.version(), 2)

    def test_changes_made_here_are_named_and_kept(self):
        with open(os.path.join(self.site.app, "app.py"), "a", encoding="utf-8") as file:
            file.write("# by hand\n")
        self.site.push_version(2)
        plan = self.site.update("--dry-run")
        self.assertIn("Would overwrite:        app.py", plan.out)
        done = self.site.update("--json").json()
        kept = os.path.join(self.site.app, f"changes.backup.{done['backup']}", "files", "app.py")
        with open(kept, encoding="utf-8") as file:
            self.assertIn("# by hand", file.read())

    def test_dry_run_changes_nothing(self):
        self.site.push_version(2)
        head, pid = self.site.head(), self.site.pid()
        plan = self.site.update("--dry-run")
        self.assertEqual(plan.code, 0, plan)
        self.assertIn("Nothing was changed.", plan.out)
        self.assertEqual((self.site.head(), self.site.pid()), (head, pid))
        self.assertEqual(len(self.site.history()), 1)

    def test_backup_only(self):
        self.site.push_version(2)
        done = self.site.update("--backup-only", "--json")
        self.assertEqual((done.code, done.json()["outcome"]), (0, "backed-up"), done)
        self.assertEqual(self.site.version(), 1)
        again = self.site.update("--backup-only", "--json")  # within the same second, mostly
        self.assertEqual(again.code, 0, again)
        self.assertNotEqual(again.json()["backup"], done.json()["backup"])
        for one in (done, again):
            name = f"data.backup.{one.json()['backup']}"
            self.assertTrue(os.path.isdir(os.path.join(self.site.app, name)))

    @unittest.skipUnless(os.geteuid() == 0, "needs root to have a tree of another user")
    def test_no_file_of_the_owner_becomes_roots(self):
        subprocess.run(["chown", "-R", "nobody", self.site.app], check=True)
        os.chmod(self.site.root, 0o755)
        os.kill(self.site.pid(), 15)
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push_version(2)
        done = self.site.update()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.version(), 2)
        found = subprocess.run(["find", self.site.app, "-user", "root"], capture_output=True,
                               text=True, check=True)
        self.assertEqual(found.stdout, "")


class Choosing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        cls.first = cls.site.git("rev-parse", "HEAD")
        assert cls.site.update().code == 0
        cls.second = cls.site.push_version(2)
        cls.third = cls.site.push_version(3)

    def test_1_to_a_commit(self):
        done = self.site.update("--to", self.second[:10])
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.head(), self.second)

    def test_2_an_older_expected_commit_is_stale(self):
        done = self.site.update("--expect", self.first, "--json")
        self.assertEqual((done.code, done.json()["outcome"]), (0, "stale"), done)
        self.assertEqual(self.site.head(), self.second)

    def test_3_exactly_the_expected_commit(self):
        fourth = self.site.push_version(4)
        done = self.site.update("--expect", self.third)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.head(), self.third)
        self.assertNotEqual(self.site.head(), fourth)

    def test_4_a_revision_that_is_not_there(self):
        for option, value in (("--to", "v9"), ("--expect", "0" * 40)):
            done = self.site.update(option, value)
            self.assertIn(done.code, (1, 2), done)
            self.assertIn(value, done.err)
            self.assertIn("  hint: ", done.err)
        self.assertEqual(self.site.head(), self.third)

    def test_5_a_force_pushed_branch(self):
        self.site.git("checkout", "-q", "-B", "main", self.first)
        self.site.edit("app.py", "VERSION = 1", "VERSION = 7")
        forced = self.site.push("Another history", force=True)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.site.head(), forced)
        self.assertEqual(self.site.git("rev-parse", f"refs/nutricount-deploy/{self.third}",
                                       cwd=self.site.app), self.third)

    def test_6_wrong_options_change_nothing(self):
        head = self.site.head()
        for args in (["--expect", "123"], ["--timeout", "5"], ["--to", "-x"], ["--frobnicate"],
                     ["--to", "a", "--expect", "0" * 40], ["--trigger", "A B"]):
            done = self.site.update(*args)
            self.assertEqual(done.code, 2, (args, done))
            self.assertRegex(done.err, r"^error: .*\n  hint: ")
        self.assertEqual(self.site.head(), head)


if __name__ == "__main__":
    unittest.main()
