# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.13
"""A world that cannot be stopped: a thread blocks in C without letting go of its state, and another
waits for it to stand still. A third one is in the middle of a collection.

Free-threaded builds only. states.json: helpers/witness.py.
"""
import ctypes
import gc
import os
import sys
import threading
import weakref

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "helpers"))
import witness  # noqa: E402

witness.start()
identity = []  # of the thread that stops the others


def computes():
    witness.note("suspended", witness.FUTEX, None, identity[0])
    while True:
        pass


def blocks():
    witness.note("suspended, in read()", witness.READ, None, identity[0])
    os.read(os.pipe()[0], 1)


def collects():
    class Cycle(object):
        pass

    def park(reference):
        witness.note("collects garbage, suspended, in read()", witness.READ, None, identity[0])
        os.read(os.pipe()[0], 1)

    cycle = Cycle()
    cycle.itself = cycle
    keep.append(weakref.ref(cycle, park))
    del cycle
    gc.collect()


def stops():
    identity.append(witness.native_id())
    for function in (computes, blocks, collects):
        threading.Thread(target=function, name=function.__name__, daemon=True).start()
    go.release()
    # It looks again each millisecond, and is mostly in futex() between.
    witness.note("waits for the world to stop", None)
    witness.wait_for_notes(5)
    witness.wait_for_call(os.getpid(), os.getpid(), witness.READ_INPUT)
    witness.tell()
    sys.settrace(lambda *arguments: None)


keep = []
gc.disable()
go = threading.Semaphore(0)
threading.Thread(target=stops, name="the one that stops", daemon=True).start()
go.acquire()
witness.note("attached, in read()", witness.READ_INPUT)
# PyDLL stays attached while it calls.
ctypes.PyDLL(None).read(0, ctypes.create_string_buffer(1), 1)
