"""What nutricount-webhook answers to deliveries that deploy nothing here: a spool that nobody reads."""
import json
import os
import shutil
import socket
import tempfile
import unittest

from receiver import SECRET, Receiver, push, sign, workflow_run

COMMIT = "8ab41d0c2f3e4a5b6c7d8e9f0a1b2c3d4e5f6a7b"


def setting(root, **sections):
    """Under systemd a path unit reads the spool: the process itself starts nothing."""
    text = {"service": 'manager = "systemd"\n', "state": f'directory = "{root}/state"\n',
            "app": f'directory = "{root}/app"\n', **sections}
    path = os.path.join(root, "config.toml")
    with open(path, "w", encoding="utf-8") as file:
        for section, keys in text.items():
            file.write(f"[{section}]\n{keys}")
    return path


class Alone(unittest.TestCase):
    ARGUMENTS = ()

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="nutricount-webhook-")
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.log_file = os.path.join(self.root, "webhook.log")
        self.receiver = Receiver(setting(self.root), os.path.join(self.root, "spool"),
                                 arguments=["--log-file", self.log_file]).start()
        self.addCleanup(self.receiver.close)

    def assert_answer(self, answer, code, **members):
        self.assertEqual(answer.status, code, answer)
        document = answer.json()
        for key, value in members.items():
            self.assertEqual(document[key], value, answer)


class Answers(Alone):
    def test_the_commit_that_was_tested_is_asked_for(self):
        answer = self.receiver.deliver(workflow_run(COMMIT), delivery="72d3162e-cc78-11e3")
        self.assert_answer(answer, 202, status="success", commit=COMMIT,
                           message="Deployment triggered after successful CI/CD")
        [name] = self.receiver.requests()
        with open(os.path.join(self.receiver.spool, name), encoding="utf-8") as file:
            request = json.load(file)
        self.assertEqual((request["commit"], request["delivery"]), (COMMIT, "72d3162e-cc78-11e3"))

    def test_every_other_event_is_answered_and_asks_for_nothing(self):
        ready = "Workflow not ready: "
        rows = [
            (workflow_run(COMMIT, status="in_progress", conclusion=None), "workflow_run", "ignored",
             ready + "in_progress/none"),
            (workflow_run(COMMIT, conclusion="failure"), "workflow_run", "ignored",
             ready + "completed/failure"),
            (workflow_run(COMMIT, name="Lint"), "workflow_run", "ignored", ready + "completed/success"),
            (workflow_run(COMMIT, head_branch="feature"), "workflow_run", "ignored", "feature"),
            (workflow_run(COMMIT, head_repository={"full_name": "eve/fork"}), "workflow_run", "ignored",
             "eve/fork"),
            (push(COMMIT), "push", "manual_deployment", "Direct push detected."),
            (push(COMMIT, "refs/tags/v1"), "push", "ignored", "refs/tags/v1"),
            (push("0" * 40, deleted=True), "push", "ignored", "deleted"),
            ({"zen": "Design for failure."}, "ping", "ok", "pong"),
            ({"action": "completed"}, "check_suite", "ignored", "check_suite"),
        ]
        for payload, event, status, message in rows:
            with self.subTest(event=event, message=message):
                answer = self.receiver.deliver(payload, event=event)
                self.assert_answer(answer, 200, status=status)
                self.assertIn(message, answer.json()["message"])
        self.assertEqual(self.receiver.requests(), [])

    def test_what_cannot_be_understood_is_refused(self):
        for body in (b"", b"{", b"[]", b"payload=%7B%7D", b"{}", b'{"workflow_run": 3}', b"\xff\xfe",
                     b'{"workflow_run": {"status": 1}}', b"[" * 100000):
            answer = self.receiver.send("/webhook", body)
            self.assertEqual(answer.status, 400, (body[:40], answer))
            self.assertIn("error", answer.json())
        no_event = self.receiver.deliver(workflow_run(COMMIT), event="")
        self.assert_answer(no_event, 400, error="X-GitHub-Event is missing")

    def test_other_paths_and_methods(self):
        self.assert_answer(self.receiver.curl("/"), 404, error="Not found")
        self.assert_answer(self.receiver.curl("/webhook"), 405, error="Use POST")
        self.assert_answer(self.receiver.curl("/health", "-X", "PUT"), 405, error="Use GET")
        # Before a signature is right, nothing is told: not even that there is no such path.
        self.assert_answer(self.receiver.curl("/", "-d", "x"), 401, error="Invalid signature")
        self.assert_answer(self.receiver.deliver({}, path="/"), 404, error="Not found")
        self.assert_answer(self.receiver.deliver({}, path="/status"), 405, error="Use GET")

    def test_more_than_25_mb_is_too_much_however_it_comes(self):
        body = b" " * (25 * 1024 * 1024 + 1)
        for headers in ((), ("Transfer-Encoding: chunked",)):
            answer = self.receiver.send("/webhook", body, headers=headers, signature="sha256=00")
            self.assert_answer(answer, 413, error="Payload too large")
        whole = json.dumps(push(COMMIT)).encode()
        whole += b" " * (25 * 1024 * 1024 - len(whole))
        self.assert_answer(self.receiver.send("/deploy", whole, event="push"), 202, commit=COMMIT)

    def test_health_and_status(self):
        self.assert_answer(self.receiver.curl("/health"), 200, status="healthy",
                           service="nutrition-tracker-webhook")
        answer = self.receiver.curl("/status")
        self.assert_answer(answer, 200, webhook_status="running")
        self.assertEqual(answer.json()["deployment"], {"running": None, "waiting": 0, "last": None})

    def test_a_delivery_that_comes_again_is_answered_as_before(self):
        first = self.receiver.deliver(workflow_run(COMMIT), delivery="one")
        again = self.receiver.deliver(workflow_run(COMMIT), delivery="one")
        self.assertEqual((again.status, again.text), (first.status, first.text))
        self.assertEqual(len(self.receiver.requests()), 1)
        self.receiver.end()
        self.receiver.start()
        after = self.receiver.deliver(workflow_run(COMMIT), delivery="one")
        self.assertEqual((after.status, after.text), (first.status, first.text))
        self.assertEqual(len(self.receiver.requests()), 1)
        for bad in ("two words", "x" * 65, "caf\u00e9"):
            self.assertEqual(self.receiver.deliver({}, delivery=bad).status, 400)

    def test_each_delivery_is_a_line_that_tells_no_secret(self):
        behind = ("X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 6.6.6.6, 203.0.113.7")
        self.receiver.deliver(workflow_run(COMMIT), delivery="abc-1", headers=behind)
        self.receiver.deliver({"zen": "in the payload"}, event="ping", delivery="abc-2")
        self.receiver.send("/webhook", b"in the payload", signature="sha256=" + 64 * "0")
        self.receiver.end()
        for text in (self.receiver.log(), open(self.log_file, encoding="utf-8").read()):
            self.assertIn(f"Delivery abc-1: workflow_run, deploy {COMMIT}, from 203.0.113.7", text)
            self.assertIn("Delivery abc-2: ping, pong, from 127.0.0.1", text)
            self.assertRegex(text, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - WARNING - "
                                   r"Invalid signature: /webhook from 127.0.0.1")
            self.assertNotIn(SECRET, text)
            self.assertNotIn("in the payload", text)

    def test_the_seeds_own_tests(self):
        body = (b'{"workflow":{"name":"CI/CD Pipeline"},'
                b'"workflow_run":{"status":"completed","conclusion":"success"}}')
        self.assert_answer(self.receiver.send("/webhook", body), 202, status="success",
                           message="Deployment triggered after successful CI/CD")
        self.assert_answer(self.receiver.curl("/health"), 200, status="healthy")
        manual = b'{"ref":"refs/heads/main","head_commit":{"id":"test123"}}'
        self.assert_answer(self.receiver.send("/deploy", manual, event=""), 202, status="success")
        other = b'{"ref":"refs/heads/dev","head_commit":{"id":"test123"}}'
        self.assert_answer(self.receiver.send("/deploy", other, event=""), 200, status="ignored")


