# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads that wait for each other: of one, two and three locks of every kind, and by join().

deadlocks.json in the work directory: see helpers/parked.py.
"""
import os
import sys
import threading

PROGRAMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(PROGRAMS, "helpers"))
import parked  # noqa: E402

# In 2.7 the only one there is.
PythonRLock = getattr(threading, "_PyRLock", None) or threading.RLock
RLOCK = "rlock"

# ---------------------------------------------------------------- two locks, both by `with`

left, right = threading.Lock(), threading.Lock()
pair = parked.Gate()


def left_right():
    with left:
        pair.arrive()
        with right:
            pass


def right_left():
    for _ in range(3):
        try:
            with right:
                try:
                    pair.arrive()
                    with left:
                        pass
                finally:
                    pass
        except KeyError:
            pass


parked.start(left_right)
parked.start(right_left)
parked.will_wait(left_right, "lock", right, "thread", right_left, "right_left")
parked.will_wait(right_left, "lock", left, "thread", left_right, "left_right")
parked.deadlock(left_right, right_left)
pair.open(2)

# ---------------------------------------------------------------- three, mixed

plain, native, python = threading.Lock(), threading.RLock(), PythonRLock()
triple = parked.Gate()


def take_native():
    native.acquire()


def plain_native():
    with plain:
        triple.arrive()
        take_native()


def native_python():
    native.acquire()
    with native:
        triple.arrive()
        python.acquire()


def python_plain():
    with python:
        triple.arrive()
        plain.acquire()


for function in (plain_native, native_python, python_plain):
    parked.start(function)
parked.will_wait(plain_native, RLOCK, native, "thread", native_python)
parked.will_wait(native_python, RLOCK, python, "thread", python_plain)
parked.will_wait(python_plain, "lock", plain, "thread", plain_native, "plain_native")
parked.deadlock(plain_native, native_python, python_plain)
triple.open(3)

# ---------------------------------------------------------------- a lock that is taken twice

again = threading.Lock()
alone = parked.Gate()


def twice():
    with again:
        alone.arrive()
        with again:
            pass


parked.start(twice)
parked.will_wait(twice, "lock", again, "thread", twice, "twice")
parked.deadlock(twice)
alone.open(1)

# ---------------------------------------------------------------- join() while holding

needed = threading.Lock()
joining = parked.Gate()


def worker():
    joining.arrive()
    with needed:
        pass


def joiner(thread):
    with needed:
        joining.arrive()
        thread.join()


thread = parked.start(worker)
parked.start(joiner, thread)
parked.will_wait(worker, "lock", needed, "thread", joiner, "joiner")
parked.will_wait(joiner, "thread", thread, "thread", worker)
parked.deadlock(joiner, worker)
joining.open(2)

# ---------------------------------------------------------------- one that gives up some day

here, there = threading.Lock(), threading.RLock()
patience = parked.Gate()


def patient():
    with here:
        patience.arrive()
        with there:
            pass


def impatient():
    with there:
        patience.arrive()
        here.acquire(True, 100000)


if sys.version_info[0] > 2:  # 2.7's locks wait for ever
    parked.start(patient)
    parked.start(impatient)
    parked.will_wait(patient, RLOCK, there, "thread", impatient)
    parked.will_wait(impatient, "lock", here, "thread", patient, "patient", timed=True)
    parked.deadlock(patient, impatient)
    patience.open(2)

# ---------------------------------------------------------------- behind a deadlock, not in it


def bystander():
    with left:
        pass


def behind_bystander(other):
    other.join()


thread = parked.start(bystander)
parked.start(behind_bystander, thread)
parked.will_wait(bystander, "lock", left, "thread", left_right, "left_right")
parked.will_wait(behind_bystander, "thread", thread, "thread", bystander)
parked.finish("deadlocks.json")
