# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Many threads, for counting what a command reads of each.

mapping.json in the work directory (helpers/mapping.py).
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "helpers"))
import mapping  # noqa: E402

mapping.start(300, "of the crowd")
mapping.tell()
