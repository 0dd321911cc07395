"""Makes the database, or brings it to this version's schema; may be run again."""
import os
import sqlite3

os.makedirs("data", exist_ok=True)
os.makedirs("logs", exist_ok=True)
connection = sqlite3.connect("data/nutrition.db")
connection.execute("PRAGMA journal_mode=WAL")
with connection:
    connection.execute("CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, name TEXT)")
