# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Never ends: tells the truth while two imports wait for it."""
import truth

from . import VALUE


class Body(object):
    value = VALUE
    truth.tell()
