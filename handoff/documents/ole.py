"""Compound files ([MS-CFB]): which of Office's legacy formats one is, and whether it is locked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import olefile

from handoff.errors import DamagedError, EncryptedError, UnsafeContentError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream that makes a file what it is ([MS-DOC] 2.1.1, [MS-XLS] 2.1.2, [MS-PPT] 2.1.2).
_MAIN = {"worddocument": "doc", "workbook": "xls", "book": "xls", "powerpoint document": "ppt"}
_LOCKED_STREAMS = ("encryptedpackage", "encryptedsummary", "\x06dataspaces")
_FIB_FLAGS, _FIB_ENCRYPTED = 0x0A, 0x0100
_BIFF_FILEPASS = 0x002F
_BIFF_RECORDS = 64
_PPT_TOKEN, _PPT_ENCRYPTED = 12, 0xF3D1C4DF


def main_stream(untrusted: bytes) -> str | None:
    """Which of "doc", "xls" and "ppt" this is, by the one stream that says so, or None.

    Raises:
        UnsafeContentError: it claims to be two of them at once.
        DamagedError: its directory cannot be read.
    """
    with _opened(untrusted) as file:
        kinds = {_MAIN[name] for name in _roots(file) if name in _MAIN}
    if len(kinds) > 1:
        raise UnsafeContentError(
            "the file is valid as two formats at once", "save it anew with the program that made it"
        )
    return next(iter(kinds), None)


def refuse_encrypted(untrusted: bytes, kind: str) -> None:
    """Raise EncryptedError if the `kind` of file in `untrusted` says that it is encrypted."""
    with _opened(untrusted) as file:
        locked = any(name in _LOCKED_STREAMS for name in _roots(file))
        if locked or _TESTS[kind](file):
            raise EncryptedError("the Office document is protected by a password")


def _word(file: olefile.OleFileIO[bytes]) -> bool:
    head = file.openstream("WordDocument").read(_FIB_FLAGS + 2)
    return bool(struct.unpack_from("<H", head, _FIB_FLAGS)[0] & _FIB_ENCRYPTED)


def _excel(file: olefile.OleFileIO[bytes]) -> bool:
    """FILEPASS stands among the first records of the workbook ([MS-XLS] 2.4.117)."""
    stream = file.openstream("Workbook" if file.exists("Workbook") else "Book")
    for _ in range(_BIFF_RECORDS):
        header = stream.read(4)
        if len(header) < 4:
            return False
        kind, length = struct.unpack("<HH", header)
        if kind == _BIFF_FILEPASS:
            return True
        stream.seek(length, 1)
    return False


def _powerpoint(file: olefile.OleFileIO[bytes]) -> bool:
    head = file.openstream("Current User").read(_PPT_TOKEN + 4)
    return bool(struct.unpack_from("<I", head, _PPT_TOKEN)[0] == _PPT_ENCRYPTED)


_TESTS = {"doc": _word, "xls": _excel, "ppt": _powerpoint}


def _roots(file: olefile.OleFileIO[bytes]) -> set[str]:
    return {entry[0].casefold() for entry in file.listdir(streams=True, storages=True)}


@contextmanager
def _opened(untrusted: bytes) -> Iterator[olefile.OleFileIO[bytes]]:
    """The compound file, every fault of it a DamagedError."""
    try:
        with olefile.OleFileIO(BytesIO(untrusted)) as file:
            yield file
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, AttributeError):
        raise DamagedError("the file is a damaged Office document") from None
