"""From GitHub's delivery, through nginx as packaging ships it, to the application that was deployed."""
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from app import BINARY, Site
from receiver import SECRET, Receiver, push, workflow_run
from servers import Server, wait_for_port

PACKAGING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging")


class Proxy(Server):
    """nginx with the site of packaging/nginx; only its ports are others."""

    def __init__(self, application, receiver):
        super().__init__()
        with open(os.path.join(PACKAGING, "nginx", "nutricount.conf"), encoding="utf-8") as file:
            site = file.read()
        for old, new in (("127.0.0.1:5000", f"127.0.0.1:{application}"),
                         ("127.0.0.1:8080", f"127.0.0.1:{receiver}"),
                         ("listen 80;", f"listen 127.0.0.1:{self.port};")):
            assert old in site, old
            site = site.replace(old, new)
        self.conf = os.path.join(self.root, "nginx.conf")
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(f"daemon off; pid {self.root}/pid; error_log {self.root}/error.log;\n"
                       f"events {{}}\nhttp {{\naccess_log off;\n"
                       f"client_body_temp_path {self.root}/body;\n{site}}}\n")
        self.checked = subprocess.run(["nginx", "-t", "-c", self.conf], capture_output=True,
                                      text=True, check=False)
        wait_for_port(self.port, self.run("nginx", "-c", self.conf))


class Delivered(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.close)
        self.site.configure(webhook='retry_delay = "100ms"\n')
        first = self.site.update()
        self.assertEqual(first.code, 0, first)
        self.receiver = Receiver(self.site.config, os.path.join(self.site.root, "spool"))
        self.receiver.start()
        self.addCleanup(self.receiver.close)
        self.addCleanup(self.wait_until_quiet)

    def deployments(self):
        return [one for one in self.site.history() if one.get("trigger") == "webhook"]

    def wait_for(self, condition, what, seconds=90):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if condition():
                return
            time.sleep(0.02)
        self.fail(f"not within {seconds} s: {what}; {self.receiver.log()}")

    def wait_until_quiet(self):
        """No request waits, and nobody deploys."""
        self.wait_for(lambda: not self.receiver.requests() and not self.site.holder(), "quiet")

    def wait_until_live(self, commit):
        self.wait_for(lambda: self.site.head() == commit and not self.site.holder(), commit)


class Deploying(Delivered):
    def test_exactly_the_tested_commit_though_the_branch_moved_on(self):
        tested = self.site.push_version(2)
        self.site.push_version(3)
        answer = self.receiver.deliver(workflow_run(tested), delivery="72d3162e-cc78")
        self.assertEqual(answer.status, 202, answer)
        self.wait_until_live(tested)
        self.assertEqual(self.site.version(), 2)
        [one] = self.deployments()
        self.assertEqual((one["outcome"], one["delivery"]), ("updated", "72d3162e-cc78"))

    def test_a_delivery_that_comes_again_deploys_nothing(self):
        tested = self.site.push_version(2)
        for _ in range(3):
            answer = self.receiver.deliver(workflow_run(tested), delivery="same")
            self.assertEqual(answer.status, 202, answer)
        self.wait_until_live(tested)
        self.wait_until_quiet()
        self.assertEqual(len(self.deployments()), 1)

    def test_by_hand_what_was_pushed(self):
        pushed = self.site.push_version(2)
        self.assertEqual(self.receiver.deliver(push(pushed), path="/deploy", event="push").status, 202)
        self.wait_until_live(pushed)

    def test_status_tells_what_is_under_way_and_what_was(self):
        self.site.write("init_db.py", "import time\ntime.sleep(2)\n")
        tested = self.site.push("Slow")
        self.receiver.deliver(workflow_run(tested), delivery="slow")
        seen = []
        self.wait_for(lambda: seen.append(self.receiver.curl("/status").json()) or
                      (seen[-1]["deployment"]["running"] or {}).get("step") == "migrate", "migrate")
        self.assertEqual(seen[-1]["app_status"], "stopped")
        # Deliveries are answered, and kept, while it runs.
        self.assertEqual(self.receiver.deliver(workflow_run(tested), delivery="next").status, 202)
        self.wait_until_live(tested)
        self.wait_until_quiet()
        status = self.receiver.curl("/status").json()
        self.assertEqual(status["app_status"], "running")
        self.assertIsNone(status["deployment"]["running"])
        self.assertEqual(status["deployment"]["last"]["outcome"], "updated")
        self.assertEqual(status["deployment"]["last"]["to"], tested)

    def test_what_fails_is_put_back_and_the_next_one_deploys(self):
        self.site.edit("app.py", '"healthy"', '"broken"')
        bad = self.site.push("Broken")
        self.receiver.deliver(workflow_run(bad), delivery="bad")
        self.wait_for(self.deployments, "an outcome")
        self.wait_until_quiet()
        self.assertEqual(self.deployments()[0]["outcome"], "rolled-back")
        self.site.edit("app.py", '"broken"', '"healthy"')
        good = self.site.push_version(2)
        self.receiver.deliver(workflow_run(good), delivery="good")
        self.wait_until_live(good)


