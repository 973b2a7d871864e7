"""A picture as a `DocumentFormat`: one class, made for each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handoff.documents.base import Door
from handoff.documents.ocr import OcrPage, recognize
from handoff.documents.pictures.decode import Frame, frames
from handoff.documents.pictures.encode import encode
from handoff.documents.pictures.kinds import KINDS, Kind, kind_of
from handoff.documents.pictures.paint import Patch, burn
from handoff.documents.pictures.reread import units_of
from handoff.documents.pictures.strings import raw_unit
from handoff.errors import DamagedError, UnsafeContentError
from handoff.model import Redaction, TextUnit

_BY_HAND = "cover them by hand and send under a profile that keeps them"


@dataclass(frozen=True, slots=True)
class ReadPages:
    """What `read` found out, for `rewrite`: the words of every page, without its pixels."""

    pages: list[OcrPage] = field(repr=False)


class PictureFormat:
    """Pictures of one kind: every page read by OCR, findings burnt over, written anew.

    Args:
        kind: which.
    """

    readers = ("tesserocr", "rapidocr")

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.name = kind.name
        self.media_type = kind.media_type
        self.extension = kind.extension

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the file begins as this kind does."""
        return kind_of(untrusted) is self._kind

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """One unit a paragraph of every page.

        What is beside the pixels (EXIF, XMP, comments, thumbnails, ...) is dropped whole at
        `rewrite`, so it gives no units.

        Raises:
            ScanError: a page has writing that no engine reads.
            DocumentError: the picture cannot be read whole.
        """
        _require_coverable(door)
        pages, units = ReadPages([]), list[TextUnit]()
        for number, frame in enumerate(frames(untrusted, self._kind, door.limits), 1):
            page = _trusted(frame, number)
            pages.pages.append(page)
            units += page.units(_prefix(number), _place(number))
        door.opened.keep(untrusted, pages)
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The picture with boxes over `redactions`, and nothing in the file beside its pixels.

        Raises:
            DocumentError: the picture cannot be read whole.
        """
        kept = door.opened.take(untrusted, ReadPages)
        quantised = door.options.box_widths == "quantised"

        def burnt() -> Iterator[Frame]:
            for number, frame in enumerate(frames(untrusted, self._kind, door.limits), 1):
                page = kept.pages[number - 1] if kept else _trusted(frame, number)
                burn(frame.image, _patches(page, number, redactions), quantised=quantised)
                yield frame

        return encode(burnt(), self._kind)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every page by the other engine, and all text in the file's bytes.

        Raises:
            DocumentError: what was produced cannot be read.
        """
        kind = kind_of(produced)
        if kind is None:
            raise DamagedError("the rewritten picture cannot be read again")
        units = [raw_unit(produced)]
        for number, frame in enumerate(frames(produced, kind, door.limits), 1):
            units += units_of(frame.image, _prefix(number), _place(number))
        return tuple(units)


def picture_formats() -> tuple[PictureFormat, ...]:
    """One format for every kind of picture."""
    return tuple(map(PictureFormat, KINDS))


def _require_coverable(door: Door) -> None:
    """Fail closed where the profile asks for what no detector here can do reliably."""
    for what in ("faces", "signatures"):
        if getattr(door.options, what) == "redact":
            raise UnsafeContentError(
                f"the profile asks to cover {what}, which are not looked for", _BY_HAND
            )


def _trusted(frame: Frame, number: int) -> OcrPage:
    page = recognize(frame.image)
    page.require_trusted(_place(number))
    return page


def _patches(page: OcrPage, number: int, redactions: Sequence[Redaction]) -> Iterator[Patch]:
    """The boxes of each redaction on this page; its words stand in the widest of them."""
    prefix = _prefix(number)
    for redaction in redactions:
        if redaction.finding.unit_id.startswith(prefix):
            boxes = page.boxes(redaction.finding, prefix)
            widest = max(boxes, key=lambda box: box.right - box.left, default=None)
            for box in boxes:
                yield Patch(box, redaction.replacement if box is widest else "")


def _prefix(number: int) -> str:
    return f"p{number}/"


def _place(number: int) -> str:
    return f"page {number}"
