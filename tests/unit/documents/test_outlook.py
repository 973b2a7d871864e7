"""Outlook's messages (.msg, winmail.dat): what is read is redacted, everything else is left out."""

from __future__ import annotations

import base64
import email
import struct
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.eml import EmlFormat
from handoff.documents.mail import mapi
from handoff.documents.msg import MsgFormat, as_eml
from handoff.documents.registry import sniff
from handoff.documents.tnef import TnefFormat
from handoff.errors import (
    DamagedError,
    DocumentError,
    EncryptedError,
    UnsafeContentError,
    UnsupportedTypeError,
)
from handoff.model import DocumentOptions
from tests.unit.documents import outlook_builder as build
from tests.unit.documents.judge import assert_clean, redact, text_of

SECRET = "Zebulon Quarterstaff"
ADDRESS = "zebulon.quarterstaff@example.com"
SECRETS = [ADDRESS, SECRET]
LETTER = f"Dear {SECRET},\n".encode()
HTML = f"<p>Dear <b>Zebulon</b> Quarterstaff</p><!-- {SECRET} -->".encode()
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "docs" / "msg"
HOLD = DocumentOptions(attachments="hold")


def msg(values: dict[int, Any] | None = None, **parts: Any) -> bytes:
    basic = {0x001A: "IPM.Note", 0x0037: "The matter", 0x1000: "Hello there.\r\n"}
    return build.ole(build.message({**basic, **(values or {})}, **parts))


def winmail(*attributes: tuple[int, bytes], **properties: Any) -> bytes:
    values = {int(number[1:], 16): value for number, value in properties.items()}
    base = {0x0037: "The matter", 0x1000: "Hello there.\r\n", **values}
    return build.tnef([(0x69003, build.tnef_properties(base)), *attributes])


def _named() -> bytes:
    held = build.tnef_properties({0x1000: "Hello"}, {"Keywords": SECRET})
    return build.tnef([(0x69003, held)])


