# SPDX-License-Identifier: MIT
"""Texts of values, taken apart so far that what differs in two of them can be told."""

import re

CUT = "...(truncated)"
ORDER = "attributes: "
LEAST = 60  # characters of a value that was cut, for it to be compared with another text
CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
# Where a text has parts: the last opening bracket before them, and what stands before it.
OPENING = re.compile(r"(?P<head><?[\w.]*)(?P<open>[(\[{])")


def _string_end(text, at):
    """The index behind the string that begins at `at`."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    return min(at + 1, len(text))


def split(text, separator=", "):
    """The parts of a text between separators that are not within brackets or strings.

    The text ends where a bracket closes that it did not open: (parts, the rest from there on).
    """
    parts, start, at, closing = [], 0, 0, []
    while at < len(text):
        character = text[at]
        # An apostrophe within a word opens nothing.
        if character in "'\"" and not (at and text[at - 1].isalnum() and
                                       not re.search(r"(?:^|\W)(?:b|u|br|ur)$", text[:at][-4:])):
            at = _string_end(text, at)
            continue
        if character in CLOSING:
            closing.append(CLOSING[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif not closing and character in ")]}":
            return [*parts, text[start:at]], text[at:]
        elif not closing and text.startswith(separator, at):
            parts.append(text[start:at])
            start = at + len(separator)
        at += 1
    return [*parts, text[start:]], ""


def _joined(parts):
    """Parts in which those of a frame, which has no brackets around it, are one again."""
    joined = []
    for part in parts:
        if joined and re.match(r"for file |line (?:\d+|\?)$|in .* \(.*\)$", part, re.DOTALL) and \
                re.search(r"(?:^|=|: )Frame 0x[0-9a-f]+(?:$|, for file )", joined[-1]):
            joined[-1] += ", " + part
        else:
            joined.append(part)
    return joined


def variables_of(text):
    """The [(name, value)...] of "a=1, b=2)"; the last may be cut."""
    cut = text.endswith(CUT)
    parts, rest = split(text.removesuffix(CUT))
    parts = _joined(parts)
    if parts == [""]:
        return []
    pairs = [part.partition("=") for part in parts]
    found = [(name, value) for name, equals, value in pairs if equals or not cut]
    if cut and found:
        found[-1] = (found[-1][0], found[-1][1] + CUT)
    return found


def _apart(text):
    """(what is before the parts, the parts, what is behind them), or None for a whole."""
    found = OPENING.match(text)
    if not found:
        return None
    parts, rest = split(text[found.end():])
    if len(parts) == 1 and parts[0].endswith(",") and rest:
        parts, rest = [parts[0][:-1]], "," + rest
    return found.group(), _joined(parts), rest


def _halves(part):
    """The key and the value of a part of a dict, or the name and the value of an attribute."""
    named = re.match(r"(\w+)=(?!=)", part)
    if named:
        return [named.group(1), part[named.end():]]
    return split(part, ": ")[0]


def _names(parts):
    """The order of the attributes, for a message."""
    return ORDER + ", ".join(_halves(part)[0] for part in parts)


def _ordered(parts, our_parts):
    """The pairs of attributes of the same name, when only their order differs; else None."""
    named = {_halves(part)[0]: part for part in our_parts if len(_halves(part)) == 2}
    names = [_halves(part)[0] for part in parts]
    if list(named) == names or sorted(named) != sorted(names):
        return None
    return [(part, named[name]) for name, part in zip(names, parts)]


def differences(theirs, ours, is_explained):
    """The pairs of texts, as small as they can be, that differ within two values."""
    if theirs == ours:
        return []
    if theirs.endswith(CUT) or ours.endswith(CUT):
        return _cut_differences(theirs, ours, is_explained)
    left, right = (re.match(r"(Frame 0x[0-9a-f]+)(, .*)", text, re.DOTALL)
                   for text in (theirs, ours))
    if left and right:
        pairs = zip(left.groups(), right.groups())
        return [pair for pair in pairs if pair[0] != pair[1]]
    left, right = _apart(theirs), _apart(ours)
    if left and right and left[0] == right[0] and left[0].startswith("<"):
        ordered = _ordered(left[1], right[1])
        if ordered and left[2] == right[2]:
            found = [(_names(left[1]), _names(right[1]))]
            for part, our_part in ordered:
                found += _part_differences(part, our_part, is_explained)
            return found
    if left and right and (left[0], left[2], len(left[1])) == (right[0], right[2], len(right[1])):
        found = []
        for part, our_part in zip(left[1], right[1]):
            found += _part_differences(part, our_part, is_explained)
        if all(is_explained(*pair) for pair in found):
            return found
        if is_explained(theirs, ours):
            return [(theirs, ours)]
        return found
    return [(theirs, ours)]


def _part_differences(part, our_part, is_explained):
    if part == our_part:
        return []
    halves, our_halves = _halves(part), _halves(our_part)
    if len(halves) != len(our_halves) or len(halves) == 1:
        return differences(part, our_part, is_explained)
    found = []
    for half, our_half in zip(halves, our_halves):
        found += differences(half, our_half, is_explained)
    return found


def _cut_differences(theirs, ours, is_explained):
    """Two values of which at least one was cut: the same as far as both of them go.

    The cut itself is the pair (CUT, ""), for it is nobody's fault where the other goes on.
    """
    left, right = theirs.removesuffix(CUT), ours.removesuffix(CUT)
    if left.startswith(right) or right.startswith(left):
        return [(CUT, "")]
    if any(len(text) < LEAST and text != whole for text, whole in ((left, theirs), (right, ours))):
        return [(CUT, "")]
    parts, our_parts = _apart(left), _apart(right)
    if not parts or not our_parts or parts[0] != our_parts[0]:
        if is_explained(theirs, ours):
            return [(theirs, ours)]
        return [(left, right), (CUT, "")]
    if parts[0].startswith("<"):
        names, our_names = (
            [_halves(part)[0] for part in side[1][:-1] if len(_halves(part)) == 2]
            for side in (parts, our_parts)
        )
        shorter = min(len(names), len(our_names))
        if names[:shorter] != our_names[:shorter]:
            return [(_names(parts[1]), _names(our_parts[1])), (CUT, "")]
    count = min(len(parts[1]), len(our_parts[1]))
    found = []
    for index in range(count):
        part, our_part = parts[1][index], our_parts[1][index]
        ends = index == len(parts[1]) - 1 and theirs.endswith(CUT)
        our_ends = index == len(our_parts[1]) - 1 and ours.endswith(CUT)
        if not ends and not our_ends:
            found += _part_differences(part, our_part, is_explained)
        elif part.startswith(our_part) or our_part.startswith(part):
            continue
        else:
            halves, our_halves = _halves(part), _halves(our_part)
            pairs = list(zip(halves, our_halves))
            for number, (half, our_half) in enumerate(pairs):
                if number < min(len(halves), len(our_halves)) - 1:
                    found += differences(half, our_half, is_explained)
                else:
                    found += _last_differences(half, our_half, ends, our_ends, is_explained)
    return [*found, (CUT, "")]


def _last_differences(theirs, ours, is_cut, our_is_cut, is_explained):
    """The last parts of two values, cut in the middle or not."""
    if theirs.startswith(ours) or ours.startswith(theirs):
        return []
    # Less than an opening bracket and a name cannot be told apart.
    if _apart(theirs) is None or _apart(ours) is None:
        return [] if is_cut or our_is_cut else differences(theirs, ours, is_explained)
    return _cut_differences(
        theirs + (CUT if is_cut else ""), ours + (CUT if our_is_cut else ""), is_explained
    )
