"""Every option with everything that it must refuse. The list of options is the program's own: one
without a row here fails."""
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
VALUES = {
    "--config": ["none.toml", "directory", "fifo", "garbage.toml", "large.toml", *TEXT],
    "--color": ["maybe", "Always", "-1", *TEXT],
    "--log-file": ["none/log", "directory", "log/log", b"none/\xff", "none/a\nb", LONG],
    "--to": ["a b", "-x", *TEXT],
    "--expect": ["12", "g" * 40, "0" * 39, "0" * 41, "-1", *TEXT],
    "--timeout": ["0s", *DURATIONS],
    "--wait": DURATIONS,
    "--trigger": ["Cron", "a b", "-x", "9", "x" * 33, *TEXT],
    "--delivery": ["a b", "-x", "x" * 65, *TEXT],
}
SWITCHES = ["--json", "--quiet", "--verbose", "--print-config", "--force", "--dry-run",
            "--backup-only", "--no-rollback"]
TOLD = ["--help", "--version"]  # print something and do nothing, whatever else is given
EXCLUDE = [("--to", "main", "--expect", "0" * 40), ("--backup-only", "--to", "main"),
           ("--backup-only", "--expect", "0" * 40), ("--backup-only", "--dry-run")]


def offered(help_text):
    """option -> whether it takes a value."""
    rows = re.findall(r"^  (?:-\w,)?(--[\w-]+)( [A-Z]+)?(?: Excludes: .*)?(?: {2,}.*)?$",
                      help_text, re.MULTILINE)
    return {name: bool(value) for name, value in rows}


class Options(Refusals):
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
        return ("update", *(() if option == "--config" else self.config), *args)

    def test_every_option_has_a_row(self):
        found = {}
        for args in ((), ("update",)):
            text = self.run_it(*args, "--help").stdout.decode()
            lines = re.findall(r"^  (?:-\w,)?--.*$", text, re.MULTILINE)
            rows = offered(text)
            self.assertEqual(len(rows), len(lines), "a line of --help was not understood")
            found.update(rows)
        self.assertEqual({name for name, value in found.items() if value}, set(VALUES))
        self.assertEqual({name for name, value in found.items() if not value},
                         {*SWITCHES, *TOLD})

    def test_wrong_values(self):
        for option, values in VALUES.items():
            for value in ["", *values]:
                with self.subTest(option=option, value=value[:40]):
                    done = self.run_it(*self.with_config(option, option, value))
                    self.assert_refused(done)

    def test_a_wrong_value_and_its_option_are_named(self):
        for option, values in VALUES.items():
            with self.subTest(option=option):
                done = self.run_it(*self.with_config(option, option, values[0]))
                name = {"--log-file": "log file", "--config": "none.toml"}.get(option, option)
                self.assert_refused(done, name, values[0])

    def test_a_missing_value(self):
        for option in VALUES:
            for args in ((option,), (option, "--dry-run"), (f"{option}=",)):
                with self.subTest(args=args):
                    self.assert_refused(self.run_it(*self.with_config(option, *args)), option)

    def test_given_twice(self):
        good = {"--config": self.site.config, "--color": "never", "--log-file": "log",
                "--to": "main", "--expect": "0" * 40, "--timeout": "9s", "--wait": "0s",
                "--trigger": "cron", "--delivery": "1"}
        self.assertEqual(set(good), set(VALUES))
        for option, value in good.items():
            with self.subTest(option=option):
                args = self.with_config(option, option, value, option, value)
                self.assert_refused(self.run_it(*args), option)
                if option in ("--config", "--color", "--log-file"):
                    args = self.with_config(option, option, value)
                    self.assert_refused(self.run_it(option, value, *args), option)

    def test_switches_take_no_value(self):
        for option in SWITCHES:
            for value in ("maybe", "false", "0", NOT_UTF8):
                with self.subTest(option=option, value=value):
                    argument = os.fsencode(option) + b"=" + os.fsencode(value)
                    done = self.run_it("update", *self.config, argument)
                    self.assert_refused(done, option)
                    # Where --json comes before it on the line, the error is told in both ways.
                    done = self.run_it("update", *self.config, "--quiet", option, value)
                    self.assertEqual(done.returncode, 2, done)
                    self.assert_nothing_changed(done)

    def test_what_only_tells_changes_nothing(self):
        for option in TOLD:
            for args in ((option,), (option, "x"), (f"{option}=x",), (option, option)):
                done = self.run_it(*args)
                self.assertIn(done.returncode, (0, 2), done)
                self.assert_nothing_changed(done)

    def test_options_that_exclude_each_other(self):
        for args in EXCLUDE:
            with self.subTest(args=args):
                self.assert_refused(self.run_it("update", *self.config, *args), args[0])

    def test_what_is_no_option_or_command(self):
        for args in (("updaet",), ("",), (), ("update", "--frobnicate"), ("update", "-x"),
                     ("update", "main"), ("update", "--", "main"), ("update", "--forc"),
                     ("update", "--Force"), (NOT_UTF8,), ("update", "a\nb"), ("update", LONG)):
            with self.subTest(args=[arg[:40] for arg in args]):
                self.assert_refused(self.run_it(*self.config, *args))

    def test_a_wrong_option_as_json(self):
        for option, values in VALUES.items():
            with self.subTest(option=option):
                args = self.with_config(option, "--json", option, values[0])
                done = self.run_it(*args)
                document = json.loads(done.stdout)
                self.assertEqual((done.returncode, document["outcome"]), (2, "failed"))
                self.assertIn(values[0], document["error"]["message"])
                self.assertTrue(document["error"]["hint"])
                self.assert_refused(done)


if __name__ == "__main__":
    unittest.main()
