# SPDX-License-Identifier: MIT
"""Reading the text files of this folder, for layout-assemble, layout-probe and layout-check.

This parser is written apart from layout-gen's on purpose: the two are compared by layout-check.
"""

import functools
import json
import lzma
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden", "offsets.json.xz")
FLAGS = ("debug", "free_threaded", "trace_refs", "big_endian")


class LayoutError(Exception):
    """A file that cannot be read; the message starts with file:line."""


class Struct:
    """
    One struct of fields.txt: name, C types, fields as (name, kind, paths). An open one ends, for
    us, with its last field.
    """

    def __init__(self, name, types):
        self.name = name
        self.is_open = types[-1] == "..."
        self.types = [word for word in types if word != "..."]
        self.fields = []


def read_lines(path):
    """Yield (line number, words) of the lines that say something."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.split("#")[0].split()
            if words:
                yield number, words


def read_schema(path=None):
    """The structs of fields.txt, in order."""
    schema = []
    for number, words in read_lines(path or os.path.join(HERE, "fields.txt")):
        if words[0].startswith("["):
            schema.append(Struct(words[0][1:-1], words[1:]))
        elif schema and len(words) > 2:
            schema[-1].fields.append((words[0], words[1], words[2:]))
        else:
            raise LayoutError(f"{path}:{number}: not a field")
    return schema


def read_traits(path=None):
    """{trait: [values]} of traits.txt."""
    traits = {}
    for _, words in read_lines(path or os.path.join(HERE, "traits.txt")):
        traits[words[0].rstrip(":")] = words[1:]
    return traits


class Flavour:
    """Everything that moves a field; the same as struct sw_flavour."""

    def __init__(self, micro=0, pointer_size=8, machine="x86_64", flags=()):
        self.micro = micro
        self.pointer_size = pointer_size
        self.machine = machine
        self.flags = frozenset(flags)

    def words(self):
        """The words that layout-extract prints and golden entries keep."""
        words = [f"machine={self.machine}", f"pointer_size={self.pointer_size}"]
        return " ".join(words + sorted(self.flags))

    @staticmethod
    def parse(words, micro):
        """The reverse of words()."""
        flavour = Flavour(micro)
        for word in words.split():
            key, _, value = word.partition("=")
            if key == "machine":
                flavour.machine = value
            elif key == "pointer_size":
                flavour.pointer_size = int(value)
            else:
                flavour.flags |= {word}
        return flavour

    def matches(self, conditions):
        """Whether all the conditions of a section hold."""
        return all(self._holds(word) for word in conditions)

    def _holds(self, word):
        if word in FLAGS:
            return word in self.flags
        key, _, value = word.partition("=")
        if key == "machine":
            return self.machine == value
        if key == "abi":
            i386 = self.machine == "i386" or self.machine == ""
            return self.pointer_size == 4 and (value == "i386") == i386
        if key == "micro":
            first, _, last = value.partition("..")
            return int(first) <= self.micro <= int(last or 255)
        raise LayoutError(f"unknown condition {word}")

    @staticmethod
    def of(conditions):
        """The plainest flavour for which the conditions hold."""
        flavour = Flavour()
        flags = set()
        for word in conditions:
            key, _, value = word.partition("=")
            if word in FLAGS:
                flags.add(word)
            elif key == "machine":
                flavour.machine = value
            elif key == "abi":
                flavour.pointer_size = 4
                flavour.machine = {"i386": "i386", "armhf": "arm"}[value]
            elif key == "micro":
                flavour.micro = int(value.split("..")[0])
            else:
                raise LayoutError(f"unknown condition {word}")
        flavour.flags = frozenset(flags)
        return flavour


class Section:
    """A section of a layout file. rows: {name: (value, line)}; [struct] names a struct's size."""

    def __init__(self, conditions, line):
        self.conditions = conditions
        self.line = line
        self.rows = {}


class Layout:
    """One cpython-X.Y.layout, or the output of layout-extract (a base section without a head)."""

    def __init__(self, path):
        self.path = path
        self.head = []
        self.version = None
        self.traits = {}
        self.sections = []
        self.measured = ""

    def evaluate(self, flavour):
        """{name: (value, section, line)} for a flavour: sections laid over each other in order."""
        rows = {}
        for section in self.sections:
            if flavour.matches(section.conditions):
                for name, (value, line) in section.rows.items():
                    rows[name] = (value, section, line)
        return rows


def parse_value(words):
    """The value of a row or of a struct's size, as a tuple of words."""
    if words[0] == "absent":
        return ("absent",)
    return tuple(words)


def layout_sections(path, file, layout):
    section = Section([], 0)
    struct = None
    for number, line in enumerate(file, 1):
        if line.startswith("# flavour: "):
            layout.measured = line[len("# flavour: "):].strip()
        words = line.split("#")[0].split()
        if words and words[0] == "@":
            section = Section([] if words[1] == "base" else words[1:], number)
            layout.sections.append(section)
            struct = None
        elif words and words[0].startswith("["):
            struct = words[0][1:-1]
            if not layout.sections:
                layout.sections.append(section)
            if len(words) > 1:
                section.rows[f"[{struct}]"] = (parse_value(words[1:]), number)
        elif words and words[0] == "trait" and len(words) == 4:
            layout.traits[words[1]] = words[3]
        elif words and words[0] == "version":
            layout.version = tuple(int(part) for part in words[1].split("."))
        elif words:
            if struct is None or len(words) < 3 or words[1] != "=":
                raise LayoutError(f"{path}:{number}: not a row")
            section.rows[f"{struct}.{words[0]}"] = (parse_value(words[2:]), number)
        if not layout.sections:
            layout.head.append(line)


def read_layout(path):
    """Parse a layout file or a file of facts."""
    layout = Layout(path)
    with open(path, encoding="utf-8") as file:
        layout_sections(path, file, layout)
    return layout


def all_versions(folder=HERE):
    """The layout files of a folder, oldest version first."""
    found = []
    for name in os.listdir(folder):
        match = re.fullmatch(r"cpython-(\d+)\.(\d+)\.layout", name)
        if match:
            found.append((int(match[1]), int(match[2]), os.path.join(folder, name)))
    return [read_layout(path) for _, _, path in sorted(found)]


def render_section(schema, rows):
    """The text of a section from {name: value}; structs without rows are left out."""
    text = []
    for struct in schema:
        size = rows.get(f"[{struct.name}]")
        fields = [(name, rows.get(f"{struct.name}.{name}")) for name, _, _ in struct.fields]
        fields = [(name, value) for name, value in fields if value is not None]
        if size is None and not fields:
            continue
        text.append(f"\n[{struct.name}]" + ("" if size is None else " " + " ".join(size)) + "\n")
        text += [f"{name} = {' '.join(value)}\n" for name, value in fields]
    return "".join(text)


@functools.lru_cache(maxsize=1)
def read_golden(path=GOLDEN):
    """
    {build: {"version": "3.13.5", "flavour": words, "rows": {name: words}}}: what was measured of
    builds that a machine may not be able to get. Names of rows are those of fields.txt, the size of
    a struct is [struct]; a missing row was not measured, one that is ["absent"] was looked for.
    """
    with lzma.open(path, "rt") as file:
        return json.load(file)


def write_golden(golden, path=GOLDEN):
    """Write a golden file; the same content gives the same bytes."""
    text = json.dumps(golden, indent=0, sort_keys=True) + "\n"
    with lzma.open(path, "wt", preset=9) as file:
        file.write(text)
