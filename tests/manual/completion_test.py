"""What bash, zsh and fish offer, asked in these shells: what --help has, and what a real site has."""
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

import programs
from app import Site

HERE = os.path.dirname(os.path.abspath(__file__))
COMPLETIONS = os.path.join(HERE, "..", "..", "completions")
WORDS = {"--color": "auto always never", "--format": "text json prometheus html"}
# A name that git allows, and that a shell would obey.
HOSTILE = "v$(touch${IFS}obeyed)"


def bash(lines, completions, environment):
    """As readline has the words: `=` is one of its own, and the last one is begun."""
    script = ['for one in "$@"; do source "$one"; done']
    for line in lines:
        words = [shlex.quote(word) for word in re.findall(r"=|[^\s=]+", line)]
        if line.endswith((" ", "=")):
            words.append("''")
        function = "_" + words[0].replace("-", "_")
        script.append(f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; COMPREPLY=(); "
                      f"{function}; printf '%s\\n' \"${{COMPREPLY[@]}}\"; echo =end=")
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(script), "bash",
         *(os.path.join(completions, f"{name}.bash") for name in programs.BINARIES)],
        env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout.split("=end=\n")[:-1], done.stderr


def zsh(lines, completions, environment):
    done = subprocess.run(
        ["zsh", "-f", os.path.join(HERE, "offered.zsh"), completions,
         environment["PATH"].split(":")[0]],
        input="".join(line + "\n" for line in lines), env=environment, capture_output=True,
        text=True, timeout=240, check=False)
    return done.stdout.split("=end=\n")[:-1], done.stderr


def fish(lines, completions, environment):
    script = [f"source {completions}/{name}.fish" for name in programs.BINARIES]
    script += [f"complete -C {shlex.quote(line)}; echo =end=" for line in lines]
    done = subprocess.run(["fish", "--no-config", "-c", "\n".join(script)], env=environment,
                          capture_output=True, text=True, timeout=120, check=False)
    answers = done.stdout.split("=end=\n")[:-1]
    return ["\n".join(one.split("\t")[0] for one in answer.splitlines()) for answer in answers], \
        done.stderr


class Offers:
    """Of one shell, which `ask` and `shell` are."""

    @classmethod
    def setUpClass(cls):
        if not shutil.which(cls.shell):
            raise unittest.SkipTest(f"{cls.shell} is not installed")
        cls.root = tempfile.mkdtemp(prefix="nutricount-completion-")
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        for name, binary in programs.BINARIES.items():
            os.symlink(binary, os.path.join(cls.root, name))
        cls.environment = {**os.environ, "PATH": f"{cls.root}:{os.environ['PATH']}",
                           "HOME": cls.root, "XDG_CONFIG_HOME": cls.root}

    def offered(self, *lines, completions=os.path.abspath(COMPLETIONS)):
        """Of each line, what is offered at its end. Whatever a shell adds to an option goes."""
        answers, errors = type(self).ask(lines, completions, self.environment)
        self.assertEqual((len(answers), errors), (len(lines), ""))
        return [{one[:-1] if one.startswith("--") and one.endswith("=") else one
                 for one in answer.split("\n") if one} for answer in answers]

    def differences(self, **more):
        """Between the options and commands that are offered and those of --help, both ways."""
        commands = programs.names_in(programs.help_of("nutricount-deploy"), "Subcommands")
        lines = {"nutricount-deploy ": set(commands)}
        for words in (["nutricount-deploy"], ["nutricount-webhook"],
                      *(["nutricount-deploy", name] for name in commands)):
            options = programs.options_of(programs.help_of(*words))
            lines[" ".join(words) + " -"] = set(options) | {form[0] for form in options.values()
                                                            if form[0]}
        return {line: offered ^ lines[line]
                for line, offered in zip(lines, self.offered(*lines, **more))
                if offered != lines[line]}

    def test_options_and_commands_are_those_of_help(self):
        self.assertEqual(self.differences(), {})

    def test_a_completion_that_is_wrong_is_found(self):
        for old, new in (("keep", "keeps"), ("metrics", "numbers")):
            with tempfile.TemporaryDirectory() as root:
                copy = shutil.copytree(COMPLETIONS, os.path.join(root, "completions"))
                for name in self.files:
                    path = os.path.join(copy, name)
                    with open(path, encoding="utf-8") as file:
                        text = file.read()
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(re.sub(rf"\b{old}\b(?![-\]])", new, text))
                found = set().union(*self.differences(completions=copy).values())
            self.assertTrue(any(old in one for one in found), found)
            self.assertTrue(any(new in one for one in found), found)

    def test_values_of_options(self):
        lines = [f"nutricount-deploy metrics {option}{mark}" for option in WORDS for mark in " ="]
        for line, offered in zip(lines, self.offered(*lines)):
            words = WORDS[re.search(r"--\w+", line)[0]]
            self.assertEqual({one.rpartition("=")[2] for one in offered}, set(words.split()), line)
            self.assertIn(words.split()[-2] + " or " + words.split()[-1],
                          programs.help_of("nutricount-deploy", "metrics"))

    def test_a_value_is_no_command(self):
        [offered] = self.offered("nutricount-deploy --log-file update health -")
        self.assertIn("--probation", offered)
        self.assertNotIn("--force", offered)

    def test_files(self):
        lines = [f"{line} {os.path.abspath(COMPLETIONS)}/CMake"
                 for line in ("nutricount-deploy -c", "nutricount-deploy metrics --output",
                              "nutricount-deploy verify-signature", "nutricount-webhook --secret-file")]
        for line, offered in zip(lines, self.offered(*lines)):
            self.assertEqual({os.path.basename(one) for one in offered}, {"CMakeLists.txt"}, line)

    def test_nothing_where_there_is_no_site(self):
        nowhere = f"-c {self.root}/none.toml"
        self.assertEqual(self.offered(f"nutricount-deploy rollback {nowhere} --to ",
                                      f"nutricount-deploy backup {nowhere} --verify ",
                                      f"nutricount-deploy update {nowhere} --to ",
                                      "nutricount-deploy health --retries "), [set()] * 4)


