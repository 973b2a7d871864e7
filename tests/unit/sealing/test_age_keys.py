"""Recipients and identities: what parses, what is refused, and what never shows."""

from __future__ import annotations

import io

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from handoff.sealing import age
from handoff.sealing.age.encoding import bech32_encode
from handoff.sealing.age.scrypt import MAX_WORK_FACTOR

X25519 = age.generate_x25519()
HYBRID = age.generate_hybrid()
SSH = age.SshIdentity(ed25519.Ed25519PrivateKey.generate())
SSH_FILE = SSH.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
ECDSA_FILE = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
)


@pytest.mark.parametrize("identity", [X25519, HYBRID, SSH], ids=lambda identity: identity.kind)
def test_a_recipient_reads_back_as_it_was_written(
    identity: age.X25519Identity | age.HybridIdentity | age.SshIdentity,
) -> None:
    recipient = age.parse_recipient(f"  {identity}\n")
    assert recipient == identity.recipient()
    assert recipient.kind == identity.kind


@pytest.mark.parametrize("identity", [X25519, HYBRID], ids=lambda identity: identity.kind)
def test_an_identity_reads_back_as_it_was_written(
    identity: age.X25519Identity | age.HybridIdentity,
) -> None:
    assert age.parse_identity(f" {identity.encode()} ") == identity


def test_the_comment_of_an_ssh_key_is_dropped() -> None:
    assert str(age.parse_recipient(f"{SSH} jane@client.example")) == str(SSH)


LOW_ORDER = bytes(32)
NOT_ON_CURVE = (2).to_bytes(32, "little")
NOT_CANONICAL = (2**255 - 19 + 4).to_bytes(32, "little")


def ssh_line(public: bytes) -> str:
    return str(age.SshRecipient(public))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("hello", id="a word"),
        pytest.param("age1", id="prefix only"),
        pytest.param(str(X25519)[:-1], id="x25519 cut"),
        pytest.param(str(X25519).upper(), id="x25519 upper case"),
        pytest.param(bech32_encode("age", bytes(31)), id="x25519 too short"),
        pytest.param(bech32_encode("age", LOW_ORDER), id="x25519 low order"),
        pytest.param(str(HYBRID)[:-1], id="hybrid cut"),
        pytest.param(bech32_encode("age1pq", bytes(1215)), id="hybrid too short"),
        pytest.param(bech32_encode("age1pq", bytes(1217)), id="hybrid too long"),
        pytest.param(bech32_encode("age1pq", b"\xff" * 1216), id="hybrid not reduced"),
        pytest.param(
            bech32_encode("age1pq", HYBRID.recipient().public[:1184] + LOW_ORDER),
            id="hybrid low order",
        ),
        pytest.param(
            "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e", id="tag"
        ),
        pytest.param(X25519.encode(), id="a secret key"),
        pytest.param("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB", id="ssh-rsa"),
        pytest.param("ssh-ed25519", id="ssh without key"),
        pytest.param(str(SSH)[:-4], id="ssh cut"),
        pytest.param(f"{SSH}\n{SSH}", id="two ssh lines"),
        pytest.param(f'command="x" {SSH}', id="ssh with options"),
        pytest.param(str(SSH).replace("AAAAC3", "AAAAD3"), id="ssh of another type"),
        pytest.param(ssh_line((1).to_bytes(32, "little")), id="ssh neutral point"),
        pytest.param(ssh_line(NOT_ON_CURVE), id="ssh not on the curve"),
        pytest.param(ssh_line(NOT_CANONICAL), id="ssh not canonical"),
    ],
)
def test_what_is_no_recipient_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(age.RecipientError) as caught:
        age.parse_recipient(text)
    assert not any(word in str(caught.value) for word in text.split() if len(word) > 12)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(X25519.encode()[:-1], id="x25519 cut"),
        pytest.param(X25519.encode().lower(), id="x25519 lower case"),
        pytest.param(bech32_encode("AGE-SECRET-KEY-", bytes(31)), id="x25519 too short"),
        pytest.param(HYBRID.encode()[:-1], id="hybrid cut"),
        pytest.param(bech32_encode("AGE-SECRET-KEY-PQ-", bytes(33)), id="hybrid too long"),
        pytest.param(str(X25519), id="a recipient"),
        pytest.param("AGE-PLUGIN-YUBIKEY-1QQQ", id="a plugin's"),
    ],
)
def test_what_is_no_identity_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(age.IdentityError) as caught:
        age.parse_identity(text)
    assert not text or text not in str(caught.value)


def test_an_identity_file_may_hold_comments_blank_lines_and_several_identities() -> None:
    file = f"# made today\r\n\n{X25519.encode()}\n  \n{HYBRID.encode()}\n".encode()
    assert age.parse_identity_file(file) == (X25519, HYBRID)


