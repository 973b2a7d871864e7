"""What Outlook's two ways of keeping a message (.msg, winmail.dat) have in common."""

from __future__ import annotations

from handoff.documents.encoding import decode
from handoff.documents.mail import mapi
from handoff.documents.mail.compose import Attached, Letter
from handoff.errors import EncryptedError, UnsupportedTypeError

_SEALED = "ipm.note.smime"
_NO_MESSAGES = ("ipm.contact", "ipm.distlist", "ipm.abchperson")


def refuse_class(name: str) -> None:
    """Do nothing, or raise: `name` is the message class in small letters.

    Raises:
        EncryptedError: S/MIME, encrypted or signed.
        UnsupportedTypeError: a contact or a list.
    """
    if name.startswith(_SEALED):
        raise EncryptedError("the message is encrypted or signed with S/MIME")
    if name.startswith(_NO_MESSAGES):
        raise UnsupportedTypeError("this is a contact or a list of Outlook, no message")


def html_of(properties: mapi.Properties) -> str:
    """The text as HTML, "" where there is none.

    Raises:
        UnsupportedTypeError: it is in no encoding that handoff knows.
    """
    raw = properties.binary(mapi.HTML)
    if not raw:
        return properties.text(mapi.HTML)
    page = properties.number(mapi.INTERNET_CODEPAGE)
    encoding = mapi.codepage({mapi.INTERNET_CODEPAGE: (mapi.LONG, page.to_bytes(4, "little"))})
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return decode(raw).text


def formatted(properties: mapi.Properties, letter: Letter) -> list[Attached]:
    """The text as RTF, where there is no other form of it: read as a document of its own.

    Raises:
        DamagedError: it cannot be expanded.
    """
    packed = properties.binary(mapi.RTF)
    if not packed or letter.text.strip() or letter.html.strip():
        return []
    return [Attached("", mapi.expand_rtf(packed), "application/rtf")]
