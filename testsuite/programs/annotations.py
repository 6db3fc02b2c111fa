# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.14
"""Annotations that are evaluated when asked for, and template strings."""
import annotationlib

import truth


def function(argument: truth.hold(0)) -> None:
    return argument


class Class:
    attribute: truth.hold(1)


def template():
    return t"first {truth.hold(0)!r} second {1:>{2}}"


def later():
    def inner(argument: [truth.tell()]):
        return argument
    return annotationlib.get_annotations(inner)


truth.start(lambda: function.__annotations__)
truth.start(lambda: Class.__annotations__)
truth.start(template)
later()
