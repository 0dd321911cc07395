"""The manual pages say what the programs do: options, keys, statuses, examples, both ways.

manual.py SOURCE [--self-test]     NUTRICOUNT_DEPLOY and NUTRICOUNT_WEBHOOK name the programs
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

import programs
from page import Page

SKIPPED = 77
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES",
            "SEE ALSO"]
# Beyond what --help says, which is short where nothing has to be put back.
TYPES = {"Text": str, "Path": str, "Duration": str, "List": list, "Command": list, "Number": int,
         "Flag": bool}


def both_ways(what, said, real, where):
    for one in sorted(real - said, key=str):
        yield f"{where}: {what} {one} is missing"
    for one in sorted(said - real, key=str):
        yield f"{where}: there is no {what} {one}"


def options(page, text, *, without=frozenset()):
    real = {name: form for name, form in programs.options_of(text).items() if name not in without}
    said = page.options()
    yield from both_ways("option", set(said), set(real), page.name)
    for name in sorted(set(said) & set(real)):
        if said[name] != real[name]:
            yield f"{page.name}: {name} is {real[name]}, not {said[name]}"
    known = set(programs.options_of(text))
    for flag in sorted(page.flags() - known):
        yield f"{page.name}: {flag} is named, and is no option"


def command(page, name, common):
    text = programs.help_of("nutricount-deploy", name)
    yield from options(page, text, without=set(common))
    yield from both_ways("option of the synopsis", page.synopsis(), set(page.options()), page.name)
    yield from both_ways("operand", set(page.positionals()),
                         set(programs.names_in(text, "Positionals")), page.name)
    for option in common:
        if option != "--version" and option not in programs.options_of(text):
            yield f"{name} --help has no {option}"
    yield from both_ways("status", page.statuses(), programs.statuses_of(text), page.name)


def overview(page, commands, pages):
    text = programs.help_of("nutricount-deploy")
    real = programs.options_of(text)
    said = page.options()
    yield from both_ways("option", set(said), set(real), page.name)
    for name in sorted(set(said) & set(real)):
        if said[name] != real[name]:
            yield f"{page.name}: {name} is {real[name]}, not {said[name]}"
    listed = {match[1] for line in page.section("DESCRIPTION")
              if (match := re.match(r"\.It Ic ([a-z-]+)$", line))}
    yield from both_ways("command", listed, set(commands), page.name)
    everything = set(real)
    for name in commands:
        everything |= set(programs.options_of(programs.help_of("nutricount-deploy", name)))
    for flag in sorted(page.flags() - everything):
        yield f"{page.name}: {flag} is named, and is no option"
    statuses = set().union(*(pages[f"nutricount-deploy-{name}.1"].statuses() for name in commands))
    yield from both_ways("status", page.statuses(), statuses, page.name)


def webhook(page, source):
    text = programs.help_of("nutricount-webhook")
    update = set(programs.options_of(programs.help_of("nutricount-deploy", "update")))
    real = programs.options_of(text)
    yield from both_ways("option", set(page.options()), set(real), page.name)
    for name, form in page.options().items():
        if name in real and real[name] != form:
            yield f"{page.name}: {name} is {real[name]}, not {form}"
    for flag in sorted(page.flags() - set(real) - update):
        yield f"{page.name}: {flag} is named, and is no option"
    yield from both_ways("status", page.statuses(), programs.statuses_of(text), page.name)
    yield from both_ways("answer", answers_said(page), answers_given(source), page.name)


def answers_said(page):
    text = "\n".join(page.section("DESCRIPTION"))
    text = text[text.index(".Ss Requests and answers"):text.index(".Ss The spool")]
    return set(map(int, re.findall(r"^(?:\.It )?([2-5]\d\d)(?=$|:| where)", text, re.M))) | set(
        map(int, re.findall(r"^Else (\d+)", text, re.M)))


def answers_given(source):
    found = {200}
    for path in ("apps/nutricount-webhook/application.cpp", "lib/webhook/decision.cpp",
                 "lib/http/connection.cpp"):
        with open(os.path.join(source, path), encoding="utf-8") as file:
            found |= set(map(int, re.findall(r"(?:\.status = |return \{)(\d{3})\b", file.read())))
    return found


def empty_of(default):
    return "[]" if isinstance(default, list) else ""


def refusals(key, default, text, kind):
    """What is said of the values that are taken, and what the program takes."""
    fault = programs.fault_with
    if kind in ("Text", "Path", "List", "Command"):
        said = bool(re.search(r"\bor empty\b|may be empty|^Empty:", text, re.I | re.M))
        if said != (fault(key, empty_of(default)) == ""):
            yield f"{key}: an empty value is {'refused' if said else 'taken'}"
    if kind == "Path" and not fault(key, "relative"):
        yield f"{key}: a relative path is taken"
    if kind == "Duration" and ("above 0" in text.splitlines()[0]) != (fault(key, "0s") != ""):
        yield f"{key}: 0s is not what is said of it"
    if kind == "Number":
        low, high = map(int, re.match(r"Number from (\d+) to (\d+)\.", text).groups())
        for value, taken in ((low - 1, False), (low, True), (high, True), (high + 1, False)):
            if taken != (fault(key, str(value)) == ""):
                yield f"{key}: {value} is {'refused' if taken else 'taken'}"
    if re.search(r"^(Each o|O)ne of$", text, re.M):
        listed = re.match(r"(?:\.Cm .*\n?)*", text.split("ne of\n")[1])[0]
        words = set(re.findall(r"(?<= )[a-z-]+", listed))
        told = fault(key, "no-such-word").splitlines()[0].rpartition("no-such-word")[2]
        real = set(re.findall(r'"([a-z-]+)"', told)) or set(
            told.partition("one of ")[2].replace(",", " ").split())
        yield from both_ways(f"word of {key}", words, real, "nutricount-deploy.toml.5")


def settings(page):
    said, real = page.keys(), programs.defaults()
    yield from both_ways("key", set(said), set(real), page.name)
    for key in sorted(set(said) & set(real)):
        default, text = said[key]
        if default != real[key]:
            yield f"{page.name}: {key} is {real[key]}, not {default}"
        value = tomllib.loads(f"v = {real[key]}")["v"]
        kind = re.match(r"\w*", text)[0]
        if TYPES.get(kind) is not type(value):
            yield f"{page.name}: {key} is no {kind or 'type'}"
            continue
        yield from refusals(key, value, text, kind)


def examples(page):
    commands, shown = page.examples()
    for line in commands:
        if fault := programs.fault_of_command(line):
            yield f"{page.name}: {fault}"
    if page.name.endswith(".toml.5"):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(shown)
            file.flush()
            done = programs.run(programs.DEPLOY, "-c", file.name, "--print-config")
        if done.returncode != 0 or not shown:
            yield f"{page.name}: {done.stderr or 'no example'}"


def every_page(page, names):
    found = page.sections()
    if [title for title in found if title in SECTIONS] != SECTIONS:
        yield f"{page.name}: the sections are {found}"
    for reference in sorted(page.references() - names):
        yield f"{page.name}: there is no page {reference}"
    for key in sorted(page.named_keys() - set(programs.defaults()) - {"section.key"}):
        yield f"{page.name}: there is no key {key}"
    yield from examples(page)


def lint(directory, names):
    """In the pages' directory, where mandoc looks for those that are referred to."""
    done = subprocess.run(["mandoc", "-T", "lint", *sorted(names)], cwd=directory, text=True,
                          capture_output=True, check=False)
    return (done.stdout + done.stderr).splitlines()


