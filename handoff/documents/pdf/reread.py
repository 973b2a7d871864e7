"""The second reading, of what `rewrite` made: pdfminer.six, PDFium's native build, the raw file.

None of them is given a document from outside: what they read was written by pikepdf, after the
allow-list.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from handoff.documents.base import Door, Limits
from handoff.documents.pdf import attached, operators, schema
from handoff.documents.pdf.glimpse import seen_units
from handoff.documents.pdf.mined import page_texts
from handoff.documents.pdf.objects import entries
from handoff.documents.pdf.reach import reach_of
from handoff.documents.pdf.scrub import open_saved
from handoff.documents.pdf.streams import require_bounded
from handoff.errors import DamagedError, UnsafeContentError
from handoff.model import TextUnit, UnitKind

_WORD = re.compile(r"\w{3,}")
_BETWEEN = re.compile(r"\W+")
_REPEATED = re.compile(r"(\D)\1+")
_NO_CONTROLS = {code: None for code in (*range(32), 127) if code != ord("\n")}
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{6,}")
_WIDE = re.compile(rb"(?:\x00[\x20-\x7e]){6,}")
"""Two bytes a letter, as colour profiles and fonts write their names."""
_STANDARD_NAMES = frozenset(name for kind in schema.KEYS.values() for name in kind)


def reread(produced: bytes, door: Door) -> tuple[TextUnit, ...]:
    """All text in `produced`: by page and reader, then every string, name, stream and picture.

    Raises:
        UnsafeContentError: pdfminer sees words on a page that PDFium does not see.
        DamagedError: a reader cannot read it.
    """
    with open_saved(produced) as pdf:
        raw = (*_raw_units(pdf, door.limits), *attached.reread(pdf, door))
        shown = [reach_of(page.obj, {}) for page in pdf.pages]
    mined = page_texts(produced)
    native = _by_pdfium(produced)
    if len(mined) != len(native):
        raise DamagedError("two readers count the pages of the PDF differently")
    for number, (first, second) in enumerate(zip(mined, native, strict=True), 1):
        if _unseen(first, second):
            raise UnsafeContentError(f"page {number} holds text that only one of two readers sees")
    pages = [*_page_units("pdfminer", mined), *_page_units("pdfium", native)]
    return (*pages, *raw, *seen_units(produced, [bool(reach.pictures) for reach in shown]))


def _page_units(reader: str, texts: list[str]) -> Iterator[TextUnit]:
    for number, text in enumerate(texts, 1):
        if text.strip():
            yield TextUnit(f"{reader}.{number}", UnitKind.BODY, text, f"page {number}")


def _by_pdfium(produced: bytes) -> list[str]:
    try:
        document = pypdfium2.PdfDocument(produced)
        try:
            return [_native_text(document, index) for index in range(len(document))]
        finally:
            document.close()
    except pypdfium2.PdfiumError:
        raise DamagedError("the redacted PDF cannot be read by the second reader") from None


def _native_text(document: pypdfium2.PdfDocument, index: int) -> str:
    page = document[index]
    text_page = page.get_textpage()
    try:
        return str(text_page.get_text_range())
    finally:
        text_page.close()
        page.close()


def _unseen(first: str, second: str) -> bool:
    """Whether `first` holds a word that `second` does not, whatever the spaces between.

    Words of a scan's text layer may overlap, and readers then put their letters in another order:
    the same letters are no hidden ones. Nor is a letter that is shown twice at one place, to look
    bold, of which PDFium reports one.
    """
    normal = _normal(second)
    known = _WORD.findall(normal)
    unknown = {*_WORD.findall(_normal(_UNMAPPED.sub(" ", first)))}.difference(known)
    if not unknown:
        return False
    seen = _BETWEEN.sub("", normal)
    reordered = set(map(_sorted, known))
    left = {word for word in unknown if word not in seen and _sorted(word) not in reordered}
    once = {_REPEATED.sub(r"\1", word) for word in known} if left else ()
    return any(_REPEATED.sub(r"\1", word) not in once for word in left)


def _sorted(word: str) -> str:
    return "".join(sorted(word))


def _normal(text: str) -> str:
    """Comparable spelling: compatibility forms resolved, no invisible characters, no case."""
    if text.isascii():
        return text.lower().translate(_NO_CONTROLS)
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c) not in {"Cf", "Cc"} or c == "\n")


def _raw_units(pdf: pikepdf.Pdf, limits: Limits) -> Iterator[TextUnit]:
    """What is in the file's objects, read without knowing what they are for.

    Font programs and picture data are left out: their bytes are not text.
    """
    strings: list[str] = []
    names: set[str] = set()
    programs = _font_programs(pdf)
    for number, item in enumerate(pdf.objects):
        _collect(item, strings, names)
        if isinstance(item, pikepdf.Stream) and item.objgen not in programs:
            text = _stream_text(item, limits)
            if text:
                place = f"stream {number + 1}"
                yield TextUnit(f"raw.{number + 1}", UnitKind.RAW, text, place)
    if strings:
        yield TextUnit("raw.strings", UnitKind.RAW, "\n".join(strings), "strings of the file")
    unusual = sorted(names - _STANDARD_NAMES)
    if unusual:
        yield TextUnit("raw.names", UnitKind.RAW, "\n".join(unusual), "names in the file")


def _font_programs(pdf: pikepdf.Pdf) -> set[tuple[int, int]]:
    """Object numbers of embedded fonts."""
    return {
        item[key].objgen
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary)
        for key in ("/FontFile", "/FontFile2", "/FontFile3")
        if key in item
    }


def _collect(item: Any, strings: list[str], names: set[str]) -> None:  # noqa: ANN401
    """Strings and names of one object; references are met in their own turn."""
    pending = [item]
    while pending:
        current = pending.pop()
        if isinstance(current, pikepdf.String):
            strings.append(str(current))
        elif isinstance(current, pikepdf.Name):
            names.add(bytes(current.unparse()).decode("utf-8", "replace"))
        elif isinstance(current, pikepdf.Array):
            pending.extend(child for child in current if _is_direct(child))
        elif isinstance(current, pikepdf.Dictionary | pikepdf.Stream):
            names.update(_printable(key) for key in current.keys())  # noqa: SIM118
            pending.extend(child for _, child in entries(current) if _is_direct(child))


def _printable(key: str) -> str:
    """Keys that are no UTF-8 come with lone surrogates, which nothing could write out."""
    return key.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_direct(value: Any) -> bool:  # noqa: ANN401
    return not (isinstance(value, pikepdf.Object) and value.is_indirect)


def _stream_text(stream: Any, limits: Limits) -> str:  # noqa: ANN401
    if stream.get("/Subtype") == pikepdf.Name.Image:
        return ""
    if stream.get("/Type") == pikepdf.Name.EmbeddedFile:
        return ""  # a document of its own, read by its own reader
    require_bounded(stream, limits.pdf_stream_bytes)
    content = stream.read_bytes()
    with contextlib.suppress(DamagedError):  # no operators: a colour profile, a character map
        strings = operators.strings_of_text(stream, content)
        if strings is not None:
            return "\n".join(map(_decoded, strings))
    narrow = [run.decode("ascii") for run in _PRINTABLE.findall(content)]
    wide = [run.replace(b"\0", b"").decode("ascii") for run in _WIDE.findall(content)]
    return "\n".join(narrow + wide)


def _decoded(string: bytes) -> str:
    """A shown string as text: its bytes, or every second one where the font takes two a letter."""
    if len(string) % 2 == 0 and string[::2].count(0) * 2 > len(string) // 2:
        return string.decode("utf-16-be", "replace")
    return string.decode("latin-1")
