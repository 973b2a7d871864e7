"""Environments with handoff's wheel in them, as users have them, and nothing of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = tuple(PROJECT["optional-dependencies"])


def build_wheel(directory: Path) -> Path:
    """Handoff's wheel, as `make wheel` builds it."""
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", directory, ROOT)
    [wheel] = directory.glob("handoff-*.whl")
    return wheel


def locked(
    directory: Path, wheel: Path, extras: Iterable[str], without: Collection[str] = ()
) -> Path:
    """The Python of a new environment: the wheel, and what it requires as this checkout has it.

    Only what the wheel's metadata asks for is put there, so what they forget is missing. The files
    are those of the running environment, linked: nothing is downloaded.

    Args:
        directory: where to make it.
        wheel: handoff's wheel.
        extras: which of handoff's extras.
        without: packages to leave out, and what only those require.
    """
    python = _environment(directory, "--without-pip")
    for dist in _required(extras, without):
        _link(dist, directory)
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    return python


def resolved(directory: Path, wheel: Path, extras: Iterable[str], *, lowest: bool) -> Path:
    """The same by pip from the package index, with what it chooses today, or the lowest allowed.

    Args:
        directory: where to make it.
        wheel: handoff's wheel.
        extras: which of handoff's extras.
        lowest: take of each package that pyproject names the lowest version that it allows.
    """
    python = _environment(directory)
    floors = directory / "floors.txt"
    floors.write_text("\n".join(_floors()) if lowest else "")
    chosen = ",".join(extras)
    named = f"{wheel}[{chosen}]" if chosen else str(wheel)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-c", floors, named], check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True)
    return python


def pip(*arguments: str | Path) -> None:
    """Run this environment's pip."""
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def _environment(directory: Path, *options: str) -> Path:
    subprocess.run([sys.executable, "-m", "venv", *options, directory], check=True)
    return directory / "bin" / "python"


def _floors() -> Iterator[str]:
    extras = PROJECT["optional-dependencies"].values()
    for requirement in [*PROJECT["dependencies"], *(each for extra in extras for each in extra)]:
        name, _, version = re.split(r"(>=|==)", requirement, maxsplit=1)
        yield f"{name.partition('[')[0]}=={version.partition(',')[0]}"


def _required(extras: Iterable[str], without: Collection[str]) -> list[Distribution]:
    """Every package that handoff's own metadata ask for, and what those ask for in turn."""
    optional = [each for extra in extras for each in PROJECT["optional-dependencies"][extra]]
    waiting = [Requirement(each) for each in (*PROJECT["dependencies"], *optional)]
    seen: set[tuple[str, frozenset[str]]] = set()
    found: dict[str, Distribution] = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen or name in without:
            continue
        seen.add(key)
        found[name] = distribution(name)
        waiting += _requirements(found[name], requirement.extras)
    return list(found.values())


def _requirements(dist: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for text in dist.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def _link(dist: Distribution, environment: Path) -> None:
    """Put the files of an installed package into another environment of the same Python."""
    [site] = environment.glob("lib/python*/site-packages")
    for file in dist.files or ():
        source, target = Path(str(dist.locate_file(file))), site / file
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            try:
                os.link(source.resolve(), target)
            except OSError:
                shutil.copy2(source, target)
