# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Deep recursion: 3000 calls through two functions and a method."""
import sys

import truth


class Walker(object):
    def down(self, depth):
        return even(depth - 1)


def even(depth):
    if depth <= 0:
        return truth.tell()
    if depth % 3 == 0:
        return Walker().down(depth)
    return odd(depth - 1)


def odd(depth):
    result = even(
        depth - 1
    )
    return result


sys.setrecursionlimit(20000)
even(3000)
