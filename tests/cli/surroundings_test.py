"""What an update finds around it and cannot work with: told before anything is touched."""
import os
import shutil
import subprocess
import unittest

from refusals import Refusals


def mount(*args):
    return subprocess.run(["mount", *args], check=False, capture_output=True).returncode == 0


class Surroundings(Refusals):
    def setUp(self):
        self.place = os.path.join(self.site.root, self._testMethodName)
        os.mkdir(self.place)

    def update(self, *args, **keys):
        """With keys such as app_name="x" in the environment."""
        variables = {f"NUTRICOUNT_DEPLOY_{key.upper()}": value for key, value in keys.items()}
        return self.run_it("update", "-c", self.site.config, *args, environment=variables)

    @unittest.skipIf(os.path.isdir("/run/systemd/system"), "systemd runs here")
    def test_units_of_a_systemd_that_does_not_run(self):
        done = self.update(service_manager="systemd", app_units='["no-such.service"]')
        self.assert_refused(done, "systemd")

    def test_a_directory_that_is_not_there(self):
        none = os.path.join(self.place, "none")
        self.assert_refused(self.update(app_directory=none, source_url=""), none)
        self.assert_refused(self.update(app_directory=none + "/app"), f"{none} does not exist")
        self.assert_refused(self.update(app_directory="/dev/null"), "/dev/null is not a directory")
        self.assert_refused(self.update(app_directory="/dev/null/x"), "/dev/null is not a dir")
        self.assertEqual(os.listdir(self.place), [])

    def test_a_state_directory_that_cannot_be_made(self):
        file = os.path.join(self.place, "file")
        with open(file, "w", encoding="ascii"):
            pass
        for path in (file, file + "/state", "/proc/none/state"):
            self.assert_refused(self.update(state_directory=path), path, "state directory")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to mount")
    def test_a_state_directory_that_is_read_only(self):
        if not mount("-t", "tmpfs", "-o", "ro", "tmpfs", self.place):
            self.skipTest("this machine cannot mount a tmpfs")
        self.addCleanup(subprocess.run, ["umount", self.place], check=True)
        for path in (self.place, self.place + "/state"):
            self.assert_refused(self.update(state_directory=path), path, "state directory")

    def test_a_lock_that_is_a_link(self):
        os.symlink("/nowhere/at/all", os.path.join(self.place, "lock"))
        done = self.update(state_directory=self.place)
        self.assert_refused(done, os.path.join(self.place, "lock"), codes=(1, 2))

    def test_a_log_file_that_cannot_be_written(self):
        for path in (self.place, "/dev/null/log", self.place + "/none/log", "/proc/none"):
            self.assert_refused(self.update(log_file=path), f"log file {path}")
            self.assert_refused(self.update("--log-file", path), f"log file {path}")

    def test_programs_that_are_not_there(self):
        none = os.path.join(self.place, "none")
        directory, file = self.place, os.path.join(self.place, "file")
        with open(file, "w", encoding="ascii"):
            pass  # not executable
        for program in (none, directory, file, "no-such-program-at-all", "venv/bin/none"):
            for key in ("database_command", "service_start"):
                done = self.update(**{key: f'["{program}", "x"]'})
                self.assert_refused(done, key.replace("_", "."), program)

    def test_a_start_that_only_this_shell_has(self):
        """Where the application's own PATH does not lead, the start would fail after the stop."""
        shutil.copy("/bin/true", os.path.join(self.place, "only-here"))
        done = self.run_it("update", "-c", self.site.config, environment={
            "PATH": f"{self.place}:{os.environ['PATH']}",
            "NUTRICOUNT_DEPLOY_SERVICE_START": '["only-here"]'})
        self.assert_refused(done, "service.start", "only-here")

    def test_an_interpreter_that_is_not_there(self):
        # The environment is missing under this name, so that one is made.
        for interpreter in (os.path.join(self.place, "python9"), "python9", self.place):
            done = self.update(python_environment="venv9", python_interpreter=interpreter)
            self.assert_refused(done, "python.interpreter", interpreter)

    def test_files_that_the_source_needs(self):
        none = os.path.join(self.place, "none")
        for key in ("ca_file", "token_file", "ssh_key"):
            done = self.update(**{f"source_{key}": none})
            self.assert_refused(done, f"source.{key} {none}")
        for key in ("ca_file", "token_file"):
            done = self.update(**{f"source_{key}": self.place})
            self.assert_refused(done, f"source.{key} {self.place} is a directory")
        garbage = os.path.join(self.place, "garbage.pem")
        with open(garbage, "w", encoding="ascii") as file:
            file.write("-----BEGIN CERTIFICATE-----\nno\n")
        self.assert_refused(self.update(source_ca_file=garbage), f"{garbage} holds no certificate")

    def test_a_dry_run_makes_nothing(self):
        state = os.path.join(self.place, "state")
        done = self.update("--dry-run", state_directory=state)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(os.listdir(self.place), [])
        self.assert_nothing_changed(done)

    def test_an_error_is_in_the_log_file_of_the_configuration(self):
        log = os.path.join(self.place, "log")
        self.assert_refused(self.update(log_file=log, source_branch="nope"), "nope")
        with open(log, encoding="utf-8") as file:
            self.assertRegex(file.read(), r' - ERROR - .* has no branch "nope"\n\Z')


if __name__ == "__main__":
    unittest.main()
