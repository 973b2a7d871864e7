"""Plain text as paragraphs: the units of TXT files and of the text parts of mail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from handoff.documents.splice import edited
from handoff.model import Redaction, TextUnit, UnitKind

# Atomic, so that one \r\n is never taken for two line ends.
_END = r"(?>\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])"
_BREAK = re.compile(_END + r"[ \t]*" + _END + r"\s*")
MAX_PARAGRAPH = 50_000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of text with the separator that follows it, verbatim."""

    text: str = field(repr=False)
    separator: str = field(repr=False)


def paragraphs(text: str) -> Iterator[Paragraph]:
    """`text` cut at blank lines (and, if longer than MAX_PARAGRAPH, at line ends).

    Joining all texts and separators gives `text` back, so line ends of any kind are kept.
    """
    start = 0
    for match in _BREAK.finditer(text):
        yield from _bounded(text[start : match.start()], match.group())
        start = match.end()
    if start < len(text):
        yield from _bounded(text[start:], "")


def units(text: str, prefix: str, place: str) -> Iterator[TextUnit]:
    """The paragraphs of `text` as units `{prefix}{n}`, those of blanks left out."""
    for number, paragraph in enumerate(paragraphs(text), 1):
        if paragraph.text.strip():
            yield TextUnit(
                f"{prefix}{number}", UnitKind.BODY, paragraph.text, f"{place}paragraph {number}"
            )


def rewritten(text: str, prefix: str, groups: Mapping[str, list[Redaction]]) -> str:
    """`text` with the redactions of the units that `units` made applied."""
    return "".join(
        edited(paragraph.text, f"{prefix}{number}", groups) + paragraph.separator
        for number, paragraph in enumerate(paragraphs(text), 1)
    )


def _bounded(text: str, separator: str) -> Iterator[Paragraph]:
    """Cut overlong paragraphs, so that no unit makes a recognizer work on megabytes at once."""
    start = 0
    while len(text) - start > MAX_PARAGRAPH:
        cut = _cut(text, start)
        yield Paragraph(text[start:cut], "")
        start = cut
    yield Paragraph(text[start:], separator)


def _cut(text: str, start: int) -> int:
    """Where to cut: after the last line end, or else blank, in the second half of the window."""
    end = start + MAX_PARAGRAPH
    for blank in ("\n", "\r", ". ", " "):
        found = text.rfind(blank, start + MAX_PARAGRAPH // 2, end)
        if found >= 0:
            return found + len(blank)
    return end
