# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Python called by C called by Python: sort, reduce, re.sub, ctypes, map, max, operators."""
import functools
import re

import truth

try:
    import ctypes
except ImportError as error:
    truth.unsupported("ctypes: %s" % error)


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


def by_map(function):
    max(map(lambda value: function(), [1, 2]))


def by_filter(function):
    list(filter(lambda value: function(), [1, 2]))


def by_partial(function):
    functools.partial(lambda one, two: function(), 1)(2)


class Odd(object):
    def __init__(self, function):
        self.function = function

    def __getattr__(self, name):
        return self.function()

    def __len__(self):
        return self.function()

    def __eq__(self, other):
        return self.function()

    def __hash__(self):
        return self.function()

    def __str__(self):
        return self.function()

    def __contains__(self, item):
        return self.function()

    @property
    def value(self):
        return self.function()


def by_getattr(function):
    Odd(function).missing


def by_property(function):
    Odd(function).value


def by_len(function):
    len(Odd(function))


def by_equality(function):
    [1, 2].index(Odd(function))


def by_hash(function):
    {Odd(function): 1}


def by_format(function):
    "%s" % Odd(function)


def by_contains(function):
    1 in Odd(function)


WAYS = (by_sort, by_reduce, by_pattern, by_ctypes, by_map, by_filter, by_partial, by_getattr,
        by_property, by_len, by_equality, by_hash, by_format, by_contains)


def nest(ways):
    """One stack with all the ways in it, each called by the one before."""
    if not ways:
        truth.tell()
    ways[0](lambda: nest(ways[1:]))


for index, way in enumerate(WAYS):
    truth.start(way, lambda index=index: truth.hold(index))
nest(WAYS + WAYS)
