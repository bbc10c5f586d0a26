#!/usr/bin/env python3
"""Tests the suite's server in each mode with real clients and a thousand seeded requests of all kinds.

The clients of `iomodes serve` are curl, wrk, ab, h2load, aiohttp, http.client and raw sockets. The raw sockets send good
and bad requests whole, in pieces and pipelined. Each reply is judged by RFC 9110 and RFC 9112. A missing client is
skipped with a note. All errors are listed, and the exit code is then 1. See README.md."""

from __future__ import annotations

import argparse
import asyncio
import http.client
import importlib.util
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from cases import Findings, play_all
from common import (IOMODES, SERIAL_MODES, ServerFailure, chosen_modes, mode_options, program, serve_help, served_modes,
                    serving)
from wire import Connection, Wrong, content, greeting

EXAMPLES = """examples:
  clients.py                                  all modes, all clients
  clients.py --modes epoll,uring --seed 7     two of them, and other requests
  clients.py --quick                          fewer of everything, for continuous integration
"""


@dataclass(frozen=True)
class Settings:
    requests: int
    seed: int
    load: int  # requests of each load generator
    seconds: float  # of wrk
    gathered: int
    idle: float | None  # seconds of the server's timeouts, where it has them
    header: float


@dataclass(frozen=True)
class Bench:
    """A server, and what is found on it."""

    mode: str
    port: int
    concurrency: int
    settings: Settings
    findings: Findings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def check(self, name: str, is_right: bool, fault: str, example: str = "") -> None:
        if not is_right:
            self.findings.add(name, fault, example)


def output(command: list[str], data: bytes | None = None) -> tuple[int, str]:
    """Exit code and everything printed, line ends as they came."""
    try:
        done = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    except subprocess.TimeoutExpired:
        return -1, "nothing for 60 s"
    return done.returncode, done.stdout.decode("latin-1")


# Clients. Each answers what it did in a word or two.


def curl(bench: Bench) -> str:
    hello, large = greeting().decode(), content(300_000, 9)
    url, headers = bench.url, r"HTTP/1\.1 200 OK\r\n(?:[^\r\n]+\r\n)+\r\n"
    whole = headers + re.escape(hello)
    cases: list[tuple[str, list[str], bytes | None, str]] = [
        ("GET", ["-i", url], None, whole),
        ("HEAD", ["-I", url], None, r"HTTP/1\.1 200 OK\r\n(?s:.*)[Cc]ontent-[Ll]ength: 17\r\n(?s:.*)\r\n"),
        ("POST", ["-i", "-d", "some=thing", url], None, whole),
        ("chunked POST", ["-i", "-H", "Transfer-Encoding: chunked", "-d", "@-", url], b"some=thing" * 5000, whole),
        ("HTTP/1.0", ["-i", "--http1.0", url], None, whole),
        ("two URLs on one connection", ["-w", "|%{num_connects}|", url, url], None,
         re.escape(f"{hello}|1|{hello}|0|")),
        ("Expect with a large body", ["-i", "-H", "Expect: 100-continue", "--data-binary", "@-", url],
         bytes(3_000_000), r"HTTP/1\.1 100 Continue\r\n\r\n" + whole),
        ("a body of known content", [f"{url}?size={len(large)}&op=9"], None, re.escape(large.decode("latin-1"))),
    ]
    for name, arguments, data, expected in cases:
        code, text = output(["curl", "-sS", "--max-time", "10", *arguments], data)
        bench.check(f"curl, {name}", code == 0 and re.fullmatch(expected, text) is not None,
                    f"exit code {code}, {text[:200]!r}", f"curl {' '.join(arguments)}")
    return f"{len(cases)} calls"


