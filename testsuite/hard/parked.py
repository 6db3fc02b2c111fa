# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""A target that needs nothing but what is built into every interpreter, from 2.7 on.

A Python inside another program may have no standard library that it can load: extension modules
want symbols that a stripped program does not export. So the truth is told with `sys` and `posix`
alone, in the form of ../programs/truth.py, whose docstring says what parking is about. A thread is
parked here by `list(map(posix.read, Once(...), (1,)))`: one instruction, whose first step is Python
and whose last one blocks. The kernel says when a thread is there: it reads from a pipe of its own.

HARD_DEPTH: how many calls deep the main thread is. HARD_ABORT: it ends by SIGABRT, for a core.
HARD_STACK: how large the stacks of its threads are.
HARD_TRUTH: a file for the truth, instead of standard output; then the "ready" line is left to
whoever embeds this Python.
"""
import posix
import sys

try:
    import _thread
except ImportError:
    import thread as _thread

WORD = 2 * sys.maxsize + 1  # 2.7 has negative identities
NO_COLUMNS = sys.version_info < (3, 11)
workers = {}  # ident -> (descriptor, native id)


def quoted(text):
    if text is None:
        return "null"
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    # All characters by number: one rule is easier to get right than four.
    return '"%s"' % "".join(
        ["\\u%04x" % ord(c) if ord(c) < 32 or c in '"\\' or ord(c) > 126 else str(c) for c in text]
    )


def number(value):
    return "null" if value is None else "%d" % value


def described(frame):
    code = frame.f_code
    words = [
        ("name", quoted(code.co_name)),
        ("qualname", quoted(getattr(code, "co_qualname", None))),
        ("file", quoted(code.co_filename)),
        ("line", number(frame.f_lineno)),
        ("first_line", number(code.co_firstlineno)),
    ]
    if not NO_COLUMNS:
        for index, position in enumerate(code.co_positions()):
            if index == frame.f_lasti // 2:
                words += zip(("end_line", "column", "end_column"), map(number, position[1:]))
    return "{%s}" % ", ".join(['"%s": %s' % word for word in words])


def stack(ident, native, frame):
    frames = []
    while frame is not None:
        frames.append(described(frame))
        frame = frame.f_back
    return '{"native_id": %s, "ident": %d, "interpreter": 0, "frames": [%s]}' % (
        native, ident & WORD, ", ".join(frames))


def native_id():
    return int(posix.readlink("/proc/thread-self").rsplit("/", 1)[1])


def contents(path):
    descriptor = posix.open(path, posix.O_RDONLY)
    data = posix.read(descriptor, 1 << 16)
    posix.close(descriptor)
    return data.decode("ascii", "replace")


def is_parked(native, descriptor):
    """Whether the kernel has that thread in read(descriptor)."""
    words = contents("/proc/self/task/%d/syscall" % native).split()
    return len(words) > 2 and int(words[0]) == READ and int(words[1], 16) == descriptor


class Once(object):
    """An iterator of one item, which does something before it gives it."""

    def __init__(self, descriptor, action):
        self.descriptor = descriptor
        self.action = action  # None when it is done

    def __iter__(self):
        return self

    def __next__(self):
        if self.action is None:
            raise StopIteration
        action, self.action = self.action, None
        action(sys._getframe(1))
        return self.descriptor

    next = __next__


def park(started):
    """Blocks for ever."""
    descriptor = posix.pipe()[0]

    def announce(frame):
        workers[_thread.get_ident()] = descriptor, native_id()
        posix.write(started, b".")

    list(map(posix.read, Once(descriptor, announce), (1,)))


class Worker(object):
    def __init__(self, name):
        self.name = name

    def run(self, depth, started):
        if depth:
            return self.run(depth - 1, started)
        text, count, ratio, flag = u"caf\xe9", 12345678901234567890, 1.5, True
        items, pair, table = [1, "two", None], (self.name, count), {"key": [3]}
        park(started)
        return text, ratio, flag, items, pair, table


def generator(started):
    for value in [7]:
        yield value
        park(started)


def generating(started):
    return [value for value in generator(started)]


def tell(frame):
    stacks = [stack(_thread.get_ident(), native_id(), frame)]
    for ident, frame in sys._current_frames().items():
        if ident in workers:
            stacks.append(stack(ident, workers[ident][1], frame))
    data = '{"pid": %d, "version": "%d.%d.%d", "hexversion": %d, "threads": [%s], ' % (
        (posix.getpid(),) + tuple(sys.version_info[:3]) + (sys.hexversion, ", ".join(stacks)))
    data += '"native_only": [], "idle_interpreters": []}'
    where = posix.environ.get("HARD_TRUTH", posix.environ.get(b"HARD_TRUTH"))
    descriptor = posix.open(where, posix.O_WRONLY | posix.O_CREAT, 0o600) if where else 1
    data = data.encode("ascii") + (b"" if where else b"\n")
    while data:
        data = data[posix.write(descriptor, data):]
    if where:
        posix.close(descriptor)
        posix.write(1, b".")


def down(depth, last):
    if depth:
        return down(depth - 1, last)
    # The end of the standard input is the end of the program; or a core is.
    list(map(CALL, Once(last, tell), (ARGUMENT,)))
    posix._exit(0)


def main():
    ready, started = posix.pipe()
    bodies = (Worker("first").run, (2, started)), (generating, (started,))
    for body, arguments in bodies:
        _thread.start_new_thread(body, arguments)
        posix.read(ready, 1)
    while not all([is_parked(native, fd) for fd, native in workers.values()]):
        pass
    depth = posix.environ.get("HARD_DEPTH", posix.environ.get(b"HARD_DEPTH", 10))
    down(int(depth), posix.getpid() if ABORTS else 0)


# Stacks are reserved and hardly written to: in a core they are holes.
_thread.stack_size(int(posix.environ.get("HARD_STACK", posix.environ.get(b"HARD_STACK", 0))))
ABORTS = "HARD_ABORT" in posix.environ or b"HARD_ABORT" in posix.environ
# The end of the standard input is the end of the program; or a core is.
CALL, ARGUMENT = (posix.kill, 6) if ABORTS else (posix.read, 1)
# The number of read() as this kernel has it: the simulator of another machine calls it as we do.
READ = 3 if sys.maxsize < 1 << 32 and posix.uname()[4] == "x86_64" else 0
main()
