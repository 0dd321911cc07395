"""Back to an earlier deployment: what goes back, what stays, what is refused, what a kill leaves."""
import fcntl
import glob
import os
import pty
import sqlite3
import subprocess
import unittest

from app import Writer
from snapshot import Snapshot
from updated import RESHAPE, Updated

class GoingBack(Updated):
    def test_to_the_deployment_before(self):
        self.site.add("written by version 2")
        with Writer(self.site) as writer:
            done = self.done(self.site.rollback("--json", "--reason", "kcal are wrong")).json()
        self.runs(1, self.before)
        writer.assert_nothing_lost(self)
        self.assertIn("written by version 2", self.site.names())
        self.assertEqual(self.replaced(), [])
        self.assertEqual((done["command"], done["outcome"]), ("rollback", "rolled-back"))
        self.assertEqual((done["from"]["commit"], done["to"]["commit"]), (self.second, self.before))
        self.assertIn("kcal are wrong", done["bad"])
        self.assertEqual(self.site.history()[-1]["reason"], "kcal are wrong")

    def test_only_a_newer_commit_goes_forward_again(self):
        self.done(self.site.rollback())
        blocked = self.done(self.site.update(), code=1)
        self.assertIn("rolled back by hand", blocked.err)
        self.runs(1, self.before)
        third = self.site.push_version(3)
        self.done(self.site.update())
        self.runs(3, third)

    def test_force_goes_forward_again(self):
        self.done(self.site.rollback())
        self.done(self.site.update("--force"))
        self.runs(2, self.second)
        self.done(self.site.rollback())
        self.runs(1, self.before)

    def test_forward_again_by_id_and_by_commit(self):
        second = self.site.history()[-1]["deployment"]
        self.done(self.site.rollback())
        self.done(self.site.rollback("--to", second))
        self.runs(2, self.second)
        self.done(self.site.rollback("--to", self.before[:9]))
        self.runs(1, self.before)

    def test_step_by_step_to_the_first(self):
        self.site.push_version(3)
        self.done(self.site.update())
        self.done(self.site.rollback())
        self.runs(2, self.second)
        self.done(self.site.rollback())
        self.runs(1, self.before)
        none = self.done(self.site.rollback(), code=2)
        self.assertIn("there is no deployment before the one that runs", none.err)
        self.assertIn("rollback --list", none.err)

    def test_what_was_changed_in_place_comes_back(self):
        self.done(self.site.rollback())
        path = os.path.join(self.site.app, "gunicorn.conf.py")
        with open(path, "a", encoding="utf-8") as file:
            file.write("# by hand\n")
        self.site.push_version(3)
        self.done(self.site.update())
        with open(path, encoding="utf-8") as file:
            self.assertNotIn("# by hand", file.read())
        self.done(self.site.rollback())
        with open(path, encoding="utf-8") as file:
            self.assertIn("# by hand", file.read())
        self.assertEqual(self.site.version(), 1)

    def test_a_target_that_was_forced_away(self):
        self.site.git("checkout", "-q", "--orphan", "elsewhere")
        third = self.site.push("Another history", force=True)
        self.done(self.site.update())
        self.assertEqual(self.site.head(), third)
        self.site.git("reflog", "expire", "--expire=now", "--all", cwd=self.site.app)
        self.site.git("gc", "-q", "--prune=now", cwd=self.site.app)
        self.done(self.site.rollback())
        self.runs(2, self.second)

    def test_the_environment_goes_back(self):
        live = os.path.realpath(f"{self.site.app}/venv")
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push_version(3)
        self.done(self.site.update())
        self.assertNotEqual(os.path.realpath(f"{self.site.app}/venv"), live)
        done = self.done(self.site.rollback("--json")).json()
        self.assertEqual(os.path.realpath(f"{self.site.app}/venv"), live)
        self.assertNotIn("environment", [step["name"] for step in done["steps"]])
        self.runs(2, self.second)

    def test_an_environment_that_is_gone_is_built(self):
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.site.push_version(3)
        old = os.path.realpath(f"{self.site.app}/venv")
        self.done(self.site.update())
        subprocess.run(["rm", "-r", old], check=True)
        done = self.done(self.site.rollback("--json")).json()
        self.assertIn("environment", [step["name"] for step in done["steps"]])
        self.runs(2, self.second)

    def test_dry_run_changes_nothing(self):
        before = Snapshot(self.site.root, without=("app/data", "app/logs", "state/lock"))
        done = self.done(self.site.rollback("--dry-run"))
        after = Snapshot(self.site.root, without=("app/data", "app/logs", "state/lock"))
        self.assertEqual(before.changes(after), [])
        self.assertIn('back to "First version"', done.out)
        self.assertIn("Nothing was changed.", done.out)

    def test_the_list_takes_no_lock(self):
        first, second = (one["deployment"] for one in self.site.history())
        with open(os.path.join(self.site.state, "lock"), "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            points = self.done(self.site.rollback("--list", "--json")).json()["points"]
            text = self.done(self.site.rollback("--list")).out
            self.done(self.site.rollback("--help"))
            self.done(self.site.rollback(), code=4)
        self.assertEqual([(one["id"], one["outcome"]) for one in points],
                         [(second, "live"), (first, "updated")])
        self.assertTrue(points[1]["code"] and points[1]["environment"] and points[1]["data"])
        self.assertIn("code env data", text)

    def test_a_failed_deployment_is_nothing_to_go_back_to(self):
        self.site.write("app.py", "raise SystemExit(1)\n")
        self.site.push("Broken")
        self.done(self.site.update(), code=1)
        failed = self.site.history()[-1]["deployment"]
        refused = self.done(self.site.rollback("--to", failed), code=2)
        self.assertIn("rolled-back", refused.err)
        self.assertIn("bad: does not start",
                      self.done(self.site.rollback("--list")).out.replace("unhealthy",
                                                                          "does not start"))
        self.runs(2, self.second)

    def test_what_does_not_exist(self):
        for to, words in (("20200101_000000", "there is no deployment"), ("abcdef0", "there is no"),
                          ("HEAD", "neither"), ("../x", "neither")):
            with self.subTest(to=to):
                self.assertIn(words, self.done(self.site.rollback("--to", to), code=2).err)


class Data(Updated):
    """Version 2 changed the shape of the database."""

    def bring(self):
        with open(os.path.join(self.site.source, "init_db.py"), encoding="utf-8") as file:
            self.site.write("init_db.py", file.read() + RESHAPE)
        super().bring()

    def test_without_rows_written_since_it_goes_back(self):
        self.done(self.site.rollback())
        self.runs(1, self.before)
        self.assertEqual(self.site.names(), ["before"])
        with sqlite3.connect(f"{self.site.app}/data/nutrition.db") as database:
            self.assertNotIn("kcal", database.execute(
                "SELECT sql FROM sqlite_master WHERE name = 'entries'").fetchone()[0])
        self.assertEqual(len(self.replaced()), 1)

    def test_rows_are_not_given_up_without_a_choice(self):
        self.site.add("one")
        self.site.add("two")
        before = Snapshot(self.site.app, without=("data", "logs"))
        refused = self.done(self.site.rollback(), code=2)
        self.assertEqual(before.changes(Snapshot(self.site.app, without=("data", "logs"))), [])
        for words in ("changed shape", "1 table", "2 rows (entries 2)", "--restore-data",
                      "--keep-data"):
            self.assertIn(words, refused.err)
        self.runs(2, self.second)

    def test_restored_data_keeps_what_it_replaces_aside(self):
        self.site.add("one")
        done = self.done(self.site.rollback("--restore-data", "--json")).json()
        self.runs(1, self.before)
        self.assertEqual(self.site.names(), ["before"])
        self.assertEqual(done["set_aside"], self.replaced())
        self.assertEqual(done["rows_aside"], [{"table": "entries", "written": 1, "gone": 0}])
        self.assertEqual(self.names_in(self.replaced()[0]), ["before", "one"])
        self.site.add("two")  # no old WAL comes in between
        self.assertEqual(self.site.names(), ["before", "two"])
        self.done(self.site.run("backup", "--verify"))
        listed = self.site.run("backup", "--list", "--json").json()["set_aside"]
        self.assertEqual([one["path"] for one in listed], self.replaced())
        self.assertIn("1 tree of data", self.site.run("backup", "--list").out)

    def test_kept_data_stays_under_the_old_code(self):
        self.site.add("one")
        self.done(self.site.rollback("--keep-data"))
        self.runs(1, self.before)
        self.assertEqual(self.site.names(), ["before", "one"])
        self.assertEqual(self.replaced(), [])

    def test_data_only(self):
        made = self.done(self.site.run("backup", "--json")).json()["backup"]
        self.site.add("one")
        self.done(self.site.rollback("--data-only", "--to", made))
        self.runs(2, self.second)
        self.assertEqual(self.site.names(), ["before"])
        self.assertEqual(self.names_in(self.replaced()[0]), ["before", "one"])
        self.done(self.site.update())  # the commit is not bad

    def test_a_damaged_backup_is_refused_before_anything_stops(self):
        path = glob.glob(f"{self.site.app}/data.backup.*/nutrition.db")[0]
        self.done(self.site.run("backup"))
        good = max(one[-15:] for one in glob.glob(f"{self.site.app}/data.backup.2*"))
        with open(path, "r+b") as file:
            file.seek(5000)
            file.write(b"damage")
        pid = self.site.pid()
        refused = self.done(self.site.rollback("--restore-data"), code=1)
        self.assertIn("data/nutrition.db", refused.err)
        self.assertIn(f"rollback --to {good}", refused.err)
        self.assertEqual(self.site.pid(), pid)
        self.runs(2, self.second)

    def test_without_a_backup_only_the_code_goes_back(self):
        ids = {one["backup"] for one in self.site.run("backup", "--list", "--json").json()["backups"]}
        for path in glob.glob(f"{self.site.app}/*.backup.*") + glob.glob(f"{self.site.app}/.backup.*"):
            if any(one in path for one in ids):
                subprocess.run(["rm", "-r", path], check=True)
        for choice in ((), ("--restore-data",)):
            refused = self.done(self.site.rollback(*choice), code=2)
            self.assertIn("no backup of the data", refused.err)
        self.done(self.site.rollback("--keep-data"))
        self.runs(1, self.before)

    def test_on_a_terminal_it_asks(self):
        self.site.add("one")
        self.assertEqual(self.answered(["x"]), 1)
        self.runs(2, self.second)
        self.assertEqual(self.answered(["r", "n"]), 1)
        self.runs(2, self.second)
        self.assertEqual(self.answered(["r", "y"]), 0)
        self.runs(1, self.before)
        self.assertEqual(self.site.names(), ["before"])

    def answered(self, answers):
        """Each is given once its question is asked."""
        pid, terminal = pty.fork()
        if pid == 0:
            command = self.site.command(name="rollback")
            os.execv(command[0], command)
        heard = b""
        while True:
            try:
                heard += os.read(terminal, 4096)
            except OSError:  # it has ended
                break
            if answers and heard.endswith((b"[y/N] ", b"stops] ")):
                heard = b""
                os.write(terminal, answers.pop(0).encode() + b"\n")
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    unittest.main()
