# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Line tables with all forms of entries: large steps, steps back, wide columns, long bytecode."""
import truth


def gap(lines):
    """A call after a gap of that many lines."""
    return "def f(stop):\n    one = 1\n" + "\n" * lines + "    return stop(one)\n"


def back(lines):
    """The call is made far above the last of its arguments: the line steps back."""
    return "def f(stop):\n    return stop(\n" + "\n" * lines + "        1\n    )\n"


def wide(columns):
    """A call that begins that many columns to the right."""
    return "def f(stop):\n    return [" + " " * columns + "stop(" + " " * columns + "1)]\n"


def long_code(statements):
    """A call behind bytecode so long that arguments and jumps need extending."""
    body = "".join("    if x == %d: x = x + %d\n" % (n, n + 1000) for n in range(statements))
    return "def f(stop):\n    x = 0\n" + body + "    return stop(x)\n"


def many_lines(statements):
    """A loop whose end jumps far back before the call is made."""
    body = "".join("        x = [\n            %d,\n        ]\n" % n for n in range(statements))
    return "def f(stop):\n    for turn in (0, 1):\n" + body + "        turn and stop(turn)\n"


def first_line(line):
    """A function that begins far down in its file."""
    return "\n" * line + "def f(stop): return stop(1)\n"


SOURCES = [gap(n) for n in (0, 1, 60, 126, 127, 128, 129, 254, 255, 256, 300, 1000, 70000)]
SOURCES += [back(n) for n in (0, 1, 126, 127, 128, 129, 200, 255, 256, 1000, 40000)]
SOURCES += [wide(n) for n in (1, 30, 60, 66, 70, 79, 110, 127, 128, 140, 255, 256, 1000, 5000)]
SOURCES += [long_code(n) for n in (10, 100, 1000, 5000)]
SOURCES += [many_lines(n) for n in (10, 100, 3000)]
SOURCES += [first_line(n) for n in (0, 127, 128, 255, 256, 65535, 65536)]

functions = []
for index, source in enumerate(SOURCES):
    scope = {}
    exec(compile(source, "<source %d>" % index, "exec"), scope)
    functions.append(scope["f"])


def nest(index):
    if index == len(functions):
        truth.tell()
    functions[index](lambda value: nest(index + 1))


nest(0)
