# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Statements over several lines: which line and which columns are the current ones."""
import truth


class Chain(object):
    def __init__(self):
        self.steps = []

    def step(self, *values, **named):
        self.steps.append((values, named))
        return self

    def stop(self, function):
        function()
        return self

    def __getitem__(self, key):
        key()
        return self

    def __add__(self, other):
        other()
        return self


def arguments(function):
    return max(
        1,
        2,
        len([
            function(),
            4,
        ]),
        *[
            5
        ]
    )


def chained(function):
    return (
        Chain()
        .step(
            1,
            two=2,
        )
        .step(3)
        .stop(
            function
        )
        .step(4)
    )


def operators(function):
    first = Chain()
    return (first
            + function
            + 1)


def subscripts(function):
    first = Chain()
    return first.step(
        1)[
            function
    ]


def continued(function):
    value = 1 + \
        2 + \
        (function() or
         3)
    return value


def strings(function):
    return """first
    second %s
    third""" % (
        function(),
    )


def decorated(function):
    def decorator(*values):
        def apply(target):
            if 2 in values:
                function()
            return target
        return apply

    @decorator(
        1
    )
    @decorator(
        2,
    )
    def target(
        one=1,
        two=2,
    ):
        return one, two
    return target


def backwards(function):
    for value in (
        1,
        2,
    ):
        while (
            value
            and function()
        ):
            pass


FUNCTIONS = (arguments, chained, operators, subscripts, continued, strings, decorated, backwards)
for index, called in enumerate(FUNCTIONS):
    truth.start(called, lambda index=index: truth.hold(index))
operators(
    lambda:
        arguments(
            truth.tell
        )
)
