#!/usr/bin/env python3
"""Measures how attackers that occupy the suite's server affect a healthy client.

The healthy client connects from 127.0.0.1, anew for each request; 60 attackers connect from 127.0.0.2. In each mode, the
program measures the time from connecting to the whole reply under each attack, and at rest before and after it. It reads
the server's descriptors and resident memory before the attack, at its end, and after it. It prints one line for each. The
exit code is 1 if the healthy client gets no answer, or descriptors are not freed. See README.md."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from common import IOMODES, Server, chosen_modes, program, serving

EXAMPLES = """examples:
  strangers.py --modes epoll,uring              two modes, 30 s for each attack
  strangers.py --seconds 10 --attacks delay     one attack, in every mode
"""

GREETING = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HELLO = bytes([22, 3, 1, 0, 46, 1, 0, 0, 42, 3, 3]) + bytes(32) + bytes([0, 0, 2, 0, 47, 1, 0])
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
RESET = struct.pack("ii", 1, 0)
ATTACKERS = 60
# As many connections as an address may have of 20.
FLOODS = 10
# What is left of the seconds of an attack is rest, before it and after it.
SHARE_OF_ATTACK = 0.8
# Seconds that a client waits for beyond the end.
GRACE = 5.0


def asking(query: str) -> bytes:
    return f"GET /?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def connected(port: int, window: int | None = None) -> socket.socket:
    client = socket.socket()
    if window:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    client.bind(("127.0.0.2", 0))
    client.settimeout(5)
    client.connect(("127.0.0.1", port))
    return client


# Attacks: each goes on until its process is ended.


def holding(first: bytes, window: int | None = None, reads: int = 0) -> Callable[[int], None]:
    """Connections that send something and keep still, opened anew when the server ends them."""

    def attack(port: int) -> None:
        clients: list[socket.socket] = []
        while True:
            with suppress(OSError):
                while len(clients) < ATTACKERS:
                    clients.append(connected(port, window))
                    clients[-1].sendall(first)
            for client in list(clients):
                client.setblocking(False)
                try:
                    ended = reads > 0 and client.recv(reads) == b""
                    ended = ended or client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1
                except BlockingIOError:
                    ended = False
                except OSError:
                    ended = True
                if ended:
                    client.close()
                    clients.remove(client)
            time.sleep(0.1)

    return attack


def hanging_up(port: int) -> None:
    """Delayed replies that nobody waits for, some 300 in a second: by an end, and by a reset."""
    number = 0
    while True:
        with suppress(OSError), connected(port) as client:
            client.sendall(asking("delay=9s"))
            number += 1
            if number % 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        time.sleep(0.003)


class Flood:
    """A connection that asks 100,000 times at once, and reads the replies."""

    requests = memoryview(GREETING * 100_000)
    # Short pieces: the server may be waiting for this processor, and has it only after a call into the kernel.
    piece = memoryview(bytearray(1 << 16))

    def __init__(self, port: int) -> None:
        self.client = connected(port)
        self.client.setblocking(False)
        self.sent, self.received, self.whole = 0, 0, 0

    @property
    def wants(self) -> int:
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self.sent < len(self.requests) else 0)

    def advance(self, events: int) -> bool:
        """Whether it goes on."""
        if events & selectors.EVENT_READ:
            count = self.client.recv_into(self.piece)
            if self.whole == 0:
                first = bytes(self.piece[:count])
                if not first.startswith(b"HTTP/1.1 200"):
                    return False
                self.whole = 100_000 * (first.index(b"Hello, 127.0.0.2!") + 17)
            self.received += count
            if count == 0 or self.received >= self.whole:
                return False
        if events & selectors.EVENT_WRITE:
            self.sent += self.client.send(self.requests[self.sent:self.sent + len(self.piece)])
        return True


def pipelining(port: int) -> None:
    """100,000 requests at once on each of ten connections, again and again, whose replies are read."""
    floods = 0
    with selectors.DefaultSelector() as selector:
        while True:
            with suppress(OSError):
                while floods < FLOODS:
                    flood = Flood(port)
                    selector.register(flood.client, flood.wants, flood)
                    floods += 1
            for key, events in selector.select(0.1):
                flood = key.data
                try:
                    goes_on = flood.advance(events)
                except OSError:
                    goes_on = False
                if not goes_on:
                    selector.unregister(flood.client)
                    flood.client.close()
                    floods -= 1
                elif flood.wants != key.events:
                    selector.modify(flood.client, flood.wants, flood)
                # A server that gives way means its clients, and not a stranger who shares its processor here alone.
                os.sched_yield()


def from_elsewhere(name: str, port: int) -> None:
    """Strangers have processors of their own: here they have what the server and its healthy client leave."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    ATTACKS[name](port)


