"""A server on Granian, by its own interface, RSGI: hyper and tokio in Rust answer for a coroutine in Python."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from asyncio_lanes import sleep_until
from granian import Granian
from granian.constants import Interfaces
from serving import BACKLOG, Plan, listening, until_input_ends

PLAN = "IOMODES_PEER_PLAN"
HEADERS = [("content-type", "text/plain")]


class Application:
    """What the worker process runs: the plan comes to it in the environment."""

    def __rsgi_init__(self, loop) -> None:
        self.plan = Plan.parse(os.environ[PLAN])

    async def __rsgi__(self, scope, protocol) -> None:
        try:
            delay, body = self.plan.answer(scope.query_string, scope.client.rpartition(":")[0])
        except (ValueError, KeyError):
            protocol.response_empty(400, HEADERS)
            return
        if delay:
            await sleep_until(time.monotonic_ns() + round(delay * 1e9))
        protocol.response_bytes(200, HEADERS, body)


application = Application()


def free_port(host: str) -> int:
    """A port that nobody has: Granian takes no zero, as each of its workers listens on its own."""
    with socket.create_server((host, 0)) as listener:
        return listener.getsockname()[1]


def say_when_listening(plan: Plan, port: int) -> None:
    """Says so once somebody accepts: the worker listens some time after it was started."""
    endpoint = plan.endpoint
    family, address = (socket.AF_UNIX, endpoint.path) if endpoint.path else (socket.AF_INET, (endpoint.host, port))
    while True:
        with socket.socket(family) as probe:
            if probe.connect_ex(address) == 0:
                break
        time.sleep(0.01)
    listening(endpoint, port)


def main() -> None:
    line = sys.stdin.readline()
    plan = Plan.parse(line)
    os.environ[PLAN] = line
    endpoint = plan.endpoint
    port = endpoint.port or (0 if endpoint.path else free_port(endpoint.host))
    server = Granian(
        "granian_server:application",
        address=endpoint.host or "127.0.0.1",
        port=port,
        uds=Path(endpoint.path) if endpoint.path else None,
        interface=Interfaces.RSGI,
        backlog=BACKLOG,
        websockets=False,
        log_enabled=False,
        working_dir=Path(__file__).parent,
    )
    until_input_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
    threading.Thread(target=say_when_listening, args=(plan, port), daemon=True).start()
    server.serve()


if __name__ == "__main__":
    main()
