# SPDX-License-Identifier: MIT
"""The kinds of target: each is a function that makes one, looks at it, and returns a verdict.

A kind takes a Cell: an interpreter, a way to run gdb, a directory. What it must at least give is
said where it is registered; what it gives is compared with what the target said of itself.
"""

import copy
import dataclasses
import os
import pathlib
import shutil
import socket
import subprocess
import sys

import binaries
import dialogue
import foreign
import lab
import session
import target
import verdict
from verdict import FAIL, MESSAGE, PARTIAL, WORKS

HERE = pathlib.Path(__file__).resolve().parent
BENCH = HERE.parent / "bench"
BT = "py-bt -a --json"
LOCALS = "py-bt -a --locals --json"
SECTIONS = {"bt": BT}


@dataclasses.dataclass
class Kind:
    name: str
    title: str
    run: object
    least: str  # what a cell must reach: WORKS, PARTIAL or MESSAGE
    group: str
    once: bool  # for one interpreter only: no Python is in it, or the versions do not differ
    since: tuple


KINDS = []


def answer(result):
    """(what BT showed, what it complained of): lldb says both in one place."""
    found, errors = result
    shown = found["bt"]
    if shown.startswith(session.ERROR):
        return "", shown.removeprefix(session.ERROR)
    return shown, errors


def kind(title, least=WORKS, once=False, since=(2, 7)):
    """Registers a kind under its function's name."""

    def register(function):
        group = sys._getframe(1).f_globals.get("GROUP")
        name = function.__name__.replace("_", "-")
        KINDS.append(Kind(name, title, function, least, group, once, since))
        return function

    return register


@dataclasses.dataclass
class Cell:
    interpreter: object
    gdb: object  # session.Gdb or dialogue.Lldb
    saver: session.Gdb  # the gdb that writes cores
    work: pathlib.Path

    def judge_live(self, parked, **options):
        shown, errors = self.ask(lambda debugger: debugger.live(parked, SECTIONS))
        return verdict.judge(parked.truth, shown, errors, **options)

    def judge_core(self, parked, core, executable=None):
        """With `executable` None, the debugger is told of the core alone."""
        shown, errors = self.ask(
            lambda debugger: debugger.open_file(self.work, core, executable, SECTIONS))
        return verdict.judge(parked.truth, shown, errors)

    def ask(self, look, debugger=None):
        """What `look` is answered to BT. A debugger that aborts does so without the plugin, or it
        is our failure."""
        debugger = debugger or self.gdb
        try:
            return answer(look(debugger))
        except session.SessionError as error:
            if "ended early (-6)" not in str(error):
                raise
            alone = copy.copy(debugger)
            alone.load = "help quit"
            try:
                look(alone)
            except session.SessionError as other:
                if "ended early (-6)" in str(other):
                    raise session.Unsupported(
                        f"this {debugger.debugger.kind} aborts at it, with and without Sidewinder"
                    ) from None
            raise

    def judge_nothing(self, pid, pattern):
        return verdict.judge_message(
            pattern, *answer(self.gdb.attach_to(self.work, pid, {"bt": BT})))

    def save(self, parked, *commands):
        """A core of a parked target, by gdb."""
        core = self.work / "saved"
        sections = {str(number): text for number, text in enumerate(commands)}
        sections["save"] = f"generate-core-file {core}"
        _, errors = self.saver.live(parked, sections)
        if not core.exists():
            raise session.SessionError(f"gdb wrote no core: {errors.splitlines()[-1:]}")
        return core


# ------------------------------------------------------------------ executables

GROUP = "Executables"


@kind("as it was installed")
def plain(cell):
    with target.parked(cell.interpreter, cell.work) as parked:
        return cell.judge_live(parked)


def _changed(cell, *changes):
    executable, environment = binaries.copy(cell.interpreter, cell.work, *changes)
    with target.parked(cell.interpreter, cell.work, executable, environment) as parked:
        return cell.judge_live(parked)


@kind("all files stripped (`strip --strip-all`)")
def stripped(cell):
    return _changed(cell, binaries.strip)


@kind("stripped, section headers removed too")
def sectionless(cell):
    return _changed(cell, binaries.strip, binaries.remove_sections)


