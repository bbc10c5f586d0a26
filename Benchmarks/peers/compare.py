#!/usr/bin/env python3
"""Compares the cost of the suite's modes with hand-written peers, on the same work and the same server.

Peer and mode take turns, and the order within a round alternates. For each figure, the program prints the median over
the rounds of the ratio mode / peer, with its order-statistic interval of at least 95 %. See README.md.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from common import IOMODES, PROJECT, ServerFailure, by_turns, cpu_list, fail, pinned, ratio_text, recorded, serving

HERE = Path(__file__).resolve().parent
C_CLIENT = HERE / "epoll-http" / "epoll_http"
PROBE = HERE / "pingpong" / ".build" / "release" / "pingpong"


@dataclass(frozen=True)
class Pair:
    """A mode on a workload, and the program that does the same by hand."""

    name: str
    mode: str
    workload: dict[str, str]
    server: str | None
    peer: Callable[["Settings", str], list[str]]
    calls_per_operation: int
    # Callgrind: the function that carries a single-threaded mode; None to count the threads that are the mode's.
    driver: str | None = None


PAIRS = [
    Pair("epoll-http", "epoll", {"kind": "http"}, "http",
         lambda s, port: [str(C_CLIENT), "127.0.0.1", port, str(s.connections)], 2, "*EpollLoop*turn*"),
    Pair("taskgroup-http", "taskgroup", {"kind": "http"}, "http",
         lambda s, port: [str(PROBE), "http", "127.0.0.1", port, str(s.connections)], 2),
    Pair("taskgroup-echo", "taskgroup", {"kind": "echo"}, "echo",
         lambda s, port: [str(PROBE), "echo", "127.0.0.1", port, str(s.connections)], 2),
    Pair("taskgroup-echo-both", "taskgroup", {"kind": "echo", "ends": "both"}, None,
         lambda s, port: [str(PROBE), "pairs", str(s.connections)], 4),
]


@dataclass(frozen=True)
class Settings:
    iomodes: str
    connections: int
    operations: int
    client_cpus: list[int]
    server_cpus: list[int]
    through_run: bool


@dataclass(frozen=True)
class Trial:
    """The figures of one run, per operation."""

    cpu_us: float
    user_us: float
    calls: float
    throughput: float

    @staticmethod
    def of(operations: int, wall_ns: int, user_ns: int, system_ns: int, calls: int) -> Trial:
        return Trial((user_ns + system_ns) / operations / 1000, user_ns / operations / 1000, calls / operations,
                     operations / wall_ns * 1e9)


FIGURES: list[tuple[str, Callable[[Trial], float], str]] = [
    ("CPU per operation", lambda t: t.cpu_us, "µs"),
    ("user CPU per operation", lambda t: t.user_us, "µs"),
    ("system calls per operation", lambda t: t.calls, ""),
    ("throughput", lambda t: t.throughput, "/s"),
]


# Programs


def build(iomodes: str | None, needs_probe: bool) -> str:
    def run(what: list[str], where: Path) -> None:
        if subprocess.run(what, cwd=where, stdout=sys.stderr).returncode != 0:
            fail(f"'{' '.join(what)}' failed in {where}")

    run(["make", "--silent"], HERE / "epoll-http")
    if needs_probe:
        run(["swift", "build", "-c", "release"], HERE / "pingpong")
    if iomodes:
        return str(Path(iomodes).resolve())
    run(["swift", "build", "-c", "release", "--product", "iomodes"], PROJECT)
    return str(IOMODES)


@contextmanager
def target(settings: Settings, protocol: str | None) -> Iterator[str]:
    """The suite's target server on CPUs of its own: the port where it listens, empty where none is needed."""
    if protocol is None:
        yield ""
        return
    try:
        with serving(settings.iomodes, "--protocol", protocol, cpus=settings.server_cpus) as server:
            yield str(server.port)
    except ServerFailure as failure:
        fail(str(failure))


def plan(settings: Settings, pair: Pair, port: str, operations: int) -> str:
    spec = {
        "mode": pair.mode, "workload": pair.workload, "concurrency": settings.connections, "operations": operations,
        "arrivals": {"kind": "closed"}, "warmup": "0ms", "deadline": "600s", "seed": 1,
        "endpoints": [f"127.0.0.1:{port}"] if port else [], "own_server": True,
        "pipeline": 1, "may_stay_unconnected": False, "share": {"process": 0, "processes": 1},
    }
    return json.dumps({"spec": spec, "cpus": settings.client_cpus, "has_control": False, "led": False}) + "\n"


