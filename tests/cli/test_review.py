"""`handoff review` as a reviewer uses it: shown on a terminal, decided, recorded and sent."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from handoff.pipeline.accounts import account
from handoff.sealing.seal import open_bytes
from tests.cli.test_planted_secrets import assert_without
from tests.firm import Firm, Result

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ["Sorensen", "Johnathan", "Bluebird", "Delgado", "Kestrel"]
LETTER = """\
Dear Johnathan Sorensen,

the Bluebird matter is closed. Telephone us about Bluebird on Monday.
Maria Delgado sends her regards.
"""
MEMO = "Attorney-client privileged.\n\nThe Kestrel file is only a training sample.\n"


def typed(firm: Firm, lines: list[str], *arguments: str | Path) -> tuple[int, str]:
    """Run the program on a terminal at which `lines` are typed; its exit code and the screen."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "handoff.cli.main", *(str(a) for a in arguments)]
    process = subprocess.Popen(
        command,
        env=firm.environment(),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(terminal)
    os.write(controller, "".join(f"{line}\n" for line in lines).encode())
    screen = b""
    while select.select([controller], [], [], 120)[0]:
        try:
            data = os.read(controller, 65536)
        except OSError:
            break
        if not data:
            break
        screen += data
    os.close(controller)
    return process.wait(60), screen.decode()


def send(firm: Firm, batch: Path) -> Result:
    return firm.run("send", batch, "--vendor", "acme", "--json")


def states(result: Result) -> dict[str, str]:
    return {
        line["control_number"]: line["state"] if line["state"] != "held" else line["code"]
        for line in result.of("document")
    }


def number_of(screen: str, text: str) -> str:
    """The number under which a value stands on the screen."""
    lines = screen.splitlines()
    [at] = [n for n, line in enumerate(lines) if f">>{text}<<" in line][:1]
    return lines[at - 1].split()[0]


def test_what_is_held_for_review_is_shown_decided_and_sent(connected: Firm) -> None:
    with connected.policy.open("a") as policy:
        policy.write(f"release: {{review: all, approvers: [{account()}]}}\n")
    batch = connected.directory / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text(LETTER)
    (batch / "memo.txt").write_text(MEMO)

    first = send(connected, batch)
    assert first.code == 3
    assert states(first) == {"ACME-000001": "document.review", "ACME-000002": "document.blocked"}
    batch_id = first.of("batch")[0]["batch_id"]
    # Until somebody has decided, nothing is read anew.
    assert states(send(connected, batch)) == states(first)

    assert connected.run("review", batch_id).code == 2
    listed = connected.run("review", batch_id, "--json")
    assert listed.code == 3
    assert_without("the list", (listed.stdout + listed.stderr).encode(), SECRETS)
    [privileged] = [v for v in listed.of("value") if v["blocked"]]
    assert (privileged["control_number"], privileged["number"]) == ("ACME-000002", 1)

    code, screen = typed(connected, ["quit"], "review", "ACME-000001")
    assert code == 3
    lines = [
        f"drop {number_of(screen, 'Maria Delgado')}",
        "add Bluebird ORGANIZATION",
        "confirm",
        # The memo is held for its marking: that must be dropped before it can be released.
        "confirm",
        "drop 1",
        "confirm",
    ]
    code, screen = typed(connected, lines, "review", batch_id[:8])
    assert code == 0, screen
    assert "the profile blocks value 1" in screen

    # A record of a decision that somebody changed holds its document, and no other.
    record = record_of(connected, first, "ACME-000001")
    content = record.read_bytes()
    record.write_bytes(content.replace(b'"added":[', b'"added": ['))
    second = send(connected, batch)
    assert states(second) == {"ACME-000003": "document.review_changed", "ACME-000004": "delivered"}
    assert "privileged" in delivered(connected, second)["ACME-000004"]

    record.write_bytes(content)
    third = send(connected, batch)
    assert states(third) == {"ACME-000005": "delivered", "ACME-000004": "already_delivered"}
    text = delivered(connected, third)["ACME-000005"]
    assert "Bluebird" not in text
    assert "[ORGANIZATION-1]" in text
    assert "Maria Delgado" in text
    assert "Sorensen" not in text

    timeline = connected.run("custody", "show", batch_id, "--json").stdout
    assert timeline.count('"document.reviewed"') == 2
    assert f'"actor": "{account()}"' in timeline
    for path in connected.home.rglob("*"):
        if path.is_file():
            assert_without(str(path), path.read_bytes(), SECRETS)
    assert connected.run("custody", "verify").code == 0


def record_of(firm: Firm, result: Result, number: str) -> Path:
    """The record of the review of a document."""
    [doc_id] = [d["doc_id"] for d in result.of("document") if d["control_number"] == number]
    [path] = (firm.home / "records" / "reviews").glob(f"{doc_id}.*.json")
    return path


def delivered(firm: Firm, result: Result) -> dict[str, str]:
    """The delivered texts by control number, as the vendor opens them."""
    objects = firm.objects()
    return {
        line["control_number"]: open_bytes(objects[line["object_key"]], [firm.identity]).decode()
        for line in result.of("document")
        if line["state"] == "delivered"
    }