_RENDER = (0x69002, bytes(14))
PLACES: dict[str, Callable[[], bytes]] = {
    "MSG, subject": lambda: msg({0x0037: f"On {SECRET}"}),
    "MSG, text": lambda: msg({0x1000: f"Dear {SECRET},\r\n"}),
    "MSG, HTML": lambda: msg({0x1013: HTML}),
    "MSG, sender": lambda: msg({0x0C1A: SECRET, 0x5D01: ADDRESS}),
    "MSG, on behalf of": lambda: msg({0x0042: SECRET, 0x0065: ADDRESS, 0x0C1A: "Ann Ode"}),
    "MSG, sender of an Exchange": lambda: msg({0x0C1A: "Ann", 0x0C1F: f"/O=X/CN={SECRET}"}),
    "MSG, answers to": lambda: msg({0x0050: f"Ann Ode;{SECRET}"}),
    "MSG, recipient": lambda: msg(recipients=[{0x3001: SECRET, 0x39FE: ADDRESS, 0x0C15: 1}]),
    "MSG, blind copy": lambda: msg(recipients=[{0x3001: SECRET, 0x3003: ADDRESS, 0x0C15: 3}]),
    "MSG, recipients shown": lambda: msg({0x0E04: SECRET, 0x0E03: SECRET, 0x0E02: SECRET}),
    "MSG, headers of the transport": lambda: msg({0x007D: f"Received: from {ADDRESS}\r\n"}),
    "MSG, conversation topic": lambda: msg({0x0070: SECRET}),
    "MSG, message id": lambda: msg({0x1035: f"<{ADDRESS}>"}),
    "MSG, last modifier": lambda: msg({0x3FFA: SECRET}),
    "MSG, text twice, differing": lambda: msg({0x1009: build.compressed_rtf(LETTER)}),
    "MSG, named property": lambda: msg(
        {0x8001: SECRET},
        more={"__nameid_version1.0": {"__substg1.0_00040102": SECRET.encode("utf-16-le")}},
    ),
    "MSG, stream of its own": lambda: msg(more={"Notes": LETTER}),
    "MSG, attachment": lambda: msg(attachments=[build.attachment(LETTER, "a.txt")]),
    "MSG, attachment's name": lambda: msg(
        attachments=[build.attachment(b"Hello.\n", f"{SECRET}.txt")]
    ),
    "MSG, attachment's path": lambda: msg(
        attachments=[build.attachment(b"Hello.\n", "a.txt", x370D=f"C:\\{SECRET}\\a.txt")]
    ),
    "MSG, attachment's content id": lambda: msg(
        attachments=[build.attachment(b"Hello.\n", "a.txt", x3712=ADDRESS)]
    ),
    "MSG, attached message": lambda: msg(
        attachments=[
            build.embedded(
                build.message({0x0037: f"On {SECRET}", 0x1000: SECRET, 0x3FFA: SECRET}, header=24)
            )
        ]
    ),
    "TNEF, subject": lambda: winmail(x0037=f"On {SECRET}"),
    "TNEF, subject as attribute": lambda: build.tnef([(0x18004, f"On {SECRET}\0".encode())]),
    "TNEF, text": lambda: winmail(x1000=f"Dear {SECRET}"),
    "TNEF, text as attribute": lambda: build.tnef([(0x2800C, LETTER)]),
    "TNEF, HTML": lambda: winmail(x1013=HTML),
    "TNEF, sender": lambda: winmail((0x8000, SECRET.encode()), x0C1A=SECRET),
    "TNEF, recipients": lambda: winmail((0x69004, SECRET.encode())),
    "TNEF, named property": _named,
    "TNEF, unknown attribute": lambda: winmail((0x6FFFF, SECRET.encode())),
    "TNEF, attachment": lambda: winmail(_RENDER, (0x6800F, LETTER)),
    "TNEF, attachment's title": lambda: winmail(
        _RENDER, (0x18010, f"{SECRET}.txt\0".encode()), (0x6800F, b"Hello.\n")
    ),
    "TNEF, attachment's properties": lambda: winmail(
        _RENDER,
        (0x6800F, b"Hello.\n"),
        (0x69005, build.tnef_properties({0x3707: f"{SECRET}.txt", 0x370D: SECRET})),
    ),
    "TNEF, attached message": lambda: winmail(
        _RENDER,
        (
            0x69005,
            build.tnef_properties(
                {0x3701: bytes.fromhex("0703020000000000c000000000000046") + winmail(x1000=SECRET)}
            ),
        ),
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    content = PLACES[place]()
    handler = sniff(content)
    assert handler.name in ("msg", "tnef")
    produced = redact(handler, content, SECRETS)
    assert_clean(handler, produced, [*SECRETS, "quarterstaff"])
    encoded = base64.b64encode(SECRET.encode())[:16].decode().casefold()
    assert encoded not in produced.decode("latin-1").casefold()
    assert sniff(produced).name == "eml"


def _delivered(content: bytes) -> EmailMessage:
    produced = redact(sniff(content), content, SECRETS)
    made = email.message_from_bytes(produced, policy=policy.default)
    assert isinstance(made, EmailMessage)
    assert not made.defects
    return made


def test_a_message_comes_out_as_mail_with_its_people_its_date_and_its_texts() -> None:
    made = _delivered(
        msg(
            {0x0C1A: "Ann Ode", 0x5D01: "ann@example.org", 0x1013: b"<p>Hello there.</p>", 0x17: 2},
            recipients=[
                {0x3001: SECRET, 0x39FE: ADDRESS, 0x0C15: 1},
                {0x3001: "Doe, Jane", 0x39FE: "jane@example.org", 0x0C15: 2},
            ],
            attachments=[build.attachment(b"a,b\n1,2\n3,4\n", "a.csv")],
        )
    )
    assert str(made["From"]) == "Ann Ode <ann@example.org>"
    assert str(made["To"]) == '"[X-1]" <X-1@redacted.invalid>'
    assert str(made["Cc"]) == '"Doe, Jane" <jane@example.org>'
    assert (str(made["Subject"]), str(made["Importance"])) == ("The matter", "high")
    kinds = [part.get_content_type() for part in made.walk()]
    assert kinds[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
    assert [part.get_filename() for part in made.iter_attachments()] == ["attachment-1.csv"]


def test_text_in_an_encoding_of_eight_bits_is_read_by_the_page_the_message_names() -> None:
    storage = build.message({0x001A: "IPM.Note", 0x3FFD: 1251})
    content = build.ole({**storage, "__substg1.0_1000001E": "Привет".encode("cp1251")})
    assert "Привет" in text_of(MsgFormat().read(content, HouseDoor()))


def test_rtf_is_expanded_and_read_where_it_is_the_only_text() -> None:
    content = msg({0x1000: "", 0x1009: build.compressed_rtf(rb"{\rtf1 hello}")})
    letter = email.message_from_bytes(as_eml(content), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/rtf"]


def test_compressed_rtf_of_the_specification_is_expanded() -> None:
    """[MS-OXRTFCP] 3.1.1 and 3.1.2: simple text, and text that reads over what it writes."""
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c64"
        "7d0a800fa0"
    )
    assert mapi.expand_rtf(simple) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert mapi.expand_rtf(crossing) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


HELD: dict[str, tuple[Callable[[], bytes], type[DocumentError]]] = {
    "MSG, encrypted": (lambda: msg({0x001A: "IPM.Note.SMIME"}), EncryptedError),
    "MSG, signed": (lambda: msg({0x001A: "IPM.Note.SMIME.MultipartSigned"}), EncryptedError),
    "MSG, a contact": (lambda: msg({0x001A: "IPM.Contact"}), UnsupportedTypeError),
    "MSG, an object": (
        lambda: msg(
            attachments=[
                {**build.properties({0x3705: 6}, 8), "__substg1.0_3701000D": {"CONTENTS": LETTER}}
            ]
        ),
        UnsafeContentError,
    ),
    "MSG, a program attached": (
        lambda: msg(attachments=[build.attachment(b"\x7fELF", "a.exe")]),
        UnsupportedTypeError,
    ),
    "MSG, RTF that is none": (lambda: msg({0x1000: "", 0x1009: b"x" * 40}), DamagedError),
    "TNEF, encrypted": (lambda: winmail(x001A="IPM.Note.SMIME"), EncryptedError),
    "TNEF, cut off": (lambda: winmail()[:-3], DamagedError),
    "TNEF, wrong checksum": (
        lambda: winmail(_RENDER, (0x18010, b"Hello")).replace(b"Hello", b"Jello"),
        DamagedError,
    ),
    "TNEF, properties cut off": (
        lambda: build.tnef([(0x69003, build.tnef_properties({0x1000: "Hello"})[:-4])]),
        DamagedError,
    ),
    "TNEF, more behind it": (lambda: winmail() + b"\r\nHello", DamagedError),
    "TNEF, a property of no type": (
        lambda: build.tnef([(0x69003, struct.pack("<LHH", 1, 0x77, 1))]),
        DamagedError,
    ),
}


@pytest.mark.parametrize("case", HELD)
def test_what_cannot_be_read_whole_is_held(case: str) -> None:
    make, error = HELD[case]
    content = make()
    with pytest.raises(error):
        sniff(content).read(content, HouseDoor(options=HOLD))


@pytest.mark.parametrize(
    "content",
    [winmail().replace(b"H\0e\0", b"J\0e\0"), winmail().replace(b"H\0", b"J\0") + b"\r\n\0"],
)
def test_a_wrong_checksum_over_properties_and_blank_bytes_at_the_end_cost_nothing(
    content: bytes,
) -> None:
    assert "Jello there." in text_of(TnefFormat().read(content, HouseDoor()))


def test_winmail_in_a_message_is_read_and_delivered_as_a_message() -> None:
    outer = EmailMessage()
    outer["From"] = "a@example.org"
    outer["MIME-Version"] = "1.0"
    outer.set_content("See winmail.dat\n")
    wrapped = winmail(_RENDER, (0x6800F, LETTER))
    outer.add_attachment(wrapped, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    content = outer.as_bytes()
    produced = redact(EmlFormat(), content, SECRETS)
    assert_clean(EmlFormat(), produced, SECRETS)
    made = email.message_from_bytes(produced, policy=policy.default)
    assert [p.get_content_type() for p in made.walk()].count("message/rfc822") == 1


def test_formats_are_told_by_their_content() -> None:
    assert MsgFormat().recognizes(msg())
    assert not MsgFormat().recognizes(build.ole({"WordDocument": b"x"}))
    assert not MsgFormat().recognizes(msg()[:700])
    assert TnefFormat().recognizes(winmail())


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_real_messages_are_read_and_rewritten() -> None:
    for path in sorted(SAMPLES.glob("*.msg")):
        content, door = path.read_bytes(), HouseDoor()
        assert sniff(content).name == "msg"
        assert MsgFormat().read(content, door)
        MsgFormat().reread(MsgFormat().rewrite(content, (), door), HouseDoor())
