#!/usr/bin/env bash
# ./dev bench: the kernels, then whole runs beside their raw limits; prints the tables of
# docs/performance.md. Works in build/bench and leaves nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/release
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(uname -sr)"
for kernels in "$build"/bench_kernels "$build"/bench_kernels_*; do
  [ -x "$kernels" ] && "$kernels" --benchmark_counters_tabular=true "$@" 2>/dev/null
done
"$build/bench_whole" "$build" build/bench
