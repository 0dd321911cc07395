"""Versions side by side behind a real nginx: no request is refused, and what fails is never asked."""
import os
import signal
import unittest

from app import Client, free_port
from beside import BlueGreenSite
from deployed import Deployed


class BlueGreen(Deployed):
    new_site = BlueGreenSite

    def serves(self, version, commit, colour):
        self.assertEqual(self.site.version(), version)
        self.assertEqual(self.site.head(), commit)
        self.assertEqual(self.site.live(), colour)
        self.assertEqual(self.site.may_run(), [colour])
        other = {"blue": "green", "green": "blue"}[colour]
        self.assertFalse(os.path.exists(f"{self.site.state}/{other}/app.pid"))
        self.assertFalse(os.path.exists(f"{self.site.state}/journal"))
        self.assertEqual(self.site.git("status", "--porcelain", cwd=self.site.app), "")

    def watched(self, work):
        """What work returns, while a client asks all the time and no request fails."""
        with Client(self.site) as client:
            result = work()
        self.assertEqual(client.failed, 0)
        self.assertGreater(client.answered, 0)
        return result


class Deploying(BlueGreen):
    def test_updates_take_turns_and_refuse_nobody(self):
        self.serves(1, self.before, "blue")
        second = self.site.push_version(2)
        told = self.done(self.watched(lambda: self.site.update("--json"))).json()
        self.assertEqual(told["downtime_seconds"], 0)
        self.serves(2, second, "green")
        self.site.add("by the second")
        third = self.site.push_version(3)
        self.done(self.watched(self.site.update))
        self.serves(3, third, "blue")
        self.assertEqual(self.site.names(), ["before", "by the second"])
        self.done(self.site.run("backup", "--verify"))

    def test_a_rollback_is_the_way_back(self):
        second = self.site.push_version(2)
        self.done(self.site.update())
        self.site.add("by the second")
        self.done(self.watched(lambda: self.site.rollback("--keep-data")))
        self.serves(1, self.before, "blue")
        self.assertEqual(self.site.names(), ["before", "by the second"])
        self.done(self.site.update("--force"))
        self.serves(2, second, "green")
        self.done(self.site.rollback("--restore-data"))  # data cannot change under who writes it
        self.serves(1, self.before, "blue")
        self.assertEqual(self.site.names(), ["before", "by the second"])

    def test_another_environment(self):
        self.site.write("requirements.txt", "gunicorn\nflask\n")
        second = self.site.push_version(2)
        before = os.readlink(f"{self.site.app}/venv")
        self.done(self.watched(self.site.update))
        self.serves(2, second, "green")
        after = os.readlink(f"{self.site.app}/venv")
        self.assertNotEqual(after, before)
        self.assertEqual(os.readlink(f"{self.site.app}.green/venv"), f"{self.site.app}/{after}")
        self.done(self.watched(lambda: self.site.rollback("--keep-data")))
        self.serves(1, self.before, "blue")
        self.assertEqual(os.readlink(f"{self.site.app}/venv"), before)

    def test_data_alone(self):
        self.done(self.site.run("backup"))
        self.site.add("later")
        self.done(self.site.rollback("--data-only"))
        self.serves(1, self.before, "blue")
        self.assertEqual(self.site.names(), ["before"])

    def test_health_and_plan_name_what_serves(self):
        self.site.push_version(2)
        self.assertIn("demo@blue.service", self.done(self.site.run("health", "--full"), 0).out)
        planned = self.done(self.site.update("--dry-run"))
        self.assertIn("green beside blue", planned.out)
        self.assertNotIn("Would stop", planned.out)
        self.serves(1, self.before, "blue")


