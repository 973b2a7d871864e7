"""Files embedded in a PDF: each is a document of its own, and goes through the door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pikepdf

from handoff.documents.base import Door, RewrittenPart
from handoff.documents.pdf.objects import tree_items
from handoff.documents.pdf.streams import require_bounded
from handoff.errors import DamagedError
from handoff.model import Redaction, TextUnit


def _prefix(number: int) -> str:
    return f"file{number}"


def _place(number: int) -> str:
    return f"attachment {number}"


def units(files: Sequence[bytes], door: Door) -> Iterator[TextUnit]:
    """Units of every file that is not withheld.

    Raises:
        DocumentError: a file cannot be read, and the profile holds the whole document for it.
    """
    for number, content in enumerate(files, 1):
        yield from door.read_part(lambda: content, _prefix(number), _place(number))  # noqa: B023


def rewritten(
    files: Sequence[bytes], redactions: Sequence[Redaction], door: Door
) -> list[RewrittenPart]:
    """The files, redacted, a note in place of each that is withheld.

    Raises:
        DocumentError: as for `units`.
    """
    return [
        door.rewrite_part(lambda: content, _prefix(number), _place(number), redactions)  # noqa: B023
        for number, content in enumerate(files, 1)
    ]


def attach(pdf: pikepdf.Pdf, parts: Sequence[RewrittenPart]) -> None:
    """Embed `parts` in a scrubbed document under neutral names (ISO 32000-1, 7.11.4)."""
    names = pikepdf.Array()
    for number, part in enumerate(parts, 1):
        name = pikepdf.String(f"attachment-{number:04}{part.extension}")
        stream = pdf.make_stream(part.content, Type=pikepdf.Name.EmbeddedFile)
        stream["/Subtype"] = pikepdf.Name("/" + part.media_type)
        names.extend(
            [
                name,
                pdf.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.Filespec,
                        F=name,
                        UF=name,
                        EF=pikepdf.Dictionary(F=stream),
                    )
                ),
            ]
        )
    if len(names):
        pdf.Root["/Names"] = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))


def reread(pdf: pikepdf.Pdf, door: Door) -> Iterator[TextUnit]:
    """Units of the embedded files of a document that `attach` made, by their other readers."""
    names = pdf.Root.get("/Names")
    root = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    for number, (_, entry) in enumerate(tree_items(root, "/Names"), 1):
        files = entry.get("/EF") if isinstance(entry, pikepdf.Dictionary) else None
        stream = files.get("/F") if isinstance(files, pikepdf.Dictionary) else None
        if not isinstance(stream, pikepdf.Stream):
            raise DamagedError("an attachment of the redacted PDF cannot be read")
        require_bounded(stream, door.limits.pdf_stream_bytes)
        yield from door.reread(stream.read_bytes(), _prefix(number), _place(number))