def wrk(bench: Bench) -> str:
    command = ["wrk", "-t1", f"-c{bench.concurrency}", "-d60s", "--latency", bench.url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    time.sleep(bench.settings.seconds)
    process.send_signal(signal.SIGINT)  # It then tells what it has.
    try:
        text = process.communicate(timeout=10)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        text = process.communicate()[0]
    found = re.search(r"(\d+) requests in", text)
    bench.check("wrk", found is not None and int(found[1]) > 0, f"no requests: {text[-300:]!r}")
    for line in re.findall(r"Socket errors: .*|Non-2xx.*", text):
        bench.check("wrk", False, line)
    return f"{found[1] if found else 0} requests"


def ab(bench: Bench) -> str:
    count = bench.settings.load
    for keeps in [True, False]:
        name = "ab -k" if keeps else "ab"
        code, text = output(["ab", "-q", "-r", "-s", "10", "-n", str(count), "-c", str(bench.concurrency)]
                            + (["-k"] if keeps else []) + [bench.url])
        figures = dict(re.findall(r"^([\w -]+):\s+(\d+)", text, re.MULTILINE))
        expected = {"Complete requests": count, "Failed requests": 0, "Document Length": 17}
        if keeps:
            expected["Keep-Alive requests"] = count
        for figure, value in expected.items():
            bench.check(name, figures.get(figure) == str(value), f"{figure} {figures.get(figure)}, not {value}")
        bench.check(name, "Non-2xx responses" not in figures, f"Non-2xx responses {figures.get('Non-2xx responses')}")
        bench.check(name, code == 0, f"exit code {code}: {text[-200:]!r}")
    return f"2 x {count} requests"


def h2load(bench: Bench) -> str:
    count = bench.settings.load
    for depth in [1, 8]:
        code, text = output(["h2load", "--h1", "-t1", "-n", str(count), "-c", str(bench.concurrency), "-m", str(depth),
                             "-N", "10", bench.url])
        expected = f"{count} total, {count} started, {count} done, {count} succeeded, 0 failed, 0 errored, 0 timeout"
        found = re.search(r"^requests: (.*)", text, re.MULTILINE)
        bench.check(f"h2load --h1 -m{depth}", code == 0 and found is not None and found[1] == expected,
                    f"exit code {code}, {found[1] if found else text[-200:]!r}")
    return f"2 x {count} requests"


def gather_aiohttp(bench: Bench) -> str:
    import aiohttp

    random = Random(bench.settings.seed)
    asked = [(random.choice([0, 1, 17, 4096, 70_000]), random.getrandbits(31)) for _ in range(bench.settings.gathered)]

    async def everything() -> None:
        connector = aiohttp.TCPConnector(limit=bench.concurrency)
        limits = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(connector=connector, timeout=limits) as session:
            async def one(size: int, operation: int) -> None:
                path = f"?size={size}&op={operation}"
                try:
                    async with session.get(bench.url + path) as reply:
                        body = await reply.read()
                        bench.check("aiohttp", reply.status == 200 and body == content(size, operation),
                                    "not the reply that was asked for",
                                    f"GET /{path}: status {reply.status}, {len(body)} bytes")
                except (aiohttp.ClientError, asyncio.TimeoutError) as error:
                    bench.check("aiohttp", False, f"{type(error).__name__} {error}", f"GET /{path}")

            await asyncio.gather(*(one(*pair) for pair in asked))

    asyncio.run(everything())
    return f"{len(asked)} requests"


def http_client(bench: Bench) -> str:
    random, count = Random(bench.settings.seed), bench.settings.gathered // 5
    connection = http.client.HTTPConnection("127.0.0.1", bench.port, timeout=5)
    first = None
    try:
        for number in range(count):
            size, operation = random.choice([0, 17, 5000]), random.getrandbits(31)
            method, path = random.choice(["GET", "HEAD", "POST", "chunked"]), f"/?size={size}&op={operation}"
            if method == "chunked":
                connection.request("POST", path, body=iter([b"some", b"thing"]), encode_chunked=True,
                                   headers={"Transfer-Encoding": "chunked"})
            else:
                connection.request(method, path, body=b"something" if method == "POST" else None)
            first = first or connection.sock
            reply = connection.getresponse()
            body = reply.read()
            expected = b"" if method == "HEAD" else content(size, operation)
            bench.check("http.client", reply.status == 200 and body == expected and reply.length in (0, None, size),
                        "not the reply that was asked for",
                        f"{method} {path}: status {reply.status}, {len(body)} bytes")
        bench.check("http.client", connection.sock is first, "not all on one connection")
    except (OSError, http.client.HTTPException) as error:
        bench.check("http.client", False, f"{type(error).__name__} {error}")
    finally:
        connection.close()
    return f"{count} requests"


def raw(bench: Bench) -> str:
    settings = bench.settings
    return f"{play_all(settings.requests, settings.seed, bench.port, bench.findings, 'raw')} replies"


CLIENTS: list[tuple[str, Callable[[Bench], str]]] = [
    ("curl", curl), ("wrk", wrk), ("ab", ab), ("h2load", h2load), ("aiohttp", gather_aiohttp),
    ("http.client", http_client), ("raw sockets", raw),
]


def missing_clients() -> dict[str, str]:
    missing = {}
    for name, package in [("curl", "curl"), ("wrk", "wrk"), ("ab", "apache2-utils"), ("h2load", "nghttp2-client")]:
        if not shutil.which(name):
            missing[name] = f"apt-get install {package}"
    if not importlib.util.find_spec("aiohttp"):
        missing["aiohttp"] = "pip install aiohttp"
    return missing


# Timeouts


def timeouts(bench: Bench, idle: float, header: float) -> None:
    """Connections that come to rest before, in and after a request."""
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    def took(name: str, start: float, limit: float) -> None:
        span = time.monotonic() - start
        bench.check(name, 0.8 * limit <= span <= limit + 1.5, f"after {span:.2f} s, and {limit:g} s were asked for")

    def attempt(name: str, act: Callable[[Connection, str], None]) -> None:
        with Connection(bench.port) as connection:
            start = time.monotonic()
            try:
                act(connection, name)
            except Wrong as wrong:
                bench.findings.add(name, f"{wrong}, after {time.monotonic() - start:.2f} s")

    def timed_out(connection: Connection, name: str) -> None:
        status = connection.reply().status
        bench.check(name, status == 408, f"status {status}, not 408")
        connection.expect_end()

    def after_a_reply(connection: Connection, name: str) -> None:
        connection.send(request)
        connection.reply()
        start = time.monotonic()
        connection.expect_end()
        took(name, start, idle)

    def in_a_head(connection: Connection, name: str) -> None:
        start = time.monotonic()
        connection.send(request[:20])
        timed_out(connection, name)
        took(name, start, header)

    def drop_by_drop(connection: Connection, name: str) -> None:
        start = time.monotonic()
        connection.send(request[:20])
        while time.monotonic() - start < header + 2 and not connection.has_input(header / 20):
            connection.send(b"a")
        timed_out(connection, name)
        took(name, start, header)

    attempt("idle timeout", after_a_reply)
    attempt("header timeout", in_a_head)
    attempt("header timeout, a byte at a time", drop_by_drop)


# The program


def check_mode(iomodes: str, mode: str, settings: Settings, missing: dict[str, str]) -> bool:
    findings, done = Findings(), []
    concurrency = 1 if mode in SERIAL_MODES else 16
    start = time.monotonic()
    try:
        with serving(iomodes, *mode_options(iomodes, mode)) as server:
            bench = Bench(mode, server.port, concurrency, settings, findings)
            for name, client in CLIENTS:
                if name not in missing:
                    done.append(f"{name} {client(bench)}")
        if settings.idle:
            limits = [f"{settings.idle * 1000:g}ms", f"{settings.header * 1000:g}ms"]
            limits = ["--idle-timeout", limits[0], "--header-timeout", limits[1]]
            with serving(iomodes, *mode_options(iomodes, mode), *limits) as server:
                timeouts(Bench(mode, server.port, 1, settings, findings), settings.idle, settings.header)
            done.append("timeouts")
    except (ServerFailure, ConnectionError, TimeoutError) as failure:
        findings.add("the server", str(failure))
    verdict = "fine" if not findings.faults else f"{len(findings.faults)} kinds of fault"
    print(f"{mode}: {verdict} in {time.monotonic() - start:.1f} s ({', '.join(done)})", flush=True)
    for line in findings.lines():
        print(f"  {line}", flush=True)
    return not findings.faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", help="such as epoll,uring; all that `iomodes serve` offers unless given")
    parser.add_argument("--requests", type=int, default=1000, help="over raw sockets, in each mode")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests; all modes in about 15 s")
    parser.add_argument("--iomodes", default=str(IOMODES), help="the program")
    arguments = parser.parse_args()
    iomodes = program(arguments.iomodes)
    modes = chosen_modes(parser, iomodes, arguments.modes)
    text = serve_help(iomodes)
    has_timeouts = "--idle-timeout" in text and "--header-timeout" in text
    if arguments.quick:
        settings = Settings(arguments.requests // 10, arguments.seed, load=100, seconds=0.2, gathered=50,
                            idle=0.1 if has_timeouts else None, header=0.2)
    else:
        settings = Settings(arguments.requests, arguments.seed, load=2000, seconds=1, gathered=500,
                            idle=0.4 if has_timeouts else None, header=0.6)
    missing = missing_clients()
    for name, remedy in missing.items():
        print(f"skipped: {name} is missing ({remedy})", flush=True)
    if not has_timeouts:
        print("skipped: timeouts, as `iomodes serve` has no --idle-timeout and --header-timeout", flush=True)
    if not arguments.modes and len(served_modes(iomodes)) == 1:
        print("skipped: all modes but epoll, as `iomodes serve` has no --mode", flush=True)
    outcomes = [check_mode(iomodes, mode, settings, missing) for mode in modes]
    if not all(outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()
