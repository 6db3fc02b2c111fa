# SPDX-License-Identifier: MIT
"""Why the outputs differ: the patterns of each difference that docs/compatibility.md lists.

A rule explains a Difference of its kind (differing.py) if its patterns match all of both texts and
groups of the same name are the same text. The empty pattern is for what only the other one has.
The reasons, and an example of each, are in the document: rules and document must name the same ids.
"""

import dataclasses
import re

ANYTHING = r".*"
NO_ERROR = r"(?!error: ).*"
OWN_ERROR = r"error: Error occurred in Python.*"  # theirs ends with an exception of its own
FRAME = r"(?:#\d+ )?Frame 0x[0-9a-f]+, for file .*, line (?:\d+|\?), in .* \(.*"
WORDS = r"\w+(?:, \w+)+"
ATTRIBUTES = r"attributes: .*"
INDENT = r"(?:  |#\d+ |)"  # of py-bt, py-bt-full with and without a number
ADDRESS = r"at remote (?P<address>0x[0-9a-f]+)>"
NO_FRAME = r"Unable to locate (?:python frame|gdb frame for python bytecode interpreter)"
NO_LINES = r"error: there are no such lines .*"
AT_AN_END = r"Unable to find an? (?:older|newer) python frame"
STRING = r"(?P<head>b?u?['\"].{0,500}).*"
EXCEPTION = r"(?P<name>\w*(?:Error|Exception|Exit|Failure|Group|Interrupt|Iteration|Warning))"


def at(name):
    """The pattern of an object of which no more than its type is shown."""
    return rf"<(?:{name}) {ADDRESS}"


def _goes_on(head, ours):
    """Whether ours has the same parts, and then others."""
    return ours.startswith(head + ("" if head[-1] in "([{" else ", "))


def _unescaped(text):
    """The text with the characters that its escapes by number stand for."""
    escape = r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))"
    return re.sub(escape, lambda found: chr(int(found[found.lastindex], 16)), text)


@dataclasses.dataclass(frozen=True)
class Rule:
    id: str
    kind: str
    theirs: str
    ours: str
    command: str = ANYTHING
    releases: tuple = ((2, 7), (99, 0))  # the first and the last one
    longer: bool = False  # ours begins with the group "head" of theirs
    escaped: bool = False  # both are the same text where escapes are undone
    in_root: bool = False  # only where the interpreter's files are not the debugger's

    def explains(self, difference):
        if self.kind != difference.kind or self.in_root and not difference.in_root:
            return False
        if not self.releases[0] <= difference.release <= self.releases[1]:
            return False
        found = [
            re.fullmatch(pattern, text, re.DOTALL)
            for pattern, text in (
                (self.command, difference.command), (self.theirs, difference.theirs),
                (self.ours, difference.ours),
            )
        ]
        if not all(found):
            return False
        groups, our_groups = found[1].groupdict(), found[2].groupdict()
        for name in set(groups) & set(our_groups):
            if our_groups[name] not in (None, groups[name]):
                return False
        if self.escaped and _unescaped(difference.theirs) != _unescaped(difference.ours):
            return False
        return not self.longer or _goes_on(groups["head"], difference.ours)


BY_FRAMES = ((2, 7), (3, 10))  # where theirs has a native frame for each Python frame
BY_LOOPS = ((3, 11), (99, 0))  # where one native frame runs several Python frames

