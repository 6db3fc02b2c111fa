# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.13
"""A collection that blocks while it makes all other threads stand still: those that compute, those
that are in C, and one that came back from a system call.

Free-threaded builds only. states.json: helpers/witness.py.
"""
import ctypes
import gc
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "helpers"))
import witness  # noqa: E402

witness.start()
library = ctypes.CDLL(None)
lock = ctypes.byref(ctypes.c_int())
library.pthread_spin_init(lock, 0)
library.pthread_spin_lock(lock)
identity = []  # of the thread that collects


class Slot(ctypes.Structure):  # PyType_Slot
    _fields_ = [("slot", ctypes.c_int), ("function", ctypes.c_void_p)]


class Spec(ctypes.Structure):  # PyType_Spec
    _fields_ = [("name", ctypes.c_char_p), ("basicsize", ctypes.c_int),
                ("itemsize", ctypes.c_int), ("flags", ctypes.c_uint),
                ("slots", ctypes.POINTER(Slot))]


def make_type():
    """A type whose objects the collector cannot pass: their tp_traverse is pause()."""
    traverse, collected = 71, 1 << 14  # Py_tp_traverse, Py_TPFLAGS_HAVE_GC
    slots = (Slot * 2)(Slot(traverse, ctypes.cast(library.pause, ctypes.c_void_p)), Slot(0, None))
    spec = Spec(b"blocking.Blocking", 0, 0, collected, slots)
    make = ctypes.pythonapi.PyType_FromSpec
    make.restype = ctypes.py_object
    keep.append((slots, spec))
    return make(ctypes.byref(spec))


def note(state, call, then=None):
    witness.note(state, call, then, identity[0])


def computes():
    note("suspended", witness.FUTEX)
    while True:
        pass


def in_c():
    note("suspended, in pthread_spin_lock()", witness.RUNS)
    library.pthread_spin_lock(lock)


def comes_back():
    note("suspended", witness.READ, witness.FUTEX)
    os.read(witness.woken(), 1)


def collects():
    identity.append(witness.native_id())
    for function in (computes, in_c, comes_back):
        threading.Thread(target=function, name=function.__name__, daemon=True).start()
    go.release()
    witness.note("collects garbage, in pause()", witness.PAUSE)
    witness.wait_for_notes(5)
    keep.append(make_type()())
    witness.tell()
    gc.collect()


keep = []
gc.disable()
go = threading.Semaphore(0)
threading.Thread(target=collects, name="the collector").start()
go.acquire()
note("suspended, in read()", witness.READ_INPUT)
os.read(0, 1)
