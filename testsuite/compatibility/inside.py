# SPDX-License-Identifier: MIT
"""Runs inside gdb, attached to a target: every command of both extensions in the same state.

The variable `compatibility`, made by a gdb command before this file is sourced, has the paths of
CPython's extension ("peer") and of the file for what was found ("result"): a list of records
{"group", "where", "command", "theirs", "ours"}, with each text as the user would see it. Where a
command is given several times, the text is a list.
"""
import json
import re

import gdb

PREFIX = "peer-"
ERROR = "error: "
MOST_MOVES = 100
FEW_NAMES = 3  # are printed where py-locals shows them all: to look one up takes theirs long
FULL_THREADS = 4  # whose newest frames are asked for everything

LIST_FORMS = (
    "", "3", "3,6", "3, 6", "2 , 4", "0", "0,2", "6,3", "99999", "99999,100001",
)
WRONG_ARGUMENTS = (
    ("bt", "x"), ("bt", "5"), ("bt", "--nonsense"), ("bt-full", "x"), ("locals", "x"),
    ("print", ""), ("print", "two words"), ("print", "'quoted'"), ("print", "-x"),
    ("print", "7"), ("list", "x"), ("list", "a,b"), ("list", "3,"), ("list", "3 x"),
    ("list", "-3"), ("up", "x"), ("down", "x"), ("up", "--nonsense"),
)
NAMES = (
    "GLOBAL_NUMBER", "GLOBAL_TEXT", "GLOBAL_LIST", "Shape", "os", "truth", "taken", "__name__",
    "len", "None", "True", "ValueError", "Ellipsis", "nope", "n\u00f6pe",
)
OUTSIDE = (("bt", ""), ("bt-full", ""), ("locals", ""), ("print", "len"), ("list", ""))


def load_peer(path):
    """CPython's extension, whose commands get names of their own, so that both are in one gdb.

    Its pretty printers are for its own commands, as ours are for ours: run() sees to that.
    """
    with open(path, encoding="utf-8") as file:
        source = file.read()
    source = re.sub(r"""(["'])py-([a-z-]+)\1""", r"\1%s\2\1" % PREFIX, source)
    exec(compile(source, path, "exec"), {"__name__": "peer"})


def printers():
    """All that have pretty printers."""
    yield gdb
    for space in gdb.progspaces():
        yield space
        yield from space.objfiles()


def run(command):
    """What a command prints, or the error it ends with."""
    theirs = command.startswith(PREFIX)
    kept = [(owner, list(owner.pretty_printers)) for owner in printers()]
    for owner, found in kept:
        owner.pretty_printers = [
            item for item in found if (getattr(item, "__module__", "") == "peer") == theirs
        ]
    try:
        return gdb.execute(command, to_string=True)
    except gdb.error as error:
        return ERROR + str(error) + "\n"
    finally:
        for owner, found in kept:
            owner.pretty_printers = found


class Comparison:
    def __init__(self):
        self.records = []

    def add(self, group, where, command, theirs, ours):
        self.records.append({
            "group": group, "where": where, "command": command, "theirs": theirs, "ours": ours,
        })

    def both(self, group, where, name, argument="", before=lambda prefix: None):
        """One command with the same argument in both; before() makes the state for each."""
        found = []
        for prefix in (PREFIX, "py-"):
            before(prefix)
            found.append(run((prefix + name + " " + argument).rstrip(" ")))
        self.add(group, where, ("py-" + name + " " + argument).rstrip(" "), *found)


def select(thread, level=0, index=0):
    """The state before a command: what the native frame means for theirs, the Python frame's index
    means for ours. To select a thread again makes gdb forget its frames, which takes time."""
    if gdb.selected_thread() != thread:
        thread.switch()
    gdb.execute("frame %d" % level, to_string=True)
    run("py-frame %d" % index)


