"""Conversations over asyncio's protocols: the loop calls back when bytes arrive, and each exchange has a future."""

from __future__ import annotations

import asyncio

from asyncio_lanes import Connection
from trial import (
    ECHO_WINDOW,
    MALFORMED,
    PREMATURE_END,
    UNEXPECTED_BYTES,
    WRONG_CONTENT,
    Failure,
    Stale,
    Trial,
    parse_head,
)

LONGEST_HEAD = 65536


class Requester(Connection, asyncio.Protocol):
    """A connection's protocol: what comes is the reply to what was sent. asyncio itself sets TCP_NODELAY."""

    transport: asyncio.Transport | None = None
    reply: asyncio.Future | None = None

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial)
        self.received = bytearray()

    async def connect(self) -> None:
        if self.transport is not None:
            return
        loop, endpoint = asyncio.get_running_loop(), self.trial.endpoint
        if endpoint.path:
            await loop.create_unix_connection(lambda: self, endpoint.path)
        else:
            await loop.create_connection(lambda: self, endpoint.host, endpoint.port)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()
            self.transport = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.received.clear()
        self.is_used = False

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self.is_repeatable and not self.received:
            self.fail(Stale())
        else:
            self.fail(error or Failure(PREMATURE_END))

    def fail(self, error: Exception) -> None:
        if self.reply is not None and not self.reply.done():
            self.reply.set_exception(error)

    async def request(self, data: bytes):
        """Sends `data`, and returns what `take` finds in the bytes that arrive."""
        self.received.clear()
        self.reply = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return await self.reply

    def data_received(self, data: bytes) -> None:
        if self.reply is None or self.reply.done():
            self.close()  # nobody asked
            return
        self.received += data
        try:
            if (reply := self.take()) is not None:
                self.reply.set_result(reply)
        except Failure as failure:
            self.fail(failure)

    def take(self):
        """A reply that is complete, or None."""
        raise NotImplementedError


class EchoProtocol(Requester):
    expected = 0

    async def exchange(self, number: int) -> None:
        message = self.trial.echo_message(number)
        for offset in range(0, len(message), ECHO_WINDOW):
            piece = message[offset : offset + ECHO_WINDOW]
            self.expected = len(piece)
            if await self.request(piece) != piece:
                raise Failure(WRONG_CONTENT)

    def take(self) -> bytearray | None:
        if len(self.received) > self.expected:
            raise Failure(UNEXPECTED_BYTES)
        return self.received if len(self.received) == self.expected else None


class HTTPProtocol(Requester):
    body_at: int | None = None  # where the body begins, once the head is complete
    status = length = 0

    async def exchange(self, number: int) -> None:
        self.body_at = None
        status, body = await self.request(self.trial.request(number))
        self.trial.verify(number, status, body)

    def take(self) -> tuple[int, bytearray] | None:
        if self.body_at is None:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                if len(self.received) > LONGEST_HEAD or not self.received.startswith(b"HTTP/"[: len(self.received)]):
                    raise Failure(MALFORMED)
                return None
            self.body_at = end + 4
            self.status, self.length = parse_head(self.received[:end])
        missing = self.body_at + self.length - len(self.received)
        if missing < 0:
            raise Failure(UNEXPECTED_BYTES)
        return (self.status, self.received[self.body_at :]) if missing == 0 else None
