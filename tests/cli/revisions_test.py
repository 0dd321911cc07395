"""What --to and --expect must refuse, and the odd revisions that they must not."""
import hashlib
import os
import unittest

from refusals import Refusals


def blob_beginning_with(digits):
    """Content whose blob's id begins with these hexadecimal digits."""
    for number in range(1 << 24):
        content = b"%d" % number
        if hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest().startswith(digits):
            return content
    raise AssertionError(f"no blob begins with {digits}")


class Revisions(Refusals):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        git, site = cls.site.git, cls.site
        cls.tree, cls.blob = (git("rev-parse", name) for name in ("HEAD^{tree}", "HEAD:app.py"))
        git("tag", "of-a-tree", cls.tree)
        git("tag", "-m", "x", "of-a-blob", cls.blob)
        git("checkout", "-q", "-b", "other")
        cls.elsewhere = site.commit("On another branch")
        git("push", "-q", site.origin, "other", "--tags")
        # Here, and on no branch of the remote's.
        cls.local = git("commit-tree", "-m", "Only here", "-p", "HEAD", "HEAD^{tree}", cwd=site.app)
        git("branch", "only-here", cls.local, cwd=site.app)
        cls.head = site.head()
        content = blob_beginning_with(cls.head[:4])
        with open(os.path.join(site.root, "blob"), "wb") as file:
            file.write(content)
        git("hash-object", "-w", os.path.join(site.root, "blob"), cwd=site.app)
        cls.before = cls.look()

    def refuse(self, option, value, *words, codes=(2,)):
        with self.subTest(option=option, value=value):
            done = self.run_it("update", "-c", self.site.config, option, value)
            self.assert_refused(done, *words, codes=codes)

    def test_what_names_nothing(self):
        for value in ("nope", "v9", "0" * 40, "abcdef0123", "refs/heads/none", "123", "f" * 41):
            self.refuse("--to", value, f'origin has no commit, tag or branch "{value}"')

    def test_what_names_something_of_this_clone_only(self):
        for value in ("HEAD", "@", "HEAD~1", "HEAD^", "main~1", "main^{tree}", "main^{commit}",
                      "@{-1}", "main@{1}", "@{u}", "main..x", "main...x", "^main", ":/Version",
                      "main:app.py", "FETCH_HEAD", "ORIG_HEAD", "only-here", "refs/heads/only-here",
                      "heads/main", "*", "ma*", "main.lock", "../main", "/main", "main/", "."):
            self.refuse("--to", value, f'"{value}"')

    def test_what_is_no_commit(self):
        self.refuse("--to", self.tree, f'"{self.tree}" is a tree, not a commit')
        self.refuse("--to", self.tree[:12], "is a tree, not a commit")
        self.refuse("--to", self.blob, f'"{self.blob}" is a blob, not a commit')
        self.refuse("--to", "of-a-tree", '"of-a-tree" is a tree, not a commit')
        self.refuse("--to", "of-a-blob", '"of-a-blob" is a blob, not a commit')

    def test_an_ambiguous_id(self):
        self.refuse("--to", self.head[:4], f'"{self.head[:4]}" is ambiguous')

    def test_a_commit_that_the_remote_does_not_have(self):
        self.refuse("--to", self.local, f"commit {self.local} is on no branch or tag of origin")
        self.refuse("--to", self.local[:10], self.local)

    def test_an_expected_commit_that_is_not_on_the_branch(self):
        for commit in (self.elsewhere, self.local, self.tree, "0" * 40, "F" * 40):
            self.refuse("--expect", commit, commit.lower(), "is not on origin/main", codes=(1,))

    def test_a_branch_that_is_not_there(self):
        done = self.run_it("update", "-c", self.site.config,
                           environment={"NUTRICOUNT_DEPLOY_SOURCE_BRANCH": "nope"})
        self.assert_refused(done, 'has no branch "nope"', "set source.branch to one of: main, other")


class Accepted(Refusals):
    """Deployed one after the other: each is another commit than the one before."""

    def deploy(self, wanted, *args):
        done = self.site.update(*args)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.head(), wanted)

    def test_tags_branches_and_ids(self):
        git = self.site.git
        third = self.site.push_version(3)
        git("tag", "-m", "inner", "inner", third)
        git("tag", "-m", "of a tag", "outer", "inner")
        git("push", "-q", self.site.origin, "--tags")
        tag = git("rev-parse", "outer")
        self.deploy(third, "--to", "outer")
        self.deploy(self.wanted, "--to", self.wanted[:7].upper())
        self.deploy(third, "--to", tag)  # the tag's own id
        self.deploy(self.wanted, "--to", self.wanted)
        self.deploy(third, "--to", "origin/main")
        self.deploy(self.wanted, "--to", self.wanted[:12])
        self.deploy(third, "--to", "main")
        self.assertEqual(self.site.version(), 3)

    def test_a_commit_of_this_clone_by_force(self):
        tree = self.site.git("rev-parse", "HEAD^{tree}", cwd=self.site.app)
        local = self.site.git("commit-tree", "-m", "Only here", tree, cwd=self.site.app)
        self.deploy(local, "--to", local, "--force")


if __name__ == "__main__":
    unittest.main()
