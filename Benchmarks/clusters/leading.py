#!/usr/bin/env python3
"""What leading a run over several hosts costs: start skew, time between trials, and the leader's own CPU time.

The server is on the first host, and one process with one lane loads it from each of the next 1, 2, 4, … hosts. Each
lane waits 10 ms for each of its operations, so that neither network nor CPUs are the limit. Between two trials the
leader starts processes, estimates clocks, brings the hosts to one start and records: that is the time from one record
to the next, without the measured window. CPU time is that of the leading process alone, not of the launchers it starts.

Prints data for gnuplot, which leading.gp draws. See ../README.md."""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "peers"))
from common import IOMODES, fail, interval, program  # noqa: E402

EXAMPLES = """examples:
  local.py netns --hosts 33 -- leading.py --hosts 'n[1-33]' --launch netns --output leading.dat
  gnuplot -e "data='leading.dat'" leading.gp
  leading.py --hosts n1,n2,n3,n4,n5                                               real machines, by ssh
"""

OPERATIONS = 20  # of each lane
DELAY_MS = 10
POLL = 0.002  # seconds
CPUCLOCK_SCHED = 2


@dataclass(frozen=True)
class Mark:
    """When a trial had been recorded."""

    at: float  # seconds
    cpu: float  # seconds that the leader had used


@dataclass(frozen=True)
class Run:
    record: dict
    trials: list[dict]
    marks: list[Mark]


def hosts_of(text: str) -> list[str]:
    """Those of a list such as n1,n2 or n[1-3]."""
    found = re.fullmatch(r"([^\[\],]*)\[(\d+)-(\d+)\]", text)
    return [f"{found[1]}{number}" for number in range(int(found[2]), int(found[3]) + 1)] if found else text.split(",")


def cpu_time(process: int) -> float:
    """What all threads of a process have used: clock_getcpuclockid(3), which Python does not have."""
    return time.clock_gettime(~process << 3 | CPUCLOCK_SCHED)


def lead(iomodes: str, launcher: str, hosts: Sequence[str], trials: int) -> Run:
    """A run with the server on the first host and one lane on each other."""
    lanes = len(hosts) - 1
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
        output = Path(folder, "run")
        # Whatever else the machine does, and however far apart hosts start, is what is measured.
        command = [iomodes, "run", "--workload", "http", "--delay", f"{DELAY_MS}ms", "--modes", "epoll",
                   "--concurrency", str(lanes), "--operations", str(OPERATIONS * lanes), "--rounds", str(trials),
                   "--hosts", ",".join(hosts), "--launch", launcher, "--start-skew", "10s",
                   "--foreign-load", "100000%", "--quiet", "--output", str(output)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        marks: list[Mark] = []
        with contextlib.ExitStack() as files:
            lines = None
            while process.poll() is None:
                if lines is None and (output / "trials.jsonl").exists():
                    lines = files.enter_context((output / "trials.jsonl").open("rb"))
                # Each trial is a line.
                if lines and (recorded := lines.read().count(b"\n")):
                    marks += [Mark(time.monotonic(), cpu_time(process.pid))] * recorded
                time.sleep(POLL)
        if process.returncode not in (0, 3) or lines is None:
            errors.seek(0)
            fail(f"'{' '.join(command)}' ended with exit code {process.returncode}: {errors.read().decode().strip()}")
        return Run(json.loads((output / "run.json").read_text()),
                   [json.loads(line) for line in (output / "trials.jsonl").read_text().splitlines()], marks)


def cells(values: Sequence[float]) -> str:
    """The median and its interval, or the range of fewer than six values; NaN without any."""
    if not values:
        return "NaN NaN NaN"
    ends = interval(list(values)) or (min(values), max(values))
    return " ".join(f"{value:.0f}" for value in [statistics.median(values), *ends])


def row(run: Run, hosts: int) -> str:
    """The line of the data for a number of load hosts."""
    skews = [trial["start_skew_ns"] for trial in run.trials if "start_skew_ns" in trial and hosts > 1]
    late = [max(host["start_late_ns"] for host in trial["hosts"] if "start_late_ns" in host)
            for trial in run.trials if trial["valid"]]
    between, cpu = [], []
    for before, after, trial in zip(run.marks, run.marks[1:], run.trials[1:]):
        if trial["valid"]:
            between.append((after.at - before.at) * 1e9 - trial["wall_ns"])
            cpu.append((after.cpu - before.cpu) * 1e9)
    per_host = f"{statistics.median(cpu) / hosts:.0f}" if cpu else "NaN"
    return " ".join([str(hosts), str(len(late)), cells([skew["found"] for skew in skews]),
                     cells([skew["most"] for skew in skews]), cells(late), cells(between), cells(cpu), per_host])


COLUMNS = " ".join(["hosts", "valid_trials"] + [
    f"{name}_ns low_ns high_ns" for name in ["skew_found", "skew_at_most", "start_late", "between_trials", "leader_cpu"]
] + ["leader_cpu_per_host_ns"])


def header(record: dict, launcher: str, trials: int) -> str:
    environment = record["environment"]
    hosts = record["cluster"]["hosts"]
    machines = len({host.get("boot_id") for host in hosts})
    return f"""# question: What does leading a run over more hosts cost?
# date: {record['started']}
# machine: {environment.get('cpu_model', 'unknown')}, {environment.get('cpus_online', '?')} CPUs
# launcher: {' '.join(record['cluster']['launch'])}
# workload: http, {DELAY_MS} ms, epoll, one lane on each load host, {OPERATIONS} operations of each; {trials} trials
# hosts: {len(hosts)} on {machines} machine{"" if machines == 1 else "s"}
# interval: 95 % of the median over trials, or their range if fewer than six
"{launcher}" {COLUMNS}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=hosts_of, required=True,
                        help="such as n1,n2,n3 or n[1-33]; the first one serves")
    parser.add_argument("--launch", default="ssh", metavar="COMMAND", help="as of `iomodes run`; ssh unless given")
    parser.add_argument("--trials", type=int, default=21, help="for each number of hosts; 21 unless given")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the data go; standard output unless given")
    parser.add_argument("--iomodes", default=str(IOMODES), help="the program")
    arguments = parser.parse_args()
    iomodes = program(arguments.iomodes)
    if len(arguments.hosts) < 2:
        parser.error("--hosts: name a host for the server, and one or more that load it")
    if arguments.trials < 2:
        parser.error("--trials: what is between two trials needs two")
    rows = []
    hosts = 1
    while hosts < len(arguments.hosts):
        run = lead(iomodes, arguments.launch, arguments.hosts[:hosts + 1], arguments.trials)
        rows.append(row(run, hosts) + "\n")
        print(f"{hosts} of {len(arguments.hosts) - 1} hosts: {len(run.trials)} trials", file=sys.stderr)
        hosts *= 2
    # Data of several launchers may follow each other, as blocks.
    text = "".join([header(run.record, arguments.launch, arguments.trials), *rows, "\n\n"])
    if arguments.output:
        arguments.output.write_text(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
