# SPDX-License-Identifier: MIT
"""A client of the Debug Adapter Protocol, as an editor is one."""

import json
import os
import select
import subprocess
import time

import session

LIMIT = 60


class Client:
    """A running lldb-dap (lldb-vscode before lldb 18), ended after its context."""

    def __init__(self, command):
        self.command = command
        self.number = 0
        self.data = b""
        self.events = []
        self.answers = {}

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=session.environment())
        return self

    def __exit__(self, *details):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def send(self, command, **arguments):
        """Sends a request; returns its number."""
        self.number += 1
        body = json.dumps({"seq": self.number, "type": "request", "command": command,
                           "arguments": arguments}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()
        return self.number

    def _receive(self, end):
        """Takes in one message."""
        while True:
            head, found, rest = self.data.partition(b"\r\n\r\n")
            if found:
                length = int(head.rpartition(b"Content-Length:")[2].split()[0])
                if len(rest) >= length:
                    self.data = rest[length:]
                    message = json.loads(rest[:length])
                    break
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise session.SessionError("the debug adapter says nothing")
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            if not chunk:
                raise session.SessionError("the debug adapter ended")
            self.data += chunk
        if message["type"] == "response":
            self.answers[message["request_seq"]] = message
        elif message["type"] == "event":
            self.events.append(message)

    def _receives(self, end):
        try:
            self._receive(end)
        except session.SessionError:
            return False
        return True

    def answer(self, number):
        end = time.monotonic() + LIMIT
        while number not in self.answers:
            self._receive(end)
        return self.answers.pop(number)

    def ask(self, command, **arguments):
        return self.answer(self.send(command, **arguments))

    def wait_for(self, event):
        end = time.monotonic() + LIMIT
        while not any(seen["event"] == event for seen in self.events):
            self._receive(end)

    def evaluate(self, expression, **more):
        """What the debug console shows for a line."""
        answer = self.ask("evaluate", expression=expression, context="repl", **more)
        return (answer.get("body") or {}).get("result", "") or str(answer.get("message", ""))

    def prints(self, text):
        """Whether a text comes to the debug console by itself, now or soon."""
        end = time.monotonic() + LIMIT
        while text not in "".join(
                seen["body"]["output"] for seen in self.events if seen["event"] == "output"):
            if not self._receives(end):
                return False
        return True
