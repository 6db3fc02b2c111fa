# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A process in a PID namespace of its own: what Python calls its threads is not what the debugger
outside calls them.

mapping.json in the work directory (helpers/mapping.py).
"""
import ctypes
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "helpers"))
import mapping  # noqa: E402
import truth  # noqa: E402

CLONE_NEWPID = 0x20000000  # <sched.h>

# Only children are in it.
if ctypes.CDLL(None).unshare(CLONE_NEWPID) != 0:
    truth.unsupported("unshare() of the PID namespace fails: that takes root")
child = os.fork()
if child:
    os.close(0)
    os.waitpid(child, 0)
    os._exit(0)
if os.getpid() != 1:
    truth.unsupported("the child is not the first process of its namespace")
mapping.start(3, "inside")
mapping.tell()
