"""Python for the sites of the tests: its environments get pip from a copy. ensurepip takes five of
the six seconds of a first deployment, and nearly every test begins with one."""
import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile

PYTHON = "/usr/bin/python3"
SCRIPT = """#!/bin/sh
# What `python3 -m venv` makes, made in a tenth of the time.
set -eu
if [ "${{1-}} ${{2-}}" != "-m venv" ]; then exec {python} "$@"; fi
shift 2
{python} -m venv --without-pip "$@"
for environment; do :; done
cp -a "{pip}/." "$environment"/lib/python3*/site-packages/
"""


def _cache():
    """Where this run's copy is: the build directory's, or this process's own."""
    directory = os.environ.get("NUTRICOUNT_TEST_CACHE")
    if not directory:
        directory = tempfile.mkdtemp(prefix="nutricount-test-cache-")
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        os.environ["NUTRICOUNT_TEST_CACHE"] = directory
    os.makedirs(directory, exist_ok=True)
    return directory


def _pip():
    """What ensurepip puts into an environment, with its bytecode; made once, by whoever is first."""
    made = os.path.join(_cache(), "pip")
    with open(made + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(made):
            scratch = tempfile.mkdtemp(dir=_cache())
            subprocess.run([PYTHON, "-m", "venv", scratch], check=True)
            library = os.path.join(scratch, "lib")
            packages = os.path.join(library, os.listdir(library)[0], "site-packages")
            os.rename(packages, made)
            shutil.rmtree(scratch)
    return made


def interpreter(root):
    """Makes one below `root`, which whoever owns the site may read; its path."""
    pip = os.path.join(root, "pip")
    path = os.path.join(root, "python3")
    if not os.path.exists(path):
        shutil.copytree(_pip(), pip, symlinks=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(SCRIPT.format(python=PYTHON, pip=pip))
        os.chmod(path, 0o755)
    return path
