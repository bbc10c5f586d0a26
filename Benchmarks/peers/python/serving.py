"""A server's side of the peer contract, version 1: its plan, its requests and its answers."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from dataclasses import dataclass
from urllib.parse import parse_qsl

from trial import Content, Endpoint

BACKLOG = 4096
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True)
class Plan:
    protocol: str
    endpoint: Endpoint
    content: Content

    @staticmethod
    def read() -> Plan:
        return Plan.parse(sys.stdin.readline())

    @staticmethod
    def parse(line: str) -> Plan:
        plan = json.loads(line)
        if plan["contract"] != 1:
            sys.exit(f"contract {plan['contract']} is not known")
        return Plan(plan["protocol"], Endpoint.parse(plan["address"]), Content(plan["content"]))

    def answer(self, query: str, client: str) -> tuple[float, bytes]:
        """The delay in seconds that a query asks for, and the body of the reply.

        Raises ValueError or KeyError if it asks for anything else."""
        if not query:
            return 0, greeting(client)
        fields = dict(parse_qsl(query))
        delay = seconds(fields["delay"]) if "delay" in fields else 0
        if "size" in fields:
            return delay, self.content.of(int(fields["op"]), int(fields["size"]))
        return delay, greeting(client)


def greeting(client: str) -> bytes:
    return f"Hello, {client or 'UNIX'}!".encode()


def seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+)(us|ms|s)", text)
    if match is None:
        raise ValueError(f"{text!r} is no time")
    return int(match[1]) * UNITS[match[2]]


def response(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


BAD_REQUEST = response(b"delay=2ms, size=4096 and op=17 can be asked for\n", "400 Bad Request")


def listening(endpoint: Endpoint, port: int) -> None:
    where = f"unix:{endpoint.path}" if endpoint.path else f"{endpoint.host}:{port}"
    print("listening", where, flush=True)


def until_input_ends(stop) -> None:
    """Calls `stop` when standard input ends, from a thread of its own."""

    def wait() -> None:
        # The descriptor, and not the file: its lock would be held in a process that is forked meanwhile.
        while os.read(0, 4096):
            pass
        stop()

    threading.Thread(target=wait, daemon=True).start()
