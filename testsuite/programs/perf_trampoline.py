# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.12
# options: -X perf
"""Each Python function runs under a native function of its own, for perf."""
import sys

import truth

if not sys.is_stack_trampoline_active():
    truth.unsupported("perf trampolines are not active")


def leaf(number):
    truth.hold(number)


def generator(number):
    yield leaf(number)


def middle(number):
    return [value for value in generator(number)]


def deep(depth):
    if depth:
        return deep(depth - 1)
    return sorted([1], key=lambda value: truth.tell())


truth.start(middle, 0)
truth.start(middle, 1)
deep(30)
