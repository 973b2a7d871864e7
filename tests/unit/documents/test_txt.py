"""Plain text: the encoding is told, kept or refused; what nobody sees cannot hide a name."""

# ruff: noqa: RUF001 - other alphabets are the point

from __future__ import annotations

import base64
import codecs
from contextlib import nullcontext

import pytest

from handoff.documents import paragraphs
from handoff.documents.door import HouseDoor
from handoff.documents.encoding import decode
from handoff.documents.invisible import bare, visible
from handoff.documents.registry import sniff
from handoff.documents.txt import TextFormat
from handoff.errors import DamagedError, UnsafeContentError, UnsupportedTypeError
from tests.steps import calls
from tests.unit.documents.judge import TAG, assert_clean, redact

HANDLER = TextFormat()
LETTER = "Sehr geehrte Frau Müller,\r\n\r\nIhr Anwalt grüßt.\r\n\r\nZebulon Quarter\r\nstaff\r\n"


_BASE64 = base64.encodebytes(b"Dear Zebulon Quarterstaff, we wrote in vain. " * 8).decode()
_SIGNATURE = f"-----BEGIN PGP SIGNATURE-----\nVersion: 1\n\n{_BASE64}-----END PGP SIGNATURE-----\n"


@pytest.mark.parametrize(
    ("text", "held"),
    {
        f"Notes\n\n{_BASE64}\nend": True,
        f"Content-Transfer-Encoding: base64\r\n{_BASE64}".replace("\n", "\r\n"): True,
        _BASE64.replace("\n", ""): True,
        "".join(f"> {line}\n" for line in _BASE64.splitlines()): True,
        f"![x](data:image/png;base64,{_BASE64.replace(chr(10), '')})": True,
        b"Dear Zebulon Quarterstaff, we wrote in vain".hex() * 4: True,
        _SIGNATURE: False,
        ("_" * 60 + "\n") * 6 + ("=-" * 200 + "\n"): False,
        "https://example.com/?q=" + "aB3" * 100: False,
        _BASE64[:200]: False,
    }.items(),
)
def test_binary_data_packed_into_lines_is_held(text: str, held: bool) -> None:
    with pytest.raises(UnsafeContentError) if held else nullcontext():
        TextFormat().read(text.encode(), HouseDoor())


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b""),
        ("utf-32-be", b""),
        ("cp1252", b""),
    ],
)
def test_each_encoding_is_told_and_kept(codec: str, mark: bytes) -> None:
    content = mark + LETTER.encode(codec)
    assert sniff(content).name == "txt"
    assert HANDLER.rewrite(content, (), HouseDoor()) == content
    produced = redact(HANDLER, content, ["Müller", "Zebulon Quarter staff"])
    expected = LETTER.replace("Müller", TAG).replace("Zebulon Quarter\r\nstaff", TAG)
    assert produced == mark + expected.encode(codec)
    assert_clean(HANDLER, produced, ["Müller", "Zebulon"])


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\u2028"])
def test_line_ends_of_any_kind_are_kept(ends: str) -> None:
    content = ends.join(["one", "", "two", "three", "", "", "four"]).encode()
    assert HANDLER.rewrite(content, (), HouseDoor()) == content
    assert [unit.text for unit in HANDLER.read(content, HouseDoor())] == [
        "one",
        f"two{ends}three",
        "four",
    ]


@pytest.mark.parametrize("text", ["Привет, уважаемый господин Иванов", "Γειά σου Κωνσταντίνε"])
def test_other_alphabets_in_legacy_encodings_are_never_read_as_western(text: str) -> None:
    content = (text * 20).encode("cp1251" if text[0] == "П" else "cp1253")
    try:
        decoded = decode(content).text
    except UnsupportedTypeError:
        return
    assert decoded == text * 20


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (bytes(range(256)) * 4, UnsupportedTypeError),
        (b"text with a \x00 in it", UnsupportedTypeError),
        (b"\xff\xfe\x00\xd8", DamagedError),
        (codecs.BOM_UTF8 + b"\xff\xff", DamagedError),
        (b"\x1b\x01\x02\x03\x04" * 50, UnsupportedTypeError),
    ],
)
def test_what_is_no_text_is_held(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode(content)


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\x08", "\u200d", "\u202e", "\U000e0041"]
)
def test_an_invisible_character_hides_no_name(hidden: str) -> None:
    content = f"Zebu{hidden}lon Quarterstaff was here".encode()
    produced = redact(HANDLER, content, ["Zebulon Quarterstaff"])
    assert produced == f"{TAG} was here".encode()


def test_joiners_stay_where_a_script_needs_them() -> None:
    persian = "می\u200cخواهم"
    family = "👩\u200d👩\u200d👧"
    assert visible(persian) == persian
    assert visible(family) == family
    assert "\u200c" not in bare(persian)


def test_twice_the_text_takes_twice_the_work_up_to_twenty_megabytes() -> None:
    def work(paragraphs: int) -> int:
        content = (b"All work and no play makes Jack a dull boy.\n" * 20 + b"\n") * paragraphs

        def read_and_write() -> None:
            assert len(HANDLER.read(content, HouseDoor())) == paragraphs
            assert HANDLER.rewrite(content, (), HouseDoor()) == content

        return calls(read_and_write)

    assert work(2_000) <= 2.01 * work(1_000)
    assert work(23_000) <= 23.01 * work(1_000)


def test_one_endless_line_is_cut_into_bounded_units() -> None:
    text = "word " * 100_000
    cut = list(paragraphs.paragraphs(text))
    assert max(len(paragraph.text) for paragraph in cut) <= paragraphs.MAX_PARAGRAPH
    assert "".join(p.text + p.separator for p in cut) == text


def test_japanese_mail_encoding_does_not_hide_its_text_in_ascii() -> None:
    content = "山田太郎様、契約書です。\n".encode("iso2022_jp")
    assert content.isascii()
    assert "山田" in HANDLER.read(content, HouseDoor())[0].text
    produced = redact(HANDLER, content, ["山田太郎"])
    assert_clean(HANDLER, produced, ["山田"])
    assert TAG in produced.decode("iso2022_jp")


def test_escape_sequences_of_no_known_encoding_are_held() -> None:
    with pytest.raises(UnsupportedTypeError, match="for certain"):
        decode(b"text \x1b$B\xff\xfe and more")


def test_colours_of_a_terminal_are_no_encoding() -> None:
    assert decode(b"\x1b[31mred\x1b[0m").codec == "utf-8"
