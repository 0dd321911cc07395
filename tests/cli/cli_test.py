"""The command line: every option, exit status and error text that needs no deployment."""
import json
import os
import subprocess
import tempfile
import unittest

BINARY = os.environ["NUTRICOUNT_DEPLOY"]


class CommandLine(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = holder.name
        self.config = os.path.join(self.root, "config.toml")
        self.write("")

    def write(self, text):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def run_it(self, *args, **environment):
        return subprocess.run([BINARY, *args], capture_output=True, text=True, check=False,
                              timeout=30, env={**os.environ, **environment})

    def assert_usage(self, done, *words):
        self.assertEqual(done.returncode, 2, done)
        self.assertRegex(done.stderr, r"\Aerror: .+\n  hint: .+\n\Z")
        for word in words:
            self.assertIn(word, done.stderr)

    def test_version_and_help(self):
        self.assertRegex(self.run_it("--version").stdout, r"\Anutricount-deploy \d+\.\d+\.\d+\n\Z")
        for args in (["--help"], ["-h"]):
            for command in ("update", "backup", "rollback", "health", "metrics", "verify-signature"):
                self.assertIn(f"\n  {command} ", self.run_it(*args).stdout)
        text = self.run_it("update", "--help").stdout
        for word in ("--force", "--to", "--expect", "--dry-run", "--backup-only", "--no-rollback",
                     "--timeout", "--wait", "--trigger", "--delivery", "--config", "--json",
                     "--color", "--quiet", "--verbose", "--log-file", "--print-config",
                     "EXAMPLES", "EXIT STATUS"):
            self.assertIn(word, text)
        text = self.run_it("rollback", "--help").stdout
        for word in ("--to", "--list", "--keep-data", "--restore-data", "--data-only", "--reason",
                     "--dry-run", "--yes", "--resume", "--timeout", "--wait", "EXAMPLES",
                     "EXIT STATUS"):
            self.assertIn(word, text)

    def test_no_command_an_unknown_one_and_an_unknown_option(self):
        self.assert_usage(self.run_it(), "no command given", "update, backup, rollback, health, metrics and verify-signature")
        self.assert_usage(self.run_it("updaet"), "updaet")
        self.assert_usage(self.run_it("update", "health"), "health")
        self.assert_usage(self.run_it("update", "--frobnicate"), "--frobnicate")

    def test_every_wrong_value_is_named(self):
        config = ["-c", self.config]
        for option, value in (("--expect", "12"), ("--expect", "z" * 40), ("--timeout", "5"),
                              ("--timeout", "0s"), ("--wait", "soon"), ("--trigger", "Cron Job"),
                              ("--delivery", "a b"), ("--to", "a b"), ("--color", "maybe")):
            with self.subTest(option=option, value=value):
                done = self.run_it("update", *config, option, value)
                self.assert_usage(done, option.lstrip("-") if option == "--color" else option)

    def test_options_that_exclude_each_other(self):
        for args in (["--to", "a", "--expect", "0" * 40], ["--backup-only", "--to", "a"]):
            self.assert_usage(self.run_it("update", "-c", self.config, *args))

    def test_global_options_before_and_after_the_command(self):
        self.write('[app]\nname = "mine"\n')
        for args in (["-c", self.config, "--print-config", "update"],
                     ["update", "-c", self.config, "--print-config"],
                     ["-c", self.config, "--print-config"]):
            self.assertIn('app.name = "mine"', self.run_it(*args).stdout, args)

    def test_print_config_tells_origins(self):
        self.write('[app]\nname = "mine"\n')
        done = self.run_it("-c", self.config, "--print-config", "--json", "update", "--timeout",
                           "9s", NUTRICOUNT_DEPLOY_BACKUP_KEEP="7")
        keys = json.loads(done.stdout)
        self.assertEqual(keys["app.name"], {"value": "mine", "origin": f"{self.config}:2:8"})
        self.assertEqual(keys["backup.keep"]["origin"], "NUTRICOUNT_DEPLOY_BACKUP_KEEP")
        self.assertEqual(keys["update.timeout"], {"value": "9s", "origin": "--timeout"})
        self.assertEqual(keys["source.branch"]["origin"], "built-in")
        self.assertEqual(keys["app.units"]["value"], ["nutrition-tracker.service"])

    def test_configuration_errors_have_a_place(self):
        for text, words in (("[app\n", [":1:"]), ("[backup]\nkept = 1\n", [":2:1:", "backup.keep"]),
                            ("[backup]\nkeep = true\n", [":2:8:", "whole number"]),
                            ('[update]\nstrategy = "swarm"\n', [":2:12:", "blue-green"])):
            self.write(text)
            self.assert_usage(self.run_it("update", "-c", self.config), self.config, *words)
        self.assert_usage(self.run_it("update", "-c", self.root + "/none.toml"), "none.toml")
        self.assert_usage(self.run_it("update", "-c", self.root), self.root)
        self.write("")
        self.assert_usage(self.run_it("update", "-c", self.config, NUTRICOUNT_DEPLOY_APP_NAEM="x"),
                          "NUTRICOUNT_DEPLOY_APP_NAEM", "did you mean NUTRICOUNT_DEPLOY_APP_NAME?")

    def test_missing_directory_repository_and_state(self):
        self.write(f'[app]\ndirectory = "{self.root}/none"\n')
        self.assert_usage(self.run_it("update", "-c", self.config), f"{self.root}/none")
        self.write(f'[app]\ndirectory = "{self.root}"\n[service]\nmanager = "process"\n')
        self.assert_usage(self.run_it("update", "-c", self.config), "is not a git repository")
        self.assertFalse(os.path.exists(os.path.join(self.root, "lock")))

    def test_errors_as_json(self):
        done = self.run_it("update", "--json", "-c", self.root + "/none.toml")
        document = json.loads(done.stdout)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(document["outcome"], "failed")
        self.assertIn("none.toml", document["error"]["message"])
        self.assertTrue(document["error"]["hint"])

    def test_log_file_that_cannot_be_written(self):
        self.write(f'[app]\ndirectory = "{self.root}"\n')
        done = self.run_it("update", "-c", self.config, "--log-file", self.root + "/no/dir/log")
        self.assert_usage(done, "/no/dir/log")

    def test_no_escape_codes_in_a_pipe_and_color_when_asked_for(self):
        done = self.run_it("update", "-c", self.config)
        self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_secrets_in_addresses_are_not_printed(self):
        self.write('[source]\nurl = "https://me:SENTINEL@example.org/x.git?key=SENTINEL"\n'
                   '[health]\nurl = "http://me:SENTINEL@localhost/health"\n')
        done = self.run_it("--print-config", "-c", self.config)
        self.assertNotIn("SENTINEL", done.stdout + done.stderr)
        self.assertIn("https://example.org/x.git", done.stdout)


if __name__ == "__main__":
    unittest.main()
