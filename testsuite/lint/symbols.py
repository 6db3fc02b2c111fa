# SPDX-License-Identifier: MIT
"""
symbols.py ROOT KIND FILE: the symbols that a built file offers.

    shared   the shared library: exactly the functions that the public header marks SW_API
    static   the static library: names that begin with sw_
    module   the gdb module: PyInit__sidewinder and nothing else

What is loaded into a debugger wants no glibc that is younger than 2.17: one build serves all.
"""
import os
import platform
import re
import subprocess
import tempfile

import common

HEADER = "core/include/sidewinder.h"
DECLARATION = re.compile(r"\bSW_API\b([^;{]*?)\b(\w+)\s*(?:\(|;)")
# What linkers and the compilers' own instrumentation add.
NOT_OURS = re.compile(r"^(_init|_fini|_edata|_end|__bss_start|__(odr_)?[at]san[._].*|__ubsan_.*"
                      r"|__sanitizer_.*|__sancov_.*|__gcov_.*|__llvm_.*|__start___.*|__stop___.*)$")


OLDEST_GLIBC = (2, 17)
# Headers of later ones ask for their own variants of strtol() and others.
NEWEST_HOST = (2, 36)
VERSIONED = re.compile(r"^ *U +(\w+)@+GLIBC_([0-9.]+)$", re.M)


def version_of(text):
    return tuple(int(part) for part in text.split(".")[:2])


def too_young(path):
    """What a file wants of glibc that older ones lack, with the version that brought it."""
    host = version_of(platform.libc_ver()[1] or "0")
    listing = subprocess.run([common.which("nm"), "-D", "--undefined-only", path],
                             stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout
    return [(name, version) for name, version in VERSIONED.findall(listing)
            if host <= NEWEST_HOST and version_of(version) > OLDEST_GLIBC]


def public_functions(root):
    text = common.without_comments(common.text_of(root, HEADER))
    text = re.sub(r"^[ \t]*#.*$", "", text, flags=re.M)
    return {match.group(2) for match in DECLARATION.finditer(text)}


def defined_symbols(path, dynamic):
    command = [common.which("nm"), "--defined-only", "-g", "-P"] + (["-D"] if dynamic else [])
    listing = subprocess.run(command + [path], stdout=subprocess.PIPE, check=True,
                             universal_newlines=True).stdout
    names = {line.split()[0].split("@")[0] for line in listing.splitlines() if " " in line}
    return {name for name in names if not NOT_OURS.match(name)}


def check(root, kind, path):
    if not os.path.exists(path):
        raise common.Unsupported("%s was not built" % os.path.basename(path))
    name = os.path.basename(path)
    found = defined_symbols(path, kind != "static")
    if kind == "static":
        wrong = {symbol for symbol in found if not symbol.startswith("sw_")}
        missing = set()
    else:
        wanted = {"PyInit__sidewinder"} if kind == "module" else public_functions(root)
        wrong, missing = found - wanted, wanted - found
    for symbol in sorted(wrong):
        yield "%s: %s must not be visible (make it static%s)" % (
            name, symbol, "" if kind == "static" else ", or hidden")
    for symbol in sorted(missing):
        yield "%s: %s is declared but not there" % (name, symbol)
    for symbol, version in too_young(path) if kind != "static" else ():
        yield "%s: %s wants glibc %s" % (name, symbol, version)
    if not found:
        yield "%s: no symbols at all" % name


def self_test(samples):
    compiler = common.which("cc")
    header = {HEADER: "#define SW_API x\nSW_API int sw_a(int f(void));\n"
                      "SW_API const char *\nsw_b(void);\n"
                      "struct sw_s;\n/* SW_API int sw_c(void); */\n"}

    def expect(source, kind, *wanted):
        with tempfile.TemporaryDirectory(prefix="sidewinder-lint-") as folder:
            path = os.path.join(folder, "sample.c")
            built = os.path.join(folder, "sample.o" if kind == "static" else "sample.so")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(source)
            subprocess.run([compiler, "-c" if kind == "static" else "-shared", "-fPIC",
                            path, "-o", built], check=True)
            samples.expect(header, list(wanted), kind, built)

    both = "int sw_a(void) { return 0; }\nint sw_b(void) { return 0; }\n"
    expect(both, "shared")
    expect(both + "int sw_c;\n", "shared", "sw_c must not")
    expect("int sw_a(void) { return 0; }\n", "shared", "sw_b is declared but not there")
    expect(both + "static int helper(void) { return 0; }\nint sw_x = sizeof(helper());\n", "static")
    expect(both + "int helper(void) { return 0; }\nint table[3];\n", "static",
           "helper must not", "table must not")
    expect("int PyInit__sidewinder(void) { return 0; }\n", "module")
    if version_of(platform.libc_ver()[1] or "0") == NEWEST_HOST:
        expect("#include <sys/stat.h>\n"
               "int PyInit__sidewinder(void) { struct stat s; return fstat(0, &s); }\n", "module",
               "fstat wants glibc 2.33")
    expect("int PyInit__sidewinder(void) { return 0; }\nint sw_version;\n", "module",
           "sw_version must not")
    expect("static int x;\nint *sw_x(void) { return &x; }\n", "module",
           "sw_x must not", "PyInit__sidewinder is declared")


common.main(check, self_test)
