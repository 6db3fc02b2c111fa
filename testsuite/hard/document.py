# SPDX-License-Identifier: MIT
"""docs/support-matrix.md, made of the cells of a run."""

import re

from verdict import FAIL, MESSAGE, PARTIAL, UNSUPPORTED, WORKS

_HEAD = """\
# Hard targets: what works where

Made by a run of every cell; do not edit it:

    testsuite/hard/matrix{options}

Each target tells what its stacks are, and what Sidewinder shows is compared with that, frame by
frame.

- **yes**: every frame of every thread, without a difference.
- **part**: some of it, nothing that is false, and the reason is shown.
- **told**: there is nothing to show, and one line says why.
- **no**: wrong, or nothing without a reason.
- **n/a**: this machine cannot make such a target.
"""

_WORDS = {WORKS: "yes", PARTIAL: "part", MESSAGE: "told", UNSUPPORTED: "n/a", FAIL: "**no**"}


def _order(interpreter):
    return (*interpreter.release, "dbg" in interpreter.name or "debug" in interpreter.flavour,
            interpreter.name)


def _columns(cells):
    """One column for each version and flavour: the cells of its interpreters."""
    found = {}
    for _, interpreter, _ in cells:
        label = ".".join(map(str, interpreter.release))
        label += "t" if interpreter.is_free_threaded else ""
        label += " debug" if "debug" in interpreter.flavour else ""
        label += f" ({interpreter.name.split('-', 2)[2]})" if interpreter.name.count("-") > 1 and (
            interpreter.is_built) else ""
        found.setdefault(label, set()).add(interpreter)
    return dict(sorted(found.items(), key=lambda item: min(map(_order, item[1]))))


def _worst(verdicts):
    rank = (FAIL, MESSAGE, PARTIAL, WORKS, UNSUPPORTED)
    return min(verdicts, key=lambda verdict: rank.index(verdict.outcome))


class _Notes:
    """The texts behind the words, each once; without numbers and paths that differ in each run."""

    def __init__(self):
        self.texts = []

    def number(self, verdict):
        text = re.sub(r"0x[0-9a-f]+|\.\.\.+", "…", verdict.text)
        text = re.sub(r"/\S*/(\S+)", r"\1", re.sub(r"\b\d+ of (\d+) frames: ", "", text))
        text = re.sub(r"\b\d{4,}\b", "N", text).replace("|", "\\|").strip()
        if not text or verdict.outcome == WORKS:
            return ""
        if text not in self.texts:
            self.texts.append(text)
        return f" [{self.texts.index(text) + 1}]"


def _table(cells, kinds, debugger, columns, notes):
    lines = ["| target | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    group = None
    for kind in kinds:
        words = []
        for interpreters in columns.values():
            found = [cells[key] for one in interpreters
                     if (key := (kind.name, one, debugger)) in cells]
            words.append(_WORDS[_worst(found).outcome] + notes.number(_worst(found))
                         if found else "")
        if not any(words):
            continue
        if kind.group != group:
            group = kind.group
            lines.append(f"| **{group}** |" + " |" * len(columns))
        if kind.once:
            words = [next(word for word in words if word)] + [""] * (len(columns) - 1)
        lines.append(f"| {kind.title} | " + " | ".join(words) + " |")
    return lines


def _number(debugger):
    return [int(part) for part in re.match(r"[\d.]*\d", debugger.version).group().split(".")[:2]]


def text(cells, kinds, options):
    notes = _Notes()
    lines = [_HEAD.format(options="".join(f" {option}" for option in options))]
    debuggers = sorted({key[2] for key in cells},
                       key=lambda one: (one.kind, one.name != "host", _number(one), one.name))
    for debugger in debuggers:
        mine = {key: verdict for key, verdict in cells.items() if key[2] == debugger}
        name = "" if debugger.name in ("host", "host-lldb-14") else f" ({debugger.name})"
        number = ".".join(map(str, _number(debugger)))
        lines += [f"## {debugger.kind} {number}{name}", ""]
        lines += _table(mine, kinds, debugger, _columns(mine), notes) + [""]
    lines += ["## Notes", ""]
    lines += [f"{number}. {note}" for number, note in enumerate(notes.texts, 1)]
    return "\n".join(lines) + "\n"


def write(path, cells, kinds, options):
    path.write_text(text(cells, kinds, options), encoding="utf-8")
