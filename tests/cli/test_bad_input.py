"""Every kind of bad input has its own code, exit code and hint; nothing is half-sent."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from handoff.sealing import age
from tests.firm import Firm, Result

BAD_KEYS = {"AWS_ACCESS_KEY_ID": "AKIANOBODY", "AWS_SECRET_ACCESS_KEY": "wrong"}
NO_KEYS = {"AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_CONFIG_FILE": os.devnull}


@dataclass(frozen=True)
class Row:
    """What is done to a firm in good order, and what `handoff send` must then say."""

    spoil: Callable[[Firm], object]
    code: str
    exit_code: int
    told: str = ""
    env: tuple[tuple[str, str], ...] = ()
    vendor: str = "acme"


def _replace(firm: Firm, old: str, new: str) -> None:
    text = firm.policy.read_text()
    assert old in text
    firm.policy.write_text(text.replace(old, new))


def _profile(firm: Firm, text: str) -> None:
    (firm.home / "policies/profiles/legal-review.yaml").write_text(text)


def _sql(firm: Firm, statement: str) -> None:
    # Without `closing` leaving the block commits, and leaves the connection open.
    with (
        closing(sqlite3.connect(firm.home / "custody" / "custody.db")) as connection,
        connection,
    ):
        connection.execute(statement)


def _future_event(firm: Firm) -> None:
    """Append an event under a clock that runs a day ahead, as a wrong clock would have."""
    from datetime import UTC, datetime, timedelta

    from handoff.custody.ledger import SqliteLedger
    from handoff.model import EventDraft
    from handoff.pipeline.home import Home
    from handoff.pipeline.ledgers import log_party, open_log_key

    class Ahead:
        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(days=1)

    home = Home(firm.home)
    path, key = home.custody, open_log_key(home)
    with SqliteLedger.open(path, key=key, clock=Ahead(), party=log_party()) as ledger:
        ledger.append([EventDraft("clock.tested")])


def _lock(firm: Firm) -> None:
    """Hold the home's lock in this process, as another run would."""
    import fcntl

    descriptor = os.open(firm.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def _foreign(firm: Firm) -> None:
    """A bucket that is there and can be used, and that `provision` did not make for this vendor."""
    firm.client().create_bucket(Bucket=f"{firm.bucket}-x")
    firm.write_policy(bucket=f"{firm.bucket}-x")


def _hybrid_and_classic(firm: Firm) -> None:
    made = age.generate_hybrid().recipient(), age.generate_x25519().recipient()
    firm.write_policy(recipients=_verified(*map(str, made)))


def _verified(*keys: str) -> str:
    return "[" + ", ".join(f"{{key: {key}, verified: 2026-01-01}}" for key in keys) + "]"


ROWS = {
    "unknown vendor": Row(lambda f: None, "policy.unknown_vendor", 12, "acme", vendor="nobody"),
    "unknown key in a policy": Row(
        lambda f: _replace(f, "profile:", "profle:"), "policy.invalid", 11, "acme.yaml:6: profle"
    ),
    "malformed value in a policy": Row(
        lambda f: _replace(f, "2999-12-31", "never"), "policy.invalid", 11, "acme.yaml:3: agreement"
    ),
    "malformed recipient in a policy": Row(
        lambda f: f.write_policy(recipients="[ssh-rsa AAAA]"), "policy.invalid", 11, "expected age1"
    ),
    "a recipient that is none": Row(
        lambda f: f.write_policy(recipients=_verified("age1qqqqqqqq")),
        "sealing.recipient",
        30,
        "age1",
    ),
    "post-quantum and classic recipients": Row(_hybrid_and_classic, "sealing.mixed_recipients", 31),
    "expired agreement": Row(
        lambda f: f.write_policy(expires="2020-01-01"), "policy.expired", 13, "2020-01-01"
    ),
    "expired certificate": Row(
        lambda f: _replace(
            f, "recipients:", "certificates: [{name: I, expires: 2020-01-01}]\nrecipients:"
        ),
        "policy.expired",
        13,
        "certificate I",
    ),
    "a recipient that nobody verified": Row(
        lambda f: f.write_policy(recipients=f"[{f.identity.recipient()}]"),
        "policy.key_unverified",
        14,
        "never verified",
    ),
    "no recipient key": Row(
        lambda f: f.write_policy(recipients="[]"), "policy.no_recipient", 14, "age1"
    ),
    "profile with an unknown entity": Row(
        lambda f: _profile(f, "language: en\nentities: {PERSONS: mask}\n"),
        "policy.invalid",
        11,
        "PERSONS",
    ),
    "missing profile": Row(
        lambda f: (f.home / "policies/profiles/legal-review.yaml").unlink(), "policy.invalid", 11
    ),
    "bucket missing": Row(
        lambda f: f.write_policy(bucket=f"{f.bucket}-none"), "storage.bucket_missing", 40
    ),
    "bucket not ours": Row(_foreign, "storage.bucket_foreign", 41),
    "wrong credentials": Row(
        lambda f: None,
        "storage.credentials",
        42,
        env=tuple({**BAD_KEYS, "AWS_PROFILE": ""}.items()),
    ),
    "no credentials": Row(
        lambda f: None, "storage.credentials", 42, env=tuple({**NO_KEYS, "AWS_PROFILE": ""}.items())
    ),
    "server not there": Row(
        lambda f: f.write_policy(endpoint="http://127.0.0.1:1"), "storage.unreachable", 44
    ),
    "clock gone back": Row(_future_event, "policy.clock", 15, "clock"),
    "another run": Row(_lock, "run.locked", 75, "--wait"),
    "home open to others": Row(
        lambda f: f.home.chmod(0o755), "machine.permissions", 17, "chmod 700"
    ),
    "key open to others": Row(
        lambda f: (f.home / "keys/batch.key").chmod(0o644), "machine.permissions", 17
    ),
    "missing key": Row(lambda f: (f.home / "keys/batch.key").unlink(), "sealing.key_file", 32),
    "corrupt custody log": Row(
        lambda f: (f.home / "custody/custody.db").write_bytes(b"SQLite format 3\0" + b"x" * 9000),
        "custody.corrupt",
        55,
    ),
    "custody log from a newer version": Row(
        lambda f: _sql(f, "PRAGMA user_version = 99"), "custody.version", 56
    ),
    "no custody log": Row(
        lambda f: (f.home / "custody/custody.db").unlink(), "policy.not_initialized", 10
    ),
    "model missing": Row(
        lambda f: None, "machine.asset", 18, "handoff setup", env=(("HANDOFF_ASSETS", "/nowhere"),)
    ),
}


@pytest.mark.real
@pytest.mark.parametrize("name", ROWS)
def test_a_run_that_may_not_be_says_why_and_changes_nothing(connected: Firm, name: str) -> None:
    row = ROWS[name]
    batch = connected.directory / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text("Dear Johnathan Sorensen,\n\nhello.\n")
    row.spoil(connected)
    result = connected.run("send", batch, "--vendor", row.vendor, env=dict(row.env))
    assert (result.code, f"[{row.code}]" in result.stderr) == (row.exit_code, True), result.stderr
    assert row.told in result.stderr
    assert "handoff: hint: " in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert connected.objects() == {}
    assert list((connected.home / "spool").iterdir()) == []
    assert list((connected.home / "records").iterdir()) == []


def test_a_fatal_error_is_one_json_line_on_stderr(firm: Firm) -> None:
    result = firm.run("send", firm.directory, "--vendor", "nobody", "--json")
    error = json.loads(result.stderr)
    assert error["type"] == "error"
    assert (error["code"], error["exit_code"]) == ("policy.unknown_vendor", result.code)


def test_no_home_is_told(tmp_path: Path) -> None:
    result = Firm(tmp_path).run("send", tmp_path, "--vendor", "acme")
    assert result.code == 10
    assert "handoff init" in result.stderr


def test_an_option_that_is_also_a_file_is_refused(firm: Firm) -> None:
    (firm.directory / "--again").write_text("x")
    result = firm.run(
        "send", "x", "--vendor", "acme", "--again", cwd=firm.directory, env={"PYTHONPATH": _root()}
    )
    assert result.code == 2
    assert "./*" in result.stderr


def _root() -> str:
    return str(Path(__file__).resolve().parents[2])


def _encrypted_pdf(path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path, encryption=pikepdf.Encryption(user="secret", owner="secret"))


TYPES = (
    "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
    "<Override PartName='/word/document.xml' ContentType='application/"
    "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>"
)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            TYPES,
        )
        archive.writestr("word/document.xml", b"\0" * 200_000_000)


