# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Names and file names outside ASCII, outside the basic plane, and that are no text at all."""
import sys

import truth

SOURCE = u"""
def {0}(function, number):
    "ééééé"; ("日本", function(number))

def {1}(function, number): return "🐍", {0}(function, number)
"""

# 2.7 has no such names, and keeps file names as bytes.
OLD = sys.version_info < (3,)
NAMES = (u"plain", u"outer") if OLD else (u"ünter日本", u"𐐀𐐁")


def scope(filename):
    text = SOURCE.format(*NAMES)
    if OLD:
        text = u"# -*- coding: utf-8 -*-\n" + text
        text, filename = text.encode("utf-8"), filename.encode("utf-8")
    names = {}
    exec(compile(text, filename, "exec"), names)
    return names


truth.start(scope(u"<naïve>")[NAMES[0]], truth.hold, 0)
truth.start(scope(u"<日本語>")[NAMES[1]], truth.hold, 1)
truth.start(scope(u"<🐍 \u2028\u0301>")[NAMES[1]], truth.hold, 2)
if not OLD:
    truth.start(scope(u"<\udcff\udce9>")[NAMES[0]], truth.hold, 3)
scope(u"<main é>")[NAMES[1]](lambda number: truth.tell(), 4)
