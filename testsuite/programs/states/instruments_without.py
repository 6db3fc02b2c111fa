# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# environment: PYTHONMALLOC=malloc
# free-threaded environment: PYTHONMALLOC=mimalloc
"""Nothing that watches.

instruments.json in the work directory, as of the program "instruments".
"""
import sys

import instruments

instruments.wanted["audit"] = False if sys.version_info >= (3, 8) else None
instruments.wanted["eval_function"] = 0
instruments.tell([])