RULES = [
    # Whole outputs.
    Rule("no-process", "output", NO_FRAME + r"|error: .*", r"error: No process and no core file.*"),
    Rule("fails", "output", OWN_ERROR, NO_ERROR),
    # A thread that was started with a C function and has no Python frame.
    Rule("fails", "output", OWN_ERROR, r"error: Unable to locate python frame: .*"),
    Rule("fails", "value", OWN_ERROR, r"error: Unable to locate python frame: .*", r"py-locals"),
    Rule("within-builtin", "output", r"Unable to read information on python frame",
         r"(?:local|global|builtin) '.*' = .*|'.*' not found|[ >]*\d+ .*|Locals for .*"),
    Rule("source", "output", r"Unable to read information on python frame", NO_LINES, r"py-list.*",
         in_root=True),
    Rule("outermost", "output", NO_FRAME, NO_ERROR),
    Rule("no-python", "output", NO_FRAME + r"|Unable to read information on python frame|"
         r"Traceback .*\n  <.*|#\d+ <.*",
         r"(?:error: )?Unable to locate python frame: .*"),
    Rule("optimized", "output", r".*\((?:frame information optimized out|"
         r"unable to read python frame information)\).*", NO_ERROR),
    Rule("arguments", "output", ANYTHING, r"error: py-[a-z-]+: .*; usage: .*"),
    Rule("bt-count", "output", r"Traceback .*", r"Traceback .*", r"py-bt \d+"),
    Rule("print-finds", "output", r"'(?P<name>.*)' not found", r"\w+ '(?P<name>.*?)' = .*"),
    Rule("list-nothing", "output", r"", NO_LINES, r"py-list .*"),
    Rule("list-nothing", "output", r"", NO_LINES, r"py-list", ((3, 6), (3, 9))),
    Rule("list-no-file", "output", r"Unable to open .*", NO_LINES + r"|[ >]*\d+ .*", r"py-list.*"),
    Rule("source", "output", r"[ >]*\d+ .*|" + NO_FRAME, NO_LINES, r"py-list.*", in_root=True),
    # Lines of py-bt, py-list and the lines of source below frames.
    Rule("bt-not-waiting", "frame", rf"{INDENT}Waiting for the GIL", rf"(?:{INDENT}<.*)?",
         releases=((2, 7), (3, 6))),
    Rule("bt-state", "frame", r"#\d+ (?P<state>Waiting for the GIL|Garbage-collecting)",
         r"(?P<state>.*)", r"py-bt-full.*"),
    Rule("bt-number", "called", r"#\d+ (?P<text><built-in [^\n]*)",
         r"#\d+ (?P<text><built-in [^\n]*)", r"py-bt-full.*", ((3, 7), (3, 7))),
    Rule("bt-collecting", "frame", rf"{INDENT}(?:Garbage-collecting|<built-in .*)",
         rf"{INDENT}Garbage-collecting"),
    Rule("bt-collecting", "frame", rf"{INDENT}Garbage-collecting", r""),
    Rule("bt-collecting", "frame", r"", rf"{INDENT}Garbage-collecting"),
    Rule("bt-builtin", "frame", rf"{INDENT}<(?:built-in|method-wrapper) .*|{INDENT}<optimized out>",
         r"", r"py-bt(?:-full)?(?: .*)?"),
    Rule("bt-builtin-newest", "frame", r"", rf"{INDENT}(?:<built-in .*|Waiting for the GIL)",
         r"py-bt(?:-full)?(?: .*)?"),
    Rule("file-name", "file", r".*[\x00-\x1f\x7f].*", r".*\\.*"),
    Rule("line-number", "line", r"\?", r"\d+", releases=((3, 11), (3, 11))),
    Rule("line-number", "line", r"\d*", r"\d+", releases=((3, 6), (3, 9))),
    Rule("source", "source", r"    .*", r"", in_root=True),
    Rule("source", "source", r"", r"    .*", in_root=True),
    # py-bt-full, py-up and py-down.
    Rule("move-builtin", "frame", r"#\d+ (?:<.*|Waiting for the GIL|Garbage-collecting)", r"",
         r"py-(?:up|down)"),
    Rule("bt-full-inlined", "frame", r'  File ".*', r"(?:#\d+ )?Frame .*|", r"py-bt-full.*",
         ((3, 13), (99, 0))),
    Rule("bt-full-header", "frame", r"Traceback \(most recent call first\):", r"", r"py-bt-full.*"),
    Rule("optimized", "frame", r"(?P<number>#\d+) \((?:frame information optimized out|"
         r"unable to read python frame information)\)", r"(?P<number>#\d+) Frame .*"),
    Rule("optimized", "frame", r"#\d+ \((?:frame information optimized out|unable to read python "
         r"frame information)\)", r""),
    Rule("move-loop", "moves", r"#\d+ Frame .*", r"", releases=BY_LOOPS),
    Rule("move-loop", "frame", r"", FRAME, r"py-(?:up|down)", BY_LOOPS),
    Rule("move-first", "frame", FRAME, r"", r"py-up"),
    Rule("no-python", "frame", NO_FRAME + "|" + AT_AN_END + r"|",
         r"error: Unable to locate python frame: .*"),
    # py-locals, and the variables of frames.
    Rule("locals-loop", "frames", r"Locals for .*", r"Locals for .*", releases=BY_LOOPS),
    Rule("locals-title", "title", r"", r".+", releases=BY_FRAMES),
    Rule("optimized", "variable", r" = Unable to read information on python frame", r""),
    Rule("variables", "variable", r"", r"\w+ = .*"),
    Rule("variables-module", "scope", r"global", r"local"),
    # Values.
    Rule("cut", "value", r"\.\.\.\(truncated\)", r""),
    Rule("cut-string", "value", r"(?P<head>[bu]?['\"].{1000})['\"]",
         r"(?P<head>[bu]?['\"].{1000}).+['\"]"),
    Rule("cut-string", "value", STRING, STRING + r"\.\.\.\(\d+ (?:characters|bytes)\)"),
    Rule("value-depth", "value", r"[\[{(].*", r"\.\.\.\(\d+ items\)"),
    Rule("value-shared", "value",
         r"\[\.\.\.\]|\{\.\.\.\}|(?:\w*)\(\.\.\.\)|<\.\.\.>|\.\.\.", r"[\[{(<].*|"),
    Rule("value-number", "value", at(r"float|complex"), r"-?[(\d.naij].*"),
    Rule("value-constant", "value", at(r"ellipsis|NotImplementedType"), r"Ellipsis|NotImplemented"),
    Rule("value-type", "value",
         at(r"classobj|[\w.]*[tT]ype|\w*Meta") + r"|<\w*(?:Meta|Type)\(.*", r"<class '.*'>"),
    Rule("value-module", "value", at(r"module"), rf"<module '.*' {ADDRESS}"),
    Rule("value-callable", "value", at(r"function"), rf"<function .+ {ADDRESS}"),
    Rule("value-callable", "value", at(r"method|instancemethod"),
         r"<bound method .* object at remote 0x[0-9a-f]+>"),
    Rule("value-callable", "value", at(r"functools\.partial"), r"functools\.partial\(.*"),
    Rule("value-container", "value",
         at(r"(?:collections\.)?(?:deque|defaultdict|bytearray|memoryview|range|xrange|slice)"),
         r"<?(?:deque|defaultdict|bytearray|memoryview|range|xrange|slice)\(.*"),
    Rule("value-container", "value", r"\{.*|<OrderedDict\(.*",
         r"(?:OrderedDict|defaultdict|Counter)\(.*"),
    Rule("value-lock", "value", rf"<(?P<type>_?thread\.lock|_thread\.RLock) {ADDRESS}",
         rf"<(?:locked|unlocked) (?P<type>\S+) (?:\(.*\) )?{ADDRESS}"),
    Rule("value-lock", "value", r"<_?Event\(.*", r"<Event \((?:set|unset)\) .*"),
    Rule("value-inside", "value", at(r"code|generator|weakref|weakref\.ReferenceType"),
         r"<(?:code object|generator|weakref) .*"),
    Rule("value-cell", "value", at(r"cell"), ANYTHING),
    Rule("value-subclass", "value", r"<(?P<name>\w+)(?:\(.*\))? at remote .*",
         r"(?P<name>\w+)\(.*\)"),
    Rule("value-slots", "value", rf"<(?P<name>[\w.]+) {ADDRESS}", r"<(?P<name>[\w.]+)\(.*"),
    Rule("value-slots", "value", r"", r"\w+=.*"),
    Rule("value-slots", "value", rf"(?P<head><\w+\(.+)\) {ADDRESS}", rf"<.*, \w+=.*\) {ADDRESS}",
         longer=True),
    Rule("value-exception", "value", rf"(?:exceptions\.)?{EXCEPTION}\((?P<text>.*?),?\)",
         rf"{EXCEPTION}\((?P<text>.*?)(?:(?:, |(?<=\())\w+=.*)?\)"),
    Rule("value-exception", "value", rf"exceptions\.{EXCEPTION}\(.*\)", rf"{EXCEPTION}\(.*\)"),
    Rule("value-empty", "value", r"\{\}", r"", releases=((3, 15), (99, 0))),
    Rule("value-order", "value", ATTRIBUTES, ATTRIBUTES),
    Rule("value-characters", "value", r".*[^\x20-\x7e].*", r".*\\[xuU][0-9a-f]{2,8}.*",
         escaped=True),
    Rule("value-length", "value", r"(?P<head>[\[{(].*)[\]})]", r".*, .*[\]})]", longer=True),
    Rule("value-length", "value", r"-?0L?", r"<int of \d+ bits at remote .*>"),
    Rule("value-enum", "value", r"<(?P<name>\w+)\(.*", r"<(?P<name>\w+)(?:\.|:).*>"),
    Rule("value-lock", "value", r"<(?P<name>\w*Queue)\(.*", r"<(?P<name>\w*Queue) \(\d+ items.*"),
    Rule("value-frame", "value", r"(?P<head>, for file .*)\)", r".*, \w+=.*\)", longer=True),
    Rule("value-library", "value", rf"<[\w.]+ {ADDRESS}",
         rf"[\w.]+(?:\(.*\))?|<\w+ .* {ADDRESS}|<\w+ [^>]*"),
]


def explain(difference):
    """The id of the first rule that explains a difference, or None."""
    return next((rule.id for rule in RULES if rule.explains(difference)), None)
