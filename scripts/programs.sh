#!/bin/sh
# Have the system programs that are named, installing what is missing where that is allowed. Where
# it is not, say which are missing and go on: whoever needs them does without, and says so.
# Usage: programs.sh PROGRAM:PACKAGE...
# PROGRAM is a name to be found on the PATH, or a path in which * stands for any version.
set -eu

is_there() {
    case $1 in
    /*)
        # shellcheck disable=SC2086 # the pattern is to be expanded; without a match it stays
        for path in $1; do
            if [ -x "$path" ]; then return 0; fi
        done
        return 1
        ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing=""
for pair in "$@"; do
    is_there "${pair%%:*}" || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086 # a list of package names
"$(dirname "$0")/install_programs.sh" $missing || echo "going on without:$missing"
