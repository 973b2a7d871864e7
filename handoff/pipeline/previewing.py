"""`handoff redact --preview`: what a document was beside what becomes of it, for a person to check.

One HTML file a document, whole in itself: pictures are in it, nothing is loaded, there is no
script. It holds the text that was redacted, so it is written for its owner alone, and only where
asked.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.documents.base import DocumentFormat, Door
from handoff.errors import DocumentError
from handoff.model import Redaction, TextUnit, UnitKind
from handoff.pipeline.preview_html import page, row, table, write

if TYPE_CHECKING:
    from handoff.documents.sheets import Area, Sheet

_HUES = 12


@dataclass(frozen=True, slots=True)
class Look:
    """A document before it is written anew.

    Attributes:
        handler: its format.
        units: what was read.
        redactions: of these.
        sheets: its pages, drawn, with what is to be redacted.
    """

    handler: DocumentFormat
    units: Sequence[TextUnit] = field(repr=False)
    redactions: Sequence[Redaction] = field(repr=False)
    sheets: Sequence[Sheet] = field(repr=False)


def look(
    handler: DocumentFormat,
    untrusted: bytes,
    door: Door,
    units: Sequence[TextUnit],
    redactions: Sequence[Redaction],
) -> Look:
    """Draw a document that `door` has read; what cannot be drawn is shown as text alone."""
    from handoff.documents.sheets import before

    return Look(handler, units, redactions, before(handler, untrusted, redactions, door))


def write_page(path: Path, looked: Look, produced: bytes, door: Door, trouble: str = "") -> None:
    """Write the page of one document.

    Args:
        path: the file, `NUMBER.html`.
        looked: the document as it was.
        produced: what was written.
        door: a fresh one.
        trouble: why it is held all the same, "" if it is not.

    Raises:
        OutputExistsError, DiskFullError, PermissionsError: it cannot be written.
    """
    from handoff.documents.sheets import after

    pages = after(looked.handler, produced, door)
    try:
        reread = looked.handler.reread(produced, door)
    except DocumentError:
        reread = ()
    write(path, _document(path.stem, looked, pages, reread, trouble))


def _document(
    number: str, looked: Look, pages: Sequence[Sheet], reread: Sequence[TextUnit], trouble: str
) -> str:
    counts = Counter(redaction.finding.entity for redaction in looked.redactions)
    hues = {entity: index % _HUES for index, entity in enumerate(sorted(counts))}
    legend = "".join(
        f'<li><mark class="e{hue}">{entity}</mark> {counts[entity]}</li>'
        for entity, hue in hues.items()
    )
    parts = [
        '<p><a href="index.html">All documents</a></p>',
        f'<p class="HELD"><b>HELD:</b> {escape(trouble)}</p>' if trouble else "",
        f"<ul class=legend>{legend or '<li>nothing was redacted</li>'}</ul>",
        _sheets(looked, pages, hues),
        _texts(looked, hues),
        _second_reading(looked.handler, reread),
    ]
    return page(f"{number}, {looked.handler.name}", "".join(parts))


def _sheets(looked: Look, pages: Sequence[Sheet], hues: Mapping[str, int]) -> str:
    if not looked.sheets and not pages:
        return "<p>This document cannot be drawn here; see its text below.</p>"
    rows = []
    for index in range(max(len(looked.sheets), len(pages))):
        left = _drawn(looked.sheets, index, "before", looked.redactions, hues)
        right = _drawn(pages, index, "after", (), hues)
        rows.append(f"<div class=pair>{left}{right}</div>")
    return f"<h2>Pages, before and after</h2>{''.join(rows)}"


def _drawn(
    sheets: Sequence[Sheet],
    index: int,
    when: str,
    redactions: Sequence[Redaction],
    hues: Mapping[str, int],
) -> str:
    if index >= len(sheets):
        return "<figure><figcaption>no such page</figcaption></figure>"
    one = sheets[index]
    caption = f"page {index + 1}, {when}"
    boxes = "".join(_box(area, redactions[area.redaction], hues) for area in one.areas)
    data = base64.b64encode(one.picture).decode()
    width, height = one.size
    image = (
        f'<img src="data:image/jpeg;base64,{data}" width={width} height={height} alt="{caption}">'
    )
    return (
        f"<figure><figcaption>{caption}</figcaption><div class=sheet>{image}{boxes}</div></figure>"
    )


def _box(area: Area, redaction: Redaction, hues: Mapping[str, int]) -> str:
    share = (area.left, area.top, area.width, area.height)
    left, top, width, height = (f"{100 * value:.3f}%" for value in share)
    style = f"left:{left};top:{top};width:{width};height:{height}"
    reason, hue = escape(why(redaction)), hues[redaction.finding.entity]
    named = f'title="{reason}" aria-label="{reason}"'
    return f'<span class="box e{hue}" role=img tabindex=0 {named} style="{style}"></span>'


def why(redaction: Redaction) -> str:
    """The reason of a redaction in words: kind, rule, score, what stands there now."""
    finding = redaction.finding
    now = redaction.replacement or "nothing"
    return f"{finding.entity}, by {finding.recognizer}, score {finding.score:.2f}; becomes {now}"


def _texts(looked: Look, hues: Mapping[str, int]) -> str:
    by_unit: dict[str, list[Redaction]] = {}
    for redaction in looked.redactions:
        by_unit.setdefault(redaction.finding.unit_id, []).append(redaction)
    rows = "".join(_unit(unit, by_unit.get(unit.unit_id, ()), hues) for unit in looked.units)
    shown = table(("Place", "Before", "After"), rows)
    note = "<p>Every piece of text that was read, and what is to stand there.</p>"
    return f"<h2>Text, before and after</h2>{note}{shown}"


def _unit(unit: TextUnit, redactions: Sequence[Redaction], hues: Mapping[str, int]) -> str:
    place = escape(unit.place or unit.kind.value)
    if unit.kind is not UnitKind.BODY:
        place += f" <small>{unit.kind.value.replace('_', ' ')}</small>"
    old = _marked(
        unit.text, [(r, unit.text[r.finding.start : r.finding.end]) for r in redactions], hues
    )
    new = _marked(unit.text, [(r, r.replacement) for r in redactions], hues)
    return row(place, old, new)


def _marked(text: str, marks: Sequence[tuple[Redaction, str]], hues: Mapping[str, int]) -> str:
    """`text` with the words given in place of each redaction's span, marked."""
    pieces: list[str] = []
    done = 0
    for redaction, words in marks:
        pieces += (escape(text[done : redaction.finding.start]), _mark(words, redaction, hues))
        done = redaction.finding.end
    return "".join([*pieces, escape(text[done:])])


def _mark(text: str, redaction: Redaction, hues: Mapping[str, int]) -> str:
    hue = hues[redaction.finding.entity]
    return f'<mark class="e{hue}" title="{escape(why(redaction))}">{escape(text)}</mark>'


def _second_reading(handler: DocumentFormat, units: Sequence[TextUnit]) -> str:
    rows = "".join(
        row(escape(unit.place or unit.kind.value), escape(unit.text))
        for unit in units
        if unit.kind is not UnitKind.RAW and unit.text.strip()
    )
    shown = table(("Place", "Text"), rows)
    reader = escape(handler.readers[1])
    return f"<h2>The redacted document, as {reader} reads it</h2>{shown}"
