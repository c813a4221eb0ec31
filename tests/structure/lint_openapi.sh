#!/usr/bin/env bash
# Has docs/openapi.yaml judged by a linter that is not ours; any finding fails. usage: lint_openapi.sh BUILD
# The linter is installed below BUILD, in the versions and with the digests of openapi_linter/package-lock.json. Ends with 77, and says why,
# where it can't be had: then the document was not judged.
set -euo pipefail
cd "$(dirname "$0")/../.."
from=tests/structure/openapi_linter
folder=$1/openapi-linter

not_judged() {
  echo "lint: docs/openapi.yaml was not judged: $1" >&2
  exit 77
}

command -v npm >/dev/null || not_judged "npm is not installed here"
if ! cmp -s "$from/package-lock.json" "$folder/installed.json"; then
  mkdir -p "$folder"
  cp "$from/package.json" "$from/package-lock.json" "$folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) ||
    not_judged "npm could not install the linter: $(grep -m 1 'npm.*err' "$folder/npm.log" || echo "see $folder/npm.log")"
  cp "$from/package-lock.json" "$folder/installed.json"
fi
# It would tell its maker that it was used, and ask for a newer one.
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
  "$folder/node_modules/.bin/redocly" lint --config "$from/redocly.yaml" --format=stylish docs/openapi.yaml
