"""For the tests of `verify-signature`: how it is run, and what openssl says."""
import os
import subprocess
import tempfile
import unittest

BINARY = os.environ["NUTRICOUNT_DEPLOY"]
SECRET, PAYLOAD = "It's a Secret to Everybody", b"Hello, World!"  # GitHub's example
SIGNED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


class Signing(unittest.TestCase):
    environment = {"WEBHOOK_SECRET": SECRET}

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = holder.name

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, content, mode=0o600):
        with open(self.path(name), "wb") as file:
            file.write(content)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def surroundings(self, environment=None):
        """The environment of a machine without any configuration."""
        kept = {key: value for key, value in os.environ.items()
                if key not in ("WEBHOOK_SECRET", "CREDENTIALS_DIRECTORY")}
        return {**kept, **(self.environment if environment is None else environment)}

    def run_it(self, *args, payload=PAYLOAD, environment=None, prefix=(), **more):
        return subprocess.run([*prefix, BINARY, "verify-signature", *args], input=payload,
                              capture_output=True, check=False, timeout=60,
                              env=self.surroundings(environment), **more)

    def sign(self, *args, **more):
        done = self.run_it("--sign", *args, **more)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        self.assertRegex(done.stdout, rb"\Asha256=[0-9a-f]{64}\n\Z")
        return done.stdout.decode().strip()

    def assert_ended(self, done, code, out, err=b""):
        self.assertEqual((done.returncode, done.stdout, done.stderr), (code, out, err))

    def assert_unusable(self, done, *words):
        """Exit status 2 with one error and one hint, and nothing on stdout."""
        self.assertEqual((done.returncode, done.stdout), (2, b""), done)
        self.assertRegex(done.stderr, rb"\Aerror: [^\n]+\n  hint: [^\n]+\n\Z")
        self.assertNotIn(SECRET.encode(), done.stderr)
        for word in words:
            self.assertIn(word.encode(), done.stderr)

    @staticmethod
    def openssl(payload, secret=SECRET):
        done = subprocess.run(["openssl", "dgst", "-sha256", "-hmac", secret], input=payload,
                              capture_output=True, check=True)
        return "sha256=" + done.stdout.decode().split()[-1]
