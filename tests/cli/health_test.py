"""`health` against real servers: every way in which an answer can go wrong, and what is said of it."""
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from answering import HEALTHY, Answering, Authority, never_accepting, reply
from app import BINARY, Result, free_port

LIMIT = "500ms"
ENOUGH = 4  # seconds in which a request of half a second is over on a busy machine, too


class Asking(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="nutricount-test-")
        cls.addClassCleanup(shutil.rmtree, cls.root)
        with open(f"{cls.root}/config.toml", "w", encoding="ascii"):
            pass  # the defaults

    def ask(self, url, *args, timeout="5s", environment=None):
        argv = [BINARY, "health", "-c", f"{self.root}/config.toml", "--url", url, "--timeout", timeout, *args]
        state = {"NUTRICOUNT_DEPLOY_STATE_DIRECTORY": f"{self.root}/state"}
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30,
                              env={**os.environ, **state, **(environment or {})})
        return Result(done.returncode, done.stdout, done.stderr)

    def url(self, server, path="/health"):
        return f"http://127.0.0.1:{server.port}{path}"

    def assert_healthy(self, done):
        self.assertEqual((done.code, done.out), (0, "ok Application is healthy\n"), done)

    def assert_unhealthy(self, done, reason):
        self.assertEqual(done.code, 1, done)
        self.assertRegex(done.out, rf"\Afailed Application health check failed: {reason}\n\Z")


class Answers(Asking):
    def test_healthy(self):
        with Answering(HEALTHY) as server:
            self.assert_healthy(self.ask(self.url(server)))
            self.assertRegex(server.requests[0], rb"\AGET /health HTTP/1.1\r\n")
            self.assertIn(b"\r\nHost: 127.0.0.1:%d\r\n" % server.port, server.requests[0])
        with Answering(b"HTTP/1.0 200 OK\r\n\r\nfine") as server:
            self.assert_healthy(self.ask(self.url(server)))
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        with Answering(chunked) as server:
            self.assert_healthy(self.ask(self.url(server)))

    def test_a_status_that_is_not_200(self):
        for status in ("401 Unauthorized", "404 Not Found", "500 Internal Server Error",
                       "503 Service Unavailable", "204 No Content"):
            with Answering(reply(status, b"")) as server:
                self.assert_unhealthy(self.ask(self.url(server)), f"HTTP {status[:3]}")

    def test_a_redirect_is_told_and_followed_only_where_the_settings_say_so(self):
        with Answering(HEALTHY) as goal:
            there = self.url(goal)
            with Answering(reply("301 Moved", more=f"Location: {there}?key=1\r\n")) as server:
                self.assert_unhealthy(self.ask(self.url(server)), f"HTTP 301 to {there}")
                self.assertEqual(goal.requests, [])
                followed = {"NUTRICOUNT_DEPLOY_HEALTH_FOLLOW_REDIRECTS": "true"}
                self.assert_healthy(self.ask(self.url(server), environment=followed))
        with Answering(lambda c: c.sendall(reply("302 Found", more="Location: /\r\n"))) as loop:
            self.assert_unhealthy(self.ask(self.url(loop), environment=followed),
                                  "more than 5 redirects")

    def test_a_body_that_says_no(self):
        for body, reason in ((b'{"status": "unhealthy"}', "the body says unhealthy"),
                             (b'{"status": 7}', "the body says 7"),
                             (b'{"status": ', r'the body is not JSON: \{"status": '),
                             (b"", "the body is not JSON: ")):
            with Answering(reply(body=body)) as server:
                self.assert_unhealthy(self.ask(self.url(server)), reason)

    def test_10_megabytes(self):
        with Answering(reply(body=b"x" * 10_000_000, kind="text/plain")) as server:
            self.assert_unhealthy(self.ask(self.url(server)), "the body is longer than 1.0 MiB")

    def test_what_is_not_http(self):
        for said in (b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 100, b"HTTP/1.1 OK\r\n\r\n"):
            with Answering(said) as server:
                self.assert_unhealthy(self.ask(self.url(server)), "that is not HTTP: .*")
        with Answering(b"") as server:
            self.assert_unhealthy(self.ask(self.url(server)),
                                  "the connection was closed without an answer")
        with Answering(HEALTHY[:-5]) as server:
            self.assert_unhealthy(self.ask(self.url(server)), "the connection broke off")

    def test_refused(self):
        url = f"http://127.0.0.1:{free_port()}/health"
        self.assert_unhealthy(self.ask(url), "connection refused")
        self.assert_unhealthy(self.ask(url.replace("http", "https")), "connection refused")

    def test_a_name_without_an_address(self):
        self.assert_unhealthy(self.ask("http://no-such-host.invalid/health?key=secret"),
                              "no address found for no-such-host.invalid")

    def test_ipv6_only(self):
        with Answering(HEALTHY, socket.AF_INET6) as server:
            self.assert_healthy(self.ask(f"http://[::1]:{server.port}/health"))
            self.assert_healthy(self.ask(f"http://localhost:{server.port}/health"))

    def test_a_unix_socket(self):
        path = f"{self.root}/my app.sock"
        url = f"http+unix://{path.replace('/', '%2F').replace(' ', '%20')}/health"
        self.assert_unhealthy(self.ask(url), "no such file or directory")
        with Answering(HEALTHY, socket.AF_UNIX, path) as server:
            self.assert_healthy(self.ask(url))
            self.assertIn(b"\r\nHost: localhost\r\n", server.requests[0])

    def test_a_proxy_is_not_for_this_machine(self):
        nobody = f"http://127.0.0.1:{free_port()}"
        proxies = {"http_proxy": nobody, "HTTPS_PROXY": nobody, "ALL_PROXY": nobody}
        with Answering(HEALTHY) as server:
            self.assert_healthy(self.ask(self.url(server), environment=proxies))
            followed = {"NUTRICOUNT_DEPLOY_HEALTH_FOLLOW_REDIRECTS": "true"}
            self.assert_healthy(self.ask(self.url(server), environment={**proxies, **followed}))
        with Answering(HEALTHY) as proxy:
            self.assert_healthy(self.ask("http://example.invalid/health", environment={
                "http_proxy": f"http://127.0.0.1:{proxy.port}"}))
            self.assertIn(b"GET http://example.invalid/health", proxy.requests[0])


