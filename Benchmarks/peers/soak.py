#!/usr/bin/env python3
"""Opens and closes many connections to the suite's server, some of them badly, and looks for leaks.

Of each hundred connections, one is reset in the middle of a request, one sends garbage, and one sends its request byte
by byte. The others send one or three requests, verify the replies, and close. At the end, no healthy connection may
have had an error. The server must have as many descriptors and threads as before, and hardly more memory than after the
first half. The program prints one line per mode; the exit code is 1 if anything is wrong. See README.md."""

from __future__ import annotations

import argparse
import heapq
import os
import re
import select
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from common import IOMODES, SERIAL_MODES, Server, ServerFailure, chosen_modes, mode_options, program, serving
from wire import Wrong, content, greeting, mix, take_reply

EXAMPLES = """examples:
  soak.py                                       epoll, 100,000 connections
  soak.py --modes epoll,uring,threads           three modes, one after another
  soak.py --modes all --connections 10000       every mode that can serve
"""

# 32 addresses of the loopback network, each with ports of its own: ports rest in TIME_WAIT for a minute.
SOURCES = [f"127.0.0.{2 + number}" for number in range(32)]
IP_BIND_ADDRESS_NO_PORT = 24
LINGER_RESET = struct.pack("ii", 1, 0)

# A connection in progress: it yields None to wait for its socket, or the seconds to sleep.
Steps = Generator["float | None", None, None]


@dataclass(frozen=True)
class Plan:
    port: int
    seed: int
    at_once: int
    drip: float  # seconds that a slow request takes
    pause: float  # seconds that garbage waits before it closes
    patience: float = 30


@dataclass
class Tally:
    kinds: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    errors: Counter[str] = field(default_factory=Counter)


# What a connection does


