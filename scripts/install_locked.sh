#!/bin/sh
# Install exactly what the named locks hold into a virtual environment, each file checked by its
# hash. pip resolves nothing: a lock names every package, so that what was released since cannot
# come in, neither by itself nor by an extra of a package that is named.
# Usage: install_locked.sh PYTHON LOCK...          WHEELS=DIR takes all from DIR, without network
set -eu
python=$1
shift
pip() { "$python" -m pip --disable-pip-version-check --no-input "$@"; }

for lock in "$@"; do
    if [ -n "${WHEELS:-}" ]; then
        pip install --quiet --quiet --no-index --find-links "$WHEELS" \
            --no-deps --require-hashes -r "$lock"
    else
        pip install --quiet --quiet --no-deps --require-hashes -r "$lock"
    fi
done
# A lock that lacks something would leave a package without what it needs: say so now.
pip check >/dev/null || { pip check >&2; exit 1; }
