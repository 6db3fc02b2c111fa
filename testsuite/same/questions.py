# SPDX-License-Identifier: MIT
"""What is asked of both debuggers: every command of the table, in many forms."""

import re

from session import Caught, SelectThread

# Arguments for the commands. One that is not here is asked without any and with --json.
ARGUMENTS = {
    "bt": (
        "", "--json", "-a", "-a --json", "--columns --qualname", "--locals", "--locals --json",
        "--source", "-a --fold", "2", "-2", "-2 --json", "-a --interpreter 0", "--interpreter 9",
        "--native", "--native=all", "--native --json", "-a --native=all --json",
        "--no-such-option", "99999999999999999999",
    ),
    "bt-full": ("", "--no-such-option"),
    "locals": ("", "--json", "nothing"),
    "print": (
        "truth", "--json truth", "__name__", "__builtins__['len']", "truth.json.__name__",
        "truth.sys.path[0]", "truth.sys.argv[-1]", "truth.sys.argv['x']",
        "truth.sys.modules['os']", "--json truth.sys.version_info[1]", "no_such_name",
        "truth.no_such_name", "truth.sys.path[99999]", "0x0", "0x10", "--json 0x10",
        "0xffffffffffffffffff", "", "a b", "truth[", "a.b[1](2)", "truth . sys",
        "len\t", "$pc", "#", "\\n", "\\", "é",
    ),
    "list": ("", "1,3", "5", "9999", "3,1", "x", "1, 3"),
    "up": ("", "--json", "2", "1000", "x"),
    "down": ("", "--json", "1000", "-1"),
    "frame": ("", "--json", "1", "0 --json", "9999", "-1", "x"),
    "threads": ("", "--json", "--interpreter 0", "--interpreter 0:0 --json"),
    "locks": ("", "--json", "--deadlock", "--deadlock --json"),
    "exc": ("", "--json", "-a", "-a --json"),
    # How often memory was read is the debugger's own: what it asks for, and what it keeps.
    "cache": ("--no-such-option",),
}

# Walks over the frames: what is selected is kept from one command to the next.
WALK = (
    "py-frame 0", "py-locals", "py-up", "py-locals --json", "py-list", "py-up", "py-print truth",
    "py-down", "py-frame", "py-bt", "py-bt-full", "py-down", "py-down", "py-up 99", "py-up",
    "py-locals", "py-list", "py-list 1", "py-frame 0 --json",
)

_TABLE_ROW = re.compile(r"^  (\S+) +(py-\S+) ", re.MULTILINE)


def table(text):
    """The names of the library's commands, from what `pystack help` prints."""
    return [name for name, _ in _TABLE_ROW.findall(text)]


def of_thread(native_id, names):
    """Every question, put with that thread selected: (command, command) pairs with a label each."""
    asked = {f"{native_id}: select": SelectThread(native_id)}
    for name in names:
        for arguments in ARGUMENTS.get(name, ("", "--json")):
            line = f"py-{name} {arguments}" if arguments else f"py-{name}"
            asked[f"{native_id}: {line}"] = Caught(line)
            if name in ("up", "down", "frame"):
                asked[f"{native_id}: after {line}"] = Caught("py-frame")
    for place, line in enumerate(WALK):
        asked[f"{native_id}: walk {place}: {line}"] = Caught(line)
    return asked
