"""A small nutrition diary: the application that the demo and the tests deploy."""
import os
import sqlite3
from datetime import datetime, timezone

from flask import Flask, jsonify, request

VERSION = 1
HERE = os.path.dirname(os.path.abspath(__file__))
DATABASE = os.path.join(HERE, "data", "nutrition.db")
app = Flask(__name__)


def connect():
    connection = sqlite3.connect(DATABASE, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    return connection


@app.get("/health")
def health():
    with connect() as connection:
        connection.execute("SELECT count(*) FROM entries").fetchone()
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return jsonify(status="healthy", timestamp=now, version=VERSION)


@app.get("/entries")
def entries():
    with connect() as connection:
        rows = connection.execute("SELECT id, name FROM entries ORDER BY id").fetchall()
    return jsonify([{"id": row[0], "name": row[1]} for row in rows])


@app.post("/entries")
def add():
    connection = connect()
    with connection:  # committed before it is acknowledged
        cursor = connection.execute("INSERT INTO entries(name) VALUES (?)", (request.json["name"],))
    return jsonify(id=cursor.lastrowid), 201
