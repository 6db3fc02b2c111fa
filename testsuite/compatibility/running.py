# SPDX-License-Identifier: MIT
"""Running both extensions in one gdb beside a target program."""

import dataclasses
import json
import pathlib
import tempfile
import time

import lab
import session

HERE = pathlib.Path(__file__).resolve().parent

# Where Debian has the extensions, for gdb to load when it sees the program.
AUTO_LOAD = "/usr/share/gdb/auto-load"

GDB_LIMIT = 1200  # seconds for one gdb run: theirs is slow, and slower on a busy machine
BUSY_LIMIT = 20  # seconds until the thread that keeps the GIL has it


class Seeing(lab.Interpreter):
    """An interpreter that sees this directory too, wherever its root is."""

    def command(self, arguments, binds=()):
        return super().command(arguments, [*binds, (HERE, HERE)])


def seeing(interpreter):
    return Seeing(**{
        field.name: getattr(interpreter, field.name) for field in dataclasses.fields(interpreter)
    })


def peer_of(interpreter):
    """The file of CPython's extension that came with an interpreter, or None."""
    beside = pathlib.Path(interpreter.root + interpreter.path + "-gdb.py")
    directory = pathlib.Path(interpreter.root + AUTO_LOAD + str(beside.parent)[
        len(interpreter.root):])
    release = ".".join(str(part) for part in interpreter.release)
    for path in (beside, directory / beside.name, *sorted(directory.glob(f"python{release}*.py"))):
        if path.is_file():
            return path.resolve()
    return None


class Gdb(session.Gdb):
    """The host's gdb, which loads CPython's extension only where it is told to."""

    limit = GDB_LIMIT

    def records(self, target, peer):
        """What both extensions say of the target: see inside.py."""
        result = target.work / "records.json"
        settings = {"peer": str(peer), "result": str(result)}
        arguments = ["-iex", "set auto-load python-scripts off"]
        if self.interpreter.root:
            symbols = f"{self.interpreter.root}/usr/lib/debug"
            arguments += ["-iex", f"set debug-file-directory {symbols}", self.interpreter.file]
        found, errors = self.run(
            target.work,
            [*arguments, "-p", str(target.pid)],
            {
                "settings": f"python compatibility = {settings!r}",
                "compare": f"source {HERE / 'inside.py'}",
            },
        )
        try:
            with open(result, encoding="utf-8", errors="surrogatepass") as file:
                return json.load(file)
        except (OSError, ValueError):
            told = errors.strip().splitlines()
            last = told[-1] if told else "no message"
            raise session.SessionError(f"no records: {last}") from None


def _wait_until_busy(target):
    """Waits until the program's busy threads are: one runs, and one waits for the GIL."""
    end = time.monotonic() + BUSY_LIMIT
    while time.monotonic() < end:
        try:
            runs, waits = (target.work / "busy").read_text().split()
            states = [
                pathlib.Path(f"/proc/{target.pid}/task/{task}/syscall").read_text().split()
                for task in (runs, waits)
            ]
        except (OSError, ValueError):
            states = [["?"], ["?"]]
        # "running"; or "NUMBER ARGUMENT...", where a futex has an address.
        if states[0] == ["running"] and len(states[1]) > 2 and int(states[1][1], 16) > 1 << 16:
            return
        time.sleep(0.001)
    raise session.SessionError(f"the busy threads were not ready after {BUSY_LIMIT} s")


def look(debugger, interpreter, load, program, peer):
    """The records of one program on one interpreter."""
    interpreter = seeing(interpreter)
    with tempfile.TemporaryDirectory(prefix="sidewinder-") as work:
        with session.Target(interpreter, program, work) as target:
            if program.path.parent != lab.PROGRAMS:
                _wait_until_busy(target)
            try:
                return Gdb(debugger, interpreter, load).records(target, peer)
            finally:
                # A thread that never gives the GIL away leaves nobody to see the end of the input.
                target.process.kill()
