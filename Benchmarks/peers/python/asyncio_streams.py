"""Conversations over asyncio's streams: StreamReader and StreamWriter, as its documentation shows them."""

from __future__ import annotations

import asyncio

from asyncio_lanes import Connection
from trial import ECHO_WINDOW, MALFORMED, WRONG_CONTENT, Failure, Stale, parse_head


class Stream(Connection):
    """A connection's reader and writer. asyncio itself sets TCP_NODELAY."""

    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def connect(self) -> None:
        if self.writer is not None:
            return
        endpoint = self.trial.endpoint
        if endpoint.path:
            self.reader, self.writer = await asyncio.open_unix_connection(endpoint.path)
        else:
            self.reader, self.writer = await asyncio.open_connection(endpoint.host, endpoint.port)
        self.is_used = False

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.reader = self.writer = None

    async def exchange(self, number: int) -> None:
        try:
            await self.converse(number)
        except asyncio.IncompleteReadError as error:
            if self.is_repeatable and not error.partial:
                raise Stale from error
            raise
        except ConnectionError as error:
            if self.is_repeatable:
                raise Stale from error
            raise

    async def converse(self, number: int) -> None:
        raise NotImplementedError


class EchoStream(Stream):
    async def converse(self, number: int) -> None:
        message = self.trial.echo_message(number)
        for offset in range(0, len(message), ECHO_WINDOW):
            piece = message[offset : offset + ECHO_WINDOW]
            self.writer.write(piece)
            await self.writer.drain()
            if await self.reader.readexactly(len(piece)) != piece:
                raise Failure(WRONG_CONTENT)


class HTTPStream(Stream):
    async def converse(self, number: int) -> None:
        self.writer.write(self.trial.request(number))
        await self.writer.drain()
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError as error:
            raise Failure(MALFORMED) from error
        except asyncio.IncompleteReadError as error:
            if error.partial and not error.partial.startswith(b"HTTP/"):
                raise Failure(MALFORMED) from error
            raise
        status, length = parse_head(head)
        self.trial.verify(number, status, await self.reader.readexactly(length))
