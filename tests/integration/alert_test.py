"""Alerts of a real application's deployments and health, taken by a server that checks them."""
import json
import os
import time
import unittest
from datetime import datetime, timedelta

from alerted import Receiver
from updated import Poisoned, Updated

CHANNELS = ("slack", "discord", "json")


class Alerting(Updated):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.notify(*CHANNELS)

    def tearDown(self):
        self.assertEqual(self.receiver.wrong, [])
        self.assert_secret()
        super().tearDown()

    def notify(self, *channels, more=""):
        text = more
        for channel in channels:
            path = os.path.join(self.site.root, f"{channel}.url")
            with open(path, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(self.receiver.url(channel) + "\n")
            text += f'{channel}_url_file = "{path}"\n'
        self.notify_text = text
        self.site.configure(notify=text, log=f'file = "{self.site.root}/deploy.log"\n')

    def assert_secret(self):
        """No address lies anywhere but in its file."""
        for directory, _, files in os.walk(self.site.root):
            for name in files:
                path = os.path.join(directory, name)
                if name.endswith(".url") or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    self.assertNotIn(b"TOPSECRET", file.read(), path)

    def ledger(self):
        with open(os.path.join(self.site.state, "alerts"), encoding="utf-8") as file:
            return json.load(file)

    def later(self, hours):
        """As if this much time had passed since it was told last."""
        ledger = self.ledger()
        for run in ledger["runs"].values():
            for key in ("since", "told"):
                moment = datetime.fromisoformat(run[key].replace("Z", "+00:00"))
                run[key] = (moment - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        with open(os.path.join(self.site.state, "alerts"), "w", encoding="utf-8") as file:
            json.dump(ledger, file)


class Deployments(Alerting):
    def test_what_became_of_each_is_told_to_everybody(self):
        good = self.site.push_version(3)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual({channel for channel, _ in self.receiver.got}, set(CHANNELS))
        facts = [one["facts"] for channel, one in self.receiver.got if channel == "json"][0]
        self.assertEqual(facts["commit"], good)
        self.assertEqual(self.receiver.events(), [("succeeded", f"updated to {good[:7]} Version 3")])
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.receiver.events(), [])  # nothing new

        self.site.write("app.py", "import nothing_of_this_name\n")
        bad = self.site.push("Broken <!channel> @everyone *x*")
        self.assertEqual(self.site.update().code, 1)
        titles = self.receiver.events()
        self.assertEqual([event for event, _ in titles], ["rolled-back"], titles)
        self.assertIn(bad[:7], titles[0][1])
        # Marked bad: a timer that tries again tells nothing new.
        self.site.update()
        self.assertEqual(self.receiver.events(), [])

        done = self.site.rollback("--reason", "it is slow", "--yes")
        self.assertEqual(done.code, 0, done)
        texts = [one["text"] for channel, one in self.receiver.got if channel == "json"]
        self.assertEqual(texts, ["it is slow"])
        self.assertEqual([event for event, _ in self.receiver.events()], ["rolled-back"])

    def test_an_update_that_cannot_begin_is_told_once_and_when_it_works_again(self):
        os.rename(self.site.origin, self.site.origin + ".away")
        for _ in range(3):
            self.assertEqual(self.site.update().code, 1)
        self.assertEqual([event for event, _ in self.receiver.events()], ["failed"])
        os.rename(self.site.origin + ".away", self.site.origin)
        self.later(2)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.receiver.events(), [("succeeded", "updates work again, after 2 h")])

    def test_an_alert_that_cannot_be_sent_changes_nothing_and_is_sent_by_the_next_command(self):
        for status in (500, 404, 429):
            self.receiver.status = status
            self.site.push_version(10 + status)
            done = self.site.update()
            self.assertEqual(done.code, 0, done)
            self.assertIn(f"could not be sent to slack: HTTP {status}", done.out + done.err)
        self.assertEqual(len(self.ledger()["owed"]), 3)
        self.receiver.status = 204
        self.assertEqual(self.site.run("backup").code, 0)
        self.assertEqual([event for event, _ in self.receiver.events()], ["succeeded"] * 3)
        self.assertEqual(self.ledger()["owed"], [])

    def test_a_server_that_hangs_or_is_away(self):
        self.receiver.status = None
        self.site.push_version(4)
        started = time.monotonic()
        done = self.site.update()
        self.assertEqual(done.code, 0, done)
        self.assertIn("sent to slack: no answer within 3s", done.out + done.err)
        self.assertLess(time.monotonic() - started, 60)
        self.receiver.close()
        self.site.push_version(5)
        done = self.site.update()
        self.assertEqual(done.code, 0, done)
        self.assertIn("connection refused", done.out + done.err)

    def test_only_what_the_settings_name(self):
        self.notify("json", more='events = ["failed"]\n')
        self.site.push_version(3)
        self.assertEqual(self.site.update().code, 0)
        self.assertEqual(self.receiver.events(), [])

    def test_a_file_that_others_can_read(self):
        os.chmod(os.path.join(self.site.root, "slack.url"), 0o644)
        self.site.push_version(3)
        done = self.site.update()
        self.assertEqual(done.code, 0, done)
        self.assertIn("slack.url can be read by others; chmod 600", done.out + done.err)


class Hands(Poisoned, Alerting):
    def test_what_could_not_be_put_back_is_told_with_the_commands_to_run(self):
        with open(os.path.join(self.site.app, "poison"), "w", encoding="utf-8"):
            pass
        self.site.push_version(3)
        self.done(self.site.update(), code=3)
        self.assertEqual({channel for channel, _ in self.receiver.got}, set(CHANNELS))
        alert = [one for channel, one in self.receiver.got if channel == "json"][0]
        self.assertEqual(alert["event"], "failed")
        self.assertIn("hands are needed", alert["title"])
        self.assertIn("reset --hard", alert["commands"][0])


class Down(Alerting):
    def health(self):
        return self.site.run("health").code

    def test_down_is_told_once_then_again_at_growing_intervals_and_when_it_is_over(self):
        self.assertEqual(self.health(), 0)
        self.assertEqual(self.receiver.events(), [])
        self.site.kill_application()
        for _ in range(3):
            self.assertEqual(self.health(), 1)
        self.assertEqual(self.receiver.events(), [("down", "is not healthy: connection refused")])
        self.later(1)
        self.assertEqual(self.health(), 1)
        self.assertEqual(len(self.receiver.events()), 1)
        self.later(2)  # the second reminder comes after four hours
        self.assertEqual(self.health(), 1)
        self.assertEqual(self.receiver.events(), [])
        self.later(2)
        self.assertEqual(self.health(), 1)
        self.assertEqual(len(self.receiver.events()), 1)
        self.assertEqual(self.site.update("--force").code, 0)
        self.receiver.events()
        self.assertEqual(self.health(), 0)
        self.assertEqual(self.receiver.events(), [("recovered", "healthy again, after 5 h")])
        self.assertEqual(self.health(), 0)
        self.assertEqual(self.receiver.events(), [])


if __name__ == "__main__":
    unittest.main()
