# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.14
# environment: PYTHON_JIT=1
"""Hot loops under the just-in-time compiler."""
import sys

import truth

if not getattr(sys, "_jit", None) or not sys._jit.is_enabled():
    truth.unsupported("the just-in-time compiler is not in this build")


def add(value):
    return value + 1


def stop_at(value, function):
    if value == 20000:
        function()
    return value


def hot(function):
    total = 0
    for value in range(20001):
        total += add(value)
        total += stop_at(value, function)
    return total


def while_loop(function):
    value = 0
    while value < 20001:
        stop_at(value, function)
        value = add(value)


truth.start(hot, truth.hold)
truth.start(while_loop, truth.hold)
hot(truth.tell)
