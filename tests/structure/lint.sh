#!/usr/bin/env bash
# clang-format, cppcheck and clang-tidy over all of the code, and a linter over the description of the API; any finding fails. usage: lint.sh
# BUILD [quick]; quick leaves out clang-tidy, which takes minutes, and that linter, which needs npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
mapfile -t files < <(git ls-files '*.c' '*.h')
mapfile -t sources < <(git ls-files '*.c' | grep -v '^tests/')
failed=0
clang-format-14 --dry-run --Werror "${files[@]}" || failed=1
cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,performance,portability \
  --suppressions-list=tests/structure/cppcheck.supp -I. "${sources[@]}" || failed=1
if [ "${2:-}" != quick ]; then
  # One file a run: with several it takes each va_list for uninitialized.
  printf '%s\n' "${sources[@]}" | xargs -P 2 -n 1 clang-tidy-14 --quiet -p "$build" 2>/dev/null || failed=1
fi
if [ "${2:-}" != quick ]; then
  tests/structure/lint_openapi.sh "$build" || failed=1
fi
[ $failed = 0 ] && echo "lint: clean"
exit $failed
