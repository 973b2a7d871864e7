"""Text in element trees: places that hold it, passages that read as one, and edits to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto

from handoff.documents.splice import splice
from handoff.documents.trees import Element
from handoff.model import Redaction, TextUnit, UnitKind

# Namespaces whose readers trim text unless told otherwise.
_TRIMMING = (
    "{http://schemas.openxmlformats.org/wordprocessingml/",
    "{http://schemas.openxmlformats.org/spreadsheetml/",
)
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class Side(Flag):
    """Which reading of a document with tracked changes a piece belongs to."""

    OLD = auto()
    NEW = auto()
    BOTH = OLD | NEW


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in an lxml tree where a string stands: an element's text, tail or attribute."""

    element: Element
    attribute: str = ""
    tail: bool = False

    def get(self) -> str:
        """The string, "" if there is none."""
        if self.attribute:
            return str(self.element.get(self.attribute, ""))
        return str((self.element.tail if self.tail else self.element.text) or "")

    def set(self, text: str) -> None:
        """Put `text` there; an element whose text begins or ends blank is told to keep it."""
        if self.attribute:
            self.element.set(self.attribute, text)
        elif self.tail:
            self.element.tail = text
        else:
            self.element.text = text
            if text != text.strip() and str(self.element.tag).startswith(_TRIMMING):
                self.element.set(XML_SPACE, "preserve")


@dataclass(slots=True)
class Piece:
    """A part of a passage: a slot, or a virtual character (a tab, a line break) without one."""

    text: str
    slot: Slot | None = None
    side: Side = Side.BOTH


@dataclass(slots=True)
class Passage:
    """Pieces that a person reads as one, such as the runs of a paragraph.

    With tracked changes it has two readings, the text before and after them; each is a unit, so
    that a name is found whole in either.
    """

    unit_id: str
    kind: UnitKind
    place: str
    pieces: list[Piece] = field(default_factory=list)
    context: str = ""

    def units(self) -> Iterator[TextUnit]:
        """The passage's one or two readings that are not blank."""
        new = self._reading(Side.NEW)
        if new.strip():
            yield TextUnit(self.unit_id, self.kind, new, self.place, self.context)
        old = self._reading(Side.OLD)
        # Even where both read alike, they stand in different runs, and both must be redacted.
        if old.strip() and any(piece.side is Side.OLD for piece in self.pieces):
            yield TextUnit(
                f"{self.unit_id}~old", UnitKind.TRACKED, old, f"{self.place} before changes"
            )

    def apply(self, groups: Mapping[str, Sequence[Redaction]]) -> None:
        """Write the redactions of both readings into the slots.

        Where spans of the two readings overlap their union is removed; each redaction's
        replacement stands at its first character that no other one has removed already.
        """
        edits = _Edits(sum(len(piece.text) for piece in self.pieces))
        for unit_id, side in ((self.unit_id, Side.NEW), (f"{self.unit_id}~old", Side.OLD)):
            if unit_id in groups:
                positions = self._positions(side)
                for redaction in groups[unit_id]:
                    finding = redaction.finding
                    edits.remove(positions[finding.start : finding.end], redaction.replacement)
        if edits.any:
            self._write(edits)

    def _reading(self, side: Side) -> str:
        return "".join(piece.text for piece in self.pieces if piece.side & side)

    def _positions(self, side: Side) -> list[int]:
        """For each character of a reading, its index in the passage as a whole."""
        positions: list[int] = []
        start = 0
        for piece in self.pieces:
            if piece.side & side:
                positions.extend(range(start, start + len(piece.text)))
            start += len(piece.text)
        return positions

    def _write(self, edits: _Edits) -> None:
        start = 0
        carried = ""
        for piece in self.pieces:
            end = start + len(piece.text)
            text = edits.result(piece.text, start)
            if piece.slot is None:
                # A redaction that begins at a tab or break is written into the next slot.
                carried += "".join(edits.inserted(start, end))
            elif carried or text != piece.text:
                piece.slot.set(carried + text)
                carried = ""
            start = end
        if carried:
            self._append(carried)

    def _append(self, text: str) -> None:
        last = next((piece.slot for piece in reversed(self.pieces) if piece.slot), None)
        if last is not None:
            last.set(last.get() + text)


@dataclass(slots=True)
class SharedValue:
    """A string that stands in several slots alike, such as one attribute's value: one unit."""

    unit_id: str
    kind: UnitKind
    place: str
    text: str
    slots: list[Slot] = field(default_factory=list)
    context: str = ""

    def units(self) -> Iterator[TextUnit]:
        """The one unit."""
        yield TextUnit(self.unit_id, self.kind, self.text, self.place, self.context)

    def apply(self, groups: Mapping[str, Sequence[Redaction]]) -> None:
        """Write the redacted value into every slot."""
        if self.unit_id in groups:
            text = splice(self.text, groups[self.unit_id])
            for slot in self.slots:
                slot.set(text)


class _Edits:
    """Characters to remove from a passage, and what to put where."""

    def __init__(self, length: int) -> None:
        self._removed = bytearray(length)
        self._inserted: dict[int, str] = {}
        self.any = False

    def remove(self, positions: Sequence[int], replacement: str) -> None:
        fresh = [position for position in positions if not self._removed[position]]
        if fresh:
            self._inserted[fresh[0]] = replacement
            self.any = True
        for position in fresh:
            self._removed[position] = 1

    def inserted(self, start: int, end: int) -> Iterator[str]:
        return (self._inserted[at] for at in range(start, end) if at in self._inserted)

    def result(self, text: str, start: int) -> str:
        """What is left of the piece `text` that begins at `start`."""
        if not any(self._removed[start : start + len(text)]):
            return text
        return "".join(
            self._inserted.get(at, "") + ("" if self._removed[at] else char)
            for at, char in enumerate(text, start)
        )
