# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Python and C by turns: an extension that calls back, sort, reduce, re.sub, ctypes, __del__.

The extension is callback.so in the work directory (testsuite/native/callback.c).
"""
from __future__ import print_function

import functools
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

try:
    import ctypes
except ImportError as error:
    truth.unsupported("ctypes: %s" % error)

library = ctypes.PyDLL(os.path.join(truth.work_directory(), "callback.so"))
library.sw_extension_new.restype = ctypes.py_object
extension = library.sw_extension_new()


def by_extension(function, argument="text"):
    extension(lambda: function())


def by_sort(function):
    sorted([3, 1, 2], key=lambda value: function())


def by_reduce(function):
    functools.reduce(lambda left, right: function(), [1, 2, 3])


def by_pattern(function):
    re.sub("b+", lambda match: function(), "abba")


def by_ctypes(function):
    prototype = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int)
    )

    def compare(left, right):
        function()
        return 0

    numbers = (ctypes.c_int * 3)(3, 2, 1)
    ctypes.CDLL(None).qsort(numbers, 3, ctypes.sizeof(ctypes.c_int), prototype(compare))


class Final(object):
    def __init__(self, function):
        self.function = function

    def __del__(self):
        self.function()


def by_del(function):
    final = Final(function)
    final = None
    return final


def generate(function):
    yield 1
    function()
    yield 2


def by_generator(function):
    for value in generate(function):
        pass


WAYS = (by_extension, by_sort, by_reduce, by_pattern, by_ctypes, by_del, by_generator)


def nest(ways):
    """One stack with all the ways in it, each called by the one before."""
    if not ways:
        truth.tell()
    ways[0](lambda: nest(ways[1:]))


nest(WAYS + WAYS)
