"""An evidence package is verified by a stranger who has Python, OpenSSH and OpenSSL, no handoff."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.firm import Firm

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        shutil.which("ssh-keygen") is None or shutil.which("openssl") is None,
        reason="ssh-keygen or openssl is missing",
    ),
]


def judged(package: Path) -> tuple[int, str]:
    """What the package's own verifier says, in an interpreter that sees nothing of handoff."""
    script = package / "verify.py"
    if package.is_file():
        script = package.with_suffix(".py")
        with zipfile.ZipFile(package) as archive:
            script.write_bytes(archive.read("verify.py"))
    command = [sys.executable, "-I", "-S", str(script), str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def batch_of(firm: Firm) -> Path:
    batch = firm.directory / "batch"
    batch.mkdir()
    (batch / "Henderson letter.txt").write_text("Dear Ms Rosalind Henderson, call 212-555-0147.\n")
    (batch / "note.txt").write_text("A note on the agreement, without any names.\n")
    (batch / "empty.txt").write_text("")
    return batch


def test_a_stranger_verifies_a_batch_and_finds_any_change(connected: Firm) -> None:
    assert connected.run("send", batch_of(connected), "--vendor", "acme").code == 3
    [listed] = connected.run("custody", "list", "--json").lines
    package = connected.directory / "evidence.zip"
    done = connected.run("custody", "prove", listed["batch_id"], "-o", package, "--json")
    assert done.code == 0, done.stderr
    [proven] = done.lines
    assert (proven["documents"], proven["manifests"]) == (3, 1)
    assert package.stat().st_mode & 0o077 == 0
    code, said = judged(package)
    assert code == 0, said
    assert "the firm signed manifests/" in said
    assert "the log continued the one in" in said
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    everything = b"".join(files.values())
    assert b"Henderson" not in everything
    assert b"Rosalind" not in everything
    assert b"212-555-0147" not in everything
    assert any(name.startswith("policies/") for name in files)
    assert any(name.startswith("profiles/") for name in files)
    records_are_told(connected, files)
    page = files["index.html"].decode()
    assert "Delivered: the vendor&#39;s bucket confirmed it" in page
    kinds = {name.partition("/")[0]: name for name in files if name != "verify.py"}
    for name in kinds.values():
        assert judged(written(connected.directory / "one", files, {name: spoiled(files[name])}))[0]
        assert judged(written(connected.directory / "gone", files, {name: None}))[0]
    assert judged(written(connected.directory / "more", files, {"events/x.json": b"{}"}))[0] == 1


def records_are_told(firm: Firm, files: dict[str, bytes]) -> None:
    """Records of redactions are in the package, printed, and believed as the log knows them."""
    records = [name for name in files if name.startswith("redactions/")]
    assert len(records) == 2
    [record] = [name for name in records if b"[PERSON-1]" in files[name]]
    number = Path(record).stem
    told = firm.run("custody", "show", number, "--redactions", "--json").of("redaction")
    assert {entry["entity"] for entry in told} == {"PERSON", "PHONE_NUMBER"}
    kept = firm.home / "records" / record
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_bytes(spoiled(files[record]))
    assert firm.run("custody", "show", number, "--redactions").code == 57
    kept.unlink()
    assert firm.run("custody", "show", number, "--redactions").code == 19


def spoiled(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def written(folder: Path, files: dict[str, bytes], changes: dict[str, bytes | None]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in (files | changes).items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder


def test_an_event_that_was_never_in_the_log_does_not_fit_whatever_is_signed(
    connected: Firm,
) -> None:
    """The firm itself, with its signing key, puts a delivery into a package that was a hold."""
    from handoff.custody.evidence.package import sums_of
    from handoff.pipeline.proving import EVIDENCE_NAMESPACE
    from handoff.sealing import sshsig
    from handoff.sealing.keys import load_firm_keys

    assert connected.run("send", batch_of(connected), "--vendor", "acme").code == 3
    package = connected.directory / "evidence.zip"
    assert connected.run("custody", "prove", "ACME-000002", "-o", package).code == 0
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    [held] = [n for n, c in files.items() if n.startswith("events/") and b'"document.held"' in c]
    event = json.loads(files[held])
    event["details"] = {"code": "document.encrypted", "places": 0}
    files[held] = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
    kept = {n: c for n, c in files.items() if not n.startswith("SHA256SUMS")}
    kept["SHA256SUMS"] = sums_of(kept)
    key = load_firm_keys(connected.home / "keys").signing
    signature = sshsig.sign(kept["SHA256SUMS"], key, EVIDENCE_NAMESPACE)
    kept["SHA256SUMS.sig"] = signature.encode()
    code, said = judged(written(connected.directory / "forged", kept, {}))
    assert code == 1
    assert "WRONG  event" in said
    assert "ok     the firm signed SHA256SUMS" in said


def test_an_unknown_reference_and_a_file_that_is_there_are_refused(firm: Firm) -> None:
    package = firm.directory / "evidence.zip"
    assert firm.run("custody", "prove", "nobody", "-o", package).code == 50
    assert not package.exists()
    package.write_text("mine")
    assert firm.run("custody", "prove", "nobody", "-o", package).code != 0
    assert package.read_text() == "mine"


def test_a_timestamp_and_a_receipt_are_evidence_too(tmp_path: Path) -> None:
    from datetime import UTC, date, datetime

    from handoff.model import Manifest
    from handoff.pipeline.anchoring import anchor
    from handoff.pipeline.home import SystemClock
    from handoff.pipeline.ledgers import open_ledger
    from handoff.pipeline.proving import make_package
    from handoff.pipeline.receipts import take_receipt
    from handoff.sealing import manifest as manifests
    from handoff.sealing.keys import load_firm_keys
    from tests.authority import serve
    from tests.unit.pipeline.conftest import make_home

    home = make_home(tmp_path)
    key = tmp_path / "vendor"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    with (home.vendors / "acme.yaml").open("a") as policy:
        policy.write(f"signers:\n  - {{key: {public}, holder: A. Rao}}\n")
    with open_ledger(home, SystemClock()) as ledger:
        note = ledger.checkpoint().note
    made = Manifest(
        "b1", "acme", datetime.now(UTC), date(2030, 1, 1), "0" * 64, "1" * 64, "2" * 64,
        ("age1x",), "", note, (),
    )  # fmt: skip
    manifest = home.records / "b1.manifest.json"
    manifest.write_bytes(manifests.encode(made))
    signature = manifests.sign(manifest.read_bytes(), load_firm_keys(home.keys).signing)
    manifest.with_name("b1.manifest.json.sig").write_text(signature)
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "handoff-receipt", "-f", str(key)]
    receipt = tmp_path / "receipt.sig"
    with manifest.open("rb") as signed, receipt.open("wb") as given:
        subprocess.run(sign, check=True, stdin=signed, stdout=given, stderr=subprocess.DEVNULL)
    take_receipt(home, SystemClock(), "b1", receipt)
    with serve(tmp_path) as authority:
        place = {"timestamp": {"url": authority.url, "root": str(authority.root)}}
        home.config_file.write_text(json.dumps({"anchors": place}))
        assert not [placed for placed in anchor(home, SystemClock()) if placed.error]
    content, _ = make_package(home, "b1")
    package = tmp_path / "evidence.zip"
    package.write_bytes(content)
    code, said = judged(package)
    # The manifest made here lists no document, which is said; all else is right.
    assert "ok     the vendor signed manifests/b1.json" in said
    assert "ok     a time-stamp authority saw checkpoint (RFC 3161)" in said
    assert [line for line in said.splitlines() if line.startswith("WRONG  ")] == [
        "WRONG  manifests/b1.json lists 0 of the documents shown here"
    ]
    assert code == 1
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    [receipt_name] = [name for name in files if name.startswith("receipts/")]
    for name in ("checkpoint.tsr", receipt_name):
        folder = written(tmp_path / "spoiled", files, {name: spoiled(files[name])})
        assert judged(folder)[1].count("WRONG  ") > 2
