"""`health` on a healthy application against the script that it replaces (bash + curl -sf); and how late
it is where the server never ends.

ROUNDS=N (default 40) rounds, in turns.
"""
import os
import resource
import statistics
import subprocess
import tempfile
import time

from answering import HEALTHY, Answering, never_accepting
from app import BINARY

ROUNDS = int(os.environ.get("ROUNDS", "40"))
LIMIT = 0.5
SCRIPT = """
response=$(curl -sf {url})
if [ $? -eq 0 ]; then
    echo "✅ Application is healthy"
    exit 0
else
    echo "❌ Application health check failed"
    exit 1
fi
"""


def cost(argv):
    """processor milliseconds of one run, user and system"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def peak(argv):
    """MiB, as time(1) has it"""
    done = subprocess.run(["/usr/bin/time", "-f", "%M", *argv], check=True, capture_output=True,
                          text=True)
    return int(done.stderr.splitlines()[-1]) / 1024


def processor_and_memory(config):
    with Answering(HEALTHY) as server:
        url = f"http://localhost:{server.port}/health"
        ours = [BINARY, "health", "-c", config, "--url", url]
        script = ["bash", "-c", SCRIPT.format(url=url)]
        rows = [(cost(ours), cost(script)) for _ in range(ROUNDS + 1)][1:]
        median = [statistics.median(column) for column in zip(*rows)]
        print(f"processor time, median of {ROUNDS}: {median[0]:.1f} ms, the script {median[1]:.1f} ms: "
              f"{median[0] / median[1]:.2f}")
        print(f"memory, peak: {peak(ours):.1f} MiB, the script {peak(script):.1f} MiB")


def lateness(config, url):
    started = time.monotonic()
    done = subprocess.run([BINARY, "health", "-c", config, "--url", url, "--timeout",
                           f"{LIMIT * 1000:.0f}ms"], check=False, capture_output=True)
    assert done.returncode == 1, done
    return 1000 * (time.monotonic() - started - LIMIT)


def deadlines(config):
    print(f"milliseconds after a deadline of {LIMIT} s, {ROUNDS // 4} times each: median, most")

    def tell(name, url):
        late = [lateness(config, url) for _ in range(ROUNDS // 4)]
        print(f"  {name:14}{statistics.median(late):8.1f}{max(late):8.1f}")

    def served(name, speak):
        with Answering(lambda connection: speak(server, connection)) as server:
            tell(name, f"http://127.0.0.1:{server.port}/")
    with never_accepting() as port:
        tell("no connection", f"http://127.0.0.1:{port}/")
    served("no header", lambda server, c: server.rest())
    served("header drips", lambda server, c: server.drip(c, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 99))
    served("body drips", lambda server, c: (c.sendall(b"HTTP/1.1 200 OK\r\n\r\n"),
                                            server.drip(c, b"x" * 100)))


def main():
    with tempfile.NamedTemporaryFile(suffix=".toml") as config:
        processor_and_memory(config.name)
        deadlines(config.name)


if __name__ == "__main__":
    main()
