"""A client's side of the peer contract, version 1: the plan, the operations and their content, the rows."""

from __future__ import annotations

import itertools
import json
import mmap
import struct
import sys
import time
from dataclasses import dataclass
from typing import NoReturn

MASK = (1 << 64) - 1
FOREVER = 1 << 63
WARM_UP = 1 << 63

VERIFIED, ERRNO, TIMEOUT, WRONG_CONTENT, PREMATURE_END, STATUS, MALFORMED, UNEXPECTED_BYTES = range(8)
UNFINISHED = 255

ROW = struct.Struct("<QQQHHI")  # number, start, end, outcome, detail, lane
ROW_END = struct.Struct("<QHH")  # from the end on
ECHO_HEADER = struct.Struct("<QII")  # number and fault code, size, delay in µs
ECHO_WINDOW = 32768  # the most bytes to send before they come back
FAULTS = ("", "reset", "truncate", "stall", "garbage", "drip")
PERIOD = 65536


class Failure(Exception):
    """An operation that was not verified: an outcome, and its detail."""

    def __init__(self, outcome: int, detail: int = 0) -> None:
        super().__init__(outcome, detail)
        self.outcome = outcome
        self.detail = detail


class Stale(Exception):
    """A reused connection was closed before any byte of the reply, and the operation may be repeated."""


def outcome_of(error: Exception) -> tuple[int, int]:
    """The outcome and detail of an operation that raised `error`."""
    if isinstance(error, Failure):
        return error.outcome, error.detail
    if isinstance(error, TimeoutError) and error.errno is None:
        return TIMEOUT, 0
    if isinstance(error, OSError):
        return ERRNO, error.errno or 0
    if isinstance(error, (EOFError, Stale)):
        return PREMATURE_END, 0
    raise error


