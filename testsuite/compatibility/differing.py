# SPDX-License-Identifier: MIT
"""What is different between the outputs of both extensions, and the rule that explains it.

Nothing is normalised: texts are taken apart into lines, frames, variables and values, and whatever
is not the same text in the end is a Difference. rules.py has the patterns.
"""

import dataclasses
import difflib
import itertools
import re

import values

HEADER = "Traceback (most recent call first):"
FRAME = re.compile(
    r"(?P<number>#\d+ |)Frame (?P<address>0x[0-9a-f]+), for file (?P<file>.*?), "
    r"line (?P<line>\d+|\?), in (?P<name>.*?) \((?P<variables>.*)", re.DOTALL
)
FILE = re.compile(
    r'(?P<number>)  File "(?P<file>.*)", line (?P<line>\d+|\?), in (?P<name>.*)(?P<variables>)'
)
BUILTIN = re.compile(r"(?:  |#\d+ |)<(?:built-in|method-wrapper) ")
PRINTED = re.compile(r"(?P<scope>local|global|builtin) (?P<name>'[^']*'|u'[^']*') = (?P<value>.*)")
UNREADABLE = "Unable to read information on python frame"
LOCALS = re.compile(r"Locals for (.*)")


@dataclasses.dataclass(frozen=True)
class Difference:
    kind: str  # what was compared: "output", "line", "value" ...: rules are of one kind
    command: str
    theirs: str  # "" where only ours has it
    ours: str
    place: str = ""  # where in the output
    release: tuple = ()  # of the interpreter
    in_root: bool = False  # whether its files are not the debugger's


