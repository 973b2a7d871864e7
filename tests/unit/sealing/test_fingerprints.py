"""Fingerprints that are read out: the vendor computes the same with stock tools."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handoff.errors import RecipientInvalidError
from handoff.sealing import age
from handoff.sealing.fingerprints import canonical, fingerprint, matches, openssh, spoken

CLASSIC, HYBRID = str(age.generate_x25519()), str(age.generate_hybrid())
SSH = str(age.SshIdentity(Ed25519PrivateKey.generate()))


@pytest.mark.parametrize("key", [CLASSIC, HYBRID, SSH])
def test_the_fingerprint_is_the_sha256_of_the_key_as_it_is_written(key: str) -> None:
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert fingerprint(key) == fingerprint(f" {key}\n") == digest
    assert spoken(digest).replace(" ", "") == digest[:40]


def test_the_comment_of_an_ssh_key_does_not_count() -> None:
    assert fingerprint(f"{SSH} clerk@example.com") == fingerprint(SSH)
    assert canonical(f"{SSH} clerk@example.com") == SSH


@pytest.mark.parametrize("key", [CLASSIC, HYBRID, SSH])
def test_what_is_heard_may_be_typed_in_any_way(key: str) -> None:
    digest = fingerprint(key)
    for typed in (digest, spoken(digest), spoken(digest).upper(), digest[:40], f" {digest}\n"):
        assert matches(key, typed)
    assert matches(key, spoken(digest).replace(" ", ":"))


@pytest.mark.parametrize("key", [CLASSIC, SSH])
def test_part_of_a_fingerprint_or_another_ones_is_not_enough(key: str) -> None:
    digest = fingerprint(key)
    other = digest[:39] + ("0" if digest[39] != "0" else "1")
    for typed in (
        "",
        digest[:39],
        digest[:8],
        other,
        digest[:41],
        "SHA256:",
        key,
        fingerprint(HYBRID),
    ):
        assert not matches(key, typed)


def test_ssh_keygen_names_the_same_fingerprint() -> None:
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is missing")
    told = subprocess.run(
        ["ssh-keygen", "-l", "-f", "-"], input=SSH.encode(), capture_output=True, check=True
    )
    assert told.stdout.decode().split()[1] == openssh(SSH)
    assert matches(SSH, openssh(SSH))
    assert not openssh(CLASSIC)


@pytest.mark.parametrize(
    "text", ["", "age1x", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa !", SSH[4:]]
)
def test_what_is_no_key_has_no_fingerprint(text: str) -> None:
    with pytest.raises(RecipientInvalidError):
        fingerprint(text)
