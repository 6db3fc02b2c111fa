# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Calling a class whose __init__ is Python code, often enough for the call to be specialised."""
import truth


class Plain(object):
    def __init__(self, number, function):
        self.number = number
        if function:
            function(number)


class Derived(Plain):
    def __init__(self, number, function):
        super(Derived, self).__init__(number, function)
        self.more = 1


class New(object):
    def __new__(cls, number, function):
        if function:
            function(number)
        return object.__new__(cls)


class Many(object):
    def __init__(self, number, function, one=1, two=2, *rest, **named):
        self.inner = Derived(number, function)


class Slots(object):
    __slots__ = ("number",)

    def __init__(self, number, function):
        self.number = Many(number, function)


def make(kind, number, function):
    """The same call instruction, first a thousand times without stopping, then with."""
    for turn in range(1000):
        kind(
            number,
            function if turn == 999 else None
        )


KINDS = (Plain, Derived, New, Many, Slots)
for index, made in enumerate(KINDS):
    truth.start(make, made, index, truth.hold)
make(Slots, 0, lambda number: make(Plain, 1, lambda number: truth.tell()))