class Comparer:
    """Compares records of inside.py; every difference goes to note(Difference)."""

    def __init__(self, explain, note, release, in_root):
        self.explain = explain  # Difference to the id of its rule, or None
        self.note = note
        self.release = release
        self.in_root = in_root
        self.command = ""

    def compare(self, record):
        theirs, ours = record["theirs"], record["ours"]
        if theirs == ours:
            return
        self.command = record["command"]
        group = record["group"]
        if isinstance(theirs, str) and isinstance(ours, str):
            if self._whole(theirs, ours):
                return
        name = self.command.split()[0]
        if group in ("up", "down"):
            self._moves(theirs, ours)
        elif group == "locals" or name == "py-locals":
            self._locals(theirs, [ours] if isinstance(ours, str) else ours)
        elif name == "py-bt-full":
            self._entries(_entries(theirs), _entries(ours))
        elif name == "py-print":
            self._print(theirs, ours)
        elif name == "py-bt":
            self._entries(_entries(theirs), _entries(ours))
        elif name == "py-list":
            self._list(theirs, ours)
        else:
            self._differ("output", theirs, ours)

    def _difference(self, kind, theirs, ours, place=""):
        return Difference(
            kind, self.command, theirs, ours, place, self.release, self.in_root
        )

    def _differ(self, kind, theirs, ours, place=""):
        self.note(self._difference(kind, theirs, ours, place))

    def _whole(self, theirs, ours):
        """Whether a rule explains the outputs as they are."""
        difference = self._difference("output", theirs.rstrip("\n"), ours.rstrip("\n"))
        if self.explain(difference):
            self.note(difference)
            return True
        return False

    # ------------------------------------------------------------------ lines

    def _lines(self, kind, theirs, ours):
        matcher = difflib.SequenceMatcher(None, theirs, ours, False)
        for tag, start, end, our_start, our_end in matcher.get_opcodes():
            if tag != "equal":
                self._pair(kind, theirs[start:end], ours[our_start:our_end])

    def _pair(self, kind, theirs, ours):
        """Parts that differ: first what a rule explains side by side, then on one side only."""
        left, right = list(theirs), list(ours)
        for text in theirs:
            for other in right:
                if self.explain(self._difference(kind, text, other)):
                    self._differ(kind, text, other)
                    left.remove(text)
                    right.remove(other)
                    break
        if any(map(BUILTIN.match, left)) and any(map(BUILTIN.match, right)):
            # Two that are not the same are not two that the other has not.
            self._differ("called", "\n".join(left), "\n".join(right))
            return
        for text in list(left):
            if self.explain(self._difference(kind, text, "")):
                self._differ(kind, text, "")
                left.remove(text)
        for text in list(right):
            if self.explain(self._difference(kind, "", text)):
                self._differ(kind, "", text)
                right.remove(text)
        for index in range(max(len(left), len(right))):
            self._differ(
                kind, left[index] if index < len(left) else "",
                right[index] if index < len(right) else "",
            )

    def _list(self, theirs, ours):
        """Listings around different lines have nothing else to compare."""
        marks = [re.search(r"(?m)^ *>(\d+)", text) for text in (theirs, ours)]
        line, our_line = (mark.group(1) if mark else "" for mark in marks)
        if line != our_line:
            self._differ("line", line, our_line)
        else:
            self._lines("listed", _lines_of(theirs), _lines_of(ours))

    # ------------------------------------------------------------------ frames with variables

    def _entries(self, theirs, ours):
        """Frames and other lines, each with the lines of source below it."""
        missed = [line for line in _called(theirs) if _is_called_in(line, _newest(ours))]
        if missed and not _called(ours):
            self._differ("missed", missed[-1], "")
        key = {id(entry): _key(entry) for entry in (*theirs, *ours)}
        matcher = difflib.SequenceMatcher(
            None, [key[id(entry)] for entry in theirs], [key[id(entry)] for entry in ours], False
        )
        for tag, start, end, our_start, our_end in matcher.get_opcodes():
            if tag == "equal":
                for left, right in zip(theirs[start:end], ours[our_start:our_end]):
                    self._entry(left, right)
            else:
                self._pair(
                    "frame", [entry[0] for entry in theirs[start:end]],
                    [entry[0] for entry in ours[our_start:our_end]],
                )

    def _entry(self, theirs, ours):
        """Two entries with the same key."""
        left, right = (FRAME.match(entry[0]) or FILE.match(entry[0]) for entry in (theirs, ours))
        if not left or not right:
            return
        place = ours[0][:60]
        for part in ("number", "file", "line", "name"):
            if left[part] != right[part]:
                self._differ(part, left[part], right[part], place)
        self._variables(
            values.variables_of(left["variables"]), values.variables_of(right["variables"]), place
        )
        if left["line"] == right["line"]:
            self._lines("source", theirs[1:], ours[1:])

    def _moves(self, theirs, ours):
        """What py-up or py-down print, one after the other."""
        several = [text for text in theirs if "\n#" in text or "\nFrame " in text]
        if several:
            self._differ("moves", several[0].rstrip("\n"), "")
        left = [entry for text in theirs for entry in _entries(text)]
        right = [entry for text in ours for entry in _entries(text)]
        by_key = {_key(entry): entry for entry in right}
        keys = [_key(entry) for entry in left]
        for key, entry in zip(keys, left):
            if key in by_key:
                self._entry(entry, by_key[key])
        only = [entry[0] for key, entry in zip(keys, left) if key not in by_key]
        our_only = [entry[0] for entry in right if _key(entry) not in keys]
        if any(map(FRAME.match, only)) and any(map(FRAME.match, our_only)):
            # One may skip frames of the other, but not both of them.
            self._differ("skipped", "\n".join(only), "\n".join(our_only))
        self._pair("frame", only, our_only)
        order = [key for key in keys if key in by_key]
        if not several and order != [_key(entry) for entry in right if _key(entry) in keys]:
            self._differ("order", "\n".join(theirs), "\n".join(ours))

    # ------------------------------------------------------------------ variables

    def _locals(self, theirs, ours):
        """Theirs is one text for all Python frames of a loop, ours one for each of them."""
        if theirs.startswith(UNREADABLE):
            self._differ("output", theirs.rstrip("\n"), ours[0].rstrip("\n"))
            return
        left = _blocks(theirs)
        right = [block for text in ours for block in _blocks(text)]
        if len(left) > 1:
            self._differ("frames", theirs.rstrip("\n"), ours[0].rstrip("\n"))
        if len(ours) == 1:
            left = left[:1]
        if len(left) != len(right):
            self._differ("output", theirs, "".join(ours))
            return
        for (name, variables), (our_name, our_variables) in zip(left, right):
            if name != our_name:
                self._differ("title", name, our_name)
            self._variables(variables, our_variables, our_name)

    def _variables(self, theirs, ours, place):
        """Lists of (name, value). What is behind a cut is missing for no other reason."""
        left, right = dict(theirs), dict(ours)
        is_cut, our_is_cut = (
            bool(side) and side[-1][1].endswith(values.CUT) for side in (theirs, ours)
        )
        order, our_order = [n for n in left if n in right], [n for n in right if n in left]
        if order != our_order:
            self._differ("order", ", ".join(order), ", ".join(our_order), place)
        for name in order:
            self._value(left[name], right[name], f"{place}: {name}")
        only = [f"{name} = {value}" for name, value in theirs if name not in right]
        our_only = [f"{name} = {value}" for name, value in ours if name not in left]
        if only and our_is_cut or our_only and is_cut:
            self._differ("value", values.CUT, "", place)
        self._pair("variable", [] if our_is_cut else only, [] if is_cut else our_only)

    def _print(self, theirs, ours):
        left, right = PRINTED.match(theirs), PRINTED.match(ours)
        if not left or not right:
            self._differ("output", theirs.rstrip("\n"), ours.rstrip("\n"))
            return
        for part in ("scope", "name"):
            if left[part] != right[part]:
                self._differ(part, left[part], right[part])
        self._value(left["value"], right["value"], right["name"])

    # ------------------------------------------------------------------ values

    def _value(self, theirs, ours, place):
        for left, right in values.differences(theirs, ours, self._is_explained):
            self._differ("value", left, right, place)

    def _is_explained(self, theirs, ours):
        return self.explain(self._difference("value", theirs, ours)) is not None


