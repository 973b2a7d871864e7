"""The program between handoff and LibreOffice; run as `python -I -m`, never imported for its main.

    worker -> this (outer) -> this, first process of its own namespaces (inner) -> soffice.bin

The document comes in by standard input, the result leaves by standard output, and in between both
lie in a memory-backed file system that nobody else sees and that goes with its processes. Where
namespaces are not to be had, a private directory in /dev/shm takes its place; outer removes it even
when the worker is killed, and a later run removes what a killed outer left.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from handoff.confinement.namespaces import (
    NEW_IPC,
    NEW_MOUNTS,
    NEW_NETWORK,
    NEW_PIDS,
    NEW_UTS,
    become_nobody,
    die_with_parent,
    own_root,
    unshare,
)
from handoff.confinement.seccomp import ConfinementError, deny_network
from handoff.documents.libreoffice.profile import registry

NOTHING_CONVERTED, NO_NAMESPACES, NO_MEMORY_STORE, TOO_LARGE = 70, 71, 72, 73
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a private directory is made in it
PREFIX = "handoff-office-"
_CHUNK = 1 << 20
# What soffice.bin exits with when it has set up a new profile (desktop/source/app/app.cxx).
_START_AGAIN = 81
# What LibreOffice needs of the machine; /etc, /home, /root and /var are not there otherwise.
_SHOWN = (
    "/usr", "/bin", "/lib", "/lib64", "/opt", "/etc/fonts", "/etc/libreoffice", "/etc/ld.so.cache",
    "/etc/alternatives", "/var/lib/libreoffice", "/var/cache/fontconfig", "/dev/null",
    "/dev/urandom",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """What to do, as the worker hands it over on the command line: nothing of the document.

    Attributes:
        program: path of soffice.bin.
        infilter: LibreOffice's name of the import filter, so that it does not guess another.
        outfilter: argument of `--convert-to`.
        source, target: file extensions, without dots.
        memory_bytes, cpu_seconds, output_bytes: limits.
        namespaces: whether to run in namespaces of its own.
        life: descriptor of a pipe that is closed when the worker ends.
    """

    program: str
    infilter: str
    outfilter: str
    source: str
    target: str
    memory_bytes: int
    cpu_seconds: int
    output_bytes: int
    namespaces: bool
    life: int


def main() -> int:
    """Convert what standard input gives; the exit status says what went wrong."""
    job = Job(**json.loads(sys.argv[1]))
    os.umask(0o077)
    with suppress(ConfinementError):
        deny_network()
    if not job.namespaces:
        return _in_shared_memory(job)
    try:
        unshare(NEW_MOUNTS | NEW_PIDS | NEW_NETWORK | NEW_IPC | NEW_UTS)
    except OSError:
        return NO_NAMESPACES
    return _supervise(job, lambda: _first_process(job))


def _first_process(job: Job) -> int:
    die_with_parent()
    try:
        own_root("/tmp", job.output_bytes * 3, _SHOWN)  # noqa: S108 - mounted over
        become_nobody()
    except OSError:
        return NO_NAMESPACES
    work = Path("/work")
    work.mkdir(mode=0o700)
    return _convert(job, work)


def _in_shared_memory(job: Job) -> int:
    if not _is_memory(SHARED_MEMORY):
        return NO_MEMORY_STORE
    _sweep()
    with _private_directory() as work:
        return _supervise(job, lambda: _convert(job, work), work)


def _supervise(job: Job, inner: Callable[[], int], work: Path | None = None) -> int:
    """Fork `inner` and wait for it; when the worker ends first, end it and remove `work`."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        try:
            die_with_parent()
            os._exit(inner())
        finally:
            os._exit(NOTHING_CONVERTED)
    with suppress(OSError):
        os.setpgid(child, child)

    # A thread would do, but a process that has left its process table may not start one.
    ended = os.pidfd_open(child)
    ready, _, _ = select.select([ended, job.life], [], [])
    if ended not in ready:
        _end(child, work)
        return NOTHING_CONVERTED
    _, status = os.waitpid(child, 0)
    _end(child, None)
    return os.waitstatus_to_exitcode(status)


def _end(child: int, work: Path | None) -> None:
    with suppress(OSError):
        os.killpg(child, 9)
    if work is not None:
        shutil.rmtree(work, ignore_errors=True)


def _convert(job: Job, work: Path) -> int:
    source, out = work / f"in.{job.source}", work / "out"
    with source.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, _CHUNK)
    settings = work / "profile" / "user"
    settings.mkdir(parents=True)
    (settings / "registrymodifications.xcu").write_text(registry(), encoding="utf-8")
    arguments = [
        job.program, f"-env:UserInstallation=file://{work}/profile", "--headless", "--norestore",
        "--nolockcheck", "--nodefault", f"--infilter={job.infilter}", "--convert-to",
        job.outfilter, "--outdir", str(out), str(source),
    ]  # fmt: skip
    if _run(arguments, job, work) == _START_AGAIN:
        _run(arguments, job, work)
    result = out / f"in.{job.target}"
    if not result.is_file() or result.is_symlink():
        return NOTHING_CONVERTED
    if result.stat().st_size > job.output_bytes:
        return TOO_LARGE
    with result.open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer, _CHUNK)
    sys.stdout.buffer.flush()
    return 0


def _run(arguments: list[str], job: Job, work: Path) -> int:
    environment = {
        "HOME": str(work),
        "TMPDIR": str(work),
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        # Without /proc the loader cannot tell where a program lies.
        "LD_LIBRARY_PATH": str(Path(job.program).parent),
        "SAL_USE_VCLPLUGIN": "svp",
        "SAL_DISABLE_OPENCL": "1",
        "OMP_NUM_THREADS": "1",
    }
    completed = subprocess.run(
        arguments,
        env=environment,
        cwd=work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        preexec_fn=lambda: _limit(job),
    )
    return completed.returncode


def _limit(job: Job) -> None:
    die_with_parent()
    for what, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, job.memory_bytes),
        (resource.RLIMIT_CPU, job.cpu_seconds),
        (resource.RLIMIT_FSIZE, job.output_bytes),
        (resource.RLIMIT_NOFILE, 256),
    ):
        hard = resource.getrlimit(what)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (allowed, allowed))


def _is_memory(path: str) -> bool:
    """Whether a tmpfs is mounted at `path`: anything else may be a disk."""
    with suppress(OSError):
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        return any(line.split()[1:3] == [path, "tmpfs"] for line in lines)
    return False


@contextmanager
def _private_directory() -> Iterator[Path]:
    """A directory in shared memory, 0700, with a lock that says that somebody lives there."""
    work = Path(tempfile.mkdtemp(prefix=PREFIX, dir=SHARED_MEMORY))
    lock = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        os.close(lock)


def _sweep() -> None:
    """Remove directories of this user whose owner was killed."""
    for left in Path(SHARED_MEMORY).glob(f"{PREFIX}*"):
        with suppress(OSError):
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)


if __name__ == "__main__":
    sys.exit(main())
