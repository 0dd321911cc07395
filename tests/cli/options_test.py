"""Every option of every command with everything that it must refuse. The list of options is the
program's own: one without a row here fails."""
import json
import os
import re
import unittest

from refusals import Refusals

LONG = "x" * 100_000
NOT_UTF8 = b"\xff\xfe"
TEXT = ["a\nb", "\x1b[31m", NOT_UTF8, LONG]  # what no name, revision or duration may be
DURATIONS = ["5", "-5s", "soon", "1.5s", "5 s", "1m1h", "99999999999999h", "9" * 40 + "s", *TEXT]

# option -> values that are refused; for all of them besides: empty, missing, given twice.
GLOBAL = {
    "--config": ["none.toml", "directory", "fifo", "garbage.toml", "large.toml", *TEXT],
    "--color": ["maybe", "Always", "-1", *TEXT],
    "--log-file": ["none/log", "directory", "log/log", b"none/\xff", "none/a\nb", LONG],
}
GLOBAL_SWITCHES = ["--json", "--quiet", "--verbose", "--print-config"]
TOLD = ["--help", "--version"]  # print something and do nothing, whatever else is given


def offered(help_text):
    """option -> whether it takes a value."""
    name, value = r"(?:-\w,)?(--[\w-]+)", r"( \[?[A-Z]+\]?(?:=\w+)?)?"
    rows = re.findall(rf"^  {name}{value}(?: Excludes: .*)?(?: {{2,}}.*)?$", help_text, re.MULTILINE)
    return {name: bool(value) for name, value in rows}


