#!/usr/bin/env python3
"""Measures how attackers that occupy the suite's server affect a healthy client.

The healthy client connects from 127.0.0.1, anew for each request; 60 attackers connect from 127.0.0.2. In each mode, the
program measures the time from connecting to the whole reply, at rest and under each attack. It reads the server's
descriptors and resident memory before the attack, at its end, and after it. It prints one line for each. The exit code
is 1 if the healthy client gets no answer, or descriptors are not freed. See README.md."""

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


def pipelining(port: int) -> None:
    """100,000 requests at once, again and again, whose replies are read."""
    flood = GREETING * 100_000
    while True:
        with suppress(OSError), connected(port) as client, selectors.DefaultSelector() as selector:
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)
            sent, received, whole = 0, 0, 0
            while whole == 0 or received < whole:
                for _, events in selector.select():
                    if events & selectors.EVENT_READ:
                        piece = client.recv(1 << 20)
                        if not piece:
                            raise OSError("the server ended it")
                        received += len(piece)
                        if whole == 0 and not piece.startswith(b"HTTP/1.1 200"):
                            raise OSError("turned away")
                        if whole == 0:
                            whole = 100_000 * (piece.index(b"Hello, 127.0.0.2!") + 17)
                    if events & selectors.EVENT_WRITE and sent < len(flood):
                        sent += client.send(memoryview(flood)[sent:sent + (1 << 18)])
                        if sent == len(flood):
                            selector.modify(client, selectors.EVENT_READ)


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


def times(port: int, seconds: float, patience: float) -> tuple[list[float], int]:
    """How long each new connection took to its whole reply, and how many got none."""
    taken: list[float] = []
    failed = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", port), patience) as client:
                client.sendall(LAST)
                reply = b""
                while piece := client.recv(4096):
                    reply += piece
            if not reply.endswith(b"Hello, 127.0.0.1!"):
                raise OSError("no greeting")
            taken.append(time.monotonic() - start)
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


def told(name: str, ordered: list[float], failed: int, before: tuple[int, float], during: tuple[int, float],
         after: tuple[int, float]) -> str:
    return (f"  {name:14} {len(ordered):6} answered {failed:4} not   p50 {quantile(ordered, 0.5):8.2f} ms   "
            f"p99 {quantile(ordered, 0.99):8.2f} ms   max {quantile(ordered, 1):8.2f} ms   "
            f"descriptors {before[0]} {during[0]} {after[0]}   MiB {before[1]:.1f} {during[1]:.1f} {after[1]:.1f}")


def check_mode(iomodes: str, mode: str, attacks: list[str], seconds: float, options: list[str]) -> bool:
    fine = True
    with serving(iomodes, "--mode", mode, *options) as server:
        print(f"{mode}", flush=True)
        times(server.port, 1, 10)
        before = resources(server)
        rest, failed = times(server.port, seconds, 10)
        now = resources(server)
        print(told("rest", rest, failed, before, now, now), flush=True)
        for name in attacks:
            before = resources(server)
            attacker = multiprocessing.Process(target=from_elsewhere, args=(name, server.port), daemon=True)
            attacker.start()
            time.sleep(1)
            taken, failed = times(server.port, seconds, 60)
            during = resources(server)
            attacker.kill()
            attacker.join()
            deadline = time.monotonic() + 15
            while resources(server)[0] > before[0] + 2 and time.monotonic() < deadline:
                time.sleep(0.1)
            after = resources(server)
            ratio = quantile(taken, 0.99) / quantile(rest, 0.99)
            print(f"{told(name, taken, failed, before, during, after)}   {ratio:.1f} × rest", flush=True)
            fine = fine and bool(taken) and failed == 0 and after[0] <= before[0] + 2
    return fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", help="such as epoll,uring; all that `iomodes serve` offers unless given")
    parser.add_argument("--attacks", help=f"such as delay,pipeline; all unless given: {', '.join(ATTACKS)}")
    parser.add_argument("--seconds", type=float, default=30, help="for each attack; 30 unless given")
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
