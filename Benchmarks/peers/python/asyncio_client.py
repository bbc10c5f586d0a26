"""A client on asyncio: its streams or its protocols, on its own loop, with epoll or select, or on uvloop's."""

from __future__ import annotations

import argparse
import asyncio
import selectors

from asyncio_lanes import Sleeper, run
from asyncio_protocols import EchoProtocol, HTTPProtocol
from asyncio_streams import EchoStream, HTTPStream
from trial import Trial, fail

CONVERSATIONS = {
    "streams": {"sleep": Sleeper, "echo": EchoStream, "http": HTTPStream},
    "protocols": {"sleep": Sleeper, "echo": EchoProtocol, "http": HTTPProtocol},
}


async def main(api: str) -> None:
    trial = Trial.read()
    conversation = CONVERSATIONS[api][trial.workload]
    await run(trial, [conversation(trial) for _ in range(trial.lanes)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", choices=CONVERSATIONS, default="streams")
    parser.add_argument("--loop", choices=["asyncio", "select", "uvloop"], default="asyncio")
    options = parser.parse_args()
    if options.loop == "uvloop":
        import uvloop

        uvloop.run(main(options.api))
    elif options.loop == "select":
        try:
            with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
                runner.run(main(options.api))
        except ValueError as error:  # of a descriptor that select() has no room for: it ends the loop, and the program
            fail(f"{type(error).__name__}: {error}")
    else:
        asyncio.run(main(options.api))
