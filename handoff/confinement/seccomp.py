"""A system call filter (seccomp(2)) without privileges: no network, no look at other processes.

It holds for the process that asks, all its threads and everything it starts, and cannot be taken
back. Unlike a network namespace it needs no right that a container or an ordinary user lacks.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER = 1
_FLAG_TSYNC = 1
_AF_UNIX = 1

# linux/filter.h and linux/seccomp.h
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    """System call numbers of one architecture (linux/audit.h, asm/unistd.h)."""

    audit: int
    seccomp: int
    socket: int
    forbidden: tuple[int, ...]  # ptrace, process_vm_readv, process_vm_writev, io_uring_setup


_MACHINES = {
    "x86_64": _Machine(0xC000003E, 317, 41, (101, 310, 311, 425)),
    "aarch64": _Machine(0xC00000B7, 277, 198, (117, 270, 271, 425)),
}


class ConfinementError(OSError):
    """The platform does not give what was asked for; the text says what, never why it matters."""


def keep_private() -> None:
    """No new privileges by exec, and no other process of this user may trace or dump this one."""
    libc = ctypes.CDLL(None, use_errno=True)
    _require(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _require(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")


def deny_network() -> None:
    """From now on no socket but a local one can be made, and no other process can be looked into.

    Raises:
        ConfinementError: another architecture, or a kernel without seccomp filters.
    """
    machine = _MACHINES.get(os.uname().machine)
    if machine is None:
        raise ConfinementError(errno.ENOSYS, "no system call filter for this architecture")
    program = b"".join(_program(machine))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    _require(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _require(libc.syscall(machine.seccomp, _SET_MODE_FILTER, _FLAG_TSYNC, header), "seccomp")


def _program(machine: _Machine) -> list[bytes]:
    """The filter: jumps count the instructions that follow, so it is written from its end."""
    refuse = _ERROR | errno.EACCES
    tests = [
        _step(_LOAD, _AT_ARCHITECTURE),
        _step(_EQUAL, machine.audit, 1, 0),
        # Calls of another architecture have other numbers: one way around every filter.
        _step(_RETURN, _KILL),
        _step(_LOAD, _AT_NUMBER),
        _step(_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, _KILL),
    ]
    for number in machine.forbidden:
        tests += [_step(_EQUAL, number, 0, 1), _step(_RETURN, refuse)]
    return [
        *tests,
        _step(_EQUAL, machine.socket, 1, 0),
        _step(_RETURN, _ALLOW),
        _step(_LOAD, _AT_FIRST_ARGUMENT),
        _step(_EQUAL, _AF_UNIX, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, refuse),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _require(result: int, what: str) -> None:
    if result != 0:
        raise ConfinementError(ctypes.get_errno(), f"{what} is not to be had")
