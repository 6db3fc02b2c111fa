# SPDX-License-Identifier: MIT
"""Compares what the plugin printed with what the target said of itself."""

import re

# Most cells that fail do so in one way, many times.
SHOWN_PROBLEMS = 3

_COLUMN_FIELDS = ("end_line", "column", "end_column")


def compare_json(truth, report):
    """The differences between the truth and the parsed `py-bt -a --json`, as a list of texts."""
    problems = []
    if report.get("schema") != "sidewinder/1" or report.get("command") != "bt":
        problems.append(f"schema {report.get('schema')!r}, command {report.get('command')!r}")
    if not isinstance(report.get("threads"), list):
        return [*problems, "no list of threads"]
    unmatched = list(report["threads"])
    for expected in truth["threads"]:
        found = [thread for thread in unmatched if _same_thread(expected, thread)]
        if len(found) != 1:
            problems.append(f"{_name_of(expected)}: {len(found)} such threads instead of 1")
            continue
        unmatched.remove(found[0])
        problems += _compare_thread(truth, expected, found[0])
    for thread in unmatched:
        # An interpreter that was made and runs nothing may keep a thread state without a frame.
        idle = thread.get("interpreter") in truth.get("idle_interpreters", ())
        if not idle or thread.get("frames"):
            frames = [frame.get("name") for frame in thread.get("frames", [])]
            problems.append(
                f"extra thread: native id {thread.get('native_id')}, thread id "
                f"{thread.get('thread_id')}, interpreter {thread.get('interpreter')}, {frames[:4]}"
            )
    return problems


def _name_of(thread):
    return f"thread {thread['native_id']} ({thread['ident']:#x}) of #{thread['interpreter']}"


def _same_thread(expected, thread):
    if thread.get("interpreter") != expected["interpreter"]:
        return False
    if thread.get("native_id") is not None and expected["native_id"] is not None:
        return thread["native_id"] == expected["native_id"]
    return int(str(thread.get("thread_id")), 16) == expected["ident"]


def _compare_thread(truth, expected, thread):
    name = _name_of(expected)
    problems = []
    if int(str(thread.get("thread_id")), 16) != expected["ident"]:
        problems.append(f"{name}: thread_id is {thread.get('thread_id')}")
    for field in ("native_id", "number"):
        if thread.get(field) is None:
            problems.append(f"{name}: {field} is null")
    if thread.get("holds_gil"):
        problems.append(f"{name}: holds_gil, but the thread is blocked")
    if thread.get("end") is not None:
        problems.append(f"{name}: ends with {thread['end']}")
    frames = thread.get("frames", [])
    for index, (wanted, found) in enumerate(zip(expected["frames"], frames)):
        differences = _compare_frame(truth, wanted, found, index)
        if differences:
            problems.append(f"{name}: frame {index}: {', '.join(differences)}")
            # What follows is shifted more often than wrong.
            break
    if len(frames) != len(expected["frames"]):
        problems.append(f"{name}: {len(frames)} frames instead of {len(expected['frames'])}")
    return problems


def _compare_frame(truth, wanted, found, index):
    fields = ["name", "file", "line", "first_line"]
    has_columns = truth["hexversion"] >= 0x030B0000
    if has_columns:
        fields += ["qualname", *_COLUMN_FIELDS]
    differences = []
    for field in fields:
        # Without a column the plugin has no end line either: they come from the same entry.
        if field == "end_line" and wanted["column"] is None and found.get("end_line") is None:
            continue
        if found.get(field, "absent") != wanted[field]:
            differences.append(f"{field} {found.get(field, 'absent')!r} not {wanted[field]!r}")
    if not has_columns and found.get("column") is not None:
        differences.append(f"column {found['column']!r} in a version that has none")
    if found.get("index", "absent") != index:
        differences.append(f"index {found.get('index', 'absent')!r}")
    return differences


# Without libthread_db there is no "Thread 0x... (" in it, and a lone thread is a "process".
_THREAD_LINE = re.compile(r"^Thread \d+ \(.*?\b(?:LWP|process) (\d+)\b")
_FRAME_LINE = re.compile(r'^  File "(.*)", line (\d+), in (.*)$')


def parse_text(text):
    """The blocks of `thread apply all py-bt`: {native id: [line, ...]}."""
    blocks = {}
    lines = None
    for line in text.splitlines():
        match = _THREAD_LINE.match(line)
        if match:
            lines = blocks.setdefault(int(match.group(1)), [])
        elif lines is not None and line:
            lines.append(line)
    return blocks


def compare_text(truth, text):
    """The same for the text of `thread apply all py-bt`: name, file and line."""
    blocks = parse_text(text)
    problems = []
    for expected in truth["threads"]:
        lines = blocks.pop(expected["native_id"], None)
        name = _name_of(expected)
        if not lines:
            problems.append(f"{name}: nothing in the text")
            continue
        found = [match.groups() for match in map(_FRAME_LINE.match, lines) if match]
        wanted = [(f["file"], str(f["line"]), f["name"]) for f in expected["frames"]]
        if wanted and lines[0] != "Traceback (most recent call first):":
            problems.append(f"{name}: begins with {lines[0]!r}")
        if not wanted and len(lines) != 1:
            problems.append(f"{name}: {len(lines)} lines instead of one that says: no Python")
        for index, pair in enumerate(zip(wanted, found)):
            if pair[0] != pair[1]:
                problems.append(f"{name}: line {index}: {pair[1]} not {pair[0]}")
                break
        if len(found) != len(wanted):
            problems.append(f"{name}: {len(found)} frames instead of {len(wanted)}")
    for native in truth["native_only"]:
        lines = blocks.pop(native, [])
        if len(lines) != 1:
            problems.append(f"thread {native}: {len(lines)} lines instead of one: no Python")
    for native in blocks:
        problems.append(f"thread {native}: in the text, not in the truth")
    return problems


def shorten(problems):
    shown = "; ".join(problems[:SHOWN_PROBLEMS])
    more = len(problems) - SHOWN_PROBLEMS
    return f"{shown}; and {more} more" if more > 0 else shown
