# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads parked in the middle of except clauses; each tells what traceback says of its exception.

exceptions.json in the work directory: {native id: text of traceback.format_exc(), "" without one}.
"""
from __future__ import print_function

import json
import os
import sys
import threading
import traceback

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

PYTHON3 = sys.version_info[0] >= 3
texts = {}
lock = threading.Lock()


class Custom(Exception):
    """With arguments of several kinds."""


class Nested(object):
    class Inner(Exception):
        pass


def note():
    text = traceback.format_exc() if sys.exc_info()[0] else ""
    with lock:
        texts[truth.native_id()] = text


def fail(error):
    raise error


def fall(left):
    if left == 0:
        raise Custom("deep", left)
    return fall(left - 1)


def hold_in(function, *arguments):
    """Parks in the except clause around function(*arguments)."""
    try:
        function(*arguments)
    except Exception:
        note()
        truth.hold(1)


def in_context():
    try:
        {}["key"]
    except KeyError:
        open("/no/such/file")


def chain(statement):
    """Syntax of 3.x: raise ... from."""
    exec(statement, {"fail": fail, "Custom": Custom})


def syntax(source):
    compile(source, "<typed>", "exec")


def leaf(error):
    """The error with a traceback."""
    try:
        fail(error)
    except Exception as caught:
        return caught


def groups(depth, width):
    """Groups in groups, with notes, a cause and a context; 3.11 and later."""
    parts = [leaf(ValueError(number)) for number in range(width)]
    if depth:
        parts[1:1] = [leaf(groups(depth - 1, width)), TypeError("never raised")]
    error = ExceptionGroup("depth %d" % depth, parts)  # noqa: F821
    error.add_note("one note\nof two lines")
    error.add_note("")
    parts[0].add_note("of a part")
    parts[-1].__cause__ = leaf(KeyError("cause"))
    return error


def without():
    note()
    truth.hold(1)


CASES = [
    (syntax, "x = = 1\n"),
    (syntax, "def f():\n    return (1,\n"),
    (fail, ValueError("one text")),
    (fail, ValueError()),
    (fail, Custom("a text", 2, None)),
    (fail, Nested.Inner("in a class")),
    (fail, KeyError("quoted")),
    (fail, OSError(2, "No such thing")),
    (fail, ValueError(["no", "text"])),
    (open, "/no/such/file"),
    (fall, 20),
    (in_context,),
]
if PYTHON3:
    CASES += [
        (fail, ValueError(u"h\xe9llo \u4f60\u597d \U0001f600")),
        (chain, "try:\n  fail(Custom(1))\nexcept Custom as e:\n  raise ValueError('x') from e\n"),
        (chain, "try:\n  fail(Custom(1))\nexcept Custom:\n  raise ValueError('x') from None\n"),
        (chain, "try:\n  fail(Custom(1))\nexcept Custom:\n  raise ValueError('x')\n"),
    ]

for case in CASES:
    truth.start(hold_in, *case)
if sys.version_info >= (3, 11):
    for size in ((0, 1), (1, 2), (2, 3), (0, 17), (12, 1)):
        truth.start(hold_in, lambda size=size: fail(groups(*size)))
truth.start(without)


def write():
    """A step of the telling thread: the workers are parked."""
    path = os.path.join(truth.work_directory(), "exceptions.json")
    with open(path, "w") as file:
        json.dump(texts, file)


truth.tell(write)
