"""E-mail: headers, parts and attachments are read whole, redacted and rebuilt, or held."""

from __future__ import annotations

import base64
import email
import io
from collections.abc import Callable
from email import policy
from email.message import EmailMessage

import docx
import pytest
from PIL import Image

from handoff.documents.door import HouseDoor
from handoff.documents.eml import EmlFormat
from handoff.documents.registry import sniff
from handoff.errors import (
    DamagedError,
    DocumentError,
    EncryptedError,
    LimitError,
    UnsafeContentError,
    UnsupportedTypeError,
)
from handoff.model import DocumentOptions
from tests.unit.documents.judge import TAG, assert_clean, redact, text_of
from tests.unit.documents.word_builder import Word
from tests.unit.documents.word_places import PLACES as WORD_PLACES

SECRET = "Zebulon Quarterstaff"
ADDRESS = "zebulon.quarterstaff@example.com"
SECRETS = [ADDRESS, SECRET]
HANDLER = EmlFormat()
HOLD = DocumentOptions(attachments="hold")


def mail(text: str = "Hello there.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Ode <ann@example.org>"
    message["To"] = "office@example.org"
    message["Subject"] = "The matter"
    message["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(text)
    return message


def _header(name: str, value: str) -> Callable[[], bytes]:
    def build() -> bytes:
        message = mail()
        del message[name]
        message[name] = value
        return message.as_bytes()

    return build


def _raw_header(line: str) -> Callable[[], bytes]:
    return lambda: line.encode() + b"\n" + mail().as_bytes()


def _html(body: str) -> Callable[[], bytes]:
    def build() -> bytes:
        message = mail()
        message.add_alternative(body, subtype="html")
        return message.as_bytes()

    return build


def _attached(content: bytes, name: str) -> Callable[[], bytes]:
    def build() -> bytes:
        message = mail()
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
        return message.as_bytes()

    return build


def _word() -> bytes:
    word = Word()
    WORD_PLACES["comment"](word, SECRET)
    return word.build()


def _forwarded() -> bytes:
    inner = mail(f"Call {SECRET}.\n")
    inner["Cc"] = f"{SECRET} <{ADDRESS}>"
    outer = mail()
    outer.add_attachment(inner)
    return outer.as_bytes()


def _encoded(encoding: str) -> Callable[[], bytes]:
    def build() -> bytes:
        message = mail()
        message.set_content(f"Schöne Grüße an {SECRET}\n", cte=encoding, charset="utf-8")
        return message.as_bytes()

    return build


def _report(line: str) -> bytes:
    return (
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n"
        "--b\n\nIt was not delivered.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx\n\n{line}\nAction: failed\n--b--\n"
    ).encode()


def _invitation(line: str) -> bytes:
    message = mail()
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", line, "END:VEVENT", "END:VCALENDAR", ""]
    message.add_alternative("\r\n".join(lines), subtype="calendar")
    return message.as_bytes()


PLACES: dict[str, Callable[[], bytes]] = {
    "From": _header("From", f"{SECRET} <{ADDRESS}>"),
    "From, in a comment": _raw_header(f"From: {ADDRESS} ({SECRET})"),
    "From, broken": _raw_header(f'From: "{SECRET} <{ADDRESS}'),
    "To, second of two": _header("To", f"a@example.org, {SECRET} <{ADDRESS}>"),
    "a group": _header("To", f"{SECRET}: {ADDRESS}, b@example.org;"),
    "Subject": _header("Subject", f"On {SECRET} and others"),
    "Subject, RFC 2047": _raw_header(
        "Subject: =?utf-8?b?" + base64.b64encode(f"Grüße {SECRET}".encode()).decode() + "?="
    ),
    "Subject, RFC 2047 in pieces": _raw_header(
        "Subject: =?utf-8?q?Zebulon_Quar?= =?utf-8?q?terstaff?="
    ),
    "Subject, in an unknown encoding": _raw_header(
        f"Subject: =?x-unheard?b?{base64.b64encode(SECRET.encode()).decode()}?= and others"
    ),
    "Subject, not in its encoding": _raw_header(
        "Subject: =?utf-8?q?Gr=FC=DFe?= =?x-unheard*en?q?_Zebulon_Quarterstaff?="
    ),
    "Subject, base64 cut off": _raw_header(
        f"Subject: =?utf-8?b?{base64.b64encode(SECRET.encode()).decode()[:-1]}?="
    ),
    "From, in an unknown encoding": _raw_header(
        f"Cc: =?x-unheard?b?{base64.b64encode(SECRET.encode()).decode()}?= <{ADDRESS}>"
    ),
    "From without an address": _raw_header(f"Cc: {SECRET}"),
    "two From headers": _raw_header(f"From: {SECRET} <{ADDRESS}>"),
    "Message-ID": _raw_header(f"Message-ID: <{ADDRESS}>"),
    "Received": _raw_header(f"Received: from {ADDRESS} by mx; Tue, 24 Nov 2026 10:00:00 +0100"),
    "References": _raw_header(f"References: <{ADDRESS}>"),
    "an X- header": _raw_header(f"X-Original-To: {ADDRESS}"),
    "DKIM": _raw_header(f"DKIM-Signature: v=1; i={ADDRESS}"),
    "Organization": _raw_header(f"Organization: {SECRET}"),
    "comment in Date": _raw_header(f"Date: Tue, 24 Nov 2026 10:00:00 +0100 ({SECRET})"),
    "Importance": _raw_header(f"Importance: {SECRET}"),
    "text": lambda: mail(f"Dear {SECRET},\n").as_bytes(),
    "text over a line end": lambda: mail("Dear Zebulon\nQuarterstaff,\n").as_bytes(),
    "text in quoted-printable": _encoded("quoted-printable"),
    "text in base64": _encoded("base64"),
    "HTML": _html(f"<p>Dear {SECRET}</p>"),
    "HTML, in pieces": _html("<p>Dear <b>Zeb</b>ulon <i>Quar</i><span>ter</span>staff</p>"),
    "HTML, over a break": _html("<p>Zebulon<br>Quarterstaff</p>"),
    "HTML, in entities": _html("<p>&#90;ebulon&nbsp;Quarterstaff</p>".replace("&nbsp;", "&#32;")),
    "HTML title": _html(f"<html><head><title>{SECRET}</title></head><body>x</body></html>"),
    "HTML hidden": _html(f'<p style="display:none">{SECRET}</p>'),
    "HTML comment": _html(f"<p>x<!-- {SECRET} --></p>"),
    "HTML conditional comment": _html(f"<!--[if mso]><p>{SECRET}</p><![endif]--><p>x</p>"),
    "HTML script": _html(f"<script>var a='{SECRET}'</script><p>x</p>"),
    "HTML style": _html(f"<style>p::after{{content:'{SECRET}'}}</style><p>x</p>"),
    "HTML inline style": _html(f"<p style=\"background:url('{SECRET}')\">x</p>"),
    "HTML link": _html(f'<p><a href="mailto:{ADDRESS}">write</a></p>'),
    "HTML remote source": _html(
        f'<p><img src="https://example.com/{SECRET}.png" alt="{SECRET}">x</p>'
    ),
    "HTML title attribute": _html(f'<p title="{SECRET}">x</p>'),
    "HTML data attribute": _html(f'<p data-name="{SECRET}" id="{SECRET}" class="{SECRET}">x</p>'),
    "HTML meta": _html(f'<meta name="author" content="{SECRET}"><p>x</p>'),
    "HTML unknown element": _html(f"<o:p>{SECRET}</o:p>"),
    "HTML form": _html(f'<form action="{SECRET}"><input value="{SECRET}"></form>'),
    "attachment": _attached(f"Name: {SECRET}\n".encode(), "a.txt"),
    "attached table": _attached(f"a,b,c\n{SECRET},2,3\n4,5,6\n".encode(), "a.csv"),
    "attached Word document": _attached(_word(), "a.docx"),
    "name of an attachment": _attached(b"Hello.\n", f"Letter to {SECRET}.txt"),
    "name of an attachment, RFC 2231": _attached(b"Hello.\n", f"Grüße {SECRET}.txt"),
    "name of an attachment, in an unknown encoding": lambda: _attached(
        b"Hello.\n", "ü.txt"
    )().replace(b"utf-8''%C3%BC", b"x-unheard''Zebulon%20Quarterstaff"),
    "Content-ID": lambda: _attached(b"Hello.\n", "a.txt")().replace(
        b"Content-Disposition", f"Content-ID: <{ADDRESS}>\nContent-Disposition".encode()
    ),
    "headers of a part": lambda: _attached(b"Hello.\n", "a.txt")().replace(
        b"Content-Disposition", f"Content-Description: {SECRET}\nContent-Disposition".encode()
    ),
    "delivery report": lambda: _report(f"Final-Recipient: rfc822; {ADDRESS}"),
    "calendar": lambda: _invitation(f"ATTENDEE;CN={SECRET}:mailto:{ADDRESS}"),
    "forwarded message": _forwarded,
    "preamble": lambda: _forwarded().replace(b"\n\n--", f"\n\n{SECRET}\n--".encode(), 1),
    "epilogue": lambda: _forwarded() + SECRET.encode() + b"\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    content = PLACES[place]()
    assert sniff(content).name == "eml"

    produced = redact(HANDLER, content, SECRETS)

    assert_clean(HANDLER, produced, [*SECRETS, "quarterstaff"])
    encoded = base64.b64encode(SECRET.encode())[:16].decode().casefold()
    assert encoded not in produced.decode("latin-1").casefold()


@pytest.mark.parametrize("place", PLACES)
def test_what_is_written_is_mail_that_the_standard_parser_reads(place: str) -> None:
    produced = redact(HANDLER, PLACES[place](), SECRETS)
    message = email.message_from_bytes(produced, policy=policy.default)
    assert not message.defects
    assert [str(part.get_content_type()) for part in message.walk()]
    assert sniff(produced).name == "eml"


def test_a_redacted_address_stays_an_address() -> None:
    produced = redact(HANDLER, PLACES["From"](), SECRETS)
    message = email.message_from_bytes(produced, policy=policy.default)
    address = message["From"].addresses[0]
    assert (address.display_name, address.addr_spec) == (TAG, "X-1@redacted.invalid")


def test_without_redactions_all_text_stays() -> None:
    message = mail("Grüße aus Köln.\n\nZweiter Absatz.\n")
    message.add_alternative('<p title="t">One <b>two</b></p>', subtype="html")
    message.add_attachment(b"x,y,z\n1,2,3\n4,5,6\n", maintype="a", subtype="b", filename="f")
    content = message.as_bytes()
    produced = HANDLER.rewrite(content, (), HouseDoor())
    before = HANDLER.read(content, HouseDoor())
    after = HANDLER.read(produced, HouseDoor())
    kept = [unit for unit in before if not unit.unit_id.startswith("n")]
    assert [u for u in after if not u.unit_id.startswith("n")] == kept
    assert "Grüße aus Köln." in text_of(HANDLER.reread(produced, HouseDoor()))


def test_attachments_come_back_in_their_own_format_under_neutral_names() -> None:
    message = mail()
    message.add_attachment(_word(), maintype="application", subtype="msword", filename="Z.docx")
    message.add_attachment(b"Hello.\n", maintype="a", subtype="b", filename="Q.txt")
    produced = HANDLER.rewrite(message.as_bytes(), (), HouseDoor())
    parsed = email.message_from_bytes(produced, policy=policy.default)
    attachments = list(parsed.iter_attachments())
    assert [part.get_filename() for part in attachments] == [
        "attachment-1.docx",
        "attachment-2.txt",
    ]
    docx.Document(io.BytesIO(attachments[0].get_content()))


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(buffer, "PNG")
    return buffer.getvalue()


def test_a_picture_in_the_html_is_shown_under_a_neutral_id() -> None:
    content = (
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        f'--b\nContent-Type: text/html\n\n<p>Zeb<img src="cid:{ADDRESS}" alt="{SECRET}" '
        f'onerror="{SECRET}">ulon Quarterstaff<img src="cid:nowhere@x" alt="n"></p>\n'
        f"--b\nContent-Type: image/png\nContent-ID: <{ADDRESS}>\n"
        f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(_picture()).decode()}\n--b--\n"
    ).encode()
    produced = redact(HANDLER, content, SECRETS)
    assert_clean(HANDLER, produced, SECRETS)
    parsed = email.message_from_bytes(produced, policy=policy.default)
    page, shown = list(parsed.iter_parts())
    assert '<img alt="[X-1]" src="cid:part-1@redacted.invalid">' in page.get_content()
    assert page.get_content().count("<img") == 1
    assert shown["Content-ID"] == "<part-1@redacted.invalid>"
    assert shown.get_content_disposition() == "inline"


def test_line_ends_of_the_message_are_kept() -> None:
    content = mail().as_bytes(policy=policy.SMTP)
    produced = HANDLER.rewrite(content, (), HouseDoor())
    assert produced.count(b"\n") == produced.count(b"\r\n")


def _typed(content_type: str, body: str = "x") -> bytes:
    return (
        f"From: a@example.org\nMIME-Version: 1.0\nContent-Type: {content_type}\n\n{body}\n".encode()
    )


def _program() -> bytes:
    message = mail()
    message.add_attachment(b"\x7fELF....", maintype="image", subtype="png")
    return message.as_bytes()


_CUT = "multipart/mixed; boundary=b"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (_typed("multipart/encrypted; boundary=b", "--b\n\nx\n--b--"), EncryptedError),
        (_typed("application/pkcs7-mime"), EncryptedError),
        (_typed("message/partial"), UnsafeContentError),
        (_typed("message/external-body"), UnsafeContentError),
        (_typed("text/plain", "-----BEGIN PGP MESSAGE-----"), EncryptedError),
        (_typed("text/plain", "begin 644 a.txt\n#86)C\n`\nend"), UnsafeContentError),
        (_typed('text/plain; charset="x-unheard"'), UnsupportedTypeError),
        (_typed('text/plain; charset="utf-7"', "+AFo-ohn"), UnsupportedTypeError),
        (_typed(_CUT, "--b\n\nx"), DamagedError),
        (_typed(_CUT, "no part"), DamagedError),
        (_typed("multipart/mixed", "--b\n\nx\n--b--"), DamagedError),
        (_typed("multipart/unheard; boundary=b", "--b\n\nx\n--b--"), UnsupportedTypeError),
        (_typed("text/plain\nContent-Transfer-Encoding: rot13"), UnsupportedTypeError),
        (_typed("text/plain\nContent-Transfer-Encoding: base64", "!!"), DamagedError),
        (
            _typed("text/plain", ("QUJDREVGR0hJSktMTU5PUFFSU1RVVldY" * 2 + "\n") * 4),
            UnsafeContentError,
        ),
        (_program(), UnsupportedTypeError),
    ],
)
def test_what_cannot_be_read_whole_is_held(content: bytes, error: type[DocumentError]) -> None:
    with pytest.raises(error):
        HANDLER.read(content, HouseDoor(options=HOLD))


