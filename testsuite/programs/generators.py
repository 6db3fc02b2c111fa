# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Generators that run, generators inside generators, and one that stays suspended."""
import truth


def numbers(limit):
    for number in range(limit):
        if number == 3:
            truth.hold(number)
        yield number


def doubled(source):
    for value in source:
        yield value * 2


def in_thread():
    total = sum(value + 1 for value in doubled(numbers(9)))
    return total


class Tree(object):
    def __init__(self, depth):
        self.depth = depth

    def __iter__(self):
        if self.depth == 0:
            truth.tell()
        yield self.depth
        for value in Tree(self.depth - 1):
            yield value


def sender():
    received = None
    while True:
        received = yield received
        if received == "stop":
            for _ in Tree(6):
                pass


def suspended():
    yield 1
    yield 2


truth.start(in_thread)
sleeper = suspended()
next(sleeper)
coroutine = sender()
next(coroutine)
coroutine.send("go")
coroutine.send("stop")
