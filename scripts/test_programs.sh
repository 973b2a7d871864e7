#!/bin/sh
# The system programs that some tests play the vendor with. Those that are missing are installed
# where that is allowed; where it is not, their tests are skipped, each with the program's name.
set -eu

missing=""
for pair in age:age ssh-keygen:openssh-client pdftotext:poppler-utils qpdf:qpdf; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086 # a list of package names
if ! "$(dirname "$0")/install_programs.sh" $missing; then
    echo "tests that need one of these will be skipped, by name:$missing"
fi
