#!/usr/bin/env python3
"""What it costs to record a latency, beside HdrHistogram_c on the same values in the same processes.

Builds the peer from a checkout of HdrHistogram_c, measures both by turns with harness-benchmarks, and has `iomodes
compare` print the ratios, ours / peer, with their intervals. See ../README.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent.parent
BUILD = PROJECT / ".build" / "release"
# As a library has it: a call for each value, but none through the table of what other libraries may replace.
FLAGS = ["-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wl,-Bsymbolic"]


def run(command: list[str], **options: object) -> None:
    if subprocess.run(command, **options).returncode != 0:
        sys.exit(f"compare.py: '{' '.join(command)}' failed")


def build(checkout: Path, library: Path, inlined: bool) -> None:
    source = checkout / "src" / "hdr_histogram.c"
    if not source.exists():
        sys.exit(f"compare.py: {source} is missing; --hdr names a checkout of github.com/HdrHistogram/HdrHistogram_c")
    flags = FLAGS + (["-flto"] if inlined else [])
    run(["cc", *flags, f"-I{checkout / 'include'}", f"-I{checkout / 'src'}", str(HERE / "record.c"), str(source),
         "-o", str(library), "-lm"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hdr", type=Path, required=True, metavar="PATH", help="a checkout of HdrHistogram_c")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--inlined", action="store_true", help="let the C compiler inline hdr_record_value (-flto)")
    arguments = parser.parse_args()
    for product in ["harness-benchmarks", "iomodes"]:
        run(["swift", "build", "-c", "release", "--product", product], cwd=PROJECT, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "peer.so")
        build(arguments.hdr, library, arguments.inlined)
        run([str(BUILD / "harness-benchmarks"), "--rounds", str(arguments.rounds), "--output", f"{folder}/run",
             "--peer-histogram", str(library)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for peer, mode in [("peer", "unshared"), ("peer-shared", "shared")]:
            run([str(BUILD / "iomodes"), "compare", f"{folder}/run", "--baseline", peer, "--modes", mode])


if __name__ == "__main__":
    main()
