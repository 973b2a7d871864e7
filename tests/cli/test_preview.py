"""`handoff redact --preview`: loud about plaintext, apart from everything else, nobody else's."""

from __future__ import annotations

from tests.firm import Firm

LETTER = "Dear Ms Rosalind Henderson, call 212-555-0147.\n"


def test_a_preview_is_written_for_its_owner_and_said_loudly(firm: Firm) -> None:
    batch, preview = firm.directory / "batch", firm.directory / "preview"
    batch.mkdir()
    (batch / "Henderson.txt").write_text(LETTER)
    (batch / "empty.txt").write_text("")
    result = firm.run("redact", batch, "--preview", preview)
    assert result.code == 3, result.stderr
    assert result.stderr.count("PLAINTEXT") == 2
    assert "Henderson" not in result.stdout + result.stderr
    pages = {path.name: path for path in preview.iterdir()}
    assert len(pages) == 2, "the empty file has no page"
    assert all(path.stat().st_mode & 0o077 == 0 for path in (preview, *pages.values()))
    index = pages["index.html"].read_text()
    assert "Henderson.txt" in index
    assert "the file has no content" in index
    again = firm.run("redact", batch, "--preview", preview)
    assert again.code == 37


def test_a_preview_inside_the_home_or_of_nowhere_is_refused(firm: Firm) -> None:
    batch = firm.directory / "batch"
    batch.mkdir()
    (batch / "a.txt").write_text(LETTER)
    assert firm.run("redact", batch).code == 2
    assert firm.run("redact", batch, "--preview", firm.home / "p").code == 2
    assert list(batch.iterdir()) == [batch / "a.txt"]
