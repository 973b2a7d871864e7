#!/bin/sh
# Install Debian packages where we may do so without asking: as root, or by a sudo that wants no
# password. Exits 1, having said why, where we may not or cannot.
# Usage: install_programs.sh PACKAGE...            with MIRROR set nothing is fetched, so it says no
set -eu

if [ -n "${MIRROR:-}" ]; then
    echo "MIRROR is set, so no network is used and apt is not asked to install: $*" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "there is no apt-get here to install: $*" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "not root, so not installing: $*" >&2
    exit 1
fi
echo "installing by apt: $*"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1 </dev/null
}
# A fresh machine has no package lists yet, and an old one may have outlived lists.
if ! install "$@"; then
    $as_root apt-get update -q >"$log" 2>&1 </dev/null || true
    if ! install "$@"; then
        tail -n 3 "$log" >&2
        echo "apt could not install: $*" >&2
        exit 1
    fi
fi
