# SPDX-License-Identifier: MIT
"""Running a target program and a debugger beside it."""

import dataclasses
import json
import os
import pathlib
import select
import subprocess
import tempfile
import time

import lab

START_LIMIT = 60  # seconds for a target to tell its truth: a debug build starts 200 threads
DEBUGGER_LIMIT = 180  # seconds for one gdb run


class SessionError(Exception):
    """The cell could not be run: the message says why."""


class Unsupported(Exception):
    """The interpreter cannot run the program: the message says why."""


def environment(**more):
    """Nothing of the user's settings decides what a test sees."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TERM": "dumb", **more}


def seen_in_root(work, load):
    """The directories that a debugger in a root of its own has to see, as in-root binds them."""
    seen = [lab.REPOSITORY, work, *lab.plugin_directories(load)]
    return [(directory, directory) for directory in seen]


class Target:
    """A running target program; parked while the context lasts, and ended after it."""

    def __init__(self, interpreter, program, work):
        self.interpreter = interpreter
        self.program = program
        self.work = pathlib.Path(work)
        self.truth = None
        self.process = None

    def command(self):
        """What is started, and in which environment."""
        arguments = ["-B", *self.program.options, str(self.program.path)]
        binds = [(lab.PROGRAMS, lab.PROGRAMS), (self.work, self.work)]
        more = self.program.environment_of(self.interpreter)
        more["SIDEWINDER_WORK"] = str(self.work)
        return self.interpreter.command(arguments, binds), more

    def __enter__(self):
        command, more = self.command()
        with open(self.work / "stderr", "wb") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment(**more),
            )
        try:
            self.truth = self._read_truth()
            if "unsupported" in self.truth:
                raise Unsupported(self.truth["unsupported"])
            self._wait_until_blocked()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *details):
        """Closing its input ends a program; one that does not react is killed."""
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        try:
            os.unlink(f"/tmp/perf-{self.process.pid}.map")  # of -X perf
        except FileNotFoundError:
            pass

    @property
    def pid(self):
        """Of the process to look at: a program may tell of a child of its own."""
        return (self.truth or {}).get("debugged", self.process.pid)

    def _read_truth(self):
        end = time.monotonic() + START_LIMIT
        data = bytearray()
        while not data.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise SessionError(f"the program was not ready after {START_LIMIT} s")
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            if not chunk:
                self.process.wait()
                text = (self.work / "stderr").read_text(errors="replace").strip()
                last = text.splitlines()[-1] if text else "no message"
                raise SessionError(f"the program ended ({self.process.returncode}): {last}")
            data += chunk
        return json.loads(data)

    def _wait_until_blocked(self):
        """Waits until the telling thread is in the read of its standard input.

        Its frames do not move any more once it said that it is ready; but it may hold the GIL.
        """
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end:
            try:
                words = pathlib.Path(f"/proc/{self.pid}/syscall").read_text().split()
            except PermissionError:
                return
            # "NUMBER ARGUMENT..."; or "running". A futex would have an address there.
            if len(words) > 2 and int(words[1], 16) == 0:
                return
            time.sleep(0.001)
        raise SessionError("the program said that it was ready and did not block")


# What a test asks of a debugger is a command of its own, as it would be typed, or one of these,
# which each debugger says in its own words.


@dataclasses.dataclass(frozen=True)
class Caught:
    """A command of the plugin, or a setting in gdb's words; its error is shown as its output."""

    command: str


@dataclasses.dataclass(frozen=True)
class SelectThread:
    """Selects a thread by its kernel id: debuggers' numbers differ."""

    native_id: int


@dataclasses.dataclass(frozen=True)
class EachThread:
    """A command of the plugin for each thread, below a line as `thread apply all` has it."""

    command: str


ERROR = "error: "  # before the message of a command that was caught


def _in_gdb(command):
    """The same as one line for gdb."""
    if isinstance(command, Caught):
        code = (
            f"try:\n  gdb.execute({command.command!r})\n"
            f"except gdb.error as error:\n  print({ERROR!r} + str(error))"
        )
        return f"python exec({code!r})"
    if isinstance(command, SelectThread):
        code = (
            "for thread in gdb.selected_inferior().threads():\n"
            f"  if thread.ptid[1] == {command.native_id}:\n    thread.switch()"
        )
        return f"python exec({code!r})"
    if isinstance(command, EachThread):
        return f"thread apply all {command.command}"
    return command


