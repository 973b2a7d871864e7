"""Signatures of what handoff does not read, so that the reason can name the type in words.

A table rather than a detection library: the handlers check their own structure anyway, and what
no row names is held all the same, only with less to say.
"""

from __future__ import annotations

import re

from handoff.documents.pictures.kinds import kind_of

# (offset, signature, what it is)
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video or sound recording"),
    (0, b"BM", "a BMP picture"),
    (0, b"\xd7\xcd\xc6\x9a", "a WMF drawing"),
    (0, b"8BPS", "a Photoshop picture"),
    (0, b"AT&TFORM", "a DjVu document"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd file"),
    (0, b"MSCF", "a Windows cabinet"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"MZ", "a Windows program"),
    (0, b"\x7fELF", "a Linux program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a macOS program"),
    (0, b"#!", "a script"),
    (0, b"!BDN", "an Outlook data file (PST)"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (4, b"Standard Jet DB", "an Access database"),
    (4, b"Standard ACE DB", "an Access database"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
    (0, b"RIFF", "a sound or video recording"),
    (0, b"ID3", "a sound recording"),
    (0, b"OggS", "a sound or video recording"),
    (0, b"fLaC", "a sound recording"),
    (0, b"\x1aE\xdf\xa3", "a video recording"),
    (0, b"wOFF", "a font"),
    (0, b"\x00\x01\x00\x00\x00", "a font"),
    (0, b"age-encryption.org/v1", "an age-encrypted file"),
    (0, b"-----BEGIN AGE ENCRYPTED", "an age-encrypted file"),
    (0, b"-----BEGIN PGP", "a PGP message"),
    (0, b"-----BEGIN ", "a PEM file (keys or certificates)"),
)
_MARKUP = ((re.compile(rb"<svg[\s>]", re.IGNORECASE), "an SVG drawing"),)


def name_of(untrusted: bytes) -> str | None:
    """What `untrusted` is, in words with an article, if it bears a mark of a type in the table."""
    if kind_of(untrusted) is not None:
        return None
    for offset, signature, name in _SIGNATURES:
        if untrusted.startswith(signature, offset) and _plausible(untrusted, signature):
            return name
    head = untrusted[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for pattern, name in _MARKUP:
        if pattern.match(head):
            return name
    return None


def _plausible(untrusted: bytes, signature: bytes) -> bool:
    """Two-letter signatures are also how prose may begin; binary types have NULs early on."""
    return len(signature) > 2 or signature == b"#!" or 0 in untrusted[:512] or signature[0] > 127
