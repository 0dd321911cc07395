"""The include rule: a room includes only rooms of lower floors; each library is seen by one room."""
import os
import re
import sys

LIBRARIES = {"git2": {"git"}, "sqlite3": {"sqlite"}, "curl/": {"http"}, "boost/": {"git", "http"},
             "systemd/": {"service"}, "openssl/": {"crypto"}, "toml++": {"config"}, "CLI/": set()}
LONGEST = 300


def floors(root):
    """room -> floor, as lib/CMakeLists.txt has them."""
    floor, found = None, {}
    with open(os.path.join(root, "lib/CMakeLists.txt"), encoding="utf-8") as file:
        for line in file:
            if match := re.match(r"# floor (\d+)", line):
                floor = int(match[1])
            if match := re.match(r"nutricount_room\((\w+)", line):
                found[match[1]] = floor
    return found


def check(room, path, text, floor_of):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#include [<"]([^>"]+)[>"]', line)
        if not match:
            continue
        name = match[1]
        other = name.split("/")[0]
        if other in floor_of and other != room and floor_of[other] >= floor_of[room]:
            yield f"{path}:{number}: {room} (floor {floor_of[room]}) includes {name}"
        for prefix, rooms in LIBRARIES.items():
            if name.startswith(prefix) and room not in rooms:
                yield f"{path}:{number}: {room} includes {name}"
    if text.count("\n") > LONGEST:
        yield f"{path}: {text.count(chr(10))} lines, more than {LONGEST}"


def findings(root):
    floor_of = floors(root)
    if len(floor_of) < 5:
        yield "no floors found in lib/CMakeLists.txt"
    for directory, _, files in os.walk(os.path.join(root, "lib")):
        for name in files:
            if name.endswith((".cpp", ".hpp")):
                path = os.path.relpath(os.path.join(directory, name), root)
                with open(os.path.join(directory, name), encoding="utf-8") as file:
                    yield from check(path.split(os.sep)[1], path, file.read(), floor_of)


def self_test(root):
    floor_of = floors(root)
    bad = ['#include "deploy/plan.hpp"', '#include "git/remote.hpp"', "#include <git2.h>",
           "#include <openssl/evp.h>", "#include <CLI/CLI.hpp>", "\n" * (LONGEST + 1)]
    missed = [text for text in bad if not list(check("service", "x.cpp", text, floor_of))]
    good = list(check("service", "x.cpp", '#include "os/fd.hpp"\n#include <vector>\n', floor_of))
    return missed + good


if __name__ == "__main__":
    wrong = self_test(sys.argv[2]) if sys.argv[1] == "--self-test" else list(findings(sys.argv[1]))
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)
