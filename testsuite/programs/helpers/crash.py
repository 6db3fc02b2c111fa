# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Dies while an exception is on its way ("raised"), or being handled ("handled").

Prints before what traceback says of it.
"""
from __future__ import print_function

import ctypes
import os
import sys
import traceback


os.chdir(os.environ["SIDEWINDER_WORK"])  # where the core goes


def temporary(broken):
    """A list; a broken one is the end of the process when it is freed."""
    items = [1]
    if broken:  # its items lie at address 8
        offset = object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p)
        ctypes.c_ssize_t.from_address(id(items) + offset).value = 8
    return items


def fail():
    raise ValueError("on its way")


def leave(broken):
    print(temporary(broken), fail())


def tell():
    os.write(1, traceback.format_exc().encode("utf-8"))


def rehearse():
    """A function of its own: in 2.7 the exception is being handled until it returns."""
    try:
        leave(False)
    except ValueError:
        tell()


if sys.argv[1] == "raised":
    rehearse()
    leave(True)
try:
    try:
        fail()
    except ValueError:
        {}["key"]
except KeyError:
    tell()
    os.abort()
