# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads in each state that CPython's own extension tells apart, with variables of the kinds that
it prints, and some of those that it does not.

Runs on 2.7 and 3.6 and later. `busy` in the work directory has the kernel's ids of the thread that
keeps the GIL for ever and of the one that waits for it: they begin when everything else is parked.
"""
import collections
import gc
import itertools
import os
import sys
import threading
import time
import weakref

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "programs"))

import truth  # noqa: E402

PYTHON2 = sys.version_info < (3,)
GLOBAL_NUMBER = 42
GLOBAL_TEXT = "global text"
GLOBAL_LIST = [1, [2, (3, None)]]
taken = threading.Lock()
taken.acquire()
never, never_written = os.pipe()
begin, begin_written = os.pipe()
main_id = truth.native_id()


class Shape(object):
    """An instance with attributes, a method, and a name that depends on the class."""

    def __init__(self, name, sides):
        self.name = name
        self.sides = sides

    def area(self, scale, *more, **named):
        note, data = u"h\xe9llo", {"k": [1, None]}
        truth.hold(scale)
        return self, note, data


class OldShape:
    """In 2.7 this is a class of the old kind."""

    def __init__(self):
        self.sides = 4


class Slotted(object):
    __slots__ = ("alpha", "beta")

    def __init__(self):
        self.alpha = 1


class Empty(object):
    pass


class Number(int):
    pass


class Words(list):
    pass


class Table(dict):
    pass


# ----------------------------------------------------------------------- values


def same_values():
    """Both extensions write these, and write them the same."""
    none, true, false = None, True, False
    zero, minus, large, negative = 0, -7, 2**100, -2**65
    text, empty, quotes, controls = "text", "", "it's \"both\"", "a\n\t\x00\x7f\\"
    latin, bmp, astral = u"h\xe9llo", u"\u20ac", u"\U0001f600"
    data, data_empty = b"by\x00tes", b""
    list_empty, list_one, list_many = [], [1], [1, "two", None, [4, [5]]]
    tuple_empty, tuple_one, tuple_many = (), (1,), (1, (2, ()), [3])
    dict_empty, dict_one, dict_nested = {}, {"a": 1}, {"k": [1, {"x": (None,)}]}
    set_empty, set_one, frozen, frozen_empty = set(), set([1]), frozenset([3]), frozenset()
    shape, old, bare = Shape("tri", 3), OldShape(), Empty()
    shapes = [Shape("in", 1), {"deep": Shape("er", [2])}]
    error, error_bare = ValueError("bad", 1), KeyError()
    own = [1]
    own.append(own)
    own_dict = {}
    own_dict["self"] = own_dict
    own_shape = Shape("self", 0)
    own_shape.sides = own_shape
    shared = [own_shape.name, own_shape.name]
    built_in, method = len, [].append
    other_values()


def other_values():
    """These are shown by ours and given up by theirs, or written in another way."""
    real, imaginary, ellipsis, missing = 2.5, 1 + 2j, Ellipsis, NotImplemented
    array, view, span, piece = bytearray(b"x"), memoryview(b"abc"), range(3), slice(1, 2)
    queue = collections.deque([1, 2])
    default = collections.defaultdict(list, a=[1])
    ordered = collections.OrderedDict([("a", 1)])
    point = collections.namedtuple("Point", "x y")(1, 2)
    number, words, table = Number(5), Words([1]), Table(a=1)
    slotted = Slotted()
    function, lambda_function, method = other_values, lambda: 1, Shape("m", 1).area
    class_int, class_shape, module, code = int, Shape, os, other_values.__code__
    lock, event = threading.Lock(), threading.Event()
    generator, frame = (i for i in [1]), None
    real_inside = [1, 2.5, {"k": (0.5,)}]
    shared = [1, 2]
    shared_twice = [shared, shared]
    error_attributes = ValueError("bad")
    error_attributes.code = 5
    long_values()


def long_values():
    """Beyond the bounds of either."""
    text, text_unicode, data = "t" * 3000, u"\u20ac" * 3000, b"d" * 3000
    numbers, pairs = list(range(1000)), dict((i, i) for i in range(1000))
    nested = []
    for _ in range(30):
        nested = [nested]
    del _
    scopes("argument")


def scopes(argument, default=1, *rest, **named):
    """Variables that functions share, and variables without a value."""
    captured, changed = [1, 2], "before"
    if argument is None:
        unset = 1
    gone = 1
    del gone

    def inner(own):
        def innermost():
            return captured, own, changed

        later()
        return innermost

    changed = "after"
    inner(5)
    return unset


def later():
    """Python called by C called by Python, in each way there is."""
    sorted([3], key=from_sort)


def from_sort(item):
    list(map(lambda number: list(generated(number)), [item]))


def generated(number):
    received = [i for i in range(number) if i < 2]
    yield from_class(received)


def from_class(received):
    space = {"received": received, "run": in_body, "__name__": "made"}
    exec(compile("def made(value):\n    word = 'no file'\n    run(value)\nmade(received)\n",
                 "<made\tup>", "exec"), space)


def in_body(value):
    class Body(object):
        first, second = 1, "two"
        truth.tell()


# ----------------------------------------------------------------------- threads


def wait_for_lock():
    note = "with"
    with taken:
        return note


def wait_by_method():
    note = "acquire"
    taken.acquire()
    return note


def wait_in_sleep(seconds):
    time.sleep(seconds)


def wait_in_select():
    waiter = threading.Condition()
    with waiter:
        waiter.wait(100000)


def recursive(depth):
    if depth:
        return recursive(depth - 1)
    truth.hold(1)


def was_collected(reference):
    truth.hold(1)


def collect():
    """The collector calls what waits for an object's end, and is then seen at work."""
    gc.disable()
    made = Empty()
    made.itself = made
    reference = weakref.ref(made, was_collected)
    del made
    gc.collect()
    return reference


class Callback(object):
    def __eq__(self, other):
        truth.hold(0)
        return True

    __hash__ = None

    def __getattr__(self, name):
        truth.hold(1)


def by_comparison():
    return [Callback()].index(0)


def by_attribute():
    return Callback().missing


def when_main_waits():
    """Returns when the main thread is in the read of its standard input, for which it has ended
    everything else."""
    path = "/proc/self/task/%d/syscall" % main_id
    while True:
        with open(path) as file:
            words = file.read().split()
        if len(words) > 2 and int(words[1], 16) == 0:
            return


def keep_the_gil(ids):
    when_main_waits()
    with open(os.path.join(truth.work_directory(), "busy.new"), "w") as file:
        file.write("%d %d\n" % (truth.native_id(), ids[0]))
    os.rename(file.name, file.name[:-4])
    os.write(begin_written, b".")
    sum(itertools.repeat(0))


def want_the_gil(ids):
    ids.append(truth.native_id())
    os.read(begin, 1)
    while True:
        pass


def spawn(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, name=function.__name__)
    thread.daemon = True
    thread.start()


def main():
    shape = Shape("main", 2)
    ids = []
    for function, arguments in [
        (shape.area, (2,)), (shape.area, (3, "more")), (recursive, (5,)), (collect, ()),
        (by_comparison, ()), (by_attribute, ()),
    ]:
        truth.start(function, *arguments)
    truth.start_without_frame()
    try:
        truth.start_foreign()
    except SystemExit:
        pass
    spawn(wait_for_lock)
    spawn(wait_by_method)
    spawn(wait_in_sleep, 100000)
    spawn(wait_in_select)
    spawn(want_the_gil, ids)
    while not ids:
        time.sleep(0)
    spawn(keep_the_gil, ids)
    same_values()


main()
