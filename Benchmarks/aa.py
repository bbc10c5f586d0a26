#!/usr/bin/env python3
"""How often `iomodes compare` finds a difference between runs of one build.

    Benchmarks/aa.py [--iomodes PROGRAM] [--least-effect PERCENT] RUN RUN...

Every pair of the runs is compared. A family is one metric in one experiment; in runs of one build each verdict in it is
a false one, and at most 5 % of the families should have any. At the end every second half of the runs is compared with
the other, as several runs a side.
"""
import argparse
import itertools
import json
import subprocess
import sys


def compare(options, first, second):
    """What `compare` answers, as JSON."""
    words = [options.iomodes, "compare", first, second, "--format", "json"]
    if options.least_effect is not None:
        words += ["--least-effect", options.least_effect]
    result = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"aa.py: {' '.join(words)} ended with {result.returncode}")
    return json.loads(result.stdout)


def families(comparison):
    """For each family, its rows that have a verdict other than "not significant"."""
    found = {}
    for experiment in comparison["experiments"]:
        for point in experiment["points"]:
            for metric, row in point["metrics"].items():
                family = found.setdefault((experiment["family"], metric), [])
                if row["verdict"] in ("faster", "slower"):
                    ratio = row["ratio"]["median"]
                    family.append(f"{point['mode']} at {point['concurrency']}: {row['verdict']}, {ratio:.3f}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--iomodes", default=".build/release/iomodes")
    parser.add_argument("--least-effect", metavar="PERCENT")
    parser.add_argument("runs", nargs="+", metavar="RUN")
    options = parser.parse_args()
    if len(options.runs) < 2:
        parser.error("name at least two runs of one build")
    total = {}
    for first, second in itertools.combinations(options.runs, 2):
        comparison = compare(options, first, second)
        for family, rows in families(comparison).items():
            counts = total.setdefault(family, [0, 0])
            counts[0] += bool(rows)
            counts[1] += 1
            for row in rows:
                print(f"  {first} {second}  {family[0]} {family[1]}: {row}")
    for (experiment, metric), (found, count) in total.items():
        print(f"{experiment:24} {metric:10} {found:3} of {count} pairs")
    found, count = (sum(counts[i] for counts in total.values()) for i in (0, 1))
    print(f"one run a side: {found} of {count} families have a verdict ({100 * found / count:.1f} %)")
    if len(options.runs) >= 4:
        several = families(compare(options, ",".join(options.runs[::2]), ",".join(options.runs[1::2])))
        found = sum(bool(rows) for rows in several.values())
        print(f"every other run: {found} of {len(several)} families have a verdict")


if __name__ == "__main__":
    main()
