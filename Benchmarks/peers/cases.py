"""Seeded good and bad requests over raw sockets, with the replies that RFC 9110 and RFC 9112 require."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from wire import Connection, Reply, Silent, Wrong, content, date_fault, greeting

HOST = b"Host: 127.0.0.1\r\n"
SIZES = [0, 1, 17, 100, 4096, 16_383, 16_384, 65_536, 70_001, 200_000]


@dataclass(frozen=True)
class Exchange:
    """A request, and what the reply to it must be."""

    kind: str
    data: bytes
    statuses: tuple[int, ...] = (200,)
    body: bytes | None = None  # None: any
    is_head: bool = False
    closes: bool = False
    option: str | None = None  # that Connection must have in the reply
    late_body: bytes = b""  # sent after 100 Continue
    may_continue: bool = False


@dataclass
class Script:
    """What one connection does: batches of requests that are sent together."""

    kind: str
    batches: list[list[Exchange]]
    rest: bytes = b""  # sent with the last batch, and not to be answered
    half_close: bool = False


class Findings:
    """What went wrong, the same things together, each with the request that showed it first."""

    def __init__(self) -> None:
        self.faults: dict[tuple[str, str], list] = {}
        self.silences = 0

    def add(self, check: str, fault: str, example: str = "") -> None:
        entry = self.faults.setdefault((check, fault), [0, example])
        entry[0] += 1

    def lines(self) -> list[str]:
        return [f"{check}: {fault}" + (f" ({count} times)" if count > 1 else "")
                + (f"\n      {example}" if example else "") for (check, fault), (count, example) in self.faults.items()]


def shown(data: bytes) -> str:
    return repr(data[:120])[2:-1] + (f"… ({len(data)} bytes)" if len(data) > 120 else "")


# Good requests


def target(random: Random) -> tuple[bytes, bytes]:
    """A target, and the body that it asks for."""
    if random.random() < 0.5:
        return b"/", greeting()
    size, operation = random.choice(SIZES), random.getrandbits(random.choice([4, 31, 62]))
    delay = random.choice(["", "", "", "&delay=1ms"])
    return f"/?size={size}&op={operation}{delay}".encode(), content(size, operation)


def cased(random: Random, name: bytes) -> bytes:
    return random.choice([name, name.lower(), name.upper()])


def chunked(random: Random, body: bytes) -> bytes:
    pieces = b""
    while body:
        size = random.randint(1, min(len(body), 5000))
        digits = random.choice([f"{size:x}", f"{size:X}", f"{size:06x}"])
        extension = random.choice(["", "", ";name=value", '; name="a \\" b"', ";a;b=c"])
        pieces += f"{digits}{extension}\r\n".encode() + body[:size] + b"\r\n"
        body = body[size:]
    return pieces + b"0\r\n" + random.choice([b"", b"", b"X-Trailer: 1\r\nX-Other: 2\r\n"]) + b"\r\n"


def get(random: Random) -> Exchange:
    path, body = target(random)
    host = cased(random, b"Host") + b":127.0.0.1 \r\n\r\n"
    return Exchange("GET", b"GET " + path + b" HTTP/1.1\r\n" + host, body=body)


def head(random: Random) -> Exchange:
    path, body = target(random)
    return Exchange("HEAD", b"HEAD " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n", body=body, is_head=True)


def post(random: Random) -> Exchange:
    path, body = target(random)
    sent = random.randbytes(random.choice([0, 1, 500, 20_000]))
    length = cased(random, b"Content-Length") + b": %d\r\n\r\n" % len(sent)
    return Exchange("POST", b"POST " + path + b" HTTP/1.1\r\n" + HOST + length + sent, body=body)


def post_chunked(random: Random) -> Exchange:
    path, body = target(random)
    sent = chunked(random, random.randbytes(random.choice([0, 1, 500, 20_000])))
    coding = cased(random, b"Transfer-Encoding") + b": " + cased(random, b"chunked") + b"\r\n\r\n"
    return Exchange("chunked POST", b"POST " + path + b" HTTP/1.1\r\n" + HOST + coding + sent, body=body)


def unusual(random: Random) -> Exchange:
    kind, data = random.choice([
        ("absolute-form", b"GET http://127.0.0.1/ HTTP/1.1\r\n" + HOST + b"\r\n"),
        ("an empty line before the request", b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n"),
        ("a request line of 8,000 bytes", b"GET /?p=" + 7983 * b"a" + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
        ("60 fields", b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: v\r\n" % i for i in range(60)) + b"\r\n"),
        ("HTTP/1.2", b"GET / HTTP/1.2\r\n" + HOST + b"\r\n"),
        ("Connection: keep-alive, x-other", b"GET / HTTP/1.1\r\n" + HOST + b"Connection: keep-alive, x-other\r\n\r\n"),
        ("an empty field and obs-text", b"GET / HTTP/1.1\r\n" + HOST + b"X-Empty:\r\nX-Text: \xe4\xf6\r\n\r\n"),
    ])
    return Exchange(kind, data, body=greeting())


def expecting(random: Random) -> Exchange:
    path, body = target(random)
    sent = random.randbytes(random.choice([1, 500, 100_000]))
    data = b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(sent)
    if random.random() < 0.5:
        return Exchange("Expect, awaited", data, body=body, late_body=sent, may_continue=True)
    return Exchange("Expect, not awaited", data + sent, body=body, may_continue=True)


def old_kept(random: Random) -> Exchange:
    path, body = target(random)
    data = b"GET " + path + b" HTTP/1.0\r\nConnection: " + cased(random, b"keep-alive") + b"\r\n\r\n"
    return Exchange("HTTP/1.0, kept", data, body=body, option="keep-alive")


def closing(random: Random) -> Exchange:
    path, body = target(random)
    kind, is_head, data = random.choice([
        ("HTTP/1.0", False, b"GET " + path + b" HTTP/1.0\r\n\r\n"),
        ("HTTP/1.0 HEAD", True, b"HEAD " + path + b" HTTP/1.0\r\n" + HOST + b"\r\n"),
        ("HTTP/1.0 with Expect", False,
         b"POST " + path + b" HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab"),
        ("Connection: close", False, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"),
        ("Connection: close", False, b"POST " + path + b" HTTP/1.1\r\n" + HOST
         + b"Connection: x, Close\r\nContent-Length: 3\r\n\r\nabc"),
        ("Connection: close HEAD", True, b"HEAD " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"),
    ])
    return Exchange(kind, data, body=body, is_head=is_head, closes=True,
                    option="close" if b"HTTP/1.1" in data else None)


GOOD: list[Callable[[Random], Exchange]] = [get, get, head, post, post_chunked, old_kept, unusual]


# Bad requests: refused, and then the connection ends


def with_field(field: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    return b"GET / " + version + b"\r\n" + HOST + field + b"\r\n\r\n"


def with_body(fields: bytes, body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\n" + HOST + fields + b"\r\n\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"
BAD: list[tuple[str, tuple[int, ...], list[bytes]]] = [
    ("an oversize field", (431,), [with_field(b"X-Long: " + 20_000 * b"a"), with_field(20_000 * b"n" + b": 1")]),
    ("too many fields", (431,), [with_field(b"\r\n".join(b"X-%d: v" % i for i in range(3000)))]),
    ("an oversize head", (431,), [with_field(b"\r\n".join(b"X-%d: " % i + 4000 * b"v" for i in range(60)))]),
    ("an oversize target (RFC 9112, section 3)", (414,), [
        b"GET /" + 70_000 * b"a" + b" HTTP/1.1\r\n" + HOST + b"\r\n"]),
    ("a malformed request line", (400,), [
        line + b"\r\n" + HOST + b"\r\n" for line in [
            b"GET /", b"GET", b"GET / HTTP/1.1 x", b"GET /a b HTTP/1.1", b"\0GET / HTTP/1.1", b" GET / HTTP/1.1",
            b"GET / HTTP/x.1", b"G@T / HTTP/1.1", b"GET / http/1.1", b"GET / HTTP/1", b"GET / HTTP/1.11",
            b"GET /\x7f HTTP/1.1", b"GET\t/\tHTTP/1.1", b"\x16\x03\x01\x02\x00\x01"]]),
    ("a bad chunk size", (400,), [
        with_body(CHUNKED, size + b"\r\nhello\r\n0\r\n\r\n") for size in [
            b"zz", b"-5", b"+5", b"0x5", b"", b" 5", b"5 5", b"5,", b"FFFFFFFFFFFFFFFFF", b"5\n"]]),
    ("a chunk longer than its size", (400,), [with_body(CHUNKED, b"3\r\nhello\r\n0\r\n\r\n")]),
    ("a bad trailer", (400,), [with_body(CHUNKED, b"0\r\nno colon\r\n\r\n")]),
    ("two Content-Lengths", (400,), [with_body(b"Content-Length: 5\r\nContent-Length: 6", b"hello!"),
                                     with_body(b"Content-Length: 5, 6", b"hello!")]),
    ("a bad Content-Length", (400,), [
        with_body(b"Content-Length: " + value, b"hello") for value in [
            b"abc", b"-5", b"+5", b"0x5", b"5 5", b"", b"5.0", 30 * b"9"]]),
    ("Content-Length and Transfer-Encoding", (400,), [
        with_body(b"Content-Length: 5\r\n" + CHUNKED, b"0\r\n\r\n"),
        with_body(CHUNKED + b"\r\nContent-Length: 5", b"0\r\n\r\n")]),
    ("no Host", (400,), [b"GET / HTTP/1.1\r\n\r\n", b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n"]),
    ("two Hosts", (400,), [with_field(b"Host: 127.0.0.1")]),
    ("a bad Host", (400,), [b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"]),
    ("obs-fold", (400,), [with_field(b"X-A: 1\r\n folded"), with_field(b"X-A: 1\r\n\tfolded")]),
    ("whitespace before the first field", (400,), [b"GET / HTTP/1.1\r\n X: 1\r\n" + HOST + b"\r\n"]),
    ("a bare CR", (400,), [with_field(b"X-A: 1\r2"), b"GET / HTTP/1.1\rX: 1\r\n" + HOST + b"\r\n"]),
    ("a bad field", (400,), [with_field(line) for line in [
        b"X-A : 1", b": 1", b"no colon", b"X-A: \0", b"X A: 1", b"X-A: \x01", b"Content-Length : 5"]]),
    ("an unknown transfer coding", (400, 501), [
        with_body(b"Transfer-Encoding: " + coding, b"0\r\n\r\n") for coding in [
            b"gzip", b"gzip, chunked", b"chunked, gzip", b"xchunked", b"identity", b"chunked, chunked"]]),
    ("Transfer-Encoding in HTTP/1.0", (400, 501), [
        b"POST / HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n\r\n0\r\n\r\n"]),
    ("another version", (400, 505), [
        b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", b"GET / HTTP/0.9\r\n" + HOST + b"\r\n",
        b"GET / HTTP/3.1\r\n" + HOST + b"\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
]


def bad(random: Random) -> Exchange:
    kind, statuses, requests = random.choice(BAD)
    return Exchange(kind, random.choice(requests), statuses, closes=True, option="close")


# Scripts


def script(random: Random) -> Script:
    shape = random.choice(["one after another", "pipelined", "pipelined, then closed", "pipelined, then bad", "closed",
                           "bad", "bad", "half-closed"])
    good = [random.choice(GOOD)(random) for _ in range(random.randint(1, 8))]
    if shape == "one after another":
        steps = [random.choice([expecting(random), exchange]) for exchange in good]
        return Script(shape, [[step] for step in steps + [get(random)]])
    if shape == "pipelined":
        return Script(shape, [good, [get(random)]])
    if shape == "pipelined, then closed":
        return Script(shape, [good + [closing(random)]], rest=get(random).data + post(random).data)
    if shape == "pipelined, then bad":
        return Script(shape, [good + [bad(random)]])
    if shape == "half-closed":
        # Who ends their half while a reply is delayed is taken to have gone.
        good = [replace(exchange, data=exchange.data.replace(b"&delay=1ms", b"")) for exchange in good]
        return Script(shape, [good[:-1] + [replace(good[-1], closes=True)]], half_close=True)
    return Script(shape, [[closing(random) if shape == "closed" else bad(random)]])


def send_in_pieces(connection: Connection, data: bytes, random: Random) -> None:
    """Now and then cut at odd places, with a pause after each piece."""
    cuts = sorted(random.randrange(len(data)) for _ in range(random.choice([0, 0, 1, 2, 6]))) if data else []
    for start, stop in zip([0] + cuts, cuts + [len(data)]):
        connection.send(data[start:stop])
        if stop < len(data):
            time.sleep(random.choice([0, 0.0002, 0.002]))


def faults(exchange: Exchange, reply: Reply) -> list[str]:
    found = []
    if reply.status not in exchange.statuses:
        found.append(f"status {reply.status}, not {' or '.join(map(str, exchange.statuses))}")
    elif exchange.is_head:
        if reply.values("content-length") != [str(len(exchange.body or b""))]:
            found.append(f"Content-Length {reply.values('content-length')} is not that of the GET")
    elif exchange.body is not None and reply.body != exchange.body:
        found.append(f"not the body that was asked for: {reply.body[:40]!r}")
    if reply.interim and (not exchange.may_continue or reply.interim != [100]):
        found.append(f"interim replies {reply.interim}")
    if exchange.option and exchange.option not in reply.options():
        found.append(f"Connection without {exchange.option}")
    if not exchange.closes and "close" in reply.options():
        found.append("Connection: close where it has to stay")
    return found


def play(script: Script, port: int, random: Random, findings: Findings, check: str) -> int:
    """Carries out a script, up to what goes wrong. The requests that were answered."""
    answered = 0
    exchange = script.batches[0][0]
    with Connection(port) as connection:
        try:
            for batch in script.batches:
                exchange = batch[0]
                is_last = batch is script.batches[-1]
                send_in_pieces(connection, b"".join(e.data for e in batch) + (script.rest if is_last else b""), random)
                if is_last and script.half_close:
                    connection.end_output()
                for exchange in batch:
                    if exchange.late_body:
                        connection.wait_for_interim()
                        connection.send(exchange.late_body)
                    reply = connection.reply(exchange.is_head)
                    answered += 1
                    if fault := date_fault(reply):
                        findings.add(check, fault, f"Date {reply.values('date')}: {shown(exchange.data)}")
                    if found := faults(exchange, reply):
                        raise Wrong("; ".join(found))
            if exchange.closes:
                connection.expect_end()
                if connection.was_reset and 200 in exchange.statuses and not script.rest:
                    raise Wrong("reset, not closed")
        except Wrong as wrong:
            asked = " | ".join(shown(e.data) for batch in script.batches for e in batch)
            findings.add(f"{check}, {script.kind}, {exchange.kind}", str(wrong), asked)
            if isinstance(wrong, Silent):
                findings.silences += 1
    return answered


def play_all(requests: int, seed: int, port: int, findings: Findings, check: str) -> int:
    """Scripts until so many requests were sent, or five of them met silence. The requests that were answered."""
    sent = answered = 0
    number = 0
    while sent < requests and findings.silences < 5:
        random = Random(f"{seed}/{number}")
        one = script(random)
        sent += sum(map(len, one.batches))
        answered += play(one, port, random, findings, check)
        number += 1
    if sent < requests:
        findings.add(check, f"given up after {sent} of {requests} requests, as nothing came")
    return answered
