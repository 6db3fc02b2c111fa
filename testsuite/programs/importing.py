# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""An import in progress: a package, whose module imports a module, whose body does not end."""
import os
import sys

import truth

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "helpers"))
sys.dont_write_bytecode = True


def by_function():
    __import__("held_module")


# Python 2 has one lock for all imports: the second one would wait for the first.
if sys.version_info[0] > 2:
    truth.start(by_function)


def late():
    from slowpackage import (
        telling,
    )
    return telling


late()
