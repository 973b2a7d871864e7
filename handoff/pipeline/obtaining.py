"""An asset's files from the first of its sources that serves them, or from a local mirror alone.

Whatever a source serves is compared with the pins before anybody gets it. What is not the pinned
content is said loudly, dropped, and the next source asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from handoff.asset_sources import Asset, Files, Package, Release, Source
from handoff.errors import AssetError
from handoff.pipeline.asset_contents import NotPinnedError, archive_contents, checked
from handoff.pipeline.downloads import https_bytes
from handoff.pipeline.package_clients import Say, download_command, from_registry


@dataclass(frozen=True, slots=True)
class Served:
    """An asset's files, each verified, and in words who served them.

    Attributes:
        files: content by path below the asset's directory; all of the pinned files, and no other.
        where: the source.
        kept: what a mirror keeps to serve the same: content by path below the mirror.
    """

    files: dict[str, bytes]
    where: str
    kept: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why one source did not serve."""

    where: str
    error: AssetError


def from_sources(asset: Asset, scratch: Path, say: Say) -> Served:
    """Ask the sources of `asset` in their order.

    Args:
        asset: what is wanted.
        scratch: a directory of this call's own.
        say: called with a line for each step, and for each source that did not serve.

    Raises:
        AssetError: none served it; the message names each with its reason.
        OSError: `scratch` cannot be written.
    """
    failures: list[_Failure] = []
    for number, source in enumerate(asset.sources):
        own = scratch / f"source-{number}"
        own.mkdir()
        try:
            return _served(asset, source, own, say)
        except AssetError as error:
            failures.append(_Failure(source.where, error))
            _say_failed(asset, failures[-1], say, more=source is not asset.sources[-1])
    raise _nobody(asset, failures)


def from_mirror(asset: Asset, mirror: Path, say: Say) -> Served:
    """Look into the local directory `mirror` for what any source of `asset` serves; no network.

    Raises:
        AssetError: it holds none of that, or not as pinned.
        OSError: it cannot be read.
    """
    failures: list[_Failure] = []
    for name, archive in _holdings(asset).items():
        path = mirror / name
        if not path.exists():
            continue
        where = f"the mirror ({path})"
        try:
            return Served(_mirrored(asset, archive, path), where, {})
        except NotPinnedError as error:
            failures.append(_Failure(where, error))
            _say_failed(asset, failures[-1], say, more=False)
    if failures:
        raise AssetError(_listed(asset, failures), _DAMAGED)
    names = " or ".join(_holdings(asset))
    raise AssetError(f"the mirror {mirror} holds no {names}", f"{_ELSEWHERE}{_commands(asset)}")


_DAMAGED = "fetch it anew; if it differs again, do not use it and tell whoever runs the mirror"
_ELSEWHERE = "get it on a machine with network: `make mirror DIR=...`, or "


def _holdings(asset: Asset) -> dict[str, Package | Release | None]:
    """What a mirror may hold for `asset`, by name: an archive of a source, or its own directory."""
    archives = {each.filename: each for each in asset.sources if not isinstance(each, Files)}
    return {**archives, asset.directory: None}


def _mirrored(asset: Asset, archive: Package | Release | None, path: Path) -> dict[str, bytes]:
    """The files of `asset`, verified, out of what a mirror holds at `path`."""
    if archive is None:
        return _each(asset, lambda name: _present(path / name))
    return archive_contents(asset, archive, path)


def _present(path: Path) -> bytes:
    """The content of a file; nothing at all where there is none, which no pin allows."""
    return path.read_bytes() if path.is_file() else b""


def _served(asset: Asset, source: Source, scratch: Path, say: Say) -> Served:
    """The files of `asset`, verified, from one source."""
    if isinstance(source, Files):
        say(f"fetching {asset.name} from {source.where}")
        files = _each(asset, lambda name: https_bytes(source.address + name))
        kept = {f"{asset.directory}/{name}": content for name, content in files.items()}
        return Served(files, source.where, kept)
    archive = _archive(source, scratch, say)
    files = archive_contents(asset, source, archive)
    return Served(files, source.where, {source.filename: archive.read_bytes()})


def _archive(source: Package | Release, scratch: Path, say: Say) -> Path:
    """What `source` serves, as a file in `scratch`."""
    if isinstance(source, Package):
        return from_registry(source, scratch, say)
    say(f"fetching {source.filename} from {source.where}")
    archive = scratch / source.filename
    archive.write_bytes(https_bytes(source.url))
    return archive


def _each(asset: Asset, read: Callable[[str], bytes]) -> dict[str, bytes]:
    """Every file of `asset` as `read` gives it, verified one by one."""
    return {file.path: checked(file, read(file.path)) for file in asset.files}


def _say_failed(asset: Asset, failure: _Failure, say: Say, *, more: bool) -> None:
    """Tell the person at the terminal, and louder where somebody may have changed something."""
    reason = failure.error.message
    if isinstance(failure.error, NotPinnedError):
        named = f"{asset.name} {asset.version}"
        say(f"WARNING: what {failure.where} served as {named} is not the pinned one: {reason}")
    else:
        say(f"{failure.where} did not serve {asset.name} {asset.version}: {reason}")
    if more:
        say("trying the next source")


def _nobody(asset: Asset, failures: list[_Failure]) -> AssetError:
    """The error for an asset that no source served."""
    said = "".join(f"{f.where}: {f.error.hint}; " for f in failures if f.error.hint)
    return AssetError(_listed(asset, failures), said + _without_network(asset))


def _listed(asset: Asset, failures: list[_Failure]) -> str:
    """Each source with why it did not serve."""
    reasons = "; ".join(f"{failure.where}: {failure.error.message}" for failure in failures)
    return f"nobody served {asset.name} {asset.version} as it is pinned: {reasons}"


def _without_network(asset: Asset) -> str:
    """How to do without the network."""
    held = next(iter(_holdings(asset)))
    return (
        f"without network, put {held} into a directory DIR ({_commands(asset)}) "
        "and run `handoff setup --mirror DIR`"
    )


def _commands(asset: Asset) -> str:
    """What to type on another machine to get the asset from any of its sources."""
    return ", or ".join(_command(source) for source in asset.sources)


def _command(source: Source) -> str:
    """What to type to get one source's archive or files."""
    if isinstance(source, Package):
        return download_command(source)
    return f"download {source.address if isinstance(source, Files) else source.url}"
