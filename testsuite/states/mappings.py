# SPDX-License-Identifier: MIT
"""Which native thread runs which Python, against what the programs say of themselves.

The programs are those that use programs/helpers/mapping.py.
"""

import re

READS_OF_ALL = 100
# 3 are aimed at; with 300 threads 2.7 takes 4.4, and 3.11 takes 3.2.
READS_OF_THREAD = {(2, 7): 5, (3, 11): 3.5}
# Of the thread that runs interpreter 1, which is selected before.
BORROWED = (
    "py-locals --json --interpreter 1",
    "py-locals --interpreter 0 --json",
    "py-print --json --interpreter 1 depth",
    "py-exc --interpreter 1 -a --json",
    "py-exc --interpreter 0 -a --json",
)
TABLE = ("py-threads", "py-threads --json")
PROGRAMS = {
    "namespaced": TABLE,
    "forked": TABLE,
    "borrowed": (*TABLE, *BORROWED),
    # What finding Python costs, and one command.
    "crowd": ("py-cache --forget", "py-threads --json", "py-cache --json"),
}


def _differs(where, wanted, found):
    return f"{where}: expected {wanted!r}, got {found!r}"


def compare_mapping(wanted, text, report):
    """Each native thread runs what it said, of its interpreter; nothing else is said to run."""
    problems = []
    found = [item for item in report["threads"] if item["frame"]]
    for one in wanted:
        mine = [item for item in found if item["native_id"] == one["native_id"]
                and item["interpreter"] == one["interpreter"]]
        functions = [item["frame"]["name"] for item in mine]
        if functions != [one["function"]]:
            problems.append(_differs(f"{one['native_id']}: function", one, functions))
        elif one["name"] is not None and mine[0]["name"] != one["name"]:
            problems.append(_differs(f"{one['native_id']}: name", one, mine[0]["name"]))
        row = rf"(?m)^.* {one['native_id']} +({one['interpreter']} )?.*\b{one['function']} \("
        if not re.search(row, text):
            problems.append(f"{one['native_id']}: no row of the table: {text!r}")
        found = [item for item in found if item not in mine]
    # 2.7 leaves the thread states of the parent's threads to a child: no thread runs them.
    return problems + [f"extra: {item}" for item in found if item["native_id"] is not None]


def runner_of(wanted, identity):
    """The native thread that runs the script of an interpreter."""
    return next(one["native_id"] for one in wanted
                if one["interpreter"] == identity and one["function"] == "in_runner")


def compare_frames_of(wanted, reports):
    """The commands about one frame, and exceptions, of a thread that runs two interpreters."""
    inner, outer, depth, exceptions, none = reports
    problems = []
    for frame, function in ((inner["frame"], "in_runner"), (outer["frame"], "run")):
        if frame["name"] != function:
            problems.append(_differs("frame", function, frame))
    if depth["value"] != "0":
        problems.append(_differs("depth", "0", depth))
    found = [(item["native_id"], item["interpreter"], one["chain"][0]["type"])
             for item in exceptions["threads"] for one in item["exceptions"]]
    if found != [(runner_of(wanted, 1), 1, "ZeroDivisionError")]:
        problems.append(_differs("exceptions of interpreter 1", 1, found))
    if any(item["exceptions"] or item["interpreter"] for item in none["threads"]):
        problems.append(_differs("exceptions of interpreter 0", [], none))
    return problems


def compare_cost(wanted, report, costs, release):
    """So many reads for each thread: its state, its frame, its name; and those for what all share,
    with finding Python itself."""
    problems = []
    if len(report["threads"]) != len(wanted):
        problems.append(_differs("threads", len(wanted), len(report["threads"])))
    each = READS_OF_THREAD.get(release, 3)
    most = READS_OF_ALL + each * len(wanted)
    if not 0 < costs["reads"] <= most:
        problems.append(f"{costs['reads']} reads for {len(wanted)} threads, not {most}")
    return problems


def compare(name, wanted, text, reports, release):
    if name == "crowd":
        return compare_cost(wanted, reports[0], reports[1], release)
    problems = compare_mapping(wanted, text, reports[0])
    return problems + (compare_frames_of(wanted, reports[1:]) if name == "borrowed" else [])


def self_test():
    one = {"native_id": 7, "interpreter": 1, "function": "f", "name": "n"}
    row = {"native_id": 7, "interpreter": 1, "name": "n", "frame": {"name": "f"}}
    table = "  1  7  1  n  in read()  f (x.py:1)\n"
    assert not compare_mapping([one], table, {"threads": [row]})
    assert not compare_mapping([one], table, {"threads": [row, {**row, "native_id": None}]})
    for key, value in (("native_id", 8), ("interpreter", 0), ("name", "m"), ("frame", None)):
        assert compare_mapping([one], table, {"threads": [{**row, key: value}]}), key
    assert compare_mapping([one], table, {"threads": [row, row]})
    runs = [{"native_id": 7, "interpreter": 1, "function": "in_runner"}]
    mine = {"native_id": 7, "interpreter": 1}
    mine["exceptions"] = [{"chain": [{"type": "ZeroDivisionError"}]}]
    frames = [{"frame": {"name": name}} for name in ("in_runner", "run")]
    ours = [*frames, {"value": "0"}, {"threads": [mine]}, {"threads": []}]
    assert not compare_frames_of(runs, ours)
    wrong = [frames[1], frames[0], {"value": "1"}, {"threads": []}, {"threads": [mine]}]
    for number, report in enumerate(wrong):
        assert compare_frames_of(runs, [*ours[:number], report, *ours[number + 1:]]), number
    most = READS_OF_ALL + 3
    assert not compare_cost([one], {"threads": [row]}, {"reads": most}, (3, 8))
    assert compare_cost([one], {"threads": [row]}, {"reads": most + 1}, (3, 8))
    assert compare_mapping([one], table.replace("7", "8"), {"threads": [row]})
