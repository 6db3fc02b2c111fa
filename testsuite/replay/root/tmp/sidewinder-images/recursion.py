# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Forty calls through functions, a method and a lambda; one more thread."""
import truth


class Walker(object):
    def down(self, depth):
        return even(depth - 1)


def even(depth):
    if depth <= 0:
        return truth.tell()
    if depth % 7 == 0:
        return Walker().down(depth)
    return (lambda: odd(
        depth - 1))()


def odd(depth):
    result = even(
        depth - 1
    )
    return result


truth.start(truth.hold, 1)
even(26)
