# SPDX-License-Identifier: MIT
"""Every SW_MAX_ constant is defined in one file, with a comment that says why."""
import re

import common

HOME = "core/base/limits.h"
DEFINITION = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(SW_MAX_\w+)|^[ \t]*(SW_MAX_\w+)[ \t]*=", re.M)


def check(root):
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
    samples.expect({HOME: "/* Why. */\n#define SW_MAX_A 1\n\n"
                          "/* Why\n   so. */\n#define SW_MAX_B 2\n",
                    "core/view/a.c": "if (n > SW_MAX_A) x == SW_MAX_B;\n"
                                     "/*\n#define SW_MAX_C 1\n*/\n"}, [])
    samples.expect({HOME: "/* Why. */\n#define SW_MAX_A 1\n#define SW_MAX_B 2\n"},
                   [HOME + ":3: SW_MAX_B has no comment"])
    samples.expect({"core/view/a.h": "\n/* Why. */\n#define SW_MAX_A 1\n"},
                   ["core/view/a.h:3: SW_MAX_A belongs into"])
    samples.expect({"gdb-plugin/a.c": "enum {\n    SW_MAX_A = 3,\n};\n"},
                   ["gdb-plugin/a.c:2: SW_MAX_A belongs into"])


common.main(check, self_test)
