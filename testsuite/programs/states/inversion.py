# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""C code that blocks while it holds the GIL, on a mutex whose owner waits for the GIL.

inversion.json in the work directory: see helpers/parked.py.
"""
import ctypes
import os
import sys

PROGRAMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(PROGRAMS, "helpers"))
import parked  # noqa: E402

if "t" in getattr(sys, "abiflags", ""):
    parked.truth.unsupported("there is no GIL")

mutex = ctypes.create_string_buffer(64)  # all zero is PTHREAD_MUTEX_INITIALIZER
released = ctypes.CDLL(None).pthread_mutex_lock
kept = ctypes.PyDLL(None).pthread_mutex_lock  # keeps the GIL while it calls


taken = parked.Gate()


def owner():
    released(mutex)
    taken.arrive()
    parked.last.arrive()
    while True:
        pass


def waiter():
    released(mutex)


def keeper():
    parked.last.arrive()
    kept(mutex)


parked.start(owner)
taken.open(1)
parked.start(waiter)
parked.start(keeper)
ADDRESS = hex(ctypes.addressof(mutex)).rstrip("L")
parked.will_wait(keeper, "mutex", ADDRESS, "thread", owner)
parked.will_wait(waiter, "mutex", ADDRESS, "thread", owner)
parked.will_wait(owner, "gil", None, "thread", keeper)
parked.deadlock(keeper, owner)
parked.finish("inversion.json", owner)
