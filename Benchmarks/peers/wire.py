"""HTTP/1.1 on the wire, as strict as RFC 9110 and RFC 9112 let a client be: reads and judges replies, and knows the
content of the suite's server."""

from __future__ import annotations

import functools
import re
import select
import socket
import time
from calendar import timegm
from dataclasses import dataclass, field

MASK = (1 << 64) - 1


class Wrong(Exception):
    """A reply is not what the request and the RFCs ask for."""


class Silent(Wrong):
    """Nothing came in time."""


# Content: Sources/Workloads/Pattern.swift


def mix(value: int) -> int:
    z = (value + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


@functools.lru_cache(maxsize=1)
def pool() -> bytes:
    return b"".join(mix(word).to_bytes(8, "little") for word in range(8192))


def content(size: int, operation: int) -> bytes:
    """The body of `/?size=SIZE&op=OPERATION`."""
    start = mix(operation) & 0xFFFF
    once = pool()[start:] + pool()[:start]
    return (once * (size // len(once) + 1))[:size]


def greeting(host: str = "127.0.0.1") -> bytes:
    return f"Hello, {host}!".encode()


# Replies


@dataclass
class Reply:
    status: int
    fields: list[tuple[str, str]]
    body: bytes = b""
    interim: list[int] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def options(self) -> set[str]:
        """Of Connection, a list that several fields may continue (RFC 9110, section 7.6.1)."""
        return {option.strip().lower() for value in self.values("connection") for option in value.split(",")}


STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) [\t -~\x80-\xff]*")
FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")


def parse_head(head: bytes) -> Reply:
    """`head` goes up to the empty line, which it leaves out."""
    first, *lines = head.split(b"\r\n")
    status = STATUS_LINE.fullmatch(first)
    if not status:
        raise Wrong(f"status line {first[:80]!r}")
    reply = Reply(int(status[1]), [])
    for line in lines:
        match = FIELD_LINE.fullmatch(line)
        if not match:
            raise Wrong(f"field line {line[:80]!r}")
        reply.fields.append((match[1].decode().lower(), match[2].decode("latin-1")))
    return reply


def body_length(reply: Reply, is_head: bool) -> int:
    """RFC 9112, section 6.3. The server sends Content-Length with every final reply, and no transfer coding."""
    lengths = reply.values("content-length")
    if reply.values("transfer-encoding"):
        raise Wrong("a transfer coding in a reply of known length")
    if len(lengths) != 1 or not re.fullmatch(r"\d{1,15}", lengths[0]):
        raise Wrong(f"Content-Length {lengths or 'missing'}")
    return 0 if is_head else int(lengths[0])


def take_reply(buffer: bytearray, is_head: bool, interim: list[int]) -> Reply | None:
    """The first final reply in `buffer`, removed from it; None until it is whole. Interim ones are noted on the way."""
    while True:
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > 1 << 16:
                raise Wrong("a head of more than 64 KiB")
            return None
        reply = parse_head(bytes(buffer[:end]))
        if reply.status >= 200:
            break
        if reply.values("content-length") or reply.values("transfer-encoding"):
            raise Wrong(f"an interim {reply.status} with a length")
        interim.append(reply.status)
        del buffer[:end + 4]
    stop = end + 4 + body_length(reply, is_head)
    if len(buffer) < stop:
        return None
    reply.body = bytes(buffer[end + 4:stop])
    reply.interim = list(interim)
    interim.clear()
    del buffer[:stop]
    return reply


DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def date_fault(reply: Reply) -> str | None:
    """What is wrong with Date, which 2xx, 3xx and 4xx must have (RFC 9110, section 6.6.1), as an IMF-fixdate."""
    dates = reply.values("date")
    if not dates:
        return "no Date" if reply.status < 500 else None
    if len(dates) > 1:
        return "more than one Date"
    match = re.fullmatch(r"(\w{3}), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", dates[0])
    if not match or match[3] not in MONTHS:
        return "Date is no IMF-fixdate"
    month = MONTHS.index(match[3]) + 1
    seconds = timegm((int(match[4]), month, int(match[2]), int(match[5]), int(match[6]), int(match[7])))
    if DAYS[time.gmtime(seconds).tm_wday] != match[1] or time.gmtime(seconds).tm_mday != int(match[2]):
        return "Date has the wrong day"
    # It has no fractions: up to a second more may have passed.
    return "Date is off by more than 2 s" if not -2 <= time.time() - seconds < 3 else None


class Connection:
    """A blocking connection, and what has come over it and was not taken."""

    def __init__(self, port: int, patience: float = 5) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.interim: list[int] = []
        self.was_reset = False

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """A server that refuses a request may close before it has all: its reply then tells."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            self.was_reset = True

    def end_output(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:  # The server was done with the connection.
            pass

    def has_input(self, seconds: float) -> bool:
        return bool(select.select([self.socket], [], [], seconds)[0])

    def fill(self) -> bool:
        """False at the end of the connection."""
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionResetError:
            self.was_reset = True
            return False
        except TimeoutError:
            raise Silent(f"nothing for {self.socket.gettimeout():g} s"
                         + (f", after {bytes(self.buffer[:60])!r}" if self.buffer else "")) from None
        self.buffer += data
        return bool(data)

    def reply(self, is_head: bool = False) -> Reply:
        while (reply := take_reply(self.buffer, is_head, self.interim)) is None:
            if not self.fill():
                ending = "reset" if self.was_reset else "closed"
                raise Wrong(f"{ending} before the end of a reply" if self.buffer else f"{ending} without a reply")
        return reply

    def wait_for_interim(self) -> int:
        """Waits for an interim reply, which stays noted for the final one."""
        while not self.interim:
            if take_reply(self.buffer, False, self.interim) is not None:
                raise Wrong("a final reply where 100 Continue was due")
            if not self.interim and not self.fill():
                raise Wrong("closed where 100 Continue was due")
        return self.interim[-1]

    def expect_end(self) -> None:
        if self.buffer:
            raise Wrong(f"more than the replies: {bytes(self.buffer[:60])!r}")
        try:
            ended = not self.fill()
        except Silent:
            raise Silent("kept open where it had to be closed") from None
        if not ended:
            raise Wrong(f"more than the replies: {bytes(self.buffer[:60])!r}")