@kind("started through the dynamic loader (`ld.so python`)")
def loader(cell):
    if cell.interpreter.root and not cell.gdb.debugger.root:
        raise session.Unsupported("the host's gdb finds no files of ld.so's program in a chroot")
    with target.parked(
        cell.interpreter, cell.work, prefix=["/lib64/ld-linux-x86-64.so.2"]
    ) as parked:
        return cell.judge_live(parked)


@kind("hot loops under the JIT (`PYTHON_JIT=1`)", since=(3, 14))
def jit(cell):
    program = next(one for one in lab.programs() if one.name == "jit")
    with session.Target(cell.interpreter, program, cell.work) as parked:
        return cell.judge_live(parked)


@kind("executable and library deleted while it runs")
def deleted(cell):
    executable, environment = binaries.copy(cell.interpreter, cell.work)
    with target.parked(cell.interpreter, cell.work, executable, environment) as parked:
        for file in (executable, *cell.work.glob("libpython*")):
            file.unlink()
        return cell.judge_live(parked)


@kind("executable and library replaced by others while it runs")
def upgraded(cell):
    executable, environment = binaries.copy(cell.interpreter, cell.work)
    with target.parked(cell.interpreter, cell.work, executable, environment) as parked:
        for file in (executable, *cell.work.glob("libpython*")):
            file.unlink()
            # An upgrade makes a new file in the place of the old one: here one of other contents.
            shutil.copy("/bin/true", file)
        return cell.judge_live(parked)


# ------------------------------------------------------------------ embedding

GROUP = "Programs with Python in them"


def _embedded(cell, program, *libraries, environment=(), mode="run", **options):
    words = [program, mode, HERE / "parked.py", *libraries]
    more = {"PYTHONHOME": binaries.home_of(cell.interpreter), **dict(environment)}
    with target.Target(cell.interpreter, words, cell.work, more, **options) as parked:
        return cell.judge_live(parked)


@kind("libpython linked statically")
def static(cell):
    return _embedded(cell, binaries.build_static(cell.interpreter, cell.work, "-rdynamic"))


@kind("linked statically, stripped: no symbol of Python")
def static_stripped(cell):
    program = binaries.build_static(cell.interpreter, cell.work)
    binaries.strip(program)
    return _embedded(cell, program)


@kind("the same without section headers")
def static_bare(cell):
    program = binaries.build_static(cell.interpreter, cell.work)
    binaries.strip(program)
    binaries.remove_sections(program)
    return _embedded(cell, program)


@kind("fully static (`-static`), stripped, without section headers")
def static_all(cell):
    program = binaries.build_static(cell.interpreter, cell.work, "-static")
    binaries.strip(program)
    binaries.remove_sections(program)
    return _embedded(cell, program)


def _library(cell):
    library = binaries.library_of(cell.interpreter)
    if not library:
        raise session.Unsupported("no shared libpython of it on this machine")
    return library


@kind("libpython loaded by dlopen(), stripped")
def dlopened(cell):
    library = _library(cell)
    copied = cell.work / library.name
    shutil.copy(library, copied)
    binaries.strip(copied)
    return _embedded(cell, binaries.build_embed(cell.work), copied)


@kind("two versions loaded by dlopen()")
def two_versions(cell):
    library = _library(cell)
    others = [lab_one for lab_one in _all_libraries() if lab_one != library]
    if not others:
        raise session.Unsupported("no other libpython on this machine")
    words = [binaries.build_embed(cell.work), "each", HERE / "parked.py", library, others[-1]]
    with target.Target(cell.interpreter, words, cell.work, truths=2) as parked:
        shown, errors = answer(cell.gdb.live(parked, {"bt": BT}))
        return verdict.judge_all(parked.all_told, shown, errors)


def _all_libraries():
    found = [binaries.library_of(one) for one in lab.interpreters()]
    return sorted({one for one in found if one}, key=lambda one: (len(one.name), one.name))


# ------------------------------------------------------------------ no living Python

GROUP = "No running Python"


def _state_of_python(cell, mode):
    words = [binaries.build_embed(cell.work), mode, HERE / "parked.py", _library(cell)]
    more = {"PYTHONHOME": binaries.home_of(cell.interpreter)}
    with target.Target(cell.interpreter, words, cell.work, more) as parked:
        return cell.judge_nothing(parked.pid, "not initialised, or already finalised")


