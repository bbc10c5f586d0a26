#!/usr/bin/env python3
"""Compares the suite's `uring` and `blocking` with fio's io_uring and psync, on random reads of one file.

fio and the modes take turns on one CPU, each with its own file of the same size in one folder. The order within a round
rotates. For throughput and for CPU time per read, the program prints the median over the rounds of the ratio mode / fio,
with its order-statistic interval of at least 95 %. See README.md.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from common import IOMODES, by_turns, cpu_list, fail, pinned, program, ratio_text, recorded

ENGINES = {"uring": "io_uring", "blocking": "psync"}
UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@dataclass(frozen=True)
class Trial:
    throughput: float
    cpu_us: float


@dataclass(frozen=True)
class Settings:
    iomodes: str
    folder: Path
    size: int
    span: int
    direct: bool
    seconds: int
    cpus: list[int]


def bytes_of(text: str) -> int:
    found = re.fullmatch(r"(\d+)([A-Za-z]*)", text)
    if not found or found[2] not in UNITS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 4KiB")
    return int(found[1]) * UNITS[found[2]]


def run_fio(settings: Settings, mode: str, depth: int, batch: int) -> Trial:
    """`batch`: how many requests it submits, and how many completions it waits for, in one call at most."""
    command = [
        "fio", "--name=reads", f"--filename={settings.folder}/fio", f"--ioengine={ENGINES[mode]}", "--rw=randread",
        f"--bs={settings.size}", f"--size={settings.span}", f"--direct={int(settings.direct)}", f"--iodepth={depth}",
        f"--iodepth_batch_submit={batch}", f"--iodepth_batch_complete_max={batch}", "--time_based", "--norandommap",
        "--invalidate=0", "--thread", "--ramp_time=200ms", f"--runtime={settings.seconds}s", "--output-format=json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=pinned(settings.cpus))
    if done.returncode:
        fail(f"'{' '.join(command)}' went wrong:\n{done.stderr or done.stdout}")
    job = json.loads(done.stdout[done.stdout.index("{"):])["jobs"][0]
    if job["error"]:
        fail(f"fio ended with error {job['error']}")
    # Of its thread, as percentages of its run time.
    busy = (job["usr_cpu"] + job["sys_cpu"]) / 100
    return Trial(job["read"]["iops"], busy / job["read"]["iops"] * 1e6)


def run_mode(settings: Settings, mode: str, depth: int) -> Trial | None:
    """None where the trial is not valid."""
    record = recorded(
        settings.iomodes, mode, settings.cpus, "--workload", "file", "--modes", mode, "--concurrency", str(depth),
        "--depth", str(depth), "--size", f"{settings.size}B", "--span", f"{settings.span}B", "--warmup", "200ms",
        "--duration", f"{settings.seconds}s", "--file-dir", str(settings.folder),
        *(["--direct"] if settings.direct else []))
    if record is None:
        return None
    usage = record["client"]
    cpu = usage.get("cpu_ns", usage["cpu_user_ns"] + usage["cpu_system_ns"]) / record["operations"]["done"] / 1000
    return Trial(record["throughput_per_s"], cpu)


def compare(settings: Settings, mode: str, depth: int, rounds: int) -> None:
    batches = sorted({1, depth}) if mode == "uring" else [1]
    runs: dict[str, Callable[[], Trial | None]] = {mode: partial(run_mode, settings, mode, depth)}
    runs |= {f"fio, batches of {batch}": partial(run_fio, settings, mode, depth, batch) for batch in batches}
    trials = by_turns(runs, rounds)
    print(f"{mode} beside fio {ENGINES[mode]}, {depth} at once, {rounds} rounds of {settings.seconds} s")
    print(f"  {'':20} {'reads/s':>12} {'mode / this [95 %]':>24} {'CPU µs':>8} {'mode / this [95 %]':>24}")
    for name in runs:
        pairs = [(ours, theirs) for ours, theirs in zip(trials[mode], trials[name]) if ours and theirs]
        if not pairs:
            fail(f"no trial of {mode} is valid")
        print(f"  {name:20} {statistics.median(t.throughput for _, t in pairs):>12,.0f}"
              f" {ratio_text([a.throughput / b.throughput for a, b in pairs]):>24}"
              f" {statistics.median(t.cpu_us for _, t in pairs):>8.3f}"
              f" {ratio_text([a.cpu_us / b.cpu_us for a, b in pairs]):>24}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", default="uring,blocking", help="of uring and blocking")
    parser.add_argument("--depth", default="64", help="requests at once in uring, such as 1,64; blocking has one")
    parser.add_argument("--size", type=bytes_of, default=4 << 10, help="of a read, such as 4KiB")
    parser.add_argument("--span", type=bytes_of, default=64 << 20, help="of the file, such as 64MiB")
    parser.add_argument("--direct", action="store_true", help="past the page cache")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=1, help="of each trial")
    parser.add_argument("--cpus", type=cpu_list, default=[1], metavar="LIST")
    parser.add_argument("--folder", default=".", help="where the files are made, and removed")
    parser.add_argument("--iomodes", default=str(IOMODES), help="the program")
    arguments = parser.parse_args()
    if not shutil.which("fio"):
        fail("fio is missing: apt-get install fio")
    if unknown := [mode for mode in arguments.modes.split(",") if mode not in ENGINES]:
        parser.error(f"fio has nothing beside {', '.join(unknown)}; there are {', '.join(ENGINES)}")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        settings = Settings(
            program(arguments.iomodes), Path(folder).resolve(), arguments.size, arguments.span, arguments.direct,
            arguments.seconds, arguments.cpus)
        for mode in arguments.modes.split(","):
            for depth in map(int, arguments.depth.split(",") if mode == "uring" else ["1"]):
                compare(settings, mode, depth, arguments.rounds)


if __name__ == "__main__":
    main()
