"""A limit that was raised, as the hint says, lets the document through by the same command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.firm import Firm

EXAMPLE = Path(__file__).parents[2] / "examples" / "batch" / "01 Engagement letter Hollis.docx"


@pytest.mark.real
def test_a_raised_limit_needs_no_more_than_the_same_command(connected: Firm) -> None:
    batch = connected.directory / "batch"
    batch.mkdir()
    shutil.copy(EXAMPLE, batch)
    config = connected.home / "config.yaml"
    config.write_text("limits:\n  archive_entries: 3\n")
    held = connected.run("send", batch, "--vendor", "acme", "--json")
    assert [d["code"] for d in held.of("document")] == ["document.limit"], held.stdout
    config.write_text("limits:\n  archive_entries: 2000\n")
    assert connected.run("send", batch, "--vendor", "acme").code == 0
