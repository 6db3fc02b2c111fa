# SPDX-License-Identifier: MIT
"""The public header alone compiles in every dialect that its users may have."""
import os
import shutil
import subprocess

import common

HEADER = "core/include/sidewinder.h"
DIALECTS = {
    "c": ("c99", "c11", "c17", "c2x"),
    "c++": ("c++11", "c++14", "c++17", "c++20"),
}
COMPILERS = {"c": ("gcc", "clang"), "c++": ("g++", "clang++")}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def check(root):
    tried = 0
    for language, compilers in COMPILERS.items():
        for compiler in compilers:
            if not shutil.which(compiler):
                print("not here: %s" % compiler)
                continue
            for dialect in DIALECTS[language]:
                tried += 1
                result = subprocess.run(
                    [compiler, "-x", language, "-std=" + dialect, *WARNINGS, "-fsyntax-only",
                     "-I", os.path.join(root, os.path.dirname(HEADER)), "-"],
                    input='#include "%s"\n' % os.path.basename(HEADER) * 2,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
                    check=False)
                if result.returncode:
                    yield "%s: %s -std=%s: %s" % (HEADER, compiler, dialect, result.stdout.strip())
    if not tried:
        raise common.Unsupported("no compiler")


def self_test(samples):
    def expect(text, fails_in):
        guarded = "#ifndef X\n#define X\n%s\n#endif\n" % text
        wanted = ["%s -std=%s" % (compiler, dialect)
                  for language, compilers in COMPILERS.items() for compiler in compilers
                  if shutil.which(compiler) for dialect in DIALECTS[language] if fails_in(dialect)]
        samples.expect({HEADER: guarded}, wanted)

    expect("struct sw_a { int b; };", lambda dialect: False)
    expect("struct sw_a { int class; };", lambda dialect: dialect.startswith("c++"))
    expect("struct sw_a { int *restrict b; };", lambda dialect: dialect.startswith("c++"))
    expect("struct sw_a { size_t b; };", lambda dialect: True)
    expect("struct sw_a { int b; };;", lambda dialect: "+" not in dialect)


common.main(check, self_test)
