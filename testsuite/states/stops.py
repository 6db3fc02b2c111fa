# SPDX-License-Identifier: MIT
"""Run by gdb: stops busy threads at random moments, and looks who holds the GIL.

The truth is in the native stacks, of a Python with debug information: a thread that computes and is
not in take_gil() or drop_gil() runs Python code, so it has the GIL; there is at most one. When all
are in these two functions the GIL is being handed over: then one of them may have it, or nobody.
"""

import json
import os
import random
import subprocess

import gdb

HANDOVER = {"take_gil", "drop_gil", "drop_gil_impl", "create_gil", "recreate_gil"}
# 2.7's GIL is a lock like any other; these threads have no others.
HANDOVER |= {"PyThread_acquire_lock", "PyThread_release_lock"}


def functions(thread):
    thread.switch()
    frame = gdb.newest_frame()
    while frame is not None:
        yield frame.name() or "?"
        frame = frame.older()


def look(main):
    """The native ids of threads that run Python code, and of those that hand the GIL over."""
    running, handing = set(), set()
    for thread in gdb.selected_inferior().threads():
        if thread.ptid[1] != main:
            names = set(functions(thread))
            (handing if names & HANDOVER else running).add(thread.ptid[1])
    return running, handing


def stop(pid):
    delay = random.uniform(0.005, 0.06)
    killer = subprocess.Popen(["sh", "-c", f"sleep {delay:.4f}; kill -INT {pid}"])
    gdb.execute("continue", to_string=True)
    killer.wait()


def main():
    pid = gdb.selected_inferior().pid
    # 2.7 says who holds it when that one has it already, and no more before it lets go.
    early = ord(gdb.execute("py-info", to_string=True)[len("CPython ")]) < ord("3")
    count = int(os.environ["SIDEWINDER_STOPS"])
    seen = {"running": 0, "handed over": 0, "wrong": 0, "free": 0, "waiting": 0}
    for _ in range(count):
        stop(pid)
        report = json.loads(gdb.execute("py-threads --json", to_string=True))
        gil = json.loads(gdb.execute("py-gil --json", to_string=True))["gils"][0]
        holders = {item["native_id"] for item in report["threads"] if item["holds_gil"]}
        waiters = {item["native_id"] for item in report["threads"] if item["waits_for_gil"]}
        running, handing = look(pid)
        allowed = [running] if running else [set()] + [{tid} for tid in handing]
        allowed += [set()] if early else []
        right = len(running) <= 1 and holders in allowed and waiters <= handing
        right = right and (gil["holder"] is None) == (not holders)
        seen["running" if running else "handed over"] += 1
        seen["wrong"] += not right
        seen["free"] += not holders
        seen["waiting"] += len(waiters)
        if not right:
            print(f"wrong: holders {holders}, waiters {waiters}, run {running}, hand {handing}")
    print("@@" + json.dumps(seen))


main()
