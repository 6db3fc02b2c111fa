# SPDX-License-Identifier: MIT
"""
lldb.py ROOT PLUGIN LOADER: the built lldb plugin fits every lldb.

It is linked to libc alone; every function of lldb that it calls is in every liblldb of this machine
and of the lab; it compiles against lldb's own headers, where there are some, as against sb.h.
"""
import glob
import os
import re
import shutil
import subprocess
import tempfile

import common

ENTRY = "_ZN4lldb16PluginInitializeENS_10SBDebuggerE"
# What the loader may use of the process that loads it.
LOADER_NEEDS = {"dladdr", "dlerror", "dlopen", "dlsym", "dprintf", "memcpy", "strrchr"}
SOURCES = "lldb-plugin/*.cc"
LIBRARIES = ("/usr/lib/llvm-*/lib/liblldb.so.1", "/usr/lib/*-linux-*/liblldb-*.so.1")


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          universal_newlines=True)


def symbols(path, *options):
    """{name: kind} of a library's dynamic symbols, as nm has them."""
    listing = run(common.which("nm"), "-D", "-P", *options, path).stdout
    lines = [line.split() for line in listing.splitlines() if " " in line]
    return {words[0].split("@")[0]: words[1] for words in lines if len(words) > 1}


def needed(path):
    listing = run(common.which("readelf"), "-d", path).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", listing))


def libraries():
    """Every liblldb of this machine and of the lab, each once."""
    lab = os.environ.get("SIDEWINDER_LAB") or os.path.expanduser("~/.cache/sidewinder/lab")
    found = {}
    for root in [""] + sorted(glob.glob(lab + "/*")):
        for pattern in LIBRARIES:
            for path in sorted(glob.glob(root + pattern)):
                target = os.path.realpath(path)
                # A link with an absolute target leads out of its root.
                if root and not target.startswith(root):
                    target = root + os.path.realpath("/" + os.path.relpath(path, root))
                if os.path.isfile(target):
                    found[target] = True
    return list(found)


def faults_of_loader(path):
    name = os.path.basename(path)
    if set(symbols(path, "--defined-only")) != {ENTRY}:
        yield "%s: shows something else than lldb's entry point" % name
    if needed(path):
        yield "%s: is linked to %s" % (name, ", ".join(sorted(needed(path))))
    for symbol in sorted(set(symbols(path, "--undefined-only")) - LOADER_NEEDS):
        if symbols(path, "--undefined-only")[symbol] not in "wv":
            yield "%s: needs %s" % (name, symbol)


def faults_of_plugin(path, all_libraries):
    name = os.path.basename(path)
    undefined = symbols(path, "--undefined-only")
    ours = {symbol for symbol in undefined if re.match(r"_ZNK?4lldb", symbol)}
    if set(symbols(path, "--defined-only")) != {"sw_lldb_plugin_initialize"}:
        yield "%s: shows something else than what the loader calls" % name
    # The C library; and nothing of C++'s, which another lldb may have another of.
    for library in sorted(needed(path)):
        if not re.match(r"(libc|libm|ld-linux.*)\.so", library):
            yield "%s: is linked to %s" % (name, library)
    for symbol in sorted(set(undefined) - ours):
        if symbol.startswith("_Z"):
            yield "%s: needs %s of C++'s library" % (name, symbol)
    if not ours:
        yield "%s: calls nothing of lldb" % name
    for library in all_libraries:
        there = symbols(library, "--defined-only")
        for symbol in sorted(ours - set(there)):
            if undefined[symbol] not in "wv":
                yield "%s: calls %s, which %s has not" % (name, symbol, library)


def header_folders():
    return sorted(os.path.dirname(os.path.dirname(os.path.dirname(path))) for path in
                  glob.glob("/usr/lib/llvm-*/include/lldb/API/LLDB.h"))