def _entities(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            TYPES,
        )
        archive.writestr(
            "word/document.xml",
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            "<w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>",
        )


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2_000_000_000)


DOCUMENTS: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "device": (lambda p: p.symlink_to("/dev/zero"), {"document.unreadable"}),
    "fifo": (os.mkfifo, {"document.unreadable"}),
    "symlink out of the batch": (lambda p: p.symlink_to("/etc/passwd"), {"document.unreadable"}),
    "dangling symlink": (lambda p: p.symlink_to("gone"), {"document.unreadable"}),
    "zero bytes": (lambda p: p.write_bytes(b""), {"document.empty"}),
    "zip bomb": (_bomb, {"document.limit"}),
    "XML entities": (_entities, {"document.unsafe", "document.damaged"}),
    "2 GB text": (_huge, {"document.limit"}),
    "PDF with a password": (_encrypted_pdf, {"document.encrypted"}),
    "DOCX that is none": (
        lambda p: p.write_bytes(b"PK\x03\x04" + os.urandom(400)),
        {"document.damaged", "document.unsupported", "document.unsafe"},
    ),
    "executable": (
        lambda p: p.write_bytes(b"\x7fELF" + bytes(range(256)) * 9),
        {"document.unsupported"},
    ),
}
ODD_NAMES = ["-rf", "--vendor", "a\nb.txt", "\x1b[31mred.txt", "na\u202eme.txt"]


