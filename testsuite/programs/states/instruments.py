# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Threads under a tracer and a profiler, and every hook that this Python has.

instruments.json in the work directory; null for what this Python cannot tell.
"""
from __future__ import print_function

import ctypes
import functools
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import truth  # noqa: E402

wanted = {"traced": [], "profiled": [], "tools": []}
go = truth._thread.allocate_lock()
go.acquire()


def ignore(*arguments):
    pass


def traced():
    wanted["traced"].append(truth.native_id())
    sys.settrace(ignore)
    truth.hold(1)


def profiled():
    wanted["profiled"].append(truth.native_id())
    sys.setprofile(ignore)
    truth.hold(1)


def add_tools():
    for number, name in ((0, "debugger"), (3, u"w\xf6rker")):
        sys.monitoring.use_tool_id(number, name)
        wanted["tools"].append(name)


def find_hook():
    """The step that gives frames to another function: no frame is evaluated behind it."""
    api = ctypes.pythonapi
    names = ("_PyInterpreterState_SetEvalFrameFunc", "PyUnstable_InterpreterState_SetEvalFrameFunc")
    setter = next((getattr(api, name) for name in names if hasattr(api, name)), None)
    if not setter:
        return []
    api.PyInterpreterState_Get.restype = ctypes.c_void_p
    setter.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    setter.restype = None
    wanted["eval_function"] = ctypes.cast(api.Py_GetVersion, ctypes.c_void_p).value
    state = api.PyInterpreterState_Get()
    return [functools.partial(setter, state, wanted["eval_function"])]


def tell(extra_steps):
    with open("/proc/self/cmdline") as file:
        wanted["command_line"] = file.read().split("\0")[:-1]
    wanted["jit"] = sys._jit.is_enabled() if hasattr(sys, "_jit") else None
    active = getattr(sys, "is_stack_trampoline_active", None)
    wanted["trampolines"] = active() if active else None
    wanted["build"] = {
        "debug": hasattr(sys, "gettotalrefcount"),
        "free_threaded": "t" in getattr(sys, "abiflags", ""),
        "trace_refs": hasattr(sys, "getobjects"),
    }
    unset = "debug" if getattr(sys.flags, "dev_mode", False) else "default"
    allocator = os.environ.get("PYTHONMALLOC", unset)
    wanted["allocator"] = allocator if sys.version_info >= (3, 8) else None
    with open(os.path.join(truth.work_directory(), "instruments.json"), "w") as file:
        json.dump(wanted, file)
    write = functools.partial(os.write, 1, b'{"threads": []}\n')
    list(map(truth.CALL, extra_steps + [write, functools.partial(os.read, 0, 1)]))
    os._exit(0)


def main():
    truth.start(traced)
    truth.start(profiled)
    for _ in range(2):
        os.read(truth._announced, 1)
    wanted["audit"] = hasattr(sys, "addaudithook") or None
    if wanted["audit"]:
        sys.addaudithook(ignore)
    if hasattr(sys, "monitoring"):
        add_tools()
    tell(find_hook())


if __name__ == "__main__":
    main()
