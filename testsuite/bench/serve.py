# SPDX-License-Identifier: MIT
"""Starts the benchmark's target under gdbserver, and the delaying proxy before it; prints the port.

serve.py PYTHON TARGET COUNT ROUND_TRIP_MS; ends all that it started when its standard input closes.
"""
import os
import shutil
import socket
import subprocess
import sys

PYTHON, TARGET, COUNT, DELAY = sys.argv[1:5]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def main():
    if not shutil.which("gdbserver"):
        return
    target = subprocess.Popen(
        [PYTHON, TARGET, "deep", COUNT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    started = [target]
    try:
        target.stdout.readline()
        port = free_port()
        server = subprocess.Popen(
            ["gdbserver", "--attach", "127.0.0.1:%d" % port, str(target.pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        started.insert(0, server)
        for line in server.stderr:
            if b"Listening" in line:
                break
        front = free_port()
        proxy = subprocess.Popen(
            [sys.executable, os.path.join(os.path.dirname(__file__), "proxy.py"), str(front),
             str(port), DELAY],
            stdout=subprocess.PIPE,
        )
        started.insert(0, proxy)
        proxy.stdout.readline()
        print(front, flush=True)
        sys.stdin.read()
    finally:
        for process in started:
            process.kill()
            process.wait()


main()