@kind("before `Py_Initialize()`", MESSAGE)
def before(cell):
    return _state_of_python(cell, "before")


@kind("after `Py_Finalize()`", MESSAGE)
def after(cell):
    return _state_of_python(cell, "after")


@kind("a child after `fork()` without `exec()`", WORKS)
def forked(cell):
    library = _library(cell)
    words = [binaries.build_embed(cell.work), "fork", HERE / "parked.py", library]
    more = {"PYTHONHOME": binaries.home_of(cell.interpreter)}
    with target.Target(cell.interpreter, words, cell.work, more, truths=1) as parked:
        child = target.children_of(parked.pid)[0]
        try:
            shown, errors = answer(cell.gdb.attach_to(cell.work, child, {"bt": BT}))
            # Only the thread that forked is in the child; the interpreter keeps what it knew.
            return verdict.judge(parked.truth, shown, errors, unnumbered=True)
        finally:
            parked.process.kill()


@kind("a shell", MESSAGE, once=True)
def shell(cell):
    process = target.parked_shell(["/bin/sh"], cell.work)
    try:
        return cell.judge_nothing(process.pid, "no Python in this process")
    finally:
        target.stop(process)


@kind("a C program, linked statically and stripped", MESSAGE, once=True)
def static_c(cell):
    source = cell.work / "plain.c"
    text = "#include <unistd.h>\nint main(void) { char c; return read(0, &c, 1) < 0; }\n"
    source.write_text(text)
    binaries.run("cc", "-static", "-s", "-o", cell.work / "plain", source)
    process = target.parked_shell([str(cell.work / "plain")], cell.work)
    try:
        return cell.judge_nothing(process.pid, "no Python in this process")
    finally:
        target.stop(process)


@kind("PyPy", MESSAGE, once=True)
def pypy(cell):
    if not shutil.which("pypy3"):
        raise session.Unsupported("no pypy3 (Debian: pypy3)")
    process = target.parked_shell(["pypy3", "-S", "-c", "import os; os.read(0, 1)"], cell.work)
    try:
        return cell.judge_nothing(process.pid, "PyPy")
    finally:
        target.stop(process)


# ------------------------------------------------------------------ containers

GROUP = "Containers (gdb outside)"


def _container(cell):
    """The interpreter in mount and PID namespaces of its own, its root not ours."""
    interpreter = cell.interpreter
    root = interpreter.root or str(cell.work / "root")
    script = cell.work / "enter"
    binds = [(HERE, HERE)]
    if not interpreter.root:
        # A root that has the interpreter at the path of its own, and little else.
        prefix = binaries.home_of(interpreter)
        binds += [(path, path) for path in ("/lib", "/lib64", "/usr") if os.path.exists(path)]
        binds += [] if prefix == "/usr" else [(prefix, prefix)]
    lines = ["#!/bin/sh", "set -e", f"root={root}", 'mkdir -p "$root/proc"']
    lines += ["mount --make-rprivate /", 'mount --bind "$root" "$root"']
    for outside, inside in binds:
        lines += [f'mkdir -p "$root{inside}"', f'mount --rbind "{outside}" "$root{inside}"']
    lines += ['mount -t proc proc "$root/proc"', 'cd "$root"', "mkdir -p old"]
    lines += ["pivot_root . old", "umount -l /old"]
    lines += [f"exec {interpreter.path} -B -S {HERE}/parked.py"]
    script.write_text("\n".join(lines) + "\n")
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", str(script)]
    host = lab.Interpreter(interpreter.name, interpreter.path, "", interpreter.version)
    return target.Contained(host, words, cell.work)


@kind("other mount and PID namespaces")
def container(cell):
    if os.geteuid() != 0:
        raise session.Unsupported("namespaces need root")
    with _container(cell) as parked:
        outside = dialogue.open_with(
            cell.gdb.debugger, cell.interpreter, cell.gdb.load, use_sysroot=False)
        shown, errors = cell.ask(lambda debugger: debugger.live(parked, SECTIONS), outside)
        return verdict.judge(parked.truth, shown, errors)


