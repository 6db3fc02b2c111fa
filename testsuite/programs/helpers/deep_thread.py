# SPDX-License-Identifier: MIT
"""A thread with 50000 Python frames, for commands that take long enough to be interrupted."""
import os
import sys
import threading

DEPTH = 50000


def deeper(left):
    if left:
        deeper(left - 1)
    else:
        there.set()
        threading.Event().wait()


sys.setrecursionlimit(2 * DEPTH)
threading.stack_size(512 * 1024 * 1024)
there = threading.Event()
threading.Thread(target=deeper, args=(DEPTH,)).start()
there.wait()
os.write(1, b"{}\n")
os.read(0, 1)
os._exit(0)
