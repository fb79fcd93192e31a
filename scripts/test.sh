#!/usr/bin/env bash
# Runs tests with cargo-nextest where it is installed, else with `cargo test`, then the examples in the documentation.
# Prints the ten slowest tests.
#
#   scripts/test.sh --workspace                   all tests
#   scripts/test.sh -p ibert-golden -p ibert-isa  those of some crates
#   JOBS=1 scripts/test.sh --workspace            one compiler and one test at a time, on a machine with little memory
set -euo pipefail
cd "$(dirname "$0")/.."

# Some tests run make. They must not inherit the flags of the make that runs this script.
unset MAKEFLAGS MFLAGS MAKELEVEL

# A compiler of Rust or C++, Yosys and Chromium take up to 2 GB each. Where there is less than that per core, as many
# run at a time as there is memory for.
memory_gb="${IBERT_MEMORY_GB:-$(awk '$1 == "MemTotal:" { print int($2 / 1024 / 1024 + 0.5) }' /proc/meminfo 2>/dev/null || true)}"
jobs="${JOBS:-}"
if [ -z "$jobs" ] && [ -n "$memory_gb" ] && [ $((memory_gb / 2)) -lt "$(nproc)" ]; then
    jobs=$((memory_gb / 2 > 0 ? memory_gb / 2 : 1))
    printf 'test: %s GB of memory, so %s at a time; choose another number with JOBS=…\n' "$memory_gb" "$jobs" >&2
fi
if [ -n "$jobs" ]; then
    export CARGO_BUILD_JOBS="$jobs" RUST_TEST_THREADS="$jobs" NEXTEST_TEST_THREADS="$jobs"
fi

status=0
if cargo nextest --version >/dev/null 2>&1; then
    report=target/nextest/default/junit.xml
    rm -f "$report"
    cargo nextest run --locked "$@" || status=$?
    [ ! -f "$report" ] || scripts/slowest.py "$report"
    [ "$status" != 0 ] || cargo test --doc --locked --quiet "$@" || status=$?
else
    printf 'test: cargo-nextest is not installed: tests run with cargo test, which does not measure their times\n' >&2
    cargo test --locked "$@" || status=$?
fi
exit "$status"
