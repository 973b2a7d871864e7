"""`make lock` says which package has no wheel for a Python or machine that handoff is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts import wheel_table
from scripts.wheel_table import TARGETS, Target, lacking, named


def package(*wheels: str, **more: Any) -> dict[str, Any]:
    """A package as uv exports it, with wheels of these tags."""
    names = [f"example-1.0-{tag}.whl" for tag in wheels]
    return {
        "name": "example",
        "version": "1.0",
        "wheels": [{"url": f"x/{n}"} for n in names],
    } | more


@pytest.mark.parametrize(
    "tag",
    [
        "py3-none-any",
        "cp311-abi3-manylinux_2_28_{machine}",
        "cp38-abi3-manylinux2014_{machine}",
        "py3-none-manylinux_2_17_{machine}.manylinux2014_{machine}",
    ],
)
def test_a_wheel_for_all_is_enough(tag: str) -> None:
    for machine in wheel_table.MACHINES:
        mine = tuple(target for target in TARGETS if target.machine == machine)
        assert lacking(package(tag.format(machine=machine)), mine) == []


@pytest.mark.parametrize(
    "tag",
    [
        "cp310-cp310-manylinux_2_28_x86_64",
        "cp314-cp314t-manylinux_2_28_x86_64",  # for the free-threaded Python
        "cp311-abi3-manylinux_2_39_x86_64",  # a newer glibc than Debian 12 has
        "cp311-abi3-musllinux_1_2_x86_64",
        "cp311-abi3-macosx_11_0_x86_64",
        "cp311-abi3-win_amd64",
    ],
)
def test_a_wheel_for_something_else_is_none(tag: str) -> None:
    assert lacking(package(tag)) == list(TARGETS)


def test_a_package_that_is_not_wanted_there_lacks_nothing() -> None:
    marker = "python_full_version < '3.12' and platform_machine == 'x86_64'"
    assert lacking(package(marker=marker)) == [Target((3, 11), "x86_64")]
    assert lacking(package(marker="sys_platform == 'win32'")) == []


def test_a_source_alone_is_no_wheel() -> None:
    assert lacking({"name": "example", "version": "1.0", "sdist": {}}) == list(TARGETS)


def run(monkeypatch: pytest.MonkeyPatch, place: Path, readme: str) -> int:
    lock = place / "pylock.toml"
    lock.write_text('[[packages]]\nname = "example"\nversion = "1.0"\n')
    (place / "README.md").write_text(readme)
    monkeypatch.setattr("sys.argv", ["wheel_table", str(lock), str(place / "README.md")])
    return wheel_table.main()


def test_what_has_no_wheel_must_be_named_in_the_readme(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, "# handoff\n") == 1
    said = capsys.readouterr()
    assert "example" in said.err
    assert "0 with a wheel for every target" in said.out
    assert run(monkeypatch, tmp_path, "# handoff\n\n- `example` is compiled\n") == 0
    assert not named("the package `example`, in passing", "example")
