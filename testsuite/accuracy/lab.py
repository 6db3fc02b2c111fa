# SPDX-License-Identifier: MIT
"""What a run is made of: interpreters, debuggers and target programs, as this machine has them."""

import dataclasses
import os
import pathlib
import re
import shlex
import subprocess

TESTSUITE = pathlib.Path(__file__).resolve().parent.parent
REPOSITORY = TESTSUITE.parent
SCRIPTS = TESTSUITE / "lab"
PROGRAMS = TESTSUITE / "programs"

# Where in-root shows a debugger the file system of a target that lives in another root.
TARGET_MOUNT = "/target"


@dataclasses.dataclass(frozen=True)
class Tool:
    """An executable, on the host (root is "") or inside a root file system."""

    name: str
    path: str
    root: str
    version: str

    def command(self, arguments, binds=()):
        """The command line that runs it; binds are (directory, directory inside the root)."""
        if not self.root:
            return [self.path, *arguments]
        command = [str(SCRIPTS / "in-root"), self.root]
        for outside, inside in binds:
            command += ["--bind", str(outside), str(inside)]
        return [*command, "--", self.path, *arguments]

    @property
    def file(self):
        """The executable as the host sees it."""
        return self.root + self.path


@dataclasses.dataclass(frozen=True)
class Interpreter(Tool):
    flavour: str = "release"

    @property
    def release(self):
        return tuple(int(part) for part in self.version.split(".")[:2])

    @property
    def is_free_threaded(self):
        return "+free-threaded" in self.flavour

    @property
    def is_built(self):
        """Made by make-builds: a kind of build that nobody packages."""
        return self.name.startswith("built-")


@dataclasses.dataclass(frozen=True)
class Debugger(Tool):
    kind: str = "gdb"

    def sysroot_of(self, interpreter):
        """(the sysroot for a target of that interpreter or "", what has to be bound for it).

        A target in a chroot has paths that mean other files to the debugger, and gdb's own way into
        another mount namespace leads to the root of that namespace, not to the chroot.
        """
        if self.root == interpreter.root:
            return ("/" if self.root else ""), []
        if not self.root:
            return interpreter.root, []
        return TARGET_MOUNT, [(interpreter.root or "/", TARGET_MOUNT)]


@dataclasses.dataclass(frozen=True)
class Program:
    """A target program. Its first lines may say what it needs:

    # needs: python 3.12
    # options: -X perf
    # environment: NAME=VALUE
    # free-threaded environment: NAME=VALUE, where the above does not start a free-threaded build
    """

    name: str
    path: pathlib.Path
    needs: tuple
    options: tuple
    environment: tuple
    free_threaded_environment: tuple = ()

    HEADERS = ("needs", "options", "environment", "free-threaded environment")

    def environment_of(self, interpreter):
        free = interpreter.is_free_threaded and self.free_threaded_environment
        return dict(free or self.environment)

    @classmethod
    def read(cls, path):
        headers = {key: "" for key in cls.HEADERS}
        with open(path, encoding="utf-8") as file:
            for line in file:
                if not line.startswith("#"):
                    break
                key, colon, value = line[1:].partition(":")
                if colon and key.strip() in headers:
                    headers[key.strip()] = value.strip()
        word, _, version = headers["needs"].partition(" ")
        if word not in ("", "python"):
            raise ValueError(f"{path}: needs: {headers['needs']}")
        return cls(
            path.stem,
            path,
            tuple(int(part) for part in version.split(".")) if word else (),
            tuple(shlex.split(headers["options"])),
            *(
                tuple(tuple(item.split("=", 1)) for item in shlex.split(headers[name]))
                for name in cls.HEADERS[2:]
            ),
        )


def _table(script, *arguments):
    result = subprocess.run(
        [SCRIPTS / script, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return [line.split("\t") for line in result.stdout.splitlines()]


def _root(how):
    return "" if how == "host" else how.removeprefix("chroot:")


def interpreters():
    return [
        Interpreter(name, path, _root(how), version, flavour)
        for name, path, how, version, flavour in _table("interpreters")
    ]


def lacking():
    """Names of the interpreters that the lab should have and has not."""
    return [name for (name,) in _table("interpreters", "--lacking")]


def versions():
    """The versions of CPython that Sidewinder knows: (3, 12) and so on."""
    stems = [path.stem for path in (REPOSITORY / "layouts").glob("cpython-*.layout")]
    return sorted(tuple(map(int, stem.removeprefix("cpython-").split("."))) for stem in stems)


def debuggers():
    return [
        Debugger(name, path, _root(how), version)
        for name, path, how, version, python in _table("debuggers")
        if python != "none"
    ]


def lldbs():
    return [
        Debugger(name, path, _root(how), version, "lldb")
        for name, path, how, version, _ in _table("debuggers", "--lldb")
    ]


def lacking_lldbs():
    """Names of the lldbs that the lab should have and has not."""
    return [name for (name,) in _table("debuggers", "--lldb-lacking")]


def programs():
    paths = sorted(PROGRAMS.glob("*.py"))
    return [Program.read(path) for path in paths if path.name != "truth.py"]


def lldb_load_command():
    """The lldb command that loads the plugin, or None.

    SIDEWINDER_LLDB_LOAD is for a plugin that the launcher does not know of.
    """
    command = os.environ.get("SIDEWINDER_LLDB_LOAD")
    if command:
        return command
    result = subprocess.run(
        [REPOSITORY / "sidewinder", "load", "lldb"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return result.stdout.strip() if result.returncode == 0 else None


def load_command():
    """The gdb command that loads the plugin, or None.

    SIDEWINDER_LOAD is for a plugin that the launcher does not know of.
    """
    command = os.environ.get("SIDEWINDER_LOAD")
    launcher = REPOSITORY / "sidewinder"
    if not command and launcher.exists():
        result = subprocess.run(
            [launcher, "load", "gdb"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if result.returncode == 0:
            command = result.stdout.strip()
    if not command:
        build = pathlib.Path(os.environ.get("SIDEWINDER_BUILD", REPOSITORY / "build"))
        files = sorted((build / "gdb-plugin").glob("_sidewinder*.so"))
        if files:
            command = (
                f"python import sys; sys.path.insert(0, {str(files[0].parent)!r}); "
                "import _sidewinder"
            )
    return command or None


def plugin_directories(command):
    """The directories that a debugger in another root has to see for the command to work there."""
    quoted = re.findall(r"""(?<=["'])/[^"']*(?=["'])""", command) + command.split()[1:]
    paths = [path for path in quoted if path.startswith("/")]
    paths = [os.path.dirname(path) if os.path.isfile(path) else path for path in paths]
    return [path for path in paths if os.path.isdir(path)]
