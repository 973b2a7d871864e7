"""Bring everything that set-up downloads into one directory, for machines without a network.

Usage: python -m scripts.mirror DIR

That is the wheels of locks/build.txt, runtime.txt and dev.txt for this Python and this platform
(SeaweedFS and Node.js among them), and the archives of the models and the PDF engine. All is
checked by hash. What is there and right stays, so it can be run again.

It needs nothing that is not in a bare virtual environment: pip, and handoff's own sources.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from handoff.asset_sources import Asset
from handoff.assets import ASSETS, OPTIONAL_ASSETS
from handoff.errors import AssetError
from handoff.pipeline.obtaining import from_mirror, from_sources
from handoff.pipeline.package_clients import Say, pip_command

ROOT = Path(__file__).resolve().parent.parent
LOCKS = tuple(ROOT / "locks" / name for name in ("build.txt", "runtime.txt", "dev.txt"))
_MEGABYTE = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Fill the directory that the one argument names; the exit status."""
    if len(arguments) != 1 or not arguments[0].strip():
        _say("name the directory: make mirror DIR=/some/directory")
        return 2
    directory = Path(arguments[0]).absolute()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        before = _held(directory)
        for lock in LOCKS:
            bring_wheels(lock, directory, _say)
        for asset in (*ASSETS, *OPTIONAL_ASSETS.values()):
            bring_asset(asset, directory, _say)
    except AssetError as error:
        _say(f"{error.message}\n{error.hint}".strip())
        return 1
    except OSError as error:
        _say(f"cannot write {directory}: {os.strerror(error.errno or 0).lower()}")
        return 1
    _say(summary(directory, before))
    return 0


def bring_wheels(lock: Path, directory: Path, say: Say) -> None:
    """Let pip bring what `lock` holds for this Python and this platform, by hash.

    Raises:
        AssetError: pip could not; the hint is its own last lines.
    """
    say(f"locks/{lock.name}: bringing its wheels with pip")
    done = subprocess.run(
        (
            *pip_command(), "--disable-pip-version-check", "--no-input", "--quiet", "download",
            "--no-deps", "--require-hashes", "--only-binary=:all:",
            "--dest", str(directory), "-r", str(lock),
        ),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        reason = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise AssetError(f"pip could not bring what locks/{lock.name} holds", reason)


def bring_asset(asset: Asset, directory: Path, say: Say) -> None:
    """Have what serves `asset` in `directory`, verified; what is there and right stays.

    Raises:
        AssetError: no source served it.
        OSError: it cannot be written.
    """
    named = f"{asset.name} {asset.version}"
    try:
        held = from_mirror(asset, directory, lambda _: None)
    except AssetError:
        pass
    else:
        say(f"{named}: there already, verified: {held.where}")
        return
    with tempfile.TemporaryDirectory(dir=directory, prefix=".new-") as scratch:
        served = from_sources(asset, Path(scratch), say)
        for path, content in served.kept.items():
            fresh = Path(scratch) / "kept"
            fresh.write_bytes(content)
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh.replace(target)
    say(f"{named}: verified, served by {served.where}")


def summary(directory: Path, before: dict[str, int]) -> str:
    """What `directory` holds, how much of it is new, and what to do with it."""
    held = _held(directory)
    new = {name: size for name, size in held.items() if before.get(name) != size}
    return (
        f"{directory} holds {len(held)} files, {_size(held)}; new are {len(new)}, {_size(new)}\n"
        "Take it to the machine without a network, with this checkout or a wheel of handoff:\n"
        "  make demo MIRROR=DIR\n"
        "  pip install --no-index --find-links DIR handoff-0.1.0-py3-none-any.whl\n"
        "  handoff setup --mirror DIR"
    )


def _held(directory: Path) -> dict[str, int]:
    """The size of every file below `directory`."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.stat().st_size for path in files}


def _size(files: dict[str, int]) -> str:
    return f"{sum(files.values()) / _MEGABYTE:,.0f} MB"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
