"""What the programs say of themselves: their --help and their --print-config."""
import functools
import json
import os
import re
import shlex
import subprocess
import tempfile

DEPLOY = os.environ["NUTRICOUNT_DEPLOY"]
WEBHOOK = os.environ["NUTRICOUNT_WEBHOOK"]
BINARIES = {"nutricount-deploy": DEPLOY, "nutricount-webhook": WEBHOOK}


@functools.cache
def run(*command, **variables):
    """Without a configuration of this machine, and without a terminal."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("NUTRICOUNT_DEPLOY_")}
    with tempfile.NamedTemporaryFile(suffix=".toml") as empty:
        command = [word.replace("EMPTY", empty.name) for word in command]
        return subprocess.run(command, env={**environment, **variables}, text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60)


def help_of(program, *command):
    done = run(BINARIES[program], *command, "--help")
    assert done.returncode == 0, done.stderr
    return done.stdout


def options_of(text):
    """--option -> (its short form or nothing, its argument's name or nothing), of a --help."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"  (?:(-\w),)?(--[\w-]+)(?: (\[?[A-Z][A-Z:]*\]?)(?:=\w+)?(?= |$))?", line)
        if match:
            found[match[2]] = (match[1] or "", match[3] or "")
    return found


def part_of(text, title):
    """The indented lines below a title of a --help."""
    match = re.search(rf"^{title}:?\n((?:  .*\n?)+)", text, re.M)
    return match[1] if match else ""


def names_in(text, title):
    return re.findall(r"^  ([\w-]+)", part_of(text, title), re.M)


def statuses_of(text):
    """Two columns, which begin with a status or with several."""
    lists = re.findall(r"(?:^|  )(\d+(?:, \d+)*)  ", part_of(text, "EXIT STATUS"), re.M)
    return {int(one) for some in lists for one in some.split(", ")}


def defaults():
    """key -> its built-in value, as TOML."""
    done = run(DEPLOY, "-c", "EMPTY", "--print-config", "--json")
    assert done.returncode == 0, done.stderr
    return {key: json.dumps(one["value"]) for key, one in json.loads(done.stdout).items()}


def fault_with(key, value):
    """What is said of a value, which comes from the environment; empty where it is taken."""
    variable = "NUTRICOUNT_DEPLOY_" + key.upper().replace(".", "_")
    done = run(DEPLOY, "-c", "EMPTY", "--print-config", **{variable: value})
    return "" if done.returncode == 0 else done.stderr


def fault_of_command(line):
    """What is wrong with a command line that begins as a shell's would; it is parsed, and not obeyed."""
    words = shlex.split(line.split(" | ")[0].split(" >")[0])
    variables = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    if not words or words[0] not in BINARIES:
        return f"\"{line}\" runs neither program"
    done = run(BINARIES[words[0]], *words[1:], "-c", "EMPTY", "--print-config", **variables)
    return "" if done.returncode == 0 else f"\"{line}\": {done.stderr}"
