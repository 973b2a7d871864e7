"""Archives: every member goes through the front door; what is ambiguous or hostile is held."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import cast
from unittest import mock

import py7zr
import pytest

from handoff.documents.archives.format import ArchiveFormat
from handoff.documents.archives.members import Budget
from handoff.documents.base import DocumentFormat, Limits
from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.errors import (
    DamagedError,
    DocumentError,
    EmptyError,
    EncryptedError,
    LimitError,
    UnsafeContentError,
    UnsupportedTypeError,
)
from handoff.model import DocumentOptions
from tests.unit.documents.judge import assert_clean, redact, redactions, text_of

SECRET = "Zebulon Quarterstaff"
LETTER = f"Dear {SECRET}, thank you.\n".encode()
PROGRAM = b"\x7fELF" + bytes(60)
HOLD = DocumentOptions(attachments="hold")


def zipped(
    files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return buffer.getvalue()


def sevenzipped(files: dict[str, bytes], **options: str) -> bytes:
    buffer = io.BytesIO()
    with (
        mock.patch("py7zr.py7zr.check_archive_path", return_value=True),
        py7zr.SevenZipFile(buffer, "w", **options) as archive,  # type: ignore[arg-type]
    ):
        for name, content in files.items():
            archive.writestr(content, name)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], *links: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.uname = len(content), SECRET
            archive.addfile(info, io.BytesIO(content))
        for name in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)
    return buffer.getvalue()


def _entry(**attributes: object) -> Callable[[], bytes]:
    def build() -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            info = zipfile.ZipInfo("a.txt")
            for name, value in attributes.items():
                setattr(info, name, value)
            archive.writestr(info, b"Hello there.\n")
        return buffer.getvalue()

    return build


_EXTRA = struct.pack("<HH", 0x7075, len(SECRET)) + SECRET.encode()
PLACES: dict[str, Callable[[], bytes]] = {
    "ZIP, a member": lambda: zipped({"a.txt": LETTER}),
    "ZIP, a stored member": lambda: zipped({"a.txt": LETTER}, zipfile.ZIP_STORED),
    "ZIP, a member's name": lambda: zipped({f"{SECRET}.txt": b"Hello.\n"}),
    "ZIP, a folder's name": lambda: zipped({f"{SECRET}/a.txt": b"Hello.\n"}),
    "ZIP, an empty folder's name": lambda: zipped({"a.txt": b"Hello.\n", f"{SECRET}/": b""}),
    "ZIP, comment": lambda: zipped({"a.txt": b"Hello.\n"}, comment=SECRET.encode()),
    "ZIP, a member's comment": _entry(comment=SECRET.encode()),
    "ZIP, extra field": _entry(extra=_EXTRA),
    "ZIP, in a ZIP": lambda: zipped({"a.zip": zipped({"b.txt": LETTER})}),
    "ZIP, resource forks": lambda: zipped({"a.txt": b"Hello.\n", "__MACOSX/._a": LETTER}),
    "7z, a member": lambda: sevenzipped({"a.txt": LETTER}),
    "7z, a member's name": lambda: sevenzipped({f"{SECRET}.txt": b"Hello.\n"}),
    "tar, a member": lambda: tarred({"a.txt": LETTER}),
    "tar, a member's name": lambda: tarred({f"x/{SECRET}.txt": b"Hello.\n"}),
    "tar, owner": lambda: tarred({"a.txt": b"Hello.\n"}),
    "tar, padding": lambda: tarred({"a.txt": b"Hello.\n"}) + SECRET.encode(),
    "tar.gz": lambda: gzip.compress(tarred({"a.txt": LETTER})),
    "gzip": lambda: gzip.compress(LETTER),
    "bzip2": lambda: bz2.compress(LETTER),
    "xz": lambda: lzma.compress(LETTER),
}


def _handler(content: bytes) -> DocumentFormat:
    handler = sniff(content)
    assert isinstance(handler, ArchiveFormat)
    return cast("DocumentFormat", handler)


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    content = PLACES[place]()
    produced = redact(_handler(content), content, [SECRET])
    assert_clean(_handler(produced), produced, [SECRET, "quarterstaff"])
    assert zipfile.ZipFile(io.BytesIO(produced)).testzip() is None


@pytest.mark.parametrize("pack", [zipped, sevenzipped, tarred])
def test_members_come_out_in_order_under_neutral_names(
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    content = pack({"b/one.csv": b"a,b\n1,2\n3,4\n", "two.txt": b"Hello.\n"})
    produced = _handler(content).rewrite(content, (), HouseDoor())
    with zipfile.ZipFile(io.BytesIO(produced)) as archive:
        assert archive.namelist() == ["0001.csv", "0002.txt"]
        assert archive.read("0002.txt") == b"Hello.\n"


def test_names_are_units_so_that_the_names_in_them_are_found() -> None:
    content = zipped({f"Smith/{SECRET} v. Jones.txt": b"Hello.\n"})
    units = _handler(content).read(content, HouseDoor())
    assert f"Smith/{SECRET} v. Jones.txt" in text_of(units)


def test_a_member_that_must_be_held_is_replaced_by_a_note() -> None:
    content, door = zipped({"a.txt": LETTER, "b.exe": PROGRAM}), HouseDoor()
    handler = _handler(content)
    edits = redactions(handler.read(content, door), [SECRET])
    produced = handler.rewrite(content, edits, door)
    with zipfile.ZipFile(io.BytesIO(produced)) as archive:
        assert b"member 2 was held back by the sender" in archive.read("0002.txt")
    assert [(place, cause.code) for place, cause in door.withheld] == [
        ("member 2", UnsupportedTypeError.code)
    ]


def test_an_archive_of_which_nothing_can_go_is_held() -> None:
    content = zipped({"b.exe": PROGRAM})
    with pytest.raises(UnsupportedTypeError, match="no member can be read; member 1"):
        _handler(content).read(content, HouseDoor())


def test_a_pdf_stored_in_an_archive_is_no_second_document() -> None:
    content = zipped({"a.pdf": b"%PDF-1.7\nstartxref\n", "b.txt": b"x"}, zipfile.ZIP_STORED)
    assert sniff(content).name == "zip"


def _overlapping() -> bytes:
    """Two entries of the directory that share one member (as in Fifield's bomb)."""
    content = bytearray(zipped({"a.txt": b"Hello there.\n", "b.txt": b"Hello there.\n"}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[second + 42 : second + 46] = bytes(4)
    return bytes(content)


def _patched(content: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    at = content.index(mark) + offset
    return content[:at] + value + content[at + len(value) :]


def _gap() -> bytes:
    """Bytes between the last member and the directory."""
    content = zipped({"a.txt": b"Hello there.\n"})
    at = content.index(b"PK\x01\x02")
    moved = _patched(content, b"PK\x05\x06", 16, struct.pack("<L", at + 40))
    return moved[:at] + SECRET.encode().ljust(40) + moved[at:]


def _behind_directory() -> bytes:
    content = zipped({"a.txt": b"Hello there.\n"})
    at = content.index(b"PK\x05\x06")
    size = struct.unpack_from("<L", content, at + 12)[0]
    grown = _patched(content, b"PK\x05\x06", 12, struct.pack("<L", size + 40))
    return grown[:at] + SECRET.encode().ljust(40) + grown[at:]


def _twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", b"one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", b"two")
    return buffer.getvalue()


def _bomb() -> bytes:
    return zipped({"a.txt": b"x" * 30_000_000})


def _nested_bomb() -> bytes:
    content = _bomb()
    for level in range(8):
        content = zipped({f"{level}.zip": content})
    return content


def _quine_like() -> bytes:
    """Deeper than any limit, each level as small as a quine would be."""
    content = zipped({"a.txt": b"x"})
    for _ in range(50):
        content = zipped({"r.zip": content})
    return content


HELD: dict[str, tuple[Callable[[], bytes], type[DocumentError]]] = {
    "overlapping members": (_overlapping, DocumentError),
    "bytes before the first member": (lambda: b"PK\x03\x04" + zipped({"a": b"x"}), DocumentError),
    "bytes before the directory": (_gap, UnsafeContentError),
    "bytes behind the directory": (_behind_directory, DocumentError),
    "bytes at the end": (lambda: zipped({"a": b"x"}) + b"PLAIN", DocumentError),
    "zip slip": (lambda: zipped({"../a.txt": b"x"}), UnsafeContentError),
    "zip slip by backslashes": (lambda: zipped({"..\\a.txt": b"x"}), UnsafeContentError),
    "absolute name": (lambda: zipped({"/etc/a.txt": b"x"}), UnsafeContentError),
    "drive letter": (lambda: zipped({"C:/a.txt": b"x"}), UnsafeContentError),
    "two members of one name": (_twice, UnsafeContentError),
    "names that differ by case": (lambda: zipped({"A": b"x", "a": b"y"}), UnsafeContentError),
    "symbolic link": (
        _entry(create_system=3, external_attr=(stat.S_IFLNK | 0o777) << 16),
        UnsafeContentError,
    ),
    "encrypted member": (
        lambda: _patched(
            _patched(_entry()(), b"PK\x03\x04", 6, b"\1\0"), b"PK\x01\x02", 8, b"\1\0"
        ),
        EncryptedError,
    ),
    "unknown method": (lambda: zipped({"a": b"x" * 99}, zipfile.ZIP_LZMA), UnsupportedTypeError),
    "wrong checksum": (
        lambda: zipped({"a": b"Hello there"}, zipfile.ZIP_STORED).replace(b"Hello", b"HELLO"),
        DamagedError,
    ),
    "two descriptions of a member": (
        lambda: _patched(_entry()(), b"PK\x03\x04", 8, b"\x08\0"),
        UnsafeContentError,
    ),
    "cut off": (lambda: zipped({"a": b"x" * 500}, zipfile.ZIP_STORED)[:-40], DamagedError),
    "no member": (lambda: zipped({}), EmptyError),
    "folders only": (lambda: zipped({"a/": b""}), EmptyError),
    "bomb": (_bomb, LimitError),
    "bomb, eight deep": (_nested_bomb, LimitError),
    "fifty deep": (_quine_like, LimitError),
    "7z, encrypted": (lambda: sevenzipped({"a": LETTER}, password="x"), EncryptedError),
    "7z, bomb": (lambda: sevenzipped({"a": b"x" * 30_000_000}), LimitError),
    "7z, cut off": (lambda: sevenzipped({"a": LETTER})[:-9], DamagedError),
    "7z, zip slip": (lambda: sevenzipped({"b/../../a": LETTER}), DocumentError),
    "tar, zip slip": (lambda: tarred({"../a": LETTER}), UnsafeContentError),
    "tar, link": (lambda: tarred({}, "a"), UnsafeContentError),
    "tar, cut off": (lambda: tarred({"a": b"x" * 9000})[:5000], DamagedError),
    "gzip, bomb": (lambda: gzip.compress(b"x" * 30_000_000), LimitError),
    "gzip, cut off": (lambda: gzip.compress(LETTER)[:-9], DamagedError),
    "gzip, bytes at the end": (lambda: gzip.compress(LETTER) + b"x", UnsafeContentError),
    "gzip, wrong checksum": (
        lambda: (c := gzip.compress(LETTER))[:-8] + bytes(4) + c[-4:],
        DamagedError,
    ),
    "bzip2, bomb": (lambda: bz2.compress(b"x" * 30_000_000), LimitError),
    "xz, bomb": (lambda: lzma.compress(b"x" * 30_000_000), LimitError),
}


@pytest.mark.parametrize("case", HELD)
@pytest.mark.parametrize("options", [DocumentOptions(), HOLD], ids=["note", "hold"])
def test_what_is_hostile_or_damaged_is_held(case: str, options: DocumentOptions) -> None:
    build, error = HELD[case]
    content = build()
    with pytest.raises(error):
        sniff(content).read(content, HouseDoor(options=options))


def test_members_are_counted_before_any_is_unpacked() -> None:
    content = zipped({f"{n}": b"x" for n in range(12)})
    with pytest.raises(LimitError, match="more members"):
        sniff(content).read(content, HouseDoor(Limits(archive_entries=10)))


def test_what_failed_members_unpacked_to_counts_too() -> None:
    budget = Budget(left=3_000_000, ratio=100)
    with pytest.raises(LimitError):
        budget.gather(io.BytesIO(b"x" * 2_000_000).read, packed=1)
    with pytest.raises(LimitError):
        budget.gather(io.BytesIO(b"x" * 2_500_000).read, packed=2_500_000)


def test_a_member_that_is_a_bomb_stays_here_and_the_rest_goes() -> None:
    content, door = zipped({"a.txt": LETTER, "b.txt": b"x" * 30_000_000}), HouseDoor()
    assert sniff(content).read(content, door)
    assert [(place, cause.code) for place, cause in door.withheld] == [
        ("member 2", LimitError.code)
    ]


@pytest.mark.parametrize(
    "content",
    [
        zipped({"a.txt": b"x"}),
        zipped({"0001.txt": b"x"}, comment=b"note"),
        zipped({"0001.txt": b"x"}) + b"x",
    ],
    ids=["name of its own", "comment", "bytes at the end"],
)
def test_the_second_reader_refuses_what_handoff_does_not_write(content: bytes) -> None:
    with pytest.raises(DamagedError):
        _handler(zipped({"a": b"x"})).reread(content, HouseDoor())


def test_the_second_reader_checks_what_a_member_holds() -> None:
    content = zipped({"0001.txt": b"Hello"}, zipfile.ZIP_STORED)
    assert zlib.crc32(b"Hello")
    with pytest.raises(DamagedError):
        _handler(content).reread(content.replace(b"Hello", b"HELLO"), HouseDoor())
