# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads that wait for everything that threading and queue have, and none of them in a deadlock.

locks.json in the work directory: see helpers/parked.py.
"""
import os
import sys
import threading

try:
    import queue
except ImportError:  # Python 2.7
    import Queue as queue

PROGRAMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(PROGRAMS, "helpers"))
import parked  # noqa: E402

LONG = 100000
OLD = sys.version_info[0] == 2


def waits_in(kind, thing, call, *arguments, **expected):
    """A thread, named after the kind, that does nothing but call."""
    def wait():
        gate.arrive()
        call(*arguments)

    gate = parked.Gate()
    wait.__name__ = expected.pop("name", kind)
    parked.start(wait)
    parked.will_wait(wait, kind, thing, **expected)
    gate.open(1)


# ---------------------------------------------------------------- what has no owner

def wait_for_condition(seconds):
    with condition:
        condition.wait(seconds)


def wait_for_never():
    with condition:
        condition.wait_for(lambda: False)


condition, event = threading.Condition(), threading.Event()
semaphore, bounded = threading.Semaphore(0), threading.BoundedSemaphore(1)
bounded.acquire()
empty, full = queue.Queue(), queue.Queue(1)
stack = queue.LifoQueue()
full.put(1)
waits_in("condition", condition, wait_for_condition, None)
waits_in("event", event, event.wait)
waits_in("semaphore", semaphore, semaphore.acquire)
waits_in("semaphore", bounded, bounded.acquire, name="bounded")
waits_in("queue.get", empty, empty.get)
waits_in("queue.get", stack, stack.get, name="lifo")
waits_in("queue.put", full, full.put, 2)
waits_in("queue.join", full, full.join)
if not OLD:  # there such waits are naps
    waits_in("condition", condition, wait_for_condition, LONG,
             name="condition for a time", timed=True)
    waits_in("condition", condition, wait_for_never, name="condition for never")
    waits_in("event", event, event.wait, LONG, name="event for a time", timed=True)
    waits_in("queue.get", empty, empty.get, True, LONG, name="get for a time", timed=True)
    barrier = threading.Barrier(2)
    waits_in("barrier", barrier, barrier.wait)
if hasattr(queue, "SimpleQueue") and queue.SimpleQueue.__module__ == "_queue":
    simple = queue.SimpleQueue()
    waits_in("simplequeue.get", simple, simple.get)


# ---------------------------------------------------------------- locks that somebody holds

by_acquire, by_with, by_generator = threading.Lock(), threading.Lock(), threading.Lock()
by_handler, behind, recursive = threading.Lock(), threading.Lock(), threading.RLock()
first, second = threading.Lock(), threading.Lock()
stale, handed = threading.Lock(), threading.Lock()
inner, back = threading.Lock(), threading.Lock()
notified = threading.Condition(back)
waited_for, python = threading.Condition(inner), getattr(threading, "_PyRLock", threading.RLock)()
held = parked.Gate()


def hold_by_acquire():
    by_acquire.acquire()
    held.arrive()
    parked.park()


def hold_by_with():
    with first, second, by_with:
        held.arrive()
        deeper(parked.park)


def deeper(call, depth=5):
    if depth:
        deeper(call, depth - 1)
    list(map(lambda function: function(), [call]))


def generator():
    with by_generator:
        yield 1
        held.arrive()
        parked.park()
        yield 2


def hold_by_generator():
    for _ in generator():
        for _ in [1, 2]:
            pass


def hold_by_handler():
    try:
        raise KeyError
    except KeyError:
        with by_handler:
            held.arrive()
            parked.park()


def hold_recursive():
    with recursive:
        with recursive:
            python.acquire()
            held.arrive()
            parked.park()


def nothing(*arguments):
    return arguments


def hold_nothing():
    """The __exit__ of `with` may still lie above what is in use of the value stack."""
    with stale:
        nothing(nothing(1, 2, 3))
    held.arrive()
    deeper(parked.park)


def hold_stale():
    stale.acquire()
    held.arrive()
    parked.park()


def release_by_hand():
    with handed:
        handed.release()
        held.arrive()
        parked.park()


def hold_handed():
    with handed:
        held.arrive()
        parked.park()


def wait_in_condition():
    with waited_for:
        held.arrive()
        waited_for.wait()


def hold_condition():
    with waited_for:
        held.arrive()
        parked.park()


def take_back():
    with notified:
        held.arrive()
        notified.wait()


def notify():
    with notified:
        notified.notify()
        held.arrive()
        parked.park()


HOLDERS = (
    hold_by_acquire, hold_by_with, hold_by_generator, hold_by_handler, hold_recursive, hold_nothing,
    hold_stale, release_by_hand, hold_handed, wait_in_condition, hold_condition, take_back, notify,
)
# One after the other: what lets go stands before what takes.
for function in HOLDERS:
    parked.start(function)
    held.open(1)


def take(lock):
    lock.acquire()


def enter(lock):
    with lock:
        pass


waits_in("lock", by_acquire, take, by_acquire, owner="unknown", name="acquire")
waits_in("lock", by_with, enter, by_with,
         owner="thread", holder=hold_by_with, where="hold_by_with", name="with")
waits_in("lock", first, take, first,
         owner="thread", holder=hold_by_with, where="hold_by_with", name="first")
waits_in("lock", by_generator, enter, by_generator,
         owner="thread", holder=hold_by_generator, where="generator", name="generator")
waits_in("lock", by_handler, enter, by_handler,
         owner="thread", holder=hold_by_handler, where="hold_by_handler", name="handler")
waits_in("rlock", recursive, enter, recursive,
         owner="thread", holder=hold_recursive, name="recursive")
waits_in("rlock", python, enter, python, owner="thread", holder=hold_recursive, name="python")
waits_in("lock", stale, enter, stale, owner="unknown", name="stale")
waits_in("lock", handed, enter, handed, owner="several", name="handed")
waits_in("lock", inner, enter, waited_for,
         owner="thread", holder=hold_condition, where="hold_condition", name="condition's lock")
if not OLD:
    waits_in("lock", by_acquire, by_acquire.acquire, True, LONG,
             owner="unknown", name="acquire for a time", timed=True)
parked.will_wait(wait_in_condition, "condition", waited_for)
parked.will_wait(take_back, "lock", back, "thread", notify, "notify")

# ---------------------------------------------------------------- threads


def stay():
    parked.park()


staying = parked.start(stay)
waits_in("thread", staying, staying.join, owner="thread", holder=stay)

# Threads that have ended, and still hold something: nothing may be started after these, for the C
# library gives the ident of a thread that has ended to a new one.
orphan, orphaned = threading.RLock(), threading.Lock()


def leave():
    orphaned.acquire()
    orphan.acquire()


orphans = parked.Gate()


def wait_for_orphan():
    orphans.arrive()
    orphan.acquire()


def wait_for_orphaned():
    orphans.arrive()
    with orphaned:
        pass


parked.start(wait_for_orphan)
parked.start(wait_for_orphaned)
leaving = parked.start(leave)
IDENT = leaving.ident
leaving.join()
parked.will_wait(wait_for_orphan, "rlock", orphan, "ended", IDENT)
parked.will_wait(wait_for_orphaned, "lock", orphaned, "unknown")
orphans.open(2)
parked.finish("locks.json")
