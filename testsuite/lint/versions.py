# SPDX-License-Identifier: MIT
"""
Version numbers of CPython stay in layouts/ and runtime/. Everything else asks what is present.
"""
import re

import common

EXEMPT = ("core/runtime/",)
# Chooses among the tables that layouts/ made: compares versions, but with no number of its own.
CHOOSERS = ("core/layout/",)

OPERATOR = r"(?:[=!<>]=|(?<![-<>])[<>](?![<>=]))"
NUMBER = r"(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*\b"
NAME = r"\b(?:\w*hex_?version|(?:py|python)_?version|major|minor|micro)\b\)?"
PATTERNS = [
    (re.compile(r"%s\s*(?:>>\s*%s\s*\)?\s*)?(?:&\s*%s\s*\)?\s*)?%s\s*%s" % (
        NAME, NUMBER, NUMBER, OPERATOR, NUMBER)), "a version is compared with a number"),
    (re.compile(r"%s\s*%s\s*[\w.>-]*%s" % (NUMBER, OPERATOR, NAME)),
     "a version is compared with a number"),
    (re.compile(r"\bPY_(?:VERSION\w*|M(?:AJOR|INOR|ICRO)_VERSION)\b"),
     "Python's own version macro"),
    (re.compile(r"\bswitch\s*\([^()]*%s" % NAME), "a switch over versions"),
]
COMPARED = re.compile(
    r"\bhexversion\b\)?\s*%s|%s\s*[\w.>-]*\bhexversion\b" % (OPERATOR, OPERATOR))


def check(root):
    for name in common.c_files(root, "core", "gdb-plugin", "lldb-plugin"):
        if name.startswith(EXEMPT):
            continue
        text = common.without_comments(common.text_of(root, name), strings=False)
        for number, line in enumerate(text.split("\n"), 1):
            faults = [what for pattern, what in PATTERNS if pattern.search(line)]
            if not faults and not name.startswith(CHOOSERS) and COMPARED.search(line):
                faults = ["a version is compared"]
            for what in faults[:1]:
                yield "%s:%d: %s: %s" % (name, number, what, line.strip())


def self_test(samples):
    def line(text, *wanted, **places):
        samples.expect({places.get("name", "core/frame/a.c"): text + "\n"}, list(wanted))

    line("if (layout->hexversion >= 0x030b0000)", "compared with a number")
    line("if (0x030b0000 <= flavour.hexversion)", "compared with a number")
    line("if ((hexversion >> 16 & 0xff) > 12)", "compared with a number")
    line("if ((hexversion >> 24) == 3)", "compared with a number")
    line("if (version->minor == 12)", "compared with a number")
    line("if (minor<12)", "compared with a number")
    line("#if PY_VERSION_HEX >= 0x030c0000", "macro")
    line("#if PY_MINOR_VERSION > 3", "macro")
    line("switch (version.minor) {", "switch")
    line("if (a->hexversion < b->hexversion)", "is compared")
    line("if (a->hexversion < b->hexversion)", name="core/layout/a.c")
    line("if (a->hexversion < 0x30b0000)", "with a number", name="core/layout/a.c")
    line("if (minor == 12)", "compared with a number", name="gdb-plugin/a.c")
    line("if (minor == 12)", name="core/runtime/a.c")
    line("if (minor == 12)", name="testsuite/a.c")
    line("/* since 3.12, where minor == 12 */")
    line('puts("minor == 12");')
    line("x = minor << 8;")
    line("f(a->hexversion, layout.flavour->hexversion);")
    line("traits->frame_chain == SW_FRAME_CHAIN_CFRAME")


common.main(check, self_test)
