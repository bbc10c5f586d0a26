"""Lanes on asyncio: a task each, on one event loop. A conversation does a lane's operations."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence

from trial import WARM_UP, Stale, Trial, fail, outcome_of


class Conversation:
    """Does one operation after another, and owns the connection for them."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    async def connect(self) -> None:
        """Opens what is not open."""

    async def run(self, number: int) -> None:
        """Does an operation and verifies it; raises the error that prevented it."""
        raise NotImplementedError

    def close(self) -> None:
        """Closes what may be broken."""


async def sleep_until(instant: int) -> None:
    """Sleeps until `instant`, in ns. One sleep may not do: uvloop's, of whole milliseconds, can end too early."""
    while (left := instant - time.monotonic_ns()) > 0:
        await asyncio.sleep(left / 1e9)


class Sleeper(Conversation):
    async def run(self, number: int) -> None:
        await sleep_until(time.monotonic_ns() + self.trial.sleep)


class Connection(Conversation):
    """The lane's connection, which is opened when there is none."""

    is_used = False
    is_repeatable = False  # the operation in hand, should its connection be found closed

    async def run(self, number: int) -> None:
        async with asyncio.timeout(self.trial.timeout):
            try:
                await self.attempt(number)
            except Stale:
                self.close()
                await self.attempt(number)
        self.is_used = True
        if not self.trial.keeps_connections:
            self.close()

    async def attempt(self, number: int) -> None:
        await self.connect()
        # A fault is asked for once: the server counts those that it did.
        self.is_repeatable = self.is_used and not self.trial.fault(number)
        await self.exchange(number)

    async def exchange(self, number: int) -> None:
        """An operation on an open connection."""
        raise NotImplementedError


async def lane(
    trial: Trial, index: int, conversation: Conversation, permits: contextlib.AbstractAsyncContextManager
) -> None:
    while True:
        async with permits:
            if (taken := trial.take(index)) is None:
                return
            number, row = taken
            if trial.starts is not None:
                await sleep_until(trial.due(number))
                trial.begin(number, row, index, time.monotonic_ns())
            try:
                await conversation.run(number & ~WARM_UP)
            except Exception as error:
                conversation.close()
                trial.end(row, *outcome_of(error))
            else:
                trial.end(row)


async def run_lanes(trial: Trial, conversations: Sequence[Conversation]) -> None:
    permits = asyncio.Semaphore(trial.limit) if trial.limit else contextlib.nullcontext()
    async with asyncio.TaskGroup() as group:
        for index, conversation in enumerate(conversations):
            group.create_task(lane(trial, index, conversation, permits))


async def run(trial: Trial, conversations: Sequence[Conversation]) -> None:
    """Carries the trial out, with a lane for each conversation."""
    if trial.workload != "sleep" and trial.keeps_connections:
        try:
            await asyncio.gather(*(conversation.connect() for conversation in conversations))
        except OSError as error:
            fail(error)
    trial.ready()
    lanes = asyncio.create_task(run_lanes(trial, conversations))
    # Again where the time limit came early: uvloop's, of whole milliseconds, can.
    while not lanes.done() and trial.remaining != 0:
        await asyncio.wait([lanes], timeout=trial.remaining)
    lanes.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await lanes
    trial.done()
