"""A server on asyncio's streams, as its documentation shows one: a task per connection."""

from __future__ import annotations

import asyncio

from serving import BACKLOG, BAD_REQUEST, Plan, listening, response, until_input_ends
from trial import ECHO_HEADER, ECHO_WINDOW


async def serve_http(plan: Plan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    peer = writer.get_extra_info("peername")
    client = peer[0] if peer else ""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split(b" ", 2)[1].decode("latin-1")
        try:
            delay, body = plan.answer(target.partition("?")[2], client)
        except (ValueError, KeyError):
            writer.write(BAD_REQUEST)
        else:
            if delay:
                await asyncio.sleep(delay)
            writer.write(response(body))
        await writer.drain()
        if b"\r\nconnection: close\r\n" in head.lower():
            return


async def serve_echo(plan: Plan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        header = await reader.readexactly(ECHO_HEADER.size)
        _, size, delay = ECHO_HEADER.unpack(header)
        if delay:
            await asyncio.sleep(delay / 1e6)
        writer.write(header)
        left = size - len(header)
        while left > 0:
            piece = await reader.read(min(left, ECHO_WINDOW))
            if not piece:
                return
            left -= len(piece)
            writer.write(piece)
            await writer.drain()


async def main() -> None:
    plan = Plan.read()
    serve = serve_http if plan.protocol == "http" else serve_echo

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(plan, reader, writer)
        except (EOFError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.close()

    if plan.endpoint.path:
        server = await asyncio.start_unix_server(connected, plan.endpoint.path, backlog=BACKLOG)
        port = 0
    else:
        server = await asyncio.start_server(connected, plan.endpoint.host, plan.endpoint.port, backlog=BACKLOG)
        port = server.sockets[0].getsockname()[1]
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    until_input_ends(lambda: loop.call_soon_threadsafe(ended.set))
    listening(plan.endpoint, port)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
