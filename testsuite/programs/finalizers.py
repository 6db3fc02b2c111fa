# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""__del__ while the collector runs, at a decref, and a weak reference's callback."""
import gc
import weakref

import truth


class Node(object):
    def __init__(self):
        self.other = None


class Final(object):
    def __init__(self, function):
        self.function = function

    def __del__(self):
        self.function()


def at_decref(number):
    final = Final(lambda: truth.hold(number))
    final = None
    return final


def at_clear(number):
    values = [Final(lambda: truth.hold(number))]
    del values[:]


def by_weak_reference(number):
    node = Node()
    reference = weakref.ref(node, lambda reference: truth.hold(number))
    node = None
    return reference


def cycle():
    """Rubbish in a cycle, with a finalizer that hangs on it but is not part of the cycle.

    Python 2.7 would not collect a cycle with a finalizer in it.
    """
    one, two = Node(), Node()
    one.other, two.other = two, one
    one.final = Final(truth.tell)


gc.disable()
for index, function in enumerate((at_decref, at_clear, by_weak_reference)):
    truth.start(function, index)
cycle()
gc.collect()
