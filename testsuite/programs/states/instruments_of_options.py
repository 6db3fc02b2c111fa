# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.12
# options: -X perf -X dev
# environment: PYTHON_JIT=1
"""What options turn on: perf's trampolines, debug hooks of the allocators, the JIT.

instruments.json in the work directory, as of the program "instruments".
"""
import instruments

instruments.wanted["audit"] = False
instruments.tell([])
