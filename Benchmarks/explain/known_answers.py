#!/usr/bin/env python3
"""Does `iomodes explain` find something whose cost is known?

A test build of iomodes slows each operation down by one thing: a system call (getpid), a hand-over to another thread
and back (futex), a block of 1 KiB (malloc), or 200 ns of computing (spin). Runs with each, and without any, take turns,
all with audits. The costs of primitives are measured once, before them. For each mode, number of lanes and slowdown, the
program prints which row of `explain` grew most in occurrences per operation, by how much the slowdown's rows grew, and
the known cost. Computing has no row: it has to be unexplained, and no row may grow.

An answer passes if the interval of the growth is within 15 % of the known cost. It fails if the interval is wholly
elsewhere, or if another row grew. Otherwise it is open, and more rounds may decide it. The last column is the growth of
the measured CPU time. It tells whether operations pay what the primitive costs alone. The exit code is 1 if an answer
fails. See ../README.md."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "peers"))
from common import PROJECT, fail, interval, program  # noqa: E402

EXAMPLES = """examples:
  known_answers.py                                          builds the test build; half an hour on a quiet machine
  known_answers.py --modes epoll --slowdowns spin --rounds 20
  known_answers.py --program .build-slowed/release/iomodes --output /tmp/known
"""

VARIABLE = "IOMODES_SLOWDOWN"
WITHIN = 0.15
SPIN_NS = 200.0
# Less than this of an occurrence per operation is the variation of waits.
LEAST_COUNT = 0.25


@dataclass(frozen=True)
class Part:
    """A row of `explain`, and how often the slowdown has it in an operation."""

    row: str
    count: float
    # What has to be counted, in the words in which `explain` says that it was not.
    needs: str
    size: int | None = None
    # Whether it depends on the number of CPUs that the client may use.
    is_between_threads: bool = False


SLOWDOWNS: dict[str, list[Part]] = {
    "getpid": [Part("kernel-entry", 1, "system calls")],
    # A thread that runs at once when it is woken answers before the other one waits. Then there are three calls, and the
    # model takes some switches for those of threads that both want to run.
    "futex": [Part("futex-switch", 2, "switches", is_between_threads=True), Part("futex-call", 4, "system calls"),
              Part("thread-switch", 0, "switches")],
    "malloc": [Part("allocation", 1, "allocations", size=1024)],
    "spin": [],
}

Point = tuple[str, int]


@dataclass(frozen=True)
class Explained:
    """A point of `explain`: occurrences and nanoseconds per operation by row, and what it could not count."""

    counts: dict[str, float]
    shares: dict[str, float]
    measured: float | None
    unexplained: float | None
    uncounted: list[str]


# The points of each slowdown; an empty name is for none.
Round = dict[str, dict[Point, Explained]]


def built() -> str:
    command = ["swift", "build", "-c", "release", "--product", "iomodes", "-Xswiftc", "-DSLOWED",
               "--scratch-path", ".build-slowed"]
    if subprocess.run(command, cwd=PROJECT, stdout=sys.stderr).returncode != 0:
        fail(f"'{' '.join(command)}' failed in {PROJECT}")
    return str(PROJECT / ".build-slowed" / "release" / "iomodes")


def told(command: Sequence[str], slowdown: str = "") -> str:
    """What the program prints, with its operations slowed down."""
    # A trial that other programs disturbed is left out, and a point without any has no answer.
    done = subprocess.run(command, env={**os.environ, VARIABLE: slowdown}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 3):
        fail(f"'{' '.join(command)}' ended with exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def explained(iomodes: str, run: Path, costs: Path) -> dict[Point, Explained]:
    document = json.loads(told([iomodes, "explain", str(run), "--primitives", str(costs), "--format", "json"]))
    points = {}
    for point in document["points"]:
        counts: dict[str, float] = {}
        shares: dict[str, float] = {}
        for part in point["parts"]:
            counts[part["name"]] = counts.get(part["name"], 0) + part["count_per_operation"]
            shares[part["name"]] = shares.get(part["name"], 0) + part["share_ns"]["median"]
        points[point["mode"], point["concurrency"]] = Explained(
            counts, shares, *(point.get(key, {}).get("median") for key in ("measured_ns", "unexplained_ns")),
            [reason for reason in point.get("missing", []) if "not counted" in reason])
    return points


def known_cost(primitives: dict, slowdown: str, cpus: int) -> float:
    """In nanoseconds per operation: what its parts cost alone."""
    if not SLOWDOWNS[slowdown]:
        return SPIN_NS
    total = 0.0
    for part in SLOWDOWNS[slowdown]:
        processors = min(2, cpus) if part.is_between_threads else 1
        entry = next((entry for entry in primitives["primitives"] if entry["name"] == part.row
                      and entry.get("size_bytes") == part.size and entry["processors"] == processors), {})
        if not entry.get("cpu_ns"):
            fail(f"{part.row} has no cost on {processors} CPUs: {entry.get('obstacle', 'it was not measured')}")
        total += part.count * statistics.median(entry["cpu_ns"])
    return total


@dataclass(frozen=True)
class Growth:
    """A median over rounds, with its interval, or with the range of fewer than six."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:8.1f} [{self.low:.1f}, {self.high:.1f}]"


