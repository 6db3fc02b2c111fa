# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A thread that blocks in C in the middle of a collection, holding the GIL.

collector.json in the work directory: {"enabled", "counts", "thresholds", "native_id"}.
"""
from __future__ import print_function

import ctypes
import gc
import json
import os
import sys
import threading
import weakref

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402


class Cycle(object):
    pass


read = ctypes.PyDLL(None).read  # PyDLL keeps the GIL while it calls
never, _keep = os.pipe()
buffer = ctypes.create_string_buffer(1)
path = os.path.join(truth.work_directory(), "collector.json")


def park(reference):
    """Called by the collector for a weak reference to what it is about to clear."""
    wanted = {
        "enabled": gc.isenabled(),
        "thresholds": gc.get_threshold(),
        "native_id": truth.native_id(),
    }
    with open(path, "w") as file:
        wanted["counts"] = gc.get_count()
        json.dump(wanted, file)
    os.write(1, b'{"threads": []}\n')
    read(never, buffer, 1)


def main_blocks():
    """Whether the main thread is in its read() of standard input: number 0, first argument 0."""
    with open("/proc/%d/syscall" % os.getpid()) as file:
        return file.read().split()[:2] == ["0", "0x0"]


def collect():
    while not main_blocks():
        pass
    cycle = Cycle()
    cycle.itself = cycle
    keep.append(weakref.ref(cycle, park))
    del cycle
    gc.collect()


keep = []
gc.disable()
gc.set_threshold(701, 11, 12)
thread = threading.Thread(target=collect)
thread.daemon = True
thread.start()
os.read(0, 1)
os._exit(0)
