#!/bin/sh
# Try the README's commands as a newcomer would: on a bare Debian, as root and as an ordinary
# user, with a package index that offers a newer release of everything that handoff installs.
#
# Usage: fresh.sh RUN...      a RUN is SUITE:USER, as in bookworm:root or trixie:user
#   FRESH_DIR   where the systems are built and the logs stay (default: /var/tmp/handoff-fresh)
#   COMMANDS    what is run there, one after the other (default: "make demo;make try-wheel;make test")
#   PYTHON      of this checkout's environment, which makes the index of newer releases
#
# Needs root, debootstrap and the package registries. Each run has mounts and processes of its own,
# which end with it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=${FRESH_DIR:-/var/tmp/handoff-fresh}
commands=${COMMANDS:-make demo;make try-wheel;make test}
packages=ca-certificates,python3,python3-venv,make,curl,git

[ "$(id -u)" = 0 ] || { echo "make fresh builds systems, for which it must be root" >&2; exit 1; }
if ! command -v debootstrap >/dev/null; then
    "$root/scripts/install_programs.sh" debootstrap
fi
mkdir -p "$work"
rm -rf "$work/newer"
(cd "$root" && "$PYTHON" -m tests.install.newer_index "$work/newer")

base() {  # SUITE: the bare system, built once
    [ -e "$work/base-$1/.built" ] && return
    rm -rf "$work/base-$1"
    debootstrap --variant=minbase --include="$packages" "$1" "$work/base-$1" >"$work/$1.log" 2>&1
    touch "$work/base-$1/.built"
}

furnish() {  # SYSTEM USER: the commit, the test data, this machine's way to the network
    system=$1
    cp /etc/resolv.conf /etc/hosts "$system/etc/"
    if [ -n "${SSL_CERT_FILE:-}" ]; then
        cp "$SSL_CERT_FILE" "$system/etc/ssl/certs/ca-certificates.crt"
    fi
    [ "$2" = root ] || chroot "$system" useradd --create-home --shell /bin/sh "$2"
    home=$(chroot "$system" sh -c "echo ~$2")
    git clone --quiet "$root" "$system$home/handoff"
    if [ -d "$root/../shared" ]; then cp -r "$root/../shared" "$system$home/shared"; fi
    cp -r "$work/newer" "$system/opt/newer"
    chroot "$system" chown -R "$2" "$home"
}

run() {  # SYSTEM USER COMMAND: in the checkout there, with nothing of this machine's environment
    certificates=/etc/ssl/certs/ca-certificates.crt
    unshare --mount --pid --fork sh -c '
        set -eu
        mount --make-rprivate /
        mount --rbind /dev "$1/dev"
        mount -t sysfs sysfs "$1/sys"
        mount -t proc proc "$1/proc"
        home=$(chroot "$1" sh -c "echo ~$2")
        exec chroot "$1" su "$2" --shell /bin/sh --command "cd $home/handoff && exec env -i \
            HOME=$home USER=$2 LOGNAME=$2 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            LANG=C.UTF-8 PIP_CERT=$4 SSL_CERT_FILE=$4 NODE_EXTRA_CA_CERTS=$4 \
            PIP_EXTRA_INDEX_URL=file:///opt/newer $3"
    ' run "$1" "$2" "$3" "$certificates" </dev/null
}

failed=0
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
for each in "$@"; do
    suite=${each%%:*}
    user=${each##*:}
    system=$work/$suite-$user
    base "$suite"
    rm -rf "$system"
    cp -a "$work/base-$suite" "$system"
    furnish "$system" "$user"
    python=$(chroot "$system" python3 -V)
    IFS=';'
    for command in $commands; do
        log="$work/$suite-$user-$(echo "$command" | tr -c 'a-z0-9\n' -).log"
        begun=$(date +%s)
        unset IFS
        if run "$system" "$user" "$command" >"$log" 2>&1; then result=passed; else
            result="FAILED ($?)"; failed=1
        fi
        took=$(($(date +%s) - begun))
        last=$(grep -E '^(=+ )?[0-9]+ (passed|failed)|(delivered|ready)$' "$log" | tail -n 1)
        printf '%-9s %-5s %-14s %-12s %-12s %5d s  %s\n' \
            "$suite" "$user" "$python" "$command" "$result" "$took" "$last" | tee -a "$summary"
        IFS=';'
    done
    unset IFS
    rm -rf "$system"
done
echo "commit $(git -C "$root" rev-parse --short HEAD); the logs are in $work:"
cat "$summary"
exit $failed
