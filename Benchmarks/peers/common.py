"""Shared by the programs of this folder: CPUs, the suite's server, its trials, taking turns, and printing ratios."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import select
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

PROJECT = Path(__file__).resolve().parent.parent.parent
IOMODES = PROJECT / ".build" / "release" / "iomodes"

T = TypeVar("T")

# Modes whose server has one connection, or a few, at a time; the others wait until those have ended.
SERIAL_MODES = {"blocking", "taskgroup-blocking", "dispatch-concurrent"}


def fail(text: str) -> NoReturn:
    sys.exit(f"{Path(sys.argv[0]).name}: {text}")


def program(path: str) -> str:
    if not os.access(path, os.X_OK):
        fail(f"{path} does not exist; build it (swift build -c release), or name another program (--iomodes)")
    return path


# Processors


def pinned(cpus: Sequence[int]) -> Callable[[], None]:
    # Before the program starts: the runtimes size their pools by the affinity they find.
    return lambda: os.sched_setaffinity(0, cpus)


def cpu_list(text: str) -> list[int]:
    cpus: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        cpus += range(int(first), int(last or first) + 1)
    return cpus


# Servers


class ServerFailure(Exception):
    """A server did not start, or did not end well."""


@dataclass(frozen=True)
class Server:
    pid: int
    port: int


@contextmanager
def running(command: Sequence[str], cpus: Sequence[int] | None = None, data: bytes = b"", patience: float = 10,
            ends: Sequence[int] = (0,)) -> Iterator[Server]:
    """A program that prints where it listens, ended by SIGTERM.

    `data` is its standard input, `patience` the seconds to start in and to end in, and `ends` its right exit codes."""
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as standard_input:
        standard_input.write(data)
        standard_input.seek(0)
        process = subprocess.Popen(command, stdin=standard_input, stdout=subprocess.PIPE, stderr=errors,
                                   preexec_fn=pinned(cpus) if cpus else None)

        def failure(what: str) -> ServerFailure:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            return ServerFailure(f"'{' '.join(command)}' {what}" + (f": {said[-1]}" if said else ""))

        assert process.stdout
        try:
            is_there, _, _ = select.select([process.stdout], [], [], patience)
            line = process.stdout.readline().decode() if is_there else ""
            found = re.search(r":(\d+)\s*$", line)
            if not found:
                raise failure("did not say where it listens")
            yield Server(process.pid, int(found[1]))
            ended = process.poll()
            if ended is not None:
                raise failure(f"ended while it served, with exit code {ended}")
            process.terminate()
            try:
                code = process.wait(patience)
            except subprocess.TimeoutExpired:
                raise failure(f"had not ended {patience:g} s after SIGTERM") from None
            if code not in ends:
                raise failure(f"ended with exit code {code} after SIGTERM")
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()


def serving(iomodes: str, *options: str, cpus: Sequence[int] | None = None) -> AbstractContextManager[Server]:
    """The suite's server, on a port that the system chooses."""
    return running([iomodes, "serve", "--port", "0", *options], cpus)


def serve_help(iomodes: str) -> str:
    return subprocess.run([iomodes, "help", "serve"], capture_output=True, text=True, check=True).stdout


def served_modes(iomodes: str) -> list[str]:
    """All modes that may serve: `epoll` alone where the program does not let choose."""
    if "--mode " not in serve_help(iomodes):
        return ["epoll"]
    listing = subprocess.run([iomodes, "list"], capture_output=True, text=True, check=True).stdout
    return [mode for mode in re.findall(r"^  (\S+) ", listing.split("\n\n")[0], re.MULTILINE) if mode != "null"]


def mode_options(iomodes: str, mode: str) -> list[str]:
    return ["--mode", mode] if "--mode " in serve_help(iomodes) else []


def chosen_modes(parser: argparse.ArgumentParser, iomodes: str, asked: str | None) -> list[str]:
    """The modes of a list such as `epoll,uring`; all that may serve without one."""
    offered = served_modes(iomodes)
    modes = asked.split(",") if asked else offered
    if unknown := [mode for mode in modes if mode not in offered]:
        parser.error(f"no server in mode {', '.join(unknown)}; there are {', '.join(offered)}")
    return modes


# Trials


def recorded(iomodes: str, name: str, cpus: Sequence[int], *options: str) -> dict | None:
    """The record of the one trial that `iomodes run` makes of the options, its client on the processors.

    None where it is not valid, which is then said of a trial of `name`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [iomodes, "run", "--quiet", "--rounds", "1", "--client-cpus", ",".join(map(str, cpus)), *options,
                   "--output", f"{folder}/run"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        trials = Path(folder, "run", "trials.jsonl")
        if done.returncode not in (0, 3) or not trials.exists():
            fail(f"'{' '.join(command)}' ended with exit code {done.returncode}: {done.stderr.strip()}")
        record = json.loads(trials.read_text().splitlines()[0])
    if "skipped" in record:
        fail(f"{name}: {record['skipped']['reason']}")
    if not record["valid"]:
        print(f"  a trial of {name} is not valid, and its round left out: {'; '.join(record['reasons'])}", flush=True)
        return None
    return record


def by_turns(runs: dict[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """What each came to, round by round, in an order that rotates. A round before the first warms up."""
    results: dict[str, list[T]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds + 1):
        for place in range(len(names)):
            name = names[(place + number) % len(names)]
            result = runs[name]()
            if number > 0:
                results[name].append(result)
    return results


# Statistics


def interval(values: list[float]) -> tuple[float, float] | None:
    """Of the median: the narrowest pair of order statistics that covers it with 95 % or more; from six values on."""
    ordered, n = sorted(values), len(values)
    chosen, below = None, 0.0
    for rank in range(n // 2):
        below += math.comb(n, rank) / 2**n
        if 2 * below > 0.05:
            break
        chosen = (ordered[rank], ordered[n - 1 - rank])
    return chosen


def ratio_text(ratios: list[float]) -> str:
    middle, ends = statistics.median(ratios), interval(ratios)
    return f"{middle:.3f} [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else f"{middle:.3f} [six rounds make an interval]"
