# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads that compute, and pass the GIL around, until the standard input is closed."""
import os
import threading


def busy():
    count = 0
    while True:
        count = (count * 5 + 1) % 1000003


for _ in range(3):
    thread = threading.Thread(target=busy)
    thread.daemon = True
    thread.start()
os.write(1, b'{"threads": []}\n')
os.read(0, 1)
os._exit(0)
