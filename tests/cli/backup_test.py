"""`backup` on a directory that needs no repository and no application."""
import json
import os
import sqlite3
import subprocess
import tempfile
import time
import unittest

BINARY = os.environ["NUTRICOUNT_DEPLOY"]


class Backups(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = holder.name
        self.app = os.path.join(self.root, "app")
        for name in ("data/sub", "data/empty", "logs", "code"):
            os.makedirs(os.path.join(self.app, name))
        self.config = os.path.join(self.root, "config.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'[app]\ndirectory = "{self.app}"\n[service]\nmanager = "process"\n'
                       f'[backup]\ndirectory = "{self.root}/backups"\nkeep = 2\n'
                       f'[state]\ndirectory = "{self.root}/state"\n')
        for name in ("data/notes", "data/sub/deep", "logs/app.log", "code/app.py"):
            self.write(name, name)
        os.symlink("notes", f"{self.app}/data/link")
        os.link(f"{self.app}/data/notes", f"{self.app}/data/again")
        os.chmod(f"{self.app}/data/sub/deep", 0o640)
        with sqlite3.connect(f"{self.app}/data/x.db") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE t(a)")

    def write(self, name, text):
        with open(os.path.join(self.app, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_it(self, *args):
        return subprocess.run([BINARY, "backup", "-c", self.config, *args], capture_output=True,
                              text=True, check=False, timeout=60)

    def make(self, *args):
        done = self.run_it("--json", *args)
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout)

    def listed(self):
        return json.loads(self.run_it("--list", "--json").stdout)["backups"]

    def test_data_that_is_a_link_is_refused(self):
        os.rename(f"{self.app}/data", f"{self.root}/elsewhere")
        os.symlink(f"{self.root}/elsewhere", f"{self.app}/data")
        done = self.run_it()
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(f"{self.app}/data is a link, not a directory", done.stderr)
        self.assertEqual(sorted(os.listdir(self.app)), ["code", "data", "logs"])

    def test_made_listed_and_verified(self):
        made = self.make()
        self.assertEqual(set(made), {"backup", "kind", "paths", "files", "bytes", "written_bytes",
                                     "seconds", "skipped", "removed", "faults"})
        self.assertEqual(made["paths"], [f"{self.app}/{name}.backup.{made['backup']}"
                                         for name in ("data", "logs")])
        self.assertEqual([one["backup"] for one in self.listed()], [made["backup"]])
        self.assertIn(f"ok {made['backup']}", self.run_it("--verify").stdout)
        self.assertEqual(self.run_it("--verify", made["backup"]).returncode, 0)

    def test_the_copy_is_the_source_by_another_tools_word(self):
        # rsync compares modes, owners, times, links, attributes and contents.
        os.mkfifo(f"{self.app}/data/pipe")
        with open(f"{self.app}/data/sparse", "wb") as file:
            file.truncate(1 << 20)
        made = self.make("--check")
        self.assertEqual(made["skipped"], ["data/pipe (not a file, directory or link)"])
        os.remove(f"{self.app}/data/pipe")
        os.utime(f"{self.app}/data", ns=(os.stat(made["paths"][0]).st_mtime_ns,) * 2)
        done = subprocess.run(["rsync", "-naHAXc", "--delete", "--itemize-changes",
                               "--exclude=x.db*", f"{self.app}/data/", made["paths"][0] + "/"],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, "")
        self.assertLess(os.stat(made["paths"][0] + "/sparse").st_blocks * 512, 1 << 20)
        self.assertEqual([n for n in os.listdir(made["paths"][0]) if n.startswith("x.db")], ["x.db"])

    def test_damage_is_named(self):
        made = self.make()
        copy = made["paths"][0]
        with open(f"{copy}/sub/deep", "r+", encoding="utf-8") as file:
            file.write("X")
        os.remove(f"{copy}/link")
        with open(f"{copy}/extra", "w", encoding="utf-8"):
            pass
        done = self.run_it("--verify")
        self.assertEqual(done.returncode, 1, done)
        for words in ("damaged  data/sub/deep", "missing  data/link", "extra    data/extra"):
            self.assertIn(words, done.stdout)
        document = json.loads(self.run_it("--verify", "--json").stdout)
        self.assertEqual({fault["fault"] for fault in document["backups"][0]["faults"]},
                         {"damaged", "missing", "extra"})
        with open(f"{self.app}/.backup.{made['backup']}.json", "r+b") as file:
            file.seek(200)
            file.write(b"?")
        done = self.run_it("--verify", made["backup"])
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("its checksum is wrong", done.stdout)

    def test_two_are_kept_and_those_of_the_scripts_stay(self):
        os.mkdir(f"{self.app}/data.backup.20250101_000000")
        ids = []
        for _ in range(4):
            ids.append(self.make()["backup"])
            self.write("data/notes", f"after {ids[-1]}")
            time.sleep(1.05)  # they have names to the second
        listed = self.listed()
        self.assertEqual([one["backup"] for one in listed], ["20250101_000000", *ids[2:]])
        self.assertFalse(listed[0]["complete"])
        self.assertIn("unverified", self.run_it("--list").stdout)
        done = self.run_it("--prune", "--keep", "1")
        self.assertEqual(done.stdout, f"Removed {ids[2]}.\n")
        self.assertEqual([one["backup"] for one in self.listed()], ["20250101_000000", ids[3]])

    def test_full_backups_share_code_and_no_data(self):
        first = self.make("--full")
        second = self.make("--full")
        self.assertEqual(os.stat(second["paths"][0] + "/code/app.py").st_nlink, 2)
        self.assertEqual(os.stat(second["paths"][0] + "/logs/app.log").st_nlink, 1)
        self.assertLess(second["written_bytes"], first["written_bytes"])
        self.assertEqual(self.run_it("--verify").returncode, 0)

    def test_wrong_usage_is_named_and_makes_nothing(self):
        for args, words in ((["--verify", "yesterday"], "yesterday"),
                            (["--verify", "20200101_000000"], "no backup 20200101_000000"),
                            (["--keep", "0"], "backup.keep = 0"), (["--keep", "x"], "--keep"),
                            (["--wait", "soon"], "--wait"), (["--list", "--full"], "--full"),
                            (["--prune", "--full"], "--full"), (["--list", "--verify"], "--verify")):
            done = self.run_it(*args)
            self.assertEqual(done.returncode, 2, done)
            self.assertRegex(done.stderr, r"\Aerror: .+\n  hint: .+\n\Z")
            self.assertIn(words, done.stderr)
        self.assertEqual(self.listed(), [])

    def test_help(self):
        text = subprocess.run([BINARY, "backup", "--help"], capture_output=True, text=True,
                              check=True).stdout
        for word in ("--full", "--check", "--list", "--verify", "--prune", "--keep", "--wait",
                     "EXAMPLES", "EXIT STATUS"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
