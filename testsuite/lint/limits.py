# SPDX-License-Identifier: MIT
"""Every SW_MAX_ constant is defined in one file, with a comment that says why; the code uses it,
and a unit test hits it."""
import re

import common

HOME = "core/base/limits.h"
TESTS = "testsuite/unit/test_"
NAME = re.compile(r"\bSW_MAX_\w+")
DEFINITION = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(SW_MAX_\w+)|(?:^|[{,])[ \t]*(SW_MAX_\w+)[ \t]*=(?!=)", re.M)


def constants(root):
    """(name, line) of each in its home."""
    if HOME not in common.c_files(root):
        return
    code = common.without_comments(common.text_of(root, HOME), strings=False)
    for match in DEFINITION.finditer(code):
        yield match.group(1), code.count("\n", 0, match.start(1)) + 1


def check_use(root):
    tested, used = set(), set()
    for name in common.c_files(root):
        found = NAME.findall(common.without_comments(common.text_of(root, name), strings=False))
        if name.startswith(TESTS):
            tested.update(found)
        elif name != HOME and not name.startswith("testsuite/"):
            used.update(found)
    for constant, number in constants(root):
        if constant not in used:
            yield "%s:%d: nothing uses %s" % (HOME, number, constant)
        elif constant not in tested:
            yield "%s:%d: no unit test hits %s" % (HOME, number, constant)


def check(root):
    yield from check_definitions(root)
    yield from check_use(root)


def check_definitions(root):
    for name in common.c_files(root):
        text = common.text_of(root, name)
        code = common.without_comments(text, strings=False)
        lines = text.split("\n")
        for match in DEFINITION.finditer(code):
            constant = match.group(1) or match.group(2)
            number = code.count("\n", 0, match.start(match.lastindex)) + 1
            if name != HOME:
                yield "%s:%d: %s belongs into %s" % (name, number, constant, HOME)
            elif not lines[number - 2].rstrip().endswith("*/"):
                yield "%s:%d: %s has no comment above it" % (name, number, constant)


def self_test(samples):
    test = {"testsuite/unit/test_a.c": "assert(n == SW_MAX_A || n == SW_MAX_B);\n"}
    samples.expect({HOME: "/* Why. */\n#define SW_MAX_A 1\n\n"
                          "/* Why\n   so. */\n#define SW_MAX_B 2\n",
                    "core/view/a.c": "if (n > SW_MAX_A) x == SW_MAX_B;\n"
                                     "/*\n#define SW_MAX_C 1\n*/\n", **test}, [])
    samples.expect({HOME: "/* Why. */\n#define SW_MAX_A 1\n#define SW_MAX_B 2\n",
                    "core/view/a.c": "SW_MAX_A + SW_MAX_B;\n", **test},
                   [HOME + ":3: SW_MAX_B has no comment"])
    samples.expect({"core/view/a.h": "\n/* Why. */\n#define SW_MAX_A 1\n"},
                   ["core/view/a.h:3: SW_MAX_A belongs into"])
    samples.expect({"gdb-plugin/a.c": "enum {\n    SW_MAX_A = 3,\n};\n"},
                   ["gdb-plugin/a.c:2: SW_MAX_A belongs into"])
    samples.expect({"core/view/a.h": "enum { SW_MAX_A = 3, SW_MAX_B = 4 };\n"},
                   ["core/view/a.h:1: SW_MAX_A belongs", "core/view/a.h:1: SW_MAX_B belongs"])
    samples.expect({HOME: "/* Why. */\n#define SW_MAX_A 1\n", "core/view/a.c": "/* SW_MAX_A */\n",
                    **test}, [HOME + ":2: nothing uses SW_MAX_A"])
    samples.expect({HOME: "/* Why. */\n#define SW_MAX_C 1\n", "core/view/a.c": "SW_MAX_C;\n",
                    "testsuite/unit/test_a.c": "/* SW_MAX_C */\n"},
                   [HOME + ":2: no unit test hits SW_MAX_C"])


common.main(check, self_test)
