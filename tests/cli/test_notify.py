"""A batch is sent by the program, and the vendor is told of it; or the exit code says that not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firm import Firm
from tests.mailserver import PASSWORD, Mails

pytestmark = [pytest.mark.real, pytest.mark.slow]
PLANTED = ("Hollis", "123-45-6789", "divorce")


def ask_for_notices(firm: Firm, mails: Mails) -> None:
    login = firm.home / "keys" / "mail-login"
    login.write_text(f"firm\n{PASSWORD}\n")
    login.chmod(0o600)
    (firm.home / "config.yaml").write_text(
        f"mail: {{host: 127.0.0.1, port: {mails.port}, ca: {mails.ca}, login: {login},"
        " sender: handoff@firm.example}\n"
    )
    with firm.policy.open("a") as file:
        file.write("notification: {email: [intake@acme.example]}\n")


def test_what_went_is_told_and_a_vendor_that_was_not_told_is_told_by_the_next_run(
    connected: Firm, mails: Mails, tmp_path: Path
) -> None:
    ask_for_notices(connected, mails)
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "Hollis divorce.txt").write_text("Mary Hollis, SSN 123-45-6789, rang.\n")
    mails.mode = "refuses_sender"

    first = connected.run("send", documents, "--vendor", "acme", "--json")

    assert first.code == 5
    assert '"code": "notify.not_told"' in first.stderr
    assert [line["state"] for line in first.of("document")] == ["delivered"]
    [batch] = [line["batch_id"] for line in first.of("batch")]
    assert f"{batch}/manifest.json.age" in connected.objects()

    mails.mode = "normal"
    second = connected.run("send", documents, "--vendor", "acme", "--json")
    assert second.code == 0, second.stderr
    told = {"type": "notification", "batch_id": batch, "state": "sent", "detail": ""}
    assert second.of("notification") == [told]
    [(to, data)] = mails.taken
    assert to == ["intake@acme.example"]
    assert batch.encode() in data
    everything = data.decode() + first.stdout + first.stderr + second.stdout + second.stderr
    assert not [value for value in (*PLANTED, PASSWORD) if value in everything]


def test_without_a_mail_server_it_is_said_what_to_tell_by_hand(
    connected: Firm, mails: Mails, tmp_path: Path
) -> None:
    ask_for_notices(connected, mails)
    (connected.home / "config.yaml").unlink()
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "note.txt").write_text("Nothing in it.\n")
    sent = connected.run("send", documents, "--vendor", "acme")
    assert sent.code == 0
    assert "tell the vendor by hand:\nTo: intake@acme.example\nSubject: Batch " in sent.stderr
    assert "HP027" in connected.run("policy", "lint", "acme").stdout