class Live:
    """One real site, which three shells are asked about."""

    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        done = cls.site.update()
        assert done.code == 0, done
        cls.site.push_version(2)
        cls.site.git("push", "-q", cls.site.origin, "HEAD:refs/heads/next", f"HEAD:refs/tags/{HOSTILE}")
        assert cls.site.update("--to", "next").code == 0
        assert cls.site.run("backup").code == 0
        os.mkdir(os.path.join(cls.site.app, "data.backup.20200101_000000"))  # of before: unverified

    def test_values_of_the_site(self):
        site = self.site
        points = site.rollback("--list", "--json").json()["points"]
        backups = site.run("backup", "--list", "--json").json()["backups"]
        self.assertEqual((len(points), len(backups)), (4, 3))
        expected = [{one["id"] for one in points if one["verifiable"]},
                    {one["backup"] for one in backups if one["complete"]}, {"main", "next", HOSTILE}]
        lines = ["rollback{} --to ", "backup{} --verify ", "update{} --to "]
        for shell in (Bash, Zsh, Fish):
            with self.subTest(shell=shell.shell):
                shell.setUpClass()
                self.addCleanup(shell.doClassCleanups)
                one = shell()
                where = f" -c {site.config}"
                offered = one.offered(
                    *(f"nutricount-deploy {line.format(where)}" for line in lines),
                    *(f"nutricount-deploy{where} {line.format('')}" for line in lines),
                    f"nutricount-deploy --config={site.config} update --to ne")
                if shell is not Fish:  # they offer what is to be inserted
                    offered = [{shlex.split(name)[0] for name in names} for names in offered]
                self.assertEqual(offered, [*expected, *expected, {"next"}])
                self.assertFalse(os.path.exists("obeyed"))


class Bash(Offers, unittest.TestCase):
    shell, ask, files = "bash", bash, ("nutricount-deploy.bash",)

    def test_shellcheck(self):
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed")
        done = subprocess.run(["shellcheck", *(os.path.join(COMPLETIONS, f"{name}.bash")
                                               for name in programs.BINARIES)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout + done.stderr, "")


class Zsh(Offers, unittest.TestCase):
    shell, ask, files = "zsh", zsh, ("_nutricount-deploy",)


class Fish(Offers, unittest.TestCase):
    shell, ask, files = "fish", fish, ("nutricount-deploy.fish",)


class Values(Live, unittest.TestCase):
    pass


if __name__ == "__main__":
    unittest.main()
