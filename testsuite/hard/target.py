# SPDX-License-Identifier: MIT
"""Targets of the hard matrix: a command that parks and tells its truth, in any place."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess

import session

HERE = pathlib.Path(__file__).resolve().parent


class Target(session.Target):
    """A program of ours or another one, started by `words`."""

    def __init__(self, interpreter, words, work, environment=(), truths=0, ready=True):
        super().__init__(interpreter, None, work)
        self.words = [str(word) for word in words]
        self.environment = dict(environment)
        self.truths = truths  # files in which the truth is, instead of what is printed
        self.ready = ready  # whether it tells anything at all
        self.all_told = []

    def command(self):
        environment = dict(self.environment)
        if self.truths:
            environment["HARD_TRUTH"] = str(self.work / "truth")
        binds = [(HERE, HERE), (self.work, self.work)]
        if not self.interpreter.root:
            return self.words, environment
        inside = dataclasses.replace(self.interpreter, path=self.words[0])
        return inside.command(self.words[1:], binds), environment

    def _read_truth(self):
        if not self.ready:
            return {"threads": [], "native_only": [], "idle_interpreters": []}
        told = super()._read_truth()
        if not self.truths:
            return told
        paths = [self.work / f"truth.{number}" for number in range(self.truths)]
        self.all_told = [json.loads(path.read_text(encoding="ascii")) for path in paths]
        return self.all_told[0]

    def _wait_until_blocked(self):
        if self.ready:
            super()._wait_until_blocked()


def ids_inside(pid):
    """What the threads of a process are called in its own PID namespace: {id inside: our id}."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("NSpid:"):
                found[int(line.split()[-1])] = int(task.name)
    return found


class Contained(Target):
    """What is started makes namespaces; its child is the one that tells. The debugger outside has
    other numbers for its threads, as the kernel tells them."""

    def __enter__(self):
        super().__enter__()
        ids = ids_inside(self.pid)
        for thread in self.truth["threads"]:
            thread["native_id"] = ids[thread["native_id"]]
        return self

    @property
    def pid(self):
        return children_of(self.process.pid)[0]


def parked(interpreter, work, executable=None, environment=(), prefix=()):
    """The script of this directory, in a given executable."""
    executable = executable or interpreter.path
    words = [*prefix, executable, "-B", "-S", HERE / "parked.py"]
    return Target(interpreter, words, work, environment)


def children_of(pid):
    path = pathlib.Path(f"/proc/{pid}/task")
    text = " ".join((task / "children").read_text() for task in path.iterdir())
    return [int(word) for word in text.split()]


def stop(process):
    """Ends a process that we started and that has no input to end by."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def parked_shell(words, work):
    """A program that says nothing: it is there when the kernel has it asleep."""
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=work
    )
    while pathlib.Path(f"/proc/{process.pid}/syscall").read_text().split()[:1] not in (["0"],):
        if process.poll() is not None:
            raise session.SessionError(f"{os.path.basename(words[0])} ended")
    return process