def findings(source, directory):
    commands = programs.names_in(programs.help_of("nutricount-deploy"), "Subcommands")
    common = set(programs.options_of(programs.help_of("nutricount-deploy")))
    expected = {"nutricount-deploy.1", "nutricount-deploy.toml.5", "nutricount-webhook.8",
                *(f"nutricount-deploy-{name}.1" for name in commands)}
    names = {name for name in os.listdir(directory) if re.search(r"\.\d$", name)}
    found = list(both_ways("page", names, expected, "man"))
    if found:
        return found
    pages = {name: Page(os.path.join(directory, name)) for name in names}
    for page in pages.values():
        found += every_page(page, names)
    found += overview(pages["nutricount-deploy.1"], commands, pages)
    for name in commands:
        found += command(pages[f"nutricount-deploy-{name}.1"], name, common)
    found += settings(pages["nutricount-deploy.toml.5"])
    found += webhook(pages["nutricount-webhook.8"], source)
    return found + lint(directory, names)


def has_handler(process):
    """Whether it has come so far that it catches SIGTERM."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        caught = int(re.search(r"SigCgt:\s*(\w+)", file.read())[1], 16)
    return caught >> (signal.SIGTERM - 1) & 1


def statuses_of_signals():
    """What ends a command that waits, for all three signals."""
    waits = {"health": ["--url", "http://127.0.0.1:1/", "--retries", "9", "--interval", "1m"],
             "verify-signature": ["--sign"]}
    for name, arguments in waits.items():
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            with tempfile.NamedTemporaryFile(suffix=".toml") as empty, subprocess.Popen(
                    [programs.DEPLOY, name, "-c", empty.name, *arguments], stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    env={**os.environ, "WEBHOOK_SECRET": "for this test alone"}) as process:
                until = time.monotonic() + 30
                while not has_handler(process) and time.monotonic() < until:
                    time.sleep(0.01)
                process.send_signal(number)
                if process.wait(30) != status:
                    yield f"{name}: {number.name} ends it with {process.returncode}"


# page, what stands there, what is put there instead, what must be found
LIES = [
    ("nutricount-deploy-update.1", ".It Fl -force\n", ".It Fl -forced\n", "option --force is missing"),
    ("nutricount-deploy-update.1", ".It Fl -force\n", ".It Fl -forced\n", "no option --forced"),
    ("nutricount-deploy-update.1", "It Fl -timeout Ar DURATION", "It Fl -timeout Ar TIME", "--timeout is"),
    ("nutricount-deploy-update.1", ".Op Fl -force\n", "", "option of the synopsis --force"),
    ("nutricount-deploy-update.1", "\n.It 4\n", "\n.It 5\n", "status 4 is missing"),
    ("nutricount-deploy-update.1", ".Xr nutricount-deploy 1 ,", ".Xr nutricount 1 ,", "no page nutricount.1"),
    ("nutricount-deploy-update.1", "update --to v1.4", "update --on v1.4", "--on"),
    ("nutricount-deploy-update.1", ".Ic update.timeout", ".Ic update.time", "no key update.time"),
    ("nutricount-deploy-rollback.1", ".Fl -data-only .\n", ".Fl -data-all .\n", "--data-all is named"),
    ("nutricount-deploy-backup.1", ".Sh FILES\n", ".Sh PLACES\n", "the sections are"),
    ("nutricount-deploy-metrics.1", ".Bl -tag -width Ds\n", ".Bl -tag\n", "-width"),
    ("nutricount-deploy-verify-signature.1", ".Op Ar FILE\n", "", "operand FILE is missing"),
    ("nutricount-deploy-health.1", "\n.It 130\n", "\n.It 131\n", "status 130 is missing"),
    ("nutricount-deploy.1", ".It Fl c , Fl -config", ".It Fl C , Fl -config", "--config is"),
    ("nutricount-deploy.1", ".It Ic health\n", ".It Ic ill\n", "command health is missing"),
    ("nutricount-deploy.1", "\n.It 143\n", "\n.It 144\n", "status 143 is missing"),
    ("nutricount-webhook.8", ".It Fl -listen Ar HOST:PORT", ".It Fl -listen Ar PORT", "--listen is"),
    ("nutricount-webhook.8", ".It 431\n", ".It 430\n", "answer 431 is missing"),
    ("nutricount-webhook.8", "\n.It 2\n", "\n.It 3\n", "status 2 is missing"),
    ("nutricount-deploy.toml.5", "backup.keep No = 5", "backup.keep No = 6", "backup.keep is 5"),
    ("nutricount-deploy.toml.5", ".It Ic webhook.spool", ".It Ic webhook.pool", "key webhook.spool is"),
    ("nutricount-deploy.toml.5", "from 1 to 20.", "from 1 to 21.", "health.successes: 21 is refused"),
    ("nutricount-deploy.toml.5", "Flag.\nWhether redirects", "Text.\nWhether redirects",
     "health.follow_redirects is no Text"),
    ("nutricount-deploy.toml.5", "Duration above 0.\nFor each request", "Duration.\nFor each request",
     "health.timeout: 0s"),
    ("nutricount-deploy.toml.5", "Path, or empty.\nWhat happens", "Path.\nWhat happens",
     "log.file: an empty value is taken"),
    ("nutricount-deploy.toml.5", ".Cm auto , systemd , process .\n", ".Cm auto , systemd .\n",
     "word of service.manager process is missing"),
    ("nutricount-deploy.toml.5", ".Cm succeeded , rolled-back ,", ".Cm succeeded , rolled , rolled-back ,",
     "no word of notify.events rolled"),
    ("nutricount-deploy.toml.5", "keep = 5\n", "keeps = 5\n", "backup.keeps"),
]


def self_test(source):
    """Each lie is found. Returns those that are not."""
    missed = []
    for page, old, new, expected in LIES:
        with tempfile.TemporaryDirectory() as root:
            directory = shutil.copytree(os.path.join(source, "man"), os.path.join(root, "man"))
            path = os.path.join(directory, page)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(old, new, 1))
            found = findings(source, directory)
        if old not in text or not any(expected in one for one in found):
            missed.append(f"{page}, {new!r}: no \"{expected}\" in {found}")
    return missed


def main(source, *arguments):
    if not shutil.which("mandoc"):
        print("skipped: mandoc is not installed")
        return SKIPPED
    if arguments:
        wrong = self_test(source)
    else:
        wrong = findings(source, os.path.join(source, "man")) + list(statuses_of_signals())
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
