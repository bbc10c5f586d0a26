#!/usr/bin/env python3
"""Checks runs over several hosts: were all trials valid, and did both sides count the same operations?

Every trial has to name hosts that `run.json` has, and to be valid, or repeated. The load hosts' operations add up to
the trial's. If a trial had a number of operations, its server counted exactly as many. If it had a duration, an
operation may lie across an edge of the window; then the program's own verdict stands, which allows for that. Prints a
line for each run; the exit code is 1 if anything is wrong."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

EXAMPLES = """examples:
  check.py results/20261130-204500-quick
"""
SHOWN = 8


def objections(trial: dict, roles: dict[str, str]) -> list[str]:
    """What is wrong with a trial. `roles` are the hosts' of the run."""
    if "skipped" in trial:
        return [f"skipped: {trial['skipped']['reason']}"]
    found = [] if trial["valid"] else list(trial["reasons"])
    rows = trial.get("hosts", [])
    done = trial["operations"].get("done")
    if not rows:
        found.append("names no hosts")
    if strangers := [row["name"] for row in rows if roles.get(row["name"]) != row["role"]]:
        found.append(f"names hosts that are not the run's: {', '.join(strangers)}")
    load = sum(row.get("operations", {}).get("done", 0) for row in rows if row["role"] == "load")
    if load != done:
        found.append(f"its load hosts did {load} operations, and it has {done}")
    if any(row["role"] == "server" for row in rows):
        served = trial.get("server", {}).get("operations_done")
        if served is None or trial["operations"].get("asked") is not None and served != done:
            found.append(f"its server counted {served} operations, its clients {done}")
    return found


def check(run: Path) -> bool:
    """Says what a run has, or what is wrong with it."""
    try:
        record = json.loads((run / "run.json").read_text())
        trials = [json.loads(line) for line in (run / "trials.jsonl").read_text().splitlines()]
    except (OSError, json.JSONDecodeError) as error:
        print(f"check.py: {run} cannot be read: {error}; name the folder of a run", file=sys.stderr)
        return False
    if "cluster" not in record or not trials:
        print(f"check.py: {run} has no trials over several hosts", file=sys.stderr)
        return False
    hosts = record["cluster"]["hosts"]
    roles = {host["name"]: host["role"] for host in hosts}
    repeated = {trial.get("repeats") for trial in trials}
    judged = [trial for trial in trials if trial["trial"] not in repeated]
    wrong = [
        f"trial {trial['trial']} ({trial['experiment']}, {trial['mode']}, {trial['concurrency']} lanes): {objection}"
        for trial in judged for objection in objections(trial, roles)
    ]
    for line in wrong[:SHOWN]:
        print(f"check.py: {run}: {line}", file=sys.stderr)
    if len(wrong) > SHOWN:
        print(f"check.py: {run}: and {len(wrong) - SHOWN} more", file=sys.stderr)
    if wrong:
        return False
    served = [trial for trial in judged if any(row["role"] == "server" for row in trial["hosts"])]
    counted = sum(trial["server"]["operations_done"] for trial in served)
    done = sum(trial["operations"]["done"] for trial in served)
    skews = [trial["start_skew_ns"]["most"] for trial in judged if "start_skew_ns" in trial]
    print(f"{run}: {len(judged)} trials on {', '.join(roles)} are valid; the clients counted {done:,} operations, the "
          f"server {counted:,}; hosts started within {max(skews, default=0) / 1000:,.0f} µs")
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the folder of a run")
    outcomes = [check(run) for run in parser.parse_args().runs]
    if not all(outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()
