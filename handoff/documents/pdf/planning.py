"""From redactions to what has to be done: on which page, in which picture, beside the pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handoff.documents import ocr
from handoff.documents.pdf.boxes import Box
from handoff.documents.pdf.drawing import Drawing, Path
from handoff.documents.pdf.engine import Document
from handoff.documents.pdf.inspection import could_be_a_word, could_be_letters
from handoff.documents.pdf.layout import PageText
from handoff.documents.pdf.locate import Mark, PagePlan, plan_page
from handoff.documents.pdf.survey import Survey, picture_prefix, seen_prefix
from handoff.errors import DamagedError
from handoff.model import Redaction

_BESIDE = re.compile(
    r"(?:bookmark|label|info|xmp|link|field|note|filename)\.\d+|file\d+/.*", re.DOTALL
)
_ON_PAGE = re.compile(r"(p|seen)(\d{1,9})\.\w+")
_IN_PICTURE = re.compile(r"picture(\d{1,9})\.(\d{1,9})\.\w+")
_WITHIN = 1.5
"""Points by which a path may stand out of the box that hides it."""
_MOSTLY = 0.3
"""Share of a shape under a box from which it is taken for a part of what is hidden."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Redactions by where they apply: text and drawn look of pages by index, pictures by number."""

    texts: Mapping[int, list[Redaction]]
    seen: Mapping[int, list[Redaction]]
    pictures: Mapping[int, list[Redaction]]


def sort(redactions: Sequence[Redaction]) -> Sorted:
    """Sort by unit id; what stands beside the pages is left out.

    Raises:
        DamagedError: an id that no unit of a PDF has.
    """
    texts: dict[int, list[Redaction]] = defaultdict(list)
    seen: dict[int, list[Redaction]] = defaultdict(list)
    pictures: dict[int, list[Redaction]] = defaultdict(list)
    for redaction in redactions:
        unit = redaction.finding.unit_id
        if match := _ON_PAGE.fullmatch(unit):
            (texts if match[1] == "p" else seen)[int(match[2]) - 1].append(redaction)
        elif match := _IN_PICTURE.fullmatch(unit):
            pictures[int(match[1])].append(redaction)
        elif not _BESIDE.fullmatch(unit):
            raise _other_reading()
    return Sorted(texts, seen, pictures)


def plans(document: Document, survey: Survey, found: Sorted, *, quantised: bool) -> list[PagePlan]:
    """A plan for every page on which there is something to do, or something to be checked.

    A page without redactions must keep its letters too, if it shares a stream with one that has
    some.

    Raises:
        DamagedError: a redaction points to what is not there.
    """
    count = len(survey.pages)
    if any(not 0 <= index < count for index in (*found.texts, *found.seen)):
        raise _other_reading()
    changed = {number for index in found.texts for number in survey.pages[index].shared}
    result = []
    for index, surveyed in enumerate(survey.pages):
        marks = tuple(_marks(index, surveyed.seen, found.seen.get(index, [])))
        as_picture = surveyed.as_picture or bool(marks)
        redactions = found.texts.get(index, [])
        if not redactions and not as_picture and changed.isdisjoint(surveyed.shared):
            continue
        text = surveyed.text or _text_of(document, index)
        plan = plan_page(index, text, redactions, quantised=quantised)
        result.append(replace(plan, marks=marks, as_picture=as_picture))
    return result


def _text_of(document: Document, index: int) -> PageText:
    with document.page(index) as page:
        return PageText(page.chars())


def _marks(index: int, seen: ocr.OcrPage | None, redactions: Sequence[Redaction]) -> list[Mark]:
    found: list[Mark] = []
    for redaction in redactions:
        boxes = _boxes(seen, redaction, seen_prefix(index))
        widest = max(boxes, key=lambda box: box.right - box.left)
        found.extend(Mark(box, redaction.replacement if box is widest else "") for box in boxes)
    return found


def burns(survey: Survey, found: Sorted) -> dict[int, list[ocr.Box]]:
    """Boxes to burn into pictures, by object number.

    Raises:
        DamagedError: a redaction points to what is not there.
    """
    hits: dict[int, list[ocr.Box]] = {}
    for number, redactions in found.pictures.items():
        faces = survey.pictures.get(number, ())
        for redaction in redactions:
            face = int(redaction.finding.unit_id.split(".")[1])
            seen = faces[face] if face < len(faces) else None
            boxes = _boxes(seen, redaction, picture_prefix(number, face))
            hits.setdefault(number, []).extend(boxes)
    return hits


def _boxes(seen: ocr.OcrPage | None, redaction: Redaction, prefix: str) -> Sequence[ocr.Box]:
    try:
        boxes = () if seen is None else seen.boxes(redaction.finding, prefix)
    except (KeyError, IndexError, ValueError):
        boxes = ()
    if not boxes:
        raise _other_reading()
    return boxes


def _other_reading() -> DamagedError:
    return DamagedError("the PDF does not read as it did the first time")


def under(drawing: Drawing, boxes: Sequence[Box]) -> list[Path] | None:
    """The paths that lie under `boxes` and so could tell what is hidden; None if not all can go.

    Rules and fills that are larger than a box stay, for they tell nothing.
    """
    found = []
    for path in drawing.paths:
        hides = [box for box in boxes if _touches(path, box)]
        if any(_contains(box, path) for box in hides):
            if not path.handle:
                return None
            found.append(path)
        elif hides and could_be_letters(path) and any(_mostly(box, path) for box in hides):
            return None
    return found


def _touches(path: Path, box: Box) -> bool:
    one, other = path.box, box.area
    across = one.left < other.right and other.left < one.right
    return across and one.bottom < other.top and other.bottom < one.top


def _contains(box: Box, path: Path) -> bool:
    area = box.area.grown(_WITHIN, _WITHIN)
    inside = area.left <= path.box.left and path.box.right <= area.right
    return inside and area.bottom <= path.box.bottom and path.box.top <= area.top


def _mostly(box: Box, path: Path) -> bool:
    """Whether a good part of the path, or a whole word of it, may be under the box."""
    common = path.box.clipped(box.area)
    share = common.width * common.height / max(path.box.width * path.box.height, 0.01)
    return share > _MOSTLY or could_be_a_word(path)
