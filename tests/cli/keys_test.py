"""Every configuration key with what it must refuse, in the file and in the environment. The list of
keys is the program's own: one without a row here fails."""
import json
import os
import tomllib
import unittest

from refusals import Refusals

LONG = "x" * 5000
TEXT = ["a\nb", "a\0b", "\x1b[31m", "\x7f"]
NAME = ["", "a/b", "..", "x" * 256, *TEXT]
PATH = ["relative", "./x", "/", "/" + LONG, *("/" + text for text in TEXT)]
REF = ["", "-x", "a b", "a..b", "x.lock", "a~1", "@{-1}", "/a", "a/", LONG, *TEXT]
ADDRESS = ["http://", "http://:80", "http://a:0", "http://a:65536", "http://a:b", "http://a b/",
           "http://[::1", "http://a/\n", *TEXT]
DURATION = ["", "5", "0s", "-5s", "5 s", "1.5s", "99999999999999h", "9" * 40 + "s", LONG, *TEXT]
COMMAND = [[""], ["", "x"], ["x", "a\0b"]]

# key -> values of its type that are refused
VALUES = {
    "app.name": NAME,
    "app.directory": ["", *PATH],
    "app.units": [[], [""], ["nutricount"], ["a b.service"], ["../x.service"], ["x.mount"],
                  ["ok.service", "a\nb.service"]],
    "source.remote": REF,
    "source.branch": REF,
    "source.url": ["relative", "../x", "ftp://host/x", "file://x", "-u:x", "https://", "ssh://:1/x",
                   *TEXT],
    "source.ca_file": PATH,
    "source.token_file": PATH,
    "source.ssh_key": PATH,
    "python.environment": [name for name in NAME if name] + ["data"],
    "python.requirements": [["/etc/passwd"], ["../x"], ["a/../b"], [""], ["a\nb"], ["a\0b"]],
    "python.install": COMMAND,
    "python.interpreter": ["", *TEXT],
    "python.system_site_packages": [],
    "database.command": COMMAND,
    "database.backward_compatible": [],
    "backup.directory": ["", *PATH],
    "backup.include": [[], [""], ["a/b"], [".."], [".git"], ["logs"], ["data", "a\nb"]],
    "backup.restore": [[""], ["a/b"], ["other"], ["data", "a\nb"]],
    "backup.keep": [0, -1, 1001, 9223372036854775807],
    "backup.every": [value for value in DURATION if value != "0s"],
    "service.manager": ["", "Process", "upstart", LONG, *TEXT],
    "service.start": [[], *COMMAND],
    "service.listen": ["5000", "localhost:5000", ":5000", "127.0.0.1", "127.0.0.1:0",
                       "127.0.0.1:65536", "::1:5000", "[127.0.0.1]:5000", *TEXT],
    "service.stop_timeout": DURATION,
    "health.url": ["", "localhost:5000/health", "ftp://localhost/", *ADDRESS],
    "health.timeout": DURATION,
    "health.deadline": DURATION,
    "health.successes": [0, -1, 21],
    "health.ca_file": PATH,
    "health.follow_redirects": [],
    "health.critical": [[], [""], ["Disk"], ["disk", "a\nb"]],
    "health.disk_limit": [0, -1, 101],
    "health.memory_limit": [0, -1, 101],
    "health.temperature_limit": [0, -1, 151],
    "update.timeout": DURATION,
    "update.strategy": ["", "swarm", "Blue-green", LONG, *TEXT],
    "update.probation": [value for value in DURATION if value != "0s"],
    "blue_green.unit": ["", "diary.service", "@.service", "a@b.service", "a@.socket", LONG, *TEXT],
    "blue_green.blue_port": [0, -1, 65536],
    "blue_green.green_port": [0, -1, 65536],
    "blue_green.upstream": ["", *PATH],
    "blue_green.test": COMMAND,
    "blue_green.reload": [[], *COMMAND],
    "blue_green.drain": DURATION,
    "blue_green.shared": [[""], ["a/b"], [".."], ["data", "a\nb"]],
    "log.file": PATH,
    "state.directory": ["", *PATH],
    "notify.slack_url_file": PATH,
    "notify.discord_url_file": PATH,
    "notify.json_url_file": PATH,
    "notify.events": [[""], ["Failed"], ["failed", "a\nb"]],
    "metrics.disks": [[], [""], ["mnt"], ["/a\nb"]],
    "webhook.unit": ["hook", "a b.service", LONG, *TEXT],
    "webhook.listen": ["", "8080", "localhost", ":8080", "a:b", "a:0", "a:65536", *TEXT],
    "webhook.workflow": ["", *TEXT],
    "webhook.spool": ["", *PATH],
    "webhook.retry_delay": DURATION,
}
# The type of a key's default -> TOML of every other type, and text that is not of it.
WRONG_TYPES = {
    str: ["3", "true", "1.5", '["x"]', "{ a = 1 }", "2026-11-24"],
    list: ['"x"', "3", "true", "[1]", '["x", 1]', "[[]]", "{ a = 1 }"],
    int: ['"5"', "true", "1.5", "[5]", "{ a = 1 }"],
    bool: ['"true"', "1", "[true]", "{ a = 1 }"],
}
WRONG_TEXT = {
    str: [],
    list: ["[1]", '["x"', "['x'] 3", "[[]]"],
    int: ["", "five", "1.5", "0x", "9" * 30, "5\nother = 5", '"5"'],
    bool: ["", "yes", "1", "TRUE", '"true"'],
}


