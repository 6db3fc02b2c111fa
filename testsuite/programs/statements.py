# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""with, try, except, finally, loops with else, assert, del: where the line is in each."""
import contextlib

import truth


class Context(object):
    def __init__(self, enter=None, leave=None):
        self.enter = enter
        self.leave = leave

    def __enter__(self):
        if self.enter:
            self.enter()

    def __exit__(self, *details):
        if self.leave:
            self.leave()


class Deleted(object):
    def __init__(self, function):
        self.function = function

    def __delitem__(self, key):
        self.function()


def entering(function):
    with Context(), Context(
        enter=function
    ):
        pass


def leaving(function):
    with Context(leave=function):
        value = 1
        del value


def leaving_by_return(function):
    with Context(leave=function):
        return [
            1,
        ]


def leaving_by_error(function):
    with Context(leave=function):
        raise KeyError(1)


def in_except(function):
    try:
        raise ValueError(1)
    except KeyError:
        pass
    except (ValueError, TypeError):
        function()


def in_finally(function):
    for _ in range(2):
        try:
            continue
        finally:
            function()


def in_finally_of_return(function):
    try:
        return 1
    finally:
        try:
            {}["missing"]
        except KeyError:
            function()


def in_else(function):
    for _ in []:
        pass
    else:
        try:
            pass
        except KeyError:
            pass
        else:
            function()


def in_assert(function):
    assert 1, "never"
    assert function(), (
        "no"
    )


def in_delete(function):
    deleted = Deleted(function)
    del deleted[
        0
    ]


@contextlib.contextmanager
def managed(function):
    try:
        yield
    finally:
        function()


def in_manager(function):
    with managed(function):
        pass


FUNCTIONS = (entering, leaving, leaving_by_return, leaving_by_error, in_except, in_finally,
             in_finally_of_return, in_else, in_assert, in_delete, in_manager)
for index, called in enumerate(FUNCTIONS):
    truth.start(called, lambda index=index: truth.hold(index))
in_manager(lambda: leaving_by_error(lambda: in_finally_of_return(truth.tell)))
