# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A few values of every kind, as local variables of functions that call each other.

What must be shown of them stands in values.json (testsuite/programs/values_rules). All kinds of all
values are in testsuite/programs/values.py; an image has room for few.
"""
import collections
import json
import os
import sys

import truth
import values_rules as rules

GLOBAL = ["global", {"key": (10, 20)}]
Point = collections.namedtuple("Point", "x y")


class Shape(object):
    def __init__(self, name, sides):
        self.name = name
        self.sides = sides

    def area(self):
        return self.sides


class Slots(object):
    __slots__ = ("alpha", "beta")


def plain():
    small, negative, large, real = 7, -10 ** 20, 2 ** 300, 0.1
    text, wide, data = "it's", u"h\xe9llo \u20ac \U0001f600\n", b"by\x00tes"
    none, true = None, True
    long_text = "x" * 2000
    rules.expect(plain.__code__, locals())
    containers()


def containers():
    numbers, pair, empty = [1, 2, [3, ()]], (1, "two"), {}
    nested = {"k": [1, None, {"deep": ("end",)}], 5: "five", (1, 2): 2.5}
    deleted = {"a": 1, "b": 2, "c": 3}
    del deleted["b"]
    unordered = set(["a"])
    queue = collections.deque([1, 2], maxlen=3)
    itself, many = [1], [0] * 500
    itself.append(itself)
    rules.expect(containers.__code__, locals())
    objects()


def counted(limit):
    for number in range(limit):
        yield number


def objects():
    shape, point = Shape("tri", 3), Point(1, "y")
    slots = Slots()
    slots.beta = [5]
    method, function, built_in = shape.area, counted, len
    generator = counted(3)
    next(generator)
    rules.with_text(generator, "<generator counted (suspended at values.py:%d) @>"
                    % (counted.__code__.co_firstlineno + 2))
    problem = ValueError("bad", 1)
    if sys.version_info >= (3,):
        problem.__cause__ = KeyError("k")
    rules.expect(objects.__code__, locals())
    outer("argument")


def outer(argument):
    captured = ["captured", argument]

    def inner(number):
        note(sys._getframe().f_code, {"number": number, "captured": captured})
        truth.tell()

    rules.expect(outer.__code__, locals())
    inner(5)


def note(here, found):
    """Also what rules.tell() does, without its frame: what that holds would take room."""
    rules.expect(here, found)
    for name in sorted(found):
        rules.expect_print(here, name, "local '%s' = %s" % (name, rules.write(found[name])))
    rules.expect_path(here, "captured[-1]", "argument")
    rules.expect_path(here, "GLOBAL[1]['key'][0]", 10)
    rules.expect_print(here, "GLOBAL", "global 'GLOBAL' = %s" % rules.write(GLOBAL))
    with open(os.path.join(truth.work_directory(), "values.json"), "w") as stream:
        json.dump(rules._document, stream)


plain()
