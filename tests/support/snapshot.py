"""What a directory tree is, to the byte: for tests that nothing was changed."""
import os
import stat

# What a fetch may add to. All else of git's - HEAD, the index, the branches - must stay.
FETCHED = (".git/objects", ".git/refs/remotes", ".git/refs/tags", ".git/logs/refs/remotes",
           ".git/FETCH_HEAD", ".git/packed-refs")


def describe(path):
    """Any change of content, mode, owner or name changes the time of change (ctime) too."""
    found = os.lstat(path)
    about = (found.st_mode, found.st_uid, found.st_ino)
    if stat.S_ISDIR(found.st_mode):
        return about + (tuple(sorted(os.listdir(path))),)
    return about + (found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class Snapshot:
    """Paths below the roots, with everything that lstat(2) knows but the time of access."""

    def __init__(self, *roots, without=()):
        self.known = {}
        for root in roots:
            self._add(root, tuple(os.path.join(root, name) for name in without))

    def _add(self, path, without):
        if path in without or not os.path.lexists(path):
            return
        self.known[path] = describe(path)
        if os.path.isdir(path) and not os.path.islink(path):
            for name in os.listdir(path):
                self._add(os.path.join(path, name), without)

    def changes(self, other):
        """What differs, as lines."""
        paths = sorted(set(self.known) | set(other.known))
        return [f"{path}: {self.known.get(path)} -> {other.known.get(path)}" for path in paths
                if self.known.get(path) != other.known.get(path)]
