# SPDX-License-Identifier: MIT
"""debug-offsets.layout against the table in an interpreter's own .PyRuntime section."""

import struct

import layoutlib

SECTION = b".PyRuntime"
COOKIE = b"xdebugpy"


class Word:
    """One row: a word, or two added or subtracted; whether only free-threaded builds have it."""

    def __init__(self, name, words, line):
        self.name = name
        self.line = line
        self.position = int(words[0])
        self.sign = 0
        self.second = 0
        self.free_threaded = words[-1] == "free_threaded"
        if len(words) > 2 and words[1] in ("plus", "minus"):
            self.sign = 1 if words[1] == "plus" else -1
            self.second = int(words[2])

    def value(self, table, order):
        """What the table says."""
        first, = struct.unpack_from(order + "Q", table, self.position)
        second, = struct.unpack_from(order + "Q", table, self.second)
        return first + self.sign * second


def read_tables(path):
    """{version: (path, size, [Word])}"""
    tables = {}
    version = owner = None
    for line, words in layoutlib.read_lines(path):
        if words[0] == "@":
            version = tuple(map(int, words[1].split(".")))
            tables[version] = (path, int(words[3]), [])
        elif words[0].startswith("["):
            owner = words[0][1:-1]
            if len(words) > 1:
                tables[version][2].append(Word(f"[{owner}]", words[3:], line))
        else:
            tables[version][2].append(Word(f"{owner}.{words[0]}", words[2:], line))
    return tables


def runtime_section(path):
    """(contents, byte order) of .PyRuntime in an ELF file; (None, "") without one."""
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[5] == 1 else ">"
    if data[4] == 2:
        sections, = struct.unpack_from(order + "Q", data, 0x28)
        size, count, names = struct.unpack_from(order + "HHH", data, 0x3A)
        form = order + "IIQQQQ"
    else:
        sections, = struct.unpack_from(order + "I", data, 0x20)
        size, count, names = struct.unpack_from(order + "HHH", data, 0x2E)
        form = order + "IIIIII"
    headers = [struct.unpack_from(form, data, sections + i * size) for i in range(count)]
    texts = headers[names][4]
    for name, _, _, _, offset, length in headers:
        if data[texts + name:].startswith(SECTION + b"\0") if name else False:
            return data[offset:offset + length], order
    return None, ""


def compare(check, table, path, flavour, said):
    """Compare each word with what the layout says of its row."""
    file, size, words = table
    content, order = runtime_section(path)
    if not content or not content.startswith(COOKIE):
        check.skipped.append(f"{path}: no table of debug offsets in the file")
        return
    for word in words:
        value = said[word.name][0]
        open_size = word.name in [f"[{item.name}]" for item in check.schema if item.is_open]
        if word.free_threaded and "free_threaded" not in flavour.flags:
            expected = 0
        elif open_size:
            continue
        else:
            expected = int(value[1] if word.name.startswith("[") else value[0])
        found = word.value(content[:size], order)
        check.compared += 1
        if found != expected:
            check.lie(f"{file}:{word.line}: {word.name} is {expected} in the layout, the word at "
                      f"{word.position} says {found} in {path}", file, word.line)
