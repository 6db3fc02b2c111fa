# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""What the target programs share: parking threads at a known point, and telling the truth.

The truth is what the interpreter itself says of its stacks, through sys._current_frames(). It is
worth something only if nothing moves between the moment it is taken and the moment a debugger
looks. So a thread is parked by ONE call instruction that runs several C functions in a row:

    list(map(CALL, (announce, wait)))

Nothing of this is Python code, so from before `announce` until `wait` blocks for ever the frame
stays at the same instruction: there is no moment to wait for, and no sleep. The thread that takes
the truth is parked the same way, with the function that takes it as the first step (its own frame,
which is gone by the time the debugger looks, is left out) and the "ready" newline as the last but
one.

Runs on 2.7 and 3.6 and later. A program ends when its standard input is closed.
"""
from __future__ import print_function

import codecs
import functools
import itertools
import json
import operator
import os
import sys
import traceback

try:
    import _thread
except ImportError:  # Python 2.7
    import thread as _thread

CALL = operator.methodcaller("__call__")

_NO_COLUMNS = sys.version_info < (3, 11)
_announced, _announce_fd = os.pipe()
_never, _never_keep = os.pipe()  # nothing is ever written here: reading from it blocks for ever
_native_ids = {}  # ident -> native id, of the threads that said so themselves
_own_stacks = []  # stacks that their threads recorded themselves
_expected = []  # one entry for each thread that will announce itself
_native_only = []  # native ids of threads that Python does not know of
_empty = []  # (ident, native id) of threads that Python knows of, without any frame
_idle_interpreters = []
_keep = []  # what must stay alive


def native_id():
    """The kernel's id of the calling thread; threading.get_native_id() came with 3.8 only."""
    return int(os.readlink("/proc/thread-self").rsplit("/", 1)[1])


def native_ids():
    """The kernel's ids of all threads of this process."""
    return set(int(name) for name in os.listdir("/proc/self/task"))


def work_directory():
    """A directory for files of the program; whoever started the program removes it."""
    return os.environ["SIDEWINDER_WORK"]


def unsupported(reason):
    """Ends the program: this interpreter cannot run it, and says why."""
    os.write(1, (json.dumps({"unsupported": reason}) + "\n").encode("ascii"))
    os._exit(0)


def register():
    """Notes the native id of the calling thread."""
    _native_ids[_thread.get_ident()] = native_id()


def wait_steps(number=0):
    """The steps that announce and park a worker thread, for list(map(CALL, ...)).

    Half of the threads block in a lock, the others in a system call.
    """
    announce = functools.partial(os.write, _announce_fd, b".")
    if number % 2:
        return announce, functools.partial(os.read, _never, 1)
    lock = _thread.allocate_lock()
    lock.acquire()
    _keep.append(lock)
    return announce, lock.acquire


def hold(number=0):
    """Parks the calling worker thread for ever."""
    list(map(CALL, wait_steps(number)))


def start(function, *arguments):
    """Starts a worker thread that runs function(*arguments), which must end in hold()."""
    _expected.append(function)

    def worker():
        register()
        try:
            function(*arguments)
        except BaseException:
            traceback.print_exc()
        # Nothing would announce this thread any more: better no truth than waiting for it.
        os.write(2, b"a worker thread did not stay parked\n")
        os._exit(1)

    return _thread.start_new_thread(worker, ())


def start_unannounced(function, *arguments):
    """Starts a thread that tells by means of its own when it is parked."""
    return _thread.start_new_thread(function, arguments)


def expect():
    """Counts a thread that the program starts itself: it calls register() and then hold()."""
    _expected.append(None)


def start_without_frame():
    """Starts a thread that Python knows of and that never has a Python frame: it is all C."""
    before = native_ids()
    _expected.append(None)
    ident = _thread.start_new_thread(list, (map_lazily(CALL, wait_steps(1)),))
    _empty.append((ident, (native_ids() - before).pop()))


def map_lazily(function, items):
    """map() of Python 3, which is a generator written in C."""
    return getattr(itertools, "imap", map)(function, items)


