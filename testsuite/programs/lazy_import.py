# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.15
"""A lazy import, which happens where the name is used first."""
import os
import sys

import truth

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "helpers"))
sys.dont_write_bytecode = True

lazy import slowpackage
lazy import held_module


def uses_it():
    return [
        held_module.anything
    ]


truth.start(uses_it)


def main():
    return slowpackage.VALUE


main()
