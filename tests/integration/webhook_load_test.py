"""nutricount-webhook where much comes at once, and where the deployer cannot be started."""
import json
import os
import shutil
import socket
import tempfile
import time
import unittest

from receiver import Receiver, copied, workflow_run
from webhook_test import COMMIT, Alone, setting

MIB = 1024 * 1024


class Crowd(Alone):
    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.receiver.port), timeout=20)
        self.addCleanup(client.close)
        return client

    def answer(self, client):
        """status and document"""
        answer = b""
        while True:
            head, separator, body = answer.partition(b"\r\n\r\n")
            if separator and body.endswith(b"}"):
                return int(head.split()[1]), json.loads(body)
            part = client.recv(65536)
            self.assertTrue(part, answer)
            answer += part

    def test_two_large_bodies_of_strangers_at_once(self):
        for signature in (b"", b"X-Hub-Signature-256: sha256=" + 64 * b"0" + b"\r\n"):
            clients = [self.connect(), self.connect()]
            for client in clients:
                client.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\n" + signature +
                               b"Content-Length: %d\r\n\r\n" % (25 * MIB))
            for _ in range(24):
                for client in clients:
                    client.sendall(b" " * MIB)
            # Both are nearly whole, and who has the secret has room all the same.
            self.assertEqual(self.receiver.deliver(workflow_run(COMMIT)).status, 202)
            for client in clients:
                client.sendall(b" " * MIB)
            for client in clients:
                self.assertEqual(self.answer(client), (401, {"error": "Invalid signature"}))
        self.assertLess(self.receiver.most_memory(), 80 * 1024)

    def test_many_who_ask_for_the_status_at_once(self):
        clients = [self.connect() for _ in range(200)]
        for _ in range(5):
            for client in clients:
                client.sendall(b"GET /status HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(self.receiver.curl("/health", "--max-time", "5").status, 200)
            for client in clients:
                status, document = self.answer(client)
                self.assertEqual((status, document["webhook_status"]), (200, "running"))
        self.assertLess(self.receiver.most_memory(), 24 * 1024)

    def test_long_paths_are_answered_and_not_logged_at_length(self):
        rows = [("GET", 15_000, 404, "Not found"), ("POST", 15_000, 401, "Invalid signature"),
                ("GET", 17_000, 431, "The request's header is too large"),
                ("POST", 100_000, 431, "The request's header is too large")]
        for method, length, status, error in rows:
            client = self.connect()
            client.sendall(f"{method} /{'a' * length} HTTP/1.1\r\nHost: x\r\n"
                           "Content-Length: 0\r\n\r\n".encode())
            self.assertEqual(self.answer(client), (status, {"error": error}), (method, length))
        signed = self.receiver.deliver(workflow_run(COMMIT), path="/" + 10_000 * "a")
        self.assert_answer(signed, 404, error="Not found")
        self.assertIn("Invalid signature: /aaa", self.receiver.log())
        self.assertLess(max(map(len, self.receiver.log().splitlines())), 300)


class Starting(unittest.TestCase):
    """Outside systemd the receiver starts the deployer: here one of the test's own, or none."""

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="nutricount-webhook-")
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        program = copied(self.root)
        self.deployer = os.path.join(os.path.dirname(program), "nutricount-deploy")
        self.receiver = Receiver(setting(self.root, service='manager = "process"\n'),
                                 os.path.join(self.root, "spool"))
        self.addCleanup(self.receiver.close)
        environment = {**self.receiver.environment(), "PATH": "/usr/bin:/bin"}
        self.assertIsNone(shutil.which("nutricount-deploy", path=environment["PATH"]))
        self.receiver.environment = lambda: environment
        self.receiver.command = lambda: [program, "-c", self.receiver.config, "--listen",
                                         f"127.0.0.1:{self.receiver.port}"]
        self.receiver.start()

    def install(self, script):
        with open(self.deployer + ".new", "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(self.deployer + ".new", 0o755)
        os.rename(self.deployer + ".new", self.deployer)

    def wait_for(self, text, times=1, seconds=20):
        until = time.monotonic() + seconds
        while self.receiver.log().count(text) < times:
            self.assertLess(time.monotonic(), until, f"{times} x {text}: {self.receiver.log()}")
            time.sleep(0.02)

    def test_a_deployer_that_is_missing(self):
        self.assertEqual(self.receiver.deliver(workflow_run(COMMIT)).status, 202)
        self.wait_for(f"cannot start nutricount-deploy: No such file or directory; the request waits"
                      f" in {self.receiver.spool}")
        self.assertEqual(len(self.receiver.requests()), 1)
        self.install(f"rm -f {self.receiver.spool}/*.request")
        self.wait_for("Deployment ended with status 0")
        self.assertEqual(self.receiver.requests(), [])

    def test_one_that_fails_is_tried_less_often_each_time(self):
        self.install("exit 3")
        for number in range(3):
            self.assertEqual(self.receiver.deliver(workflow_run(COMMIT)).status, 202)
            self.wait_for("Deployment ended with status 3", number + 1)
        begin = time.monotonic()
        self.wait_for("Deployment ended with status 3", 4)
        self.assertGreater(time.monotonic() - begin, 4)
        time.sleep(7)  # again after 10 s: one try, however many were delivered
        self.assertEqual(self.receiver.log().count("Deployment started"), 4)
        self.assertEqual(len(self.receiver.requests()), 3)
        self.wait_for("Deployment ended with status 3", 5)
