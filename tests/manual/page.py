"""A page in mdoc(7), as its source has it."""
import os
import re


def plain(text):
    """Of a macro's arguments: what a reader sees, less the spaces around punctuation."""
    return text.replace("\\(dq", '"').replace("\\-", "-").replace("\\e", "\\")


class Page:
    def __init__(self, path):
        self.name = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().splitlines()

    def sections(self):
        return [line[4:] for line in self.lines if line.startswith(".Sh ")]

    def section(self, title):
        inside, lines = False, []
        for line in self.lines:
            if line.startswith(".Sh "):
                inside = line == f".Sh {title}"
            elif inside:
                lines.append(line)
        return lines

    def options(self):
        """As programs.options_of: from the heads of list items."""
        found = {}
        for line in self.lines:
            match = re.match(r"\.It Fl (?:(\w) , Fl )?(-[\w-]+)(?: (Op )?Ar (\S+))?$", line)
            if match:
                argument = f"[{match[4]}]" if match[3] else match[4] or ""
                found["-" + match[2]] = ("-" + match[1] if match[1] else "", argument)
        return found

    def flags(self):
        """Every long option that is named anywhere by a macro."""
        return {"-" + name for line in self.lines if line.startswith(".") and " -" in line
                and re.match(r"\.(Op |It |Ic |Nm )?.*\bFl\b", line)
                for name in re.findall(r"(?<=\s)(-[a-z][a-z-]*)", line)}

    def synopsis(self):
        return {"-" + name for line in self.section("SYNOPSIS")
                for name in re.findall(r"(?<=\s)(-[a-z][a-z-]*)", line)}

    def positionals(self):
        return [match[1] for line in self.section("SYNOPSIS")
                if (match := re.match(r"\.Op Ar ([A-Z]+)$", line))]

    def statuses(self):
        return {int(match[1]) for line in self.section("EXIT STATUS")
                if (match := re.match(r"\.It (\d+)$", line))}

    def keys(self):
        """key -> (its default, what is said of it)."""
        found, key = {}, None
        for line in self.lines:
            if match := re.match(r"\.It Ic ([a-z_]+\.[a-z_]+) No = (.*)$", line):
                key = match[1]
                found[key] = (plain(match[2]), [])
            elif re.match(r"\.(It|El|Ss|Sh)\b", line):
                key = None
            elif key:
                found[key][1].append(line)
        return {key: (default, "\n".join(lines)) for key, (default, lines) in found.items()}

    def named_keys(self):
        return {name for line in self.lines if re.search(r"\bIc\b", line)
                for name in re.findall(r"(?<=\s)([a-z]+\.[a-z_]+)(?=\s|$)", line)}

    def references(self):
        return {f"{match[1]}.{match[2]}" for line in self.lines
                if (match := re.search(r"\bXr (\S+) (\d)", line))}

    def examples(self):
        """Command lines, each on one line, and what else is shown as it is."""
        commands, shown, literal = [], [], False
        for line in map(plain, self.section("EXAMPLES")):
            if line.startswith((".Bd", ".Ed")):
                literal = line.startswith(".Bd -literal")
            elif literal and commands and commands[-1].endswith("\\"):
                commands[-1] = commands[-1][:-1] + line.strip()
            elif line.removeprefix(".Dl ").startswith("$ "):
                commands.append(line.removeprefix(".Dl ")[2:])
            elif literal:
                shown.append(line)
        return commands, "\n".join(shown)
