# SPDX-License-Identifier: MIT
"""What a cell of the matrix says: how much of the truth was shown, and with which reason."""

import dataclasses
import re

import comparison
import session

WORKS, PARTIAL, MESSAGE, UNSUPPORTED, FAIL = "works", "partial", "message", "unsupported", "FAIL"


@dataclasses.dataclass(frozen=True)
class Verdict:
    outcome: str
    text: str = ""


# What an honest reader may not know; everything else that is shown must be true.
_FIELDS = ("name", "file", "line", "first_line")


def _fits(wanted, found):
    return all(found.get(field) in (None, wanted[field]) for field in _FIELDS)


def _is_part_of(frames, wanted):
    """Whether the frames are some of the wanted ones, in their order."""
    rest = iter(wanted)
    return all(any(_fits(item, frame) for item in rest) for frame in frames)


def _thread_of(truth, thread):
    for expected in truth["threads"]:
        if thread.get("native_id") is not None:
            if thread["native_id"] == expected["native_id"]:
                return expected
        elif int(str(thread.get("thread_id")), 16) == expected["ident"]:
            return expected
    return None


def _reasons(report):
    found = list(report.get("warnings", []))
    for thread in report["threads"]:
        if thread.get("native_id") is None:
            found.append("no native thread found")  # in the JSON null says it
        if thread.get("end"):
            found.append(thread["end"]["message"])
        for frame in thread["frames"]:
            if frame.get("problem"):
                found.append(frame["problem"]["message"])
    return list(dict.fromkeys(found))


def _without_addresses(text):
    return re.sub(r"0x[0-9a-f]+", "0x...", text)


def judge_all(truths, text, errors):
    """The same for several Pythons in one process, each of which told its own truth."""
    report = session.parse_json(text, errors)
    told = [{thread["native_id"] for thread in truth["threads"]} for truth in truths]
    for truth, ids in zip(truths, told):
        mine = [thread for thread in report["threads"] if thread["native_id"] in ids]
        verdict = _judge(truth, {**report, "threads": mine})
        if verdict.outcome != WORKS:
            return verdict
    if len(report["threads"]) != sum(map(len, told)):
        return Verdict(FAIL, f"{len(report['threads'])} threads, {sum(map(len, told))} were told")
    return Verdict(WORKS)


def judge(truth, text, errors, unnumbered=False):
    """Compares `py-bt -a --json` with the truth. With `unnumbered`, the debugger has other threads
    than the interpreter (a child after fork), and none of their numbers is asked for."""
    try:
        report = session.parse_json(text, errors)
    except session.SessionError:
        line = (errors.strip().splitlines() or ["nothing was printed"])[-1]
        return Verdict(MESSAGE, line)
    if unnumbered:
        known = {thread["ident"]: thread["native_id"] for thread in truth["threads"]}
        for thread in report["threads"]:
            thread["number"] = thread["number"] or 1
            thread["native_id"] = thread["native_id"] or known.get(int(thread["thread_id"], 16))
    return _judge(truth, report)


def _judge(truth, report):
    problems = comparison.compare_json(truth, report)
    if not problems:
        return Verdict(WORKS)
    shown = wanted = 0
    for thread in report["threads"]:
        expected = _thread_of(truth, thread)
        if not expected or not _is_part_of(thread["frames"], expected["frames"]):
            return Verdict(FAIL, comparison.shorten(problems))
        shown += sum(frame.get("name") is not None for frame in thread["frames"])
    wanted = sum(len(thread["frames"]) for thread in truth["threads"])
    reasons = _reasons(report)
    if not reasons:
        return Verdict(FAIL, f"no reason given: {comparison.shorten(problems)}")
    reason = _without_addresses(reasons[0])
    return Verdict(PARTIAL, f"{shown} of {wanted} frames: {reason}")


def judge_message(pattern, text, errors):
    """A target without a living Python: one line that says so, and no exception of the adapter."""
    lines = [line for line in errors.strip().splitlines() if not line.startswith("warning: ")]
    if text.strip():
        return Verdict(FAIL, f"it printed {text.strip().splitlines()[0]!r}")
    if any("Traceback" in line or "Python Exception" in line for line in lines):
        return Verdict(FAIL, f"an exception: {lines[-1]!r}")
    line = lines[-1] if lines else ""
    if re.search(pattern, line):
        return Verdict(MESSAGE, line)
    return Verdict(FAIL, f"expected a message like {pattern!r}, got {line!r}")


def _values(report):
    """(thread, frame, name) -> (type, value) of each variable."""
    return {(thread["thread_id"], frame["index"], local["name"]): (local["type"], local["value"])
            for thread in report["threads"] for frame in thread["frames"]
            for local in frame["locals"]}


def judge_values(wanted, found):
    """Variables as a core shows them, against those that the process had. What is not the same must
    say so by a "?", and be the smaller part: names of functions and of some types are in files."""
    wanted, found = _values(wanted), _values(found)
    other = {key for key in wanted if found.get(key) != wanted[key]}
    wrong = [key for key in other if key not in found or "?" not in "".join(map(str, found[key]))]
    if wrong:
        key = min(wrong)
        return Verdict(FAIL, f"{key[2]} is {found.get(key)}, it was {wanted[key]}")
    if 2 * len(other) > len(wanted):
        return Verdict(FAIL, f"{len(other)} of {len(wanted)} variables are not known")
    return Verdict(WORKS)
