# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A main thread that blocks in C while it holds the GIL, and threads in every other state.

In a free-threaded build it is attached instead, and so is the one that waits for the GIL elsewhere.

states.json in the work directory: {native id: {"name", "daemon", "state"}}.
"""
from __future__ import print_function

import ctypes
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

wanted = {}
ready = threading.Semaphore(0)
never = threading.Lock()
never.acquire()
pipe, _pipe = os.pipe()
spin = ctypes.CDLL(None).pthread_spin_lock
lock = ctypes.byref(ctypes.c_int())
ctypes.CDLL(None).pthread_spin_init(lock, 0)
spin(lock)
FREE = "t" in getattr(sys, "abiflags", "")
NAMES = ["plain", "name with spaces", "computing", "x" * 30]
if sys.version_info[0] >= 3:
    NAMES[1] = u"w\xf6rker-\u4f60\u597d"


LOOKS, TICKS = 5, 3
tids = []


def note(state):
    thread = threading.current_thread()
    tids.append(truth.native_id())
    wanted[tids[-1]] = {"name": thread.name, "daemon": thread.daemon, "state": state}
    ready.release()


def in_lock():
    note("detached, in futex()" if FREE else "in futex()")
    never.acquire()


def in_read():
    note("detached, in read()" if FREE else "in read()")
    os.read(pipe, 1)


def in_c():
    state = "detached" if FREE else "runs without the GIL"
    note(state + ", in pthread_spin_lock()")
    spin(lock)


def busy():
    note("attached" if FREE else "waits for the GIL")
    while True:
        pass


def look(tid):
    """A thread's state, and the time that it has computed (proc_pid_stat(5), behind the name)."""
    with open("/proc/self/task/%d/stat" % tid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return fields[0], int(fields[11]) + int(fields[12])


def is_there(function, tid):
    """Nobody else has the GIL for long: a thread that sleeps all the same does so in its call. The
    few instructions before the call of one that computes take no time."""
    if function is in_c:
        return look(tid)[1] >= TICKS
    for _ in range(LOOKS):
        time.sleep(0.005)
        if look(tid)[0] != "S":
            return False
    return True


# The one that never lets go of the GIL by itself comes last.
for number, function in enumerate((in_lock, in_read, in_c, busy)):
    thread = threading.Thread(target=function, name=NAMES[number])
    thread.daemon = number != 1
    thread.start()
    ready.acquire()
    while function is not busy and not is_there(function, tids[-1]):
        time.sleep(0.005)
note("attached, in read()" if FREE else "holds the GIL, in read()")
with open(os.path.join(truth.work_directory(), "states.json"), "w") as file:
    json.dump(wanted, file)
# PyDLL keeps the GIL while it calls.
read = ctypes.PyDLL(None).read
buffer = ctypes.create_string_buffer(1)
os.write(1, json.dumps({"threads": []}).encode("ascii") + b"\n")
read(0, buffer, 1)
os._exit(0)