def _lines_of(text):
    """Strings may have characters that end a line for Python and not for a terminal."""
    return text.removesuffix("\n").split("\n") if text else []


def _key(entry):
    """What two entries must have in common to be the same frame."""
    found = FRAME.match(entry[0])
    if found:
        return found["address"]
    found = FILE.match(entry[0])
    if not found:
        return entry[0]
    # Only theirs writes such characters as they are: the files are compared when they are paired.
    plain = re.sub(r"\\x[0-9a-f]{2}|\\[a-z]|[\x00-\x1f\x7f]", "?", found["file"])
    return f"{plain} {found['name']}"


def _entries(text):
    """[the line of a frame or whatever else stands at the margin, lines of source...]."""
    entries = []
    for line in _lines_of(text):
        if entries and line.startswith("    "):
            entries[-1].append(line)
        else:
            entries.append([line])
    return entries


def _is_frame(entry):
    return FRAME.match(entry[0]) or FILE.match(entry[0])


def _called(entries):
    """The lines about built-in functions before the newest frame."""
    before = itertools.takewhile(lambda entry: not _is_frame(entry), entries)
    return [entry[0] for entry in before if BUILTIN.match(entry[0])]


def _newest(entries):
    """The line of source of the newest frame."""
    return "".join(next((entry[1:2] for entry in entries if _is_frame(entry)), [])).strip()


def _is_called_in(line, source):
    """Whether the function of a line about a built-in one is called by this line of source, and not
    by a function that is written in C."""
    name = re.search(r"(?:method|function) (\w+)", line)
    if not name or name[1] == "__enter__":
        return bool(name) and source.startswith("with ")
    return re.search(rf"\b{name[1]}\(", source) is not None


def _blocks(text):
    """[(the name of the frame or "", [(name, value)...])...]."""
    blocks = []
    for line in _lines_of(text):
        found = LOCALS.fullmatch(line)
        if found:
            blocks.append((found.group(1), []))
            continue
        if not blocks:
            blocks.append(("", []))
        if not line:
            continue
        name, equals, value = line.partition(" = ")
        blocks[-1][1].append((name, value) if equals else ("", line))
    return blocks or [("", [])]
