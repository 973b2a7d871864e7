"""Names of XML namespaces: those of public vocabularies stay; one with a finding gets a new name.

A namespace is a URI (Namespaces in XML 1.0, 2.1), so it looks like an address of the web in every
file. That a file is written in a vocabulary of the W3C or of XBRL tells nothing about anybody;
whose server the others lie on may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from handoff.documents.trees import Element
from handoff.model import Redaction, TextUnit, UnitKind

# Bodies and programs that publish vocabularies for everybody.
_PUBLIC_NAMES = """
    w3.org openxmlformats.org microsoft.com oasis-open.org openoffice.org libreoffice.org
    purl.org purl.oclc.org dublincore.org xmlsoap.org ietf.org iso.org unece.org un.org xbrl.org
    fasb.org ifrs.org sec.gov irs.gov nist.gov loc.gov niem.gov europa.eu esma.europa.eu
    legalxml.org docbook.org tei-c.org relaxng.org xml.org exslt.org opengis.net topografix.com
    garmin.com google.com apple.com adobe.com sitemaps.org openarchives.org hl7.org swift.com
    fixprotocol.org ecma.ch ecma-international.org rssboard.org schema.org ogp.me xmlns.com
    omg.org inkscape.org maven.apache.org springframework.org
"""
_PUBLIC = "|".join(map(re.escape, _PUBLIC_NAMES.split()))
_HOST = rf"https?://(?:[a-z0-9-]{{1,20}}\.){{0,3}}(?:{_PUBLIC})(?=[/#\"'}}]|$)"
_AUTHORITY = re.compile(_HOST)
# Where a namespace is declared in XML's own text, or stands in a name as expat gives it.
_DECLARED = re.compile(rf"(\bxmlns(?::[^\s=]{{1,200}})?\s*=\s*[\"']|\{{){_HOST}")


def without_authorities(text: str) -> str:
    """`text` with the hosts of public vocabularies taken out of its declarations and names."""
    return _DECLARED.sub(r"\1", text)


@dataclass(slots=True)
class Namespace:
    """A namespace that a file declares."""

    unit_id: str
    place: str
    uri: str = field(repr=False)

    def units(self) -> Iterator[TextUnit]:
        """The URI; without its host where that is a publisher of vocabularies."""
        text = _AUTHORITY.sub("", self.uri, count=1)
        if any(map(str.isalpha, text)):
            yield TextUnit(self.unit_id, UnitKind.METADATA, text, self.place)


def namespaces(root: Element) -> list[Namespace]:
    """Every namespace that is declared in the tree, each once."""
    uris = {uri for element in root.iter(etree.Element) for uri in element.nsmap.values() if uri}
    return [
        Namespace(f"u{number}", f"namespace {number}", uri)
        for number, uri in enumerate(sorted(uris), 1)
    ]


def renamed(
    root: Element, known: Sequence[Namespace], groups: Mapping[str, Sequence[Redaction]]
) -> Element:
    """The tree with a neutral name for each namespace of which something is to be redacted.

    A part of such a name cannot be replaced: it would be another namespace all the same.
    """
    found = [namespace.uri for namespace in known if namespace.unit_id in groups]
    if not found:
        return root
    return _rebuilt(root, {uri: f"urn:redacted:{n}" for n, uri in enumerate(found, 1)})


def _rebuilt(root: Element, new: Mapping[str, str]) -> Element:
    """A copy under other namespaces: lxml cannot change those of an element that is made."""
    copies: dict[Element, Element] = {}
    for element in root.iter(etree.Element):
        spaces = {prefix: new.get(uri, uri) for prefix, uri in element.nsmap.items()}
        above, tag = copies.get(element.getparent()), _moved(str(element.tag), new)
        if above is None:
            copy = etree.Element(tag, nsmap=spaces)
        else:
            copy = etree.SubElement(above, tag, nsmap=spaces)
        for name, value in element.attrib.items():
            copy.set(_moved(str(name), new), value)
        copy.text, copy.tail = element.text, element.tail
        copies[element] = copy
    return copies[root]


def _moved(name: str, new: Mapping[str, str]) -> str:
    uri, brace, local = name[1:].rpartition("}")
    return f"{{{new.get(uri, uri)}}}{local}" if brace else name
