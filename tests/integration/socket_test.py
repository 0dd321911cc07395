"""The listening socket is kept over a deployment: no client is refused."""
import os
import signal
import socket
import unittest

from steady import Steady
from updated import Updated

# At the end of the database command: it has inherited no socket.
CHECK = ('for name in os.listdir("/proc/self/fd"):\n'
         '    path = "/proc/self/fd/" + name\n'
         '    assert not os.path.islink(path) or not os.readlink(path).startswith("socket:"), path\n')
SICK = "    return jsonify(status='sick', version=VERSION), 503\n    now = datetime"


class Kept(Updated):
    """Version 1 with a row, then version 2, both by the same socket."""

    MORE = ""

    @classmethod
    def configure(cls, site):
        site.keep_socket(health=cls.MORE)

    @classmethod
    def prepare(cls, site):
        cls.configure(site)
        with open(os.path.join(site.source, "init_db.py"), encoding="utf-8") as file:
            site.write("init_db.py", file.read() + CHECK)
        site.push("Looks at what it inherits")

    def inode(self):
        """Of the socket that the application listens on."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table]
        return next(row[9] for row in rows
                    if row[1].endswith(f":{self.site.port:04X}") and row[3] == "0A")

    def assert_none_failed(self, client):
        self.assertEqual(client.failed, [])
        self.assertGreater(client.asked, 0)


class Deployments(Kept):
    def test_no_request_fails(self):
        socket_before = self.inode()
        with Steady(self.site) as client:
            for number in (3, 4, 5):
                self.site.push_version(number)
                self.done(self.site.update())
            self.done(self.site.rollback())
            self.site.add("one")
            self.done(self.site.rollback("--restore-data"))
        self.assertEqual(self.site.version(), 3)
        self.assert_none_failed(client)
        self.assertEqual(set(client.answers), {(200, number) for number in (2, 3, 4, 5)})
        self.assertEqual(self.inode(), socket_before)

    def test_a_socket_that_the_application_opened_itself(self):
        self.site.configure()
        self.site.push_version(3)
        self.done(self.site.update())
        self.configure(self.site)
        self.site.push_version(4)
        with Steady(self.site) as client:
            self.done(self.site.update())
        self.assert_none_failed(client)
        self.assertEqual(self.site.version(), 4)


class Failing(Kept):
    def test_a_version_that_fails_its_health_check(self):
        self.site.edit("app.py", "    now = datetime", SICK)
        self.site.push_version(3)
        with Steady(self.site) as client:
            self.done(self.site.update(), code=1)
        self.runs(2, self.second)
        self.assert_none_failed(client)
        self.assertEqual(set(client.answers), {(200, 2), (503, 3)})


class NotStarting(Kept):
    """A health check's request that waits for an application that has ended ends with it: there is
    no other limit here."""

    MORE = 'timeout = "1h"\ndeadline = "1h"\n'

    @classmethod
    def configure(cls, site):
        super().configure(site)
        with open(site.config, encoding="utf-8") as file:
            text = file.read().replace('deadline = "10s"\n', "")
        with open(site.config, "w", encoding="utf-8") as file:
            file.write(text)

    def test_it_is_put_back_before_clients_give_up(self):
        self.site.write("app.py", "raise RuntimeError\n")
        self.site.push("Broken")
        with Steady(self.site) as client:
            done = self.done(self.site.update(), code=1)
        self.assertIn("exited with status", done.err)
        self.runs(2, self.second)
        self.assert_none_failed(client)
        self.assertEqual(set(client.answers), {(200, 2)})


class Killed(Kept):
    def kill_in_the_window(self):
        self.site.edit("init_db.py", "os.makedirs(\"data\"",
                       "import time\nwhile os.path.exists('slow'): time.sleep(0.05)\n"
                       "os.makedirs(\"data\"")
        with open(os.path.join(self.site.app, "slow"), "w", encoding="ascii"):
            pass
        self.site.push_version(3)
        process = self.site.start_update()
        self.assertTrue(self.site.wait_for_step("migrate", process))
        with socket.create_connection(("127.0.0.1", self.site.port)):
            pass  # it is open until the kill
        process.send_signal(signal.SIGKILL)
        self.site.end(process)
        os.remove(os.path.join(self.site.app, "slow"))

    def test_resume_brings_the_old_version_back_listening(self):
        self.kill_in_the_window()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", self.site.port))
        self.done(self.site.rollback("--resume"))
        self.runs(2, self.second)
        with Steady(self.site) as client:
            self.done(self.site.update())
        self.assert_none_failed(client)
        self.assertEqual(self.site.version(), 3)


class Taken(Kept):
    def test_an_address_that_another_process_has(self):
        self.site.kill_application()
        self.site.push_version(3)
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", self.site.port))
            other.listen()
            refused = self.done(self.site.update(), code=1)
        self.assertIn(f"cannot listen on 127.0.0.1:{self.site.port}", refused.err)
        self.assertIn("ss -ltnp", refused.err)
        self.assertEqual(self.site.head(), self.second)
        self.done(self.site.update())  # the version was not to blame
        self.assertEqual(self.site.version(), 3)


if __name__ == "__main__":
    unittest.main()