class Options:
    """What holds for every command; the classes at the end are the commands."""
    values = {}    # as GLOBAL, the command's own
    good = {}      # a value of each that will do
    optional = []  # those whose value may be missing
    has_file = False  # whether what is no option may be a FILE
    switches = []
    excludes = []

    @property
    def all_values(self):
        return {**GLOBAL, **self.values}

    def setUp(self):
        self.config = ("-c", self.site.config)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = cls.site.root
        os.mkdir(os.path.join(root, "directory"))
        os.mkfifo(os.path.join(root, "fifo"))
        for name, content in (("garbage.toml", b"a = \xff\n"), ("large.toml", b"#" * (2 << 20)),
                              ("log", b"")):
            with open(os.path.join(root, name), "wb") as file:
                file.write(content)

    def with_config(self, option, *args):
        """The command line, on the site's configuration where the option is not that."""
        config = () if option == "--config" else self.config
        return (self.command, *config, *self.besides(option), *args)

    @staticmethod
    def besides(_option):
        """What the command wants besides the option."""
        return ()

    def test_every_option_has_a_row(self):
        found = {}
        for args in ((), (self.command,)):
            text = self.run_it(*args, "--help").stdout.decode()
            lines = re.findall(r"^  (?:-\w,)?--.*$", text, re.MULTILINE)
            rows = offered(text)
            self.assertEqual(len(rows), len(lines), "a line of --help was not understood")
            found.update(rows)
        self.assertEqual({name for name, value in found.items() if value}, set(self.all_values))
        self.assertEqual({name for name, value in found.items() if not value},
                         {*GLOBAL_SWITCHES, *self.switches, *TOLD})

    def test_wrong_values(self):
        for option, values in self.all_values.items():
            for value in ["", *values]:
                with self.subTest(option=option, value=value[:40]):
                    done = self.run_it(*self.with_config(option, option, value))
                    self.assert_refused(done)

    def test_a_wrong_value_and_its_option_are_named(self):
        for option, values in self.all_values.items():
            with self.subTest(option=option):
                done = self.run_it(*self.with_config(option, option, values[0]))
                name = {"--log-file": "log file", "--config": "none.toml"}.get(option, option)
                self.assert_refused(done, name, values[0])

    def test_a_missing_value(self):
        for option in self.all_values:
            if option in self.optional:
                continue
            for args in ((option,), (option, "--json"), (f"{option}=",)):
                with self.subTest(args=args):
                    done = self.run_it(*self.with_config(option, *args))
                    self.assert_refused(done, option)

    def test_given_twice(self):
        everywhere = {"--config": self.site.config, "--color": "never", "--log-file": "log"}
        good = {**everywhere, **self.good}
        self.assertEqual(set(good), set(self.all_values))
        for option, value in good.items():
            with self.subTest(option=option):
                args = self.with_config(option, option, value, option, value)
                self.assert_refused(self.run_it(*args), option)
                if option in everywhere:
                    args = self.with_config(option, option, value)
                    self.assert_refused(self.run_it(option, value, *args), option)

    def test_switches_take_no_value(self):
        for option in (*GLOBAL_SWITCHES, *self.switches):
            for value in ("maybe", "false", "0", NOT_UTF8):
                with self.subTest(option=option, value=value):
                    argument = os.fsencode(option) + b"=" + os.fsencode(value)
                    done = self.run_it(self.command, *self.config, argument)
                    self.assert_refused(done, option)
                    if self.has_file:
                        continue
                    # Where --json comes before it on the line, the error is told in both ways.
                    done = self.run_it(self.command, *self.config, "--quiet", option, value)
                    self.assertEqual(done.returncode, 2, done)
                    self.assert_nothing_changed(done)

    def test_what_only_tells_changes_nothing(self):
        for option in TOLD:
            for args in ((option,), (option, "x"), (f"{option}=x",), (option, option)):
                done = self.run_it(*args)
                self.assertIn(done.returncode, (0, 2), done)
                self.assert_nothing_changed(done)

    def test_options_that_exclude_each_other(self):
        for args in self.excludes:
            with self.subTest(args=args):
                self.assert_refused(self.run_it(self.command, *self.config, *args), args[0])

    def test_what_is_no_option_or_command(self):
        rests = [("--frobnicate",), ("-x",), ("main",), ("--", "main"), ("--jso",), ("--Json",),
                 ("a\nb",), (LONG,)]
        for args in ((self.command[:-1],), ("",), (), (NOT_UTF8,),
                     *((self.command, *rest) for rest in rests)):
            with self.subTest(args=[arg[:40] for arg in args]):
                self.assert_refused(self.run_it(*self.config, *args))

    def test_a_wrong_option_as_json(self):
        for option, values in self.all_values.items():
            with self.subTest(option=option):
                args = self.with_config(option, "--json", option, values[0])
                done = self.run_it(*args)
                document = json.loads(done.stdout)
                self.assertEqual((done.returncode, document["outcome"]), (2, "failed"))
                self.assertIn(values[0], document["error"]["message"])
                self.assertTrue(document["error"]["hint"])
                self.assert_refused(done)


class Update(Options, Refusals):
    command = "update"
    values = {
        "--to": ["a b", "-x", *TEXT],
        "--expect": ["12", "g" * 40, "0" * 39, "0" * 41, "-1", *TEXT],
        "--timeout": ["0s", *DURATIONS],
        "--wait": DURATIONS,
        "--trigger": ["Cron", "a b", "-x", "9", "x" * 33, *TEXT],
        "--delivery": ["a b", "-x", "x" * 65, *TEXT],
        "--spool": ["none", "fifo", "log", *TEXT],
    }
    good = {"--to": "main", "--expect": "0" * 40, "--timeout": "9s", "--wait": "0s",
            "--trigger": "cron", "--delivery": "1", "--spool": "directory"}
    switches = ["--force", "--dry-run", "--backup-only", "--no-rollback"]
    excludes = [("--to", "main", "--expect", "0" * 40), ("--backup-only", "--to", "main"),
                ("--backup-only", "--expect", "0" * 40), ("--backup-only", "--dry-run"),
                ("--spool", "directory", "--to", "main"), ("--spool", "directory", "--dry-run"),
                ("--spool", "directory", "--expect", "0" * 40), ("--spool", "directory", "--backup-only")]


