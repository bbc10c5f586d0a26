"""A server on uvloop, with a protocol per connection; requests are parsed by httptools, which has Node's parser."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

import httptools
import uvloop
from serving import BACKLOG, BAD_REQUEST, Plan, listening, response, until_input_ends
from trial import ECHO_HEADER


def call_after(delay: float, call: Callable[..., None], *arguments: object) -> None:
    """Calls after `delay` seconds, and no earlier."""
    call_at(time.monotonic() + delay, call, *arguments)


def call_at(instant: float, call: Callable[..., None], *arguments: object) -> None:
    # uvloop's timers are of whole milliseconds, counted from when the loop last looked at the time: they can end early.
    if (left := instant - time.monotonic()) > 0:
        asyncio.get_running_loop().call_later(math.ceil(left * 1e3) / 1e3, call_at, instant, call, *arguments)
    else:
        call(*arguments)


class HTTPServerProtocol(asyncio.Protocol):
    """One request at a time: while a reply is delayed, nothing is read."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self.client = peer[0] if peer else ""

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.write(BAD_REQUEST)
            self.transport.close()

    def on_url(self, url: bytes) -> None:
        self.url = url

    def on_message_complete(self) -> None:
        closes = not self.parser.should_keep_alive()
        try:
            query = httptools.parse_url(self.url).query or b""
            delay, body = self.plan.answer(query.decode("latin-1"), self.client)
        except (ValueError, KeyError):
            self.reply(BAD_REQUEST, closes)
            return
        if delay:
            self.transport.pause_reading()
            call_after(delay, self.reply_late, response(body), closes)
        else:
            self.reply(response(body), closes)

    def reply_late(self, reply: bytes, closes: bool) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()
            self.reply(reply, closes)

    def reply(self, reply: bytes, closes: bool) -> None:
        self.transport.write(reply)
        if closes:
            self.transport.close()


class EchoServerProtocol(asyncio.Protocol):
    """One message at a time: while its echo is delayed, nothing is read."""

    def __init__(self, plan: Plan) -> None:
        self.received = b""
        self.left = 0  # bytes of the message in hand that have not come

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.left == 0:
            self.received += data
            if len(self.received) < ECHO_HEADER.size:
                return
            _, self.left, delay = ECHO_HEADER.unpack_from(self.received)
            data, self.received = self.received, b""
            if delay:
                self.transport.pause_reading()
                call_after(delay / 1e6, self.echo_late, data)
                return
        self.echo(data)

    def echo_late(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()
            self.echo(data)

    def echo(self, data: bytes) -> None:
        piece, rest = data[: self.left], data[self.left :]
        self.left -= len(piece)
        self.transport.write(piece)
        if rest:
            self.data_received(rest)


async def main() -> None:
    plan = Plan.read()
    protocol = HTTPServerProtocol if plan.protocol == "http" else EchoServerProtocol
    loop = asyncio.get_running_loop()
    if plan.endpoint.path:
        server = await loop.create_unix_server(lambda: protocol(plan), plan.endpoint.path, backlog=BACKLOG)
        port = 0
    else:
        endpoint = plan.endpoint
        server = await loop.create_server(lambda: protocol(plan), endpoint.host, endpoint.port, backlog=BACKLOG)
        port = server.sockets[0].getsockname()[1]
    ended = asyncio.Event()
    until_input_ends(lambda: loop.call_soon_threadsafe(ended.set))
    listening(plan.endpoint, port)
    await ended.wait()


if __name__ == "__main__":
    uvloop.run(main())