_DOUBLY = "multipart/mixed; boundary=b\nContent-Transfer-Encoding: quoted-printable"


@pytest.mark.parametrize(
    "content",
    {
        "no closing boundary": _typed(_CUT, f"--b\n\nx\n--b\n\n{SECRET}"),
        "an encoding on a container": _typed(_DOUBLY, f"--b\n\n{SECRET}\n--b--"),
        "no blank line before a body": _typed(
            _CUT, f"--b\nContent-Type: text/plain\n{SECRET}\n--b--"
        ),
        "a container without parts": _typed(
            _CUT, f"--b\nContent-Type: multipart/alternative; boundary=c\n\n--b\n\n{SECRET}\n--b--"
        ),
        "HTML without anything": _typed(
            _CUT, f"--b\nContent-Type: text/html\n\n \n--b\n\n{SECRET}\n--b--"
        ),
    }.values(),
)
def test_carelessness_that_costs_no_text_is_no_reason_to_hold(content: bytes) -> None:
    produced = redact(HANDLER, content, [SECRET])
    assert_clean(HANDLER, produced, [SECRET, "Quarterstaff"])
    assert TAG in text_of(HANDLER.reread(produced, HouseDoor()))
    assert not email.message_from_bytes(produced).defects


def test_a_message_that_tells_only_how_it_is_made_is_one() -> None:
    encoded = base64.b64encode(f"by {SECRET}".encode()).decode()
    content = (
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        f"--b\nContent-Transfer-Encoding: base64\n\n{encoded}\n--b--\n"
    ).encode()
    assert sniff(content).name == "eml"
    produced = redact(HANDLER, content, [SECRET])
    assert_clean(HANDLER, produced, [SECRET])
    assert sniff(produced).name == "eml"


