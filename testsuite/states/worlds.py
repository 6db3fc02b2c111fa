# SPDX-License-Identifier: MIT
"""Worlds that stand still, or are to: free-threaded builds, against what the programs say.

The programs are those that use programs/helpers/witness.py.
"""

import re

COMMANDS = ("py-threads", "py-threads --json", "py-gil", "py-gil --json", "py-gc", "py-gc --json",
            "py-info", "py-info --json")
NAMES = ("stopped_world", "stopping_world")


def _differs(where, wanted, found):
    return f"{where}: expected {wanted!r}, got {found!r}"


def _state(wanted, requester):
    return wanted["state"].replace("suspended", f"suspended by thread {requester['number']}")


def compare_threads(wanted, text, found, requester):
    problems = []
    if set(found) != set(wanted):
        return [_differs("threads", sorted(wanted), sorted(found))]
    for native_id, one in wanted.items():
        thread = found[native_id]
        suspended = requester["thread_state"] if one["suspended_by"] else None
        for key, value in (
            ("name", one["name"]),
            ("daemon", one["daemon"]),
            ("state", _state(one, requester)),
            ("suspended_by", suspended),
            ("stops_world", thread is requester),
            ("holds_gil", False),
        ):
            if thread[key] != value:
                problems.append(_differs(f"{native_id}: {key}", value, thread[key]))
        rows = [line for line in text.split("\n") if re.search(rf"\b{native_id}\b", line)]
        if len(rows) != 1 or f"  {_state(one, requester)}  " not in rows[0]:
            problems.append(f"{native_id}: rows {rows}")
    return problems


def compare_world(wanted, text, gil, found, requester, stopped):
    """py-gil: who asked for it, and for whom that one waits."""
    awaited = [found[key]["thread_state"] for key, one in wanted.items()
               if one["state"].startswith("attached")]
    world = {"requested": True, "stopped": stopped, "requester": requester["thread_state"],
             "awaited": awaited}
    problems = [] if gil["world"] == world else [_differs("world", world, gil["world"])]
    if gil["disabled"] is not True or gil["holder"] is not None:
        problems.append(_differs("GIL", "disabled", gil))
    words = "stopped for" if stopped else "asked to stop for"
    who = rf"thread {requester['number']} \(LWP {requester['native_id']}\)"
    if not re.search(rf"(?m)^  the world is {words} {who} {requester['name']}$", text):
        problems.append(f"text of py-gil: {text!r}")
    if text.count("  not yet: thread ") != len(awaited):
        problems.append(f"text of py-gil: {text!r}")
    return problems


def compare_info(text, report, requester, stopped):
    problems = []
    if report["runtimes"][0]["world_stopper"] != requester["thread_state"]:
        problems.append(_differs("py-info", requester["thread_state"], report["runtimes"]))
    words = "stopped for" if stopped else "asked to stop for"
    if f", the world is {words} thread {requester['number']} (LWP " not in text:
        problems.append(f"text of py-info: {text!r}")
    return problems


def compare_collector(wanted, text, report, found):
    """py-gc: not the one that made the others stand still, unless it did so to collect."""
    one = report["collectors"][0]
    who = next(found[key] for key in wanted if wanted[key]["state"].startswith("collects"))
    problems = []
    if one["collecting"] is not True or one["collector"] != who["thread_state"]:
        problems.append(_differs("collector", who, one))
    words = f" yes, thread {who['number']} (LWP {who['native_id']}) "
    return problems + ([] if words in text else [f"text of py-gc: {text!r}"])


def compare(name, wanted, texts, reports):
    threads, gil, collectors, info = reports
    found = {str(thread["native_id"]): thread for thread in threads["threads"]}
    causes = {str(one["suspended_by"]) for one in wanted.values() if one["suspended_by"]}
    requester = found[causes.pop()]
    stopped = name == "stopped_world"
    return (
        compare_threads(wanted, texts[0], found, requester)
        + compare_world(wanted, texts[2], gil["gils"][0], found, requester, stopped)
        + compare_collector(wanted, texts[4], collectors, found)
        + compare_info(texts[6], info, requester, stopped)
    )


def self_test():
    one = {"name": "n", "daemon": True, "state": "suspended, in read()", "suspended_by": 8}
    two = {"name": "m", "daemon": True, "state": "attached", "suspended_by": None}
    wanted = {"7": one, "8": {**two, "state": "waits for the world to stop"}, "9": two}
    row = {"name": "n", "daemon": True, "holds_gil": False, "stops_world": False}
    row.update(state="suspended by thread 2, in read()", suspended_by="0x8", thread_state="0x7")
    other = {**row, "name": "m", "state": "attached", "suspended_by": None, "thread_state": "0x9"}
    requester = {**other, "state": "waits for the world to stop", "stops_world": True}
    requester.update(native_id=8, number=2, thread_state="0x8")
    table = "1  7  n  suspended by thread 2, in read()  f\n3  9  m  attached  f\n"
    table += "2  8  m  waits for the world to stop  f\n"

    def threads(found=row, text=table):
        found = {"7": found, "8": requester, "9": other}
        return compare_threads(wanted, text, found, requester)

    assert not threads()
    for key, value in (("state", "suspended, in read()"), ("suspended_by", None), ("name", "o"),
                       ("stops_world", True)):
        assert threads({**row, key: value}), key
    assert threads(text=table.replace("by thread 2", "by thread 3"))
    world = {"requested": True, "stopped": False, "requester": "0x8", "awaited": ["0x9"]}
    text = "  the world is asked to stop for thread 2 (LWP 8) m\n  not yet: thread 3 (LWP 9) m\n"

    def gil(found=world, text=text):
        found = {"world": found, "disabled": True, "holder": None}
        every = {"7": row, "8": requester, "9": other}
        return compare_world(wanted, text, found, every, requester, False)

    assert not gil()
    for key, value in (("stopped", True), ("requester", None), ("awaited", [])):
        assert gil({**world, key: value}), key
    assert gil(text=text.replace("LWP 8", "LWP 9")) and gil(text=text.replace("not yet", "x"))
    collecting = {"8": {"state": "collects garbage"}, "9": two}
    text = "  yes, thread 2 (LWP 8) m\n"

    def collector(text=text, **more):
        one = {"collecting": True, "collector": "0x8", **more}
        return compare_collector(collecting, text, {"collectors": [one]}, {"8": requester})

    assert not collector()
    assert collector("  yes\n") and collector(collecting=None) and collector(collector="0x9")
    report = {"runtimes": [{"world_stopper": "0x8"}]}
    assert not compare_info(", the world is stopped for thread 2 (LWP 8)", report, requester, True)
    assert compare_info(", the world is asked to stop", report, requester, True)
