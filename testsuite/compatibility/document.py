# SPDX-License-Identifier: MIT
"""docs/compatibility.md: its tables have an entry for each rule, with a reason and an example."""

import dataclasses
import re

import lab
import rules

PATH = lab.REPOSITORY / "docs" / "compatibility.md"

# Stands in an example for anything: an address, or text that would make it too long.
ANYTHING = "\u2026"
NOTHING = "(nothing)"
ROW = re.compile(r"\| `([a-z0-9-]+)` \|")


@dataclasses.dataclass(frozen=True)
class Entry:
    id: str
    command: str
    theirs: str
    ours: str
    reason: str

    def shows(self, difference):
        """Whether the example is this difference."""
        return all(
            re.fullmatch(_pattern(example), text, re.DOTALL)
            for example, text in (
                (self.theirs, difference.theirs), (self.ours, difference.ours),
            )
        )


def _pattern(example):
    return ".*".join(re.escape(part) for part in example.split(ANYTHING))


def _text(cell):
    """The text of a cell: code, lines of code between <br>, or "(nothing)"; None for all else."""
    if cell == NOTHING:
        return ""
    lines = []
    for line in cell.split("<br>"):
        code = re.fullmatch(r"`([^`]+)`", line.strip())
        if not code:
            return None
        lines.append(code.group(1).replace("\\|", "|"))
    return "\n".join(lines)


def read(path=PATH):
    """The entries of the document."""
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not ROW.match(line):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) != 5:
            entries.append(Entry(cells[0].strip("`"), "", None, None, ""))
            continue
        entries.append(
            Entry(cells[0].strip("`"), cells[1], _text(cells[2]), _text(cells[3]), cells[4])
        )
    return entries


def problems(entries):
    """Where document and rules do not agree."""
    ids = [entry.id for entry in entries]
    known = {rule.id for rule in rules.RULES}
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"{name}: listed twice"
    for name in sorted(known - set(ids)):
        yield f"{name}: a rule that the document does not list"
    for name in sorted(set(ids) - known):
        yield f"{name}: listed, but there is no such rule"
    for entry in entries:
        if entry.theirs is None or entry.ours is None or not entry.reason:
            yield f"{entry.id}: a row is id, command, theirs, ours (code or {NOTHING}), reason"
