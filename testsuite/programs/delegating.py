# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.6
"""yield from: into generators, iterators of classes, through send(), throw() and close()."""
import truth


def leaf(number):
    try:
        received = yield number
        while received:
            received = yield received
    except KeyError:
        truth.hold(1)
    finally:
        yield from closing()


def closing():
    truth.hold()
    yield 0


def middle(number):
    result = yield from leaf(number)
    return result


def outer(number):
    yield from (x for x in [1])
    return (
        yield from middle(number)
    )


def throwing():
    generator = outer(1)
    next(generator)
    next(generator)
    generator.throw(KeyError("into the leaf"))


def finishing():
    generator = outer(2)
    next(generator)
    next(generator)
    generator.send(None)


def deep(depth):
    if depth == 0:
        truth.tell()
    yield from deep(depth - 1)
    yield depth


def closer():
    try:
        yield 1
    finally:
        for _ in deep(40):
            pass


truth.start(throwing)
truth.start(finishing)
generator = closer()
next(generator)
generator.close()
