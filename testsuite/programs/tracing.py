# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Tracing and profiling: inside the traced code, and inside the trace function itself."""
import sys

import truth


def traced(number):
    total = 0
    for value in range(3):
        total += value
        if value == 2:
            truth.hold(number)
    return total


def quiet_trace(frame, event, argument):
    return quiet_trace


def stopping_trace(frame, event, argument):
    if frame.f_code.co_name == "traced" and event == "line" and frame.f_locals.get("total"):
        truth.hold(1)
    return stopping_trace


def stopping_at_call(frame, event, argument):
    if frame.f_code.co_name == "traced" and event == "call":
        truth.hold(0)
    return stopping_at_call


def stopping_at_return(frame, event, argument):
    if frame.f_code.co_name == "short" and event == "return":
        truth.hold(0)
    return stopping_at_return


def profile(frame, event, argument):
    if event == "c_call" and getattr(argument, "__name__", "") == "len":
        truth.hold(1)


def short():
    return (
        1
    )


def run(install, hook, function, *arguments):
    install(hook)
    function(*arguments)


def counting():
    return len([1])


def main_trace(frame, event, argument):
    if frame.f_code.co_name == "last" and event == "line":
        truth.tell()
    return main_trace


def last():
    value = 1
    return value


truth.start(run, sys.settrace, quiet_trace, traced, 0)
truth.start(run, sys.settrace, stopping_trace, traced, 1)
truth.start(run, sys.settrace, stopping_at_call, traced, 0)
truth.start(run, sys.settrace, stopping_at_return, short)
truth.start(run, sys.setprofile, profile, counting)
run(sys.settrace, main_trace, last)
