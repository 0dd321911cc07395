"""nutricount-webhook where somebody means it no good, and where it cannot begin or has to end."""
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from receiver import SECRET, WEBHOOK, Receiver, copied, sign, workflow_run
from servers import wait_for_port
from webhook_test import COMMIT, Alone, setting

MOST_MEMORY = 24 * 1024  # KiB


class Abuse(Alone):
    def connect(self, count):
        clients = [socket.create_connection(("127.0.0.1", self.receiver.port)) for _ in range(count)]
        self.addCleanup(lambda: [client.close() for client in clients])
        return clients

    def test_thousands_of_connections_that_ask_nothing_or_slowly(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.connect(1000)
        slow = self.connect(1000)
        text = b"POST /webhook HTTP/1.1\r\n"
        for number in range(len(text)):
            for client in slow:
                try:
                    client.send(text[number:number + 1])
                except OSError:
                    pass  # it was closed to make room: as it should
            answer = self.receiver.curl("/health", "--max-time", "5")
            self.assertEqual(answer.status, 200)
        self.assertLess(self.receiver.most_memory(), MOST_MEMORY)
        self.assertEqual(self.receiver.deliver(workflow_run(COMMIT)).status, 202)

    def test_a_body_that_comes_byte_by_byte_ends_at_the_deadline(self):
        [client] = self.connect(1)
        client.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        client.settimeout(0.2)
        closed = False
        for _ in range(300):
            try:
                client.send(b"x")
                closed = client.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                closed = True
            if closed:
                break
        self.assertTrue(closed)

    def test_large_bodies_of_strangers_are_not_kept(self):
        clients = self.connect(40)
        head = (b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n"
                b"X-Hub-Signature-256: sha256=" + 64 * b"0" + b"\r\n\r\n")
        part = b" " * 2_000_000
        for client in clients:
            client.settimeout(5)
            client.sendall(head + part)
        # 80 MB were sent, of which 32 MiB may be kept.
        self.assertEqual(self.receiver.curl("/health").status, 200)
        self.assertLess(self.receiver.most_memory(), 80 * 1024)

    def test_what_is_no_http(self):
        for text in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + b"X: " + 20_000 * b"a" + b"\r\n\r\n"):
            [client] = self.connect(1)
            client.settimeout(15)
            client.sendall(text)
            answer = client.recv(65536)
            self.assertRegex(answer, rb"^HTTP/1.1 (400|431|505) ", text[:40])
            self.assertIn(b'{"error":', answer)

    def test_several_requests_on_one_connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.receiver.port, timeout=10)
        self.addCleanup(connection.close)
        for number in range(50):
            body = json.dumps(workflow_run(COMMIT, run_number=number)).encode()
            connection.request("POST", "/webhook", body, {"X-GitHub-Event": "workflow_run",
                                                          "X-Hub-Signature-256": sign(body)})
            answer = connection.getresponse()
            self.assertEqual((answer.status, json.loads(answer.read())["commit"]), (202, COMMIT))


class Ending(Alone):
    def test_what_was_asked_is_answered_first(self):
        body = json.dumps(workflow_run(COMMIT)).encode()
        with socket.create_connection(("127.0.0.1", self.receiver.port), timeout=20) as client:
            client.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: workflow_run\r\n"
                           b"X-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n%s"
                           % (sign(body).encode(), len(body), body[:10]))
            self.receiver.curl("/health")  # it has seen the first part
            self.receiver.process.send_signal(signal.SIGTERM)
            self.wait_until_refused()
            client.sendall(body[10:])
            self.assertIn(b"202 Accepted", client.recv(65536))
        self.assertEqual(self.receiver.end(), 0)
        self.assertEqual(len(self.receiver.requests()), 1)

    def wait_until_refused(self):
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.receiver.port)) != 0:
                    return
            time.sleep(0.01)
        self.fail("it still listens")


