# SPDX-License-Identifier: MIT
"""Threads that are inside C functions which are known beforehand.

calls.py FILE: writes to FILE a line for each thread, its pthread id and the line that py-bt must
show above its newest frame ("-" for none), says ready, and ends when its standard input is closed.
"""
import os
import sys
import threading
import time

waiting = []  # locks that are never given back
expected = {}
begun = threading.Semaphore(0)
spinning = True


def never():
    lock = threading.Lock()
    lock.acquire()
    waiting.append(lock)
    return lock


def method(name, owner):
    kind = type(owner)
    prefix = "" if kind.__module__ in ("__builtin__", "builtins") else kind.__module__ + "."
    return "<built-in method %s of %s%s object at remote 0x%x>" % (
        name,
        prefix,
        kind.__name__,
        id(owner),
    )


def tell(text):
    ident = getattr(threading, "get_ident", None) or threading._get_ident
    expected[ident()] = text
    begun.release()


def acquires(lock):
    tell(method("acquire", lock))
    lock.acquire()


def enters(lock):
    tell(method("__enter__", lock))
    with lock:
        pass


def acquires_another(lock):
    """What the first call left on the value stack must not be taken for the second."""
    free = threading.Lock()
    tell(method("acquire", lock))
    free.acquire()
    lock.acquire()


def enters_after_acquire(lock):
    free = threading.Lock()
    tell(method("__enter__", lock))
    free.acquire()
    with lock:
        pass


def sorts(lock):
    tell(method("acquire", lock))
    [2, 1].sort(key=lambda value: lock.acquire())


def reads(lock):
    end, other = os.pipe()
    module = sys.modules["posix"]
    tell(method("read", module) if sys.version_info[0] > 2 else "<built-in function read>")
    os.read(end, 1)


def spins(lock):
    tell("-")
    while spinning:
        pass


def is_asleep(task):
    with open("/proc/self/task/%s/stat" % task) as file:
        return file.read().rpartition(")")[2].split()[0] == "S"


def wait_until_asleep(seconds):
    """Polls the kernel: a thread that has told what it will do has done it once it sleeps."""
    main, limit, times = str(os.getpid()), time.time() + seconds, 0
    while times < 5 and time.time() < limit:
        tasks = [task for task in os.listdir("/proc/self/task") if task != main]
        times = times + 1 if all(is_asleep(task) for task in tasks) else 0
        time.sleep(0.01)


def start(function):
    thread = threading.Thread(target=function, args=(never(),))
    thread.daemon = True
    thread.start()
    begun.acquire()


for function in (acquires, enters, acquires_another, enters_after_acquire, sorts, reads):
    start(function)
wait_until_asleep(20)
start(spins)
with open(sys.argv[1], "w") as file:
    for ident, text in expected.items():
        file.write("0x%x\t%s\n" % (ident, text))
sys.stdout.write("ready\n")
sys.stdout.flush()
os.read(0, 1)
os._exit(0)
