"""The vendor's side: what is opened is what the firm signed, and replaces nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from handoff.errors import (
    HandoffError,
    ManifestInvalidError,
    OutputExistsError,
    PackageIncompleteError,
    SealedDamagedError,
    SignatureInvalidError,
)
from handoff.model import Manifest, ManifestEntry
from handoff.pipeline import recalling_clawback as clawback
from handoff.pipeline.opening import open_package, taken_back
from handoff.sealing import age
from handoff.sealing import manifest as manifests
from handoff.sealing.keys import generate_missing_keys, load_firm_keys
from handoff.sealing.seal import seal_bytes

IDENTITY = age.generate_x25519()
TO = [str(IDENTITY.recipient())]
TEXT = b"For [PERSON-1].\n"


def package(directory: Path, **changes: str) -> tuple[Path, list[str]]:
    """A package of one document and the signers to trust; the entry's fields as in `changes`."""
    firm = directory / "keys"
    firm.mkdir(mode=0o700)
    generate_missing_keys(firm)
    keys = load_firm_keys(firm)
    sealed = seal_bytes(TEXT, TO)
    entry = ManifestEntry(
        "ACME-000001", "ACME-000001.txt", "b1/aa.age", "text/plain", len(TEXT),
        hashlib.sha256(TEXT).hexdigest(), len(sealed), hashlib.sha256(sealed).hexdigest(), {},
    )  # fmt: skip
    made = Manifest(
        "b1", "acme", datetime(2026, 1, 1, tzinfo=UTC), date(2026, 4, 1), "0" * 64, "0" * 64,
        "0" * 64, tuple(TO), "", "", (replace(entry, **changes),),  # type: ignore[arg-type]
    )  # fmt: skip
    encoded = manifests.encode(made)
    place = directory / "package"
    place.mkdir()
    (place / "aa.age").write_bytes(sealed)
    (place / "manifest.json.age").write_bytes(seal_bytes(encoded, TO))
    (place / "manifest.json.sig").write_text(manifests.sign(encoded, keys.signing))
    return place, [keys.public_parts().signing]


def test_what_is_there_already_is_never_replaced(tmp_path: Path) -> None:
    place, signers = package(tmp_path)
    out = tmp_path / "out"
    assert list(open_package(place, out, [IDENTITY], signers)) == ["ACME-000001.txt"]
    with pytest.raises(OutputExistsError):
        list(open_package(place, out, [IDENTITY], signers))
    with pytest.raises(OutputExistsError):
        list(open_package(place, out / "ACME-000001.txt", [IDENTITY], signers))


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("file_name", "../ACME.txt", ManifestInvalidError),
        ("file_name", "/tmp/ACME.txt", ManifestInvalidError),
        ("file_name", "a\nb.txt", ManifestInvalidError),
        ("object_key", "b1/..", (ManifestInvalidError, PackageIncompleteError)),
        ("object_key", "b1/../../etc/passwd", (ManifestInvalidError, PackageIncompleteError)),
        ("sha256", "0" * 64, SealedDamagedError),
        ("ciphertext_sha256", "0" * 64, SealedDamagedError),
    ],
)
def test_a_hostile_manifest_writes_nothing_outside(
    tmp_path: Path, field: str, value: str, error: type[HandoffError]
) -> None:
    try:
        place, signers = package(tmp_path, **{field: value})
    except (HandoffError, ValueError):
        return  # not even we could make such a manifest
    out = tmp_path / "out"
    with pytest.raises(error):
        list(open_package(place, out, [IDENTITY], signers))
    assert [path.name for path in out.glob("**/*")] in ([], ["manifest.json"])


def notice_in(place: Path, directory: Path, object_key: str) -> None:
    """Lay a notice into the package, signed with the firm's key."""
    keys = load_firm_keys(directory / "keys")
    encoded = clawback.encode(
        clawback.Clawback(
            "b1",
            "acme",
            datetime(2026, 2, 1, tzinfo=UTC),
            "privilege",
            date(2026, 2, 8),
            "Destroy every copy.",
            (clawback.Withdrawn("ACME-000001", object_key, "0" * 64, "0" * 64),),
        )
    )
    (place / "clawback-ACME-000001.json.age").write_bytes(seal_bytes(encoded, TO))
    signature = clawback.sign(encoded, keys.signing)
    (place / "clawback-ACME-000001.json.sig").write_text(signature)


@pytest.mark.parametrize("still_there", [True, False])
def test_what_the_firm_took_back_is_not_opened(tmp_path: Path, still_there: bool) -> None:
    place, signers = package(tmp_path)
    notice_in(place, tmp_path, "b1/aa.age")
    if not still_there:
        (place / "aa.age").unlink()
    out = tmp_path / "out"
    assert list(open_package(place, out, [IDENTITY], signers)) == []
    assert [path.name for path in out.iterdir()] == ["manifest.json"]
    assert taken_back(place, [IDENTITY], signers) == {"b1/aa.age": "ACME-000001"}


def test_a_notice_of_somebody_else_takes_nothing_back(tmp_path: Path) -> None:
    place, signers = package(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    package(other)
    notice_in(place, other, "b1/aa.age")
    with pytest.raises(SignatureInvalidError):
        list(open_package(place, tmp_path / "out", [IDENTITY], signers))
    (place / "clawback-ACME-000001.json.sig").write_text(
        manifests.sign(b"{}", load_firm_keys(tmp_path / "keys").signing)
    )
    with pytest.raises(SignatureInvalidError):
        list(open_package(place, tmp_path / "out", [IDENTITY], signers))
