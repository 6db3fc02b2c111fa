# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Parks the thread that imports it."""
import truth

if True:
    truth.hold(1)
