# SPDX-License-Identifier: MIT
"""A program that hangs in four ways at once, for `./sidewinder demo`.

It writes "ready" when all its threads are where they shall be, and ends when its standard input is
closed, which is when whoever started it is gone.
"""

import ctypes
import hashlib
import os
import sys
import threading
import time

account = threading.Lock()
ready = threading.Semaphore(0)


def hash_password(password):
    """Busy in a C function that takes minutes."""
    ready.release()
    return hashlib.pbkdf2_hmac("sha256", password, b"salt", 2**31 - 1)


def withdraw(amount):
    """Waits for a lock that the main thread never gives back."""
    ready.release()
    with account:
        return amount


def countdown(number):
    """A generator that waits between two values."""
    while number:
        yield number
        if number == 98:
            ready.release()
            time.sleep(3600)
        number -= 1


def consume(numbers):
    return sum(numbers)


def factorial(number):
    """Deep in recursion."""
    if number > 0:
        return number * factorial(number - 1)
    ready.release()
    time.sleep(3600)
    return 1


def allow_tracing():
    """Where only ancestors may trace a process (Yama), let everybody trace this one."""
    set_ptracer, any_process = 0x59616D61, ctypes.c_ulong(-1)
    try:
        ctypes.CDLL(None).prctl(set_ptracer, any_process, 0, 0, 0)
    except (OSError, AttributeError):
        pass


def main():
    allow_tracing()
    account.acquire()
    work = [
        (hash_password, b"secret"),
        (withdraw, 100),
        (consume, countdown(100)),
        (factorial, 12),
    ]
    for function, argument in work:
        thread = threading.Thread(target=function, args=(argument,), name=function.__name__)
        thread.daemon = True
        thread.start()
    for _ in work:
        ready.acquire()
    time.sleep(0.2)  # from saying so to being there
    print("ready")
    sys.stdout.flush()
    os.read(0, 1)


main()
os._exit(0)
