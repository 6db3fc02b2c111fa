# needs: python 3.8
# SPDX-License-Identifier: MIT
"""Interpreters that are run by other threads than those that made them, and threads inside.

Up to 3.12 such a thread state has the ids of the thread that made the interpreter. mapping.json in
the work directory (helpers/mapping.py).
"""
import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "helpers"))
import mapping  # noqa: E402
import truth  # noqa: E402

try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError as error:
        truth.unsupported(str(error))

# The last thread to park says so: `several` counts those of the interpreter.
SCRIPT = """
import _thread, json, os

def say(function):
    native = int(os.readlink("/proc/thread-self").rsplit("/", 1)[1])
    os.write({told}, json.dumps({{
        "native_id": native, "interpreter": {identity}, "function": function, "name": None,
    }}).encode() + b"\\n")

def in_thread():
    say("in_thread")
    os.read({never}, 1)

def in_runner(depth=3):
    if depth:
        return in_runner(depth - 1)
    try:
        1 / 0
    except ZeroDivisionError:
        say("in_runner")
        os.read({never}, 1)

if {several}:
    _thread.start_new_thread(in_thread, ())
in_runner()
"""
never, never_keep = os.pipe()
told, tell = os.pipe()
keep = []


def create(isolated):
    if sys.version_info >= (3, 13):
        made = interpreters.create("isolated" if isolated else "legacy")
    elif sys.version_info >= (3, 9):
        made = interpreters.create(isolated=isolated)
    else:
        made = interpreters.create()
    keep.append(made)  # before 3.13 the interpreter goes with its id
    return made


def run(made, several):
    mapping.note("run", threading.current_thread().name)
    script = SCRIPT.format(told=tell, identity=int(made), never=never, several=several)
    interpreters.run_string(made, script)


def read_told():
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(told, 1)
    mapping.wanted.append(json.loads(line.decode()))


def run_in_thread(made, several, name):
    threading.Thread(target=run, args=(made, several), name=name, daemon=True).start()
    for _ in range(2 if several else 1):
        read_told()


# An interpreter with threads of its own cannot be isolated; one made by a thread that has ended.
run_in_thread(create(True), False, "runs an isolated one")
run_in_thread(create(False), True, "runs one with a thread")
made = []
thread = threading.Thread(target=lambda: made.append(create(True)))
thread.start()
thread.join()
interpreters.run_string(made[0], "a = 1")
run_in_thread(made[0], False, "runs what a dead thread made")
# This thread made the first ones, and its stack has seen them.
interpreters.run_string(create(True), "import sys")
mapping.tell()
