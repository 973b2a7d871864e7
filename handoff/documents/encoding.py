"""Bytes to text and back, without guessing: a byte order mark, strict UTF-8, or one sure answer."""

from __future__ import annotations

import codecs
import logging
import re
from contextlib import suppress
from dataclasses import dataclass, field

import charset_normalizer

from handoff.errors import DamagedError, UnsupportedTypeError

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_TEXT = re.compile("[\x00-\x07\x0e-\x19\x1c-\x1f]")
_WORD_INSIDE = re.compile(r"[A-Za-z][\u0080-\u00bf\u00d7\u00f7](?<![\u00ad\u00b7])[A-Za-z]")
_HIGH = re.compile(r"[^\x00-\x7f]")
# Encodings in which every ASCII byte is that ASCII character, so that markup is markup.
_DECLARABLE = re.compile(
    r"iso8859-\d+|cp125\d|koi8-[ru]|mac-roman|cp(?:437|850|852|866|874|932|949|950)|tis-620"
    r"|shift_jis(?:x0213)?|euc_(?:jp|kr)|gb18030|gbk|gb2312|big5(?:hkscs)?"
)
_MAX_CONTROL_SHARE = 0.001
_MAX_HIGH_SHARE = 0.2
_SAMPLE = 1_000_000
# ESC and the beginning of a designation (ISO/IEC 2022, 13.2).
_SHIFT = re.compile(rb"\x1b[$()*+,\-./][\x20-\x7e]")

logging.getLogger("charset_normalizer").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with what is needed to write it back: the codec's name and the mark that led it."""

    text: str = field(repr=False)
    codec: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """`text` in the same encoding and with the same mark.

        Raises:
            UnsupportedTypeError: the encoding has no place for a replacement.
        """
        try:
            return self.mark + text.encode(self.codec)
        except UnicodeEncodeError:
            raise UnsupportedTypeError(
                "the text's encoding cannot hold the replacements", "save it as UTF-8"
            ) from None


def decode(untrusted: bytes) -> Decoded:
    """`untrusted` as text.

    Raises:
        UnsupportedTypeError: the bytes are no text, or more than one encoding fits them.
        DamagedError: the bytes break the encoding that their own mark announces.
    """
    decoded = _marked(untrusted) or _shifted(untrusted) or _utf8(untrusted) or _legacy(untrusted)
    if not looks_like_text(decoded.text):
        raise UnsupportedTypeError("the file is binary data of no type that handoff knows")
    return decoded


def decode_declared(untrusted: bytes, declared: str) -> Decoded:
    """`untrusted` as text, in the encoding that it names itself where that is one a browser takes.

    A mark goes before the name, and so does UTF-8 where the bytes are UTF-8: no other text looks
    like it by chance. Raises as `decode` does.
    """
    if declared and not any(untrusted.startswith(mark) for mark, _ in _MARKS):
        with suppress(LookupError, UnicodeError):
            codec = codecs.lookup(declared).name
            # What a browser takes Latin-1 for (WHATWG Encoding, 4.2).
            codec = "cp1252" if codec in {"iso8859-1", "ascii"} else codec
            if _utf8(untrusted) is None and _DECLARABLE.fullmatch(codec):
                decoded = Decoded(untrusted.decode(codec), codec)
                if looks_like_text(decoded.text):
                    return decoded
    return decode(untrusted)


def looks_like_text(text: str) -> bool:
    """Whether `text` has no NUL and hardly any other control character."""
    if "\x00" in text:
        return False
    return len(_NOT_TEXT.findall(text)) <= max(2, len(text) * _MAX_CONTROL_SHARE)


def _marked(untrusted: bytes) -> Decoded | None:
    for mark, codec in _MARKS:
        if untrusted.startswith(mark):
            try:
                return Decoded(untrusted[len(mark) :].decode(codec), codec, mark)
            except UnicodeDecodeError:
                raise DamagedError(
                    f"the text is not the {codec} its first bytes announce"
                ) from None
    return None


def _utf8(untrusted: bytes) -> Decoded | None:
    try:
        return Decoded(untrusted.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return None


def _shifted(untrusted: bytes) -> Decoded | None:
    """ISO-2022: bytes that are ASCII by themselves, with escape sequences that make them others."""
    if _SHIFT.search(untrusted) is None:
        return None
    with suppress(UnicodeDecodeError):
        return Decoded(untrusted.decode("iso2022_jp_2"), "iso2022_jp_2")
    raise UnsupportedTypeError(
        "the text's encoding cannot be told for certain", "save it as UTF-8, then send again"
    )


def _legacy(untrusted: bytes) -> Decoded:
    if untrusted.count(0) > len(untrusted) // 2:
        utf32 = _unmarked_utf32(untrusted)
        if utf32 is not None:
            return utf32
    if untrusted.count(0) > len(untrusted) // 10:
        utf16 = _unmarked_utf16(untrusted)
        if utf16 is not None:
            return utf16
    if 0 in untrusted[:_SAMPLE]:
        raise UnsupportedTypeError("the file is binary data of no type that handoff knows")
    return _western(untrusted) or _detected(untrusted)


def _unmarked_utf32(untrusted: bytes) -> Decoded | None:
    """UTF-32 without a mark: nothing else has no more than 0x10FFFF in every four bytes."""
    for codec in ("utf-32-le", "utf-32-be"):
        with suppress(UnicodeDecodeError):
            decoded = Decoded(untrusted.decode(codec), codec)
            if looks_like_text(decoded.text):
                return decoded
    return None


def _unmarked_utf16(untrusted: bytes) -> Decoded | None:
    """UTF-16 without a mark, told by which half of each pair is zero in Latin text."""
    even, odd = untrusted[0::2].count(0), untrusted[1::2].count(0)
    codec = "utf-16-le" if odd > even else "utf-16-be"
    half = len(untrusted) // 2
    if len(untrusted) % 2 or min(even, odd) > half * 0.02 or max(even, odd) < half * 0.5:
        return None
    try:
        return Decoded(untrusted.decode(codec), codec)
    except UnicodeDecodeError:
        return None


def _western(untrusted: bytes) -> Decoded | None:
    """Windows-1252, accepted only where the result reads as Western text.

    Cyrillic or Greek bytes would be nearly all high letters; Central European ones put symbols
    into the middle of words.
    """
    try:
        text = untrusted.decode("cp1252")
    except UnicodeDecodeError:
        return None
    letters = sum(map(str.isalpha, text[:_SAMPLE]))
    high = len(_HIGH.findall(text[:_SAMPLE]))
    if high > letters * _MAX_HIGH_SHARE or _WORD_INSIDE.search(text):
        return None
    return Decoded(text, "cp1252")


def _detected(untrusted: bytes) -> Decoded:
    """What charset-normalizer says, if no second encoding fits as well with other text."""
    matches = charset_normalizer.from_bytes(untrusted)
    best = matches.best()
    if best is None:
        raise UnsupportedTypeError("the file is binary data of no type that handoff knows")
    rivals = {str(match) for match in matches if match.chaos <= best.chaos + 0.01}
    if len(rivals) > 1 or best.chaos > 0.1:
        raise UnsupportedTypeError(
            "the text's encoding cannot be told for certain", "save it as UTF-8, then send again"
        )
    try:
        return Decoded(untrusted.decode(best.encoding), best.encoding)
    except (UnicodeDecodeError, LookupError):
        raise DamagedError("the text breaks its own encoding") from None
