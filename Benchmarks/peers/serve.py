#!/usr/bin/env python3
"""Compares the cost of a request in the suite's server with nginx and a C loop that only finds a request's end.

All answer the same 17 bytes on one CPU, with the load on the other. They take turns in a rotating order, each time in a
fresh process. The program prints the server's CPU time per request and its ratios to the others: medians over the
rounds, with order-statistic intervals of at least 95 %. See README.md."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from common import (IOMODES, SERIAL_MODES, Server, ServerFailure, by_turns, chosen_modes, cpu_list, fail, mode_options,
                    pinned, program, ratio_text, recorded, running, serving)
from compare import C_CLIENT, HERE, can_perf
from wire import Connection
from wrk import nginx, requests_in

EXAMPLES = """examples:
  serve.py                                    all modes, 64 connections, 10 rounds
  serve.py --modes epoll,uring --rounds 20    two of them, with narrower intervals
  serve.py --pipeline 24                      24 requests in flight on each connection
  serve.py --syscalls                         system calls per request, by perf or strace
  serve.py --instructions                     instructions in user space per request, by valgrind
"""

C_SERVER = HERE / "epoll-server" / "epoll_server"
NGINX, RAW = "nginx", "raw C"
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CALLS = ["recvfrom", "read", "sendto", "write", "writev", "epoll_wait", "epoll_ctl", "futex", "io_uring_enter"]


@dataclass(frozen=True)
class Settings:
    iomodes: str
    connections: int
    seconds: int
    pipeline: int
    operations: int
    client_cpus: list[int]
    server_cpus: list[int]
    nginx_port: int
    reply: bytes  # of the suite's server


@dataclass(frozen=True)
class Trial:
    throughput: float
    cpu_us: float  # of the server, per request
    load: float  # the share of a processor that the server used


# Servers


@contextmanager
def started(settings: Settings, name: str, wrapper: Sequence[str] = ()) -> Iterator[Server]:
    """nginx, the C loop, or a mode of the suite's server. `wrapper` is a command that runs another, slowly."""
    patience = 30 if wrapper else 10
    if name == NGINX:
        with nginx(settings.nginx_port, settings.server_cpus, 0, wrapper) as pid:
            yield Server(pid, settings.nginx_port)
    elif name == RAW:
        with running([*wrapper, str(C_SERVER)], settings.server_cpus, settings.reply, patience,
                     ends=(-signal.SIGTERM,)) as server:
            yield server
    else:
        command = [*wrapper, settings.iomodes, "serve", "--port", "0", *mode_options(settings.iomodes, name)]
        with running(command, settings.server_cpus, patience=patience) as server:
            yield server


