"""A package index on disk that offers a newer release of everything, made of empty wheels.

What is installed from it shows what pip chooses: the version that a lock names, or whatever is
newest on that day.

usage: python -m tests.install.newer_index DIRECTORY     only the newer releases, for `make fresh`
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

_ENTRY = re.compile(
    r"^(?P<name>[a-z0-9._-]+)(?P<extras>\[[^\]]*\])?==(?P<version>[^ ;\\]+)"
    r"(?: ; (?P<marker>[^\\]+?))? \\$",
    re.MULTILINE,
)
_HASHES = re.compile(r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+")


@dataclass(frozen=True)
class Locked:
    """One package of a lock, as the lock names it."""

    name: str
    version: str
    marker: str

    @property
    def here(self) -> bool:
        """Whether it is wanted on this machine."""
        return not self.marker or Marker(self.marker).evaluate()

    @property
    def newer(self) -> str:
        """A higher version than the one that is locked."""
        return f"{int(re.split(r'[.!]', self.version)[0]) + 1}.0"


def entries(lock: str) -> list[Locked]:
    """The packages of a lock's text."""
    found = _ENTRY.finditer(lock)
    return [Locked(m["name"], m["version"], m["marker"] or "") for m in found]


class NewerIndex:
    """The index: `url` is what pip is given as the one place to look.

    Args:
        directory: where it is made.
        packages: what it offers, each in its own version and in a newer one. Those of this machine
            say that they require what the real ones require, extras included.
        locked: whether it offers the locked versions too, or only the newer ones.
    """

    def __init__(self, directory: Path, packages: Iterable[Locked], *, locked: bool = True) -> None:
        self.directory = directory
        self.hashes: dict[str, str] = {}
        for package in packages:
            if locked:
                self.hashes[package.name] = self._offer(package.name, package.version)
            self._offer(package.name, package.newer)

    @property
    def url(self) -> str:
        return self.directory.as_uri()

    def relocked(self, lock: str) -> str:
        """The text of a lock with the hashes of this index; all else stays as it is."""

        def with_hash(entry: re.Match[str]) -> str:
            name = entry[1].partition("==")[0].partition("[")[0]
            return f"{entry[1]}    --hash=sha256:{self.hashes.get(name, '0' * 64)}\n"

        return re.sub(rf"(?m)(^\S[^\n]*==[^\n]*\\\n){_HASHES.pattern}", with_hash, lock)

    def _offer(self, name: str, version: str) -> str:
        """Put an empty wheel into the index; its SHA-256."""
        page = self.directory / canonicalize_name(name)
        page.mkdir(parents=True, exist_ok=True)
        wheel = page / f"{name.replace('-', '_').replace('.', '_')}-{version}-py3-none-any.whl"
        _write_wheel(wheel, name, version)
        with (page / "index.html").open("a", encoding="utf-8") as listing:
            listing.write(f'<a href="{wheel.name}">{wheel.name}</a>\n')
        return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _write_wheel(path: Path, name: str, version: str) -> None:
    info = f"{path.name.split('-')[0]}-{version}.dist-info"
    members = {
        f"{info}/METADATA": "\n".join(_metadata(name, version)) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{member},{_digest(text)},{len(text)}" for member, text in members.items()]
    members[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            archive.writestr(zipfile.ZipInfo(member), text)


def _metadata(name: str, version: str) -> list[str]:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    try:
        real = distribution(name).metadata
    except PackageNotFoundError:
        return lines
    for field in ("Requires-Dist", "Provides-Extra"):
        lines += [f"{field}: {value}" for value in real.get_all(field, [])]
    return lines


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def main() -> None:
    """Make an index with a newer release of everything that the locks name."""
    locks = Path(__file__).resolve().parents[2] / "locks"
    found = {e.name: e for lock in locks.glob("*.txt") for e in entries(lock.read_text())}
    NewerIndex(Path(sys.argv[1]), found.values(), locked=False)


if __name__ == "__main__":
    main()
