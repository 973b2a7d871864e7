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
    for name in files.keys() - {"verify.py"}:
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