class Gdb:
    """One way to run gdb for the targets of one interpreter."""

    limit = DEBUGGER_LIMIT

    def __init__(self, debugger, interpreter, load, use_sysroot=True):
        self.debugger = debugger
        self.interpreter = interpreter
        self.load = load
        self.sysroot, self.binds = debugger.sysroot_of(interpreter)
        if not use_sysroot:
            self.sysroot = ""

    def run(self, work, arguments, sections):
        """Runs gdb with `arguments`; sections maps names to commands.

        Returns what each section printed, and what went to standard error.
        """
        command = ["-nx", "-batch", "-iex", "set pagination off", "-iex", "set width 0"]
        if self.sysroot:
            command += ["-iex", f"set sysroot {self.sysroot}"]
        command += ["-iex", self.load, *arguments]
        for name, text in sections.items():
            command += ["-ex", f"echo \\n@@begin {name}\\n", "-ex", _in_gdb(text)]
            command += ["-ex", f"echo \\n@@end {name}\\n"]
        binds = seen_in_root(work, self.load) + self.binds
        try:
            result = subprocess.run(
                self.debugger.command(command, binds),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(**self.preload()),
                timeout=self.limit,
            )
        except subprocess.TimeoutExpired:
            raise SessionError(f"gdb took more than {self.limit} s") from None
        output = result.stdout.decode("utf-8", "surrogateescape")
        errors = result.stderr.decode("utf-8", "replace").strip()
        if "Sanitizer" in errors or "runtime error:" in errors:
            raise SessionError(f"a sanitizer complains: {last_line(errors)}")
        found = {}
        for name in sections:
            _, begin, rest = output.partition(f"\n@@begin {name}\n")
            text, end, _ = rest.partition(f"\n@@end {name}\n")
            if not begin or not end:
                raise SessionError(f"gdb ended early ({result.returncode}): {last_line(errors)}")
            found[name] = text
        return found, errors

    def check_load(self):
        """Fails unless the plugin loads in this gdb at all."""
        with tempfile.TemporaryDirectory(prefix="sidewinder-") as work:
            found, errors = self.run(pathlib.Path(work), [], {"help": "help py-bt"})
        if "--json" not in found["help"]:
            raise SessionError(f"the plugin does not load: {last_line(errors)}")

    def preload(self):
        """A plugin with sanitizers needs their library before everything else in the host's gdb.

        Neither gdb nor its Python gives back all memory at the end: leaks are not looked for.
        """
        library = os.environ.get("SIDEWINDER_GDB_PRELOAD")
        if not library or self.debugger.root:
            return {}
        return {
            "LD_PRELOAD": library,
            "ASAN_OPTIONS": "detect_leaks=0:exitcode=99",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
        }

    def live(self, target, sections):
        return self.attach_to(target.work, target.pid, sections)

    def attach_to(self, work, pid, sections):
        return self.run(work, ["-p", str(pid)], sections)

    def open_file(self, work, core, executable, sections):
        """A core and the executable that it is of; None for the core alone."""
        return self.run(work, [*([executable] if executable else []), "-c", str(core)], sections)

    def connect_to(self, work, port, executable, sections):
        """A gdb stub on this machine."""
        arguments = ["-iex", f"file {executable}", "-ex", f"target remote 127.0.0.1:{port}"]
        return self.run(work, arguments, {**sections, "detach": "detach"})

    def core(self, target, core, sections):
        executable = self.interpreter.path
        if self.debugger.root != self.interpreter.root:
            executable = (self.sysroot or self.interpreter.root) + executable
        return self.run(target.work, [executable, str(core)], sections)


def last_line(text):
    """The line of gdb's messages that says most: gdb warns of many things that do not matter."""
    lines = text.splitlines()
    telling = [line for line in lines if "Error" in line or "error" in line]
    return (telling or lines or ["no message"])[-1 if not telling else 0]


def parse_json(text, errors):
    """The JSON that a command printed; whatever else is there is an error."""
    try:
        return json.loads(text)
    except ValueError as error:
        shown = text.strip().splitlines()
        start = repr(shown[0][:100]) if shown else "nothing"
        said = f"; standard error: {last_line(errors)}" if errors else ""
        raise SessionError(f"no JSON ({error}): the command printed {start}{said}") from None