def toml(value):
    """As TOML writes it: JSON's strings, numbers and lists are the same."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


class Keys(Refusals):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.site.config, "rb") as file:
            cls.given = tomllib.load(file)
        cls.config = os.path.join(cls.site.root, "wrong.toml")

    def defaults(self):
        printed = self.run_it("--print-config", "--json", "-c", self.site.config).stdout
        return {key: one["value"] for key, one in json.loads(printed).items()}

    def write(self, key, value):
        """The site's configuration with one value, as TOML, replaced. Its line and column."""
        section, name = key.split(".")
        lines, place = [], None
        for title in sorted({*self.given, section}):
            lines.append(f"[{title}]")
            for other, known in self.given.get(title, {}).items():
                if (title, other) != (section, name):
                    lines.append(f"{other} = {toml(known)}")
            if title == section:
                lines.append(f"{name} = {value}")
                place = f"{len(lines)}:{len(name) + 4}"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return f"{self.config}:{place}: "

    def test_every_key_has_a_row(self):
        self.assertEqual(set(self.defaults()), set(VALUES))

    def test_wrong_types_in_the_file(self):
        for key, default in self.defaults().items():
            for value in WRONG_TYPES[type(default)]:
                with self.subTest(key=key, value=value):
                    place = self.write(key, value)
                    done = self.run_it("update", "-c", self.config)
                    self.assert_refused(done, place, f"{key} must be")

    def test_wrong_values_in_the_file(self):
        for key, values in VALUES.items():
            for value in values:
                with self.subTest(key=key, value=str(value)[:40]):
                    place = self.write(key, toml(value))
                    done = self.run_it("update", "-c", self.config)
                    self.assert_refused(done, place, key)

    def test_wrong_values_in_the_environment(self):
        for key, default in self.defaults().items():
            variable = "NUTRICOUNT_DEPLOY_" + key.upper().replace(".", "_")
            texts = [value if isinstance(value, str) else toml(value) for value in VALUES[key]]
            for text in [*WRONG_TEXT[type(default)], *texts]:
                if "\0" in text:
                    continue  # no variable can hold it
                with self.subTest(key=key, value=text[:40]):
                    done = self.run_it("update", "-c", self.site.config,
                                       environment={variable: text})
                    self.assert_refused(done, f"{variable}: ")

    def test_bytes_that_are_not_text_in_the_environment(self):
        for key, default in self.defaults().items():
            if key in ("database.command", "service.start", "python.install"):
                continue  # a program's arguments may be any bytes
            if isinstance(default, (str, list)):
                with self.subTest(key=key):
                    variable = "NUTRICOUNT_DEPLOY_" + key.upper().replace(".", "_")
                    done = self.run_it("update", "-c", self.site.config,
                                       environment={variable: b"/\xff"})
                    self.assert_refused(done, f"{variable}: ")

    def test_what_is_no_key_or_no_toml(self):
        for text, place in (("[app]\nnaem = 1\n", "2:1"), ("[ap]\nname = 1\n", "1:2"),
                            ("name = 1\n", "1:1"), ("app = 3\n", "1:1"), ("[app\n", "1:"),
                            ("[app]\nname = \n", "2:"), ("[app]\nname = 'a'\nname = 'b'\n", "3:"),
                            ("[app]\n[app]\n", "2:"), ("[app]\nname = \"a\nb\"\n", "2:"),
                            ("[[app]]\n", "1:"), ("a = \xff\n", "1:"), ("\x00", "1:"),
                            ("[app.name]\nx = 1\n", "1:"), ("[" * 5000 + "\n", "1:")):
            with self.subTest(text=text[:40]):
                with open(self.config, "w", encoding="latin-1") as file:
                    file.write(text)
                done = self.run_it("update", "-c", self.config)
                self.assert_refused(done, f"{self.config}:{place}")

    def test_an_unknown_variable(self):
        for name in ("NUTRICOUNT_DEPLOY_APP_NAEM", "NUTRICOUNT_DEPLOY_", "NUTRICOUNT_DEPLOY_APP",
                     "NUTRICOUNT_DEPLOY_app_name"):
            done = self.run_it("update", "-c", self.site.config, environment={name: "x"})
            self.assert_refused(done, name)


if __name__ == "__main__":
    unittest.main()
