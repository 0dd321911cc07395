"""nutricount-webhook against adnanh/webhook and against what the seed describes (webhook_server.py).

Needs apt-get install wrk webhook. ROUNDS=N (default 5) rounds of SECONDS=N (default 3), in turns.
"""
import hashlib
import hmac
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time

from app import BINARY, Site, free_port
from servers import wait_for_port

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.environ["NUTRICOUNT_WEBHOOK"]
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = int(os.environ.get("SECONDS", "3"))
SECRET = "a secret that nobody knows"
BODY = json.dumps({"zen": "x" * 25_000})
HOOK = [{"id": "webhook", "execute-command": "{script}", "success-http-response-code": 202,
         "trigger-rule-mismatch-http-response-code": 401,
         "trigger-rule": {"match": {"type": "payload-hmac-sha256", "secret": SECRET,
                                    "parameter": {"source": "header", "name": "X-Hub-Signature-256"}}}},
        # It has no answer with a time in it but what a command prints; its / says OK, always.
        {"id": "health", "execute-command": "{health}", "include-command-output-in-response": True}]
HEALTH = """#!/bin/sh
printf '{"status":"healthy","timestamp":"%s","service":"webhook"}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
"""
LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-GitHub-Event"] = "workflow_run"
wrk.headers["X-Hub-Signature-256"] = "sha256={signature}"
wrk.body = [[{body}]]
"""


def children():
    """Processor seconds of all that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Server:
    """One of the three, on a port of its own."""

    def __init__(self, name, site, health, hook, command):
        self.name, self.port, self.health_path, self.hook_path = name, free_port(), health, hook
        environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "LOG_FILE": f"{site.root}/flask.log",
                       "UPDATE_SCRIPT": f"{site.root}/update.sh",
                       "PATH": os.path.dirname(BINARY) + ":" + os.environ["PATH"]}
        self.process = subprocess.Popen(command(self.port), env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def processor(self):
        """seconds, user and system, since it began"""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, request):
        """milliseconds to the first bytes of the answer, and its status"""
        start = time.monotonic()
        with self.connect() as connection:
            connection.sendall(request)
            answer = connection.recv(65536)
        return 1000 * (time.monotonic() - start), int(answer.split()[1])

    def health(self):
        spent, status = self.ask(f"GET {self.health_path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert status == 200, (self.name, status)
        return spent

    def deliver(self, payload):
        body = json.dumps(payload).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        spent, status = self.ask(
            f"POST {self.hook_path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"X-GitHub-Event: workflow_run\r\nX-Hub-Signature-256: sha256={signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert status == 202, (self.name, status)
        return spent

    def rate(self, path, script=()):
        """requests a second, and processor microseconds for each: the server's, and wrk's"""
        before, before_wrk = self.processor(), children()
        said = subprocess.run(["wrk", "-t1", "-c16", f"-d{SECONDS}", *script,
                               f"http://127.0.0.1:{self.port}{path}"],
                              capture_output=True, text=True, check=True).stdout
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        total = int(re.search(r"(\d+) requests in", said)[1])
        assert (int(refused[1]) if refused else 0) == (total if script else 0), said
        spent = 1_000_000 * (self.processor() - before) / total
        spent_wrk = 1_000_000 * (children() - before_wrk) / total
        return float(re.search(r"Requests/sec: +([\d.]+)", said)[1]), spent, spent_wrk


class Abuse:
    """1,000 connections that say nothing, and 1,000 that send a byte a second; new ones for those that
    the server closes."""

    def __init__(self, server):
        self.server, self.over = server, threading.Event()
        self.connections = {number: None for number in range(2000)}
        self.thread = threading.Thread(target=self.run)

    def open(self, number):
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex(("127.0.0.1", self.server.port))
        self.connections[number] = connection

    def keep(self, number):
        connection = self.connections[number]
        try:
            if connection is not None and connection.recv(1, socket.MSG_PEEK):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        if connection is not None:
            connection.close()
        self.open(number)

    def drip(self, number, byte):
        try:
            self.connections[number].send(byte)
        except OSError:
            pass

    def run(self):
        text = b"POST /webhook HTTP/1.1\r\nContent-Length: 25000\r\n\r\n" + b"x" * 1000
        for second in range(1000):
            if self.over.wait(1):
                break
            for number in self.connections:
                self.keep(number)
                if number % 2:
                    self.drip(number, text[second:second + 1])

    def __enter__(self):
        self.thread.start()
        time.sleep(5)
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        for connection in self.connections.values():
            connection.close()


def make(site):
    with open(f"{site.root}/update.sh", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nsleep 4\n")
    with open(f"{site.root}/health.sh", "w", encoding="ascii") as file:
        file.write(HEALTH)
    os.chmod(f"{site.root}/update.sh", 0o755)
    os.chmod(f"{site.root}/health.sh", 0o755)
    with open(f"{site.root}/hooks.json", "w", encoding="ascii") as file:
        file.write(json.dumps(HOOK).replace("{script}", f"{site.root}/update.sh")
                   .replace("{health}", f"{site.root}/health.sh"))
    os.mkdir(f"{site.root}/spool")
    site.configure(webhook=f'spool = "{site.root}/spool"')
    return [
        Server("ours", site, "/health", "/webhook",
               lambda port: [OURS, "-c", site.config, "--listen", f"127.0.0.1:{port}"]),
        Server("webhook", site, "/", "/hooks/webhook",
               lambda port: ["webhook", "-ip", "127.0.0.1", "-port", str(port), "-hooks",
                             f"{site.root}/hooks.json"]),
        Server("Flask", site, "/health", "/webhook",
               lambda port: ["/usr/bin/python3", f"{HERE}/webhook_server.py", str(port)]),
    ]


def rates(servers, name, measure):
    rows = [[measure(server) for server in servers] for _ in range(ROUNDS)]
    # Where wrk's is more than the server's, wrk is what limits the requests a second.
    for unit, best, column in (("a second", max, 0), ("processor, us each", min, 1),
                               ("wrk's, us each", min, 2)):
        values = [[measured[column] for measured in row] for row in rows]
        median = [statistics.median(of_one) for of_one in zip(*values)]
        ratio = statistics.median(row[0] / best(row[1:]) for row in values)
        print(f"{name + ', ' + unit:34}" + "".join(f"{one:10.0f}" for one in median) +
              f"{ratio:12.2f}")


def line(name, values):
    print(f"{name:34}" + "".join(f"{one:10.1f}" for one in values))


def abused(servers):
    rows = []
    for server in servers:
        with Abuse(server):
            spent = [server.health() for _ in range(50)]
            rows.append((server.memory(), statistics.median(spent), max(spent)))
    for name, column in zip(("MiB under abuse", "/health under abuse, ms", "  the slowest of 50"),
                            zip(*rows)):
        line(name, column)


def deliveries(site, servers):
    """A delivery while nothing is deployed, and ten while one is."""
    alone, meanwhile = [], []
    payload = {"workflow_run": {"name": "CI/CD Pipeline", "status": "completed",
                                "conclusion": "success", "head_sha": site.push_version(2)}}
    for server in servers:
        alone.append(server.deliver(payload))
        time.sleep(0.5)
        spent = []
        for _ in range(10):
            spent.append(server.deliver(payload))
            time.sleep(0.1)
        meanwhile.append(statistics.median(spent))
    until = time.monotonic() + 60
    while site.version() != 2:  # what ours was asked for is deployed
        assert time.monotonic() < until
        time.sleep(0.1)
    line("202 with no deployment, ms", alone)
    line("202 while one runs, ms", meanwhile)


def main():
    if not shutil.which("wrk") or not shutil.which("webhook"):
        print("skipped: apt-get install wrk webhook")
        sys.exit(77)
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    site, servers = Site(), []
    try:
        assert site.update().code == 0
        servers += make(site)
        print(f"{'':34}" + "".join(f"{server.name:>10}" for server in servers) +
              f"{'of the best':>12}")
        for server in servers:
            server.health()
        line("MiB idle", [server.memory() for server in servers])
        script = f"{site.root}/bad.lua"
        with open(script, "w", encoding="ascii") as file:
            file.write(LUA.format(signature="0" * 64, body=BODY))
        rates(servers, "/health, with its time",
              lambda one: one.rate("/hooks/health" if one.name == "webhook" else "/health"))
        rates(servers, "/health, or OK", lambda one: one.rate(one.health_path))
        rates(servers, "bad signature",
              lambda one: one.rate(one.hook_path, ("-s", script)))
        line("MiB after that", [server.memory() for server in servers])
        deliveries(site, servers)
        abused(servers)
    finally:
        for server in servers:
            server.process.kill()
            server.process.wait()
        site.close()


if __name__ == "__main__":
    main()
