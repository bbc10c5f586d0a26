#!/bin/sh
# Builds with the crates of crates.io, or with Debian's where those cannot be reached.
set -e
cd "$(dirname "$0")"
CARGO_NET_RETRY=0 cargo build --release --quiet 2>/dev/null || cargo build --release --quiet --config debian.toml