def family(pid: int) -> list[int]:
    """The process and its children: nginx has a worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + list(map(int, children))


def cpu_seconds(pid: int) -> float:
    ticks = 0
    for member in family(pid):
        words = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])  # utime, stime
    return ticks / os.sysconf("SC_CLK_TCK")


def reply_of(iomodes: str) -> bytes:
    with serving(iomodes) as server, Connection(server.port) as connection:
        connection.send(REQUEST)
        while not connection.buffer.endswith(b"Hello, 127.0.0.1!"):
            if not connection.fill():
                fail("the suite's server closed the connection")
        return bytes(connection.buffer)


# Time


def load_by_wrk(settings: Settings, port: int) -> tuple[int, float]:
    command = ["wrk", "-t1", f"-c{settings.connections}", f"-d{settings.seconds}s", f"http://127.0.0.1:{port}/"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if settings.pipeline > 1:
            script.write(f"""init = function(arguments)
              local requests = {{}}
              for i = 1, {settings.pipeline} do requests[i] = wrk.format() end
              batch = table.concat(requests)
            end
            request = function() return batch end""")
            script.flush()
            command[1:1] = ["-s", script.name]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=pinned(settings.client_cpus))
    return requests_in(done.stdout + done.stderr)


def load_by_run(settings: Settings, name: str, port: int) -> tuple[int, float] | None:
    """`iomodes run`, which reads each reply to the last byte. None where the trial is not valid."""
    record = recorded(
        settings.iomodes, name, settings.client_cpus, "--workload", "http", "--modes", "epoll",
        "--concurrency", str(settings.connections), "--pipeline", str(settings.pipeline), "--warmup", "0ms",
        "--duration", f"{settings.seconds}s", "--target", f"http://127.0.0.1:{port}/")
    return (record["operations"]["done"], record["wall_ns"] / 1e9) if record else None


def run_trial(settings: Settings, name: str, by_run: bool) -> Trial | None:
    with started(settings, name) as server:
        before = cpu_seconds(server.pid)
        done = load_by_run(settings, name, server.port) if by_run else load_by_wrk(settings, server.port)
        cpu = cpu_seconds(server.pid) - before
    if done is None:
        return None
    requests, seconds = done
    return Trial(requests / seconds, cpu / requests * 1e6, cpu / seconds)


def compare(settings: Settings, names: list[str], rounds: int, by_run: bool) -> None:
    trials = by_turns({name: partial(run_trial, settings, name, by_run) for name in names}, rounds)
    depth = f", {settings.pipeline} requests in flight on each" if settings.pipeline > 1 else ""
    print(f"{settings.connections} connections{depth}, {rounds} rounds of {settings.seconds} s, the load by "
          f"{'iomodes run' if by_run else 'wrk'}")
    print(f"  {'':20} {'requests/s':>12} {'ratio to nginx [95 %]':>24} {'busy':>5} {'CPU µs':>7}"
          f" {'ratio to nginx [95 %]':>24} {'ratio to raw C [95 %]':>24}")
    for name in names:
        rows = [(ours, web, raw) for ours, web, raw in zip(trials[name], trials[NGINX], trials[RAW])
                if ours and web and raw]
        if not rows:
            fail(f"no round with {name} is valid")
        print(f"  {name:20} {statistics.median(ours.throughput for ours, _, _ in rows):>12,.0f}"
              f" {ratio_text([ours.throughput / web.throughput for ours, web, _ in rows]):>24}"
              f" {statistics.median(ours.load for ours, _, _ in rows):>5.0%}"
              f" {statistics.median(ours.cpu_us for ours, _, _ in rows):>7.2f}"
              f" {ratio_text([ours.cpu_us / web.cpu_us for ours, web, _ in rows]):>24}"
              f" {ratio_text([ours.cpu_us / raw.cpu_us for ours, _, raw in rows]):>24}", flush=True)


# Counts, by the difference of two counts of requests: what is done once falls out


def ask(settings: Settings, port: int, operations: int) -> None:
    done = subprocess.run([str(C_CLIENT), "127.0.0.1", str(port), str(settings.connections), str(operations)],
                          capture_output=True, text=True, preexec_fn=pinned(settings.client_cpus))
    if done.returncode != 0:
        fail(f"epoll_http on port {port} ended with exit code {done.returncode}: {done.stderr.strip()}")


def calls_of(settings: Settings, server: Server, operations: int) -> dict[str, int]:
    """The system calls of the server while it answers."""
    who = ",".join(map(str, family(server.pid)))
    with tempfile.NamedTemporaryFile("r") as output:
        if can_perf():
            events = ",".join(["raw_syscalls:sys_enter"] + [f"syscalls:sys_enter_{name}" for name in CALLS])
            counter = ["perf", "stat", "-x,", "-o", output.name, "-e", events, "-p", who]
        else:
            counter = ["strace", "-f", "-c", "-o", output.name, "-p", who]
        process = subprocess.Popen(counter, stderr=subprocess.DEVNULL)
        time.sleep(0.5)  # It says nothing once it has attached.
        ask(settings, server.port, operations)
        process.send_signal(signal.SIGINT)
        process.wait()
        text = output.read()
    if counter[0] == "perf":
        rows = [line.split(",") for line in text.splitlines() if "sys_enter" in line]
        return {row[2].split("sys_enter")[1].lstrip("_") or "all": int(row[0]) for row in rows}
    rows = [line.split() for line in text.splitlines()]
    return {row[-1].replace("total", "all"): int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}


def syscalls(settings: Settings, names: list[str]) -> None:
    counts = [settings.operations, 3 * settings.operations]
    print(f"system calls of the server per request, {settings.connections} connections,"
          f" by {'perf' if can_perf() else 'strace'}")
    for name in names:
        with started(settings, name) as server:
            ask(settings, server.port, settings.connections)  # What is made once, is made.
            few, many = [calls_of(settings, server, count) for count in counts]
        slopes = {call: (many[call] - few.get(call, 0)) / (counts[1] - counts[0]) for call in many}
        told = sorted((call for call in slopes if slopes[call] >= 0.001 and call != "all"), key=lambda c: -slopes[c])
        print(f"  {name:20} {slopes.get('all', 0):.3f}: "
              + ", ".join(f"{call} {slopes[call]:.3f}" for call in told), flush=True)


def instructions_of(settings: Settings, name: str, operations: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # nginx's worker, too, has to write there.
        wrapper = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={folder}/out.%p"]
        with started(settings, name, wrapper) as server:
            ask(settings, server.port, operations)
        totals = [re.search(r"^totals: (\d+)", path.read_text(), re.MULTILINE) for path in Path(folder).glob("out*")]
    return sum(int(total[1]) for total in totals if total)


def instructions(settings: Settings, names: list[str]) -> None:
    counts = [settings.operations // 2, settings.operations * 3 // 2]
    print(f"instructions in user space of the server per request, {settings.connections} connections, by valgrind")
    for name in names:
        try:
            few, many = [instructions_of(settings, name, count) for count in counts]
        except ServerFailure as failure:
            print(f"  {name:20} skipped: {failure}", flush=True)
            continue
        print(f"  {name:20} {(many - few) / (counts[1] - counts[0]):,.0f}", flush=True)


# The program


def needs(tool: str, remedy: str) -> None:
    if not shutil.which(tool):
        fail(f"{tool} is missing: apt-get install {remedy}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", help="such as epoll,uring; all that can serve the connections unless given")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=2, help="of each trial")
    parser.add_argument("--pipeline", type=int, default=1, metavar="N", help="requests in flight on each connection")
    parser.add_argument("--syscalls", action="store_true", help="only count system calls")
    parser.add_argument("--instructions", action="store_true", help="only count instructions in user space")
    parser.add_argument("--operations", type=int, default=20_000, help="requests of a count")
    parser.add_argument("--server-cpu", type=cpu_list, default=[0], metavar="CPU")
    parser.add_argument("--client-cpu", type=cpu_list, default=[1], metavar="CPU")
    parser.add_argument("--nginx-port", type=int, default=18483, metavar="PORT")
    parser.add_argument("--iomodes", default=str(IOMODES), help="the program")
    arguments = parser.parse_args()
    iomodes = program(arguments.iomodes)
    modes = chosen_modes(parser, iomodes, arguments.modes)
    serial = [mode for mode in modes if mode in SERIAL_MODES] if arguments.connections > 1 else []
    if serial and arguments.modes:
        parser.error(f"{', '.join(serial)} cannot serve {arguments.connections} connections at once: --connections 1")
    needs("nginx", "nginx-light")
    if arguments.syscalls and not can_perf():
        needs("strace", "strace")
    if arguments.instructions:
        needs("valgrind", "valgrind")
    if not arguments.syscalls and not arguments.instructions:
        needs("wrk", "wrk")
    for folder in ["epoll-http", "epoll-server"]:
        if subprocess.run(["make", "--silent"], cwd=HERE / folder).returncode != 0:
            fail(f"'make' failed in {HERE / folder}")
    try:
        settings = Settings(iomodes, arguments.connections, arguments.seconds, arguments.pipeline, arguments.operations,
                            arguments.client_cpu, arguments.server_cpu, arguments.nginx_port, reply_of(iomodes))
        names = [NGINX, RAW] + [mode for mode in modes if mode not in serial]
        if arguments.syscalls:
            syscalls(settings, names)
        elif arguments.instructions:
            instructions(settings, names)
        else:
            usage = subprocess.run([iomodes, "help", "run"], capture_output=True, text=True, check=True).stdout
            compare(settings, names, arguments.rounds, arguments.pipeline > 1 and "--pipeline" in usage)
    except ServerFailure as failure:
        fail(str(failure))


if __name__ == "__main__":
    main()
