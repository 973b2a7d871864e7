"""The preview: whole in itself, nothing remote, its reasons told, kept apart from the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.errors import HandoffError, OutputExistsError, UsageError
from handoff.model import Held, Outcome, Ready
from handoff.pipeline.previewing import look, write_page
from handoff.pipeline.previews import prepare_preview, write_index
from tests.unit.documents.judge import redactions

TEXT = b"Dear Zebediah Quill,\n\n<script>alert(1)</script> & <img src=http://x/y.png>\n"


def shown(directory: Path, trouble: str = "") -> str:
    """The page of a small letter."""
    handler, door = sniff(TEXT), HouseDoor()
    units = handler.read(TEXT, door)
    edits = redactions(units, ["Zebediah Quill"])
    looked = look(handler, TEXT, door, units, edits)
    produced = handler.rewrite(TEXT, edits, door)
    path = directory / "DOC-000001.html"
    write_page(path, looked, produced, HouseDoor(), trouble)
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text()


def test_a_page_shows_what_was_and_what_becomes_of_it_and_why(tmp_path: Path) -> None:
    page = shown(tmp_path)
    assert re.search(r"<mark class=\"e0\" title=\"PERSON, by test, score 1\.00; becomes", page)
    assert "Zebediah Quill</mark>" in page
    assert "[X-1]</mark>" in page
    assert "PLAINTEXT" in page


def test_a_page_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    page = shown(tmp_path)
    assert "<script" not in page
    assert "<img src=http" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "default-src 'none'" in page
    loaded = re.findall(r"<[^>]*?\b(?:src|href)=\"?([^\">]*)", page)
    assert loaded == ["index.html"]


def test_a_document_that_is_held_after_all_is_shown_with_the_reason(tmp_path: Path) -> None:
    assert "HELD:</b> the second reading (page 1)" in shown(tmp_path, "the second reading (page 1)")


def test_a_page_never_replaces_a_file(tmp_path: Path) -> None:
    shown(tmp_path)
    with pytest.raises(OutputExistsError):
        shown(tmp_path)


def test_the_index_lists_every_document_and_links_to_those_that_have_a_page(
    tmp_path: Path,
) -> None:
    shown(tmp_path)
    outcomes: list[Outcome] = [
        Held("DOC-000002", "document.empty", "the file has no content", "", ("page <1>",)),
        Ready("DOC-000001", "DOC-000001", "text/plain", 9, {"PERSON": 1}),
    ]
    names = {"DOC-000001": "a & b.txt", "DOC-000002": "c.txt"}
    write_index(tmp_path, names, outcomes, "legal-review")
    page = (tmp_path / "index.html").read_text()
    assert re.findall(r'href="(.*?)"', page) == ["DOC-000001.html"]
    assert page.index("DOC-000001") < page.index("DOC-000002")
    assert "a &amp; b.txt" in page
    assert "page &lt;1&gt;" in page


@pytest.mark.parametrize("where", ["batch", "batch/inner", "home/preview", "copies/preview"])
def test_a_preview_lies_apart_from_everything_that_goes_on(tmp_path: Path, where: str) -> None:
    apart = [tmp_path / name for name in ("batch", "home", "copies")]
    with pytest.raises(UsageError):
        prepare_preview(tmp_path / where, apart)


def test_a_preview_takes_a_new_directory_and_closes_it_to_others(tmp_path: Path) -> None:
    directory = tmp_path / "preview"
    directory.mkdir(mode=0o755)
    prepare_preview(directory, [])
    assert directory.stat().st_mode & 0o777 == 0o700
    (directory / "x").touch()
    with pytest.raises(HandoffError) as caught:
        prepare_preview(directory, [])
    assert isinstance(caught.value, OutputExistsError)
