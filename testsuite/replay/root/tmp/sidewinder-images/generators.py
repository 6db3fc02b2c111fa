# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Generators, comprehensions, a class body, exec(), C functions that call back; four threads."""
import truth


def numbers(limit):
    for number in range(limit):
        if number == 3:
            truth.hold(number)
        yield number


def doubled(source):
    for value in source:
        yield value * 2


def in_generators():
    return sum(value + 1 for value in doubled(numbers(9)))


def in_sort():
    sorted([2, 1], key=lambda value: [truth.hold() for _ in (1,)])


class Tree(object):
    def __init__(self, depth):
        self.depth = depth
        if depth == 0:
            exec(compile("if truth:\n    truth.tell()\n", "<the text>", "exec"), {"truth": truth})

    def __iter__(self):
        yield self.depth
        for value in Tree(self.depth - 1):
            yield value


def suspended():
    yield 1


truth.start(in_generators)
truth.start(in_sort)
truth.start_without_frame()
sleeper = suspended()
next(sleeper)


class Body(object):
    found = [value for value in Tree(4)]
