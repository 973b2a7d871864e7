"""The whole of a vendor's policy: what is read, what is refused, what editors are told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from handoff.errors import ConfigError
from handoff.model import ObjectLock, VendorPolicy
from handoff.policy.jsonschemas import SCHEMAS, json_schema
from handoff.policy.sections import StorageSchema
from handoff.policy.vendors import load_vendor

ROOT = Path(__file__).resolve().parents[3]
FULL = """\
# yaml-language-server: $schema=vendor.schema.json
name: acme
legal_name: Acme Review Services Pvt Ltd
jurisdiction: IN
contact: {name: A. Rao, email: security@acme.example, phone: "+91 20 5550 0100"}
agreement: {reference: MSA-1, expires: 2027-12-31}
dpa: {reference: DPA-1, expires: 2027-06-30}
transfer: {mechanisms: [idta], reference: IDTA-7, assessed: 2026-09-01}
certificates:
  - {name: ISO/IEC 27001, expires: 2027-09-30}
sub_processors:
  - {name: Pune Typing, country: IN, purpose: coding}
recipients:
  - age1abc
  - {key: age1pq1xyz, holder: A. Rao, verified: 2026-10-01}
  - {key: age1old, revoked: 2026-01-01}
signers:
  - {key: ssh-ed25519 AAAA rao, holder: A. Rao, verified: 2026-10-01}
bucket:
  {name: handoff-acme, region: eu-west-2, kms_key: "arn:aws:kms::1:key/1", log_bucket: firm-logs}
access:
  principals: ["arn:aws:iam::111122223333:user/acme"]
  addresses: [203.0.113.0/24, 198.51.100.7]
  until: 2027-06-30
  expires_days: 60
  return_prefix: returns/
  object_lock: {mode: compliance, days: 30}
profile: legal-review
control_prefix: ACME
limits: {documents: 500, bytes: 1000000, media_types: [application/pdf], matters: [hollis]}
release: {review: sample, approvers: [anna, bob], two_person: true}
notification: {email: [intake@acme.example], command: [/usr/local/bin/notify, acme]}
"""


def loaded(directory: Path, text: str = FULL) -> VendorPolicy:
    (directory / "acme.yaml").write_text(text)
    return load_vendor(directory, "acme", StorageSchema())


def test_every_key_is_read(tmp_path: Path) -> None:
    policy = loaded(tmp_path)
    assert policy.recipients == ("age1abc", "age1pq1xyz")
    assert [key.revoked for key in policy.keys] == [None, None, date(2026, 1, 1)]
    assert policy.signers[0].holder == "A. Rao"
    assert policy.access.addresses == ("203.0.113.0/24", "198.51.100.7/32")
    assert policy.access.lock == ObjectLock("COMPLIANCE", 30)
    assert policy.access.until == date(2027, 6, 30)
    assert (policy.bucket.kms_key, policy.bucket.log_bucket) != ("", "")
    assert policy.transfers == ("idta",)
    assert policy.sub_processors[0].country == "IN"
    assert policy.limits.documents == 500
    assert policy.release.two_person


def test_access_ends_with_the_agreement_at_the_latest(tmp_path: Path) -> None:
    assert loaded(
        tmp_path, FULL.replace("until: 2027-06-30", "until: 2030-01-01")
    ).access.until == date(2027, 12, 31)
    assert loaded(tmp_path, FULL.replace("  until: 2027-06-30\n", "")).access.until == date(
        2027, 12, 31
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("jurisdiction: IN", "jurisdiction: India", ":4: jurisdiction: expected a country"),
        ("jurisdiction: IN", "jurisdiction: XX", ":4: jurisdiction: expected a country"),
        ("country: IN", "country: UK", "sub_processors.0.country: expected a country"),
        ("[idta]", "[handshake]", ":8: transfer.mechanisms.0: "),
        ("[idta]", "[]", "transfer.mechanisms: "),
        ("security@acme.example", "security", "contact.email: expected one e-mail address"),
        ("203.0.113.0/24", "203.0.113.9/24", ":23: access.addresses.0: expected an address"),
        ("arn:aws:iam::111122223333:user/acme", "*", "access.principals.0: expected the ARN"),
        (
            "return_prefix: returns/",
            "return_prefix: ../",
            "access.return_prefix: expected a prefix",
        ),
        ("mode: compliance", "mode: strict", "access.object_lock.mode: "),
        ("days: 30", "dayz: 30", "access.object_lock.dayz: unknown key, did you mean `days`?"),
        ("holder: A. Rao, verified", "holdr: A. Rao, verified", "did you mean `holder`?"),
        ("- age1abc", "- age2abc", "recipients.0: expected age1"),
        ("- age1abc", "- age1old", "a key stands here twice"),
        ("ssh-ed25519 AAAA rao", "AAAA", "signers.0.key: expected an SSH public key"),
        ("application/pdf", "pdf", "limits.media_types.0: expected a media type"),
        ("documents: 500", "documents: 0", "limits.documents: "),
        ("[anna, bob]", "[anna, anna]", "two_person needs at least two"),
        ("/usr/local/bin/notify", "notify", "notification.command: expected the program's whole"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in FULL
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, FULL.replace(old, new, 1))
    assert told in caught.value.message


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_published_schema_is_that_of_the_code(name: str) -> None:
    published = ROOT / "docs" / "schemas" / f"{name}.schema.json"
    wanted = json.dumps(json_schema(name), indent=2, sort_keys=True) + "\n"
    assert published.read_text() == wanted, f"handoff policy schema {name} -o {published}"


def test_an_editor_is_told_of_unknown_keys_and_short_forms() -> None:
    schema = json_schema("vendor")
    assert schema["additionalProperties"] is False
    assert {"type": "string"} in schema["properties"]["recipients"]["items"]["anyOf"]
