"""Whole files: encrypt and decrypt streams (specification, "Encrypted file format")."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

from handoff.sealing.age.armor import ArmorReader, ArmorWriter, looks_armored
from handoff.sealing.age.errors import HeaderError, MixedRecipientsError, NoMatchError
from handoff.sealing.age.header import Header, encode_header, read_header
from handoff.sealing.age.parsing import Identity, Recipient
from handoff.sealing.age.pipes import BufferedSource, Sink, Source, fill, write_all
from handoff.sealing.age.primitives import FILE_KEY_SIZE, hkdf
from handoff.sealing.age.scrypt import SCRYPT
from handoff.sealing.age.stream import open_stream, seal_stream

_NONCE_SIZE: Final = 16


def check_recipients(recipients: Sequence[Recipient]) -> None:
    """See that `recipients` may stand in one file together.

    Raises:
        MixedRecipientsError: when there are none, a passphrase among others, or post-quantum
            recipients beside classic ones, by which the file would be no safer than the latter.
    """
    kinds = {recipient.kind for recipient in recipients}
    if not recipients:
        raise MixedRecipientsError("a file needs at least one recipient")
    if SCRYPT in kinds and len(recipients) > 1:
        raise MixedRecipientsError("a passphrase must be the only recipient")
    if "hybrid" in kinds and len(kinds) > 1:
        raise MixedRecipientsError("post-quantum and classic recipients do not mix in a file")


def encrypt(
    source: Source, sink: Sink, recipients: Sequence[Recipient], *, armored: bool = False
) -> int:
    """Encrypt all of `source` to `sink` in constant memory; return the bytes of plaintext.

    Raises:
        MixedRecipientsError: as `check_recipients` does, before anything is written.
        OSError: whatever reading or writing raises.
    """
    check_recipients(recipients)
    file_key, nonce = os.urandom(FILE_KEY_SIZE), os.urandom(_NONCE_SIZE)
    header = encode_header([recipient.wrap(file_key) for recipient in recipients], file_key)
    armor = ArmorWriter(sink) if armored else None
    below: Sink = armor or sink
    write_all(below, header + nonce)
    size = seal_stream(hkdf(file_key, nonce, b"payload"), source, below)
    if armor:
        armor.close()
    return size


def decrypt(
    source: Source, sink: Sink, identities: Iterable[Identity], *, armored: bool | None = None
) -> int:
    """Decrypt all of `source` to `sink` in constant memory; return the bytes of plaintext.

    Only authenticated plaintext reaches `sink`, but it may be cut short: after any exception the
    caller must discard what `sink` got. `armored` None looks for itself.

    Raises:
        ArmorError, HeaderError, NoMatchError, MacError, PayloadError: by what is wrong.
        OSError: whatever reading or writing raises.
    """
    buffered = BufferedSource(source)
    if looks_armored(buffered) if armored is None else armored:
        buffered = BufferedSource(ArmorReader(buffered))
    header = read_header(buffered)
    file_key = _file_key(header, identities)
    header.verify(file_key)
    nonce = bytearray(_NONCE_SIZE)
    if fill(buffered, memoryview(nonce)) != _NONCE_SIZE:
        # The vectors count a cut nonce as part of the header.
        raise HeaderError("the file ends within the payload nonce")
    return open_stream(hkdf(file_key, bytes(nonce), b"payload"), buffered, sink)


def _file_key(header: Header, identities: Iterable[Identity]) -> bytes:
    if len(header.stanzas) > 1 and any(stanza.type == SCRYPT for stanza in header.stanzas):
        raise HeaderError("a passphrase must be the only recipient")
    for identity in identities:
        if file_key := identity.unwrap(header.stanzas):
            return file_key
    raise NoMatchError("none of the identities opens this file")
