# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Python that calls C that calls Python, for ever, until its standard input is closed.

A timer of processor time tells the debugger when to look: the signal is ignored, but a process that
is traced stops at it first, wherever it is. An ignored signal costs nothing otherwise.
"""
import functools
import re
import select
import signal
import sys


def leaf(count):
    total = 0
    for value in range(count):
        total += value & 3
    return total


def middle(count):
    return sum(leaf(value) for value in range(count))


def deep(depth, count):
    if depth:
        return deep(depth - 1, count)
    return sorted([3, 1, 2], key=lambda value: middle(count))


def substitute(count):
    return re.sub("a", lambda match: str(leaf(count)), "banana")


def reduce(count):
    return functools.reduce(lambda one, other: one + leaf(other), range(count))


class Compared:
    def __init__(self, count):
        self.value = leaf(count)

    def __lt__(self, other):
        return self.value < other.value


def loop(count):
    total = 0
    for value in range(count):
        total += leaf(value % 50)
        if value % 7 == 0:
            total += Compared(5) < Compared(6)
    return total


def main():
    if "--jit" in sys.argv and not (getattr(sys, "_jit", None) and sys._jit.is_enabled()):
        print("unsupported: the just-in-time compiler is not in this build", flush=True)
        return
    for _ in range(3):  # what is hot is compiled
        loop(5000)
    signal.signal(signal.SIGPROF, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_PROF, 0.0137, 0.0137)
    print("ready", flush=True)
    while not select.select([0], [], [], 0)[0]:
        deep(20, 20)
        substitute(30)
        reduce(40)
        loop(2000)


main()
