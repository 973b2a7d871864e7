"""Linux namespaces (namespaces(7)) by libc: an own network, process table and view of the disk."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from handoff.confinement.seccomp import ConfinementError

NOBODY = 65534
NEW_MOUNTS = 0x00020000
NEW_UTS = 0x04000000
NEW_IPC = 0x08000000
NEW_USER = 0x10000000
NEW_PIDS = 0x20000000
NEW_NETWORK = 0x40000000

_READ_ONLY, _NO_SUID, _NO_DEVICES = 0x1, 0x2, 0x4
_REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1


def unshare(flags: int) -> None:
    """Give this process namespaces of its own; inside an own user namespace where it must.

    In a user namespace this process is NOBODY, so that what it starts has no capabilities. Only a
    process with a single thread can enter a user namespace.

    Raises:
        ConfinementError: neither way is allowed here.
    """
    uid, gid = os.geteuid(), os.getegid()
    if _try_unshare(flags):
        return
    if not _try_unshare(flags | NEW_USER):
        raise ConfinementError(ctypes.get_errno(), "namespaces are not to be had")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1", encoding="ascii")


def leave_network() -> bool:
    """Enter an empty network namespace, local sockets' abstract names included; needs root."""
    return _try_unshare(NEW_NETWORK)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends (prctl(2))."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0) != 0:
        raise ConfinementError(ctypes.get_errno(), "a signal at the parent's death")


def own_root(place: str, size: int, shown: Iterable[str]) -> None:
    """Make a memory-backed directory at `place` the root, with `shown` in it read-only.

    It belongs to NOBODY. This process and what it starts alone see it, and it is gone with the last
    of them. Needs an own mount namespace.

    Args:
        place: an existing directory to mount over.
        size: bytes it may hold.
        shown: absolute paths to show under their own names; those that do not exist are skipped.
    """
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    options = f"mode=0700,uid={NOBODY},gid={NOBODY},size={size}"
    try:
        # Kept out of swap where the kernel can (6.4 and newer, outside of user namespaces).
        _mount("tmpfs", place, "tmpfs", _NO_SUID | _NO_DEVICES, options + ",noswap")
    except ConfinementError:
        _mount("tmpfs", place, "tmpfs", _NO_SUID | _NO_DEVICES, options)
    mask = os.umask(0o022)
    for path in shown:
        _show(path, place + path)
    os.umask(mask)
    os.chroot(place)
    os.chdir("/")


def become_nobody() -> None:
    """Give up root's rights; no more than a name in a user namespace."""
    with suppress(PermissionError):
        os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _show(path: str, target: str) -> None:
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    if Path(path).is_symlink():
        Path(target).symlink_to(Path(path).readlink())
        return
    if Path(path).is_dir():
        Path(target).mkdir(exist_ok=True)
    elif Path(path).exists():
        Path(target).touch()
    else:
        return
    _mount(path, target, None, _BIND | _RECURSIVE)
    if not path.startswith("/dev/"):
        _mount(path, target, None, _BIND | _REMOUNT | _READ_ONLY | _NO_SUID | _NO_DEVICES)


def _try_unshare(flags: int) -> bool:
    return bool(ctypes.CDLL(None, use_errno=True).unshare(flags) == 0)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str = ""
) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.mount(
        source.encode() if source else None,
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    if result != 0:
        raise ConfinementError(ctypes.get_errno(), "an own view of the file system")