def mix(number: int) -> int:
    """The finaliser of SplitMix64."""
    z = (number + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Content:
    """The bytes that both ends know: an operation's content is a range of one pool that wraps around."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self.pool = file.read()  # the pool twice: any stretch of a period is contiguous

    def of(self, number: int, count: int, offset: int = 0) -> bytes:
        begin = (mix(number) + offset) % PERIOD
        if count <= PERIOD:
            return self.pool[begin : begin + count]
        period = self.pool[begin : begin + PERIOD]
        return period * (count // PERIOD) + period[: count % PERIOD]


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens: a host and a port, or a path."""

    host: str = ""
    port: int = 0
    path: str = ""

    @staticmethod
    def parse(text: str) -> Endpoint:
        if text.startswith("unix:"):
            return Endpoint(path=text.removeprefix("unix:"))
        host, _, port = text.rpartition(":")
        return Endpoint(host.strip("[]"), int(port))

    @property
    def authority(self) -> str:
        return "localhost" if self.path else f"{self.host}:{self.port}"


def mapped(path: str, access: int) -> memoryview:
    with open(path, "r+b" if access == mmap.ACCESS_WRITE else "rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=access))


class Trial:
    """A running plan: its values, and the counters from which all lanes take operations."""

    def __init__(self, plan: dict) -> None:
        if plan["contract"] != 1:
            fail(f"contract {plan['contract']} is not known")
        self.workload: str = plan["workload"]
        self.lanes: int = plan["lanes"]
        self.limit: int | None = plan.get("limit")
        self.timeout: float | None = plan.get("timeout_ns", 0) / 1e9 or None
        self.sleep: int = plan.get("sleep_ns", 0)
        self.size: int | None = plan.get("size")
        self.keeps_connections = plan.get("connection") != "new"
        self.greeting = plan.get("greeting", "").encode()
        self.endpoint = Endpoint.parse(plan["endpoint"]) if "endpoint" in plan else Endpoint()
        self.content = Content(plan["content"]) if "content" in plan else None  # absent for sleep

        def table(key: str, format: str) -> memoryview | None:
            return mapped(plan[key], mmap.ACCESS_READ).cast(format) if plan.get(key) else None

        self.starts = table("starts", "Q")
        self._delay: int = plan.get("delay_us", 0)
        self._delays = table("delays", "I")
        self._faults = table("faults", "B")
        self.rows = mapped(plan["rows"], mmap.ACCESS_WRITE) if plan.get("record", True) else None
        self._end_of_rows: int = plan["capacity"] * ROW.size
        self._count: int = plan.get("count", FOREVER)
        self._warmup: int = plan.get("warmup_ns", 0)
        self._duration: int | None = plan.get("duration_ns")
        # A step of a counter is atomic: it holds the interpreter's lock.
        self._numbers = itertools.count()
        self._warm_up_numbers = itertools.count()
        self._places = itertools.count()

    @staticmethod
    def read() -> Trial:
        return Trial(json.loads(sys.stdin.readline()))

    def ready(self) -> None:
        """Reports that the lanes are connected, and returns at the start."""
        print("ready", flush=True)
        words = sys.stdin.readline().split()
        if len(words) != 2 or words[0] != "start":
            sys.exit(0)
        self.start = int(words[1])
        self.opens = self.start + self._warmup
        self.closes = FOREVER if self._duration is None else self.opens + self._duration
        while (left := self.start - time.monotonic_ns()) > 0:
            time.sleep(left / 1e9)

    @property
    def remaining(self) -> float | None:
        """Seconds until the window ends; None if it ends with the last operation."""
        return None if self._duration is None else max(0, self.closes - time.monotonic_ns()) / 1e9

    @staticmethod
    def done() -> None:
        print("done", flush=True)
        sys.stdin.read()

    def take(self, lane: int) -> tuple[int, int] | None:
        """The next operation's number in its row, and the place of that row; None if none is left.

        It begins now or, in an open loop, when it is due."""
        now = time.monotonic_ns()
        if now >= self.closes:
            return None
        if self.starts is None and now < self.opens:
            number = next(self._warm_up_numbers) | WARM_UP
        else:
            # An open loop has one schedule, warm-up included.
            number = next(self._numbers)
            if number >= self._count or (self.starts is not None and self.due(number) >= self.closes):
                return None
        row = next(self._places) * ROW.size
        if row >= self._end_of_rows:
            return None
        self.begin(number, row, lane, now if self.starts is None else 0)
        return number, row

    def due(self, number: int) -> int:
        """The intended start of an operation in an open loop, in ns."""
        return self.start + self.starts[number] if number < len(self.starts) else FOREVER

    def begin(self, number: int, row: int, lane: int, now: int) -> None:
        """An operation begins, or waits for its time where `now` is 0: its row says unfinished until it ends."""
        if self.rows is not None and now < self.closes:
            ROW.pack_into(self.rows, row, number, now, 0, UNFINISHED, 0, lane)

    def end(self, row: int, outcome: int = VERIFIED, detail: int = 0) -> None:
        now = time.monotonic_ns()
        if self.rows is not None and now < self.closes:
            ROW_END.pack_into(self.rows, row + 16, now, outcome, detail)

    def delay(self, number: int) -> int:
        """The delay that the server is asked for, in µs."""
        return self._delays[number] if self._delays else self._delay

    def fault(self, number: int) -> int:
        """The code of the fault that the server is asked for; 0 for none."""
        return self._faults[number] if self._faults else 0

    def echo_message(self, number: int) -> bytes:
        size = self.size or ECHO_HEADER.size
        header = ECHO_HEADER.pack(number | self.fault(number) << 56, size, self.delay(number))
        return header + self.content.of(number, size - len(header), len(header))

    def target(self, number: int) -> str:
        """The target of an operation's request."""
        fields = []
        if fault := self.fault(number):
            fields.append(f"fault={FAULTS[fault]}")
        if delay := self.delay(number):
            fields.append(f"delay={delay}us")
        if self.size is not None:
            fields.append(f"size={self.size}")
        return f"/?{'&'.join(fields)}&op={number}" if fields else "/"

    def request(self, number: int) -> bytes:
        close = "" if self.keeps_connections else "Connection: close\r\n"
        return f"GET {self.target(number)} HTTP/1.1\r\nHost: {self.endpoint.authority}\r\n{close}\r\n".encode()

    def verify(self, number: int, status: int, body: bytes) -> None:
        if not 200 <= status < 300:
            raise Failure(STATUS, status)
        if body != (self.greeting if self.size is None else self.content.of(number, self.size)):
            raise Failure(WRONG_CONTENT)


def parse_head(head: bytes) -> tuple[int, int]:
    """The status of a reply and the length of its body."""
    status_line, *fields = head.rstrip(b"\r\n").split(b"\r\n")
    version, _, rest = status_line.partition(b" ")
    if version != b"HTTP/1.1" or not rest[:3].isdigit():
        raise Failure(MALFORMED)
    for field in fields:
        name, _, value = field.partition(b":")
        if name.lower() == b"content-length" and value.strip().isdigit():
            return int(rest[:3]), int(value)
    raise Failure(MALFORMED)


def fail(reason: object) -> NoReturn:
    """Tells the harness why the client cannot start, and exits."""
    print("failed", " ".join(str(reason).split()), flush=True)
    sys.exit(0)
