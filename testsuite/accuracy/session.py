# SPDX-License-Identifier: MIT
"""Running a target program and a debugger beside it."""

import json
import os
import pathlib
import re
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


def _environment(**more):
    """Nothing of the user's settings decides what a test sees."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TERM": "dumb", **more}


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
        more = dict(self.program.environment, SIDEWINDER_WORK=str(self.work))
        return self.interpreter.command(arguments, binds), more

    def __enter__(self):
        command, more = self.command()
        with open(self.work / "stderr", "wb") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(**more),
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
        return self.process.pid

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
            command += ["-ex", f"echo \\n@@begin {name}\\n", "-ex", text]
            command += ["-ex", f"echo \\n@@end {name}\\n"]
        seen = [lab.REPOSITORY, work, *lab.plugin_directories(self.load)]
        binds = [(directory, directory) for directory in seen] + self.binds
        try:
            result = subprocess.run(
                self.debugger.command(command, binds),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(**self.preload()),
                timeout=self.limit,
            )
        except subprocess.TimeoutExpired:
            raise SessionError(f"gdb took more than {self.limit} s") from None
        output = result.stdout.decode("utf-8", "surrogateescape")
        errors = result.stderr.decode("utf-8", "replace").strip()
        if "Sanitizer" in errors or "runtime error:" in errors:
            raise SessionError(f"a sanitizer complains: {_last_line(errors)}")
        found = {}
        for name in sections:
            _, begin, rest = output.partition(f"\n@@begin {name}\n")
            text, end, _ = rest.partition(f"\n@@end {name}\n")
            if not begin or not end:
                raise SessionError(f"gdb ended early ({result.returncode}): {_last_line(errors)}")
            found[name] = text
        return found, errors

    def check_load(self):
        """Fails unless the plugin loads in this gdb at all."""
        with tempfile.TemporaryDirectory(prefix="sidewinder-") as work:
            found, errors = self.run(pathlib.Path(work), [], {"help": "help py-bt"})
        if "--json" not in found["help"]:
            raise SessionError(f"the plugin does not load: {_last_line(errors)}")

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
        return self.run(target.work, ["-p", str(target.pid)], sections)

    def core(self, target, core, sections):
        executable = self.interpreter.path
        if self.debugger.root != self.interpreter.root:
            executable = (self.sysroot or self.interpreter.root) + executable
        return self.run(target.work, [executable, str(core)], sections)


class Lldb:
    """One way to run lldb for the targets of one interpreter; speaks as Gdb does."""

    # What lldb shows of its own at each stop costs time, and nobody looks at it.
    SETTINGS = (
        "settings set target.preload-symbols false",
        "settings set stop-disassembly-display never",
        "settings set stop-line-count-before 0",
        "settings set stop-line-count-after 0",
    )

    def __init__(self, debugger, interpreter, load, use_sysroot=True):
        self.debugger = debugger
        self.interpreter = interpreter
        self.load = load
        self.sysroot, self.binds = debugger.sysroot_of(interpreter)
        if self.sysroot == "/" or not use_sysroot:
            self.sysroot = ""

    def run(self, work, begin, sections):
        """Runs lldb with the commands in `begin`; sections maps names to commands.

        Returns what each section printed, and what went to standard error, where the messages of
        commands that failed are. A section's command may fail; those of `begin` may not.
        """
        work = pathlib.Path(work)
        lines = []
        for name, text in sections.items():
            # lldb shows each command before it runs: one that does nothing marks the place.
            lines += [f"settings set target.arg0 @@begin-{name}", text]
            lines += [f"settings set target.arg0 @@end-{name}"]
        with tempfile.NamedTemporaryFile("w", dir=work, suffix=".lldb", delete=False) as file:
            file.write("\n".join(lines) + "\n")
        command = ["--no-lldbinit", "--no-use-colors", "--batch"]
        for text in (*self.SETTINGS, self.load, *begin, f"command source -e false {file.name}"):
            command += ["-o", text]
        seen = [lab.REPOSITORY, work, *lab.plugin_directories(self.load)]
        binds = [(directory, directory) for directory in seen] + self.binds
        try:
            result = subprocess.run(
                self.debugger.command(command, binds),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                timeout=DEBUGGER_LIMIT,
            )
        except subprocess.TimeoutExpired:
            raise SessionError(f"lldb took more than {DEBUGGER_LIMIT} s") from None
        finally:
            os.unlink(file.name)
        output = result.stdout.decode("utf-8", "surrogateescape")
        errors = _lldb_errors(result.stderr.decode("utf-8", "replace"))
        found = {}
        for name, text in sections.items():
            first = f"(lldb) settings set target.arg0 @@begin-{name}\n(lldb) {text}\n"
            _, begin, rest = output.partition(first)
            shown, end, _ = rest.partition(f"(lldb) settings set target.arg0 @@end-{name}")
            if not begin or not end:
                raise SessionError(
                    f"lldb ended early ({result.returncode}): {_last_line(errors)}"
                )
            found[name] = shown
        return found, errors

    def check_load(self):
        """Fails unless the plugin loads in this lldb at all."""
        with tempfile.TemporaryDirectory(prefix="sidewinder-") as work:
            found, errors = self.run(work, [], {"help": "help py-bt"})
        if "--json" not in found["help"]:
            raise SessionError(f"the plugin does not load: {_last_line(errors)}")

    def live(self, target, sections):
        return self.run(target.work, [f"process attach -p {target.pid}"], sections)

    def core(self, target, core, sections):
        executable = self.interpreter.path
        begin = []
        if self.debugger.root != self.interpreter.root:
            root = self.sysroot or self.interpreter.root
            executable = root + executable
            begin.append(f"platform select --sysroot {root} remote-linux")
        begin.append(f"target create {executable} --core {core}")
        return self.run(target.work, begin, sections)


def _lldb_errors(text):
    """Standard error without what lldb 14 of Debian 12 says of its Python module, which is missing.

    The messages are tracebacks without a line of the program's.
    """
    text = re.sub(
        r"Traceback \(most recent call last\):\n  File \"<string>\", line 1, in <module>\n"
        r"(?:NameError|ModuleNotFoundError): .*\n",
        "",
        text,
    )
    return text.strip()


def _last_line(text):
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
        raise SessionError(
            f"no JSON ({error}): the command printed {start}; gdb says: {_last_line(errors)}"
        ) from None
