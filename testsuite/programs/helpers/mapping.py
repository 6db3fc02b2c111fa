# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads that park and note which native thread runs which function, and in which interpreter.

Ids are those of the process that tells: the /proc of the debugger's own PID namespace names them.
"""
from __future__ import print_function

import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

wanted = []
_ready = threading.Semaphore(0)
_never, _never_keep = os.pipe()


def note(function, name, interpreter=0):
    """The calling thread parks in a function of that name."""
    wanted.append({"native_id": truth.native_id(), "interpreter": interpreter,
                   "function": function, "name": name})


def _parked():
    note("_parked", threading.current_thread().name)
    _ready.release()
    os.read(_never, 1)


def start(count, prefix):
    """Starts threads that park, and waits until they do."""
    for number in range(count):
        thread = threading.Thread(target=_parked, name="%s %d" % (prefix, number))
        thread.daemon = True
        thread.start()
    for _ in range(count):
        _ready.acquire()


def tell(**more):
    """Tells, and parks the main thread."""
    note("tell", threading.current_thread().name)
    with open(os.path.join(truth.work_directory(), "mapping.json"), "w") as file:
        json.dump(wanted, file)
    own = int(os.readlink("/proc/self"))
    os.write(1, json.dumps(dict(more, threads=[], debugged=own)).encode("ascii") + b"\n")
    os.read(0, 1)
    os._exit(0)
