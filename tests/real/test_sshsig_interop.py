"""Manifest signatures against the real `ssh-keygen` and the `sshsig` package, both ways."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
import sshsig as oracle
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sshsig.ssh_public_key import PublicKey

from handoff.errors import SignatureInvalidError
from handoff.sealing import keys, sshsig

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not shutil.which("ssh-keygen"), reason="the program ssh-keygen is not installed"
    ),
]

CONTENT = b'{"type":"handoff-manifest"}'
NAMESPACE = sshsig.MANIFEST_NAMESPACE


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, keys.FirmKeys]:
    directory = tmp_path_factory.mktemp("home") / "keys"
    return directory, keys.generate_firm_keys(directory)


def keygen_verifies(
    directory: Path, signer: str, signature: str, content: bytes, namespace: str = NAMESPACE
) -> bool:
    (directory / "allowed").write_text(sshsig.allowed_signers_line("firm@example.com", signer))
    (directory / "m.sig").write_text(signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "firm@example.com"]
    done = subprocess.run(
        [*command, "-n", namespace, "-s", "m.sig"],
        input=content,
        cwd=directory,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def oracle_verifies(
    signer: str, signature: str, content: bytes, namespace: str = NAMESPACE
) -> bool:
    try:
        oracle.verify(content, signature, [PublicKey.from_openssh_str(signer)], namespace)
    except (oracle.InvalidSignature, NotImplementedError, ValueError, AssertionError):
        return False
    return True


def we_verify(signer: str, signature: str, content: bytes, namespace: str = NAMESPACE) -> bool:
    try:
        sshsig.verify(content, signature, [signer], namespace)
    except SignatureInvalidError:
        return False
    return True


def test_ssh_keygen_and_sshsig_accept_what_we_sign(
    firm: tuple[Path, keys.FirmKeys], tmp_path: Path
) -> None:
    signer = firm[1].public_parts().signing
    for content in (b"", CONTENT, bytes(1_000_000)):
        signature = sshsig.sign(content, firm[1].signing)
        assert keygen_verifies(tmp_path, signer, signature, content)
        assert oracle_verifies(signer, signature, content)
        assert we_verify(signer, signature, content)


@pytest.mark.parametrize("hash_name", ["sha512", "sha256"])
def test_we_accept_what_ssh_keygen_signs_with_our_key_file(
    hash_name: str, firm: tuple[Path, keys.FirmKeys], tmp_path: Path
) -> None:
    signed = tmp_path / "m"
    signed.write_bytes(CONTENT)
    key = firm[0] / keys.SIGNING
    options = ["-O", f"hashalg={hash_name}"]
    command = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, *options, str(signed)]
    subprocess.run(command, check=True, capture_output=True)
    signature = (tmp_path / "m.sig").read_text()
    signer = firm[1].public_parts().signing
    assert sshsig.verify(CONTENT, signature, [signer]) == " ".join(signer.split()[:2])
    if hash_name == "sha512":
        assert sshsig.sign(CONTENT, firm[1].signing) == signature


def test_ssh_keygen_reads_our_key_files(firm: tuple[Path, keys.FirmKeys]) -> None:
    command = ["ssh-keygen", "-y", "-f", str(firm[0] / keys.SIGNING)]
    derived = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert derived[:2] == (firm[0] / keys.SIGNING_PUBLIC).read_text().split()[:2]


def flip(signature: str, at: int) -> str:
    """Flip a bit of the decoded signature and armor it again."""
    first, *body, last = signature.splitlines()
    blob = bytearray(base64.b64decode("".join(body)))
    blob[at] ^= 1
    return "\n".join([first, base64.b64encode(blob).decode(), last, ""])


# ssh-keygen overlooks a version of 0, sshsig a wrong length at the end of a field; we do neither
# (tests/unit/sealing/test_sshsig.py flips every bit), so those places are not asked of all three.
BLOB_PLACES = [0, 20, 50, 66, 70, 85, 90, 95, 110, 130, 150, -1]


@pytest.mark.parametrize("at", BLOB_PLACES)
def test_a_changed_signature_is_refused_by_all(
    at: int, firm: tuple[Path, keys.FirmKeys], tmp_path: Path
) -> None:
    signer = firm[1].public_parts().signing
    changed = flip(sshsig.sign(CONTENT, firm[1].signing), at)
    assert not we_verify(signer, changed, CONTENT)
    assert not keygen_verifies(tmp_path, signer, changed, CONTENT)
    assert not oracle_verifies(signer, changed, CONTENT)


def test_other_content_namespace_or_signer_is_refused_by_all(
    firm: tuple[Path, keys.FirmKeys], tmp_path: Path
) -> None:
    signer = firm[1].public_parts().signing
    signature = sshsig.sign(CONTENT, firm[1].signing)
    foreign = sshsig.sign(CONTENT, Ed25519PrivateKey.generate())
    receipt = sshsig.sign(CONTENT, firm[1].signing, "handoff-receipt")
    for attempt, content, namespace in (
        (signature, CONTENT + b" ", NAMESPACE),
        (signature, CONTENT, "handoff-receipt"),
        (foreign, CONTENT, NAMESPACE),
        (receipt, CONTENT, NAMESPACE),
    ):
        assert not we_verify(signer, attempt, content, namespace)
        assert not keygen_verifies(tmp_path, signer, attempt, content, namespace)
        assert not oracle_verifies(signer, attempt, content, namespace)
