# needs: python 3.8
# SPDX-License-Identifier: MIT
"""Interpreters beside the main one; each tells how many modules it has.

interpreters.json in the work directory, oldest first: [{"id", "modules", "own_gil", "gil_disabled",
"thresholds", "enabled"}].
"""
import gc
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError as error:
        truth.unsupported(str(error))

OWN_GIL = sys.version_info >= (3, 12)
DISABLED = hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled()
path = os.path.join(truth.work_directory(), "modules")
TELL = """
import gc, json, sys
gc.set_threshold(600 + %d, 5, 6)
gc.disable()
with open(%r, "w") as file:
    json.dump({
        "modules": len(sys.modules), "thresholds": gc.get_threshold(), "enabled": gc.isenabled(),
    }, file)
"""


def tell(identity):
    interpreters.run_string(identity, TELL % (int(identity), path))
    with open(path) as file:
        return json.load(file)


def create(isolated):
    if sys.version_info >= (3, 13):
        return interpreters.create("isolated" if isolated else "legacy")
    if sys.version_info >= (3, 9):
        return interpreters.create(isolated=isolated)
    return interpreters.create()


wanted, keep = [], []
for isolated in (True, False):
    identity = create(isolated)
    keep.append(identity)  # before 3.13 the interpreter goes with its id
    # Running code may import: the second time tells.
    tell(identity)
    wanted.append(dict(tell(identity), id=int(identity), own_gil=OWN_GIL and isolated))
with open(os.path.join(truth.work_directory(), "interpreters.json"), "w") as file:
    main = {"id": 0, "modules": len(sys.modules), "own_gil": OWN_GIL}
    for item in [main] + wanted:
        item["gil_disabled"] = DISABLED
    main.update(thresholds=gc.get_threshold(), enabled=gc.isenabled())
    json.dump([main] + wanted, file)
truth.tell()
