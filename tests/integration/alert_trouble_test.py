"""Alerts where something is wrong: with the deployment's end, with a channel, with who runs it."""
import os
import shutil
import subprocess
import time
import unittest

from alert_test import CHANNELS, Alerting
from alerted import Receiver
from app import BINARY

# A database command after which the reset cannot be taken back.
HIDES_THE_REPOSITORY = "import os\nos.rename('.git', '.git.away')\nraise SystemExit(7)\n"


class AlertingOnce(Alerting):
    """One application for all tests of the class: each leaves version 2 or a newer one running."""

    @classmethod
    def setUpClass(cls):
        cls.site = cls.deploy()
        cls.addClassCleanup(cls.site.close)
        cls.number = 1

    def setUp(self):
        self.before = self.site.head()
        alerts = os.path.join(self.site.state, "alerts")
        if os.path.exists(alerts):
            os.remove(alerts)
        self.site.configure()
        self.second = self.push_next()
        self.done(self.site.update())
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.notify(*CHANNELS)

    def push_next(self):
        type(self).number += 1
        return self.site.push_version(self.number)


class Ends(AlertingOnce):
    def test_a_deployment_that_is_still_in_flight_is_told_and_how_it_ended(self):
        self.site.write("init_db.py", HIDES_THE_REPOSITORY)
        bad = self.site.push("Broken")
        before = len(self.site.history())
        self.done(self.site.update(), code=3)
        self.assertEqual(len(self.site.history()), before)
        alert = self.receiver.alerts()[0]
        self.assertEqual(alert["event"], "failed")
        self.assertIn("hands are needed", alert["title"])
        self.assertEqual(alert["facts"]["commit"], bad)
        self.assertEqual(alert["commands"][0], "nutricount-deploy rollback --resume")
        self.receiver.got.clear()

        repository = os.path.join(self.site.app, ".git")
        os.rename(repository + ".away", repository)
        self.done(self.site.rollback("--resume"))
        self.runs(self.number, self.second)
        self.assertEqual([event for event, _ in self.receiver.events()], ["rolled-back"])
        self.site.git("checkout", "-q", "HEAD~1", "--", "init_db.py")

    def test_a_rollback_by_hand_is_no_failure_of_the_updates_after_it(self):
        self.done(self.site.rollback("--yes", "--reason", "it is slow"))
        self.receiver.events()
        self.assertIn("marked bad", self.done(self.site.update(), code=1).err)
        self.assertEqual(self.receiver.events(), [])

    def test_failures_that_take_turns_are_told_once_each(self):
        away = self.site.origin + ".away"
        told = []
        for _ in range(3):
            os.rename(self.site.origin, away)
            self.done(self.site.update(), code=1)
            os.rename(away, self.site.origin)
            self.site.git("remote", "set-url", "origin", "http://127.0.0.1:1/x.git",
                          cwd=self.site.app)
            self.done(self.site.update(), code=1)
            self.site.git("remote", "set-url", "origin", f"file://{self.site.origin}",
                          cwd=self.site.app)
            told += self.receiver.events()
        self.assertEqual([event for event, _ in told], ["failed", "failed"], told)

    def test_that_failures_are_over_is_told_to_whoever_was_told_of_them(self):
        self.notify("json", more='events = ["failed"]\n')
        os.rename(self.site.origin, self.site.origin + ".away")
        self.done(self.site.update(), code=1)
        os.rename(self.site.origin + ".away", self.site.origin)
        self.receiver.events()
        self.done(self.site.update())
        self.assertEqual([event for event, _ in self.receiver.events()], ["succeeded"])

    def test_a_timer_s_update_that_the_settings_forbid_is_told(self):
        self.site.configure(source='remote = "nowhere"\n', notify=self.notify_text)
        self.done(self.site.update(), code=2)
        self.assertEqual(self.receiver.events(), [])  # a person reads it
        self.done(self.site.update("--trigger", "timer"), code=2)
        self.assertEqual([event for event, _ in self.receiver.events()], ["failed"])


