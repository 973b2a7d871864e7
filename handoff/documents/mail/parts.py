"""The MIME structure of a message (RFC 2045, 2046), walked with every oddity refused."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import errors as mail_errors
from email import policy
from email.message import Message
from email.parser import BytesParser
from enum import Enum, auto

from handoff.documents.encoding import decode
from handoff.documents.invisible import visible
from handoff.documents.mail.headers import decoded
from handoff.documents.packed import refuse_packed_lines
from handoff.errors import (
    DamagedError,
    EncryptedError,
    LimitError,
    UnsafeContentError,
    UnsupportedTypeError,
)

MAX_PARTS = 1_000
MAX_DEPTH = 20
_CONTAINERS = frozenset(
    {"mixed", "alternative", "related", "report", "parallel", "digest", "signed"}
)
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_ENCRYPTED = frozenset(
    {"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime",
     "application/x-pkcs7-mime"}
)  # fmt: skip
_HELD = {
    # Put there by `msg.py` for what Outlook embeds as another program's object.
    "application/x-handoff-object": "an object of another program, or only the path of a file",
    "message/partial": "a message in pieces",
    "message/external-body": "a body that lies elsewhere",
}
# Blocks of headers about a message (RFC 3464, RFC 8098), which the email package takes apart.
_HEADER_BLOCKS = frozenset({"message/delivery-status", "message/disposition-notification"})
_CHARSET = re.compile(
    r"(?:us-ascii|ascii|utf-?8|utf-?16(?:[bl]e)?|utf-?32(?:[bl]e)?|iso-?8859-?\d{1,2}|latin-?1"
    r"|windows-?\d{3,4}|cp-?\d{3,4}|koi8-[ru]|(?:x-)?mac-?roman|macintosh|shift[_-]jis|sjis|euc-(?:jp|kr)"
    r"|gb(?:2312|k|18030)|big5|iso-2022-(?:jp|kr)|ks_c_5601-1987|tis-620)",
    re.IGNORECASE,
)
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})
_UUENCODED = re.compile(r"^begin [0-7]{3,4} \S", re.MULTILINE)
# By which text could stay unread. Not among them is what costs no text: no closing boundary (see
# `is_cut`), an encoding on a container (RFC 2045, 6.4, forbids it and no program heeds it), a body
# that begins where the headers break off.
_SERIOUS = (
    mail_errors.StartBoundaryNotFoundDefect,
    mail_errors.NoBoundaryInMultipartDefect,
    mail_errors.MultipartInvariantViolationDefect,
    mail_errors.InvalidBase64CharactersDefect,
    mail_errors.InvalidBase64PaddingDefect,
    mail_errors.InvalidBase64LengthDefect,
)


class Role(Enum):
    """What a part is to us."""

    CONTAINER = auto()
    TEXT = auto()
    HTML = auto()
    ATTACHMENT = auto()
    SIGNATURE = auto()
    EMPTY = auto()


@dataclass(slots=True)
class MimePart:
    """One part of a message with its place in the tree ("1.2") and its parts."""

    path: str
    role: Role
    message: Message
    children: list[MimePart] = field(default_factory=list)
    number: int = 0

    def walk(self) -> Iterator[MimePart]:
        """The part and everything below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def place(self) -> str:
        """The part in words."""
        return f"attachment {self.number}" if self.number else f"part {self.path}"

    @property
    def subtype(self) -> str:
        """What the container is once its signatures are gone."""
        kind = self.message.get_content_subtype()
        return "mixed" if kind == "signed" else kind

    @property
    def content_id(self) -> str:
        """The id by which the HTML of the message shows the part (RFC 2392), "" if it has none."""
        return str(self.message.get("Content-ID", "")).strip().strip("<>")

    @property
    def is_cut(self) -> bool:
        """Whether the container is not closed: its last part ends only where the message does."""
        missing = mail_errors.CloseBoundaryNotFoundDefect
        return any(isinstance(defect, missing) for defect in self.message.defects)

    def payload(self) -> bytes:
        """The part's content, decoded.

        Raises:
            DamagedError: the content does not keep to its transfer encoding.
            EncryptedError: it is encrypted.
            UnsafeContentError, UnsupportedTypeError: it is of a kind that nothing here reads.
        """
        _refuse_kind(self.message, self.place)
        if self.message.get_content_type() == "message/rfc822":
            return _inner_message(self.message, self.place)
        if self.message.get_content_type() in _HEADER_BLOCKS:
            return _header_blocks(self.message, self.place)
        try:
            content = self.message.get_payload(decode=True)
        except (ValueError, binascii.Error, LookupError, UnicodeError, TypeError):
            content = None
        if not isinstance(content, bytes):
            raise DamagedError(f"{self.place}: the content cannot be decoded")
        _refuse_defects(self.message, self.place)
        return content

    def text(self) -> str:
        """The text of a TEXT or HTML part, without invisible characters, with plain line ends.

        Raises:
            DamagedError: see `payload`.
            UnsupportedTypeError: it declares an encoding we do not know, or is in none.
            EncryptedError: a PGP message.
            UnsafeContentError: a file written into the text (uuencode, Base64).
        """
        content = self.payload()
        charset = str(self.message.get_content_charset() or "us-ascii").strip().strip("\"'")
        if not _CHARSET.fullmatch(charset):
            raise UnsupportedTypeError(f"{self.place}: the text is in an unknown encoding")
        try:
            text = content.decode(charset)
        except (UnicodeDecodeError, LookupError):
            text = decode(content).text
        if "-----BEGIN PGP MESSAGE" in text:
            raise EncryptedError(f"{self.place}: the text is encrypted with PGP")
        if _UUENCODED.search(text):
            raise UnsafeContentError(f"{self.place}: a file is written into the text (uuencode)")
        if self.role is Role.TEXT:
            refuse_packed_lines(text, self.place)
        return visible(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def parse(untrusted: bytes) -> MimePart:
    """The tree of the message in `untrusted`.

    Raises:
        DamagedError: it breaks the rules of MIME so that programs may see different parts.
        EncryptedError: the message or a part of it is encrypted.
        LimitError: too many parts, or nested too deep.
        UnsafeContentError: a part that can be neither read nor removed.
    """
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(untrusted)
    except (mail_errors.MessageError, ValueError, LookupError, TypeError, AttributeError):
        raise DamagedError("the message cannot be read") from None
    except RecursionError:
        raise LimitError("the message is nested too deep") from None
    root = _tree(message, "1", 0)
    parts = list(root.walk())
    if len(parts) > MAX_PARTS:
        raise LimitError(f"the message has more than {MAX_PARTS:,} parts")
    attachments = [part for part in parts if part.role is Role.ATTACHMENT]
    for number, part in enumerate(attachments, 1):
        part.number = number
    return root


def _tree(message: Message, path: str, depth: int) -> MimePart:
    if depth > MAX_DEPTH:
        raise LimitError("the message is nested too deep")
    place = f"part {path}"
    if not depth:
        _refuse_kind(message, place)
    part = MimePart(path, _role(message), message)
    if part.role not in (Role.ATTACHMENT, Role.SIGNATURE, Role.EMPTY):
        _refuse_defects(message, place)
    if part.role is Role.CONTAINER:
        children = message.get_payload()
        if not isinstance(children, list):
            raise DamagedError(f"{place}: the message announces parts that are not there")
        part.children = [
            _tree(child, f"{path}.{number}", depth + 1)
            for number, child in enumerate(children, 1)
            if isinstance(child, Message)
        ]
    return part


def _role(message: Message) -> Role:
    kind = message.get_content_type()
    if kind in _SIGNATURES:
        return Role.SIGNATURE
    if message.get_content_maintype() == "multipart":
        if _is_blank(message.get_payload()):
            return Role.EMPTY
        known = message.get_content_subtype() in _CONTAINERS
        return Role.CONTAINER if known else Role.ATTACHMENT
    named = "attachment" in str(message.get("Content-Disposition", "")).lower()
    if named or file_name(message) or kind not in ("text/plain", "text/html"):
        return Role.ATTACHMENT
    return Role.HTML if kind == "text/html" else Role.TEXT


def _is_blank(payload: object) -> bool:
    """Whether a container has no parts and no text in their place."""
    return isinstance(payload, str) and not payload.strip()


def file_name(message: Message) -> str:
    """The part's file name, decoded per RFC 2231 or RFC 2047, "" if it has none."""
    try:
        return decoded(message.get_filename("") or "")
    except (ValueError, LookupError, UnicodeError, TypeError, IndexError):
        # Dropped like every name, but what is in it is sought in the rest.
        return decoded(str(message.get("Content-Disposition", "?")))


def _refuse_kind(message: Message, place: str) -> None:
    kind = message.get_content_type()
    if kind in _ENCRYPTED:
        raise EncryptedError(f"{place}: the message is encrypted or signed with S/MIME or PGP")
    if kind in _HELD:
        raise UnsafeContentError(f"{place}: contains {_HELD[kind]}")
    if message.get_content_maintype() == "multipart" and (
        message.get_content_subtype() not in _CONTAINERS
    ):
        raise UnsupportedTypeError(f"{place}: the parts are joined in an unknown way")
    encoding = str(message.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding.partition(";")[0].strip() not in _ENCODINGS:
        raise UnsupportedTypeError(f"{place}: the content has an unknown transfer encoding")


def _refuse_defects(message: Message, place: str) -> None:
    if any(isinstance(defect, _SERIOUS) for defect in message.defects):
        raise DamagedError(f"{place}: the message breaks the rules of its own format")


def _inner_message(message: Message, place: str) -> bytes:
    inner = message.get_payload()
    if not isinstance(inner, list) or len(inner) != 1 or not isinstance(inner[0], Message):
        raise DamagedError(f"{place}: the forwarded message cannot be read")
    try:
        return inner[0].as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError, mail_errors.MessageError):
        raise DamagedError(f"{place}: the forwarded message cannot be read") from None


def _header_blocks(message: Message, place: str) -> bytes:
    """The blocks of a delivery report as the text that they are."""
    blocks = message.get_payload()
    if isinstance(blocks, list):
        text = "\n\n".join(
            "\n".join(f"{name}: {value}" for name, value in block.items())
            for block in blocks
            if isinstance(block, Message)
        )
        return text.encode("utf-8", "replace")
    raise DamagedError(f"{place}: the delivery report cannot be read")
