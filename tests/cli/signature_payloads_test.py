"""What `verify-signature` reads: against openssl, of any size, from any kind of file, and none at all."""
import os
import signal
import subprocess
import time
import unittest

from signing import BINARY, PAYLOAD, SIGNED, Signing

MIB = 1 << 20


class Payloads(Signing):
    def test_every_byte_counts_as_openssl_counts_it(self):
        every = bytes(range(256))
        payloads = [b"", b"{}", b"{}\n", b"{}\r\n", b"{}\n\n", b"\0", b"\0\0", b"a\0b", b"a",
                    b"\xef\xbb\xbf{}", "ä".encode(), every, every * 1000, b"x" * 65536,
                    b"x" * 65537]
        for payload in payloads:
            with self.subTest(payload=payload[:10], size=len(payload)):
                signed = self.openssl(payload)
                file = self.write("payload", payload)
                for args in ((), ("-",), (file,), ("--", file)):
                    self.assertEqual(self.sign(*args, payload=payload), signed)
                done = self.run_it("--signature", signed, file)
                self.assertEqual(done.returncode, 0, done)
        self.assertEqual(len({self.sign(payload=payload) for payload in payloads}), len(payloads))

    def test_a_file_may_have_the_name_of_a_command(self):
        for name in ("update", "health", "verify-signature", "-x"):
            self.write(name, PAYLOAD)
            args = ("--", name) if name == "-x" else (name,)
            self.assertEqual(self.sign(*args, cwd=self.root, payload=b"no"), SIGNED)

    def peak(self, *args, chunks=()):
        """What signing printed, and its peak memory in bytes; `chunks` go to its stdin."""
        argv = ["time", "-f", "%M", "-o", self.path("peak"), BINARY, "verify-signature", "--sign"]
        with subprocess.Popen([*argv, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env=self.surroundings()) as process:
            for chunk in chunks:
                process.stdin.write(chunk)
            process.stdin.close()
            out = process.stdout.read().decode().strip()
            self.assertEqual(process.wait(), 0)
        with open(self.path("peak"), encoding="utf-8") as file:
            return out, 1024 * int(file.read())

    def test_memory_does_not_grow_with_the_payload(self):
        size, chunk = 300, os.urandom(MIB)
        small, least = self.peak(chunks=[chunk])
        self.assertEqual(small, self.openssl(chunk))
        large, peak = self.peak(chunks=(chunk for _ in range(size)))
        self.assertEqual(large, self.openssl(chunk * size))
        self.assertLess(peak, least + MIB)
        with open(self.path("sparse"), "wb") as file:
            file.truncate(size * MIB)
        signed, peak = self.peak(self.path("sparse"))
        self.assertEqual(signed, self.openssl(bytes(size * MIB)))
        self.assertLess(peak, least + MIB)

    def test_a_fifo_is_waited_for_and_comes_in_pieces(self):
        os.mkfifo(self.path("fifo"))
        with subprocess.Popen([BINARY, "verify-signature", "--sign", self.path("fifo")],
                              stdout=subprocess.PIPE, env=self.surroundings()) as process:
            time.sleep(0.2)
            self.assertIsNone(process.poll())
            with open(self.path("fifo"), "wb", buffering=0) as fifo:
                for byte in PAYLOAD:
                    fifo.write(bytes([byte]))
                    time.sleep(0.01)
            self.assertEqual(process.stdout.read().decode().strip(), SIGNED)

    def test_what_cannot_be_read(self):
        os.mkdir(self.path("directory"))
        for args, words in (((self.path("none"),), "No such file"), (("none/x",), "No such file"),
                            ((self.path("directory"),), "Is a directory"),
                            (("x" * 300,), "File name too long"),
                            (("/proc/self/mem",), "Input/output error")):
            for asked in (("--sign",), ("--signature", SIGNED)):
                self.assert_unusable(self.run_it(*asked, *args), "cannot read", words)
        # Nothing can be said of a file that is not there, whatever the signature looks like.
        self.assert_unusable(self.run_it("--signature", "sha1=0", self.path("none")), "No such file")

    @unittest.skipIf(os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"), "no setpriv")
    def test_what_may_not_be_read(self):
        file = self.write("payload", PAYLOAD, mode=0)
        os.chmod(self.root, 0o755)
        prefix = ()
        if os.geteuid() == 0:
            prefix = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        self.assert_unusable(self.run_it("--sign", file, prefix=prefix), "Permission denied")

    def test_a_disk_that_fails_on_the_way(self):
        file = self.write("payload", b"x" * 10 * MIB)
        prefix = ("strace", "-o", "/dev/null", "-P", file, "-e", "trace=read",
                  "-e", "inject=read:error=EIO:when=5")
        for asked in (("--sign",), ("--signature", self.openssl(b"x" * 10 * MIB))):
            self.assertEqual(self.run_it(*asked, file).returncode, 0)
            self.assert_unusable(self.run_it(*asked, file, prefix=prefix), f"cannot read {file}")

    def test_a_closed_stdin_is_no_empty_payload(self):
        done = self.run_it("--sign", payload=None, prefix=("sh", "-c", 'exec "$@" <&-', "sh"))
        self.assert_unusable(done, "cannot read stdin")

    def test_it_can_be_interrupted_while_it_waits(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with subprocess.Popen([BINARY, "verify-signature", "--sign"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=self.surroundings()) as process:
                process.stdin.write(PAYLOAD)
                process.stdin.flush()
                time.sleep(0.3)
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=10), code)
                self.assertEqual(process.stdout.read(), b"")


if __name__ == "__main__":
    unittest.main()