def test_a_message_without_its_end_is_told_of() -> None:
    door = HouseDoor()
    HANDLER.read(_typed(_CUT, "--b\n\nx"), door)
    assert [(place, cause.code) for place, cause in door.withheld] == [
        ("end of part 1", DamagedError.code)
    ]


def test_a_held_attachment_is_named_by_its_place() -> None:
    with pytest.raises(UnsupportedTypeError, match="attachment 1: "):
        HANDLER.read(_program(), HouseDoor(options=HOLD))


def test_endless_nesting_ends_in_a_limit() -> None:
    content = "From: a@example.org\nMIME-Version: 1.0\n"
    for number in range(300):
        content += f"Content-Type: multipart/mixed; boundary=b{number}\n\n--b{number}\n"
    with pytest.raises(DocumentError):
        HANDLER.read(content.encode(), HouseDoor())


def test_too_many_parts_are_held() -> None:
    body = "--b\n\nx\n" * 1100 + "--b--"
    with pytest.raises(LimitError):
        HANDLER.read(_typed(_CUT, body), HouseDoor())


def test_a_surname_before_an_unquoted_comma_is_read_with_its_first_name() -> None:
    source = (
        b"From: a@example.org\nTo: Doe, Jane <jane@example.org>, Roe, Rick <rick@example.org>\n"
        b"Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain\n\nhello\n"
    )
    texts = [unit.text for unit in EmlFormat().read(source, HouseDoor())]
    assert "Doe, Jane" in texts
    assert "Roe, Rick" in texts
    assert "rick@example.org" in texts
