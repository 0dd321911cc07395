"""What is asked on a terminal names tables, whose names are the application's."""
import os
import pty
import sqlite3
import unittest

from updated import RESHAPE, Updated

NAME = "\x1b[31mred\x1b[0m"


class Question(Updated):
    """Version 2 changed the shape of the database, and a row was written to a table of that name."""

    def write(self, statement):
        with sqlite3.connect(f"{self.site.app}/data/nutrition.db") as database:
            database.execute(statement)

    def bring(self):
        self.write(f'CREATE TABLE "{NAME}" (a)')
        with open(os.path.join(self.site.source, "init_db.py"), encoding="utf-8") as file:
            self.site.write("init_db.py", file.read() + RESHAPE)
        super().bring()
        self.write(f'INSERT INTO "{NAME}" VALUES (1)')

    def asked(self):
        """All that is shown to a person who answers with an empty line."""
        pid, terminal = pty.fork()
        if pid == 0:
            command = self.site.command("--color", "never", name="rollback")
            os.execv(command[0], command)
        heard = b""
        while not heard.endswith(b"stops] "):
            heard += os.read(terminal, 4096)
        os.write(terminal, b"\n")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1)
        os.close(terminal)
        return heard.decode("utf-8")

    def test_no_name_does_anything_to_the_terminal(self):
        asked = self.asked()
        self.assertIn(f"1 row ({NAME} 1)".replace("\x1b", "\\x1b"), asked)
        self.assertNotIn(NAME, asked)
        self.assertIn("\r\n  k  keep today's data", asked)
        self.runs(2, self.second)


if __name__ == "__main__":
    unittest.main()
