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
    """SUDO_UID, where our parent is a process of root's called sudo.

    Whoever can arrange for that otherwise runs programs of their own as this account, and has its
    keys: the variable alone would let everybody who may only call handoff be somebody else.
    """
    parent = _PROC / str(os.getppid())
    try:
        status = (parent / "status").read_text()
    except OSError:
        return ""
    is_sudo = re.search(r"^Name:\tsudo$", status, re.M) and re.search(
        r"^Uid:\t[0-9]+\t0\t", status, re.M
    )
    uid = os.environ.get("SUDO_UID", "")
    return _name(int(uid)) if is_sudo and re.fullmatch(r"[0-9]{1,9}", uid) else ""


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
