"""The configuration that the package installs: every key, as it is built in, in the order of the manual."""
import json
import os
import re
import subprocess
import tempfile
import tomllib
import unittest

SOURCE = os.environ["NUTRICOUNT_SOURCE"]
CONFIG = os.path.join(SOURCE, "packaging", "config.toml")


def settings_of(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return settings_of_file(file.name)


def settings_of_file(path):
    done = subprocess.run([os.environ["NUTRICOUNT_DEPLOY"], "-c", path, "--print-config", "--json"],
                          capture_output=True, text=True, check=True)
    return {key: one["value"] for key, one in json.loads(done.stdout).items()}


class Configuration(unittest.TestCase):
    def setUp(self):
        with open(CONFIG, encoding="utf-8") as file:
            self.text = file.read()

    def uncommented(self):
        return re.sub(r"^#(?=[a-z_]+ = )", "", self.text, flags=re.M)

    def test_it_changes_nothing(self):
        self.assertEqual(settings_of(self.text), settings_of(""))

    def test_it_has_every_key_with_its_built_in_value(self):
        sections = tomllib.loads(self.uncommented())
        keys = {f"{title}.{key}": value for title, section in sections.items()
                for key, value in section.items()}
        self.assertEqual(keys, settings_of(""))

    def test_it_can_be_uncommented(self):
        self.assertEqual(settings_of(self.uncommented()), settings_of(""))


if __name__ == "__main__":
    unittest.main()
