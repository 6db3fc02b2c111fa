# SPDX-License-Identifier: MIT
"""lldb as session.Gdb is gdb: the same questions, put one after the other to one process."""

import os
import pathlib
import re
import select
import subprocess
import tempfile
import time

import session
from session import Caught, EachThread, SelectThread, SessionError

# A line like this comes whenever lldb is ready to say it, also between two lines of a command.
_REPORT = "@@report"

# What lldb shows of its own at each stop costs time, and nobody looks at it.
SETTINGS = (
    "settings set target.preload-symbols false",
    "settings set stop-disassembly-display never",
    "settings set stop-line-count-before 0",
    "settings set stop-line-count-after 0",
    f"settings set thread-stop-format {_REPORT}\\n",
    f"settings set frame-format {_REPORT}\\n",
)

# A command that does nothing; lldb shows it before it runs, and so marks the place.
_MARK = "settings set target.arg0 @@"
_PROMPT = "(lldb) "

# lldb 14 says once, when it gets to it, that a frame is in assembler.
_NO_PLUGIN = r"This version of LLDB has no plugin for the language .*"
_REPORT_LINE = re.compile(rf"^(?:[ *]*{_REPORT}|{_NO_PLUGIN})\n", re.MULTILINE)
_THREAD_LINE = re.compile(r"^[* ] thread #(\d+): tid = (0x[0-9a-f]+|\d+)", re.MULTILINE)


class Dialogue:
    """A running lldb, which answers one command after the other; ended after its context."""

    def __init__(self, command, environment):
        self.command = command
        self.environment = environment
        self.end = time.monotonic() + session.DEBUGGER_LIMIT
        self.data = bytearray()
        self.count = 0

    def __enter__(self):
        # One pipe for both: then a message stands where its command was.
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
        )
        try:
            self._check_beginning(self._until_mark(""))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *details):
        """At the end of its input lldb ends, and lets a process go that it had attached to."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        while self._read(10):
            pass
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @staticmethod
    def _check_beginning(shown):
        for line in shown.splitlines():
            # lldb 23 says of the table of 3.15's JIT in cores that an assertion failed; it goes on.
            if line.startswith(session.ERROR) and "Assertion failed" not in line:
                raise SessionError(line)

    def _read(self, seconds):
        """Whether lldb said something in this time."""
        if not select.select([self.process.stdout], [], [], max(0, seconds))[0]:
            return False
        chunk = os.read(self.process.stdout.fileno(), 1 << 16)
        self.data += chunk
        return bool(chunk)

    def _until_mark(self, command):
        """What lldb shows from here to the mark behind a command."""
        self.count += 1
        mark = f"{_PROMPT}{_MARK}{self.count}\n".encode()
        try:
            self.process.stdin.write(f"{command}\n{_MARK}{self.count}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        while True:
            at = self.data.find(mark)
            if at >= 0:
                shown = bytes(self.data[:at])
                del self.data[:at + len(mark)]
                return _REPORT_LINE.sub("", shown.decode("utf-8", "surrogateescape"))
            if not self._read(self.end - time.monotonic()):
                break
        if time.monotonic() >= self.end:
            raise SessionError(f"lldb took more than {session.DEBUGGER_LIMIT} s")
        text = self.data.decode("utf-8", "replace").strip()
        raise SessionError(f"lldb ended early ({self.process.wait()}): {session.last_line(text)}")

    def ask(self, command):
        """What a command shows, message of its failure included."""
        shown = self._until_mark(command)
        before, echo, output = shown.partition(f"{_PROMPT}{command}\n")
        if not echo:
            raise SessionError(f"lldb did not show the command {command!r}: {shown[:200]!r}")
        return before + output

    def threads(self):
        """Kernel id -> lldb's number."""
        found = _THREAD_LINE.findall(self.ask("thread list"))
        return {int(native_id, 0): number for number, native_id in found}

    def run(self, command):
        """The same for whatever a test may ask of a debugger."""
        if isinstance(command, Caught):
            line = command.command.replace("set sidewinder ", "pystack set ", 1)
            # lldb takes quotes away; the plugin gives back single ones.
            return self.ask(line.replace('"', '\\"'))
        if isinstance(command, SelectThread):
            number = self.threads().get(command.native_id)
            return self.ask(f"thread select {number}") if number else "error: no such thread\n"
        if isinstance(command, EachThread):
            blocks = []
            for native_id, number in self.threads().items():
                self.ask(f"thread select {number}")
                blocks.append(f"\nThread {number} (LWP {native_id}):\n{self.ask(command.command)}")
            return "".join(blocks)
        return self.ask(command)


class Lldb:
    """One way to run lldb for the targets of one interpreter."""

    def __init__(self, debugger, interpreter, load, use_sysroot=True):
        self.debugger = debugger
        self.interpreter = interpreter
        self.load = load
        self.sysroot, self.binds = debugger.sysroot_of(interpreter)
        if self.sysroot == "/" or not use_sysroot:
            self.sysroot = ""

    def begin(self, work, commands):
        """A dialogue in which these commands were run, none of which may fail."""
        arguments = ["--no-lldbinit", "--no-use-colors"]
        for text in (*SETTINGS, self.load, *commands):
            arguments += ["-o", text]
        binds = session.seen_in_root(pathlib.Path(work), self.load) + self.binds
        command = self.debugger.command(arguments, binds)
        return Dialogue(command, session.environment())

    def run(self, work, commands, sections):
        """Begins a dialogue; sections maps names to commands.

        Returns what each section printed, with the message if it failed, and what Gdb.run() returns
        besides: nothing here.
        """
        with self.begin(work, commands) as dialogue:
            return {name: dialogue.run(command) for name, command in sections.items()}, ""

    def check_load(self):
        """Fails unless the plugin loads in this lldb at all."""
        with tempfile.TemporaryDirectory(prefix="sidewinder-") as work:
            found, _ = self.run(work, [], {"help": "help py-bt"})
        if "--json" not in found["help"]:
            raise SessionError(f"the plugin does not load: {session.last_line(found['help'])}")

    def attach(self, target):
        return [f"process attach -p {target.pid}"]

    def open_core(self, core):
        executable = self.interpreter.path
        commands = []
        if self.debugger.root != self.interpreter.root:
            root = self.sysroot or self.interpreter.root or "/"
            executable = root.rstrip("/") + executable
            commands.append(f"platform select --sysroot {root} remote-linux")
        return [*commands, f"target create {executable} --core {core}"]

    def live(self, target, sections):
        return self.run(target.work, self.attach(target), sections)

    def attach_to(self, work, pid, sections):
        return self.run(work, [f"process attach -p {pid}"], sections)

    def open_file(self, work, core, executable, sections):
        """A core and the executable that it is of; None for the core alone."""
        commands = [f"target create {executable or ''} --core {core}"]
        if self.sysroot:
            commands.insert(0, f"platform select --sysroot {self.sysroot} remote-linux")
        return self.run(work, commands, sections)

    def connect_to(self, work, port, executable, sections):
        """A gdb stub on this machine."""
        commands = [f"target create {executable}", f"gdb-remote 127.0.0.1:{port}"]
        return self.run(work, commands, {**sections, "detach": "process detach"})

    def core(self, target, core, sections):
        return self.run(target.work, self.open_core(core), sections)


def open_with(debugger, interpreter, load, use_sysroot=True):
    """The way to run a debugger of either kind."""
    kind = Lldb if debugger.kind == "lldb" else session.Gdb
    return kind(debugger, interpreter, load, use_sysroot)
