# SPDX-License-Identifier: MIT
"""py-locks against what the programs say of themselves (programs/helpers/parked.py)."""

NAMES = ("locks", "deadlocks", "inversion", "world_inversion")
COMMANDS = ("py-locks", "py-locks --json", "py-locks --deadlock")
FOUND = "Found one deadlock:"
FOUND_TIMED = "Found threads that wait for each other until a timeout:"


def _problem(where, wanted, found):
    return f"{where}: expected {wanted!r}, got {found!r}"


def _owner(wanted, owner):
    """What is wrong with the owner of what is waited for."""
    if owner["kind"] != wanted["owner"]:
        return f"owner {owner}"
    if wanted["owner"] == "thread" and owner["native_id"] != wanted["holder"]:
        return f"owner {owner}"
    if wanted["owner"] == "ended" and int(owner["thread_id"], 16) != wanted["holder"]:
        return f"owner {owner}"
    where = owner["with"]["function"].split(".")[-1] if "with" in owner else None
    return None if where == wanted["where"] else f"with {owner}"


def compare_waits(wanted, report):
    """Each thread waits for what it said it would, and no other waits."""
    problems = []
    found = {str(wait["native_id"]): wait for wait in report["waits"]}
    if len(found) != len(report["waits"]):
        problems.append("a thread waits twice")
    for native_id, expected in wanted["waits"].items():
        wait = found.pop(native_id, None)
        if not wait:
            problems.append(f"{expected['name']}: does not wait")
            continue
        for key in ("kind", "address", "timed"):
            if wait[key] != expected[key] and expected[key] is not None:
                problems.append(_problem(f"{expected['name']}: {key}", expected, wait))
        wrong = _owner(expected, wait["owner"])
        if wrong:
            problems.append(_problem(f"{expected['name']}: {wrong}", expected, wait))
    problems += [f"waits: {wait}" for wait in found.values()]
    return problems + ([f"unknown: {report['unknown']}"] if report["unknown"] else [])


def _rotated(circle):
    least = circle.index(min(circle))
    return circle[least:] + circle[:least]


def compare_deadlocks(wanted, report, texts):
    natives = {wait["thread_state"]: wait["native_id"] for wait in report["waits"]}
    found = [[natives[state] for state in one["threads"]] for one in report["deadlocks"]]
    problems = []
    if sorted(map(_rotated, found)) != sorted(map(_rotated, wanted["deadlocks"])):
        problems.append(_problem("deadlocks", wanted["deadlocks"], found))
    timed = [any(wanted["waits"][str(native_id)]["timed"] for native_id in circle)
             for circle in wanted["deadlocks"]]
    if sorted(one["timed"] for one in report["deadlocks"]) != sorted(timed):
        problems.append(_problem("timed", timed, report["deadlocks"]))
    count = len(timed)
    for heading, number in ((FOUND, count - sum(timed)), (FOUND_TIMED, sum(timed))):
        if texts[0].count(heading) != number or texts[2].count(heading) != number:
            problems.append(_problem("text", heading, texts[0]))
    if texts[0].count("Traceback") != sum(map(len, found)) or "Traceback" in texts[2]:
        problems.append(_problem("stacks", found, texts[0]))
    for native_id in (member for circle in wanted["deadlocks"] for member in circle):
        if f" (LWP {native_id}) {wanted['waits'][str(native_id)]['name']} waits" not in texts[2]:
            problems.append(_problem("text of the deadlock", native_id, texts[2]))
    if not count and (texts[2].strip() or "No deadlock found." not in texts[0]):
        problems.append(_problem("text without a deadlock", "", texts[2] or texts[0]))
    return problems


def compare_text(wanted, text):
    """Each thread stands below what it waits for."""
    problems = []
    for native_id, expected in wanted["waits"].items():
        line = f" (LWP {native_id}) {expected['name']}"
        waits = text.rpartition("All waits:")[2].split("  waits: thread ")[1:]
        mine = [first for first in (part.split("\n")[0] for part in waits) if line in first]
        timed = [first.endswith(", with a timeout") for first in mine]
        if len(mine) != 1 or expected["timed"] not in (None, timed[0]):
            problems.append(_problem("text of all waits", line, text))
    return problems


def compare(wanted, texts, report):
    problems = compare_waits(wanted, report)
    return problems + compare_deadlocks(wanted, report, texts) + compare_text(wanted, texts[0])


def self_test():
    waits = {"name": "a", "kind": "lock", "timed": False, "address": "0x1", "owner": "thread"}
    wanted = {"waits": {"7": {**waits, "holder": 8, "where": "f"},
                        "8": {**waits, "name": "b", "address": "0x2", "holder": 7, "where": None}},
              "deadlocks": [[8, 7]]}
    row = {"native_id": 7, "thread_state": "0x7", "kind": "lock", "timed": False, "address": "0x1",
           "owner": {"kind": "thread", "native_id": 8, "with": {"function": "f"}}}
    other = {**row, "native_id": 8, "thread_state": "0x8", "address": "0x2",
             "owner": {"kind": "thread", "native_id": 7}}
    circle = {"threads": ["0x7", "0x8"], "timed": False}

    def report(one=row, two=other, circles=(circle,), unknown=0):
        return {"waits": [one, two], "deadlocks": list(circles), "unknown": unknown}

    brief = f"{FOUND}\nthread 1 (LWP 7) a waits for x\nthread 2 (LWP 8) b waits for y\n"
    full = brief + "Traceback\nTraceback\nAll waits:\nx\n  waits: thread 1 (LWP 7) a\ny\n"
    full += "  waits: thread 2 (LWP 8) b\n"
    assert not compare(wanted, [full, "", brief], report())
    for key, value in (("kind", "rlock"), ("timed", True), ("address", "0x3"), ("native_id", 9)):
        assert compare_waits(wanted, report({**row, key: value})), key
    assert compare_waits(wanted, report({**row, "owner": {"kind": "unknown"}}))
    assert compare_waits(wanted, report({**row, "owner": {**row["owner"], "native_id": 7}}))
    assert compare_waits(wanted, report({**row, "owner": other["owner"]}))
    assert compare_waits(wanted, report(unknown=1))
    assert compare_waits(wanted, {**report(), "waits": [row]})
    assert compare_deadlocks(wanted, report(circles=()), [full, "", brief])
    assert compare_deadlocks(wanted, report(circles=[{**circle, "timed": True}]), [full, "", brief])
    assert compare_deadlocks(wanted, report(), [full, "", ""])
    assert compare_deadlocks(wanted, report(), [full, "", full])
    assert compare_deadlocks({**wanted, "deadlocks": []}, report(), [full, "", brief])
    assert compare_text(wanted, full.replace("(LWP 8) b\n", "(LWP 8) b, with a timeout\n"))
