"""Planted secrets are found nowhere: not in what was delivered, nor in what a run leaves."""

from __future__ import annotations

import email
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from handoff.sealing.manifest import decode
from handoff.sealing.seal import open_bytes
from handoff.storage import embedded
from tests.corpus import searching
from tests.firm import Firm, Result

pytestmark = pytest.mark.real

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SECRETS: list[str] = json.loads((EXAMPLES / "planted.json").read_text())
NAMES = [p.name for p in (EXAMPLES / "batch").rglob("*") if p.is_file()]
# Somebody's name, in the name of a file: "Witness statement Okafor".
NAME_WORDS = ["Hollis", "Okafor", "Witness statement", "Passport scan"]


def forms(secret: str) -> Iterator[bytes]:
    """How a secret may lie in bytes: as it is, in UTF-16, with its blanks gone."""
    for text in {secret, secret.replace(" ", "")}:
        yield text.casefold().encode()
        yield text.casefold().encode("utf-16-le")


def assert_without(where: str, data: bytes, secrets: list[str]) -> None:
    folded = data.lower()
    found = [s for s in secrets for form in forms(s) if form in folded]
    assert not found, f"{found} in {where}"


def views(data: bytes) -> Iterator[bytes]:
    """A document as a stranger with unzip, pdftotext, qpdf and strings would look at it."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "\n".join(archive.namelist()).encode()
            for name in archive.namelist():
                part = archive.read(name)
                yield part
                yield re.sub(rb"<[^>]*>", b"", part)
    elif data.startswith(b"%PDF"):
        for command in (["pdftotext", "-", "-"], ["qpdf", "--qdf", "-", "-"], ["pdfinfo", "-"]):
            if shutil.which(command[0]):
                done = subprocess.run(command, input=data, capture_output=True, check=False)
                yield done.stdout
                yield b" ".join(done.stdout.split())
    elif b"MIME-Version" in data[:4096]:
        for piece in email.message_from_bytes(data).walk():
            yield "\n".join(f"{k}: {v}" for k, v in piece.items()).encode("utf-8", "replace")
            payload = piece.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload


@pytest.fixture(scope="module")
def sent(
    tmp_path_factory: pytest.TempPathFactory, seaweedfs: embedded.Server
) -> tuple[Firm, list[Result]]:
    """The example batch, sent in every way a run can be watched, its temporary files kept.

    Sent once for all the tests here: it holds a document of every format.
    """
    connected = Firm(tmp_path_factory.mktemp("sent"), seaweedfs)
    assert connected.run("init").code == 0
    connected.write_policy()
    principal = seaweedfs.principal("acme")
    done = connected.run("vendor", "provision", "acme", "--principal", principal)
    assert done.code == 0, done.stderr
    shutil.copytree(EXAMPLES / "batch", connected.directory / "batch")
    batch = connected.directory / "batch"
    temporary = connected.directory / "tmp"
    temporary.mkdir()
    env = {"TMPDIR": str(temporary)}
    missing = connected.directory / "Hollis missing.txt"
    results = [
        connected.run("send", batch / "data", "--vendor", "acme", "--dry-run", env=env),
        connected.run("send", batch, "--vendor", "acme", env=env | {"AWS_PROFILE": "acme"}),
        connected.run("send", missing, "--vendor", "acme", env=env),
        connected.run("send", batch, "--vendor", "acme", "--json", env=env),
        connected.run("send", batch, "--vendor", "acme", env=env),
        connected.run("custody", "list", env=env),
        connected.run("custody", "verify", env=env),
        connected.run("doctor", env=env),
    ]
    assert [r.code for r in results[3:]] == [3, 3, 0, 0, 0], [r.stderr for r in results]
    return connected, results


def test_nothing_of_the_documents_is_left_anywhere_but_in_the_ciphertext(
    sent: tuple[Firm, list[Result]],
) -> None:
    firm, results = sent
    for number, result in enumerate(results):
        assert_without(f"output of run {number}", result.stdout.encode(), SECRETS + NAME_WORDS)
        assert_without(f"stderr of run {number}", result.stderr.encode(), SECRETS + NAME_WORDS)
    looked_at = 0
    for path in firm.home.rglob("*"):
        if path.is_file():
            assert_without(str(path), path.read_bytes(), SECRETS + NAME_WORDS + NAMES)
            looked_at += 1
    assert looked_at > 15
    assert [p for p in (firm.directory / "tmp").rglob("*") if p.is_file()] == []
    log = (firm.home / "logs" / "handoff.jsonl").read_text().splitlines()
    assert {json.loads(line)["event"] for line in log} >= {"run.started", "document", "run.failed"}


def test_what_must_be_held_is_held_for_the_right_reason_and_nothing_else(
    sent: tuple[Firm, list[Result]],
) -> None:
    _, results = sent
    held = [line["code"] for line in results[3].of("document") if line["state"] == "held"]
    assert sorted(held) == [
        "document.damaged",
        "document.empty",
        "document.encrypted",
        "document.scan",
    ]


def test_what_was_delivered_holds_no_secret_and_its_keys_say_nothing(
    sent: tuple[Firm, list[Result]],
) -> None:
    firm, _ = sent
    objects = firm.objects()
    [sealed] = [data for key, data in objects.items() if key.endswith("manifest.json.age")]
    encoded = open_bytes(sealed, [firm.identity])
    assert_without("the manifest", encoded, SECRETS + NAME_WORDS + NAMES)
    manifest = decode(encoded)
    assert len(manifest.entries) == 31
    for entry in manifest.entries:
        assert re.fullmatch(r"b[0-9a-f]{24}/[0-9a-f]{40}\.age", entry.object_key)
        document = open_bytes(objects[entry.object_key], [firm.identity])
        for part in (document, *searching.members(document)):
            for view in views(part):
                assert_without(entry.file_name, view, SECRETS)
    for key, metadata in firm.metadata().items():
        assert metadata == {}, key


def test_the_firm_alone_can_look_up_original_names(sent: tuple[Firm, list[Result]]) -> None:
    firm, _ = sent
    [batch] = firm.run("custody", "list", "--json").of("batch")
    shown = firm.run("custody", "show", batch["batch_id"], "--names", "--json").of("name")
    assert {Path(line["name"]).name for line in shown} == set(NAMES)
    (firm.home / "keys" / "recovery-x25519.txt").unlink()
    assert firm.run("custody", "show", batch["batch_id"], "--names").code == 32