class Signatures(Alone):
    def test_only_the_right_one_is_accepted(self):
        body = json.dumps(workflow_run(COMMIT)).encode()
        right = sign(body)
        digits = right.removeprefix("sha256=")
        wrong = ["", "sha256=", digits, right[:-1], right + "0", "sha256=" + digits.upper(),
                 "SHA256=" + digits, "sha1=" + digits[:40], "sha1=" + digits, "sha256=" + 64 * "g",
                 "sha256=" + 62 * "0" + "\u00e9", "sha256= " + digits, sign(body + b" "),
                 sign(body, "another secret, as long"), "sha256=" + 64 * "0"]
        for signature in wrong:
            answer = self.receiver.send("/webhook", body, signature=signature)
            self.assertEqual((answer.status, answer.json()), (401, {"error": "Invalid signature"}),
                             signature)
        self.assertEqual(self.receiver.requests(), [])
        self.assertEqual(self.receiver.send("/webhook", body, signature=right).status, 202)

    def test_nothing_is_parsed_before(self):
        answer = self.receiver.send("/webhook", b"{ not JSON", signature="sha256=" + 64 * "0")
        self.assertEqual(answer.status, 401)

    def test_a_stranger_cannot_fill_the_log(self):
        with socket.create_connection(("127.0.0.1", self.receiver.port)) as client:
            one = b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            client.sendall(one * 2000)
            answered = b""
            while answered.count(b"401 Unauthorized") < 2000:
                part = client.recv(1 << 16)
                self.assertTrue(part, "the connection was closed")
                answered += part
        lines = self.receiver.log().count("Invalid signature")
        self.assertGreater(lines, 0)
        self.assertLess(lines, 1000)
