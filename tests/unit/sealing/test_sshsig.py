"""SSH signatures: only exactly what was signed, for exactly this purpose, by a known key."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handoff.errors import RecipientInvalidError, SignatureInvalidError
from handoff.sealing import age, sshsig

KEY = Ed25519PrivateKey.generate()
SIGNER = f"{age.SshIdentity(KEY)} firm@example.com"
CONTENT = b"content"
SIGNATURE = sshsig.sign(CONTENT, KEY)
BLOB = base64.b64decode("".join(SIGNATURE.splitlines()[1:-1]))
RESERVED = range(85, 89)


def armor(blob: bytes) -> str:
    return f"{sshsig._BEGIN}\n{base64.b64encode(blob).decode()}\n{sshsig._END}\n"


def test_a_signature_verifies_and_names_its_signer_without_comment() -> None:
    others = [str(age.SshIdentity(Ed25519PrivateKey.generate())) for _ in range(3)]
    assert sshsig.verify(CONTENT, SIGNATURE, [*others, SIGNER]) == SIGNER.rpartition(" ")[0]


def test_every_flipped_bit_of_the_signature_is_noticed() -> None:
    assert sshsig.verify(CONTENT, armor(BLOB), [SIGNER])
    for at in range(len(BLOB)):
        for bit in range(8):
            changed = bytearray(BLOB)
            changed[at] ^= 1 << bit
            with pytest.raises(SignatureInvalidError):
                sshsig.verify(CONTENT, armor(bytes(changed)), [SIGNER])


@pytest.mark.parametrize(
    ("content", "signature", "namespace", "says"),
    [
        pytest.param(b"other", SIGNATURE, "handoff-manifest", "not what was signed", id="content"),
        pytest.param(CONTENT, SIGNATURE, "handoff-receipt", "another purpose", id="namespace"),
        pytest.param(
            CONTENT,
            sshsig.sign(CONTENT, Ed25519PrivateKey.generate()),
            "handoff-manifest",
            "not trusted",
            id="signer",
        ),
        pytest.param(CONTENT, "", "handoff-manifest", "no SSH signature", id="empty"),
        pytest.param(CONTENT, SIGNATURE[:-40], "handoff-manifest", "no SSH signature", id="cut"),
        pytest.param(CONTENT, SIGNATURE + "x", "handoff-manifest", "no SSH signature", id="more"),
        pytest.param(CONTENT, SIGNATURE * 2, "handoff-manifest", "no SSH signature", id="two"),
        pytest.param(CONTENT, "A" * 10_000, "handoff-manifest", "no SSH signature", id="too long"),
        pytest.param(
            CONTENT, armor(BLOB + b"x"), "handoff-manifest", "no SSH signature", id="bytes after"
        ),
        pytest.param(
            CONTENT, armor(BLOB[:-1]), "handoff-manifest", "no SSH signature", id="blob cut"
        ),
    ],
)
def test_anything_else_is_refused(
    content: bytes, signature: str, namespace: str, says: str
) -> None:
    with pytest.raises(SignatureInvalidError, match=says):
        sshsig.verify(content, signature, [SIGNER], namespace)


def test_no_trusted_signer_means_no_trust() -> None:
    with pytest.raises(SignatureInvalidError, match="not trusted"):
        sshsig.verify(CONTENT, SIGNATURE, [])


def test_a_malformed_trusted_signer_is_an_error_of_its_own() -> None:
    with pytest.raises(RecipientInvalidError):
        sshsig.verify(CONTENT, SIGNATURE, ["ssh-ed25519 AAAA"])


def test_the_allowed_signers_line_is_bound_to_the_namespace() -> None:
    line = sshsig.allowed_signers_line("firm@example.com", SIGNER)
    bare = SIGNER.rpartition(" ")[0]
    assert line == f'firm@example.com namespaces="handoff-manifest" {bare}\n'


@pytest.mark.parametrize("principal", ["", "*", "a b", "a,b", 'a"', "a\nb", "#a", "!a"])
def test_a_principal_that_could_mean_more_than_one_is_refused(principal: str) -> None:
    with pytest.raises(ValueError, match="principal"):
        sshsig.allowed_signers_line(principal, SIGNER)