def evaluation_loops():
    """The levels of the native frames that run Python code, and the number of all native ones."""
    levels = []
    frame, level = gdb.newest_frame(), 0
    while frame is not None:
        name = frame.name() or ""
        if frame.type() == gdb.NORMAL_FRAME and re.match(r"_?PyEval_EvalFrame(Ex|Default)$", name):
            levels.append(level)
        frame = frame.older()
        level += 1
    return levels, level


def names_of(*texts):
    """The variables in outputs of py-locals, once each."""
    return list(dict.fromkeys(re.findall(r"(?m)^(\w+) = ", "".join(texts))))


def at_loop(comparison, thread, level, index, where, names):
    """The commands that look at one frame, at each of the Python frames that a loop runs; the names
    are those to print beside its variables, if it is to be asked for everything."""
    select(thread, level, index)
    theirs = run("peer-locals")
    ours = [run("py-locals")]
    for _ in range(theirs.count("\nLocals for ")):
        run("py-up")
        ours.append(run("py-locals"))
    comparison.add("locals", where, "py-locals", theirs, ours)

    def again(prefix=""):
        select(thread, level, index)

    newest = re.split("(?m)^Locals for .*\n", theirs)
    variables = names_of(newest[min(1, len(newest) - 1)], ours[0])
    for name in [*(variables if names else variables[:FEW_NAMES]), *names]:
        comparison.both("print", where, "print", name, again)
    for form in LIST_FORMS if names else LIST_FORMS[:1]:
        comparison.both("list", where, "list", form, again)
    # Going about the native frames moves ours too.
    select(thread)
    gdb.execute("frame %d" % level, to_string=True)
    newest = re.split("(?m)\n(?=Locals for )", theirs)[0]
    comparison.add("locals", where, "frame N, py-locals", newest, run("py-locals"))


def walk(comparison, thread, where):
    """Up to the end, and from there down to the end."""
    found = {}
    for prefix in (PREFIX, "py-"):
        select(thread)
        for way in ("up", "down"):
            moves = found[prefix, way] = []
            while len(moves) < MOST_MOVES:
                moves.append(run(prefix + way))
                if "Unable to" in moves[-1] or moves[-1].startswith(ERROR):
                    break
    for way in ("up", "down"):
        comparison.add(way, where, "py-" + way, found[PREFIX, way], found["py-", way])


def look_at_thread(comparison, thread, place):
    where = str(thread.ptid[1])
    for name in ("bt", "bt-full"):
        comparison.both(name, where, name, "", lambda prefix: select(thread))
    levels, count = evaluation_loops()
    names = NAMES if place < FULL_THREADS else ()
    shown = re.findall(r"(?m)^#(\d+) Frame", run("py-bt-full"))
    for level in levels:
        if str(level) in shown:
            at_loop(
                comparison, thread, level, shown.index(str(level)),
                "%s, native frame %d" % (where, level), names
            )
            names = ()
    # Within what the newest Python frame called, and outside of all Python.
    for level in {0, count - 1} - set(levels):
        end = "innermost" if level == 0 else "outermost"
        for name, argument in OUTSIDE:
            comparison.both(
                "native", "%s, %s native frame" % (where, end), name, argument,
                lambda prefix: select(thread, level)
            )
    walk(comparison, thread, where)
    if place == 0:
        for name, argument in WRONG_ARGUMENTS:
            # Theirs knows a Python frame only where native frame 0 is not a built-in function's.
            comparison.both(
                "arguments", where, name, argument,
                lambda prefix: select(thread, levels[0] if levels else 0)
            )


def main():
    load_peer(compatibility["peer"])
    comparison = Comparison()
    threads = sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num)
    for place, thread in enumerate(threads):
        look_at_thread(comparison, thread, place)
    gdb.execute("detach", to_string=True)
    for name, argument in OUTSIDE + (("up", ""), ("down", "")):
        comparison.both("no-process", "", name, argument)
    with open(compatibility["result"], "w", encoding="utf-8", errors="surrogatepass") as file:
        json.dump(comparison.records, file)


main()
