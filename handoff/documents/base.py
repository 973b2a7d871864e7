"""The one interface behind which every document format stands.

A format is one module with one class; `handoff.documents.registry` lists them. All parsing of
untrusted bytes happens in here, in a worker process, and every failure is a `DocumentError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from handoff.documents.opened import Opened
from handoff.errors import DocumentError
from handoff.model import DocumentOptions, Redaction, TextUnit


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a document may ask of us. Sizes in bytes.

    The defaults are the starting points of the design notes; `config.yaml` may change them.
    """

    input_bytes: int = 200_000_000
    archive_entries: int = 5_000
    archive_bytes: int = 500_000_000
    archive_ratio: int = 100
    depth: int = 4
    pdf_pages: int = 5_000
    pdf_stream_bytes: int = 256_000_000
    image_pixels: int = 100_000_000
    engine_memory: int = 1_000_000_000


Content = Callable[[], bytes]
"""Gives a part's bytes; raises a `DocumentError` where they cannot be had."""


class Door(Protocol):
    """The way back through the front door, for documents inside documents (attachments).

    Applies the same sniffing, the same limits and a maximum depth to what is inside.
    """

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        ...

    @property
    def options(self) -> DocumentOptions:
        """What the profile says of tracked changes, attachments, boxes and pictures."""
        ...

    def withhold(self, place: str, cause: DocumentError) -> None:
        """Record that the part at `place` stays here while the rest of its document goes.

        Raises `cause` where the profile holds the whole document for such a part.
        """
        ...

    def refusal(self, unit_prefix: str) -> DocumentError | None:
        """Why the part of this prefix is withheld, None where it is not."""
        ...

    def read_part(self, content: Content, unit_prefix: str, place: str) -> tuple[TextUnit, ...]:
        """As `read`; where the profile allows it, a part that cannot be read is withheld instead.

        `content` gives the part's bytes, or raises why there are none to be had.
        """
        ...

    def rewrite_part(
        self, content: Content, unit_prefix: str, place: str, redactions: Sequence[Redaction]
    ) -> RewrittenPart:
        """As `rewrite`; a note in place of a part that was, or now has to be, withheld."""
        ...

    @property
    def opened(self) -> Opened:
        """Where `read` leaves what `rewrite` of the same bytes can go on with."""
        ...

    def read(self, untrusted: bytes, unit_prefix: str, place: str) -> tuple[TextUnit, ...]:
        """Units of the inner document, their ids prefixed by `unit_prefix + "/"`."""
        ...

    def rewrite(
        self, untrusted: bytes, unit_prefix: str, redactions: Sequence[Redaction]
    ) -> RewrittenPart:
        """The inner document with those of `redactions` applied whose unit ids carry the prefix."""
        ...

    def reread(self, produced: bytes, unit_prefix: str, place: str) -> tuple[TextUnit, ...]:
        """Units of a rewritten inner document by its independent reader."""
        ...


@dataclass(frozen=True, slots=True)
class RewrittenPart:
    """A rewritten inner document and the type it now has."""

    content: bytes
    media_type: str
    extension: str


class DocumentFormat(Protocol):
    """One format: read whole, rewrite in its own format, read again by other means.

    Every method raises `handoff.errors.DocumentError` subclasses and nothing else for anything
    that a document can cause; error messages name places, never text or file names.
    """

    name: str
    """Short name for tables and logs: "docx"."""
    media_type: str
    """The media type of what `rewrite` gives back."""
    extension: str
    """The file extension of what `rewrite` gives back, with its dot."""
    readers: tuple[str, str]
    """Names of the library `read` uses and of the one `reread` uses; they must differ."""

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether these bytes claim to be of this format, by content alone; must be cheap."""
        ...

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every place of the document where text can stand, or an error: never a part of it."""
        ...

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The document with `redactions` applied and everything that is no content scrubbed.

        `redactions` refer to the units that `read` gives for the same bytes; within a unit they
        do not overlap and are ordered.
        """
        ...

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All text in `produced`, raw places included, by another reader than `read` uses."""
        ...
