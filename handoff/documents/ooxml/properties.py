"""Document properties: read, so that the names in them are sought everywhere, and never written."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from handoff.documents.invisible import visible
from handoff.documents.ooxml import xmlio
from handoff.documents.ooxml.package import Package, Part
from handoff.model import TextUnit, UnitKind

_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_APP = "application/vnd.openxmlformats-officedocument.extended-properties+xml"
_CUSTOM = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_READ = {
    _CORE: {
        "creator", "lastModifiedBy", "title", "subject", "description", "keywords", "category",
    },
    _APP: {"Company", "Manager"},
    _CUSTOM: {"lpwstr", "lpstr", "bstr"},
}  # fmt: skip


def removed_units(package: Package) -> Iterator[TextUnit]:
    """Units for the values of core, application and custom properties that people fill in.

    The parts themselves are dropped; raises what `xmlio.parse` raises.
    """
    number = 0
    for part in package.parts.values():
        for label, text in _values(part):
            number += 1
            place = f"document property {label}"
            yield TextUnit(f"property.{number}", UnitKind.METADATA, text, place)


def _values(part: Part) -> Iterator[tuple[str, str]]:
    wanted = _READ.get(part.content_type)
    if wanted is None:
        return
    for element in xmlio.parse(part.content, "document properties").iter(etree.Element):
        label = etree.QName(element).localname
        text = visible(element.text or "")
        if label in wanted and text.strip():
            yield label if part.content_type != _CUSTOM else "of the firm's own", text
