# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.8
"""Subinterpreters: two that run in threads of their own, and one that runs nothing."""
import functools
import json
import os
import sys

import truth

try:
    import _interpreters as interpreters  # since 3.13
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError as error:
        truth.unsupported("no module for subinterpreters: %s" % error)

HERE = os.path.dirname(os.path.abspath(__file__))

# The other interpreter tells its own stack through a pipe, by the same trick: one call instruction
# records the stack, announces it and blocks.
SCRIPT = """
import sys
sys.path.insert(0, {here!r})
sys.dont_write_bytecode = True
import functools
import json
import os
import truth

def innermost():
    def record():
        entry = truth.own_stack(sys._getframe(1), {identity})
        truth.write_all({pipe}, json.dumps(entry).encode("ascii"))
    announce = functools.partial(os.write, {pipe}, b"\\n")
    block = functools.partial(os.read, {never}, 1)
    list(map(truth.CALL, (record, announce, block)))

class Inside:
    def method(self):
        return [innermost() for _ in range(1)]

Inside().method()
"""

never, never_keep = os.pipe()


def create():
    """Makes an interpreter; returns what runs code in it, and its id."""
    made = interpreters.create()
    identity = int(made)
    return functools.partial(interpreters.run_string, made), identity


def run_one(pipe):
    # The thread that runs an interpreter also makes it: up to 3.12 the interpreter's thread state
    # keeps the thread id of the thread that made it.
    run, identity = create()
    script = SCRIPT.format(here=HERE, identity=identity, pipe=pipe, never=never)
    list(map(truth.CALL, (truth.record_own_stack, functools.partial(run, script))))


def read_entry(pipe):
    data = b""
    while not data.endswith(b"\n"):
        data += os.read(pipe, 65536)
    truth.add_stack(json.loads(data.decode("ascii")))


run_idle, idle = create()
run_idle("import sys")
truth.note_idle_interpreter(idle)
for _ in range(2):
    reader, writer = os.pipe()
    truth.start_unannounced(run_one, writer)
    read_entry(reader)
truth.tell()
