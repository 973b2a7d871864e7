"""What was read in one picture: words with their boxes, and text units that lead back to them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from handoff.errors import ScanError
from handoff.model import Finding, TextUnit, UnitKind


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle in pixels of the picture given; `right` and `bottom` are just outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Pixels covered."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    def meet(self, other: Box) -> int:
        """How many pixels both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0

    def join(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def padded(self, by: int, size: tuple[int, int]) -> Box:
        """The box, larger by `by` pixels on each side, within a picture of `size`."""
        return Box(
            max(0, self.left - by),
            max(0, self.top - by),
            min(size[0], self.right + by),
            min(size[1], self.bottom + by),
        )


@dataclass(frozen=True, slots=True)
class OcrWord:
    """A word as an engine read it.

    Attributes:
        text: the word.
        box: where it stands.
        confidence: the engine's own, from 0 to 1.
        paragraph: number of its paragraph on the page; words of one stand together.
        line: number of its line on the page.
    """

    text: str = field(repr=False)
    box: Box
    confidence: float
    paragraph: int
    line: int


class Verdict(StrEnum):
    """Whether what was read is all there is to read."""

    TRUSTED = "trusted"
    WORDLESS = "wordless"
    """A picture without any writing: a photograph, a logo, an empty page."""
    DOUBTFUL = "doubtful"
    """Handwriting, or a scan too poor to read: what stands there is not known."""


@dataclass(frozen=True)
class OcrPage:
    """One picture, read.

    Attributes:
        size: width and height in pixels of the picture that was given.
        words: all words in reading order.
        verdict: whether the words are all there is.
    """

    size: tuple[int, int]
    words: tuple[OcrWord, ...]
    verdict: Verdict

    def units(
        self, prefix: str = "", place: str = "", kind: UnitKind = UnitKind.OCR
    ) -> tuple[TextUnit, ...]:
        """One unit a paragraph; ids are `prefix` + "t1", "t2", ...; lines end with a newline."""
        return tuple(
            TextUnit(f"{prefix}t{number}", kind, paragraph.text, place)
            for number, paragraph in enumerate(self._paragraphs, 1)
        )

    def boxes(self, finding: Finding, prefix: str = "") -> tuple[Box, ...]:
        """The boxes of every word that `finding` touches, joined line by line.

        Args:
            finding: of a unit that `units` gave with the same `prefix`.
            prefix: as given to `units`.

        Raises:
            KeyError: the unit is none of this page.
        """
        number = finding.unit_id.removeprefix(prefix)
        if not finding.unit_id.startswith(prefix) or not number.startswith("t"):
            raise KeyError(finding.unit_id)
        words = self._paragraphs[int(number[1:]) - 1].touched(finding.start, finding.end)
        return tuple(joined(line) for _, line in groupby(words, key=lambda word: word.line))

    def require_trusted(self, place: str) -> None:
        """Raise ScanError, naming `place`, if the verdict is DOUBTFUL."""
        if self.verdict is Verdict.DOUBTFUL:
            raise ScanError(f"{place}: handwriting or a scan too poor to read", places=(place,))

    @cached_property
    def _paragraphs(self) -> tuple[_Paragraph, ...]:
        grouped = groupby(self.words, key=lambda word: word.paragraph)
        return tuple(_Paragraph.of(tuple(words)) for _, words in grouped)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Text of a paragraph, and where in it each word begins."""

    text: str = field(repr=False)
    words: tuple[OcrWord, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, words: tuple[OcrWord, ...]) -> _Paragraph:
        pieces: list[str] = []
        starts: list[int] = []
        position = 0
        for before, word in zip((None, *words), words, strict=False):
            glue = "" if before is None else " " if before.line == word.line else "\n"
            starts.append(position + len(glue))
            pieces += (glue, word.text)
            position += len(glue) + len(word.text)
        return cls("".join(pieces), words, tuple(starts))

    def touched(self, start: int, end: int) -> Sequence[OcrWord]:
        """Words of which at least one character lies in the span."""
        first = max(0, bisect_right(self.starts, start) - 1)
        return [
            word
            for word, begin in zip(self.words[first:], self.starts[first:], strict=True)
            if begin < end and begin + len(word.text) > start
        ]


def joined(words: Iterable[OcrWord]) -> Box:
    """The smallest box around all of `words`, of which there must be one."""
    boxes = [word.box for word in words]
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
