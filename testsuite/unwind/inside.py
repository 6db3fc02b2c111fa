# SPDX-License-Identifier: MIT
"""What runs inside gdb: random stops, and what gdb's own unwinder makes of each stack.

`unwind` is set before: the number of stops, whether every Python function has a trampoline, the
file for py-symbols or None, that of the JIT reader or None, and the stops that try it. Prints one
JSON object.
"""
import json
import re
import time

import gdb

OUTERMOST = ("main", "_start", "Py_BytesMain", "__libc_start_main", "__libc_start_main_impl")
PYTHON_FRAME = re.compile(r'^  File "(.*)", line \d+, in (.*)$')


def native_frames():
    """(name, pc) of all frames, the innermost first."""
    frames = []
    frame = gdb.newest_frame()
    while frame is not None:
        frames.append((frame.name(), frame.pc()))
        frame = frame.older()
    return frames


def python_names():
    text = gdb.execute("py-bt --qualname", to_string=True)
    return [match.group(2) for match in map(PYTHON_FRAME.match, text.splitlines()) if match]


def is_in_file(pc):
    return gdb.solib_name(pc) is not None or any(start <= pc < end for start, end in program)


def program_ranges():
    """Where the main program lies, which gdb.solib_name() does not tell."""
    text = gdb.execute("info files", to_string=True)
    pattern = re.compile(r"^\s*(0x[0-9a-f]+) - (0x[0-9a-f]+) is \S+$", re.M)
    return [(int(one, 16), int(other, 16)) for one, other in pattern.findall(text)]


def count_inlined(names):
    """Frames that may have no trampoline: 3.13 runs the __init__ of a class that is called in the
    same evaluation loop (CALL_ALLOC_AND_ENTER_INIT), as it did before there were trampolines."""
    return sum(name.endswith("__init__") for name in names)


def is_in_order(some, names):
    """Whether `some` are `names` without those that may have no trampoline."""
    rest = iter(names)
    for name in some:
        for other in rest:
            if other == name:
                break
            if not other.endswith("__init__"):
                return False
        else:
            return False
    return all(name.endswith("__init__") for name in rest)


def complaint(frames, names):
    """What is wrong with a stack; None if nothing is."""
    if frames[-1][0] not in OUTERMOST:
        return "%d frames, then %s; Python has %d" % (len(frames), frames[-1], len(names))
    if not unwind["trampolines"]:
        return None
    # 3.12 links its record of an evaluation loop before it fills it in: no frame is known then.
    if not names:
        return None
    made = [name for name, pc in frames if not is_in_file(pc)]
    # A function that is just being entered or left may have one and not the other.
    if not len(names) - count_inlined(names) - 1 <= len(made) <= len(names) + 1:
        return "%d trampolines for %d Python frames" % (len(made), len(names))
    return None


def stop_often(seen):
    gdb.execute("handle SIGPROF stop print nopass", to_string=True)
    for _ in range(unwind["stops"]):
        gdb.execute("continue", to_string=True)
        started = time.process_time()
        frames = native_frames()
        seen["seconds"] += time.process_time() - started
        seen["frames"] += len(frames)
        seen["made"] += sum(not is_in_file(pc) for _, pc in frames)
        problem = complaint(frames, python_names())
        seen["good"] += problem is None
        if problem:
            seen["problems"].append(problem)


def compare(seen, what, before):
    """The stack as it is now must be the one before."""
    after = native_frames()
    if [pc for _, pc in before] != [pc for _, pc in after]:
        lost = [frame for frame in before if frame not in after]
        seen["problems"].append(
            "by %s %d frames, by the unwinder %d, among them %s"
            % (what, len(after), len(before), lost[:3]))
    return after


def try_reader(seen):
    """The same stack without the unwinder, by the JIT reader."""
    before = native_frames()
    gdb.execute("disable unwinder global sidewinder", to_string=True)
    gdb.execute("jit-reader-load " + unwind["reader"], to_string=True)
    compare(seen, "the JIT reader", before)
    gdb.execute("jit-reader-unload", to_string=True)
    gdb.execute("enable unwinder global sidewinder", to_string=True)


def try_symbols(seen):
    """The same stack without the unwinder, by the file of py-symbols, and its names."""
    before = native_frames()
    names = python_names()
    gdb.execute("py-symbols " + unwind["symbols"], to_string=True)
    gdb.execute("disable unwinder global sidewinder", to_string=True)
    gdb.execute("add-symbol-file " + unwind["symbols"], to_string=True)
    after = compare(seen, "py-symbols", before)
    # gdb takes what follows a dot for the name of a part.
    served = [name.split(":")[2] for name, pc in after if (name or "").startswith("py::")]
    # The innermost may be just entered or left.
    if not any(is_in_order(one, two) for one in (served, served[1:]) for two in (names, names[1:])):
        seen["problems"].append("py-symbols names %s; py-bt %s" % (served, names))


seen = {"good": 0, "frames": 0, "made": 0, "seconds": 0.0, "problems": []}
program = program_ranges()
try:
    stop_often(seen)
    if unwind["reader"]:
        for _ in range(unwind["reader_stops"]):
            gdb.execute("continue", to_string=True)
            try_reader(seen)
    if unwind["symbols"]:
        try_symbols(seen)
except Exception as error:
    seen["problems"].append("%s: %s" % (type(error).__name__, error))
print(json.dumps(seen))
