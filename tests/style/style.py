"""What clang-format, shellcheck and clang-tidy find in the files that git tracks.

style.py format|shell|tidy|tidy-all|can-fail SOURCE BUILD

tidy and tidy-all read BUILD/compile_commands.json. tidy looks at what the last commits changed;
all of it takes ten minutes.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

# Debian 12's. Another version formats differently and has other checks.
CLANG = "14"
SKIPPED = 77
COMMITS = 12


class Skipped(Exception):
    """The finding cannot be made on this machine."""


def clang_tool(name):
    for tool in (f"{name}-{CLANG}", name):
        if not shutil.which(tool):
            continue
        said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True)
        if re.search(rf"version {CLANG}\.", said.stdout):
            return tool
    raise Skipped(f"{name} {CLANG} is not installed")


def output_of_failure(command):
    """What a command printed; nothing where it succeeded."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode == 0:
        return ""
    return done.stdout or f"{command[0]} ended with status {done.returncode}\n"


def names_from_git(source, *command):
    # Whoever owns the checkout, and whoever runs this: git only reads here.
    listed = subprocess.run(["git", "-C", source, "-c", "safe.directory=*", *command, "-z"],
                            capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        raise Skipped(f"{source} is not a checkout: {listed.stderr.strip()}")
    return {os.path.join(source, name) for name in re.split(r"[\0\n]+", listed.stdout) if name}


def tracked(source):
    return sorted(path for path in names_from_git(source, "ls-files") if os.path.isfile(path))


def recent(source, paths):
    """Those that the last commits, or what is not committed, changed: themselves or their header."""
    changed = (names_from_git(source, "log", f"-{COMMITS}", "--name-only", "--format=") |
               names_from_git(source, "diff", "--name-only", "HEAD"))
    if os.path.join(source, ".clang-tidy") in changed:
        return paths
    return [path for path in paths if {path, path.removesuffix(".cpp") + ".hpp"} & changed]


def is_shell(path):
    with open(path, "rb") as file:
        return path.endswith(".sh") or re.match(rb"#!.*\b(ba|da)?sh\b", file.readline())


def formatted(source, paths):
    tool = clang_tool("clang-format")
    return output_of_failure([tool, f"--style=file:{source}/.clang-format", "--dry-run",
                              "-Werror", *paths])


def shell(source, paths):
    if not shutil.which("shellcheck"):
        raise Skipped("shellcheck is not installed")
    return output_of_failure(["shellcheck", "-x", "-P", source, *paths])


def tidy(source, database, paths):
    tool = clang_tool("clang-tidy")
    command = [tool, f"--config-file={source}/.clang-tidy", "-p", database, "-quiet"]
    # The largest first, so that no processor is left with one at the end.
    paths = sorted(paths, key=os.path.getsize, reverse=True)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        outputs = pool.map(lambda path: output_of_failure([*command, path]), paths)
        # What is found in a header is found again by every file that includes it.
        return "".join(dict.fromkeys(outputs))


def compiled(source, database):
    rooms = tuple(os.path.join(source, room, "") for room in ("lib", "apps"))
    with open(os.path.join(database, "compile_commands.json"), encoding="utf-8") as file:
        return sorted({one["file"] for one in json.load(file) if one["file"].startswith(rooms)})


def some(paths):
    if not paths:
        sys.exit("found no files to look at")
    return paths


def findings(name, source, database):
    if name == "format":
        return formatted(source, some([path for path in tracked(source)
                                       if path.endswith((".cpp", ".hpp"))]))
    if name == "shell":
        return shell(source, some([path for path in tracked(source) if is_shell(path)]))
    if name == "tidy":
        return tidy(source, database, recent(source, some(compiled(source, database))))
    if name == "tidy-all":
        return tidy(source, database, some(compiled(source, database)))
    return self_test(source)


def self_test(source):
    """A fault of each kind is found, through the project's own settings."""
    bad = {"format.cpp": "int  f( ) {return 0 ;}\n",
           "script.sh": "#!/bin/sh\nrm $1\n",
           "moved.cpp": "#include <string>\n#include <utility>\n"
                        "std::size_t f(std::string a) {\n  std::string b = std::move(a);\n"
                        "  return a.size() + b.size();\n}\n",
           "null.cpp": "int f(int* p) {\n  if (p == nullptr) return *p;\n  return 0;\n}\n"}
    with tempfile.TemporaryDirectory() as root:
        path = {name: os.path.join(root, name) for name in bad}
        for name, text in bad.items():
            with open(path[name], "w", encoding="utf-8") as file:
                file.write(text)
        with open(os.path.join(root, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump([{"directory": root, "file": one, "command": f"c++ -std=c++20 -c {one}"}
                       for one in path.values()], file)
        found = {"format.cpp": formatted(source, [path["format.cpp"]]),
                 "script.sh": shell(source, [path["script.sh"]]),
                 "moved.cpp": tidy(source, root, [path["moved.cpp"]]),
                 "null.cpp": tidy(source, root, [path["null.cpp"]])}
    expected = {"format.cpp": "clang-format-violations", "script.sh": "SC2086",
                "moved.cpp": "bugprone-use-after-move",
                "null.cpp": "clang-analyzer-core.NullDereference"}
    return "".join(f"{name}: no {expected[name]} in:\n{found[name]}\n"
                   for name in bad if expected[name] not in found[name])


if __name__ == "__main__":
    try:
        wrong = findings(*sys.argv[1:])
    except Skipped as reason:
        print("skipped:", reason)
        sys.exit(SKIPPED)
    print(wrong, end="")
    sys.exit(1 if wrong else 0)
