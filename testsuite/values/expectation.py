# SPDX-License-Identifier: MIT
"""What a program of values wants: the commands that look at it, and the comparison."""

import json
import re

import session
from session import Caught, SelectThread

# Stands in an expected text for an address that Python does not tell (values_rules).
ANY_ADDRESS = "0x{any}"

_LONGEST = 300  # characters of a text in a message


def equals(wanted, found):
    if ANY_ADDRESS in wanted and isinstance(found, str):
        pattern = "0x[0-9a-f]+".join(re.escape(part) for part in wanted.split(ANY_ADDRESS))
        return re.fullmatch(pattern, found) is not None
    return wanted == found


def differs(where, wanted, found):
    return f"{where}: expected {_cut(wanted)}, got {_cut(found)}"


def _cut(value):
    """A text that is too long loses its middle: its end says how it was cut."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]} [{len(text) - 2 * half} characters] {text[-half:]}"


def compare_locals(wanted, frame, index, report):
    """The differences between what a frame should show and the parsed `py-locals --json`."""
    name = wanted["name"]
    problems = []
    for field, value in (("schema", "sidewinder/1"), ("command", "locals"), ("warnings", [])):
        if report.get(field) != value:
            problems.append(differs(f"{name}: {field}", value, report.get(field)))
    found_frame = report.get("frame") or {}
    wanted_frame = {"index": index, **{key: frame[key] for key in ("name", "file", "line")}}
    for field, value in wanted_frame.items():
        if found_frame.get(field) != value:
            problems.append(differs(f"{name}: frame's {field}", value, found_frame.get(field)))
    left = dict(wanted["locals"])
    for entry in report.get("locals") or []:
        expected = left.pop(entry.get("name"), None)
        if expected is None:
            problems.append(f"{name}: extra: {entry.get('name')} = {_cut(entry.get('value'))}")
        else:
            problems += _compare_entry(f"{name}: {entry['name']}", expected, entry)
    problems += [f"{name}: missing: {key} = {_cut(left[key]['value'])}" for key in left]
    return problems


def _compare_entry(where, wanted, found):
    problems = []
    if not equals(wanted["value"], found.get("value")):
        problems.append(differs(where, wanted["value"], found.get("value")))
    if found.get("kind") != wanted["kind"]:
        problems.append(differs(f"{where}: kind", wanted["kind"], found.get("kind")))
    # "_thread.lock" may be "lock".
    names = (wanted["type"], wanted["type"].rsplit(".", 1)[-1])
    if found.get("type") not in names:
        problems.append(differs(f"{where}: type", wanted["type"], found.get("type")))
    address = found.get("address", "absent")
    if address != wanted["address"] and not (address is None and wanted["maybe_no_object"]):
        problems.append(differs(f"{where}: address", wanted["address"], address))
    return problems


def compare_values(name, wanted, report):
    """The same for the values alone, as they are under other settings."""
    found = {entry.get("name"): entry.get("value") for entry in report.get("locals") or []}
    problems = [
        differs(f"{name}: {key}", wanted[key], found.get(key))
        for key in wanted
        if not equals(wanted[key], found.get(key))
    ]
    extra = sorted(set(found) - set(wanted), key=str)
    return problems + [f"{name}: extra: {key}" for key in extra]


def compare_text(wanted, text):
    """The same for the text of `py-locals`: its lines are as many as there are variables."""
    name = wanted["name"]
    lines = text.strip("\n").split("\n")
    problems = []
    if lines[0] != f"Locals for {name}":
        problems.append(differs(f"{name}: first line", f"Locals for {name}", lines[0]))
    left = {key: entry["value"] for key, entry in wanted["locals"].items()}
    for line in lines[1:]:
        key, equal, value = line.partition(" = ")
        expected = left.pop(key, None)
        if not equal or expected is None:
            problems.append(f"{name}: extra line: {_cut(line)}")
        elif not equals(expected, value):
            problems.append(differs(f"{name}: line of {key}", expected, value))
    return problems + [f"{name}: no line of {key}" for key in left]


def compare_print(wanted, text):
    """The same for py-print."""
    expected, found = wanted["text"], text.strip("\n")
    if equals(expected, found):
        return []
    return [differs(f"{wanted['frame']}: py-print {wanted['expression']}", expected, found)]


class Expectation:
    """What one running program wants."""

    def __init__(self, truth, document):
        self.document = document
        self.places = {}  # name of a frame -> (its thread's kernel id, its index, its truth)
        for thread in truth["threads"]:
            for index, frame in enumerate(thread["frames"]):
                for wanted in document["frames"]:
                    if all(wanted[key] == frame[key] for key in ("name", "first_line")):
                        self.places[wanted["name"]] = (thread["native_id"], index, frame)
        lost = [frame["name"] for frame in document["frames"] if frame["name"] not in self.places]
        if lost or not document["frames"]:
            raise ValueError(f"frames that are not on the stack: {lost}")

    def _select(self, name):
        native_id, index, _ = self.places[name]
        return {
            f"thread of {name}": SelectThread(native_id),
            f"frame of {name}": Caught(f"py-frame {index}"),
        }

    def sections(self):
        """name -> command, in their order; what they print goes to compare()."""
        sections = {}
        for number, wanted in enumerate(self.document["frames"]):
            sections.update(self._select(wanted["name"]))
            sections[f"json {number}"] = Caught("py-locals --json")
            sections[f"text {number}"] = Caught("py-locals")
            for place, item in enumerate(self.document["prints"]):
                if item["frame"] == wanted["name"]:
                    sections[f"print {place}"] = Caught(f"py-print {item['expression']}")
            for place, item in enumerate(self.document["settings"]):
                if item["frame"] == wanted["name"]:
                    for index, command in enumerate(item["commands"] + [None] + item["restore"]):
                        if command is None:
                            sections[f"settings {place}"] = Caught("py-locals --json")
                        else:
                            sections[f"set {place} {index}"] = Caught(command)
        sections.update(self._walk())
        return sections

    def _walk(self):
        """Up from the newest frame of the first thread and down again, one further than it goes."""
        native_id = self.places[self.document["frames"][-1]["name"]][0]
        return {
            "walk thread": SelectThread(native_id),
            "walk 0": Caught("py-frame 0"),
            "walk 1": Caught("py-up"),
            "walk 2": Caught("py-locals --json"),
            "walk 3": Caught("py-down"),
            "walk 4": Caught("py-locals --json"),
            "walk 5": Caught("py-down"),
        }

    def compare(self, found):
        """All the differences, as a list of texts."""
        problems = []
        for number, wanted in enumerate(self.document["frames"]):
            _, index, frame = self.places[wanted["name"]]
            report = self._parse(wanted["name"], found[f"json {number}"], problems)
            if report is not None:
                problems += compare_locals(wanted, frame, index, report)
                problems += compare_text(wanted, found[f"text {number}"])
        for place, item in enumerate(self.document["prints"]):
            problems += compare_print(item, found[f"print {place}"])
        for place, item in enumerate(self.document["settings"]):
            problems += self._compare_settings(place, item, found)
        for section, index in (("walk 2", 1), ("walk 4", 0)):
            report = self._parse(section, found[section], problems) or {}
            if report.get("frame", {}).get("index") != index:
                problems.append(differs(f"{section}: index", index, report.get("frame")))
        if "Unable to find a newer python frame" not in found["walk 5"]:
            problems.append(f"py-down at the newest frame: {found['walk 5']}")
        return problems

    def _compare_settings(self, place, item, found):
        """Without the settings there is nothing to compare."""
        problems = []
        for index, command in enumerate(item["commands"] + [None] + item["restore"]):
            answer = found.get(f"set {place} {index}", "")
            if answer.startswith(session.ERROR):
                problems.append(f"{command}: {answer.strip()}")
        name = f"{item['frame']} with {', '.join(item['commands'])}"
        name = name.replace("set sidewinder ", "")
        report = None if problems else self._parse(name, found[f"settings {place}"], problems)
        if report is not None:
            problems += compare_values(name, item["values"], report)
        return problems

    @staticmethod
    def _parse(name, text, problems):
        try:
            report = json.loads(text)
            if isinstance(report, dict):
                return report
        except ValueError:
            pass
        problems.append(f"{name}: no JSON: {_cut(text.strip())}")
        return None
