"""The firm's key files: private, whole, never overwritten; and whom a batch is sealed to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from handoff.errors import (
    DiskFullError,
    KeyExistsError,
    KeyFileError,
    MixedRecipientsError,
    PassphraseNeededError,
    PermissionsError,
    RecipientInvalidError,
)
from handoff.sealing import age, keys, recovery
from handoff.sealing.recipients import check_recipient, recipients_for

CLASSIC = str(age.generate_x25519())
HYBRID = str(age.generate_hybrid())
SSH_KEY = Ed25519PrivateKey.generate()
SSH = f"{age.SshIdentity(SSH_KEY)} vendor@example.com"


SECRET = sorted(set(keys.KEY_FILES) - {keys.SIGNING_PUBLIC, recovery.RECIPIENTS})


def whole(home: Path) -> None:
    """Load every key, the recovery identities too."""
    assert keys.load_firm_keys(home).identities


def snapshot(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_generated_keys_load_back_as_they_were_made(tmp_path: Path) -> None:
    made = keys.generate_firm_keys(tmp_path / "deep" / "keys")
    loaded = keys.load_firm_keys(tmp_path / "deep" / "keys")
    assert loaded.public_parts() == made.public_parts()
    assert loaded.batch == made.batch
    assert len(loaded.batch) == 32
    assert loaded.identities == made.identities


def test_files_are_0600_and_the_directory_0700_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keys.generate_firm_keys(tmp_path / "keys")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == dict.fromkeys(keys.KEY_FILES, 0o600)


@pytest.mark.parametrize("name", keys.KEY_FILES)
def test_generating_never_overwrites_and_then_writes_nothing(name: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / name).write_bytes(b"precious")
    with pytest.raises(KeyExistsError):
        keys.generate_firm_keys(tmp_path)
    assert snapshot(tmp_path) == {name: b"precious"}


def test_a_dangling_link_in_place_of_a_key_file_is_not_followed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / keys.BATCH).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyExistsError):
        keys.generate_firm_keys(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_half_way_leaves_no_key_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def full_after_two(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 4:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_after_two)
    with pytest.raises(DiskFullError):
        keys.generate_firm_keys(tmp_path / "keys")
    assert snapshot(tmp_path / "keys") == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
@pytest.mark.parametrize("name", SECRET)
def test_a_key_file_open_to_others_is_refused(name: str, mode: int, home: Path) -> None:
    (home / name).chmod(mode)
    with pytest.raises(PermissionsError, match=name):
        whole(home)


def test_a_key_directory_open_to_others_is_refused(home: Path) -> None:
    home.chmod(0o750)
    with pytest.raises(PermissionsError, match="directory"):
        keys.load_firm_keys(home)
    with pytest.raises(PermissionsError, match="directory"):
        keys.import_key(home, age.generate_x25519().encode().encode())


@pytest.mark.parametrize("name", SECRET)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"AGE-SECRET-KEY-1QQQQQQ", id="malformed"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param(b"00" * 31, id="too short"),
    ],
)
def test_a_missing_or_damaged_key_file_is_named_but_not_quoted(
    name: str, content: bytes | None, home: Path
) -> None:
    (home / name).unlink()
    if content is not None:
        (home / name).write_bytes(content)
        (home / name).chmod(0o600)
    with pytest.raises(KeyFileError, match=name) as caught:
        whole(home)
    assert "QQQQ" not in str(caught.value)


def test_a_key_of_another_kind_under_the_name_is_refused(home: Path) -> None:
    (home / keys.RECOVERY_X25519).write_bytes((home / keys.RECOVERY_PQ).read_bytes())
    with pytest.raises(KeyFileError, match=keys.RECOVERY_X25519):
        whole(home)


def test_no_directory_is_a_key_file_error(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no key directory"):
        keys.load_firm_keys(tmp_path / "nowhere")


def test_the_repr_shows_no_secret(firm: keys.FirmKeys) -> None:
    shown = f"{firm!r} {firm.public_parts()!r}"
    secrets = (firm.batch.hex(), repr(firm.batch))
    assert not any(secret in shown for secret in secrets)
    assert "SECRET" not in shown


def ssh_file(passphrase: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return SSH_KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, lock)


X25519_FILE = age.generate_x25519().encode().encode()
HYBRID_FILE = b"# from typage\n" + age.generate_hybrid().encode().encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "passphrase", "name"),
    [
        pytest.param(X25519_FILE, None, keys.RECOVERY_X25519, id="x25519"),
        pytest.param(HYBRID_FILE, None, keys.RECOVERY_PQ, id="hybrid"),
        pytest.param(ssh_file(), None, keys.SIGNING, id="ssh"),
        pytest.param(ssh_file(b"pass"), b"pass", keys.SIGNING, id="ssh with passphrase"),
    ],
)
def test_an_existing_key_becomes_the_firms(
    content: bytes, passphrase: bytes | None, name: str, home: Path
) -> None:
    (home / name).unlink()
    (home / recovery.RECIPIENTS).unlink()
    (home / keys.SIGNING_PUBLIC).unlink()
    if name != keys.SIGNING:
        (home / keys.SIGNING_PUBLIC).write_bytes(b"")
    assert keys.import_key(home, content, passphrase) == name
    imported = keys.load_firm_keys(home)
    expected = keys.parse_identities(content, passphrase)[0]
    parts = imported.public_parts()
    assert str(expected) in (parts.recovery_x25519, parts.recovery_pq, parts.signing[:80])


def test_importing_never_overwrites(home: Path) -> None:
    before = snapshot(home)
    for content in (X25519_FILE, HYBRID_FILE, ssh_file()):
        with pytest.raises(KeyExistsError):
            keys.import_key(home, content)
    assert snapshot(home) == before


@pytest.mark.parametrize("passphrase", [None, b"wrong"])
def test_importing_a_protected_key_without_its_passphrase_says_so(
    passphrase: bytes | None, tmp_path: Path
) -> None:
    with pytest.raises(PassphraseNeededError):
        keys.import_key(tmp_path / "keys", ssh_file(b"pass"), passphrase)


@pytest.mark.parametrize(
    "content", [b"", b"hello", CLASSIC.encode(), X25519_FILE + b"\n" + X25519_FILE]
)
def test_what_is_not_one_key_is_not_imported(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        keys.import_key(tmp_path / "keys", content)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("text", "kind"), [(CLASSIC, "x25519"), (HYBRID, "hybrid"), (SSH, "ssh-ed25519")]
)
def test_the_kind_of_a_recipient_is_told(text: str, kind: str) -> None:
    assert check_recipient(text) == kind


@pytest.mark.parametrize(
    "text", ["", "age1x", CLASSIC[:-1], "AGE-SECRET-KEY-1QQQQQQQQ", "ssh-rsa A"]
)
def test_a_malformed_recipient_says_what_was_expected_and_quotes_nothing(text: str) -> None:
    with pytest.raises(RecipientInvalidError) as caught:
        check_recipient(text)
    assert "age1..., age1pq1... or ssh-ed25519" in caught.value.hint
    assert "QQQQ" not in str(caught.value)


def test_the_vendors_kind_decides_which_recovery_key_is_added(firm: keys.FirmKeys) -> None:
    own = firm.public_parts()
    bare = SSH.rpartition(" ")[0]
    assert recipients_for([CLASSIC], firm) == (CLASSIC, own.recovery_x25519)
    assert recipients_for([CLASSIC, SSH], firm) == (CLASSIC, bare, own.recovery_x25519)
    assert recipients_for([HYBRID], firm) == (HYBRID, own.recovery_pq)


def test_recipients_named_twice_stand_once(firm: keys.FirmKeys) -> None:
    own = firm.public_parts().recovery_x25519
    assert recipients_for([CLASSIC, f" {CLASSIC}", own], firm) == (CLASSIC, own)


@pytest.mark.parametrize("vendor", [[], [CLASSIC, HYBRID], [HYBRID, SSH]])
def test_mixed_or_missing_vendor_recipients_are_refused(
    vendor: list[str], firm: keys.FirmKeys
) -> None:
    with pytest.raises(MixedRecipientsError):
        recipients_for(vendor, firm)
