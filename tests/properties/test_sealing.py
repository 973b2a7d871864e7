"""Properties of sealing that hold for every input."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.errors import HandoffError, ManifestInvalidError
from handoff.model import Manifest, ManifestEntry
from handoff.sealing import age, manifest, sshsig
from handoff.sealing.age.encoding import b64decode, b64encode, bech32_decode, bech32_encode

X25519 = age.generate_x25519()
HYBRID = age.generate_hybrid()
SSH = age.SshIdentity(Ed25519PrivateKey.generate())
SIGNING = Ed25519PrivateKey.generate()

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", fullmatch=True)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
counts = st.integers(0, 2**53 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
entities = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)
entries = st.builds(
    ManifestEntry,
    control_number=names,
    file_name=names,
    object_key=st.lists(names, min_size=1, max_size=3).map("/".join),
    media_type=texts.filter(bool),
    size=counts,
    sha256=digests,
    ciphertext_size=counts,
    ciphertext_sha256=digests,
    redactions=st.dictionaries(entities, st.integers(1, 10**6), max_size=4),
)
manifests = st.builds(
    Manifest,
    batch_id=names,
    vendor=names,
    created=st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    expires=st.dates(date(1970, 1, 1)),
    policy_sha256=digests,
    profile_sha256=digests,
    model_sha256=digests,
    recipients=st.lists(texts.filter(bool), max_size=3).map(tuple),
    instructions=texts,
    checkpoint=texts,
    entries=st.lists(
        entries,
        max_size=4,
        unique_by=(lambda e: e.control_number, lambda e: e.file_name, lambda e: e.object_key),
    ).map(tuple),
)


@given(manifests)
def test_every_manifest_reads_back_and_has_one_encoding(value: Manifest) -> None:
    encoded = manifest.encode(value)
    assert manifest.decode(encoded) == value
    assert manifest.encode(manifest.decode(encoded)) == encoded


@given(manifests, st.data())
def test_a_changed_manifest_is_another_manifest_or_none(
    value: Manifest, data: st.DataObject
) -> None:
    encoded = bytearray(manifest.encode(value))
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(1, 255))
    with suppress(ManifestInvalidError):
        assert manifest.decode(bytes(encoded)) != value


@given(st.binary(max_size=300))
def test_any_bytes_are_a_manifest_or_a_typed_error(untrusted: bytes) -> None:
    with suppress(ManifestInvalidError):
        manifest.decode(untrusted)


@given(st.binary(max_size=70))
def test_both_text_encodings_read_back(data: bytes) -> None:
    assert b64decode(b64encode(data)) == data
    for prefix in ("age", "AGE-SECRET-KEY-"):
        assert bech32_decode(prefix, bech32_encode(prefix, data)) == data


@given(st.text(max_size=100) | st.text("qpzry9x8gf2tvdw0s3jn54khce6mua7l1age", max_size=100))
def test_any_text_is_a_recipient_or_a_typed_error(text: str) -> None:
    for variant in (text, "age1" + text, "age1pq1" + text, "ssh-ed25519 " + text):
        with suppress(age.RecipientError):
            age.parse_recipient(variant)
    for variant in (text, "AGE-SECRET-KEY-1" + text, "AGE-SECRET-KEY-PQ-1" + text):
        with suppress(age.IdentityError):
            age.parse_identity(variant)


@given(st.binary(max_size=2000))
def test_any_bytes_are_an_identity_file_or_a_typed_error(untrusted: bytes) -> None:
    for variant in (untrusted, b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + untrusted):
        with suppress(age.IdentityError):
            age.parse_identity_file(variant)


@settings(deadline=None)
@given(st.binary(max_size=200_000), st.sampled_from([X25519, HYBRID, SSH]), st.booleans())
def test_everything_sealed_opens_to_itself(
    data: bytes, identity: age.X25519Identity | age.HybridIdentity | age.SshIdentity, armored: bool
) -> None:
    sealed, opened = io.BytesIO(), io.BytesIO()
    age.encrypt(io.BytesIO(data), sealed, [identity.recipient()], armored=armored)
    sealed.seek(0)
    age.decrypt(sealed, opened, [identity])
    assert opened.getvalue() == data


def sealed_once(data: bytes, *, armored: bool) -> bytes:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(data), sink, [X25519.recipient(), SSH.recipient()], armored=armored)
    return sink.getvalue()


PLAIN = bytes(range(256)) * 300
FILES = [sealed_once(PLAIN, armored=False), sealed_once(PLAIN, armored=True)]


@settings(deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_no_changed_byte_gets_through(file: bytes, data: st.DataObject) -> None:
    changed = bytearray(file)
    at = data.draw(st.integers(0, len(file) - 1) | st.integers(0, 600))
    changed[at] ^= data.draw(st.integers(1, 255))
    sink = io.BytesIO()
    with suppress(age.AgeError):
        age.decrypt(io.BytesIO(bytes(changed)), sink, [X25519])
        # Only white space around armor may vary; then it is the same file.
        assert file == FILES[1]
        assert bytes(changed).strip() == file.strip() or b"\r" in changed
        assert sink.getvalue() == PLAIN
    assert PLAIN.startswith(sink.getvalue())


@settings(deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [b"", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> X25519 ", FILES[0][:250]]
    ),
)
def test_any_bytes_are_an_age_file_or_a_typed_error(untrusted: bytes, prefix: bytes) -> None:
    with suppress(age.AgeError):
        age.decrypt(io.BytesIO(prefix + untrusted), io.BytesIO(), [X25519, HYBRID, SSH])


@given(st.binary(max_size=400), st.text(max_size=200))
def test_any_text_is_a_signature_or_a_typed_error(content: bytes, untrusted: str) -> None:
    for variant in (untrusted, sshsig.sign(content, SIGNING).replace("A", untrusted[:1], 1)):
        with suppress(HandoffError):
            assert sshsig.verify(content, variant, [str(age.SshIdentity(SIGNING))])
