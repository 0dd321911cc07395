"""Fetching from real servers, and what is said when that fails."""
import os
import unittest

from app import Site
from servers import Http, Misbehaving, Ssh

TOKEN = "SENTINEL-token-0123456789"


class Remote(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.close)
        # Only the repository matters here: no environment, and the application is /bin/true's.
        self.site.git("clone", "-q", self.site.origin, self.site.app, cwd=self.site.root)
        self.wanted = self.site.push_version(2)

    def serve(self, server):
        self.addCleanup(server.close)
        return server

    def fetch(self, url, *args, **source):
        self.site.git("remote", "set-url", "origin", url, cwd=self.site.app)
        keys = "\n".join(f'{key} = "{value}"' for key, value in source.items())
        self.site.configure(source=keys, python='environment = ""')
        return self.site.update("--dry-run", *args)

    def assert_fetched(self, done):
        self.assertEqual(done.code, 0, done)
        self.assertIn(self.wanted[:7], done.out)
        self.assertEqual(self.site.git("rev-parse", "origin/main", cwd=self.site.app), self.wanted)

    def assert_refused(self, done, *words):
        self.assertIn(done.code, (1, 2), done)
        self.assertRegex(done.err, r"error: .*\n  hint: .+")
        for word in words:
            self.assertIn(word, done.err)
        self.assertNotIn("SENTINEL", done.out + done.err)


class Web(Remote):
    def test_http(self):
        server = self.serve(Http(self.site.root))
        self.assert_fetched(self.fetch(server.url("origin.git")))

    def test_https_with_an_authority_of_ones_own(self):
        server = self.serve(Http(self.site.root, tls=True))
        url = server.url("origin.git")
        self.assert_refused(self.fetch(url), "cannot be trusted", "source.ca_file")
        self.assert_fetched(self.fetch(url, ca_file=server.ca_file))

    def test_https_with_a_token(self):
        server = self.serve(Http(self.site.root, tls=True, token=TOKEN))
        url, token = server.url("origin.git"), os.path.join(self.site.root, "token")
        self.assert_refused(self.fetch(url, ca_file=server.ca_file), "asks for a token")
        for text, mode in ((TOKEN + "\n", 0o644), (TOKEN + "\n", 0o600), ("SENTINEL-other", 0o600)):
            with open(token, "w", encoding="ascii") as file:
                file.write(text)
            os.chmod(token, mode)
            done = self.fetch(url, ca_file=server.ca_file, token_file=token)
            if mode == 0o644:
                self.assert_refused(done, "can be read by others", "chmod 600")
            elif "other" in text:
                self.assert_refused(done, "refuses the token")
            else:
                self.assert_fetched(done)

    def test_no_such_repository_or_branch(self):
        server = self.serve(Http(self.site.root))
        self.assert_refused(self.fetch(server.url("other.git")), "other.git")
        self.assert_refused(self.fetch(server.url("origin.git"), branch="nope"), "nope")

    def test_refused_and_unknown_host(self):
        self.assert_refused(self.fetch("http://127.0.0.1:1/x.git"), "127.0.0.1:1")
        self.assert_refused(self.fetch("http://me:SENTINEL@127.0.0.1:1/x.git"), "127.0.0.1:1")
        # libgit2 quotes an address that it cannot take apart.
        for url in ("https://me:pa/SENTINEL@127.0.0.1/x.git", "https://me:SENTINEL@127.0.0.1:99999/x"):
            self.assert_refused(self.fetch(url), "malformed URL")

    def test_servers_that_hang_are_cut_off(self):
        for drips in (False, True):
            server = self.serve(Misbehaving(drips))
            done = self.fetch(server.url("x.git"), "--timeout", "1s")
            self.assert_refused(done, str(server.port), "within 1s")


class Shell(Remote):
    def test_keys(self):
        for kind in ("ed25519", "ecdsa"):
            with self.subTest(kind=kind):
                server = self.serve(Ssh(kind))
                url = server.url(self.site.origin)
                self.assert_refused(self.fetch(url, ssh_key=server.key), "known_hosts")
                self.enterContext(server.known())
                self.assert_fetched(self.fetch(url, ssh_key=server.key))

    def test_a_key_that_is_not_accepted(self):
        server, other = self.serve(Ssh("ed25519")), self.serve(Ssh("ed25519"))
        self.enterContext(server.known())
        done = self.fetch(server.url(self.site.origin), ssh_key=other.key)
        self.assert_refused(done, "lets nobody in")


if __name__ == "__main__":
    unittest.main()