class Deadlines(Asking):
    """One deadline for all of it, whatever the server does."""

    def assert_over(self, url, reason):
        started = time.monotonic()
        done = self.ask(url, timeout=LIMIT)
        self.assertLess(time.monotonic() - started, ENOUGH)
        self.assert_unhealthy(done, reason)

    def assert_hangs(self, speak, reason):
        with Answering(lambda connection: speak(server, connection)) as server:
            self.assert_over(self.url(server), reason)

    def test_no_connection(self):
        with never_accepting() as port:
            self.assert_over(f"http://127.0.0.1:{port}/", f"no connection within {LIMIT}")
            self.assert_over(f"https://127.0.0.1:{port}/", f"no connection within {LIMIT}")

    def test_no_header(self):
        self.assert_hangs(lambda server, c: server.rest(), f"no answer within {LIMIT}")

    def test_half_closed(self):
        def half_close(server, connection):
            connection.shutdown(socket.SHUT_RD)
            server.rest()
        self.assert_hangs(half_close, f"no answer within {LIMIT}")

    def test_a_header_that_drips(self):
        self.assert_hangs(lambda server, c: server.drip(c, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 99),
                          f"no answer within {LIMIT}")

    def test_a_body_that_hangs_and_one_that_drips(self):
        late = f"the answer was not complete within {LIMIT}"

        def hang(server, connection):
            connection.sendall(HEALTHY[:-5])
            server.rest()

        def drip(server, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            server.drip(connection, b"x" * 100)
        self.assert_hangs(hang, late)
        self.assert_hangs(drip, late)

    def test_an_endless_header_and_an_endless_body(self):
        def flood(connection, begin, data):
            connection.sendall(begin)
            for _ in range(2000):
                connection.sendall(data)
        with Answering(lambda c: flood(c, b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 5000)) as server:
            self.assert_over(self.url(server), "that is not HTTP: .*")
        with Answering(lambda c: flood(c, b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100_000)) as server:
            self.assert_over(self.url(server), "the body is longer than 1.0 MiB")

    def test_tls_that_never_begins(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(1)
            self.assert_over(f"https://127.0.0.1:{silent.getsockname()[1]}/",
                             f"no connection within {LIMIT}")

    def test_over_tls(self):
        place = tempfile.mkdtemp(dir=self.root)
        authority = Authority(place)
        trusted = {"NUTRICOUNT_DEPLOY_HEALTH_CA_FILE": authority.certificate}

        def drip(server, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            server.drip(connection, b"x" * 100)
        for speak, reason in ((lambda server, c: server.rest(), f"no answer within {LIMIT}"),
                              (drip, f"the answer was not complete within {LIMIT}")):
            with Answering(lambda c, speak=speak: speak(server, c),
                           chain=authority.signed("good")) as server:
                started = time.monotonic()
                done = self.ask(f"https://127.0.0.1:{server.port}/", timeout=LIMIT,
                                environment=trusted)
                self.assertLess(time.monotonic() - started, ENOUGH)
                self.assert_unhealthy(done, reason)


class Certificates(Asking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = Authority(cls.root)

    def ask_with(self, chain, host="127.0.0.1", trusted=True, speak=HEALTHY):
        with Answering(speak, chain=chain) as server:
            variables = {}
            if trusted:
                variables["NUTRICOUNT_DEPLOY_HEALTH_CA_FILE"] = self.authority.certificate
            return self.ask(f"https://{host}:{server.port}/health", environment=variables)

    def test_valid(self):
        good = self.authority.signed("good")
        self.assert_healthy(self.ask_with(good))
        self.assert_healthy(self.ask_with(good, "localhost"))
        self.assert_unhealthy(self.ask_with(good, speak=reply("503 Busy")), "HTTP 503")

    def test_of_an_authority_that_nobody_trusts(self):
        self.assert_unhealthy(self.ask_with(self.authority.signed("stranger"), trusted=False),
                              "its certificate is not valid: .*issuer.*")

    def test_expired_and_not_yet_valid(self):
        expired = self.authority.signed("expired", end="20200102000000Z")
        self.assert_unhealthy(self.ask_with(expired),
                              "its certificate is not valid: certificate has expired")
        early = self.authority.signed("early", start="20480101000000Z")
        self.assert_unhealthy(self.ask_with(early),
                              "its certificate is not valid: certificate is not yet valid")

    def test_of_another_host(self):
        with open(f"{self.root}/other", "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:other.example\n")
        other = self.authority.signed("other-host", subject="other")
        self.assert_unhealthy(self.ask_with(other), "its certificate is not valid: .*127.0.0.1.*")

    def test_a_file_of_authorities_that_is_none(self):
        with Answering(HEALTHY, chain=self.authority.signed("unread")) as server:
            done = self.ask(f"https://127.0.0.1:{server.port}/", environment={
                "NUTRICOUNT_DEPLOY_HEALTH_CA_FILE": f"{self.root}/none.pem"})
        self.assert_unhealthy(done, f"{self.root}/none.pem cannot be read as certificates")
