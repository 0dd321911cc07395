"""Back to data that the scripts of before copied with `cp -r`: no manifest vouches for it."""
import glob
import os
import sqlite3
import subprocess
import unittest

from snapshot import Snapshot
from updated import POISON, Updated

OLD = "20251024_200000"


class Unverified(Updated):
    """The copy was made while the application had its database open, rows of it in the WAL."""

    def bring(self):
        self.old = os.path.join(self.site.app, f"data.backup.{OLD}")
        database = sqlite3.connect(f"{self.site.app}/data/nutrition.db")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("INSERT INTO entries (name) VALUES ('in the WAL')")
        database.commit()
        subprocess.run(["cp", "-r", f"{self.site.app}/data", self.old], check=True)
        database.close()
        self.assertGreater(os.path.getsize(f"{self.old}/nutrition.db-wal"), 0)
        super().bring()
        self.site.add("today")
        self.copied = Snapshot(self.old)

    def go_back(self, *args, code=0):
        return self.done(self.site.rollback("--data-only", "--to", OLD, *args), code=code)

    def assert_untouched(self):
        self.assertEqual(self.copied.changes(Snapshot(self.old)), [])

    def assert_as_before(self):
        self.runs(2, self.second)
        self.assertEqual(self.site.names(), ["before", "in the WAL", "today"])
        self.assert_untouched()


class Copied(Unverified):
    def test_rows_of_then_are_back_and_todays_are_aside(self):
        done = self.go_back("--json").json()
        self.runs(2, self.second)
        self.assertEqual(self.site.names(), ["before", "in the WAL"])
        self.assertEqual(done["set_aside"], self.replaced())
        self.assertNotIn("rows_aside", done)
        self.assertEqual(self.names_in(self.replaced()[0]), ["before", "in the WAL", "today"])
        self.assert_untouched()
        steps = {step["name"]: step["detail"] for step in done["steps"]}
        self.assertIn("without manifest: its databases are sound", steps["copy data"])
        last = self.site.history()[-1]
        self.assertEqual((last["command"], last["outcome"]), ("rollback", "rolled-back"))
        self.site.add("after")
        self.assertEqual(self.site.names(), ["before", "in the WAL", "after"])
        self.done(self.site.run("backup", "--verify", last["backup"]))
        self.done(self.site.rollback("--data-only", "--to", last["backup"]))  # forward again
        self.assertEqual(self.site.names(), ["before", "in the WAL", "today"])

    def test_the_plan_says_that_nothing_vouches_for_it(self):
        without = ("app/data", "app/logs", "state/lock")
        before = Snapshot(self.site.root, without=without)
        out = self.go_back("--dry-run").out
        self.assertEqual(before.changes(Snapshot(self.site.root, without=without)), [])
        self.assertIn("Back to the data of 2025-10-24 20:00:00", out)
        self.assertRegex(out, r"data +goes back to 2025-10-24 20:00:00, .* \(backup 20251024_200000, "
                              "without manifest: only its databases are checked\\)")
        self.assertRegex(out, r"today's data is set aside, in data.replaced.\d{8}_\d{6}\n")
        self.assertNotIn("since then", out)
        self.assert_as_before()

    def test_it_goes_back_only_by_itself(self):
        for choice in ((), ("--restore-data",), ("--keep-data",)):
            refused = self.done(self.site.rollback("--to", OLD, *choice), code=2)
            self.assertIn(f"backup {OLD} has no manifest", refused.err)
            self.assertIn(f"rollback --data-only --to {OLD}", refused.err)
        newest = self.done(self.site.rollback("--data-only", "--dry-run")).out
        self.assertNotIn(OLD, newest)
        self.assert_as_before()

    def test_a_damaged_database_is_refused_before_anything_stops(self):
        with open(f"{self.old}/nutrition.db", "r+b") as file:
            file.seek(4096)
            file.write(b"damage" * 500)
        os.remove(f"{self.old}/nutrition.db-wal")
        self.copied = Snapshot(self.old)
        backups = glob.glob(f"{self.site.app}/*.backup.*")
        pid = self.site.pid()
        refused = self.go_back(code=1)
        told = refused.out + refused.err
        self.assertIn(f"{self.old}/nutrition.db", told)
        self.assertNotIn("restoring", told)
        self.assertEqual(self.site.pid(), pid)
        self.assertEqual(self.replaced(), [])
        self.assertEqual(sorted(glob.glob(f"{self.site.app}/*.backup.*")), sorted(backups))
        self.assert_as_before()

    def test_what_the_copy_has_nothing_of_stays(self):
        self.site.configure(backup='include = ["data", "logs", "media"]\nrestore = ["data", "media"]\n')
        os.mkdir(f"{self.site.app}/media")
        with open(f"{self.site.app}/.git/info/exclude", "a", encoding="utf-8") as file:
            file.write("/media*\n")
        self.go_back()
        self.assertTrue(os.path.isdir(f"{self.site.app}/media"))
        self.assertEqual(self.site.names(), ["before", "in the WAL"])
        os.rename(self.old, f"{self.site.app}/logs.backup.{OLD}")
        self.assertIn("holds nothing of data, media", self.go_back(code=2).err)


class Failing(Unverified):
    """The application does not start on the data of then, or its deployer is killed."""

    @classmethod
    def prepare(cls, site):
        site.edit("app.py", "VERSION = 1",
                  POISON.replace("poison", "data/poison") + "import time\ntime.sleep(0.5)\nVERSION = 1")
        site.push("Poisoned")

    def test_todays_data_is_back_where_that_of_then_is_ill(self):
        with open(f"{self.old}/poison", "w", encoding="utf-8"):
            pass
        self.copied = Snapshot(self.old)
        done = self.go_back(code=1)
        self.assertIn("Not rolled back", done.out + done.err)
        self.assert_as_before()

    def test_a_kill_is_put_back_at_every_step(self):
        with open(f"{self.old}/blank", "wb") as file:
            file.truncate(256 << 20)  # it takes a while to copy
        self.copied = Snapshot(self.old)
        for step in ("copy data", "stop", "back up", "data", "start", "health"):
            with self.subTest(step=step):
                process = self.site.start("rollback", "--data-only", "--to", OLD)
                wait = (self.site.wait_for_step if step in ("stop", "data", "start")
                        else self.site.wait_until_at)
                self.assertTrue(wait(step, process))
                process.kill()
                self.site.end(process)
                self.done(self.site.rollback("--resume"))
                self.assert_as_before()
        self.go_back()
        self.assertEqual(self.site.names(), ["before", "in the WAL"])


if __name__ == "__main__":
    unittest.main()
