# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""The child of a process with several threads: it has the one that forked, and new ones.

The structs of the parent's other threads may still lie in its memory. mapping.json in the work
directory (helpers/mapping.py).
"""
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "helpers"))
import mapping  # noqa: E402


def fork():
    """Not from the main thread, which the child has not got then."""
    child = os.fork()
    if not child:
        del mapping.wanted[:]
        mapping.start(2, "of the child")
        mapping.tell()
    os.close(0)
    os.waitpid(child, 0)
    os._exit(0)


mapping.start(3, "of the parent")
thread = threading.Thread(target=fork, name="the one that forks")
thread.start()
thread.join()
