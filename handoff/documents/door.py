"""The way back through the front door for documents inside documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from handoff.documents.base import Content, DocumentFormat, Limits, RewrittenPart
from handoff.documents.opened import Opened
from handoff.documents.registry import sniff
from handoff.documents.splice import strip_prefix
from handoff.documents.withheld import note
from handoff.errors import DocumentError, LimitError
from handoff.model import DocumentOptions, Redaction, TextUnit


@dataclass(frozen=True, slots=True)
class HouseDoor:
    """The Door of one document: give each document its own, it counts what has gone through.

    Attributes:
        limits: what applies to the document and to everything inside it.
        depth: how deep inside the outermost document we are, 0 for itself.
        opened: what was read last; shared with the doors of what is inside.
        options: what the profile says of documents.
        withheld: (place, cause) of parts that stay here, in order; shared likewise.
        refused: why a part stays here, by its unit prefix; what a first visit refused is refused
            in the second without another look, so that both come to the same verdict.
    """

    limits: Limits = field(default_factory=Limits)
    options: DocumentOptions = field(default_factory=DocumentOptions)
    depth: int = 0
    opened: Opened = field(default_factory=Opened, repr=False)
    withheld: list[tuple[str, DocumentError]] = field(default_factory=list, repr=False)
    refused: dict[str, DocumentError] = field(default_factory=dict, repr=False)
    _readable: set[str] = field(default_factory=set, repr=False)
    _spent: dict[str, int] = field(default_factory=dict, repr=False)
    _prefix: str = ""
    _place: str = ""

    def read(self, untrusted: bytes, unit_prefix: str, place: str) -> tuple[TextUnit, ...]:
        """See `handoff.documents.base.Door.read`; errors name `place`."""
        with _At(place):
            handler, inner = self._enter(untrusted, "read", unit_prefix, place)
            return _prefixed(handler.read(untrusted, inner), unit_prefix, place)

    def rewrite(
        self, untrusted: bytes, unit_prefix: str, redactions: Sequence[Redaction]
    ) -> RewrittenPart:
        """See `handoff.documents.base.Door.rewrite`."""
        handler, inner = self._enter(untrusted, "rewrite", unit_prefix)
        content = handler.rewrite(untrusted, strip_prefix(redactions, unit_prefix), inner)
        return RewrittenPart(content, handler.media_type, handler.extension)

    def reread(self, produced: bytes, unit_prefix: str, place: str) -> tuple[TextUnit, ...]:
        """See `handoff.documents.base.Door.reread`; errors name `place`."""
        with _At(place):
            handler, inner = self._enter(produced, "reread", unit_prefix, place)
            return _prefixed(handler.reread(produced, inner), unit_prefix, place)

    def withhold(self, place: str, cause: DocumentError) -> None:
        """See `handoff.documents.base.Door.withhold`; told twice of a place, it is noted once."""
        if self.options.attachments == "hold":
            raise cause
        whole = _joined(self._place, place)
        kept = [entry for entry in self.withheld if not _within(entry[0], whole)]
        self.withheld[:] = [*kept, (whole, cause)]

    def refusal(self, unit_prefix: str) -> DocumentError | None:
        """See `handoff.documents.base.Door.refusal`."""
        return self.refused.get(self._prefix + unit_prefix)

    def read_part(self, content: Content, unit_prefix: str, place: str) -> tuple[TextUnit, ...]:
        """See `handoff.documents.base.Door.read_part`."""
        key = self._prefix + unit_prefix
        if key in self.refused:
            self.withhold(place, self.refused[key])
            return ()
        try:
            units = self.read(content(), unit_prefix, place)
        except DocumentError as error:
            self._refuse(unit_prefix, place, error)
            return ()
        self._readable.add(key)
        return units

    def rewrite_part(
        self, content: Content, unit_prefix: str, place: str, redactions: Sequence[Redaction]
    ) -> RewrittenPart:
        """See `handoff.documents.base.Door.rewrite_part`."""
        key = self._prefix + unit_prefix
        if key not in self._readable and key not in self.refused:
            self.read_part(content, unit_prefix, place)
        if key not in self.refused:
            inside = replace(self, _place=_joined(self._place, place))
            try:
                return inside.rewrite(content(), unit_prefix, redactions)
            except DocumentError as error:
                self._refuse(unit_prefix, place, error)
        return note(place, self.refused[key])

    def _refuse(self, unit_prefix: str, place: str, cause: DocumentError) -> None:
        self.withhold(place, cause)
        self.refused[self._prefix + unit_prefix] = cause

    def _enter(
        self, untrusted: bytes, way: str, prefix: str, place: str = ""
    ) -> tuple[DocumentFormat, HouseDoor]:
        """Count `untrusted` against the limits and find its format."""
        if self.depth >= self.limits.depth:
            raise LimitError(f"documents are nested more than {self.limits.depth} deep")
        self._spent[way] = self._spent.get(way, 0) + len(untrusted)
        if self._spent[way] > self.limits.archive_bytes:
            raise LimitError("the documents inside this one are larger than the limit together")
        inner = replace(
            self,
            depth=self.depth + 1,
            _prefix=f"{self._prefix}{prefix}/",
            _place=_joined(self._place, place),
        )
        return sniff(untrusted, self.limits), inner


class _At:
    """Adds the place to a DocumentError that passes."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DocumentError) and self._place:
            raise type(error)(f"{self._place}: {error.message}", error.hint) from None


def _prefixed(units: Sequence[TextUnit], prefix: str, place: str) -> tuple[TextUnit, ...]:
    return tuple(
        replace(
            unit,
            unit_id=f"{prefix}/{unit.unit_id}",
            place=_joined(place, unit.place),
        )
        for unit in units
    )


def _joined(outer: str, inner: str) -> str:
    return ", ".join(filter(None, (outer, inner)))


def _within(place: str, whole: str) -> bool:
    """Whether `place` is `whole` or lies inside of it."""
    return place == whole or place.startswith(f"{whole}, ")
