"""`--matter`: the list reaches every document, and none of its words reaches a log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firm import Firm

MATTER = """\
parties:
  - name: Quillfeather Widgets
    aliases: [QW-Group, bluebird]
allow: [Zbigniew Kowalski]
"""
TEXT = """\
The bluebird was seen. QUILLFEATHER WIDGETS paid; quillfeather
widgets did not. See quillfeather-widgets.example/qw-group for BlueBird.

Mr Zbigniew Kowalski of Stockholm relied on Donoghue v Stevenson [1932] AC 562,
and on Widgets v Bluebird [2001] EWCA Civ 5.
"""


def _prepared(firm: Firm) -> tuple[Path, Path]:
    batch = firm.directory / "batch"
    batch.mkdir()
    (batch / "a.txt").write_text(TEXT)
    matter = firm.directory / "Quillfeather.yaml"
    matter.write_text(MATTER)
    return batch, matter


def test_listed_terms_go_in_every_writing_and_allowed_ones_stay(firm: Firm) -> None:
    batch, matter = _prepared(firm)
    out = firm.directory / "out"
    result = firm.run("redact", batch, "-o", out, "--matter", matter)
    assert result.code == 0, result.stderr
    copy = (out / "DOC-000001.txt").read_text()
    assert "bluebird" not in copy.lower()
    assert "quillfeather" not in copy.lower()
    assert "The [PARTY-1] was seen. [PARTY-1] paid; [PARTY-1] did not." in " ".join(copy.split())
    assert "Zbigniew Kowalski" in copy
    assert "Donoghue v Stevenson [1932] AC 562" in copy
    assert "[2001] EWCA Civ 5" not in copy


def test_a_matter_file_in_the_input_is_refused(firm: Firm) -> None:
    batch, matter = _prepared(firm)
    inside = matter.rename(batch / "m.yaml")
    result = firm.run("redact", batch, "-o", firm.directory / "out", "--matter", inside)
    assert result.code == 2
    assert "lies in the input" in result.stderr


@pytest.mark.real
def test_a_changed_list_sends_a_new_form_and_the_log_tells_none_of_it(connected: Firm) -> None:
    batch, matter = _prepared(connected)
    results = [connected.run("send", batch, "--vendor", "acme", "--matter", matter)]
    results.append(connected.run("send", batch, "--vendor", "acme", "--matter", matter))
    matter.write_text(MATTER + "aliases: [Somebody]\n")
    results.append(connected.run("send", batch, "--vendor", "acme", "--matter", matter))
    assert [result.code for result in results] == [0, 0, 0], results
    assert len([key for key in connected.objects() if key.endswith("manifest.json.age")]) == 2
    matter.write_text(MATTER + "parties: [Quillfeather]\n")
    results.append(connected.run("send", batch, "--vendor", "acme", "--matter", matter))
    assert results[-1].code == 11
    said = "".join(result.stdout + result.stderr for result in results)
    kept = [
        p for name in ("custody", "logs", "records") for p in (connected.home / name).rglob("*")
    ]
    data = said.encode() + b"".join(path.read_bytes() for path in kept if path.is_file())
    for word in (b"quillfeather", b"bluebird", b"somebody"):
        assert word not in data.lower()
    assert b'"matter"' in data
