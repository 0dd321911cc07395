"""`verify-signature`: its answers, every place of the secret, and what it needs of a machine."""
import json
import os
import re
import subprocess
import time
import unittest

from signing import BINARY, PAYLOAD, SECRET, SIGNED, Signing

WORDS = "signature does not match this payload and secret"


class Verdicts(Signing):
    def test_what_is_right(self):
        self.assert_ended(self.run_it("--signature", SIGNED), 0, b"ok signature matches\n")
        self.assert_ended(self.run_it("--signature", SIGNED, "--quiet"), 0, b"")
        self.assertEqual(self.sign(), SIGNED)
        self.assertEqual(self.sign("--quiet"), SIGNED)

    def test_what_is_wrong(self):
        said = f"failed {WORDS}\n".encode()
        for args, payload, environment in (
                ((SIGNED,), b"Hello, World", None), ((SIGNED,), b"", None),
                ((SIGNED,), PAYLOAD, {"WEBHOOK_SECRET": SECRET + "!"}),
                ((SIGNED[:-1] + "8",), PAYLOAD, None), (("sha256=" + "0" * 64,), PAYLOAD, None)):
            done = self.run_it("--signature", *args, payload=payload, environment=environment)
            self.assert_ended(done, 1, said)
        done = self.run_it("--signature", SIGNED, "--quiet", payload=b"")
        self.assert_ended(done, 1, b"", said)

    def test_what_is_no_signature(self):
        digits = SIGNED[7:]
        for text in (digits, "sha1=" + digits[:40], "SHA256=" + digits, "sha256=", SIGNED[:-1],
                     SIGNED + "0", SIGNED + "\n", " " + SIGNED, "sha256=" + digits.upper(),
                     SIGNED[:-1] + "g", SIGNED[:-2] + "ä", "x" * 100_000):
            with self.subTest(text=text[:80]):
                done = self.run_it("--signature", text)
                self.assertEqual((done.returncode, done.stderr), (1, b""), done)
                self.assertRegex(done.stdout,
                                 rb"\Afailed signature (does not|has something)[^\n]+ sha256=\n\Z")
        done = self.run_it(os.fsencode("--signature=sha256=") + b"\xff" * 64)
        self.assertEqual(done.returncode, 1, done)

    def test_json_is_one_document(self):
        for args, payload, code, document in (
                (("--signature", SIGNED), PAYLOAD, 0, {"valid": True}),
                (("--signature", SIGNED), b"", 1, {"valid": False, "reason": WORDS}),
                (("--signature", "sha1=0"), PAYLOAD, 1,
                 {"valid": False, "reason": "signature does not begin with sha256="}),
                (("--sign",), PAYLOAD, 0, {"signature": SIGNED})):
            done = self.run_it("--json", *args, payload=payload)
            self.assertEqual((done.returncode, done.stderr), (code, b""), done)
            self.assertEqual(json.loads(done.stdout), document)

    def test_wrong_usage(self):
        self.assert_unusable(self.run_it(), "neither --signature nor --sign is given")
        self.assert_unusable(self.run_it("--sign", "--signature", SIGNED), "excludes")
        self.assert_unusable(self.run_it("--signature", ""), "--signature", "empty")
        self.assert_unusable(self.run_it("--sign", ""), "FILE", "empty")
        self.assert_unusable(self.run_it("--sign", "a", "b"), "not expected: b")

    def test_a_signature_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "verify-signature", "--sign"], input=PAYLOAD, stdout=full,
                                  stderr=subprocess.PIPE, check=False, env=self.surroundings())
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"cannot write the signature", done.stderr)


