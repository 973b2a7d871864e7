"""What Word, Excel and PowerPoint documents share as formats; a subclass says which dialect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from handoff.documents.base import Door
from handoff.documents.ooxml.document import Dialect, read_document, rewritable
from handoff.documents.ooxml.recognize import has_main_part
from handoff.documents.ooxml.reread import reread_package
from handoff.documents.ooxml.shown import shown_units
from handoff.model import Redaction, TextUnit


class OoxmlFormat:
    """Every part by lxml, kept by allow-list, rebuilt under names of our own; reread by expat."""

    dialect: ClassVar[Dialect]
    extension: str
    readers = ("lxml", "expat")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes are a ZIP whose content types name the dialect's main part."""
        return has_main_part(untrusted, self.dialect.main)

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every paragraph, field code and other string; raises what `load` raises."""
        return tuple(read_document(untrusted, door, self.dialect).units())

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The document redacted and rebuilt; raises what `load` raises."""
        return rewritable(untrusted, door, self.dialect).rewrite(redactions, door)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All text, attributes and names of all parts by expat over our own ZIP walk.

        And what LibreOffice shows, where the profile says so.
        """
        units = reread_package(produced, door)
        if door.options.office_recheck == "libreoffice":
            units += shown_units(produced, self.extension)
        return units
