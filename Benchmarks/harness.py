#!/usr/bin/env python3
"""What the harness itself costs: processor time of its parts, and what each mode does for an operation.

Runs harness-benchmarks, then counts, for every mode on `echo` with 64 bytes and on `http`, system calls (perf or
strace), context switches and instructions in user space (valgrind) per operation. What a missing program would count
is left out. See README.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / ".build" / "release"
sys.path.insert(0, str(PROJECT / "Benchmarks" / "peers"))
import compare  # noqa: E402

# Callgrind: the function that carries the modes which stay on the main thread.
DRIVERS = {"epoll": "*EpollLoop*turn*", "blocking": "*13driveBlocking*", "null": "*8NullModeO5drive*",
           "executor": "*8TaskLoop*3run*bcF"}
WORKLOADS = ["echo", "http"]


def modes() -> list[str]:
    listing = subprocess.run([str(BUILD / "iomodes"), "list"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^  (\S+) ", listing.split("\n\n")[0], re.MULTILINE)


def slope(values: list[float], counts: list[int]) -> float:
    """Per operation, by two counts of operations: what is done once falls out."""
    return (values[1] - values[0]) / (counts[1] - counts[0])


def child(settings: compare.Settings, pair: compare.Pair, port: str, operations: int) -> tuple[list[str], str]:
    return [settings.iomodes, "--child-client"], compare.plan(settings, pair, port, operations)


def switches(settings: compare.Settings, pair: compare.Pair, port: str) -> float:
    record = compare.answer(settings, *child(settings, pair, port, settings.operations))
    compare.checked(record["operations"], settings.operations)
    usage = record["usage"]
    return (usage["switches_voluntary"] + usage["switches_involuntary"]) / settings.operations


def calls(settings: compare.Settings, pair: compare.Pair, port: str) -> float | None:
    if not compare.can_perf() and not shutil.which("strace"):
        return None
    counts = [settings.operations, 3 * settings.operations]
    return slope([compare.count_calls(settings, *child(settings, pair, port, n))["all"] for n in counts], counts)


def instructions(settings: compare.Settings, pair: compare.Pair, port: str) -> float | None:
    if not shutil.which("valgrind"):
        return None
    counts = [settings.operations // 4, settings.operations]
    totals = [compare.instructions(settings, *child(settings, pair, port, n), pair.driver, True) for n in counts]
    return slope(totals, counts) if all(totals) else None


def count(settings: compare.Settings) -> None:
    print(f"\nper operation, {settings.connections} lanes: system calls of the whole process, context switches, "
          "instructions in user space")
    print(f"  {'':28}{'calls':>8} {'switches':>10} {'instructions':>13}")
    for workload in WORKLOADS:
        with compare.target(settings, workload) as port:
            for mode in modes():
                pair = compare.Pair(mode, mode, {"kind": workload}, workload, lambda *_: [], 0, DRIVERS.get(mode))
                figures = [(calls(settings, pair, port), 8, 3), (switches(settings, pair, port), 10, 4),
                           (instructions(settings, pair, port), 13, 0)]
                cells = [f"{'–':>{width}}" if figure is None else f"{figure:>{width}.{places}f}"
                         for figure, width, places in figures]
                print(f"  {workload + ' ' + mode:28}" + " ".join(cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--output", metavar="DIR", help="the folder of the run of harness-benchmarks")
    parser.add_argument("--operations", type=int, default=20_000, help="in the modes")
    parser.add_argument("--lanes", type=int, default=64)
    arguments = parser.parse_args()
    for product in ["harness-benchmarks", "iomodes"]:
        command = ["swift", "build", "-c", "release", "--product", product]
        if subprocess.run(command, cwd=PROJECT, stdout=sys.stderr).returncode != 0:
            sys.exit(f"harness.py: '{' '.join(command)}' failed in {PROJECT}")
    output = ["--output", arguments.output] if arguments.output else []
    done = subprocess.run([str(BUILD / "harness-benchmarks"), "--rounds", str(arguments.rounds), *output])
    if done.returncode != 0:
        sys.exit(done.returncode)
    cpus = sorted(os.sched_getaffinity(0))
    count(compare.Settings(str(BUILD / "iomodes"), arguments.lanes, arguments.operations, cpus[:1], cpus[-1:], False))


if __name__ == "__main__":
    main()
