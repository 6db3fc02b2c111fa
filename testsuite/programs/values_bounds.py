# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Values beyond the bounds of docs/values.md, under its defaults and under other settings."""
import collections
import sys

import values_rules as rules


class Node(object):
    def __init__(self, child):
        self.child = child


def nested(depth, make, innermost):
    value = innermost
    for _ in range(depth):
        value = make(value)
    return value


def note(code, found):
    rules.expect(code, found)
    rules.expect_within(code, found, rules.Limits(string_length=10, items=5, width=100000))
    rules.expect_within(code, found, rules.Limits(depth=3, items=2, width=200))
    rules.expect_within(code, found, rules.Limits(width=16))


def bounds():
    million = list(range(1000000))
    million_tuple = tuple(million)
    entries = dict((number, None) for number in range(100000))
    large_set, large_frozen = set(range(50000)), frozenset(range(1000))
    large_deque = collections.deque(range(5000))
    text = "x" * (10 * 1024 * 1024)
    text_latin, text_bmp = u"\xe9" * 5000000, u"\u20ac" * 3000000
    text_astral = u"\U0001f600" * 2000000
    data, array = b"\x00" * (1 << 20), bytearray(b"y" * 99999)
    text_at_limit, text_beyond = u"a" * 1024, u"a" * 1025
    text_ten, data_ten = u"0123456789", bytearray(b"0123456789")
    list_ten, dict_ten = list(range(10)), dict((number, number) for number in range(10))
    list_400, list_401 = [0] * 400, [0] * 401
    lists = nested(100, lambda value: [value], [])
    tuples = nested(100, lambda value: (value,), ())
    dicts = nested(100, lambda value: {"k": value}, {})
    nodes = nested(100, Node, None)
    pairs = nested(12, lambda value: [value, value], [])
    deep_empty = nested(20, lambda value: [value], {})
    deep_three = nested(2, lambda value: [value], [1, 2, 3])
    list_itself, dict_itself, node_itself = [1], {"a": 1}, Node(None)
    list_itself.append(list_itself)
    dict_itself["self"] = dict_itself
    node_itself.child = node_itself
    number = 10**900
    note(sys._getframe().f_code, locals())
    rules.tell()


bounds()
