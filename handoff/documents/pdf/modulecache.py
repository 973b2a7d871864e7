"""The engine's machine code, compiled once: 3 s the first time, 10 ms afterwards.

Loading machine code from a file runs it, so a cache file is only believed when nobody but us can
have written it: a regular file of our own user, in a directory of our own, neither writable by
anyone else. Whoever can forge that can as well change handoff itself. Where these conditions do
not hold (Windows, a shared directory) the module is compiled each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
import tempfile
from importlib.metadata import version
from pathlib import Path

import wasmtime
from platformdirs import user_cache_path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def load_module(engine: wasmtime.Engine, wasm: bytes, flavour: str) -> wasmtime.Module:
    """The compiled module of `wasm`, from the cache where it can be trusted.

    Args:
        engine: the engine to load into.
        wasm: the module's bytes, already checked against their pin.
        flavour: names the engine's settings; they change the machine code.
    """
    path = _place(wasm, flavour)
    cached = _read_own_file(path)
    if cached is not None:
        # Another processor or another build: the library refuses, and we compile anew.
        with contextlib.suppress(wasmtime.WasmtimeError):
            return wasmtime.Module.deserialize(engine, cached)
    module = wasmtime.Module(engine, wasm)
    with contextlib.suppress(OSError):  # no cache is no harm
        _write_own_file(path, bytes(module.serialize()))
    return module


def is_cached(wasm: bytes, flavour: str) -> bool:
    """Whether `load_module` would find machine code that can be trusted."""
    return _read_own_file(_place(wasm, flavour)) is not None


def _place(wasm: bytes, flavour: str) -> Path:
    digest = hashlib.sha256(wasm).hexdigest()[:16]
    name = f"pdfium-{digest}-{version('wasmtime')}-{platform.machine()}-{flavour}.cwasm"
    return user_cache_path("handoff") / name


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def _read_own_file(path: Path) -> bytes | None:
    """The file's bytes if only we can have written them, judged on the opened file itself."""
    if not hasattr(os, "geteuid"):
        return None
    try:
        if not _is_ours(path.parent.lstat()):
            return None
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            status = os.fstat(file.fileno())
            if not (stat.S_ISREG(status.st_mode) and _is_ours(status)):
                return None
            return file.read()
    except OSError:
        return None


def _write_own_file(path: Path, content: bytes) -> None:
    """Write atomically with mode 0600 (as mkstemp makes it)."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".cwasm-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