@pytest.mark.real
def test_each_bad_document_is_held_for_its_reason_and_the_good_ones_go(connected: Firm) -> None:
    batch = connected.directory / "batch"
    batch.mkdir()
    expected: set[str] = set()
    for number, (make, codes) in enumerate(DOCUMENTS.values()):
        make(batch / f"{number}.docx")
        expected |= codes
    for name in ODD_NAMES:
        (batch / name).write_text(f"An ordinary note, number {len(name)}.\n")
    (batch / os.fsdecode(b"\xff\xfe.txt")).write_text("Another ordinary note.\n")
    result = connected.run("send", batch, "--vendor", "acme", "--json")
    held = [line for line in result.of("document") if line["state"] == "held"]
    delivered = [line for line in result.of("document") if line["state"] == "delivered"]
    assert result.code == 3, result.stderr
    assert len(held) == len(DOCUMENTS)
    assert {line["code"] for line in held} <= expected
    assert all(line["hint"] for line in held)
    assert len(delivered) == len(ODD_NAMES) + 1
    assert len(connected.objects()) == len(delivered) + 2


@pytest.mark.real
@pytest.mark.parametrize("index", range(len(DOCUMENTS)), ids=list(DOCUMENTS))
def test_each_bad_document_has_the_code_the_table_gives(firm: Firm, index: int) -> None:
    make, codes = list(DOCUMENTS.values())[index]
    batch = firm.directory / "batch"
    batch.mkdir()
    make(batch / "x.docx")
    result = firm.run("redact", batch, "-o", firm.directory / "out", "--json")
    [line] = result.of("document")
    assert (result.code, line["state"]) == (3, "held")
    assert line["code"] in codes
    assert list((firm.directory / "out").iterdir()) == []


def test_an_empty_directory_is_nothing_to_send(firm: Firm) -> None:
    (firm.directory / "empty").mkdir()
    result: Result = firm.run("redact", firm.directory / "empty", "-o", firm.directory / "out")
    assert result.code == 4