@kind("a core of it, its files not here")
def container_core(cell):
    if os.geteuid() != 0:
        raise session.Unsupported("namespaces need root")
    with _container(cell) as parked:
        save = session.Gdb(
            cell.saver.debugger, cell.interpreter, cell.saver.load, use_sysroot=False)
        core = cell.work / "saved"
        save.live(parked, {"save": f"generate-core-file {core}"})
    outside = dialogue.open_with(
        cell.gdb.debugger, cell.interpreter, cell.gdb.load, use_sysroot=False)
    sections = {"bt": BT}
    if cell.gdb.debugger.kind == "lldb":
        sections["pointer"] = "register read fs_base"
    found, errors = outside.open_file(cell.work, core, None, sections)
    if "= 0x" not in found.get("pointer", "= 0x"):
        # It alone tells the threads of a namespace from those of the debugger's.
        raise session.Unsupported("this lldb shows no fs_base of cores")
    shown, errors = answer((found, errors))
    return verdict.judge(parked.truth, shown, errors)


# ------------------------------------------------------------------ cores

GROUP = "Cores"


def _saved(cell, *commands):
    with target.parked(cell.interpreter, cell.work) as parked:
        core = cell.save(parked, *commands)
    return parked, core


def _executable(cell):
    root = "" if cell.gdb.debugger.root == cell.interpreter.root else (
        cell.gdb.sysroot or cell.interpreter.root)
    return root + cell.interpreter.path


@kind("written by gdb")
def core(cell):
    parked, saved = _saved(cell)
    return cell.judge_core(parked, saved, _executable(cell))


@kind("the executable not given")
def core_alone(cell):
    parked, saved = _saved(cell)
    return cell.judge_core(parked, saved)


@kind("all files of Python gone")
def core_without_files(cell):
    executable, environment = binaries.copy(cell.interpreter, cell.work)
    with target.parked(cell.interpreter, cell.work, executable, environment) as parked:
        shown, errors = cell.saver.live(parked, {"locals": LOCALS})
        wanted = session.parse_json(shown["locals"], errors)
        saved = cell.save(parked)
    for file in (executable, *cell.work.glob("libpython*")):
        file.unlink()
    found, errors = cell.gdb.open_file(cell.work, saved, None, {"bt": BT, "locals": LOCALS})
    result = verdict.judge(parked.truth, *answer((found, errors)))
    if result.outcome != WORKS:
        return result
    return verdict.judge_values(wanted, session.parse_json(found["locals"], errors))


def _kernel_core(cell, filter_bits=None, environment=()):
    with open("/proc/sys/kernel/core_pattern", encoding="ascii") as file:
        pattern = file.read().strip()
    if pattern.startswith("|") or "/" in pattern:
        raise session.Unsupported(f"the kernel writes cores elsewhere ({pattern.split()[0]})")
    words = "ulimit -c unlimited; cd \"$1\"; shift; "
    if filter_bits is not None:
        words += f"echo {filter_bits:#x} >/proc/self/coredump_filter; "
    words += 'exec "$@"'
    interpreter = cell.interpreter
    prefix = ["/bin/sh", "-c", words, "sh", str(cell.work)]
    with target.parked(interpreter, cell.work, None, environment, prefix) as parked:
        parked.process.send_signal(6)
        parked.process.wait()
        found = [path for path in cell.work.iterdir() if path.name.startswith("core")]
    if not found:
        raise session.Unsupported("the kernel wrote no core")
    return parked, found[0]


@kind("written by the kernel")
def core_of_kernel(cell):
    parked, saved = _kernel_core(cell)
    return cell.judge_core(parked, saved, _executable(cell))


@kind("`coredump_filter` 0x1: anonymous memory only")
def core_filtered(cell):
    parked, saved = _kernel_core(cell, 0x1)
    return cell.judge_core(parked, saved, _executable(cell))


@kind("`coredump_filter` 0x7f: all there is")
def core_full(cell):
    parked, saved = _kernel_core(cell, 0x7F)
    return cell.judge_core(parked, saved, _executable(cell))


@kind("`coredump_filter` 0: nothing but registers", MESSAGE)
def core_empty(cell):
    parked, saved = _kernel_core(cell, 0)
    result = cell.judge_core(parked, saved, _executable(cell))
    return _with_reason(cell, result, "nothing of the process's memory")


