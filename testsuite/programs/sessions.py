# SPDX-License-Identifier: MIT
"""The program of the debugger sessions: one thread of each kind that py-bt tells apart.

The sessions find lines by the marks in the comments.
"""
import truth


class Shape(object):
    def area(self, scale):
        return truth.hold(scale)  # mark: area


def waiter(shape):
    return [shape.area(1)]  # mark: waiter


def generator(limit):
    for number in range(limit):
        if number == 2:
            truth.hold(number)  # mark: generator
        yield number


def consumer():
    return sorted(generator(5))  # mark: consumer


def innermost():
    truth.tell()  # mark: innermost


def outer(depth):
    if depth:
        return outer(depth - 1)  # mark: outer
    return max([3, 1], key=lambda value: innermost())  # mark: lambda


truth.start(waiter, Shape())
truth.start(consumer)
truth.start_without_frame()
outer(2)  # mark: module