class Failing(BlueGreen):
    def assert_refused(self, result, text):
        self.done(result, 1)
        self.assertIn(text, result.out + result.err)
        self.serves(1, self.before, "blue")
        self.assertFalse(os.path.exists(f"{self.site.app}.green"))
        self.assertEqual(self.site.names(), ["before"])

    def test_a_version_that_does_not_start(self):
        self.site.edit("app.py", "VERSION = 1", "VERSION = 1\nassert False, 'no such setting'")
        self.site.push("Broken")
        pid = self.application()
        self.assert_refused(self.watched(self.site.update), "no such setting")
        self.assertEqual(self.application(), pid)
        self.assertIn("marked bad", self.site.update().err)

    def application(self):
        with open(f"{self.site.state}/blue/app.pid", encoding="ascii") as file:
            return file.read()

    def test_a_version_that_is_not_healthy_is_asked_by_nobody(self):
        self.site.edit("app.py", "    now = datetime", "    return jsonify(status='ill'), 503\n"
                       "    now = datetime")
        self.site.push("Ill")
        self.assert_refused(self.watched(self.site.update), "503")

    def test_an_nginx_that_does_not_take_it(self):
        self.site.push_version(2)
        with open(f"{self.site.root}/nginx.conf", "a", encoding="ascii") as file:
            file.write("nonsense;\n")
        told = self.done(self.watched(self.site.update), 1)
        self.assertIn("nginx", told.err)
        self.serves(1, self.before, "blue")

    def test_an_nginx_that_does_not_take_it_any_more(self):
        """From the new version's first breath on: it takes its files as they are until then."""
        self.site.edit("app.py", "VERSION = 1", "VERSION = 2\nopen('../nginx.conf', 'a').write('nonsense;')")
        self.site.push("Version 2")
        self.assert_refused(self.watched(self.site.update), "nonsense")

    def test_a_database_command_that_only_the_new_version_knows(self):
        self.site.push_version(2)
        self.site.configure(database="backward_compatible = false\n")
        told = self.done(self.site.update(), 2)
        self.assertIn("database.backward_compatible", told.err)
        self.serves(1, self.before, "blue")

    def test_an_upstream_file_that_somebody_changed(self):
        self.site.push_version(2)
        self.site.write_upstream(self.site.ports["green"])
        told = self.done(self.site.update(), 1)
        self.assertIn("changed by hand", told.err)


class Killed(BlueGreen):
    STEPS = ("tree", "back up", "migrate", "start", "health", "route", "reset")

    def test_what_a_kill_leaves_is_put_back_and_refuses_nobody(self):
        self.site.edit("app.py", "VERSION = 1", "import time\ntime.sleep(0.3)\nVERSION = 1")
        self.site.push_version(2)
        for step in self.STEPS:
            with self.subTest(step=step):
                with Client(self.site) as client:
                    self.kill_at(step)
                    self.assertIn("undone", self.done(self.site.rollback("--resume")).out)
                self.assertEqual(client.failed, 0)
                self.serves(1, self.before, "blue")
        self.done(self.site.update("--force"))

    def kill_at(self, step):
        process = self.site.start_update("--force")
        reached = self.site.wait_until_at if step == "health" else self.site.wait_for_step
        self.assertTrue(reached(step, process), step)
        process.send_signal(signal.SIGKILL)
        self.site.end(process)


class Moving(unittest.TestCase):
    """From strategy "restart": what ran until now is asked until the first colour answers."""

    def test_the_first_colour_takes_over(self):
        site = BlueGreenSite(plain=free_port())
        self.addCleanup(site.close)
        self.assertEqual(site.update().code, 0)
        site.add("before")
        site.plain = None
        site.configure()
        second = site.push_version(2)
        with Client(site) as client:
            done = site.update()
        self.assertEqual(done.code, 0, done)
        self.assertEqual(client.failed, 0)
        self.assertEqual((site.version(), site.head(), site.live()), (2, second, "blue"))
        self.assertFalse(os.path.exists(f"{site.state}/app.pid"))
        self.assertEqual(site.names(), ["before"])
        with Client(site) as client:
            done = site.rollback("--keep-data")
        self.assertEqual((done.code, client.failed), (0, 0), done)
        self.assertEqual((site.version(), site.live()), (1, "green"))
