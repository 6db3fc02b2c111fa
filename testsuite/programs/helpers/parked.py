# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads that end up waiting for each other, and a process beside them that tells when they do.

A thread that sleeps in a lock cannot say so, and in a deadlock nobody may be left to speak. So the
program forks at its beginning; the child learns the threads' kernel ids, and says "ready" once all
of them sleep and none has been woken for a while. It also ends the program once its input closes.
"""
from __future__ import print_function

import json
import os
import signal
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

QUIET_LOOKS = 30  # at intervals of 5 ms; a thread that wants the GIL wakes up every 5 ms (3.2)

waits = {}  # native id -> what the thread will wait for
deadlocks = []  # lists of native ids, each waiting for the next
_tids = {}  # name of a thread -> native id
_never, _never_keep = os.pipe()
_parent = os.getpid()


class Gate(object):
    """Where threads stand until all have come."""

    def __init__(self):
        self.arrivals, self.starts = os.pipe(), os.pipe()

    def arrive(self):
        os.write(self.arrivals[1], b".")
        os.read(self.starts[0], 1)

    def open(self, count):
        for _ in range(count):
            os.read(self.arrivals[0], 1)
        os.write(self.starts[1], b"." * count)


# Opened by the child, once all threads sleep: for what needs the main thread out of the way.
last = Gate()


def _fork():
    tell, told = os.pipe()
    if os.fork():
        os.close(tell)
        return told
    os.close(told)
    try:
        tids, busy = json.loads(os.read(tell, 1 << 16).decode("ascii"))
        _watch(tids)
        os.write(last.starts[1], b"." * len(tids))
        _watch([tid for tid in tids if tid not in busy])
        os.write(1, b'{"threads": []}\n')
        os.read(0, 1)
        os.kill(_parent, signal.SIGKILL)
    finally:
        os._exit(0)


def _look(tid):
    try:
        with open("/proc/%d/task/%d/status" % (_parent, tid)) as file:
            words = dict(line.split(":", 1) for line in file if ":" in line)
    except EnvironmentError:  # it has ended
        return "S", "gone"
    return words["State"].split()[0], words["voluntary_ctxt_switches"]


def _watch(tids):
    import select  # waits without any lock of Python's

    last, quiet = None, 0
    while quiet < QUIET_LOOKS:
        select.select([], [], [], 0.005)
        seen = [_look(tid) for tid in tids]
        same = seen == last and all(state == "S" for state, _ in seen)
        quiet, last = quiet + 1 if same else 0, seen


_told = _fork()
_began = Gate()


def start(function, *arguments):
    """Starts a thread named after the function, and waits until it runs."""
    def run():
        _tids[function.__name__] = truth.native_id()
        _began.arrive()
        function(*arguments)

    thread = threading.Thread(target=run, name=function.__name__)
    thread.daemon = True
    thread.start()
    _began.open(1)
    return thread


def tid(function):
    """The native id of the thread that start() made for it."""
    return _tids[function.__name__]


def park():
    """Stays here, with all locks that are held."""
    os.read(_never, 1)


def will_wait(function, kind, thing=None, owner="none", holder=None, where=None, timed=False):
    """The thread of `function` is going to wait; `holder` is another such function, or a native id.

    `where`: the function whose `with` proves the holder.
    """
    wait = {"name": function.__name__, "kind": kind, "timed": timed, "owner": owner}
    if thing is not None and not isinstance(thing, str):
        thing = hex(id(thing)).rstrip("L")
    wait["address"] = thing
    wait["holder"] = None if holder is None else tid(holder) if callable(holder) else holder
    wait["where"] = where
    waits[tid(function)] = wait


def deadlock(*functions):
    deadlocks.append([tid(function) for function in functions])


def finish(name, *busy):
    """Writes the truth to NAME, and parks the main thread. The functions whose threads are `busy`
    never sleep for long."""
    with open(os.path.join(truth.work_directory(), name), "w") as file:
        json.dump({"waits": waits, "deadlocks": deadlocks}, file)
    asleep = [truth.native_id()] + list(_tids.values())
    os.write(_told, json.dumps([asleep, [tid(function) for function in busy]]).encode("ascii"))
    os.read(0, 1)
    os._exit(0)
