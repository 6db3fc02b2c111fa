# SPDX-License-Identifier: MIT
"""Source files: licence line, width, nothing left to do, nothing of somebody's own machine."""
import os
import re

import common

WIDTH = 100
LICENCE = "SPDX-License-Identifier: MIT"
LICENCE_LINES = 4  # a script has its interpreter and its encoding first
# Written so that this file does not find itself.
LEFT_TO_DO = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
OWN_MACHINE = re.compile(
    r"(?<![\w.$}])/(?:home|Users|root|work)/[\w.]|[.][.]/shared\b|[.]library/")
WIDE = common.C_SUFFIXES + (".py", ".sh", ".exp")
SOURCES = WIDE + (".layout", ".build", ".txt", ".map")
SCRIPT = re.compile(r"#!.*\b(?:sh|bash|python3?|env)\b")
# Recordings say what an interpreter said; the licence of the whole is theirs.
RECORDED = ("testsuite/unit/vectors/", "testsuite/replay/images/")


def is_script(name, text):
    return not os.path.splitext(name)[1] and SCRIPT.match(text) is not None


def needs_licence(name, text):
    if name.startswith(RECORDED):
        return False
    if name.endswith((".txt", ".layout")):
        return name.startswith("layouts/")
    return name.endswith(SOURCES) or name == "meson_options.txt" or is_script(name, text)


def check(root):
    for name in common.source_files(root):
        text = common.text_of(root, name)
        if text is None:
            continue
        lines = text.split("\n")
        if text and needs_licence(name, text) and not any(
                LICENCE in line for line in lines[:LICENCE_LINES]):
            yield "%s:1: no %s" % (name, LICENCE)
        for number, line in enumerate(lines, 1):
            if LEFT_TO_DO.search(line):
                yield "%s:%d: something left to do: %s" % (name, number, line.strip())
            if OWN_MACHINE.search(line):
                yield "%s:%d: a path of one machine: %.80s" % (name, number, line.strip())
            if name.endswith(WIDE) or is_script(name, text):
                width = len(line.expandtabs(8))
                if width > WIDTH:
                    yield "%s:%d: %d columns" % (name, number, width)


def self_test(samples):
    mit = "/* %s */\n" % LICENCE
    samples.expect({"a.c": mit, "b.py": "#!/usr/bin/python3\n# %s\n" % LICENCE, "c.md": "x\n",
                    "meson.build": "# %s\n" % LICENCE}, [])
    samples.expect({"a.c": "int a;\n"}, ["a.c:1: no SPDX"])
    samples.expect({"script": "#!/bin/bash\nls\n"}, ["script:1: no SPDX"])
    samples.expect({"layouts/a.layout": "x\n"}, ["layouts/a.layout:1: no SPDX"])
    samples.expect({"a.c": mit + "/* TO" "DO: all */\n"}, ["a.c:2: something left"])
    samples.expect({"a.md": "FIX" "ME\n"}, ["a.md:1: something left"])
    samples.expect({"a.c": mit + "x" * 101 + "\n"}, ["a.c:2: 101 columns"])
    samples.expect({"a.c": mit + "\t" + "x" * 93 + "\n"}, ["a.c:2: 101 columns"])
    samples.expect({"a.c": mit + "\u00e9" * 100 + "\n"}, [])
    samples.expect({"script": "#!/bin/sh\n# %s\n%s\n" % (LICENCE, "x" * 101)}, ["script:3: 101"])
    for path in ("/home/" "somebody/x", "/ro" "ot/.cache", "/wo" "rk/main", "../sha" "red/X.md"):
        samples.expect({"a.md": "see %s\n" % path}, ["a.md:1: a path of one machine"])
    samples.expect({"a.md": "$HOME/root/x, target/root/x, ~/.cache\n"}, [])


common.main(check, self_test)
