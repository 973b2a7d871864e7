"""Policies, profiles and configuration: what is accepted, and what a mistake in one is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from handoff.errors import ConfigError, ExpiredError, NoRecipientError, UnknownVendorError
from handoff.model import Bucket, Certificate, Operator, VendorPolicy
from handoff.policy.config import ConfigSchema, load_config
from handoff.policy.preflight import preflight
from handoff.policy.profiles import load_profile
from handoff.policy.vendors import StorageSchema, load_vendor

GOOD = """\
name: acme
legal_name: Acme Review Services
agreement:
  reference: MSA-1
  expires: 2027-12-31
recipients:
  - age1xyz
bucket:
  name: handoff-acme
  endpoint: https://s3.example.org
profile: legal-review
control_prefix: ACME
"""


def vendor(directory: Path, text: str, name: str = "acme") -> VendorPolicy:
    (directory / f"{name}.yaml").write_text(text)
    return load_vendor(directory, name, StorageSchema(region="eu-west-2"))


def test_a_policy_is_read_with_its_digest_and_the_defaults_of_the_configuration(
    tmp_path: Path,
) -> None:
    policy = vendor(tmp_path, GOOD)
    assert policy.bucket == Bucket("handoff-acme", "https://s3.example.org", "eu-west-2")
    assert policy.expires == date(2027, 12, 31)
    assert len(policy.sha256) == 64


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("profile: legal-review", "profil: legal-review", ":11: profil: unknown key"),
        ("profile: legal-review", "profil: legal-review", "did you mean `profile`?"),
        ("  endpoint:", "  endpont:", ":10: bucket.endpont: unknown key, did you mean `endpoint`?"),
        ("control_prefix: ACME", "", ":1: control_prefix: this key is required"),
        ("expires: 2027-12-31", "expires: soon", ":5: agreement.expires: "),
        ("expires: 2027-12-31", "expires: 20271231", ":5: agreement.expires: "),
        ("https://s3", "ftp://s3", ":10: bucket.endpoint: expected a URL such as"),
        ("https://s3", "http://s3", ":10: bucket.endpoint: expected https://"),
        ("https://s3", "https://user:pw@s3", "without user, password"),
        ("name: handoff-acme", "name: Handoff_Acme", ":9: bucket.name: "),
        ("name: acme", "name: beta", "name: expected `acme`, as the file is called"),
        ("profile: legal-review", "profile: ../../etc/passwd", ":11: profile: "),
        ("control_prefix: ACME", "control_prefix: 'a b'", ":12: control_prefix: "),
        ("legal_name: Acme", "legal_name: Acme\nlegal_name: Acme", ":3: "),
        ("recipients:\n", "recipients: x\nrest:\n", ":6: recipients: "),
        ("age1xyz", "age1 xyz", ":7: recipients.0: expected age1..., age1pq1... or ssh-ed25519"),
        (
            "age1xyz",
            "ssh-rsa AAAA",
            ":7: recipients.0: expected age1..., age1pq1... or ssh-ed25519",
        ),
        ("name: acme", "name: acme\n\tx: 1", ":2: "),
        ("name: acme", "- a\n#", "acme.yaml:"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_expectation(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        vendor(tmp_path, GOOD.replace(old, new, 1))
    assert str(tmp_path / "acme.yaml") in caught.value.message
    assert told in caught.value.message


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"", b"[" * 10_000, b"a: &a [*a]\n", b"a" * 2_000_000]
)
def test_what_is_no_policy_at_all_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "acme.yaml").write_bytes(data)
    with pytest.raises(ConfigError):
        load_vendor(tmp_path, "acme", StorageSchema())


@pytest.mark.parametrize("name", ["nobody", "../acme", "ACME", "", "a/b"])
def test_an_unknown_vendor_is_refused_and_the_known_ones_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "acme.yaml").write_text(GOOD)
    with pytest.raises(UnknownVendorError) as caught:
        load_vendor(tmp_path, name, StorageSchema())
    assert caught.value.hint == "vendors known: acme"


def policy_until(expires: date, certificate: date, recipients: tuple[str, ...]) -> VendorPolicy:
    return VendorPolicy(
        name="acme",
        sha256="0" * 64,
        legal_name="Acme",
        agreement="MSA-1",
        expires=expires,
        certificates=(Certificate("ISO 27001", certificate),),
        recipients=recipients,
        bucket=Bucket("b"),
        profile="legal-review",
        control_prefix="ACME",
    )


FAR = date(2030, 1, 1)
TODAY = date(2026, 11, 24)


def test_an_agreement_holds_through_its_last_day_and_not_a_day_longer() -> None:
    last = policy_until(TODAY, FAR, ("age1x",))
    assert preflight(last, TODAY) == ("agreement MSA-1 of vendor acme expires on 2026-11-24",)
    with pytest.raises(ExpiredError, match="agreement MSA-1"):
        preflight(last, date(2026, 11, 25))


def test_an_expired_certificate_and_a_missing_recipient_are_refused() -> None:
    with pytest.raises(ExpiredError, match="ISO 27001"):
        preflight(policy_until(FAR, date(2026, 11, 23), ("age1x",)), TODAY)
    with pytest.raises(NoRecipientError):
        preflight(policy_until(FAR, FAR, ()), TODAY)


def test_what_ends_within_thirty_days_is_warned_of() -> None:
    assert preflight(policy_until(FAR, date(2026, 12, 24), ("a",)), TODAY) != ()
    assert preflight(policy_until(FAR, date(2026, 12, 25), ("a",)), TODAY) == ()


def test_a_profile_is_read_in_both_its_forms(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "language: en\nentities:\n  PERSON: pseudonymize\n"
        "  US_SSN: {operator: block, threshold: 0.2}\nrecheck_block: [US_SSN]\n"
    )
    profile = load_profile(tmp_path, "p")
    assert profile.entities["PERSON"].operator is Operator.PSEUDONYMIZE
    assert profile.entities["US_SSN"].threshold == 0.2
    assert profile.recheck_block == {"US_SSN"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("language: en\nentities: {PERSON: shred}\n", "expected one of remove, mask"),
        ("language: en\nentities: {person: mask}\n", "entities.person"),
        ("language: en\nentities: {}\n", "entities"),
        ("language: en\nentities: {AB: keep}\nrecheck_block: [AB]\n", "names AB"),
        ("language: en\nentities: {AB: mask}\nrecheck_block: [BC]\n", "names BC"),
        ("language: english\nentities: {PERSON: mask}\n", "language"),
        ("language: en\nentities: {AB: {operator: mask, threshold: 7}}\n", "entities.AB"),
    ],
)
def test_a_mistake_in_a_profile_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_profile(tmp_path, "p")
    assert told in caught.value.message


def test_a_missing_profile_and_a_missing_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_profile(tmp_path, "none")
    assert load_config(tmp_path / "config.yaml").workers.processes == 0


def test_the_policies_we_ship_are_valid() -> None:
    root = Path(__file__).resolve().parents[3] / "policies"
    load_config(root / "config.yaml")
    assert load_vendor(root / "vendors", "acme", StorageSchema()).recipients == ()
    for path in (root / "profiles").glob("*.yaml"):
        load_profile(root / "profiles", path.stem)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("text", [BOMB, "a: &a\n  b: [*a]\n"])
def test_aliases_cannot_blow_a_file_up(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ConfigError):
        load_config(tmp_path / "config.yaml")


def test_a_configuration_of_nothing_but_comments_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("# limits:\n#   input_bytes: 1\n")
    assert load_config(tmp_path / "config.yaml") == ConfigSchema()