def faults_of_source(root, folder):
    """lldb's headers say what sb.h says: sizes, and every call that is made."""
    compiler = shutil.which("c++") or common.which("g++")
    for source in sorted(glob.glob(os.path.join(root, SOURCES))):
        said = run(compiler, "-std=c++17", "-fsyntax-only", "-fno-exceptions", "-fno-rtti",
                   "-DSW_LLDB_OWN_HEADERS", "-isystem", folder, "-I",
                   os.path.join(root, "core/include"), source)
        if said.returncode:
            yield "%s: does not compile against %s: %s" % (
                os.path.relpath(source, root), folder, said.stdout.strip().splitlines()[0])
    sizes = class_sizes(root)
    with tempfile.TemporaryDirectory(prefix="sidewinder-lint-") as work:
        path = os.path.join(work, "sizes.cc")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("#include <lldb/API/LLDB.h>\n")
            for name, words in sizes.items():
                stream.write('static_assert(sizeof(lldb::%s) == %d * sizeof(void *), "%s");\n'
                             % (name, words, name))
        said = run(compiler, "-std=c++17", "-fsyntax-only", "-isystem", folder, path)
        for name in re.findall(r"static assertion failed: (\w+)", said.stdout):
            yield "lldb-plugin/sb.h: the size of %s is another one in %s" % (name, folder)
        if said.returncode and "static assertion" not in said.stdout:
            yield "lldb-plugin/sb.h: %s" % said.stdout.strip().splitlines()[0]


def class_sizes(root):
    """{class: size in pointers} as sb.h has them."""
    text = common.text_of(root, "lldb-plugin/sb.h")
    return {name: int(words) for name, words in
            re.findall(r"^\s+SW_SB_CLASS\((\w+), (\d+)\)", text, re.M)}


def check(root, plugin, loader):
    if not os.path.exists(plugin):
        raise common.Unsupported("the lldb plugin was not built")
    found = libraries()
    folders = header_folders()
    yield from faults_of_loader(loader)
    yield from faults_of_plugin(plugin, found)
    if not class_sizes(root):
        yield "lldb-plugin/sb.h: no classes"
    for folder in folders:
        yield from faults_of_source(root, folder)
    print("%d libraries: %s" % (len(found), " ".join(found) or "none"))
    print("%d sets of headers: %s" % (len(folders), " ".join(folders) or "none"))
    if not found:
        raise common.Unsupported("no liblldb to compare with (Debian: lldb-14)")


def self_test(samples):
    """The checks of built files, on libraries made here."""
    compiler = common.which("cc")

    def build(work, name, source, *options):
        path = os.path.join(work, name + ".c")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(source)
        built = os.path.join(work, name)
        subprocess.run([compiler, "-shared", "-fPIC", "-nostdlib", path, "-o", built, *options],
                       check=True)
        return built

    def expect(faults, *wanted):
        faults = list(faults)
        good = len(faults) == len(wanted) and all(
            words in fault for words, fault in zip(wanted, faults))
        samples.failures += not good
        print("%s: %s" % ("ok" if good else "FAILED", faults))

    call = 'extern int f(void) __asm__("_ZN4lldb1AEv"); int sw_lldb_plugin_initialize(void);' \
           "int sw_lldb_plugin_initialize(void) { return f(); }\n"
    with tempfile.TemporaryDirectory(prefix="sidewinder-lint-") as work:
        having = build(work, "having.so", 'int f(void) __asm__("_ZN4lldb1AEv");'
                                          "int f(void) { return 1; }\n")
        other = build(work, "other.so", "int g(void) { return 1; }\n")
        plugin = build(work, "plugin.so", call)
        expect(faults_of_plugin(plugin, [having]))
        expect(faults_of_plugin(plugin, [having, other]), "calls _ZN4lldb1AEv, which")
        expect(faults_of_plugin(other, [having]), "shows something else", "calls nothing")
        linked = build(work, "linked.so", call, "-Wl,--no-as-needed", having)
        expect(faults_of_plugin(linked, [having]), "is linked to")
        library = build(work, "library.so", call.replace(
            "f(); }", 'f() + g(); }').replace(
                "extern", 'extern int g(void) __asm__("_Znwm"); extern', 1))
        expect(faults_of_plugin(library, [having]), "needs _Znwm")
        entry = 'int f(void) __asm__("%s"); int f(void) { return %s; }\n'
        expect(faults_of_loader(build(work, "loader.so", entry % (ENTRY, "1"))))
        expect(faults_of_loader(build(work, "loader2.so",
                                      "int puts(char *); " + entry % (ENTRY, "puts(0)"))),
               "needs puts")
        expect(faults_of_loader(other), "shows something else")


common.main(check, self_test)
