# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.6
"""Coroutines driven by hand: awaiting, async for, async with, asynchronous generators."""
import truth


class Context:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        truth.hold()


class Awaitable:
    def __await__(self):
        yield from self.generator()

    def generator(self):
        truth.hold(1)
        yield


async def ticks(limit):
    for number in range(limit):
        if number == 2:
            await Awaitable()
        yield number


async def with_context():
    async with Context():
        pass


async def with_comprehension():
    return [value async for value in ticks(3)]


async def inner(depth):
    if depth:
        await inner(depth - 1)
    else:
        truth.tell()


def drive(coroutine):
    coroutine.send(None)


truth.start(drive, with_context())
truth.start(drive, with_comprehension())
drive(inner(5))
