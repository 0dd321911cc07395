"""An update with nothing new against `git fetch` of the same remote: file, http, https, ssh.

ROUNDS=N (default 25) rounds, interleaved.
"""
import os
import resource
import statistics
import subprocess
import time

from app import Site
from servers import Http, Ssh

ROUNDS = int(os.environ.get("ROUNDS", "25"))
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def cost(argv, env=None):
    """wall and processor seconds of one run"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(argv, check=True, capture_output=True, env=env)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(site, name, url, source="", **environment):
    site.git("remote", "set-url", "origin", url, cwd=site.app)
    site.configure(source=source)
    git = ["git", "-C", site.app, "fetch", "origin", "main"]
    ours, theirs = [], []
    for number in range(ROUNDS + 1):
        one, other = cost(site.command()), cost(git, {**os.environ, **environment})
        if number > 0:  # the first warms the caches
            ours.append(one)
            theirs.append(other)
    median = [[1000 * statistics.median(column) for column in zip(*rows)] for rows in (ours, theirs)]
    ratio = [statistics.median(a[i] / b[i] for a, b in zip(ours, theirs)) for i in (0, 1)]
    print(f"{name:8}{median[0][0]:9.1f}{median[1][0]:9.1f}{ratio[0]:7.2f}"
          f"{median[0][1]:12.1f}{median[1][1]:9.1f}{ratio[1]:7.2f}")


def certificates(site, server):
    """git takes one file: the system's and the server's, as we do."""
    path = os.path.join(site.root, "certificates.pem")
    with open(path, "wb") as out:
        for name in (SYSTEM_CERTIFICATES, server.ca_file):
            with open(name, "rb") as file:
                out.write(file.read())
    return path


def main():
    site = Site()
    try:
        assert site.update().code == 0
        print(f"nothing new, {ROUNDS} rounds, interleaved; medians in ms")
        print(f"{'':8}{'wall':>9}{'git':>9}{'ratio':>7}{'cpu':>12}{'git':>9}{'ratio':>7}")
        compare(site, "file", f"file://{site.origin}")
        with Http(site.root) as server:
            compare(site, "http", server.url("origin.git"))
        with Http(site.root, tls=True) as server:
            compare(site, "https", server.url("origin.git"), f'ca_file = "{server.ca_file}"',
                    GIT_SSL_CAINFO=certificates(site, server))
        with Ssh("ed25519") as server, server.known():
            compare(site, "ssh", server.url(site.origin), f'ssh_key = "{server.key}"',
                    GIT_SSH_COMMAND=f"ssh -i {server.key}")
    finally:
        site.close()


if __name__ == "__main__":
    main()
