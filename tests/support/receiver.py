"""nutricount-webhook as a process, and deliveries as GitHub sends them: by curl, signed by openssl."""
import json
import os
import shutil
import signal
import subprocess
import tempfile

from app import BINARY, free_port
from servers import wait_for_port

WEBHOOK = os.environ["NUTRICOUNT_WEBHOOK"]
SECRET = "a secret that nobody knows"


def copied(root):
    """The program in a directory below root where a deployer of the test's own can lie beside it; its
    library lies as in the build."""
    tools = os.path.join(root, "apps", "own")
    os.makedirs(tools)
    os.symlink(os.path.join(os.path.dirname(WEBHOOK), "../../lib"), os.path.join(root, "lib"))
    return shutil.copy(WEBHOOK, tools)


def sign(body, secret=SECRET):
    done = subprocess.run(["openssl", "dgst", "-sha256", "-hmac", secret, "-r"], input=body,
                          capture_output=True, check=True)
    return "sha256=" + done.stdout.split()[0].decode()


def workflow_run(commit=None, **changes):
    """What of GitHub's payload matters, in its shape."""
    run = {"id": 30433642, "name": "CI/CD Pipeline", "head_branch": "main", "status": "completed",
           "conclusion": "success", "event": "push", "run_number": 562,
           "head_repository": {"full_name": "anton/nutricount"}}
    if commit:
        run |= {"head_sha": commit, "head_commit": {"id": commit, "message": "A change"}}
    return {"action": "completed", "workflow_run": run | changes,
            "workflow": {"name": run["name"], "path": ".github/workflows/test.yml"},
            "repository": {"full_name": "anton/nutricount", "default_branch": "main"}}


def push(commit, ref="refs/heads/main", **changes):
    return {"ref": ref, "after": commit, "deleted": False,
            "head_commit": {"id": commit, "message": "A change"}} | changes


class Answer:
    def __init__(self, status, text):
        self.status, self.text = status, text

    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.status} {self.text}"


class Receiver:
    """Starts with a spool of its own beside the site's state; log() is what it says on stderr."""

    def __init__(self, config, spool, secret=SECRET, arguments=()):
        self.config, self.spool, self.secret, self.arguments = config, spool, secret, arguments
        self.port = free_port()
        os.makedirs(spool, exist_ok=True)
        self._log = tempfile.NamedTemporaryFile("w+", prefix="nutricount-log-", encoding="utf-8")
        self.process = None

    def command(self):
        return [WEBHOOK, "-c", self.config, "--listen", f"127.0.0.1:{self.port}", *self.arguments]

    def environment(self):
        path = os.path.dirname(BINARY) + ":" + os.environ["PATH"]
        return {**os.environ, "PATH": path, "WEBHOOK_SECRET": self.secret,
                "NUTRICOUNT_DEPLOY_WEBHOOK_SPOOL": self.spool}

    def start(self):
        self.process = subprocess.Popen(self.command(), env=self.environment(),
                                        stdin=subprocess.DEVNULL, stdout=self._log,
                                        stderr=self._log)
        wait_for_port(self.port, self.process)
        return self

    def end(self, how=signal.SIGTERM):
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self.process = None
        return code

    def log(self):
        with open(self._log.name, encoding="utf-8") as file:
            return file.read()

    def memory(self, key):
        """VmRSS, VmHWM, VmSize: KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(key))

    def most_memory(self):
        """KiB; 0 under a sanitizer, which reserves terabytes of addresses for what it keeps itself."""
        return 0 if self.memory("VmSize") > 1 << 30 else self.memory("VmHWM")

    def requests(self):
        return sorted(name for name in os.listdir(self.spool) if name.endswith(".request"))

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def curl(self, path, *arguments, body=None):
        done = subprocess.run(["curl", "-s", "-w", "\n%{http_code}", *arguments, self.url(path)],
                              input=body, capture_output=True, check=True, timeout=60)
        text, _, status = done.stdout.decode().rpartition("\n")
        return Answer(int(status), text)

    def send(self, path, body, event="workflow_run", delivery=None, signature=None, headers=()):
        """POST of bytes; signed rightly unless a signature is given ("": none)."""
        fields = {"Content-Type": "application/json", "X-GitHub-Event": event,
                  "X-GitHub-Delivery": delivery or "",
                  "X-Hub-Signature-256": sign(body, self.secret) if signature is None else signature}
        arguments = [part for name, value in fields.items() if value
                     for part in ("-H", f"{name}: {value}")]
        for header in headers:
            arguments += ["-H", header]
        return self.curl(path, *arguments, "--data-binary", "@-", body=body)

    def deliver(self, payload, path="/webhook", **more):
        return self.send(path, json.dumps(payload).encode(), **more)

    def close(self):
        self.end(signal.SIGKILL)
        self._log.close()
