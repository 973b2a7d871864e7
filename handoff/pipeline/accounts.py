"""Who acts: the person, also where everybody works through one account of the machine.

A handoff home belongs to one account (`home.py`), so people come to it with sudo. The environment
(LOGNAME, USER) is not asked: whoever runs a command can set it, and two people must agree.
"""

from __future__ import annotations

import os
import pwd
import re
from pathlib import Path

_PROC = Path("/proc")
_ROOT = 0
_NOBODY_LOGGED_IN = 2**32 - 1
"""What the kernel says where no login began the process: a service, a container (proc(5))."""


def account() -> str:
    """The account that acts, from what only the kernel and sudo can say.

    In this order: the login that began the session (`/proc/self/loginuid`, which sudo and su leave
    as it is); whom sudo names, where sudo itself started this process; the process's own account.
    """
    return _logged_in() or _through_sudo() or _name(os.geteuid())


def _logged_in() -> str:
    try:
        uid = int((_PROC / "self" / "loginuid").read_text())
    except (OSError, ValueError):
        return ""
    return "" if uid == _NOBODY_LOGGED_IN else _name(uid)


def _through_sudo() -> str:
    """SUDO_UID, if our parent is a process of root's called sudo: nobody else can be one."""
    parent = _PROC / str(os.getppid())
    try:
        is_sudo = (parent / "comm").read_text() == "sudo\n" and parent.stat().st_uid == _ROOT
    except OSError:
        return ""
    uid = os.environ.get("SUDO_UID", "")
    return _name(int(uid)) if is_sudo and re.fullmatch(r"[0-9]{1,9}", uid) else ""


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
