#!/bin/sh
# Install dist/'s wheel by the commands of the README's section "Install", in an empty directory,
# and redact examples/batch with it: what a user gets, and no checkout helps.
# Usage: try_wheel.sh        (after `make wheel`)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp "$root"/dist/handoff-*.whl "$place"
cd "$place"

unset HANDOFF_ASSETS HANDOFF_HOME VIRTUAL_ENV
# `make fresh` has an index of newer releases that are empty: a lock withstands it, and whoever
# installs without one asks for whatever is newest.
unset PIP_EXTRA_INDEX_URL
export HOME="$place" XDG_DATA_HOME="$place/data"
sed -n '/<!-- install:begin -->/,/<!-- install:end -->/s/^\$ //p' "$root/README.md" >install.sh
[ -s install.sh ] || { echo "README.md shows no commands to install with" >&2; exit 1; }
set -x
. ./install.sh
handoff init
# The example policy names no vendor yet, which doctor says; all else must be in order.
handoff doctor | tee doctor.txt || true
[ "$(grep -c ^WRONG doctor.txt)" = "$(grep -cE '^WRONG (vendor acme|pictures)' doctor.txt)" ]
# Exit status 3: some of the examples can be delivered by nobody.
code=0
handoff redact "$root/examples/batch" -o redacted >redact.txt 2>&1 || code=$?
tail -n 1 redact.txt
[ "$code" = 3 ]
if grep 'process reading this document died' redact.txt; then exit 1; fi
[ "$(find redacted -type f | wc -l)" -ge 20 ]
handoff custody verify
