#!/bin/sh
# Say in plain words what is wrong with the Python that is to make the virtual environment.
# Usage: check_python.sh PYTHON
set -eu
python=$1

if ! command -v "$python" >/dev/null 2>&1; then
    echo "handoff needs Python 3.11 to 3.14, and there is no '$python' here." >&2
    echo "Install it (on Debian 12 or newer: apt install python3 python3-venv)," >&2
    echo "or name another one: make PYTHON=/path/to/python3" >&2
    exit 1
fi
# For these every package of the locks has a wheel (`make lock` looks); others would be compiled.
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))'; then
    echo "handoff needs Python 3.11 to 3.14; '$python' is $("$python" -V 2>&1)." >&2
    echo "Name another one: make PYTHON=/path/to/python3" >&2
    exit 1
fi
if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    exit 0
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$(readlink -f "$(command -v "$python")")" = "/usr/bin/python$version" ]; then
    "$(dirname "$0")/install_programs.sh" "python$version-venv" || true
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "'$python' cannot make virtual environments: its venv module is not installed." >&2
    echo "On Debian and Ubuntu: apt install python3-venv" >&2
    exit 1
fi
