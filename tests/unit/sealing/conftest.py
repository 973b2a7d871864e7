"""Fixtures for the sealing room."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.model import RecheckPassed, RedactedDocument
from handoff.sealing import keys

CONTENT = b"redacted text\n" * 20_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A key directory that holds a whole set of keys."""
    directory = tmp_path / "keys"
    keys.generate_firm_keys(directory)
    return directory


@pytest.fixture
def firm(home: Path) -> keys.FirmKeys:
    return keys.load_firm_keys(home)


@pytest.fixture
def document() -> RedactedDocument:
    return RedactedDocument(
        doc_id="d1",
        control_number="ACME-000001",
        source_sha256="a" * 64,
        sha256="b" * 64,
        media_type="text/plain",
        extension=".txt",
        redactions={"PERSON": 2},
        recheck=RecheckPassed(readers=("a", "b"), values_sought=2, units_read=3),
        content=CONTENT,
    )
