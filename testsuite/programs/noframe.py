# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A thread that Python knows of but that runs no Python code, and one that it does not know of."""
import truth


def ordinary():
    truth.hold(1)


truth.start_without_frame()
truth.start_foreign()
truth.start(ordinary)
truth.tell()
