# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A process beside the program that sees by the kernel when its threads stand still.

In a stopped world no thread of the program could say so. The witness is forked before there are
threads. It waits until each thread is in the system call that was named for it, wakes those that
are to wake, and tells that the program is ready. It ends the program when the standard input is
closed, which nobody there may notice.

states.json in the work directory: {native id: {"name", "daemon", "state", "suspended_by"}}, where
the latter is the native id of the thread that makes this one stand still.
"""
import json
import os
import select
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

# How /proc/.../syscall begins on x86-64, where these programs run; of the standard input the first
# argument as well.
READ, READ_INPUT, FUTEX, PAUSE, RUNS = "0 ", "0 0x0 ", "202 ", "34 ", "running"

native_id = truth.native_id
_orders, _order = os.pipe()
_answers, _answer = os.pipe()
_wanted = {}
_noted = threading.Semaphore(0)


def note(state, call, then=None, suspended_by=None):
    """The calling thread is about to be in the system call `call`, and to be in `then` once the
    witness wrote into the pipe that is woken()."""
    thread = threading.current_thread()
    _wanted[truth.native_id()] = {"name": thread.name, "daemon": thread.daemon, "state": state,
                                  "suspended_by": suspended_by, "call": call, "then": then}
    _noted.release()


def wait_for_notes(count):
    for _ in range(count):
        _noted.acquire()


def woken():
    """The pipe that is written into when the others stand still."""
    return _answers


def tell():
    """To the witness: all threads have noted what they do; the calling one stops them now."""
    os.write(_order, json.dumps(_wanted).encode("ascii") + b"\n")


def wait_for_call(process, native_id, call):
    """Until the kernel has a thread in a system call."""
    while True:
        with open("/proc/%d/task/%s/syscall" % (process, native_id)) as file:
            if file.read().startswith(call):
                return
        time.sleep(0.001)


def _wait(process, wanted, key):
    for native_id, one in wanted.items():
        if one[key] is not None:
            wait_for_call(process, native_id, one[key])


def _watch(process):
    data = b""
    while not data.endswith(b"\n"):
        data += os.read(_orders, 1 << 16)
    wanted = json.loads(data.decode("ascii"))
    _wait(process, wanted, "call")
    os.write(_answer, b".")
    _wait(process, wanted, "then")
    with open(os.path.join(truth.work_directory(), "states.json"), "w") as file:
        json.dump({native_id: {key: one[key] for key in ("name", "daemon", "state",
                                                         "suspended_by")}
                   for native_id, one in wanted.items()}, file)
    os.write(1, b'{"threads": []}\n')
    poll = select.poll()
    poll.register(0, 0)
    poll.poll()


def start():
    """Before any thread."""
    if not getattr(sys, "abiflags", "").startswith("t"):
        truth.unsupported("no world is stopped in a build with a GIL")
    if os.uname().machine != "x86_64":
        truth.unsupported("system calls are known by the numbers of x86-64")
    process = os.getpid()
    if os.fork() == 0:
        try:
            _watch(process)
        finally:
            try:
                os.kill(process, signal.SIGKILL)
            finally:  # it may have been killed before
                os._exit(0)
