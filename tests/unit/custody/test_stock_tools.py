"""docs/formats/custody.md's recipes for stock tools work as they are written there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.custody.lab import tamper

DOCUMENT = Path(__file__).parents[3] / "docs/formats/custody.md"


def recipes() -> list[tuple[str, str]]:
    """Language and text of each recipe of the last section."""
    section = DOCUMENT.read_text().partition("## Verifying with stock tools")[2]
    return re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)


def run(number: int, directory: Path) -> subprocess.CompletedProcess[str]:
    language, text = recipes()[number]
    shell = ["bash", "-euo", "pipefail", "-c", text]
    command = [sys.executable, "-c", text] if language == "python" else shell
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")


def test_leaves_are_checked_with_the_shell(sealed: Path) -> None:
    need("sqlite3", "xxd", "sha256sum")
    done = run(0, sealed.parent)
    assert (done.stdout, done.stderr, done.returncode) == ("custody.db: OK\n", "", 0)
    tamper(sealed, "UPDATE events SET leaf_hash = zeroblob(32) WHERE idx = 4")
    sealed.with_name("custody.db.sha256").write_text("")
    assert run(0, sealed.parent).returncode != 0


def test_the_root_is_computed_with_the_standard_library(sealed: Path) -> None:
    assert run(1, sealed.parent).returncode == 0
    tamper(sealed, "UPDATE events SET leaf = x'00' WHERE idx = 4")
    assert "not the events that were signed" in run(1, sealed.parent).stderr


def test_the_signature_is_checked_with_openssl(sealed: Path) -> None:
    need("openssl", "xxd")
    done = run(2, sealed.parent)
    assert "Signature Verified Successfully" in done.stdout
    note = sealed.with_name("custody.db.checkpoint")
    note.write_text(note.read_text().replace("\n27\n", "\n26\n"))
    assert run(2, sealed.parent).returncode != 0
