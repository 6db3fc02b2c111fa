# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.10
"""match statements and patterns that call Python."""
import truth


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, function):
        self.function = function
        self.y = 2

    @property
    def x(self):
        return self.function()


def by_class(function):
    match Point(function):
        case [1, 2]:
            pass
        case Point(
            1,
            y=2
        ):
            pass


def by_guard(function):
    match {"key": [1, 2]}:
        case {"key": [first, *rest]} if (
            rest
            and function()
        ):
            return first


def nothing():
    """No more than this."""


for index, called in enumerate((by_class, by_guard)):
    truth.start(called, lambda index=index: truth.hold(index))
by_class(lambda: by_guard(truth.tell))
