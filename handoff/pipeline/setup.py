"""`handoff setup`: put the language model and the PDF engine into place, verified by hash.

An asset is either there whole or not at all: every file is compared with its pin, written beside
its place, and all are moved in by one rename. Which source served it is said.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from handoff.asset_sources import Asset
from handoff.assets import ASSETS, AssetState, assets_dir, inspect, pdfium_wasm
from handoff.documents.pdf.sandbox import compile_ahead
from handoff.errors import AssetError, DiskFullError
from handoff.pipeline.obtaining import from_mirror, from_sources
from handoff.pipeline.package_clients import Say

_SCRATCH = ".new-"


def install_assets(mirror: Path | None, say: Say, assets: Sequence[Asset] = ASSETS) -> None:
    """Make every asset present and right; what already is stays untouched, in milliseconds.

    Args:
        mirror: a local directory that holds what a source serves; with one no network is used.
            None asks each asset's sources, one after the other.
        say: called with a line for the person at the terminal at every step.
        assets: what to install.

    Raises:
        AssetError: no source serves an asset as it is pinned; nothing of it is left.
        DiskFullError: there is no room for it.
    """
    root = assets_dir()
    if not _wanting(root, assets):
        say(f"models and PDF engine are in place and verified: {root}")
        return
    with _translated(root), _locked(root):
        # Looked at again: another setup may have finished while this one waited for the lock.
        for asset in _wanting(root, assets):
            where = _install(asset, root, mirror, say)
            put = f"verified and put into {root / asset.directory}"
            say(f"{asset.name} {asset.version} {put}, served by {where}")


def compile_engine(say: Say) -> None:
    """Compile the PDF engine for this machine, so that no document has to wait for it.

    Raises:
        AssetError: the engine is missing or not the pinned one.
    """
    compile_ahead(pdfium_wasm(), lambda: say("compiling the PDF engine for this machine"))


def _wanting(root: Path, assets: Sequence[Asset]) -> list[Asset]:
    """Those of `assets` that are missing or not as pinned."""
    found = (inspect(asset, root / asset.directory) for asset in assets)
    return [each.asset for each in found if each.state is not AssetState.OK]


def _install(asset: Asset, root: Path, mirror: Path | None, say: Say) -> str:
    """Fetch, verify, write and move in one asset; `root` must be locked. Gives who served it."""
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=root) as name:
        scratch = Path(name)
        served = from_mirror(asset, mirror, say) if mirror else from_sources(asset, scratch, say)
        fresh = scratch / "asset"
        _write_all(served.files, fresh)
        _move_in(fresh, root / asset.directory, scratch / "replaced")
    return served.where


def _write_all(files: dict[str, bytes], target: Path) -> None:
    """Write verified files below the new directory `target`, durably."""
    for path, content in files.items():
        _write(target / path, content)
    for directory in (target, *(path for path in target.rglob("*") if path.is_dir())):
        _sync_directory(directory)


def _write(path: Path, content: bytes) -> None:
    """Write a new file durably.

    Assets are public and verified at every use, so they keep the mode that the umask gives them:
    one directory may then serve a whole machine.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _move_in(fresh: Path, target: Path, replaced: Path) -> None:
    """Put the complete directory `fresh` at `target`, moving what was there to `replaced`."""
    if target.exists() or target.is_symlink():
        target.rename(replaced)
    fresh.rename(target)
    _sync_directory(target.parent)


def _sync_directory(path: Path) -> None:
    """Make the entries of a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold the one lock on `root`, waiting for another setup; remove what a killed one left."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in root.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


@contextmanager
def _translated(root: Path) -> Iterator[None]:
    """Turn the operating system's refusals into typed errors."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            message = f"there is no room left for the model and the PDF engine at {root}"
            raise DiskFullError(message) from error
        message = f"cannot install into {root}: {os.strerror(error.errno or 0).lower()}"
        hint = "check the directory's permissions, or name another one in HANDOFF_ASSETS"
        raise AssetError(message, hint) from error
