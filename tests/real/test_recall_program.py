"""What a paralegal, cron and a compliance officer type, from a real send to the vendor's end."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.errors import OffboardedError
from tests.firm import Firm

pytestmark = pytest.mark.real


def test_what_was_sent_is_taken_back_and_neither_it_nor_the_vendor_comes_back_by_itself(
    connected: Firm, tmp_path: Path
) -> None:
    batch = tmp_path / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text("Dear Johnathan Sorensen, your claim is with Maria Delgado.")
    (batch / "note.txt").write_text("Maria Delgado telephoned from +1 415 555 0132.")
    send = ("send", "--vendor", "acme", batch, "--json")
    assert connected.run(*send).code == 0
    number = "ACME-000001"
    notice = tmp_path / "notice.txt"
    recalled = connected.run(
        "recall", number, "--reason", "privilege", "--as-profile", "acme", "-o", notice
    )
    assert recalled.code == 0, recalled.stderr
    assert "tried as the vendor" in recalled.stderr
    assert number in notice.read_text()
    names = [key.rpartition("/")[2] for key in connected.objects()]
    assert len([name for name in names if len(name) == len("a.age") + 39]) == 1
    assert f"clawback-{number}.json.age" in names
    shown = connected.run("custody", "show", number).stdout
    assert "taken back" in shown
    # Cron's next run does not send again what was taken back.
    again = connected.run(*send)
    assert again.code == 0
    assert {line["state"] for line in again.of("document")} == {"already_delivered"}
    assert connected.run("expire", "--dry-run", "--json").lines == []
    exposed = connected.run("vendor", "exposure", "--json")
    assert exposed.of("exposure")[0]["documents"] == 1
    refused = connected.run("recall", number, "--reason", "words of a sentence")
    assert refused.code == 2
    ended = connected.run(
        "vendor", "offboard", "acme", "--reason", "breach", "-o", tmp_path / "ended", "--json"
    )
    assert ended.code == 3, ended.stderr
    assert [left["kind"] for left in ended.of("outstanding")] == ["no receipt"]
    assert len(list((tmp_path / "ended" / "evidence").iterdir())) == 1
    names = [key.rpartition("/")[2] for key in connected.objects()]
    assert all(name.startswith("clawback-") for name in names)
    assert connected.run(*send).code == OffboardedError.exit_code
    assert connected.run("custody", "verify").code == 0
