#!/bin/sh
# Writes all sentences that are to be translated into a template: extract.sh TEMPLATE.pot. Where they stand says po/POTFILES.
set -eu
template=$(realpath "$1")
cd "$(dirname "$0")/.."
extract() {
  # That most remedies are empty is no news.
  xgettext --from-code=UTF-8 --language=C --package-name=kordon --no-wrap --add-comments=Translators: --keyword= "$@" \
    --files-from=po/POTFILES --output="$template" 2>"$template.errors" || { cat "$template.errors" >&2; exit 1; }
  rm -f "$template.errors"
}
# A reason's row has two sentences, which xgettext finds in two passes.
extract --keyword=N_ --keyword=CODE_:1c,2 --keyword=_ --keyword=language_text:2 --flag=print_line:1:c-format \
  --flag=print_error:1:c-format --flag=_:1:pass-c-format \
  --flag=N_:1:pass-c-format --flag=failure_set:4:c-format --keyword=REASON:3
extract --join-existing --keyword=REASON:4