def start_foreign():
    """Starts a thread that Python does not know of, by ctypes."""
    try:
        import ctypes
    except ImportError as error:
        unsupported("ctypes: %s" % error)
    process = ctypes.CDLL(None)
    before = native_ids()
    handle = ctypes.c_ulong()
    if process.pthread_create(ctypes.byref(handle), None, process.pause, None) != 0:
        unsupported("pthread_create fails")
    _keep.append(process)
    _native_only.append((native_ids() - before).pop())


def _escape(error):
    """What "surrogateescape" does, which 2.7 has not: no byte is lost."""
    invalid = error.object[error.start:error.end]
    return u"".join(unichr(0xDC00 + byte) for byte in bytearray(invalid)), error.end


codecs.register_error("escape", _escape)


def _text(value):
    """co_name and co_filename are bytes in 2.7."""
    return value.decode("utf-8", "escape") if isinstance(value, bytes) else value


def _describe(frame, cache):
    code = frame.f_code
    entry = {
        "name": _text(code.co_name),
        "qualname": getattr(code, "co_qualname", None),
        "file": _text(code.co_filename),
        "line": frame.f_lineno,
        "first_line": code.co_firstlineno,
    }
    if _NO_COLUMNS:
        return entry
    key = (code, frame.f_lasti)
    if key not in cache:
        position = next(itertools.islice(code.co_positions(), frame.f_lasti // 2, None))
        cache[key] = position
    entry["end_line"], entry["column"], entry["end_column"] = cache[key][1:]
    return entry


def _stack(frame):
    cache = {}
    frames = []
    while frame is not None:
        frames.append(_describe(frame, cache))
        frame = frame.f_back
    return frames


def own_stack(frame, interpreter=0):
    """The stack of the calling thread from `frame` on, as an entry of the truth."""
    return {
        "native_id": native_id(),
        "ident": _thread.get_ident(),
        "interpreter": interpreter,
        "frames": _stack(frame),
    }


def record_own_stack(interpreter=0):
    """A step for list(map(CALL, ...)): records the stack below this call.

    For threads that run several interpreters: sys._current_frames() has one entry for each thread.
    """
    _own_stacks.append(own_stack(sys._getframe(1), interpreter))


def note_idle_interpreter(identity):
    """Notes an interpreter that runs nothing; it may still have thread states, without frames."""
    _idle_interpreters.append(identity)


def add_stack(entry):
    """Adds an entry that own_stack() made, perhaps in another interpreter."""
    _own_stacks.append(entry)


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data):]


def _take():
    """The first step of the thread that tells: writes everything but the final newline."""
    own = _thread.get_ident()
    stacks = list(_own_stacks)
    recorded = set(entry["ident"] for entry in stacks)
    for ident, frame in sys._current_frames().items():
        if ident == own:
            frame = sys._getframe(1)
        elif ident in recorded:
            continue
        stacks.append({
            "native_id": _native_ids.get(ident),
            "ident": ident,
            "interpreter": 0,
            "frames": _stack(frame),
        })
    for ident, native in _empty:
        stacks.append({"native_id": native, "ident": ident, "interpreter": 0, "frames": []})
    truth = {
        "pid": os.getpid(),
        "version": ".".join(str(part) for part in sys.version_info[:3]),
        "hexversion": sys.hexversion,
        "executable": os.path.realpath("/proc/self/exe"),
        "threads": stacks,
        "native_only": _native_only,
        "idle_interpreters": _idle_interpreters,
    }
    write_all(1, json.dumps(truth).encode("ascii"))


def tell(step=int):
    """Waits until every worker is parked, calls step(), tells the truth and parks.

    Does not return.
    """
    register()
    for _ in _expected:
        os.read(_announced, 1)
    step()
    ready = functools.partial(os.write, 1, b"\n")
    until_closed = functools.partial(os.read, 0, 1)
    list(map(CALL, (_take, ready, until_closed)))
    os._exit(0)
