"""A client on aiohttp: one session for all lanes, as its documentation recommends. Its pool decides which lane has
which connection, and connects when one is asked for."""

from __future__ import annotations

import argparse
import asyncio

from asyncio_lanes import Conversation, Sleeper, run
from trial import ERRNO, MALFORMED, PREMATURE_END, Failure, Trial

import aiohttp


async def only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Prevents the session from repeating a request after aiohttp's own errors."""
    try:
        return await handler(request)
    except aiohttp.ServerDisconnectedError as error:
        raise Failure(PREMATURE_END) from error
    except aiohttp.ClientOSError as error:
        raise Failure(ERRNO, error.errno or 0) from error


class Fetcher(Conversation):
    def __init__(self, trial: Trial, session: aiohttp.ClientSession) -> None:
        super().__init__(trial)
        self.session = session

    async def run(self, number: int) -> None:
        trial = self.trial
        url = f"http://{trial.endpoint.authority}{trial.target(number)}"
        middlewares = [only_once] if trial.fault(number) else None
        try:
            async with self.session.get(url, middlewares=middlewares) as response:
                trial.verify(number, response.status, await response.read())
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError) as error:
            raise Failure(PREMATURE_END) from error
        except aiohttp.ClientResponseError as error:
            raise Failure(MALFORMED) from error


def connector(trial: Trial, limit: int) -> aiohttp.BaseConnector:
    closes = not trial.keeps_connections
    if trial.endpoint.path:
        return aiohttp.UnixConnector(trial.endpoint.path, limit=limit, force_close=closes)
    return aiohttp.TCPConnector(limit=limit, force_close=closes)


async def main(limit: int) -> None:
    trial = Trial.read()
    timeout = aiohttp.ClientTimeout(total=trial.timeout)
    async with aiohttp.ClientSession(connector=connector(trial, limit), timeout=timeout) as session:
        lanes = range(trial.lanes)
        await run(trial, [Sleeper(trial) if trial.workload == "sleep" else Fetcher(trial, session) for _ in lanes])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int, default=100, help="connections at once; 0: as many as are asked for")
    asyncio.run(main(parser.parse_args().limit))
