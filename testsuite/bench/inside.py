# SPDX-License-Identifier: MIT
"""Runs inside gdb, attached to a target: times both extensions in turns and prints one JSON line.

Settings come through the environment: BENCH_PEER (CPython's python-gdb.py, may be empty), BENCH_ALL
(1: all threads), BENCH_FULL (1: py-bt-full instead of py-bt), BENCH_LOCALS (1: py-locals),
BENCH_TABLE (1: py-threads beside gdb's own `info threads`, a row where others have a frame),
BENCH_RUNS, BENCH_PEER_RUNS,
"""
import json
import os
import time

import gdb


def setting(name):
    return os.environ.get("BENCH_" + name, "")


def cpu(function):
    start = time.process_time(), time.perf_counter()
    text = function()
    return (
        (time.process_time() - start[0]) * 1000,
        (time.perf_counter() - start[1]) * 1000,
        text,
    )


def peer_name():
    if setting("LOCALS") == "1":
        return "PyLocals"
    return "PyBacktraceFull" if setting("FULL") == "1" else "PyBacktrace"


def load_peer(path):
    """CPython's extension under names of its own, so that both are in one gdb."""
    space = {"__name__": "peer"}
    with open(path) as file:
        source = file.read()
    exec(compile(source, path, "exec"), space)
    peer = next(
        value
        for value in space.values()
        if isinstance(value, type) and value.__name__ == peer_name()
    )
    instance = peer.__new__(peer)

    class PeerBacktrace(gdb.Command):
        def __init__(self):
            gdb.Command.__init__(self, "peer-bt", gdb.COMMAND_STACK)

        def invoke(self, args, from_tty):
            peer.invoke(instance, args, from_tty)

    PeerBacktrace()


def run(command):
    return gdb.execute(command, to_string=True)


def cache():
    return json.loads(run("sidewinder cache --json"))


def frames(text):
    if setting("LOCALS") == "1":
        return text.count(" = ")
    if setting("TABLE") == "1":
        return text.count("\n") - 1
    return sum(
        1 for line in text.splitlines() if line.startswith("  File ") or " Frame 0x" in line[:24]
    )


def select_deepest():
    """The thread with most Python frames is the one to measure."""
    data = json.loads(run("sidewinder bt -a --json"))
    best = max(data["threads"], key=lambda thread: len(thread["frames"]))
    run("thread %d" % best["number"])


def select_loop():
    """The native frame that runs Python: theirs looks outwards from the selected one."""
    frame = gdb.newest_frame()
    while frame and "PyEval_EvalFrame" not in (frame.name() or ""):
        frame = frame.older()
    if frame:
        frame.select()


def count_packets(command):
    """Requests that gdb sends while the command runs; its log of them comes with the text."""
    gdb.execute("set debug remote 1")
    text = run(command)
    gdb.execute("set debug remote 0")
    return text.count("Sending packet:")


def measure():
    everyone = setting("ALL") == "1"
    ours = "sidewinder bt -a" if everyone else "sidewinder bt"
    if setting("FULL") == "1":
        ours = "sidewinder bt-full"
    if setting("LOCALS") == "1":
        ours = "sidewinder locals"
        run("sidewinder bt")
        select_deepest()
        select_loop()
    theirs = "thread apply all -q peer-bt" if everyone else "peer-bt"
    if setting("TABLE") == "1":
        ours, theirs = "sidewinder threads", "info threads"
    result = {"ours": [], "ours_wall": [], "peer": []}

    first = cpu(lambda: run(ours))
    result["first_ms"] = first[0]
    if not everyone:
        select_deepest()
    peer = setting("PEER")
    if setting("TABLE") == "1":
        peer = "gdb"
    elif peer:
        load_peer(peer)
        run(theirs if not everyone else "peer-bt")
    for turn in range(int(setting("RUNS"))):
        run("sidewinder cache --clear")
        spent = cpu(lambda: run(ours))
        result["ours"].append(spent[0])
        result["ours_wall"].append(spent[1])
        result["frames"] = frames(spent[2])
        result["cache"] = cache()
        if peer and turn < int(setting("PEER_RUNS")):
            spent = cpu(lambda: run(theirs))
            result["peer"].append(spent[0])
            result["peer_frames"] = frames(spent[2])
    if setting("PACKETS") == "1":
        run("sidewinder cache --clear")
        result["packets"] = count_packets(ours)
    return result


print("BENCH " + json.dumps(measure()))