class Beginning(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="nutricount-webhook-")
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.spool = os.path.join(self.root, "spool")
        self.receiver = Receiver(setting(self.root), self.spool)
        self.addCleanup(self.receiver.close)

    def run_it(self, *arguments, **environment):
        more = {key: value for key, value in environment.items() if value is not None}
        base = {key: value for key, value in self.receiver.environment().items()
                if key not in environment}
        return subprocess.run([*self.receiver.command(), *arguments], env={**base, **more},
                              capture_output=True, text=True, timeout=20, check=False)

    def assert_refused(self, done, *said):
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"error: .*\n  hint: .+")
        for text in said:
            self.assertIn(text, done.stderr)

    def test_without_a_secret_that_is_one(self):
        self.assert_refused(self.run_it(WEBHOOK_SECRET=None), "no secret")
        self.assert_refused(self.run_it(WEBHOOK_SECRET=""), "empty")
        self.assert_refused(self.run_it(WEBHOOK_SECRET="fifteen letters"), "fewer than 16")
        self.assert_refused(self.run_it(WEBHOOK_SECRET="your-webhook-secret"), "manual")
        self.assertNotIn("fifteen letters", self.run_it(WEBHOOK_SECRET="fifteen letters").stderr)

    def test_a_file_with_the_secret(self):
        path = os.path.join(self.root, "secret")
        self.assert_refused(self.run_it("--secret-file", path), path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(SECRET + "\n")
        self.assert_refused(self.run_it("--secret-file", path), "read by others")
        os.chmod(path, 0o600)
        self.receiver.arguments = ["--secret-file", path]
        self.receiver.secret = "not this one, which is long, too"
        self.receiver.start()
        body = json.dumps(workflow_run(COMMIT)).encode()
        self.assertEqual(self.receiver.send("/webhook", body, signature=sign(body, SECRET)).status, 202)

    def test_where_it_cannot_listen_or_write(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.receiver.port))
            taken.listen()
            self.assert_refused(self.run_it(), f"127.0.0.1:{self.receiver.port}", "ss -ltnp")
        self.assert_refused(self.run_it("--log-file", "/nonexistent/x.log"), "/nonexistent/x.log")
        self.assert_refused(self.run_it("--nothing"), "--nothing")
        os.rmdir(self.spool)
        self.assert_refused(self.run_it(), self.spool)
        self.receiver.port = "x"
        self.assert_refused(self.run_it(), "HOST:PORT")

    def test_help_version_and_settings(self):
        for option, said in (("--help", "EXIT STATUS"), ("--version", "nutricount-webhook 0"),
                             ("--print-config", 'webhook.workflow = "CI/CD Pipeline"')):
            done = subprocess.run([WEBHOOK, option], env=self.receiver.environment(),
                                  capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(done.returncode, 0, done)
            self.assertIn(said, done.stdout)

    def test_on_a_socket_that_systemd_hands_over(self):
        port = self.receiver.port
        process = subprocess.Popen(
            ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", "-E", "WEBHOOK_SECRET",
             "-E", "NUTRICOUNT_DEPLOY_WEBHOOK_SPOOL", WEBHOOK, "-c", self.receiver.config],
            env=self.receiver.environment(), stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        wait_for_port(port, process)
        self.assertEqual(self.receiver.curl("/health").status, 200)
        self.assertEqual(self.receiver.deliver(workflow_run(COMMIT)).status, 202)

    def test_its_secret_is_given_to_nobody(self):
        """Nor to the deployer that it starts: by a program of that name that tells its environment."""
        told = os.path.join(self.root, "told")
        program = copied(self.root)
        deployer = os.path.join(os.path.dirname(program), "nutricount-deploy")
        with open(deployer, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n(env; echo $@) >{told}.new; mv {told}.new {told}\n"
                       f"rm -f {self.spool}/*.request\n")
        os.chmod(deployer, 0o755)
        self.receiver.config = setting(self.root, service='manager = "process"\n')
        self.receiver.command = lambda: [program, "-c", self.receiver.config, "--listen",
                                         f"127.0.0.1:{self.receiver.port}"]
        self.receiver.start()
        self.receiver.deliver(workflow_run(COMMIT))
        for _ in range(400):
            if os.path.exists(told):
                break
            time.sleep(0.02)
        with open(told, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(f"update --spool {self.spool}", text)
        self.assertIn("PATH=", text)
        self.assertNotIn(SECRET, text)