class Channels(AlertingOnce):
    def test_one_that_cannot_be_used_leaves_the_others_alone_and_is_owed(self):
        path = os.path.join(self.site.root, "slack.url")
        os.chmod(path, 0o644)
        self.push_next()
        done = self.done(self.site.update())
        self.assertIn("slack.url can be read by others", done.out + done.err)
        self.assertEqual([channel for channel, _ in self.receiver.got], ["discord", "json"])
        os.chmod(path, 0o600)
        self.done(self.site.update())
        self.assertEqual([channel for channel, _ in self.receiver.got],
                         ["discord", "json", "slack"])

    def test_ones_that_hang_leave_time_for_the_others(self):
        self.receiver.only = {"slack": None, "discord": None}
        self.push_next()
        process = self.site.start_update()
        while process.poll() is None and not self.receiver.asked:
            time.sleep(0.01)
        asked = time.monotonic()
        for name in ("cmdline", "environ"):
            with open(f"/proc/{process.pid}/{name}", "rb") as file:
                self.assertNotIn(b"TOPSECRET", file.read())
        self.assertEqual(self.site.holder(), {})  # the deployment's lock is free
        done = self.done(self.site.end(process))
        self.assertLess(time.monotonic() - asked, 11)
        self.assertEqual([channel for channel, _ in self.receiver.got], ["json"])
        self.assertNotIn("TOPSECRET", done.out + done.err)

    def test_a_signal_while_alerts_are_sent_changes_no_outcome(self):
        self.receiver.status = None
        self.push_next()
        process = self.site.start_update()
        while process.poll() is None and not self.receiver.asked:
            time.sleep(0.01)
        process.terminate()
        self.done(self.site.end(process))
        self.receiver.status = 200
        self.done(self.site.update())
        self.assertEqual(len(self.receiver.events()), 1)

    def test_an_address_goes_to_nobody_else(self):
        certificate = os.path.join(self.site.root, "certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", certificate, "-out",
                        certificate + ".crt"], check=True, capture_output=True)
        with open(certificate, "ab") as file, open(certificate + ".crt", "rb") as more:
            file.write(more.read())
        self.receiver.close()
        self.receiver = Receiver(certificate)
        self.addCleanup(self.receiver.close)
        self.notify(*CHANNELS)
        with open(os.path.join(self.site.root, "json.url"), "w", encoding="ascii") as file:
            file.write("http://192.0.2.1/TOPSECRET\n")
        self.push_next()
        done = self.done(self.site.update())
        self.assertIn("could not be sent to slack: its certificate is not valid", done.out)
        self.assertIn("json.url does not hold an https address", done.out)
        self.assertNotIn("TOPSECRET", done.out + done.err)
        self.assertEqual(self.receiver.asked, 0)

    def test_credentials_of_systemd(self):
        """Those of a unit with User= can be read by a group in their mode: it has an ACL."""
        directory = os.path.join(self.site.root, "credentials")
        os.mkdir(directory)
        for channel in ("slack", "json"):
            path = os.path.join(directory, f"{channel}-url")
            os.rename(os.path.join(self.site.root, f"{channel}.url"), path)
            os.chmod(path, 0o440)
        self.site.configure()
        self.push_next()
        done = self.site.end(self.site.start(
            "update", env={**os.environ, "CREDENTIALS_DIRECTORY": directory}))
        self.done(done)
        shutil.rmtree(directory)
        self.assertEqual([channel for channel, _ in self.receiver.got], ["slack", "json"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_health_of_somebody_who_may_not_tell(self):
        self.site.kill_application()
        os.chmod(self.site.root, 0o755)
        config = os.path.join(self.site.root, "readable.toml")
        with open(self.site.config, encoding="utf-8") as file:
            text = file.read().replace(f'file = "{self.site.root}/deploy.log"\n', "")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BINARY, "health", "-c",
             config], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, ""), done)
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        self.assertEqual(self.receiver.events(), [])


if __name__ == "__main__":
    unittest.main()
