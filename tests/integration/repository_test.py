"""Repositories in a state that an update cannot start from: told before anything is touched."""
import os
import shutil
import unittest

from refusals import Refusals
from snapshot import Snapshot

POINTER = ("version https://git-lfs.github.com/spec/v1\n"
           "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
           "size 12345\n")


class Repository(Refusals):
    """The application goes on serving while its repository is spoilt, and put right again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.git_directory = os.path.join(cls.site.app, ".git")
        cls.saved = os.path.join(cls.site.root, "saved")
        shutil.copytree(cls.git_directory, cls.saved, symlinks=True)

    def tearDown(self):
        if os.path.islink(self.git_directory) or os.path.isfile(self.git_directory):
            os.remove(self.git_directory)
        shutil.rmtree(self.git_directory, ignore_errors=True)
        shutil.copytree(self.saved, self.git_directory, symlinks=True)
        super().tearDown()

    def git(self, *args):
        return self.site.git(*args, cwd=self.site.app)

    def path(self, *names):
        return os.path.join(self.git_directory, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)

    def replace_git(self, *clone_or_init):
        """Another repository's .git under the same files."""
        shutil.rmtree(self.git_directory)
        other = os.path.join(self.site.root, "other")
        self.site.git(*clone_or_init, other, cwd=self.site.root)
        os.rename(os.path.join(other, ".git"), self.git_directory)
        shutil.rmtree(other)

    def refuse(self, *words, codes=(2,), directory=None):
        before = Snapshot(self.git_directory)
        type(self).before = self.look()
        done = self.run_it("update", "-c", self.site.config, environment={
            "NUTRICOUNT_DEPLOY_APP_DIRECTORY": directory or self.site.app})
        self.assert_refused(done, *words, codes=codes)
        if codes == (2,):  # not even a fetch
            self.assertEqual(before.changes(Snapshot(self.git_directory)), [])


class Kinds(Repository):
    def url(self):
        return "file://" + self.site.origin

    def test_shallow(self):
        self.replace_git("clone", "-q", "--depth", "1", self.url())
        self.refuse(f"{self.site.app} is a shallow clone", f"git -C {self.site.app} fetch --unsh")

    def test_partial(self):
        self.site.git("config", "uploadpack.allowfilter", "true", cwd=self.site.origin)
        self.replace_git("clone", "-q", "--filter=blob:none", self.url())
        self.refuse(f"{self.site.app} is a partial clone", "--filter")

    def test_sha256(self):
        self.replace_git("init", "-q", "--object-format=sha256")
        self.refuse(f"{self.site.app} is a SHA-256 repository")

    def test_without_a_commit(self):
        self.replace_git("init", "-q")
        self.git("remote", "add", "origin", self.url())
        self.refuse(f"{self.site.app} has no commit yet", "refs/heads/main")

    def test_without_the_remote(self):
        self.git("remote", "rename", "origin", "upstream")
        self.refuse(f'{self.site.app} has no remote "origin"', "remote add origin URL")

    def test_bare(self):
        self.refuse(f"{self.site.origin} is a bare repository", directory=self.site.origin)

    def test_none(self):
        shutil.rmtree(self.git_directory)
        self.refuse(f"{self.site.app} is not a git repository")

    def test_part_of_another(self):
        data = os.path.join(self.site.app, "data")
        self.refuse(f"{data} lies inside the repository {self.site.app}", directory=data)

    def test_a_worktree_of_another(self):
        elsewhere = os.path.join(self.site.root, "elsewhere.git")
        os.rename(self.git_directory, elsewhere)
        self.addCleanup(shutil.rmtree, elsewhere)
        with open(self.git_directory, "w", encoding="ascii") as file:
            file.write(f"gitdir: {elsewhere}\n")
        self.refuse(f"{self.site.app} is a worktree or a submodule of another repository")

    def test_a_file_and_a_link_to_nothing(self):
        file = os.path.join(self.site.app, "app.py")
        self.refuse(f"{file} is not a directory", directory=file)
        link = os.path.join(self.site.root, "dangling")
        os.symlink("/nowhere/at/all", link)
        self.refuse(f"{link} is not a directory", directory=link)

    def test_an_extension_that_libgit2_does_not_know(self):
        self.git("config", "core.repositoryformatversion", "1")
        self.git("config", "extensions.frobnicate", "true")
        self.refuse("extensions.frobnicate", "config --unset extensions.frobnicate")

    def test_a_damaged_config(self):
        with open(self.path("config"), "a", encoding="ascii") as file:
            file.write("[broken\n")
        self.refuse(self.path("config"))


class Damage(Repository):
    def test_refs(self):
        head = self.site.head()
        for name, good in (("HEAD", "ref: refs/heads/main"), ("refs/heads/main", head),
                           ("refs/remotes/origin/main", head)):
            for text, words in (("", "is empty"), ("garbage\n", "is damaged"),
                                ("\0" * 41, "is damaged"), ("0123\n", "is damaged")):
                with self.subTest(name=name, text=text):
                    self.write(name, text)
                    self.refuse(f"{self.path(name)} {words}", "git fetch")
            self.write(name, good + "\n")

    def test_objects(self):
        head = self.site.head()
        shutil.rmtree(self.path("objects"))
        for name in ("objects/info", "objects/pack"):
            os.makedirs(self.path(name))
        self.refuse(head, "git fsck", codes=(1,))

    def test_a_lock_that_is_held(self):
        link = os.path.join(self.site.root, "link")
        os.symlink(self.site.app, link)
        self.addCleanup(os.remove, link)
        with open(self.path("index.lock"), "w", encoding="ascii"):
            for directory in (self.site.app, link):
                lock = os.path.join(directory, ".git", "index.lock")
                self.refuse(str(os.getpid()), lock, directory=directory, codes=(1,))
                self.assertTrue(os.path.exists(lock))


class Remotes(Repository):
    """What the remote has, and does not have."""

    def origin(self, *args):
        return self.site.git(*args, cwd=self.site.origin)

    def test_a_branch_that_is_gone(self):
        self.origin("branch", "-m", "main", "trunk")
        self.addCleanup(self.origin, "branch", "-m", "trunk", "main")
        self.refuse('origin.git has no branch "main"', "one of: trunk", codes=(2, 1))

    def test_empty(self):
        empty = os.path.join(self.site.root, "empty.git")
        self.site.git("init", "-q", "--bare", empty, cwd=self.site.root)
        self.git("remote", "set-url", "origin", "file://" + empty)
        self.refuse(f'{empty} has no branch "main"', "push the branch", codes=(2, 1))

    def test_without_an_address(self):
        self.git("config", "--unset", "remote.origin.url")
        self.refuse('"origin"', "set-url origin URL", codes=(1,))

    def test_files_in_lfs(self):
        before = self.site.git("rev-parse", "HEAD")
        self.site.write("static/.gitattributes", "*.jpg filter=lfs diff=lfs merge=lfs -text\n")
        self.site.write("static/apple.jpg", POINTER)
        commit = self.site.push("A picture")
        self.refuse(f"commit {commit[:7]} keeps files in Git LFS", "git lfs", codes=(1,))
        self.site.git("reset", "-q", "--hard", before)
        self.site.push("As it was", force=True)


if __name__ == "__main__":
    unittest.main()
