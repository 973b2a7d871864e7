#!/bin/sh
# Have the system programs that are named, installing what is missing where that is allowed. Where
# it is not, say which are missing and go on: whoever needs them does without, and says so.
# Usage: programs.sh PROGRAM:PACKAGE...
set -eu

missing=""
for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086 # a list of package names
"$(dirname "$0")/install_programs.sh" $missing || echo "going on without:$missing"
