# SPDX-License-Identifier: MIT
"""A file of core includes its own layer or a lower one; core knows no debugger and no Python."""
import os
import re

import common

# Bottom up. A new folder of core gets its place here.
LAYERS = ["base", "target", "layout", "object", "runtime", "code", "interp", "frame", "value",
          "async", "session", "sync", "view"]
ADAPTERS = ["gdb-plugin", "lldb-plugin"]

PUBLIC = {"sidewinder.h"}
# Made from layouts/ at build time.
GENERATED = {"layout_fields.h": "layout"}
FOREIGN = re.compile(
    r"(^|/)(Python|structmember|pyconfig|frameobject)\.h$|gdb|lldb|^internal/pycore", re.I)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def includes(root, name):
    """(line number, quote, file) of every include."""
    text = common.without_comments(common.text_of(root, name))
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def fault_of_core(root, layer, quote, wanted):
    """What is wrong with an include in a layer of core; None if nothing is."""
    if FOREIGN.search(wanted):
        return "core includes nothing of a debugger or of Python"
    if quote == "<" or wanted in PUBLIC:
        return None
    lower = GENERATED.get(wanted) or (wanted.split("/")[0] if "/" in wanted else layer)
    if lower not in LAYERS:
        return "no layer of core"
    if "/" in wanted and not os.path.exists(os.path.join(root, "core", wanted)):
        return "no such file in core"
    if LAYERS.index(lower) > LAYERS.index(layer):
        return "%s is above %s" % (lower, layer)
    return None


def check(root):
    for name in common.c_files(root, "core"):
        layer = name.split("/")[1]
        if layer == "include":
            layer = LAYERS[0]
        if layer not in LAYERS:
            yield "%s:1: layer '%s' has no place in the order of %s" % (
                name, layer, os.path.basename(__file__))
            continue
        for line, quote, wanted in includes(root, name):
            fault = fault_of_core(root, layer, quote, wanted)
            if fault:
                yield "%s:%d: includes %s: %s" % (name, line, wanted, fault)
    for name in common.c_files(root, *ADAPTERS):
        others = [adapter for adapter in ADAPTERS if not name.startswith(adapter + "/")]
        for line, _, wanted in includes(root, name):
            if wanted.split("/")[0] in others or "../" in wanted:
                yield "%s:%d: includes %s: not its own, not core" % (name, line, wanted)


def self_test(samples):
    good = {
        "core/include/sidewinder.h": "#include <stdint.h>\n",
        "core/base/a.h": '#include "sidewinder.h"\n',
        "core/view/b.c": '#include "view/b.h"\n#include "base/a.h"\n#include <stdio.h>\n'
                         '/* #include "gdb/x.h" */\n',
        "core/view/b.h": '#include "layout_fields.h"\n',
        "gdb-plugin/c.c": '#include <Python.h>\n#include "sidewinder.h"\n',
    }
    samples.expect(good, [])
    samples.expect(dict(good, **{"core/base/c.c": '\n#include "view/b.h"\n'}),
                   ["core/base/c.c:2: includes view/b.h: view is above base"])
    samples.expect(dict(good, **{"core/target/c.h": '# include "layout_fields.h"\n'}),
                   ["layout is above target"])
    samples.expect({"core/view/c.c": "#include <Python.h>\n"}, ["nothing of a debugger"])
    samples.expect({"core/view/c.c": "#include <lldb/API/LLDB.h>\n"}, ["nothing of a debugger"])
    samples.expect({"core/view/c.c": '#include "gdb-plugin/gdb.h"\n'}, ["nothing of a debugger"])
    samples.expect({"core/view/c.c": '#include "base/gone.h"\n'}, ["no such file"])
    samples.expect({"core/view/c.c": '#include "../base/a.h"\n'}, ["no layer of core"])
    samples.expect({"core/novel/c.c": "\n"}, ["no place in the order"])
    samples.expect({"gdb-plugin/c.c": '#include "lldb-plugin/x.h"\n'}, ["not its own"])


common.main(check, self_test)
