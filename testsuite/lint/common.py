# SPDX-License-Identifier: MIT
"""
What the lint checks share. Each check is a program:

    CHECK.py ROOT [ARGUMENT]...     prints "file:line: what is wrong"; exit status 1 if there is any
    CHECK.py --self-test            shows on samples that the check can fail

Exit status 77 means that the check needs something that is not here; the last line says what.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

C_SUFFIXES = (".c", ".h", ".cc", ".cpp", ".hpp")
SKIPPED = 77


class Unsupported(Exception):
    """The check cannot be made on this machine."""


def source_files(root):
    """Relative paths of the files that belong to the project, sorted."""
    if os.path.exists(os.path.join(root, ".git")):
        listing = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z",
             "--cached", "--others", "--exclude-standard"],
            stdout=subprocess.PIPE, check=False)
        if listing.returncode == 0:
            names = sorted(set(os.fsdecode(listing.stdout).split("\0")) - {""})
            return [name for name in names if os.path.isfile(os.path.join(root, name))]
    found = []
    for folder, folders, names in os.walk(root):
        # A release without git: leave out what building and testing made.
        folders[:] = [name for name in folders if not name.startswith((".git", "build", "__py"))]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def c_files(root, *folders):
    """Those of C and C++, in certain folders only if some are given."""
    return [name for name in source_files(root) if name.endswith(C_SUFFIXES)
            and (not folders or name.startswith(tuple(folder + "/" for folder in folders)))]


def text_of(root, name):
    """The text of a file, None if it has none."""
    with open(os.path.join(root, name), "rb") as stream:
        data = stream.read()
    if b"\0" in data:
        return None
    return data.decode("utf-8", "replace")


def without_comments(text, strings=True):
    """C text with comments, and strings unless they are wanted, blanked; lines stay in place."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def blank(match):
        found = match.group()
        if found[0] in "\"'" and strings:
            return found
        return re.sub(r"[^\n]", " ", found)

    return re.sub(pattern, blank, text, flags=re.S)


def which(name):
    """Where a program is; Unsupported if it is nowhere."""
    path = shutil.which(name)
    if not path:
        raise Unsupported("no " + name)
    return path


class Samples:
    """Source trees made for a self-test, and what the check says of them."""

    def __init__(self, check):
        self.check = check
        self.failures = 0

    def expect(self, files, wanted, *arguments):
        """The check of a tree with these files finds one fault for each item of `wanted`."""
        with tempfile.TemporaryDirectory(prefix="sidewinder-lint-") as root:
            for name, text in files.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write(text)
            faults = list(self.check(root, *arguments))
        matches = len(faults) == len(wanted) and all(
            words in fault for words, fault in zip(wanted, faults))
        print("%s: %s -> %s" % ("ok" if matches else "FAILED", sorted(files), faults))
        if not matches:
            print("    wanted: %s" % (wanted,))
            self.failures += 1


def main(check, self_test):
    """The program of a check."""
    try:
        if sys.argv[1:] == ["--self-test"]:
            samples = Samples(check)
            self_test(samples)
            status = 1 if samples.failures else 0
        else:
            faults = list(check(*sys.argv[1:]))
            for fault in faults:
                print(fault)
            print("%d faults" % len(faults))
            status = 1 if faults else 0
    except Unsupported as reason:
        print("UNSUPPORTED: %s" % reason)
        status = SKIPPED
    sys.exit(status)
