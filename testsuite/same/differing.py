# SPDX-License-Identifier: MIT
"""What may differ between gdb and lldb, and why; everything else is the same byte for byte.

- Native frames (`py-bt --native`), and their numbers in `py-up`, `py-down`, `py-frame` and
  `py-bt-full`: they are the debugger's own, by which its `frame select` goes. gdb adds frames for
  calls at the end of a function, which left none, and ends at main(); lldb does neither, and
  writes paths of source files in another way.
- Words in quotes: lldb takes quotes away before a command sees the words (and runs what is in
  backquotes). Keys in brackets get their quotes back, single ones.

lldb 19 loses its way after a few frames of Debian's Pythons: there nothing of this is compared.
"""

import json
import re

_LEVEL = re.compile(r"^#\d+ ", re.MULTILINE)
_LEVEL_JSON = re.compile(r'"level":\d+')

# Labels of the questions to which the answers differ in one of these ways.
_NUMBERED = re.compile(r": (?:after |walk \d+: )?py-(?:up|down|frame|bt-full)\b")
_NATIVE = re.compile(r": py-bt .*--native")


# Versions of lldb that do not find the native frames.
SHORT_STACKS = ("19",)


def has_short_stacks(lldb):
    return bool(lldb.root) and lldb.version.split(".")[0] in SHORT_STACKS


def compare(label, in_gdb, in_lldb, short_stacks=False):
    """The differences, as a list of texts."""
    numbered, native = _NUMBERED.search(label), _NATIVE.search(label)
    if in_gdb == in_lldb or ": select" in label or (short_stacks and (numbered or native)):
        return []
    if native:
        return _compare_native(label, in_gdb, in_lldb)
    if numbered and _without_levels(in_gdb) == _without_levels(in_lldb):
        return []
    return [_first_difference(label, in_gdb, in_lldb)]


def _without_levels(text):
    return _LEVEL_JSON.sub('"level":0', _LEVEL.sub("#0 ", text))


def _first_difference(label, in_gdb, in_lldb):
    """Where two texts part."""
    at = next((i for i, (a, b) in enumerate(zip(in_gdb, in_lldb)) if a != b), -1)
    if at < 0:
        at = min(len(in_gdb), len(in_lldb))
    start = max(0, at - 40)
    return f"{label}: gdb: {in_gdb[start:at + 120]!r}, lldb: {in_lldb[start:at + 120]!r}"


# ---------------------------------------------------------------- native stacks

_NATIVE_LINE = re.compile(r"^#\d+ +(?:(0x[0-9a-f]+) in )?(\S+) \(\)")
# Which C function a Python frame calls is seen in the native frames.
_OF_NATIVE = re.compile(r"^ *(?:<built-in |\(\d+ native frames? of )")


def _compare_native(label, in_gdb, in_lldb):
    """The Python part is the same, and so are the native frames' names, where both have them."""
    take = _of_json if "--json" in label else _of_text
    (python, native), (lldb_python, lldb_native) = take(in_gdb), take(in_lldb)
    problems = []
    if python != lldb_python or not python:
        texts = ["\n".join(map(str, part)) for part in (python, lldb_python)]
        problems.append(_first_difference(f"{label}: Python's part", *texts))
    common = set(native) & set(lldb_native)
    if not common:
        problems.append(f"{label}: no native frame in both: {native}, {lldb_native}")
    for pc in common:
        if not native[pc] & lldb_native[pc]:
            problems.append(f"{label}: {pc}: gdb: {native[pc]}, lldb: {lldb_native[pc]}")
    return problems


def _add(native, pc, name):
    """A function of the C library has several names, of which each debugger takes one; compilers
    add to them what they did."""
    name = (name or "").split(".")[0]
    native.setdefault(pc, set()).add(name.removeprefix("__GI_").lstrip("_"))


def _of_text(text):
    """(the lines that are no native frames, {address: names of functions})."""
    python, native, pc = [], {}, None
    for line in text.splitlines():
        match = _NATIVE_LINE.match(line)
        if match:
            pc = match[1] or pc  # what is inlined has the address of the line before
            _add(native, pc, match[2])
        elif not _OF_NATIVE.match(line):
            python.append(re.sub(r"^#\d+ +", "", line))
    return python, native


def _of_json(text):
    python, native = [], {}
    for thread in json.loads(text)["threads"]:
        for entry in thread.pop("stack"):
            if entry["kind"] == "native":
                _add(native, entry["pc"], entry["function"])
            else:
                python.append({
                    key: entry[key] for key in entry if key not in ("level", "calling")
                })
        thread.pop("folded")
        python.append(thread)
    return python, native
