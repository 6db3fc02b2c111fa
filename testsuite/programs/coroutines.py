# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
# needs: python 3.6
"""Coroutines: await, async for, async with, asynchronous generators; under asyncio, by hand."""
import asyncio

import truth


class Context:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        await holding(0)


class Ticker:
    def __init__(self, limit):
        self.limit = limit

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.limit == 0:
            truth.hold(1)
        self.limit -= 1
        return self.limit


class Awaitable:
    def __await__(self):
        yield from self.generator()

    def generator(self):
        truth.hold()
        yield


async def holding(number):
    truth.hold(number)


async def with_context():
    async with Context():
        pass


async def with_iteration():
    async for value in Ticker(3):
        del value


async def with_comprehension():
    return [value async for value in ticks(3)]


async def ticks(limit):
    for number in range(limit):
        if number == 2:
            await Awaitable()
        yield number


def drive(coroutine):
    coroutine.send(None)


async def waiting(event):
    await event.wait()


async def innermost():
    truth.tell()


async def inner(depth):
    if depth:
        await inner(depth - 1)
    else:
        await innermost()


async def main():
    event = asyncio.Event()
    tasks = [asyncio.ensure_future(waiting(event)) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.gather(inner(5), *tasks)


for function in (with_context, with_iteration, with_comprehension):
    truth.start(drive, function())
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