class Many(Delivered):
    def test_of_fifty_commits_the_newest_is_live_and_none_fails(self):
        commits = [self.site.push_version(number) for number in range(2, 52)]
        order = commits[::2] + commits[1::2][::-1]  # the newest neither first nor last
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(
                lambda commit: self.receiver.deliver(workflow_run(commit), delivery=commit[:12]), order))
        self.assertEqual([answer.status for answer in answers], [202] * 50)
        self.wait_until_live(commits[-1])
        self.wait_until_quiet()
        self.assertEqual(self.site.head(), commits[-1])
        self.assertEqual(self.site.version(), 51)
        for one in self.deployments():
            self.assertEqual(one["outcome"], "updated", one)
        self.assertNotIn("ERROR", self.receiver.log())
        # One at a time: what one ended at, the next began at.
        chain = self.deployments()
        for before, after in zip(chain, chain[1:]):
            self.assertEqual(before["to"]["commit"], after["from"]["commit"])


class Accepted(Delivered):
    def test_nothing_is_lost_when_it_is_killed_after_its_answer(self):
        tested = self.site.push_version(2)
        os.rename(self.site.origin, self.site.origin + ".away")  # it cannot be deployed yet
        self.assertEqual(self.receiver.deliver(workflow_run(tested), delivery="kept").status, 202)
        self.receiver.end(signal.SIGKILL)
        os.rename(self.site.origin + ".away", self.site.origin)
        self.receiver.start()
        self.wait_until_live(tested)
        self.wait_until_quiet()

    def test_a_deployment_outlives_it(self):
        self.site.write("init_db.py", "import time\ntime.sleep(2)\n")
        tested = self.site.push("Slow")
        self.receiver.deliver(workflow_run(tested))
        self.wait_for(lambda: self.site.holder().get("step") == "migrate", "migrate")
        self.assertEqual(self.receiver.end(), 0)
        self.wait_until_live(tested)
        self.receiver.start()
        self.wait_until_quiet()
        self.assertEqual([one["outcome"] for one in self.deployments()], ["updated"])

    def test_an_origin_that_is_down_for_a_while(self):
        tested = self.site.push_version(2)
        os.rename(self.site.origin, self.site.origin + ".away")
        self.receiver.deliver(workflow_run(tested), delivery="later")
        self.wait_for(lambda: "Deployment started" in self.receiver.log(), "a try")
        os.rename(self.site.origin + ".away", self.site.origin)
        self.wait_until_live(tested)

    def test_what_could_not_be_deployed_is_set_aside_by_name(self):
        self.receiver.deliver(workflow_run("0123456789" * 4), delivery="nowhere")
        self.wait_for(lambda: "ended with status 1" in self.receiver.log(), "an end")
        self.assertEqual(self.receiver.requests(), [])
        self.assertEqual(len([name for name in os.listdir(self.receiver.spool)
                              if name.endswith(".refused")]), 1)
        self.assertEqual(self.site.version(), 1)


class BehindNginx(Delivered):
    def setUp(self):
        super().setUp()
        self.proxy = Proxy(self.site.port, self.receiver.port)
        self.addCleanup(self.proxy.close)

    def through(self, path, *arguments, body=None):
        done = subprocess.run(["curl", "-s", "-w", "\n%{http_code}", *arguments,
                               f"http://127.0.0.1:{self.proxy.port}{path}"],
                              input=body, capture_output=True, check=True, timeout=60)
        text, _, status = done.stdout.decode().rpartition("\n")
        return int(status), text

    def test_the_site_that_is_shipped(self):
        self.assertEqual(self.proxy.checked.returncode, 0, self.proxy.checked.stderr)
        self.assertIn('"version":1', self.through("/health")[1].replace(" ", ""))
        self.assertIn("nutrition-tracker-webhook", self.through("/webhook-health")[1])
        self.assertIn("app_status", self.through("/webhook-status")[1])
        body = b" " * (26 * 1024 * 1024)
        status, text = self.through("/webhook", "--data-binary", "@-", body=body)
        self.assertEqual((status, text), (413, '{"error":"Payload too large"}'))

    def job(self, folder, commit, path):
        """The script of the job in packaging/github, as GitHub's runner runs it."""
        with open(os.path.join(PACKAGING, "github", "notify-production.yml"), encoding="utf-8") as file:
            script = file.read().partition("run: |\n")[2]
        script = re.sub(r"^ {8}", "", script, flags=re.MULTILINE)
        environment = {"PATH": path, "WEBHOOK_SECRET": SECRET, "TMPDIR": folder,
                       "URL": f"http://127.0.0.1:{self.proxy.port}/webhook",
                       "GITHUB_WORKFLOW": "CI/CD Pipeline", "GITHUB_REF_NAME": "main",
                       "GITHUB_SHA": commit, "GITHUB_RUN_ID": commit[:8], "GITHUB_RUN_ATTEMPT": "1"}
        return subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True,
                              text=True, timeout=60, check=False)

    def test_the_job_for_ci_signs_what_it_sends(self):
        folder = tempfile.mkdtemp(prefix="nutricount-job-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        with_openssl = os.environ["PATH"]
        self.assertIsNone(shutil.which("nutricount-deploy", path=with_openssl))
        with_ours = os.path.dirname(BINARY) + ":" + with_openssl
        for number, path in ((2, with_openssl), (3, with_ours)):
            commit = self.site.push_version(number)
            done = self.job(folder, commit, path)
            self.assertEqual(done.returncode, 0, done)
            self.assertIn('"status":"success"', done.stdout)
            self.wait_until_live(commit)
        self.assertEqual(os.listdir(folder), [])
        self.receiver.end()
        self.receiver.secret = "another secret that is long"
        self.receiver.start()
        self.assertNotEqual(self.job(folder, commit, with_openssl).returncode, 0)