class Backup(Options, Refusals):
    command = "backup"
    values = {
        "--verify": ["none", "20251024_20000", "../20251024_200000", "-x", *TEXT],
        "--keep": ["0", "-1", "five", "1.5", "1001", "9" * 40, *TEXT],
        "--wait": DURATIONS,
    }
    good = {"--verify": "20251024_200000", "--keep": "3", "--wait": "0s"}
    optional = ["--verify"]
    switches = ["--full", "--check", "--list", "--prune"]
    excludes = [("--list", "--verify"), ("--list", "--prune"), ("--list", "--full"),
                ("--list", "--check"), ("--list", "--keep", "3"), ("--list", "--wait", "1s"),
                ("--verify", "--prune"), ("--verify", "--full"), ("--verify", "--check"),
                ("--verify", "--keep", "3"), ("--verify", "--wait", "1s"), ("--prune", "--full"),
                ("--prune", "--check")]


class Rollback(Options, Refusals):
    command = "rollback"
    values = {
        "--to": ["none", "20251024_20000", "../20251024_200000", "abcdef", "ABCDEF0", "g" * 7,
                 "0" * 41, "main", "a b", "-x", *TEXT],
        "--reason": ["-x", "x" * 501, "ä" * 251, LONG],
        "--timeout": ["0s", *DURATIONS],
        "--wait": DURATIONS,
    }
    good = {"--to": "0" * 40, "--reason": "slow", "--timeout": "9s", "--wait": "0s"}
    switches = ["--list", "--keep-data", "--restore-data", "--data-only", "--dry-run", "--yes",
                "--resume"]
    excludes = [*((first, *other) for first in ("--list", "--resume")
                  for other in (("--to", "0" * 40), ("--keep-data",), ("--restore-data",),
                                ("--data-only",), ("--reason", "slow"), ("--dry-run",), ("--yes",),
                                ("--timeout", "9s"))),
                ("--list", "--resume"), ("--list", "--wait", "1s"),
                ("--keep-data", "--restore-data"), ("--keep-data", "--data-only")]


class Health(Options, Refusals):
    command = "health"
    values = {
        "--url": ["localhost:5000/health", "ftp://localhost/", "http://", "http://a b/", *TEXT],
        "--timeout": ["0s", *DURATIONS],
        "--retries": ["-1", "five", "1.5", "1001", "9" * 40, *TEXT],
        "--interval": DURATIONS,
    }
    good = {"--url": "http://localhost:1/health", "--timeout": "9s", "--retries": "0",
            "--interval": "1s"}
    switches = ["--probation", "--full"]
    excludes = [("--probation", "--url", "http://localhost:1/health")]


class Metrics(Options, Refusals):
    command = "metrics"
    values = {
        "--format": ["yaml", "Text", "-x", *TEXT],
        "--output": ["none/file", "directory", "fifo", "log/file", "a\nb", b"none/\xff", LONG],
        "--deployments": ["-1", "five", "1.5", "1001", "9" * 40, *TEXT],
    }
    good = {"--format": "text", "--output": "out", "--deployments": "3"}
    switches = []
    excludes = [("--format", "text", "--json")]


class VerifySignature(Options, Refusals):
    command = "verify-signature"
    values = {
        "--signature": ["-", "-x"],  # any other value is a signature, though it match nothing
        "--secret-file": ["none", "directory", "fifo", "log", "log/secret", "-x", *TEXT],
    }
    good = {"--signature": "sha256=" + "0" * 64, "--secret-file": "log"}
    has_file = True
    switches = ["--sign"]
    excludes = [("--sign", "--signature", "sha256=" + "0" * 64)]

    @staticmethod
    def besides(option):
        return () if option == "--signature" else ("--sign",)


if __name__ == "__main__":
    unittest.main()
