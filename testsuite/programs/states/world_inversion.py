# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.13
"""C code that blocks while it is attached, on a mutex whose owner is suspended by a thread that
waits until the first one is suspended too: free-threaded builds only.

world_inversion.json in the work directory: see helpers/parked.py.
"""
import ctypes
import os
import sys

PROGRAMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(PROGRAMS, "helpers"))
import parked  # noqa: E402

if not sys.abiflags.startswith("t"):
    parked.truth.unsupported("no world is stopped in a build with a GIL")

mutex = ctypes.create_string_buffer(64)  # all zero is PTHREAD_MUTEX_INITIALIZER
detached = ctypes.CDLL(None).pthread_mutex_lock
attached = ctypes.PyDLL(None).pthread_mutex_lock  # stays attached while it calls
taken = parked.Gate()


def owner():
    detached(mutex)
    taken.arrive()
    parked.last.arrive()
    while True:
        pass


def keeper():
    parked.last.arrive()
    attached(mutex)


def stopper():
    parked.last.arrive()
    while True:  # until the keeper blocks
        sys.setprofile(None)


parked.start(owner)
taken.open(1)
parked.start(keeper)
parked.start(stopper)
ADDRESS = hex(ctypes.addressof(mutex))
parked.will_wait(keeper, "mutex", ADDRESS, "thread", owner)
parked.will_wait(owner, "world", None, "thread", stopper)
parked.will_wait(stopper, "stop", None, "thread", keeper)
parked.deadlock(keeper, owner, stopper)
parked.finish("world_inversion.json", stopper)
