"""What is backed up in the benchmarks."""
import os
import random
import sqlite3

MIB = 1 << 20


class Tree:
    """What is backed up: `change` is what happens between the backups."""
    full = False

    def __init__(self, root):
        self.app = os.path.join(root, "app")
        self.live = os.path.join(self.app, "data")
        os.makedirs(self.live)
        self.random = random.Random(1)
        self.make()

    def file(self, path, size):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            for at in range(0, size, 64 * MIB):
                file.write(self.random.randbytes(min(64 * MIB, size - at)))


class Data(Tree):
    name, transactions = "100 MB WAL database + 200 files, 1 transaction", 1

    def make(self):
        with sqlite3.connect(f"{self.live}/x.db") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)")
            database.executemany("INSERT INTO t(b) VALUES (?)",
                                 ((self.random.randbytes(4000),) for _ in range(25000)))
        database.close()
        for number in range(200):
            self.file(f"{self.live}/f{number}", self.random.randint(100, 20000))

    def change(self):
        with sqlite3.connect(f"{self.live}/x.db") as database:
            for _ in range(self.transactions):
                database.execute("UPDATE t SET b = ? WHERE id = ?",
                                 (self.random.randbytes(4000), self.random.randint(1, 25000)))
                database.commit()
        database.close()


class DataThousand(Data):
    name, transactions = "100 MB WAL database + 200 files, 1,000 transactions", 1000


class Application(Tree):
    name, full = "application tree, 12,000 files, 250 MB", True

    def make(self):
        for number in range(12000):
            directory = number // 10
            self.file(f"{self.app}/lib/d{directory // 40}/d{directory}/f{number}",
                      self.random.randint(100, 42000))
        self.live = os.path.join(self.app, "lib")

    def change(self):
        for number in range(0, 12000, 1000):
            directory = number // 10
            self.file(f"{self.app}/lib/d{directory // 40}/d{directory}/f{number}", 20000)


class Large(Tree):
    name = "1 GiB in 4 files"

    def make(self):
        for number in range(4):
            self.file(f"{self.live}/f{number}", 256 * MIB)

    def change(self):
        with open(f"{self.live}/f1", "r+b") as file:
            file.seek(100 * MIB)
            file.write(self.random.randbytes(MIB))


class Many(Tree):
    """`files` small ones."""
    files = 1000

    def make(self):
        for number in range(self.files):
            self.file(f"{self.live}/d{number // 100}/f{number}", 500)

    def change(self):
        self.file(f"{self.live}/d0/f0", 600)


class TenThousand(Many):
    files = 10_000


class HundredThousand(Many):
    files = 100_000