def asked(draw: int, source: str) -> tuple[bytes, bytes]:
    """A request, and the body of its reply."""
    shape = draw % 4
    if shape == 0:
        return b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nsomething", greeting(source)
    if shape == 1:
        size, operation = [17, 1000, 20_000][draw // 4 % 3], draw % 100_003
        request = f"GET /?size={size}&op={operation} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        return request.encode(), content(size, operation)
    return b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", greeting(source)


def send(sock: socket.socket, data: bytes) -> Steps:
    while data:
        try:
            data = data[sock.send(data):]
        except BlockingIOError:
            yield None


def verify(sock: socket.socket, buffer: bytearray, body: bytes) -> Steps:
    while (reply := take_reply(buffer, False, [])) is None:
        try:
            data = sock.recv(1 << 16)
        except BlockingIOError:
            yield None
            continue
        if not data:
            raise Wrong("closed before the reply")
        buffer += data
    if reply.status != 200:
        raise Wrong(f"status {reply.status}")
    if reply.body != body or buffer:
        raise Wrong("not the body that was asked for")


def healthy(plan: Plan, tally: Tally, sock: socket.socket, source: str, draw: int, slow: bool) -> Steps:
    buffer = bytearray()
    for number in range(1 if slow or draw >> 20 & 1 else 3):
        request, body = asked(mix(draw + number), source)
        for piece in (request[i:i + 1] for i in range(len(request))) if slow else [request]:
            yield from send(sock, piece)
            if slow:
                yield plan.drip / len(request)
        yield from verify(sock, buffer, body)
        tally.requests += 1


def bad(plan: Plan, sock: socket.socket, source: str, draw: int, resets: bool) -> Steps:
    try:
        if resets:
            request, _ = asked(draw, source)
            yield from send(sock, request[:len(request) // 2])
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        else:
            random = Random(draw)
            yield from send(sock, random.randbytes(random.randint(1, 200)) + random.choice([b"", b"\r\n\r\n"]))
            yield plan.pause
    except OSError:
        pass  # The server may have had enough of it.


# All of them


@dataclass
class Task:
    sock: socket.socket
    steps: Steps
    is_healthy: bool
    since: float  # of its last step
    sleeps: bool = False


def opened(plan: Plan, tally: Tally, number: int) -> Task:
    draw, source = mix(mix(plan.seed) + number), SOURCES[number % len(SOURCES)]
    kind = {0: "reset", 1: "garbage", 2: "slow"}.get(draw % 100, "healthy")
    tally.kinds[kind] += 1
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    sock.bind((source, 0))
    sock.connect_ex(("127.0.0.1", plan.port))
    is_healthy = kind in ("healthy", "slow")
    steps = (healthy(plan, tally, sock, source, draw, kind == "slow") if is_healthy
             else bad(plan, sock, source, draw, kind == "reset"))
    return Task(sock, steps, is_healthy, time.monotonic())


def run_all(plan: Plan, tally: Tally, numbers: Iterable[int]) -> None:
    poller, tasks, sleepers = select.epoll(), dict[int, Task](), list[tuple[float, int, Task]]()
    order, swept = 0, time.monotonic()
    left = iter(numbers)

    def end(task: Task, error: str | None) -> None:
        if error and task.is_healthy:
            tally.errors[error] += 1
        del tasks[task.sock.fileno()]
        task.sock.close()

    def advance(task: Task, now: float) -> None:
        nonlocal order
        try:
            rest = next(task.steps)
        except StopIteration:
            end(task, None)
        except (Wrong, OSError) as error:
            end(task, str(error))
        else:
            task.since = now
            if rest is not None:
                task.sleeps = True
                order += 1
                heapq.heappush(sleepers, (now + rest, order, task))

    while True:
        now = time.monotonic()
        while len(tasks) < plan.at_once and sum(tally.errors.values()) < 100:
            number = next(left, None)
            if number is None:
                break
            task = opened(plan, tally, number)
            tasks[task.sock.fileno()] = task
            poller.register(task.sock, select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET)
        if not tasks:
            poller.close()
            return
        for descriptor, _ in poller.poll(min(1, max(0, sleepers[0][0] - now)) if sleepers else 1):
            ready = tasks.get(descriptor)
            if ready and not ready.sleeps:
                advance(ready, now)
        now = time.monotonic()
        while sleepers and sleepers[0][0] <= now:
            task = heapq.heappop(sleepers)[2]
            task.sleeps = False
            advance(task, now)
        if now - swept > 1:
            swept = now
            for task in [task for task in tasks.values() if now - task.since > plan.patience]:
                end(task, f"nothing for {plan.patience:g} s")


# What is left of them


@dataclass(frozen=True)
class State:
    descriptors: int
    threads: int
    resident: int  # KiB

    @staticmethod
    def of(server: Server) -> State:
        status = Path(f"/proc/{server.pid}/status").read_text()
        figures = {name: int(value) for name, value in re.findall(r"^(VmRSS|Threads):\s+(\d+)", status, re.MULTILINE)}
        return State(len(os.listdir(f"/proc/{server.pid}/fd")), figures["Threads"], figures["VmRSS"])


def settled(server: Server, base: State | None, patience: float) -> State:
    """Once it has no more than `base`, or time is up: Dispatch keeps an idle thread for 5 s."""
    until = time.monotonic() + patience
    while True:
        time.sleep(0.2)
        state = State.of(server)
        is_back = base and state.descriptors <= base.descriptors and state.threads <= base.threads
        if is_back or time.monotonic() > until:
            return state


def soak(iomodes: str, mode: str, connections: int, seed: int, at_once: int) -> bool:
    tally, faults, start = Tally(), [], time.monotonic()
    is_serial = mode in SERIAL_MODES
    try:
        with serving(iomodes, *mode_options(iomodes, mode)) as server:
            plan = Plan(server.port, seed, 1 if is_serial else at_once, 0.02 if is_serial else 1,
                        0.005 if is_serial else 0.05)
            run_all(plan, Tally(), range(connections, connections + 10))  # What is made once, is made.
            base = settled(server, None, 6)
            run_all(plan, tally, range(connections // 2))
            early = settled(server, base, 15)
            run_all(plan, tally, range(connections // 2, connections))
            late = settled(server, base, 15)
    except (ServerFailure, OSError) as failure:
        print(f"{mode}: {failure}", flush=True)
        return False
    growth = late.resident - early.resident
    for error, count in tally.errors.most_common():
        faults.append(f"{count} times {error}")
    if sum(tally.kinds.values()) < connections:
        faults.append("given up")
    if late.descriptors > base.descriptors:
        faults.append("descriptors not back")
    if late.threads > base.threads:
        faults.append("threads not back")
    # A block of 32 bytes for each of 100,000 connections would be more. The stacks that the C library keeps are there by
    # then.
    if growth > 1024:
        faults.append("memory grew")
    kinds = ", ".join(f"{tally.kinds[kind]} {kind}" for kind in ["healthy", "reset", "garbage", "slow"])
    print(f"{mode}: {sum(tally.kinds.values())} connections ({kinds}), {tally.requests} verified requests,"
          f" {time.monotonic() - start:.0f} s; descriptors {base.descriptors} -> {late.descriptors},"
          f" threads {base.threads} -> {late.threads}, VmRSS {early.resident / 1024:.1f} ->"
          f" {late.resident / 1024:.1f} MiB ({growth / 1024:+.1f}): {'; '.join(faults) or 'fine'}", flush=True)
    return not faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", default="epoll", help="such as epoll,uring, or all")
    parser.add_argument("--connections", type=int, default=100_000)
    parser.add_argument("--at-once", type=int, default=64, metavar="N",
                        help="connections that are open together, but in modes that serve one after another")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--iomodes", default=str(IOMODES), help="the program")
    arguments = parser.parse_args()
    iomodes = program(arguments.iomodes)
    modes = chosen_modes(parser, iomodes, None if arguments.modes == "all" else arguments.modes)
    outcomes = [soak(iomodes, mode, arguments.connections, arguments.seed, arguments.at_once) for mode in modes]
    if not all(outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()