ATTACKS: dict[str, Callable[[int], None]] = {
    "delay": holding(asking("delay=3600s")),
    "longest delay": holding(asking("delay=10s")),
    "size": holding(asking("size=1073741824"), window=4096),
    "largest size": holding(asking("size=16777216"), window=4096),
    "slow readers": holding(asking("size=16777216"), window=4096, reads=500),
    "half a head": holding(GREETING[:20]),
    "silence": holding(b""),
    "stall": holding(asking("fault=stall")),
    "hang-ups": hanging_up,
    "pipeline": pipelining,
    "TLS": holding(HELLO),
    "HTTP/2": holding(PREFACE),
}


# The healthy client


def times(port: int, seconds: float) -> tuple[list[float], int]:
    """How long each new connection took to its whole reply, and how many got none.

    One that has waited for less than ten seconds at the end is neither."""
    taken: list[float] = []
    failed = 0
    end = time.monotonic() + seconds
    while (start := time.monotonic()) < end:
        try:
            with socket.create_connection(("127.0.0.1", port), end + GRACE - start) as client:
                client.sendall(LAST)
                reply = b""
                while piece := client.recv(4096):
                    reply += piece
            if not reply.endswith(b"Hello, 127.0.0.1!"):
                raise OSError("no greeting")
            taken.append(time.monotonic() - start)
        except TimeoutError:
            failed += time.monotonic() - start >= 10
        except OSError:
            failed += 1
        time.sleep(max(0.0, start + 0.005 - time.monotonic()))
    return sorted(taken), failed


def resources(server: Server) -> tuple[int, float]:
    """Descriptors, and resident memory in MiB."""
    with open(f"/proc/{server.pid}/status") as status:
        memory = next(line for line in status if line.startswith("VmRSS:"))
    return len(os.listdir(f"/proc/{server.pid}/fd")), int(memory.split()[1]) / 1024


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else float("nan")


def percentile(ordered: list[float]) -> float:
    """The p99, where at least ten samples lie beyond it."""
    return quantile(ordered, 0.99) if len(ordered) >= 1000 else float("nan")


def told(name: str, rest: list[float], taken: list[float], failed: int, *looks: tuple[int, float]) -> str:
    at_rest, under_attack = percentile(rest), percentile(taken)
    return (f"  {name:14} p99 at rest {at_rest:6.2f} ms   under attack {under_attack:8.2f} ms   "
            f"{under_attack / at_rest:6.1f} ×   p50 {quantile(rest, 0.5):5.2f} {quantile(taken, 0.5):8.2f} ms   "
            f"max {quantile(rest, 1):6.2f} {quantile(taken, 1):8.2f} ms   {len(taken)} answered, {failed} not   "
            f"descriptors {' '.join(str(look[0]) for look in looks)}   "
            f"MiB {' '.join(f'{look[1]:.1f}' for look in looks)}")


def check_mode(iomodes: str, mode: str, attacks: list[str], seconds: float, options: list[str]) -> bool:
    fine = True
    with serving(iomodes, "--mode", mode, *options) as server:
        print(f"{mode}", flush=True)
        times(server.port, 1)
        pause = seconds * (1 - SHARE_OF_ATTACK)
        rest, _ = times(server.port, pause)
        for name in attacks:
            before = resources(server)
            attacker = multiprocessing.Process(target=from_elsewhere, args=(name, server.port), daemon=True)
            attacker.start()
            time.sleep(1)
            taken, failed = times(server.port, max(1.0, seconds * SHARE_OF_ATTACK - 1))
            during = resources(server)
            attacker.kill()
            attacker.join()
            deadline = time.monotonic() + 15
            while resources(server)[0] > before[0] + 2 and time.monotonic() < deadline:
                time.sleep(0.1)
            after = resources(server)
            # What the machine does changes in time: the rest on both sides of an attack is what it is held against.
            next_rest, not_at_rest = times(server.port, pause)
            print(told(name, sorted(rest + next_rest), taken, failed, before, during, after), flush=True)
            rest = next_rest
            fine = fine and bool(taken) and failed + not_at_rest == 0 and after[0] <= before[0] + 2
    return fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", help="such as epoll,uring; all that `iomodes serve` offers unless given")
    parser.add_argument("--attacks", help=f"such as delay,pipeline; all unless given: {', '.join(ATTACKS)}")
    parser.add_argument("--seconds", type=float, default=30,
                        help="for each attack, a fifth of them at rest; 30 unless given, under an hour for nine modes")
    parser.add_argument("--options", default="--connections 20",
                        help="of the server; '--connections 20' unless given, of which one address may have ten")
    parser.add_argument("--iomodes", default=str(IOMODES), help="the program")
    arguments = parser.parse_args()
    iomodes = program(arguments.iomodes)
    attacks = arguments.attacks.split(",") if arguments.attacks else list(ATTACKS)
    if unknown := [name for name in attacks if name not in ATTACKS]:
        parser.error(f"no attack {', '.join(unknown)}; there are {', '.join(ATTACKS)}")
    modes = chosen_modes(parser, iomodes, arguments.modes)
    outcomes = [check_mode(iomodes, mode, attacks, arguments.seconds, arguments.options.split()) for mode in modes]
    if not all(outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()
