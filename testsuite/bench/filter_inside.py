# SPDX-License-Identifier: MIT
"""Runs inside gdb, attached to a target: what gdb's `bt` costs with us, and prints one JSON line.

BENCH_KIND says which question: `filter` compares our frame filter with one that yields constants,
which is what gdb itself takes for such frames; `plain` compares a stack without Python with all of
ours registered and with nothing. Both take turns in one process: machines are noisy.
"""
import itertools
import json
import os
import time

import gdb

MARK = "deep ("  # the function of the target that calls itself


class Constant:
    """An argument that is what it is."""

    def __init__(self, name):
        self._name, self._value = name, gdb.Value(5000)

    def symbol(self):
        return self._name

    def value(self):
        return self._value


class Frame:
    """A decorator that knows nothing of its frame."""

    def __init__(self, native, names):
        self._native = native
        self._args = [Constant(name) for name in names] or None

    def inferior_frame(self):
        return self._native

    def function(self):
        return "deep"

    def filename(self):
        return "/srv/target.py"

    def line(self):
        return 7

    def address(self):
        return None

    elided = frame_locals = address

    def frame_args(self):
        return self._args


class Floor:
    """The filter that costs nothing itself: one frame, as often as the stack has it."""

    name, enabled, priority = "floor", False, 1000

    def __init__(self, count, names):
        self.count, self.names = count, names

    def filter(self, frames):
        frame = Frame(next(iter(frames)).inferior_frame(), self.names)
        return itertools.repeat(frame, self.count)


def bt():
    start = time.process_time()
    text = gdb.execute("bt", to_string=True)
    return (time.process_time() - start) * 1e6, text


def show(ours, floor):
    gdb.frame_filters["sidewinder"].enabled = ours
    gdb.frame_filters["floor"].enabled = floor


def measure_filter(turns):
    """Microseconds of a frame: first, ours, floor. What gdb reads of files before is not ours."""
    gdb.execute("bt -no-filters", to_string=True)
    first, text = bt()
    count = text.count(MARK)
    line = next(line for line in text.splitlines() if MARK in line)
    names = [part.split("=")[0] for part in line.split("(")[1].split(")")[0].split(", ") if part]
    gdb.frame_filters["floor"] = Floor(count, names)
    result = {"count": count, "arguments": len(names), "first": [first / count]}
    for _ in range(turns):
        for name, ours in (("ours", True), ("floor", False)):
            show(ours, not ours)
            took, text = bt()
            if text.count(MARK) != count:
                raise gdb.GdbError("%s: %d frames" % (name, text.count(MARK)))
            result.setdefault(name, []).append(took / count)
    return result


def ours_in(items):
    return [item for item in items if getattr(item, "name", "") == "sidewinder"]


def measure_plain(turns):
    """Microseconds of a `bt`: with us, and with nothing of ours in gdb's lists."""
    lists = [gdb.pretty_printers, gdb.frame_unwinders]
    lists += [file.pretty_printers for file in gdb.objfiles()]
    mine = [ours_in(items) for items in lists]
    frame_filter = gdb.frame_filters["sidewinder"]
    result = {"count": bt()[1].count(MARK), "ours": [], "floor": []}
    for _ in range(turns):
        for name in ("floor", "ours"):
            for items, parts in zip(lists, mine):
                items[:] = (parts if name == "ours" else []) + [i for i in items if i not in parts]
            gdb.frame_filters.pop("sidewinder", None)
            if name == "ours":
                gdb.frame_filters["sidewinder"] = frame_filter
            bt()
            took = [bt()[0] for _ in range(8)]
            result[name].append(sum(took) / len(took))
    return result


gdb.execute("set width 0")
gdb.execute("set pagination off")
gdb.invalidate_cached_frames()
KINDS = {"filter": measure_filter, "plain": measure_plain}
print("BENCH " + json.dumps(KINDS[os.environ["BENCH_KIND"]](int(os.environ["BENCH_RUNS"]))))
