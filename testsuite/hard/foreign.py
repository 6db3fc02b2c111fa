# SPDX-License-Identifier: MIT
"""Pythons of other machines: i386 as it is, the others simulated by qemu-user with its gdb stub."""

import dataclasses
import os
import pathlib
import re
import shutil
import signal
import threading

import lab
import session
import target

# Debian's name of the architecture: the simulator, its dynamic loader.
SIMULATORS = {"arm64": "aarch64", "s390x": "s390x", "armhf": "arm", "riscv64": "riscv64"}


@dataclasses.dataclass(frozen=True)
class Foreign(lab.Interpreter):
    architecture: str = ""


def interpreters():
    """Every Python of the lab's foreign roots (lab/make-foreign)."""
    directory = pathlib.Path(os.environ.get("SIDEWINDER_LAB", pathlib.Path.home() / ".cache"
                                            / "sidewinder" / "lab")) / "foreign"
    found = []
    for root in sorted(directory.glob("*-*")):
        if not (root / ".sidewinder-complete").exists():
            continue
        architecture = root.name.partition("-")[0]
        for path in sorted((root / "usr" / "bin").glob("python[23].*")):
            version = re.fullmatch(r"python(\d\.\d+)", path.name)
            if version:
                found.append(Foreign(f"{architecture}-python{version.group(1)}",
                                     f"/usr/bin/{path.name}", str(root), version.group(1),
                                     architecture=architecture))
    return found


def _native_words(interpreter):
    root = pathlib.Path(interpreter.root)
    libraries = f"{root}/usr/lib/i386-linux-gnu:{root}/lib/i386-linux-gnu"
    return [root / "lib" / "ld-linux.so.2", "--library-path", libraries]


class Native(target.Target):
    """An i386 program, which this machine runs itself."""

    def __init__(self, interpreter, work):
        words = [*_native_words(interpreter), interpreter.file, "-B", "-S"]
        host = lab.Interpreter(interpreter.name, interpreter.path, "", interpreter.version)
        super().__init__(host, [*words, target.HERE / "parked.py"], work)

    def _wait_until_blocked(self):
        """read() is call 3 here."""
        while pathlib.Path(f"/proc/{self.pid}/syscall").read_text().split()[:2] != ["3", "0x0"]:
            pass


class Simulated(target.Target):
    """A program under qemu-user, which waits for a debugger at its socket before it begins."""

    def __init__(self, interpreter, work):
        simulator = f"qemu-{SIMULATORS[interpreter.architecture]}-static"
        self.socket = pathlib.Path(work) / "stub"
        words = [simulator, "-g", self.socket, "-L", interpreter.root, interpreter.file]
        host = lab.Interpreter(interpreter.name, interpreter.path, "", interpreter.version)
        super().__init__(host, [*words, "-B", "-S", target.HERE / "parked.py"], work)

    def stop(self):
        """A signal stops it; the stub tells the debugger, and does not deliver it."""
        os.kill(self.pid, signal.SIGUSR1)


ANY = lab.Debugger("multiarch", "", "", "")


def debugger():
    """The gdb for all of them."""
    path = shutil.which("gdb-multiarch")
    if not path:
        raise session.Unsupported("no gdb-multiarch (Debian: gdb-multiarch)")
    return lab.Debugger("multiarch", path, "", "13.1")


def look(interpreter, load, work, sections):
    """(the parked target, what gdb's sections printed, its errors)."""
    if interpreter.architecture == "i386":
        with Native(interpreter, work) as parked:
            gdb = session.Gdb(debugger(), interpreter, load)
            arguments = ["-iex", "set exec-file-mismatch off", "-iex", f"file {interpreter.file}"]
            # gdb cannot go on with a program that its loader was started with: it ends it.
            return parked, *gdb.run(
                work, [*arguments, "-p", str(parked.pid)], {**sections, "end": "kill"})
    if not shutil.which(f"qemu-{SIMULATORS[interpreter.architecture]}-static"):
        raise session.Unsupported("no qemu-user-static")
    return _look_at_simulated(interpreter, load, work, sections)


def _look_at_simulated(interpreter, load, work, sections):
    parked = Simulated(interpreter, work)
    gdb = session.Gdb(debugger(), interpreter, load)
    arguments = ["-iex", f"file {interpreter.file}"]
    arguments += ["-ex", f"target remote {parked.socket}", "-ex", "continue"]
    result = []

    def run():
        for _ in iter(parked.socket.exists, True):
            pass
        try:
            result.append(gdb.run(work, arguments, {**sections, "end": "kill"}))
        except session.SessionError as error:
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with parked:
            parked.stop()
            thread.join()
    finally:
        thread.join()
    if isinstance(result[0], Exception):
        raise result[0]
    return parked, *result[0]