def growth(values: list[float]) -> Growth | None:
    return Growth(statistics.median(values), *(interval(values) or (min(values), max(values)))) if values else None


@dataclass(frozen=True)
class Answer:
    row: str
    size: Growth | None
    measured: Growth | None
    verdict: str


def answer(slowdown: str, known: float, pairs: list[tuple[Explained, Explained]]) -> Answer:
    """What grew from the first of each pair to the second."""
    needs = tuple(part.needs for part in SLOWDOWNS[slowdown]) or ("",)
    # What was counted on one side alone would seem to grow.
    usable = [(before, after) for before, after in pairs if before.uncounted == after.uncounted
              and not any(reason.startswith(needs) for reason in after.uncounted)]
    timed = [(before, after) for before, after in usable if before.measured and after.measured]
    measured = growth([after.measured - before.measured for before, after in timed])
    names = {name for pair in usable for point in pair for name in point.counts}
    # A part that does not occur has no row.
    counts = {name: statistics.median(after.counts.get(name, 0) - before.counts.get(name, 0)
                                      for before, after in usable) for name in names}
    most = max(counts, key=counts.__getitem__, default="none")
    expected = {part.row for part in SLOWDOWNS[slowdown]}
    if expected:
        row, is_right = most, most in expected
        size = growth([sum(after.shares.get(name, 0) - before.shares.get(name, 0) for name in expected)
                       for before, after in usable])
    else:
        is_right = counts.get(most, 0) < LEAST_COUNT
        row = "unexplained" if is_right else most
        size = growth([after.unexplained - before.unexplained for before, after in timed])
    if size is None:
        verdict = "open"
    elif not is_right or size.high < known * (1 - WITHIN) or size.low > known * (1 + WITHIN):
        verdict = "FAIL"
    else:
        verdict = "pass" if known * (1 - WITHIN) <= size.low and size.high <= known * (1 + WITHIN) else "open"
    return Answer(row, size, measured, verdict)


def measure(iomodes: str, folder: Path, costs: Path, arguments: argparse.Namespace) -> tuple[list[Round], int]:
    """The rounds, and the number of the client's CPUs."""
    suite = folder / "known-answers.json"
    suite.write_text(json.dumps({
        "name": "known-answers", "about": "what explain has to find",
        "experiments": [{"name": "echo", "workload": {"kind": "echo", "size": "64B"}, "modes": arguments.modes,
                         "concurrency": arguments.concurrency, "duration": arguments.duration, "warmup": "100ms",
                         "rounds": arguments.trials}]}))
    names = ["", *arguments.slowdowns]
    rounds: list[Round] = []
    cpus = 1
    for number in range(arguments.rounds):
        points = {}
        for place in range(len(names)):
            # Each takes each place in turn, so that what changes with time falls on all.
            name = names[(place + number) % len(names)]
            run = folder / f"{number + 1}-{name or 'none'}"
            told([iomodes, "run", str(suite), "--audit", "--seed", str(number + 1), "--quiet",
                  "--foreign-load", arguments.foreign_load, "--output", str(run)], name)
            points[name] = explained(iomodes, run, costs)
            cpus = len(json.loads((run / "run.json").read_text())["environment"]["client_cpus"])
        rounds.append(points)
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
    return rounds, cpus


