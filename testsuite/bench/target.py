# SPDX-License-Identifier: MIT
"""The benchmark's target: `target.py KIND N` parks N frames or N threads, says ready, and ends with
its standard input.

KIND: deep     one thread, N frames of one function
      diverse  one thread, N frames of 64 functions, each with lines and a name of its own
      threads  N threads of 23 frames
      argsK    one thread, N frames of one function of K arguments
      values   N large values in one frame's variables: a list, a string, a dict
"""
import os
import sys
import threading

KIND, COUNT = sys.argv[1], int(sys.argv[2])
sys.setrecursionlimit(COUNT + 1000)
parked = threading.Semaphore(0)
forever = threading.Lock()
forever.acquire()


def deep(left):
    if left == 0:
        parked.release()
        forever.acquire()
        return 0
    return deep(left - 1) + 1


def make_diverse(size):
    """Functions that call one another in a ring, made from source of differing length."""
    space = {"parked": parked, "forever": forever}
    for index in range(size):
        lines = ["def step_%d(left):" % index]
        lines += ["    value_%d = left * %d" % (i, i) for i in range(index)]
        lines += [
            "    if left == 0:",
            "        parked.release()",
            "        forever.acquire()",
            "        return 0",
            "    return step_%d(left - 1) + 1" % ((index + 1) % size),
        ]
        exec(compile("\n".join(lines), "diverse_%d.py" % index, "exec"), space)
    return space["step_0"]


def make_deep(arguments):
    """A function `deep` of so many arguments; how deep it is, is counted beside them."""
    names = ", ".join("argument_%d" % index for index in range(arguments))
    space = {"parked": parked, "forever": forever, "left": COUNT}
    lines = [
        "def deep(%s):" % names,
        "    global left",
        "    left -= 1",
        "    if left == 0:",
        "        parked.release()",
        "        forever.acquire()",
        "    return deep(%s)" % names,
    ]
    exec(compile("\n".join(lines), "deep.py", "exec"), space)
    return lambda count: space["deep"](*[count] * arguments)


def values(count):
    numbers, text = list(range(1000000)), "t" * 10000000
    table = dict((number, number) for number in range(100000))
    parked.release()
    forever.acquire()
    return numbers, text, table


def spawn(function, depth):
    thread = threading.Thread(target=function, args=(depth,))
    thread.daemon = True
    thread.start()


if KIND == "threads":
    threading.stack_size(256 * 1024)
    for _ in range(COUNT):
        spawn(deep, 20)
    for _ in range(COUNT):
        parked.acquire()
else:
    threading.stack_size(1024 * 1024 * 1024)
    kinds = {"deep": deep, "values": values}
    if KIND.startswith("args"):
        kinds[KIND] = make_deep(int(KIND[4:]))
    spawn(kinds[KIND] if KIND in kinds else make_diverse(64), COUNT)
    parked.acquire()
sys.stdout.write("ready\n")
sys.stdout.flush()
os.read(0, 1)
os._exit(0)