@kind("of 6 GB, nearly all of it a hole: less than 4 MB are read")
def core_huge(cell):
    parked, saved = _kernel_core(cell, environment={"HARD_STACK": str(3 << 30)})
    if saved.stat().st_size < 6 << 30:
        raise session.SessionError(f"the core has {saved.stat().st_size} bytes")
    sections = {"bt": BT, "cache": "py-cache --json"}
    found, errors = cell.gdb.open_file(cell.work, saved, _executable(cell), sections)
    size = session.parse_json(found["cache"], errors)["bytes"]
    if size > 4 << 20:
        return verdict.Verdict(PARTIAL, f"{size} bytes were read")
    return verdict.judge(parked.truth, *answer((found, errors)))


def _truncated(cell, part):
    # gdb writes the notes behind the memory, and does not take a core of its own that lacks them.
    parked, saved = _kernel_core(cell)
    os.truncate(saved, int(saved.stat().st_size * part))
    result = cell.judge_core(parked, saved, _executable(cell))
    return result if result.outcome == WORKS else _with_reason(cell, result, "the core is cut off")


def _with_reason(cell, result, reason):
    """What is wrong with the core is to be said; by lldb's interface nobody knows its file."""
    if cell.gdb.debugger.kind == "gdb" and reason not in result.text:
        return verdict.Verdict(FAIL, f"it does not say {reason!r}: {result.text}")
    return result


@kind("truncated to 98 %", MESSAGE)
def core_truncated_98(cell):
    return _truncated(cell, 0.98)


@kind("truncated to 90 %", MESSAGE)
def core_truncated_90(cell):
    return _truncated(cell, 0.9)


@kind("truncated to 50 %", MESSAGE)
def core_truncated_50(cell):
    return _truncated(cell, 0.5)


@kind("truncated to 10 %", MESSAGE)
def core_truncated_10(cell):
    return _truncated(cell, 0.1)


# ------------------------------------------------------------------ remote

GROUP = "Remote"


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@kind("gdbserver, 5 ms round trip: 100 frames take less than 1 s of round trips")
def remote(cell):
    if not shutil.which("gdbserver"):
        raise session.Unsupported("no gdbserver (Debian: gdbserver)")
    more = {"HARD_DEPTH": "97"}
    started = []
    with target.parked(cell.interpreter, cell.work, environment=more) as parked:
        try:
            port, front = _free_port(), _free_port()
            server = subprocess.Popen(
                ["gdbserver", "--attach", f"127.0.0.1:{port}", str(parked.pid)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )
            started.append(server)
            for line in server.stderr:
                if b"Listening" in line:
                    break
            words = [sys.executable, str(BENCH / "proxy.py"), str(front), str(port), "5"]
            started.append(subprocess.Popen(words, stdout=subprocess.PIPE))
            started[-1].stdout.readline()
            sections = {"one": "py-bt", "cache": "py-cache --json", "bt": BT}
            found, errors = cell.gdb.connect_to(cell.work, front, _executable(cell), sections)
            # Each read is a round trip; the clock of a busy machine says nothing.
            seconds = session.parse_json(found["cache"], errors)["reads"] * 0.005
            result = verdict.judge(parked.truth, *answer((found, errors)))
            if result.outcome == WORKS and seconds > 1:
                return verdict.Verdict(PARTIAL, f"{seconds:.1f} s of round trips for 100 frames")
            return result
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


# ------------------------------------------------------------------ other machines

GROUP = "Other machines"


def _foreign(cell):
    parked, found, errors = foreign.look(cell.interpreter, cell.gdb.load, cell.work, {"bt": BT})
    return verdict.judge(parked.truth, found["bt"], errors)


FOREIGN = {
    name: Kind(name, title, _foreign, WORKS, GROUP, False, (2, 7))
    for name, title in (
        ("i386", "i386: attached, started through its `ld.so`"),
        ("arm64", "arm64: qemu-user's gdb stub"),
        ("armhf", "armhf: qemu-user's gdb stub"),
        ("riscv64", "riscv64: qemu-user's gdb stub"),
        ("s390x", "s390x (big endian): qemu-user's gdb stub"),
    )
}
