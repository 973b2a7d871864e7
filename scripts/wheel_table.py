"""Which packages of a lock have no wheel for a Python or machine that handoff is for.

Without a wheel, pip compiles the package where it is installed, which takes a compiler that a
newcomer's machine does not have. `make lock` runs this on what uv exports of the locks
(`uv pip compile --format pylock.toml`, PEP 751), which names every file of every package.

usage: python -m scripts.wheel_table PYLOCK README
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
MACHINES = ("x86_64", "aarch64")
_GLIBC = 36
"""Minor version of the glibc of Debian 12, the oldest system that handoff is for (PEP 600)."""
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@dataclass(frozen=True, slots=True)
class Target:
    """A Python on a machine with Linux."""

    python: tuple[int, int]
    machine: str

    def __str__(self) -> str:
        return f"{self.python[0]}.{self.python[1]} {self.machine}"

    def environment(self) -> dict[str, str]:
        """What environment markers (PEP 508) mean there."""
        version = f"{self.python[0]}.{self.python[1]}"
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{version}.0",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": "linux",
        }

    def tags(self) -> frozenset[Tag]:
        """The tags of wheels that pip takes there."""
        platforms = [*_manylinux(self.machine), f"linux_{self.machine}"]
        interpreter = f"cp{self.python[0]}{self.python[1]}"
        return frozenset(
            (
                *cpython_tags(self.python, platforms=platforms),
                *compatible_tags(self.python, interpreter=interpreter, platforms=platforms),
            )
        )


TARGETS = tuple(Target(python, machine) for machine in MACHINES for python in PYTHONS)


def _manylinux(machine: str) -> Iterator[str]:
    for minor in range(_GLIBC, 4, -1):
        yield f"manylinux_2_{minor}_{machine}"
        if minor in _OLD_NAMES:
            yield f"{_OLD_NAMES[minor]}_{machine}"


def lacking(package: dict[str, Any], targets: tuple[Target, ...] = TARGETS) -> list[Target]:
    """Where `package`, a table of a pylock file, is wanted and has no wheel."""
    marker = Marker(package["marker"]) if "marker" in package else None
    wanted = [each for each in targets if marker is None or marker.evaluate(each.environment())]
    there = _wheel_tags(package)
    return [target for target in wanted if not target.tags() & there]


def _wheel_tags(package: dict[str, Any]) -> set[Tag]:
    tags: set[Tag] = set()
    for wheel in package.get("wheels", ()):
        name = wheel.get("name") or wheel["url"].rpartition("/")[2]
        tags |= parse_wheel_filename(name)[3]
    return tags


def named(readme: str, package: str) -> bool:
    """Whether the README says so of `package`: a line that begins with its name in backquotes."""
    return re.search(rf"^- `{re.escape(package)}`", readme, re.MULTILINE) is not None


def table(rows: dict[str, list[Target]]) -> str:
    """A row for each package that lacks a wheel somewhere, a column for each target."""
    lines = [f"{'package':32}" + "".join(f"{target!s:>15}" for target in TARGETS)]
    for name, missing in sorted(rows.items()):
        cells = ("-" if target in missing else "wheel" for target in TARGETS)
        lines.append(f"{name:32}" + "".join(f"{cell:>15}" for cell in cells))
    return "\n".join(lines)


def main() -> int:
    """Print the table; 1 if a package lacks a wheel for x86_64 and the README does not say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pylock", type=Path)
    parser.add_argument("readme", type=Path)
    given = parser.parse_args()
    packages = tomllib.loads(given.pylock.read_text(encoding="utf-8"))["packages"]
    readme = given.readme.read_text(encoding="utf-8")
    rows = {f"{p['name']} {p['version']}": missing for p in packages if (missing := lacking(p))}
    print(f"{len(packages)} packages, {len(packages) - len(rows)} with a wheel for every target")
    if rows:
        print(table(rows))
    unsaid = [
        row
        for row, missing in rows.items()
        if not named(readme, row.partition(" ")[0]) and any(t.machine == "x86_64" for t in missing)
    ]
    if unsaid:
        print(f"not named in {given.readme}: {', '.join(sorted(unsaid))}", file=sys.stderr)
    return 1 if unsaid else 0


if __name__ == "__main__":
    sys.exit(main())
