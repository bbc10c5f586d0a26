#!/usr/bin/env python3
"""Compares the suite's `epoll` (or other modes) with wrk, as HTTP clients of one nginx that answers 17 bytes.

wrk and the modes take turns on the client's CPU, and nginx has the server's. The order within a round rotates. For
throughput and for the client's CPU time per request, the program prints the median over the rounds of the ratio
mode / wrk, with its order-statistic interval of at least 95 %. See README.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from common import IOMODES, by_turns, cpu_list, fail, pinned, ratio_text, recorded

CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; worker_rlimit_nofile 65536;
events {{ worker_connections 20000; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  server {{
    listen 127.0.0.1:{port} backlog=16384;
    {burden}
    location / {{ default_type text/plain; return 200 "Hello, 127.0.0.1!"; }}
  }}
}}
"""


@dataclass(frozen=True)
class Trial:
    throughput: float
    cpu_us: float
    # The share of the server's processor that was in use.
    server_load: float


@dataclass(frozen=True)
class Settings:
    iomodes: str
    port: int
    seconds: int
    client_cpus: list[int]
    server_cpus: list[int]


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


@contextmanager
def nginx(port: int, cpus: list[int], burden: int, wrapper: Sequence[str] = ()) -> Iterator[int]:
    """The process id of its master. `wrapper` is a command that runs another."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "nginx.conf")
        path.write_text(CONFIGURATION.format(
            folder=folder, port=port, burden='if ($request_uri ~ "^/(a|b|c)*[0-9]+x$") { return 404; }\n    ' * burden))
        command = [*wrapper, "nginx", "-c", str(path)]
        server = subprocess.Popen(command, preexec_fn=pinned(cpus), stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                time.sleep(0.1)
                if server.poll() is not None:
                    fail(f"nginx did not start; is port {port} free?")
                if answers(port):
                    break
            yield server.pid
        finally:
            server.terminate()
            server.wait()


@contextmanager
def awake(cpus: list[int]) -> Iterator[None]:
    """Processors that never halt: whatever else wants to run comes first (SCHED_IDLE)."""
    def idle(cpu: int) -> None:
        os.sched_setaffinity(0, [cpu])
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

    spinners = [subprocess.Popen(["sh", "-c", "while :; do :; done"], preexec_fn=partial(idle, cpu)) for cpu in cpus]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def busy_seconds(cpus: list[int]) -> float:
    """Time that the processors were not idle, /proc/stat."""
    total = 0.0
    for line in Path("/proc/stat").read_text().splitlines():
        words = line.split()
        if words[0] in {f"cpu{cpu}" for cpu in cpus}:
            times = list(map(int, words[1:9]))
            total += sum(times) - times[3] - times[4]
    return total / os.sysconf("SC_CLK_TCK")


def requests_in(text: str) -> tuple[int, float]:
    """The requests and the seconds that wrk tells."""
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", text)
    if not found or "errors" in text.lower() or "Non-2xx" in text:
        fail(f"wrk went wrong:\n{text}")
    return int(found[1]), float(found[2]) * {"ms": 1e-3, "s": 1, "m": 60}[found[3]]


def run_wrk(settings: Settings, connections: int) -> Trial:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{settings.seconds}s", f"http://127.0.0.1:{settings.port}/"]
    before, start = busy_seconds(settings.server_cpus), time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=pinned(settings.client_cpus))
    assert process.stdout
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall, busy = time.monotonic() - start, busy_seconds(settings.server_cpus) - before
    if status:
        fail(f"wrk went wrong:\n{text}")
    requests, span = requests_in(text)
    return Trial(requests / span, (usage.ru_utime + usage.ru_stime) / requests * 1e6, busy / wall)


def run_mode(settings: Settings, mode: str, connections: int) -> Trial | None:
    """None where the trial is not valid."""
    before, start = busy_seconds(settings.server_cpus), time.monotonic()
    record = recorded(
        settings.iomodes, mode, settings.client_cpus, "--modes", mode, "--concurrency", str(connections),
        "--duration", f"{settings.seconds}s", "--target", f"http://127.0.0.1:{settings.port}/")
    wall, busy = time.monotonic() - start, busy_seconds(settings.server_cpus) - before
    if record is None:
        return None
    usage = record["client"]
    cpu = usage.get("cpu_ns", usage["cpu_user_ns"] + usage["cpu_system_ns"]) / record["operations"]["done"] / 1000
    return Trial(record["throughput_per_s"], cpu, busy / wall)


def compare(settings: Settings, modes: list[str], connections: int, rounds: int) -> None:
    runs: dict[str, Callable[[], Trial | None]] = {"wrk": partial(run_wrk, settings, connections)}
    runs |= {mode: partial(run_mode, settings, mode, connections) for mode in modes}
    trials = by_turns(runs, rounds)
    print(f"{connections} connections, {rounds} rounds of {settings.seconds} s")
    print(f"  {'':12} {'requests/s':>12} {'ratio to wrk [95 %]':>24} {'CPU µs':>8} {'ratio to wrk [95 %]':>24}"
          f" {'server busy':>12}")
    for name in runs:
        pairs = [(ours, wrk) for ours, wrk in zip(trials[name], trials["wrk"]) if ours and wrk]
        if not pairs:
            fail(f"no trial of {name} is valid")
        print(f"  {name:12} {statistics.median(t.throughput for t, _ in pairs):>12,.0f}"
              f" {ratio_text([a.throughput / b.throughput for a, b in pairs]):>24}"
              f" {statistics.median(t.cpu_us for t, _ in pairs):>8.2f}"
              f" {ratio_text([a.cpu_us / b.cpu_us for a, b in pairs]):>24}"
              f" {statistics.median(t.server_load for t, _ in pairs):>11.0%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", default="epoll", help="such as epoll,uring")
    parser.add_argument("--connections", default="64,1000", help="such as 64,1000")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=1, help="of each trial")
    parser.add_argument("--client-cpus", type=cpu_list, default=[1], metavar="LIST")
    parser.add_argument("--server-cpus", type=cpu_list, default=[0], metavar="LIST")
    parser.add_argument("--burden", type=int, default=0, metavar="N",
                        help="expressions that nginx matches for each request, so that its processor is the one that is full")
    parser.add_argument("--awake", action="store_true", help="keep the client's processor from halting while it waits")
    parser.add_argument("--port", type=int, default=18482)
    parser.add_argument("--iomodes", default=str(IOMODES), help="the program")
    arguments = parser.parse_args()
    for program in ["nginx", "wrk"]:
        if not shutil.which(program):
            fail(f"{program} is missing: apt-get install wrk nginx-light")
    settings = Settings(
        arguments.iomodes, arguments.port, arguments.seconds, arguments.client_cpus, arguments.server_cpus)
    with nginx(settings.port, settings.server_cpus, arguments.burden), \
            awake(settings.client_cpus if arguments.awake else []):
        for connections in map(int, arguments.connections.split(",")):
            compare(settings, arguments.modes.split(","), connections, arguments.rounds)


if __name__ == "__main__":
    main()