class Secrets(Signing):
    environment = {}

    def credential(self, content, mode=0o440):
        os.makedirs(self.path("credentials"), exist_ok=True)
        self.write("credentials/webhook-secret", content, mode)
        return {"CREDENTIALS_DIRECTORY": self.path("credentials")}

    def test_each_place(self):
        file = self.write("secret", SECRET.encode() + b"\n")
        self.assertEqual(self.sign("--secret-file", file), SIGNED)
        self.assertEqual(self.sign(environment={"WEBHOOK_SECRET": SECRET}), SIGNED)
        self.assertEqual(self.sign(environment=self.credential(SECRET.encode() + b"\n")), SIGNED)

    def test_the_first_place_counts(self):
        places = {**self.credential(b"of the credential"), "WEBHOOK_SECRET": "of the variable"}
        file = self.write("secret", b"of the file")
        for args, environment, secret in (
                (("--secret-file", file), places, "of the file"),
                ((), places, "of the credential"),
                ((), {"WEBHOOK_SECRET": "of the variable"}, "of the variable")):
            signed = self.sign(*args, environment=environment)
            self.assertEqual(signed, self.openssl(PAYLOAD, secret))

    def test_none(self):
        for asked in (("--sign",), ("--signature", SIGNED), ("--signature", "sha1=0")):
            self.assert_unusable(self.run_it(*asked), "--secret-file", "WEBHOOK_SECRET")

    def test_an_empty_one_is_none_and_nothing_else_counts(self):
        variable = {"WEBHOOK_SECRET": SECRET}
        for content in (b"", b"\n", b"\r\n"):
            file = self.write("secret", content)
            done = self.run_it("--sign", "--secret-file", file, environment=variable)
            self.assert_unusable(done, "--secret-file", "is empty")
            done = self.run_it("--sign", environment={**self.credential(content), **variable})
            self.assert_unusable(done, "the credential", "is empty")
        done = self.run_it("--sign", environment={"WEBHOOK_SECRET": ""})
        self.assert_unusable(done, "WEBHOOK_SECRET is empty")

    def test_a_file_that_others_can_read(self):
        for mode in (0o644, 0o640, 0o604):
            file = self.write("secret", SECRET.encode(), mode)
            done = self.run_it("--signature", SIGNED, "--secret-file", file)
            self.assert_unusable(done, "can be read by others", f"chmod 600 {file}")

    def test_what_is_no_file_of_a_secret(self):
        os.mkfifo(self.path("fifo"), 0o600)
        os.mkdir(self.path("directory"))
        self.write("large", b"x" * 5000)
        for name in ("none", "fifo", "directory", "large"):
            done = self.run_it("--sign", "--secret-file", self.path(name))
            self.assert_unusable(done, "--secret-file", self.path(name))

    def test_an_option_is_no_place_for_it(self):
        self.assert_unusable(self.run_it("--sign", "--secret", "x"), "--secret")

    def test_nobody_else_gets_to_see_it(self):
        file, log = self.write("secret", SECRET.encode()), self.path("log")
        args = ("--secret-file", file, "--log-file", log, "--verbose")
        with subprocess.Popen([BINARY, "verify-signature", "--sign", *args], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, env=self.surroundings()) as process:
            time.sleep(0.2)
            for name in ("cmdline", "environ"):
                with open(f"/proc/{process.pid}/{name}", "rb") as shown:
                    self.assertNotIn(SECRET.encode(), shown.read())
            process.communicate(PAYLOAD)
        for more in (("--signature", SIGNED), ("--signature", "x"), ("--sign", self.path("none"))):
            done = self.run_it(*more, *args)
            self.assertNotIn(SECRET.encode(), done.stdout + done.stderr)
        with open(log, encoding="utf-8") as told:
            text = told.read()
        self.assertRegex(text, r"INFO - signed a payload of 13 bytes\n")
        self.assertRegex(text, r"INFO - signature matches\n")
        self.assertRegex(text, r"ERROR - signature does not begin with sha256=\n")
        self.assertRegex(text, r"ERROR - cannot read .*none: No such file or directory\n")
        self.assertNotIn(SECRET, text)


class Surroundings(Signing):
    def test_no_setting_is_needed_and_a_wrong_one_does_no_harm(self):
        environment = {**self.environment, "NUTRICOUNT_DEPLOY_APP_NAEM": "x"}
        self.assertEqual(self.sign(environment=environment), SIGNED)
        trace = self.path("trace")
        self.sign(prefix=("strace", "-f", "-o", trace, "-e", "trace=openat,open,connect,execve"))
        with open(trace, encoding="utf-8") as file:
            calls = file.read()
        self.assertIn("libcrypto.so.3", calls)
        self.assertNotIn("nutricount-deploy/config.toml", calls)
        self.assertNotIn("connect(", calls)
        self.assertEqual(len(re.findall(r"execve\(", calls)), 1)

    def test_a_configuration_that_is_named_is_read(self):
        log = self.path("configured.log")
        config = self.write("config.toml", f'[log]\nfile = "{log}"\n'.encode())
        self.assertEqual(self.sign("-c", config), SIGNED)
        with open(log, encoding="utf-8") as file:
            self.assertIn("signed a payload", file.read())
        self.write("config.toml", b"[log]\nfiel = 1\n")
        self.assert_unusable(self.run_it("--sign", "-c", config), config)
        self.assert_unusable(self.run_it("--sign", "-c", self.path("none")), "none")

    def test_print_config_prints_and_reads_nothing(self):
        config = self.write("config.toml", b"[backup]\nkeep = 9\n")
        done = self.run_it("--print-config", "-c", config, payload=None, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(b"backup.keep = 9", done.stdout)

    def test_a_log_that_cannot_be_written(self):
        done = self.run_it("--sign", "--log-file", self.path("none/log"))
        self.assert_unusable(done, "none/log")

    def test_an_openssl_without_hmac_is_no_verdict(self):
        config = self.write("openssl.cnf", b"openssl_conf = all\n[all]\nalg_section = algorithms\n"
                                           b"[algorithms]\ndefault_properties = fips=yes\n")
        environment = {**self.environment, "OPENSSL_CONF": config}
        for asked in (("--sign",), ("--signature", SIGNED)):
            done = self.run_it(*asked, environment=environment)
            self.assert_unusable(done, "HMAC-SHA-256", "libssl3")


if __name__ == "__main__":
    unittest.main()
