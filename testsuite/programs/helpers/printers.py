# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Objects that a debugger is shown by their addresses, and frames with known local variables.

printers.py FILE: writes to FILE a line for each object, its name, its address and what the
interpreter itself says of it, says ready, and ends when its standard input is closed.

The sessions find lines by the marks in the comments.
"""
import functools
import operator
import os
import sys

CALL = operator.methodcaller("__call__")
LABEL = "global"
itself = [1]
itself.append(itself)
objects = [
    ("none", None),
    ("true", True),
    ("small", -7),
    ("large", 1 << 200),
    ("float", 2.5),
    ("complex", 1 + 2j),
    ("text", "it's \\ \n 'text'"),
    ("unicode", u"h\u00e9llo \u20ac \U0001f600"),
    ("tuple", (1, "two", None)),
    ("list", [0, 1, [2, 3], "four"]),
    ("empty", []),
    ("dict", {"key": [1, 2]}),
    ("itself", itself),
    ("frozenset", frozenset([3])),
    ("long", list(range(1000))),
]


class Shape(object):
    def __init__(self, sides):
        self.sides = sides

    def area(self, scale, note, data):
        nested = [1, [2, (3, 4)], {"key": None}]
        list(map(CALL, STEPS))  # mark: area
        return nested


class Point(object):
    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x


def outer(depth):
    shape = Shape(3)
    keep.append(shape.area)
    eval("shape.area(2, note='text', data={'k': [1, None]})")  # mark: outer
    return depth


keep = []
objects.append(("point", Point((1, "two"))))
STEPS = (functools.partial(os.write, 1, b"ready\n"), functools.partial(os.read, 0, 1),
         functools.partial(os._exit, 0))
with open(sys.argv[1], "wb") as file:
    for name, value in objects:
        line = u"%s\t0x%x\t%s\n" % (name, id(value), repr(value))
        file.write(line.encode("utf-8"))
outer(1)  # mark: module
