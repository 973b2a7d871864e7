"""The manifest: one encoding, strict decoding, a signature checked before anything is parsed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785

from handoff.errors import ManifestInvalidError, SignatureInvalidError
from handoff.model import Manifest, ManifestEntry
from handoff.sealing import manifest, sshsig
from handoff.sealing.keys import FirmKeys

ENTRY = ManifestEntry(
    control_number="ACME-000001",
    file_name="ACME-000001.pdf",
    object_key="batch/0123abcd.age",
    media_type="application/pdf",
    size=1000,
    sha256="b" * 64,
    ciphertext_size=1200,
    ciphertext_sha256="c" * 64,
    redactions={"PERSON": 2, "US_SSN": 1},
)
OTHER = replace(
    ENTRY, control_number="ACME-000002", file_name="ACME-000002.pdf", object_key="batch/4567.age"
)
MANIFEST = Manifest(
    batch_id="b0123",
    vendor="acme",
    created=datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC),
    expires=date(2027, 2, 22),
    policy_sha256="1" * 64,
    profile_sha256="2" * 64,
    model_sha256="3" * 64,
    recipients=("age1vendor", "age1firm"),
    instructions="Review for privilege.\nDestroy by the date given. Größe €",
    checkpoint="handoff.example/log\n3\nAAAA\n\n— handoff.example AAAA\n",
    entries=(ENTRY, OTHER),
)
ENCODED = manifest.encode(MANIFEST)


def test_it_reads_back_as_it_was_written() -> None:
    assert manifest.decode(ENCODED) == MANIFEST


def test_it_is_canonical_json_with_its_type_and_version() -> None:
    parsed = json.loads(ENCODED)
    assert (parsed["type"], parsed["version"]) == ("handoff-manifest", 1)
    assert rfc8785.dumps(parsed) == ENCODED


def test_every_field_of_the_model_is_in_it_and_nothing_else() -> None:
    parsed = json.loads(ENCODED)
    assert set(parsed) == {field.name for field in fields(Manifest)} | {"type", "version"}
    assert set(parsed["entries"][0]) == {field.name for field in fields(ManifestEntry)}


def test_the_same_moment_in_another_time_zone_encodes_the_same() -> None:
    elsewhere = MANIFEST.created.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert manifest.encode(replace(MANIFEST, created=elsewhere)) == ENCODED


def edited(edit: Callable[[dict[str, Any]], object]) -> bytes:
    parsed = json.loads(ENCODED)
    edit(parsed)
    return rfc8785.dumps(parsed)


def put(name: str, value: Any) -> bytes:
    return edited(lambda parsed: parsed.update({name: value}))


def put_entry(name: str, value: Any) -> bytes:
    return edited(lambda parsed: parsed["entries"][0].update({name: value}))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(ENCODED + b"\n", id="a line feed more"),
        pytest.param(b" " + ENCODED, id="a blank before"),
        pytest.param(json.dumps(json.loads(ENCODED)).encode(), id="not canonical"),
        pytest.param(
            ENCODED.replace(b'{"batch_id"', b'{"batch_id":"x","batch_id"'), id="key twice"
        ),
        pytest.param(ENCODED.replace(b'"size":1000', b'"size":1e3'), id="another number"),
        pytest.param(ENCODED.replace(b'"size":1000', b'"size":NaN'), id="NaN"),
        pytest.param(ENCODED.replace(b"acme", b"\\ud800"), id="lone surrogate"),
        pytest.param(put("type", "handoff-receipt"), id="another type"),
        pytest.param(put("version", 2), id="newer version"),
        pytest.param(put("version", True), id="version true"),
        pytest.param(put("version", "1"), id="version text"),
        pytest.param(put("source_sha256", "a" * 64), id="unknown field"),
        pytest.param(put_entry("name", "x"), id="unknown field in an entry"),
        pytest.param(edited(lambda parsed: parsed.pop("vendor")), id="missing field"),
        pytest.param(
            edited(lambda parsed: parsed["entries"][0].pop("size")), id="missing in entry"
        ),
        pytest.param(put("batch_id", ""), id="empty batch"),
        pytest.param(put("batch_id", "../x"), id="batch path"),
        pytest.param(put("vendor", 1), id="vendor number"),
        pytest.param(put("created", "2026-11-24T12:00:00Z"), id="time without microseconds"),
        pytest.param(put("created", "2026-11-24T12:00:00.000000+01:00"), id="time elsewhere"),
        pytest.param(put("created", "2026-13-24T12:00:00.000000Z"), id="no such month"),
        pytest.param(put("expires", "2027-02-30"), id="no such day"),
        pytest.param(put("expires", "20270222"), id="another date"),
        pytest.param(put("policy_sha256", "A" * 64), id="upper-case digest"),
        pytest.param(put("recipients", "age1"), id="recipients text"),
        pytest.param(put("recipients", [""]), id="empty recipient"),
        pytest.param(put("entries", {}), id="entries object"),
        pytest.param(put("entries", ["x"]), id="entry text"),
        pytest.param(put_entry("size", -1), id="negative size"),
        pytest.param(put_entry("size", 1.5), id="fraction"),
        pytest.param(put_entry("size", True), id="size true"),
        pytest.param(put_entry("file_name", "../../etc/passwd"), id="file name path"),
        pytest.param(put_entry("file_name", ".bashrc"), id="hidden file name"),
        pytest.param(put_entry("file_name", "-rf"), id="file name option"),
        pytest.param(put_entry("file_name", "a\nb"), id="file name control"),
        pytest.param(put_entry("object_key", "/abs"), id="absolute key"),
        pytest.param(put_entry("object_key", "a/../b"), id="key with dots"),
        pytest.param(put_entry("redactions", {"person": 1}), id="entity in lower case"),
        pytest.param(put_entry("redactions", {"PERSON": 0}), id="count of none"),
        pytest.param(put_entry("redactions", {"PERSON": True}), id="count true"),
        pytest.param(put_entry("redactions", []), id="redactions list"),
        pytest.param(put_entry("control_number", "ACME-000002"), id="control number twice"),
        pytest.param(put_entry("file_name", "ACME-000002.pdf"), id="file name twice"),
        pytest.param(put_entry("object_key", "batch/4567.age"), id="object twice"),
    ],
)
def test_what_is_not_exactly_a_manifest_is_refused(data: bytes) -> None:
    assert data != ENCODED
    with pytest.raises(ManifestInvalidError):
        manifest.decode(data)


def test_errors_name_the_field_and_never_the_value() -> None:
    with pytest.raises(
        ManifestInvalidError, match=r"entries 1: expected .* in file_name"
    ) as caught:
        manifest.decode(put_entry("file_name", "Jane Doe.pdf"))
    assert "Jane" not in str(caught.value)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(replace(MANIFEST, created=datetime(2026, 1, 1)), id="naive time"),  # noqa: DTZ001
        pytest.param(replace(MANIFEST, policy_sha256=""), id="no digest"),
        pytest.param(replace(MANIFEST, instructions="\ud800"), id="lone surrogate"),
        pytest.param(replace(MANIFEST, entries=(replace(ENTRY, size=2**60),)), id="huge"),
        pytest.param(replace(MANIFEST, entries=(replace(ENTRY, file_name="a b"),)), id="name"),
        pytest.param(replace(MANIFEST, entries=(ENTRY, ENTRY)), id="entry twice"),
    ],
)
def test_what_could_not_be_decoded_is_not_encoded(broken: Manifest) -> None:
    with pytest.raises(ManifestInvalidError):
        manifest.encode(broken)


def test_entries_alone_encode_as_they_stand_in_the_manifest() -> None:
    assert manifest.encode_entries(MANIFEST.entries) in ENCODED


def test_a_signed_manifest_verifies(firm: FirmKeys) -> None:
    signature = manifest.sign(ENCODED, firm.signing)
    assert manifest.verify(ENCODED, signature, [firm.public_parts().signing]) == MANIFEST


def test_a_manifest_with_a_wrong_signature_is_not_even_parsed(firm: FirmKeys) -> None:
    signer = firm.public_parts().signing
    with pytest.raises(SignatureInvalidError):
        manifest.verify(b"garbage", manifest.sign(ENCODED, firm.signing), [signer])
    with pytest.raises(SignatureInvalidError):
        manifest.verify(ENCODED, sshsig.sign(ENCODED, firm.signing, "other"), [signer])


def test_signed_garbage_is_still_no_manifest(firm: FirmKeys) -> None:
    with pytest.raises(ManifestInvalidError):
        manifest.verify(
            b"garbage", manifest.sign(b"garbage", firm.signing), [firm.public_parts().signing]
        )