def answer(settings: Settings, command: list[str], text: str | None, quiet: bool = False) -> dict:
    """Runs a program that prints one line of JSON. Its input stays open until it has: a client whose parent is gone
    gives up."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.DEVNULL if quiet else None, preexec_fn=pinned(settings.client_cpus))
    assert process.stdin and process.stdout
    if text:
        process.stdin.write(text)
        process.stdin.flush()
    line = process.stdout.readline()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    if not line:
        fail(f"'{' '.join(command)}' ended without an answer")
    result = json.loads(line)
    if "error" in result:
        fail(result["error"])
    return result


def peer_command(settings: Settings, pair: Pair, port: str, operations: int) -> list[str]:
    return pair.peer(settings, port) + [str(operations)]


def run_peer(settings: Settings, pair: Pair, port: str) -> Trial:
    result = answer(settings, peer_command(settings, pair, port, settings.operations), None)
    return Trial.of(result["operations"], result["wall_ns"], result["cpu_user_ns"], result["cpu_system_ns"],
                    sum(result["syscalls"].values()))


def checked(operations: dict, asked: int) -> None:
    if operations["done"] != asked or operations["verified"] != asked:
        fail(f"of {asked} operations {operations['done']} were done and {operations['verified']} verified")


def run_mode(settings: Settings, pair: Pair, port: str) -> Trial:
    if settings.through_run:
        record = run_command(settings, pair, port)
        usage = record["client"]
    else:
        record = answer(settings, [settings.iomodes, "--child-client"], plan(settings, pair, port, settings.operations))
        usage = record["usage"]
    checked(record["operations"], settings.operations)
    return Trial.of(settings.operations, record["wall_ns"], usage["cpu_user_ns"], usage["cpu_system_ns"],
                    usage["syscalls_direct"])


def run_command(settings: Settings, pair: Pair, port: str) -> dict:
    """The same by `iomodes run`, to which the server is a foreign one."""
    record = recorded(
        settings.iomodes, pair.mode, settings.client_cpus, "--workload", "http", "--modes", pair.mode,
        "--concurrency", str(settings.connections), "--operations", str(settings.operations),
        "--target", f"http://127.0.0.1:{port}/", "--server-cpus", ",".join(map(str, settings.server_cpus)))
    if record is None:
        fail("a comparison needs all its rounds")
    return record


# Comparing


def compare(settings: Settings, pair: Pair, rounds: int) -> None:
    with target(settings, pair.server) as port:
        peer, mode = by_turns(
            {"peer": partial(run_peer, settings, pair, port), "mode": partial(run_mode, settings, pair, port)},
            rounds).values()
    print(f"{pair.name}: {settings.connections} connections, {settings.operations} operations, {rounds} rounds")
    print(f"  {'':28} {'peer':>12} {'mode':>12}     mode / peer [95 %]")
    for name, figure, unit in FIGURES:
        left, right = [figure(trial) for trial in peer], [figure(trial) for trial in mode]
        places = 0 if unit == "/s" else 3
        medians = "".join(f" {statistics.median(side):>12.{places}f}" for side in (left, right))
        # The kernel splits user from system time by its tick; a short run may have had none in user code.
        ratios = [b / a for a, b in zip(left, right) if a > 0]
        print(f"  {name:28}{medians} {unit:3} {ratio_text(ratios) if ratios else 'none'}")
    waits = [statistics.median(t.calls for t in side) - pair.calls_per_operation for side in (peer, mode)]
    print(f"  of the system calls {pair.calls_per_operation} transfer; the rest wait: {waits[0]:.3f}, {waits[1]:.3f}\n",
          flush=True)


# System calls of the whole process


CALLS = ["sendto", "recvfrom", "epoll_wait", "futex"]


def count_calls(settings: Settings, command: list[str], text: str | None) -> dict[str, int]:
    with tempfile.NamedTemporaryFile(mode="r") as output:
        if can_perf():
            events = ["raw_syscalls:sys_enter"] + [f"syscalls:sys_enter_{name}" for name in CALLS]
            answer(settings, ["perf", "stat", "-x,", "-o", output.name, "-e", ",".join(events), "--"] + command, text)
            rows = [line.split(",") for line in output.read().splitlines() if "sys_enter" in line]
            counts = {row[2].split("sys_enter")[1].lstrip("_"): int(row[0]) for row in rows}
            return {"all": counts.pop("")} | counts
        answer(settings, ["strace", "-f", "-c", "-o", output.name] + command, text)
        rows = [line.split() for line in output.read().splitlines()]
        counts = {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}
        return {"all": counts.get("total", 0)} | {name: counts.get(name, 0) for name in CALLS}


def can_perf() -> bool:
    return bool(shutil.which("perf")) and subprocess.run(
        ["perf", "stat", "-e", "raw_syscalls:sys_enter", "true"], capture_output=True).returncode == 0


def audit(settings: Settings, pair: Pair) -> None:
    """All system calls per operation, by the difference of two counts of operations."""
    if not can_perf() and not shutil.which("strace"):
        fail("--audit needs perf, with access to tracepoints, or strace")
    counts = [settings.operations, 3 * settings.operations]
    print(f"{pair.name}: system calls per operation of the whole process, {'perf' if can_perf() else 'strace'}")
    with target(settings, pair.server) as port:
        peer = [count_calls(settings, peer_command(settings, pair, port, n), None) for n in counts]
        child = [settings.iomodes, "--child-client"]
        mode = [count_calls(settings, child, plan(settings, pair, port, n)) for n in counts]
    for who, (few, many) in [("peer", peer), ("mode", mode)]:
        slopes = {name: (many[name] - few[name]) / (counts[1] - counts[0]) for name in few}
        print(f"  {who}: " + ", ".join(f"{name} {slope:.3f}" for name, slope in slopes.items()))
    print(flush=True)


# Instructions in user space


def instructions(settings: Settings, command: list[str], text: str | None, driver: str | None, mode: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "-q", "--tool=callgrind", "--separate-threads=yes",
                    f"--callgrind-out-file={folder}/out"]
        # Valgrind 3.19 gives up on debugging information of version 5; the names of functions stay.
        program = f"{folder}/program"
        if subprocess.run(["strip", "-g", "-o", program, command[0]], stderr=subprocess.DEVNULL).returncode == 0:
            command = [program, *command[1:]]
        answer(settings, valgrind + ([f"--toggle-collect={driver}"] if driver else []) + command, text, quiet=True)
        total = 0
        for path in Path(folder).glob("out-*"):
            content = path.read_text()
            # The harness's own threads: the main one, which sets up and reports, and the monitor.
            if mode and not driver and "7MonitorC" in content:
                continue
            match = re.search(r"^totals: (\d+)", content, re.MULTILINE)
            total += int(match[1]) if match else 0
        return total


def callgrind(settings: Settings, pair: Pair) -> None:
    """Instructions per operation, by the difference of two counts of operations."""
    if not shutil.which("valgrind"):
        fail("--callgrind needs valgrind")
    counts = [20_000, 60_000]
    slopes: list[float] = []
    with target(settings, pair.server) as port:
        for is_mode in [False, True]:
            totals = [
                instructions(settings, [settings.iomodes, "--child-client"], plan(settings, pair, port, n),
                             pair.driver, True)
                if is_mode else instructions(settings, peer_command(settings, pair, port, n), None, None, False)
                for n in counts
            ]
            slopes.append((totals[1] - totals[0]) / (counts[1] - counts[0]))
    print(f"{pair.name}: instructions in user space per operation: peer {slopes[0]:.0f}, mode {slopes[1]:.0f}\n",
          flush=True)


def main() -> None:
    names = [pair.name for pair in PAIRS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="*", metavar="PAIR", help=f"all unless given: {', '.join(names)}")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--operations", type=int, default=50_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--client-cpus", type=cpu_list, default=[0], metavar="LIST")
    parser.add_argument("--server-cpus", type=cpu_list, default=[1], metavar="LIST")
    parser.add_argument("--iomodes", metavar="PATH", help="the program; built in this project unless given")
    parser.add_argument("--through-run", action="store_true",
                        help="the mode by `iomodes run --target`, which digests replies instead of comparing them")
    parser.add_argument("--audit", action="store_true", help="only count all system calls")
    parser.add_argument("--callgrind", action="store_true", help="only count instructions in user space")
    arguments = parser.parse_args()
    if unknown := set(arguments.pairs) - set(names):
        parser.error(f"unknown pair {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    pairs = [pair for pair in PAIRS if not arguments.pairs or pair.name in arguments.pairs]
    if arguments.through_run:
        pairs = [pair for pair in pairs if pair.server == "http"]
    iomodes = build(arguments.iomodes, any(pair.mode == "taskgroup" for pair in pairs))
    settings = Settings(iomodes, arguments.connections, arguments.operations, arguments.client_cpus,
                        arguments.server_cpus, arguments.through_run)
    for pair in pairs:
        if arguments.audit:
            audit(settings, pair)
        elif arguments.callgrind:
            callgrind(settings, pair)
        else:
            compare(settings, pair, arguments.rounds)


if __name__ == "__main__":
    main()
