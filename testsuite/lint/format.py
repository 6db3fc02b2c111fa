# SPDX-License-Identifier: MIT
"""C files are as clang-format leaves them. Its versions differ: that of Debian 12 decides."""
import os
import re
import shutil
import subprocess

import common

VERSION = "14"


def formatter():
    """The clang-format of that version, under whichever name."""
    for name in ("clang-format-" + VERSION, "clang-format"):
        if not shutil.which(name):
            continue
        text = subprocess.run([name, "--version"], stdout=subprocess.PIPE, check=True,
                              universal_newlines=True).stdout
        found = re.search(r"version (\d+)\.", text)
        if found and found.group(1) == VERSION:
            return name
    raise common.Unsupported("no clang-format %s" % VERSION)


def check(root):
    names = common.c_files(root)
    if not names:
        return
    result = subprocess.run([formatter(), "--dry-run", "-Werror"] + names, cwd=root,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            universal_newlines=True, check=False)
    seen = set()
    for line in result.stdout.splitlines():
        found = re.match(r"(.+?:\d+):\d+: error: (.*)", line)
        if found and found.group(1) not in seen:
            seen.add(found.group(1))
            yield "%s: %s" % found.groups()
    if result.returncode and not seen:
        yield "clang-format failed: " + result.stdout


def self_test(samples):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".clang-format")
    with open(path, encoding="utf-8") as stream:
        style = {".clang-format": stream.read()}
    samples.expect(dict(style, **{"a/b.c": "int f(void)\n{\n    return 0;\n}\n"}), [])
    samples.expect(dict(style, **{"a/b.c": "int f(void)\n{\n  return 0;\n}\n"}), ["a/b.c:2"])
    samples.expect(dict(style, **{"a/b.h": "int  a;\nint\tb;\n"}), ["a/b.h:1", "a/b.h:2"])


common.main(check, self_test)
