# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.12
"""sys.monitoring: instrumented code, and inside a callback."""
import sys

import truth

TOOL = sys.monitoring.DEBUGGER_ID
EVENTS = sys.monitoring.events


def instrumented(number):
    total = 0
    for value in range(3):
        total += value
        if value == 2:
            truth.hold(number)
    return total


def watched():
    value = [
        1,
    ]
    return value


def on_line(code, line):
    if code is watched.__code__:
        truth.tell()


sys.monitoring.use_tool_id(TOOL, "test")
sys.monitoring.register_callback(TOOL, EVENTS.LINE, on_line)
sys.monitoring.set_local_events(
    TOOL, instrumented.__code__, EVENTS.LINE | EVENTS.INSTRUCTION | EVENTS.CALL
)
sys.monitoring.set_local_events(TOOL, watched.__code__, EVENTS.LINE)
truth.start(instrumented, 0)
truth.start(instrumented, 1)
watched()
