"""A set-up installs what the locks hold, also on the day when everything has a newer release."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.install.newer_index import Locked, NewerIndex, entries

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "install_locked.sh"
LOCKS = {name: (ROOT / "locks" / f"{name}.txt").read_text() for name in ("build", "runtime", "dev")}
CONSOLE = re.compile(r"^\$ (.*locks/runtime\.txt.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> NewerIndex:
    """An index with every package of the locks that is wanted here, and a newer release of each."""
    found = {entry.name: entry for lock in LOCKS.values() for entry in entries(lock) if entry.here}
    return NewerIndex(tmp_path_factory.mktemp("index"), found.values())


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment, to be copied: making one takes seconds."""
    made = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", made], check=True)
    # As installed, it would name the environment that it was made in.
    (made / "bin" / "pip").write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n')
    return made


@pytest.fixture
def place(tmp_path: Path, index: NewerIndex, empty: Path) -> Path:
    """A directory with the locks, their hashes those of the index, and a new environment."""
    (tmp_path / "locks").mkdir()
    for name, text in LOCKS.items():
        (tmp_path / "locks" / f"{name}.txt").write_text(index.relocked(text))
    shutil.copytree(empty, tmp_path / "venv", symlinks=True)
    return tmp_path


def run(place: Path, index: NewerIndex, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in `place`, with the environment's programs and no index but `index`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "VIRTUAL_ENV"))}
    changed = {
        "PATH": f"{place / 'venv' / 'bin'}:{os.environ['PATH']}",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": index.url,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
    }
    return subprocess.run(
        [str(word) for word in command],
        cwd=place,
        env=kept | changed,
        capture_output=True,
        text=True,
        check=False,
    )


def installed(place: Path, index: NewerIndex, *, with_pip: bool = False) -> dict[str, str]:
    """The environment's packages by name, without pip and what came with it, or with them."""
    listed = run(place, index, "python", "-m", "pip", "list", "--format=json").stdout
    names = {canonicalize_name(each["name"]): each["version"] for each in json.loads(listed)}
    left_out = set() if with_pip else {"pip", "setuptools"}
    return {name: version for name, version in names.items() if name not in left_out}


def locked(*names: str) -> dict[str, str]:
    """What the locks hold for this machine, by name."""
    wanted = [entry for name in names for entry in entries(LOCKS[name]) if entry.here]
    return {canonicalize_name(e.name): e.version for e in wanted if e.name != "setuptools"}


def test_every_line_of_a_lock_is_understood_here() -> None:
    for text in LOCKS.values():
        assert len(entries(text)) == len(re.findall(r"(?m)^[a-z0-9]", text)) > 5


def test_the_set_up_of_a_checkout_installs_exactly_the_locks(
    place: Path, index: NewerIndex
) -> None:
    """By the script that the Makefile calls, for the program and for its tests."""
    paths = [f"locks/{name}.txt" for name in LOCKS]
    done = run(place, index, SCRIPT, "venv/bin/python", *paths)
    assert done.returncode == 0, done.stdout + done.stderr
    assert installed(place, index) == locked(*LOCKS)


def test_the_command_of_the_readme_installs_exactly_the_lock(
    place: Path, index: NewerIndex
) -> None:
    [command] = CONSOLE.findall((ROOT / "README.md").read_text())
    done = run(place, index, *command.split())
    assert done.returncode == 0, done.stdout + done.stderr
    assert installed(place, index) == locked("runtime")


def test_whoever_lets_pip_resolve_gets_the_lock_all_the_same(
    place: Path, index: NewerIndex
) -> None:
    """The locks keep extras, so that every requirement that pip meets is one that they pin."""
    done = run(place, index, "pip", "install", "--require-hashes", "-r", "locks/runtime.txt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert installed(place, index) == locked("runtime")


def test_the_index_does_offer_something_newer(place: Path, index: NewerIndex) -> None:
    """Else the tests above could not fail."""
    assert run(place, index, "pip", "install", "--no-deps", "jinja2").returncode == 0
    assert installed(place, index)["jinja2"] != locked("runtime")["jinja2"]


def test_a_lock_without_its_extras_would_be_noticed(place: Path, index: NewerIndex) -> None:
    """This is how the set-up broke: pip looked for what the extra stands for, and found newer.

    A pip of 2025 takes the pin for the extra too.
    """
    lock = place / "locks" / "dev.txt"
    lock.write_text(re.sub(r"(?m)^([a-z0-9._-]+)\[[^\]]*\]==", r"\1==", lock.read_text()))
    done = run(place, index, "pip", "install", "--require-hashes", "-r", "locks/dev.txt")
    pip = installed(place, index, with_pip=True)["pip"]
    if int(pip.partition(".")[0]) >= 25 and done.returncode == 0:
        assert installed(place, index) == locked("dev")
        return
    assert done.returncode != 0
    assert "must have their versions pinned" in done.stderr


def test_a_lock_that_lacks_a_package_is_noticed_by_the_script(
    place: Path, index: NewerIndex
) -> None:
    lock = place / "locks" / "runtime.txt"
    text, count = re.subn(r"(?m)^jinja2==[^\n]*\n(?:    [^\n]*\n)+", "", lock.read_text())
    assert count == 1
    lock.write_text(text)
    done = run(place, index, SCRIPT, "venv/bin/python", "locks/runtime.txt")
    assert done.returncode != 0
    assert "jinja2" in done.stderr


def test_nothing_else_installs_from_a_lock() -> None:
    """One command in one script, and the one of the README; both are run above."""
    for path in (ROOT / "Makefile", *(ROOT / "scripts").glob("*.sh")):
        for line in path.read_text().splitlines():
            if re.search(r"pip\b.* install\b", line) and "-r" in line.split():
                assert path == SCRIPT, f"{path.name}: {line}"


def test_a_newer_release_is_one() -> None:
    assert Locked("a", "20260107", "").newer == "20260108.0"
    assert Locked("a", "2.9.0.post0", "").newer == "3.0"
