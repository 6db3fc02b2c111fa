# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""One thread computes in C and never lets go of the GIL, the other waits for it."""
import functools
import itertools
import os

import truth

go = truth._thread.allocate_lock()
go.acquire()
nowhere = os.open(os.devnull, os.O_WRONLY)


def busy():
    announce = truth.wait_steps()[0]
    ready = functools.partial(os.write, 1, b"\n")
    compute = functools.partial(sum, itertools.repeat(0))
    list(map(truth.CALL, (announce, go.acquire, ready, compute)))


def tell():
    # Writing lets go of the GIL: again and again, until the other thread has it for ever.
    os.read(truth._announced, 1)
    again = itertools.repeat(functools.partial(os.write, nowhere, b""))
    any(truth.map_lazily(truth.CALL, itertools.chain((truth._take, go.release), again)))


truth.start(busy)
truth.register()
tell()