def test_an_ssh_key_file_is_an_identity_file() -> None:
    (identity,) = age.parse_identity_file(SSH_FILE)
    assert str(identity) == str(SSH)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        pytest.param(b"", "no identity", id="empty"),
        pytest.param(b"# only\n", "no identity", id="only comments"),
        pytest.param(f"# c\n{X25519.encode()[:-1]}".encode(), "line 2", id="malformed line"),
        pytest.param(b"\xff\n", "line 1", id="not text"),
        pytest.param(b"#" * 2_000_000, "too large", id="too large"),
        pytest.param(SSH_FILE[:80], "malformed OpenSSH", id="ssh cut"),
        pytest.param(ECDSA_FILE, "not an Ed25519", id="another ssh key"),
    ],
)
def test_a_file_without_usable_identities_is_refused(file: bytes, says: str) -> None:
    with pytest.raises(age.IdentityError, match=says):
        age.parse_identity_file(file)


@pytest.mark.parametrize("identity", [X25519, HYBRID, SSH], ids=lambda identity: identity.kind)
def test_no_identity_shows_its_secret(
    identity: age.X25519Identity | age.HybridIdentity | age.SshIdentity,
) -> None:
    shown = f"{identity!r} {identity!s}"
    assert "SECRET" not in shown
    assert repr(getattr(identity, "secret", b"no such")) not in shown
    assert "word" not in repr(age.ScryptIdentity(b"word")) + repr(age.ScryptRecipient(b"word"))


def seal(*recipients: age.Recipient) -> bytes:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(b"x"), sink, recipients)
    return sink.getvalue()


def test_post_quantum_and_classic_recipients_do_not_mix() -> None:
    for classic in (X25519, SSH):
        with pytest.raises(age.MixedRecipientsError, match="do not mix"):
            seal(HYBRID.recipient(), classic.recipient())


def test_a_passphrase_stands_alone() -> None:
    with pytest.raises(age.MixedRecipientsError, match="only recipient"):
        seal(age.ScryptRecipient(b"a", 1), age.ScryptRecipient(b"b", 1))
    with pytest.raises(age.MixedRecipientsError, match="only recipient"):
        seal(age.ScryptRecipient(b"a", 1), X25519.recipient())


def test_a_file_needs_a_recipient() -> None:
    sink = io.BytesIO()
    with pytest.raises(age.MixedRecipientsError, match="at least one"):
        age.encrypt(io.BytesIO(b"x"), sink, [])
    assert sink.getvalue() == b""


def test_a_file_that_asks_for_too_much_scrypt_work_is_refused_before_doing_it() -> None:
    sealed = seal(age.ScryptRecipient(b"word", 10))
    greedy = sealed.replace(b" 10\n", f" {MAX_WORK_FACTOR + 1}\n".encode(), 1)
    with pytest.raises(age.HeaderError, match="work factor"):
        age.decrypt(io.BytesIO(greedy), io.BytesIO(), [age.ScryptIdentity(b"word")])


def test_every_identity_given_is_tried() -> None:
    sink = io.BytesIO()
    others: list[age.Identity] = [age.generate_x25519(), age.ScryptIdentity(b"word"), HYBRID, SSH]
    age.decrypt(io.BytesIO(seal(X25519.recipient())), sink, [*others, X25519])
    assert sink.getvalue() == b"x"


def test_another_ssh_keys_file_is_no_match() -> None:
    other = age.SshIdentity(ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(age.NoMatchError):
        age.decrypt(io.BytesIO(seal(other.recipient())), io.BytesIO(), [SSH])


SSH_SEALED = seal(SSH.recipient())
SSH_LINE, SSH_BODY = SSH_SEALED.split(b"\n")[1:3]
_, _, SSH_TAG, SSH_SHARE = SSH_LINE.split(b" ")
ZERO_SHARE = b"A" * 43


@pytest.mark.parametrize(
    ("line", "body"),
    [
        pytest.param(b"-> ssh-ed25519 " + SSH_TAG, SSH_BODY, id="no share"),
        pytest.param(SSH_LINE + b" x", SSH_BODY, id="an argument more"),
        pytest.param(b"-> ssh-ed25519 AAAA " + SSH_SHARE, SSH_BODY, id="short tag"),
        pytest.param(b"-> ssh-ed25519 AAAAAB " + SSH_SHARE, SSH_BODY, id="tag not canonical"),
        pytest.param(SSH_LINE[:-2], SSH_BODY, id="short share"),
        pytest.param(SSH_LINE, SSH_BODY[:-2], id="short body"),
        pytest.param(SSH_LINE, SSH_BODY + b"AAAA", id="long body"),
        pytest.param(b"-> ssh-ed25519 %b %b" % (SSH_TAG, ZERO_SHARE), SSH_BODY, id="low order"),
    ],
)
def test_a_malformed_ssh_stanza_is_a_header_failure(line: bytes, body: bytes) -> None:
    changed = SSH_SEALED.replace(SSH_LINE, line, 1).replace(SSH_BODY, body, 1)
    with pytest.raises(age.HeaderError):
        age.decrypt(io.BytesIO(changed), io.BytesIO(), [SSH])


def test_an_ssh_stanza_under_another_keys_tag_is_not_for_us() -> None:
    changed = SSH_SEALED.replace(SSH_TAG, b"AAAAAA", 1)
    with pytest.raises(age.NoMatchError):
        age.decrypt(io.BytesIO(changed), io.BytesIO(), [SSH])
