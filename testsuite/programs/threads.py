# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""200 threads, at different depths of different functions, made by both modules."""
import threading

import truth

# The default stack of 8 MiB for each would be 1.6 GiB in a core file.
threading.stack_size(512 * 1024)


class Worker(object):
    def __init__(self, number):
        self.number = number

    def run(self, depth):
        if depth:
            return self.run(depth - 1)
        with threading.Lock():
            truth.hold(self.number)


def plain(number):
    [truth.hold(number)]


def through_threading(number):
    truth.register()
    Worker(number).run(number % 7)


for index in range(100):
    truth.start(plain if index % 3 else Worker(index).run, index % 9)
for index in range(100):
    truth.expect()
    thread = threading.Thread(target=through_threading, args=(index,), name="worker %d" % index)
    thread.daemon = True
    thread.start()
truth.tell()
