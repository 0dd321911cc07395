"""Repositories in a state that is unusual, or wrong in a way that an update mends."""
import os
import unittest

from deployed import DeployedOnce


class Works(DeployedOnce):
    """Each test deploys one version more."""

    number = 1

    def tearDown(self):
        self.git("checkout", "-q", "-f", "main")
        self.git("reset", "-q", "--hard", "origin/main")

    def git(self, *args):
        return self.site.git(*args, cwd=self.site.app)

    def path(self, *names):
        return os.path.join(self.site.app, ".git", *names)

    def assert_updates(self, *args, **keys):
        """To the next version, which leaves a clean tree."""
        type(self).number += 1
        wanted = self.site.push_version(self.number)
        for key, value in keys.items():
            os.environ[f"NUTRICOUNT_DEPLOY_{key.upper()}"] = value
            self.addCleanup(os.environ.pop, f"NUTRICOUNT_DEPLOY_{key.upper()}", None)
        done = self.site.update(*args)
        self.assertEqual(done.code, 0, done)
        self.assertEqual(self.site.head(), wanted)
        self.assertEqual(self.site.version(), self.number)
        self.assertEqual(self.git("status", "--porcelain"), "")
        return done

    def test_a_damaged_index(self):
        with open(self.path("index"), "rb") as file:
            good = file.read()
        for bad in (b"", b"not an index", good[:len(good) // 2], bytes(len(good)), None):
            with self.subTest(bad=bad and bad[:12]):
                if bad is None:
                    os.remove(self.path("index"))
                else:
                    with open(self.path("index"), "wb") as file:
                        file.write(bad)
                done = self.assert_updates()
                self.assertNotIn("changes.backup", str(os.listdir(self.site.app)), done)

    def test_a_detached_head(self):
        self.git("checkout", "-q", "--detach")
        main = self.git("rev-parse", "main")
        self.assert_updates()
        self.assertEqual(self.git("rev-parse", "--abbrev-ref", "HEAD"), "HEAD")  # as reset --hard
        self.assertEqual(self.git("rev-parse", "main"), main)

    def test_another_branch(self):
        """It moves, as with reset --hard; where it was is kept."""
        self.git("checkout", "-q", "-b", "by-hand")
        self.git("commit", "-q", "--allow-empty", "-m", "By hand")
        by_hand = self.site.head()
        self.assert_updates()
        self.assertEqual(self.git("rev-parse", "--abbrev-ref", "HEAD"), "by-hand")
        self.assertEqual(self.git("rev-parse", f"refs/nutricount-deploy/{by_hand}"), by_hand)

    def test_a_force_pushed_branch(self):
        before = self.site.head()
        self.site.git("commit", "-q", "--amend", "--allow-empty", "-m", "Another history")
        self.site.git("push", "-q", "-f", self.site.origin, "HEAD:refs/heads/main")
        self.assert_updates()
        self.assertEqual(self.git("rev-parse", f"refs/nutricount-deploy/{before}"), before)
        self.assertEqual(self.git("cat-file", "-t", before), "commit")

    def test_a_sparse_checkout(self):
        """Every file is there afterwards: which ones an application needs, nobody knows."""
        self.git("sparse-checkout", "set", "--no-cone", "/*", "!/init_db.py")
        self.addCleanup(self.git, "sparse-checkout", "disable")
        self.assertFalse(os.path.exists(os.path.join(self.site.app, "init_db.py")))
        self.assert_updates()
        self.assertTrue(os.path.exists(os.path.join(self.site.app, "init_db.py")))

    def test_configuration_of_a_worktree(self):
        self.git("config", "extensions.worktreeConfig", "true")
        self.addCleanup(self.git, "config", "--unset", "extensions.worktreeConfig")
        self.assert_updates()
        # In this format libgit2 must know the extension: 1.5 does not, and says so.
        self.git("config", "core.repositoryformatversion", "1")
        self.addCleanup(self.git, "config", "core.repositoryformatversion", "0")
        done = self.site.update("--dry-run")
        if done.code != 0:
            self.assertEqual(done.code, 2, done)
            self.assertIn("config --unset extensions.worktreeconfig", done.err)

    def test_a_merge_and_a_rebase_under_way(self):
        with open(self.path("MERGE_HEAD"), "w", encoding="ascii") as file:
            file.write(self.site.head() + "\n")
        self.assert_updates()
        self.assertFalse(os.path.exists(self.path("MERGE_HEAD")))

    def test_git_elsewhere(self):
        elsewhere = os.path.join(self.site.root, "elsewhere.git")
        os.rename(self.path(), elsewhere)
        os.symlink(elsewhere, self.path())
        self.assert_updates()
        os.remove(self.path())
        os.rename(elsewhere, self.path())

    def test_a_link_to_the_directory_and_a_slash(self):
        link = os.path.join(self.site.root, "link")
        os.symlink(self.site.app, link)
        self.assert_updates(app_directory=link)
        self.assert_updates(app_directory=self.site.app + "/")
        self.assertTrue(os.path.islink(link))
        self.assertEqual([name for name in os.listdir(self.site.root) if "clon" in name], [])

    def test_what_killed_gits_left(self):
        names = ["index.lock", "HEAD.lock", "config.lock", "packed-refs.lock",
                 "refs/heads/main.lock", "refs/remotes/origin/main.lock",
                 "objects/pack/pack_git2_abc", "objects/pack/tmp_pack_abc"]
        for name in names:
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            with open(self.path(name), "w", encoding="ascii"):
                pass
        done = self.assert_updates()
        for name in names:
            self.assertFalse(os.path.exists(self.path(name)), name)
            self.assertIn(f"removed {self.path(name)}, which a killed git left behind", done.out)

    def test_lfs_that_no_file_uses(self):
        self.site.write(".gitattributes", "*.jpg filter=lfs diff=lfs merge=lfs -text\n")
        self.site.write("notes.txt", "version https://git-lfs.github.com/ is where it is\n")
        self.assert_updates()

    def test_hooks_do_not_run(self):
        ran = os.path.join(self.site.root, "ran")
        for name in ("post-checkout", "post-merge", "reference-transaction"):
            os.makedirs(self.path("hooks"), exist_ok=True)
            with open(self.path("hooks", name), "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\ntouch {ran}\n")
            os.chmod(self.path("hooks", name), 0o755)
            self.addCleanup(os.remove, self.path("hooks", name))
        self.assert_updates()
        self.assertFalse(os.path.exists(ran))


if __name__ == "__main__":
    unittest.main()