def report(rounds: list[Round], primitives: dict, cpus: int, slowdowns: list[str]) -> bool:
    """Prints a line for each answer; returns whether none fails."""
    print(f"{'mode':12} {'lanes':>5}  {'slowdown':8}  {'row that grew':14}  {'grew by, ns':30}  {'known':>7}  "
          f"{'ratio':>6}  {'':4}  measured grew by, ns")
    verdicts = []
    points = dict.fromkeys(point for points in rounds for point in points[""])
    for point in points:
        for slowdown in slowdowns:
            known = known_cost(primitives, slowdown, cpus)
            found = answer(slowdown, known, [(each[""][point], each[slowdown][point]) for each in rounds
                                             if point in each[""] and point in each[slowdown]])
            verdicts.append(found.verdict)
            ratio = f"{found.size.middle / known:.2f}" if found.size else "–"
            print(f"{point[0]:12} {point[1]:5}  {slowdown:8}  {found.row:14}  {str(found.size or '–'):30}  "
                  f"{known:7.1f}  {ratio:>6}  {found.verdict:4}  {found.measured or '–'}")
    print(f"{verdicts.count('pass')} of {len(verdicts)} answers pass, {verdicts.count('FAIL')} fail, "
          f"{verdicts.count('open')} are open")
    return "FAIL" not in verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", metavar="FILE", help="a test build; unless given, it is built in .build-slowed")
    parser.add_argument("--modes", type=lambda text: text.split(","), default="blocking,dispatch,taskgroup,epoll",
                        help="blocking,dispatch,taskgroup,epoll unless given")
    parser.add_argument("--concurrency", type=lambda text: [int(lanes) for lanes in text.split(",")], default="1,64",
                        help="numbers of lanes; 1,64 unless given")
    parser.add_argument("--slowdowns", type=lambda text: text.split(","), default=",".join(SLOWDOWNS),
                        help=f"{','.join(SLOWDOWNS)} unless given")
    parser.add_argument("--rounds", type=int, default=7, help="in which the slowdowns take turns; 7 unless given")
    parser.add_argument("--trials", type=int, default=5, help="of each point in a round; 5 unless given")
    parser.add_argument("--duration", default="300ms", help="of a trial; 300ms unless given")
    parser.add_argument("--foreign-load", default="2%", metavar="PERCENT", help="as of `iomodes run`; 2%% unless given")
    parser.add_argument("--primitives", type=Path, metavar="DIR",
                        help="folder of costs measured before; unless given, they are measured first")
    parser.add_argument("--output", type=Path, metavar="DIR",
                        help="a new folder for the runs; they are not kept unless given")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.slowdowns if name not in SLOWDOWNS]:
        parser.error(f"no slowdown {', '.join(unknown)}; there are {', '.join(SLOWDOWNS)}")
    if arguments.rounds < 1 or arguments.trials < 1:
        parser.error("--rounds and --trials begin with 1")
    if arguments.primitives and not (arguments.primitives / "primitives.json").exists():
        parser.error(f"--primitives: {arguments.primitives} has no primitives.json")
    iomodes = program(arguments.program) if arguments.program else built()
    if VARIABLE.encode() not in Path(iomodes).read_bytes():
        fail(f"{iomodes} is no test build; build it with -Xswiftc -DSLOWED")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.output or Path(scratch)
        try:
            folder.mkdir(parents=True, exist_ok=folder == Path(scratch))
        except FileExistsError:
            fail(f"{folder} exists; name a new folder (--output)")
        costs = arguments.primitives or folder
        if not arguments.primitives:
            told([iomodes, "primitives", "--output", str(folder)])
        primitives = json.loads((costs / "primitives.json").read_text())
        rounds, cpus = measure(iomodes, folder, costs, arguments)
        if not report(rounds, primitives, cpus, arguments.slowdowns):
            sys.exit(1)


if __name__ == "__main__":
    main()
