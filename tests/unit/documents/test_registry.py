"""The front door: the type is told from content, and every refusal names its reason."""

from __future__ import annotations

import io
import re
import zipfile
from email.message import EmailMessage

import pytest

from handoff.documents.base import DocumentFormat, Limits
from handoff.documents.door import HouseDoor
from handoff.documents.registry import by_name, formats, sniff
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
from tests.unit.documents.word_builder import Word, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"


def _wide(name: str) -> bytes:
    return name.encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00\x03", "a Windows program"),
        (b"\x7fELF\x02", "a Linux program"),
        (b"#!/bin/sh\necho", "a script"),
        (b"Rar!\x1a\x07\x00", "a RAR archive"),
        (zipped({"[Content_Types].xml": "x"}), "a ZIP archive"),
        (bytes(range(1, 256)) * 9, "binary data"),
    ],
)
def test_what_is_not_read_is_named_in_words(content: bytes, words: str) -> None:
    with pytest.raises(UnsupportedTypeError, match=words.replace("(", r"\(").replace(")", r"\)")):
        sniff(content)


@pytest.mark.parametrize("content", [b"", b"\n\n \t", b"\xef\xbb\xbf", bytes(100)])
def test_nothing_but_blanks_is_empty(content: bytes) -> None:
    with pytest.raises(EmptyError):
        sniff(content)


def test_an_encrypted_office_file_is_held_as_encrypted() -> None:
    with pytest.raises(EncryptedError):
        sniff(OLE + _wide("EncryptedPackage"))


def test_size_is_checked_before_anything_else() -> None:
    with pytest.raises(LimitError):
        sniff(b"x" * 101, Limits(input_bytes=100))


@pytest.mark.parametrize(
    "content",
    [
        PDF + zipped({"a": "b"}),
        zipped({"a": "%PDF-1.4 startxref"})[:30] + b"%PDF-1.7 startxref" + bytes(50),
        b"Just a letter.\n" + zipped({"a": "b"}),
        b"\xff\xd8\xff\xe0" + zipped({"a": "b"}),
        b"<html>" + PDF,
        b"\x89PNG\r\n\x1a\n" + PDF,
    ],
    ids=["PDF+ZIP", "ZIP+PDF", "text+ZIP", "JPEG+ZIP", "HTML+PDF", "PNG+PDF"],
)
def test_a_file_of_two_formats_is_held(content: bytes) -> None:
    with pytest.raises(UnsafeContentError):
        sniff(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["mimetype", "[Content_Types].xml"])
def test_an_entry_that_tells_the_format_may_be_damaged(name: str, method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, "application/vnd.oasis.opendocument.text")
    content = bytearray(buffer.getvalue())
    begin = 30 + len(name)
    for place in range(begin, begin + 24):
        content[place] ^= 0x5A
    with pytest.raises(UnsupportedTypeError):
        sniff(bytes(content))


def test_a_memorandum_with_mail_like_lines_is_text() -> None:
    memo = b"TO: Mary Major\nFROM: John Minor\nDATE: 1 May 2026\nRE: the case\n\nBody text.\n"
    assert sniff(memo).name == "txt"


def test_each_format_is_told_by_its_content() -> None:
    message = EmailMessage()
    message["From"] = "a@example.com"
    message.set_content("x")
    assert sniff(message.as_bytes()).name == "eml"
    assert sniff(Word().build()).name == "docx"
    assert sniff(PDF).name == "pdf"


def test_readers_of_a_format_are_independent_and_names_unique() -> None:
    assert all(len(set(handler.readers)) == 2 for handler in formats())
    assert len({handler.name for handler in formats()}) == len(formats())
    assert [by_name(handler.name) for handler in formats()] == list(formats())


def _nested(depth: int) -> bytes:
    message = EmailMessage()
    message["From"] = "a@example.com"
    message["Subject"] = f"level {depth}"
    message.set_content("x")
    if depth:
        message.add_attachment(_nested(depth - 1), maintype="application", subtype="octet-stream")
    return message.as_bytes()


def test_the_door_opens_only_so_deep() -> None:
    sniff(_nested(3)).read(_nested(3), HouseDoor())
    with pytest.raises(LimitError, match=r"attachment 1.*nested more than 4 deep"):
        sniff(_nested(6)).read(_nested(6), HouseDoor(options=DocumentOptions(attachments="hold")))


def test_what_is_nested_too_deep_is_withheld_and_the_rest_is_read() -> None:
    door = HouseDoor()
    assert sniff(_nested(6)).read(_nested(6), door)
    assert [cause.code for _, cause in door.withheld] == [LimitError.code]


def test_the_door_counts_the_bytes_of_all_that_is_inside() -> None:
    door = HouseDoor(Limits(archive_bytes=1000))
    door.read(b"x" * 600, "a1", "attachment 1")
    with pytest.raises(LimitError):
        door.read(b"x" * 600, "a2", "attachment 2")


def test_what_goes_wrong_inside_names_its_place() -> None:
    with pytest.raises(DocumentError, match="attachment 7: this is a script"):
        HouseDoor().read(b"#!/bin/sh\necho", "a7", "attachment 7")


def test_the_door_prefixes_units_and_gives_back_only_what_is_meant_for_the_part() -> None:
    units = HouseDoor().read(b"Hello\n\nthere", "a1", "attachment 1")
    assert [unit.unit_id for unit in units] == ["a1/p1", "a1/p2"]
    assert units[0].place == "attachment 1, paragraph 1"
    part = HouseDoor().rewrite(b"Hello", "a1", ())
    assert (part.content, part.media_type, part.extension) == (b"Hello", "text/plain", ".txt")


def test_a_cut_off_office_file_is_damaged() -> None:
    with pytest.raises(DamagedError):
        sniff(Word().build()[:-200])


def test_a_zip_with_a_word_name_inside_is_no_word_document() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert sniff(buffer.getvalue()).name == "zip"


@pytest.mark.parametrize("handler", formats(), ids=lambda handler: handler.name)
def test_what_a_format_says_of_itself_may_stand_in_the_custody_log(handler: DocumentFormat) -> None:
    """`document.rechecked` names the readers, and a word that is no code stops the whole batch."""
    told = (*handler.readers, handler.media_type, handler.extension.removeprefix("."))
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}", word) for word in told)
    assert handler.readers[0] != handler.readers[1]
