"""A real application in two versions, and what must hold whatever a fault does to a deployment."""
import glob
import os
import shutil
import sqlite3

from app import Site
from beside import BlueGreenSite
from injection import HANGS

RESHAPE = ('with connection:\n'
           '    columns = [row[1] for row in connection.execute("PRAGMA table_info(entries)")]\n'
           '    if "kcal" not in columns:\n'
           '        connection.execute("ALTER TABLE entries ADD COLUMN kcal INTEGER")\n')
STATE = {"history.jsonl", "lock", "gate", "app.pid", "app.log", "app.log.1", "app.starting",
         "verification", "colours", "blue", "green"}
# An expired backup, over which the next one is made.
TAKEN_UP = {".backup.partial", "data.backup.partial", "logs.backup.partial"}
HALF_MADE = (".partial", ".restoring", ".removing", ".lock", ".new", ".cloning", ".journal")


class World:
    """Two versions of an application that differ in code, in the database's shape and, where asked, in
    the environment."""

    new_site = Site

    def __init__(self, with_environment=False, root=None):
        self.site = self.new_site(root)
        self.must(self.site.update())
        self.commits = {1: self.site.head()}
        with open(os.path.join(self.site.source, "init_db.py"), encoding="utf-8") as file:
            self.site.write("init_db.py", file.read() + RESHAPE)
        if with_environment:
            self.site.write("requirements.txt", "gunicorn\nflask\n")
        self.commits[2] = self.site.push_version(2)
        self.must(self.site.update())
        self.environments = {2: self.environment()}
        self.back()
        self.environments[1] = self.environment()

    @staticmethod
    def must(result):
        assert result.code == 0, result

    def environment(self):
        return os.readlink(os.path.join(self.site.app, "venv"))

    def back(self):
        self.must(self.site.rollback("--restore-data"))

    def forth(self):
        self.must(self.site.update("--force"))

    def go_to(self, version):
        """As a user would go there; what was set aside has been looked at."""
        for path in glob.glob(f"{self.site.app}/data.replaced.*"):
            shutil.rmtree(path)
        if self.site.version() != version:
            self.forth() if version == 2 else self.back()
        for path in glob.glob(f"{self.site.app}/data.replaced.*"):
            shutil.rmtree(path)

    def rows(self):
        """Live, and set aside."""
        names = set()
        for directory in [f"{self.site.app}/data", *glob.glob(f"{self.site.app}/data.replaced.*")]:
            connection = sqlite3.connect(f"{directory}/nutrition.db", timeout=10)
            names |= {row[0] for row in connection.execute("SELECT name FROM entries")}
            connection.close()
        return names

    def after_recovery(self):
        """What starts the application, where that is nobody's business but the boot's."""

    def is_reshaped(self):
        connection = sqlite3.connect(f"{self.site.app}/data/nutrition.db", timeout=10)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(entries)")]
        connection.close()
        return "kcal" in columns

    def has_wrong_database(self, version):
        return self.is_reshaped() != (version == 2)

    def left_over(self):
        names = [name for name in os.listdir(self.site.app)
                 if name not in TAKEN_UP and
                 (name.endswith(HALF_MADE) or name.startswith((".staging", ".compare")))]
        return names + sorted(set(os.listdir(self.site.state)) - STATE)

    def wrong(self, code, start, target, rows):
        """What does not hold once the user's recovery has run; empty when all is well. `code` is what
        the command said, nothing where it did not get to say anything."""
        if code == HANGS:
            return "it hangs"
        recovered = self.site.rollback("--resume")
        if recovered.code != 0:
            return f"recovery: {recovered}"
        self.after_recovery()
        try:
            version = self.site.version()
        except OSError as error:
            return f"the application is down: {error}"
        if version not in (start, target) or (code == 0 and version != target):
            return f"exit {code}, and version {version} runs"
        if code in (1, 2) and version != start:
            return f"exit {code}, but version {version} runs"
        if self.site.head() != self.commits[version]:
            return f"version {version} runs, and HEAD is {self.site.head()}"
        if self.site.git("status", "--porcelain", cwd=self.site.app):
            return "files are not the commit's"
        if self.environment() != self.environments[version]:
            if version == start or self.environment() == self.environments[start]:
                return f"version {version} runs with {self.environment()}"
            self.environments[version] = self.environment()  # built anew
        if self.has_wrong_database(version):
            return f"version {version} runs with the other's database"
        lost = rows - self.rows()
        if lost:
            return f"{len(lost)} acknowledged rows are lost"
        verified = self.site.run("backup", "--verify")
        if verified.code != 0:
            return f"a listed backup is not whole: {verified}"
        if self.left_over():
            return f"left over: {self.left_over()}"
        return self.wrong_history(version) or self.wrong_colours()

    def wrong_colours(self):
        """Of versions that take turns."""
        return ""

    def wrong_history(self, version):
        live = [one for one in self.site.history()
                if (one["command"], one["outcome"]) in (("update", "updated"),
                                                        ("rollback", "rolled-back"))]
        if live[-1]["to"]["commit"] != self.commits[version]:
            return f"version {version} runs, and the history ends with {live[-1]}"
        return ""


class KeptWorld(World):
    """Its clients wait at the socket while no version answers."""

    @staticmethod
    def new_site(root):
        site = Site(root)
        site.keep_socket()
        return site


class BlueGreenWorld(World):
    """Its versions take turns: the data never goes back while one of them writes."""
    new_site = BlueGreenSite

    def has_wrong_database(self, version):
        return version == 2 and not self.is_reshaped()

    def wrong_colours(self):
        live = self.site.live()
        running = [colour for colour in self.site.ports if self.site.runs(colour)]
        if running != [live] or self.site.may_run() != [live]:
            return f"nginx asks {live}, {running} run, {self.site.may_run()} may"
        return ""
