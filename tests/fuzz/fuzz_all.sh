#!/usr/bin/env bash
# Runs every libFuzzer target of a build for a while: fuzz_all.sh BUILD [SECONDS [TARGET...]]. New inputs are kept in
# BUILD/corpus; an input that breaks a target is left in BUILD/crashes, to be mended and then kept in
# tests/fuzz/<target>.repro, which the ordinary test run replays.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd) seconds=${2:-60}
shift; [ $# -eq 0 ] || shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd "$build/tests" && find . -maxdepth 1 -type f -executable -name 'fuzz_*' -printf '%f\n' | sort)
mkdir -p "$build/crashes"
failed=0
for target in "${targets[@]}"; do
  mkdir -p "$build/corpus/$target"
  if "$build/tests/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="$build/crashes/$target-" "$build/corpus/$target" "$source/tests/fuzz/$target.in" \
      >"$build/corpus/$target.log" 2>&1; then
    echo "ok $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/corpus/$target.log") inputs in $seconds s"
  else
    echo "FAILED $target: see $build/corpus/$target.log"
    failed=1
  fi
done
exit $failed
