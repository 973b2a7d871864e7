"""HTML pages in any encoding: text and readable attributes by lxml, the rest by allow-list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from handoff.documents.base import Door
from handoff.documents.encoding import Decoded, decode_declared
from handoff.documents.invisible import bare
from handoff.documents.mail.css import without_fonts
from handoff.documents.mail.html import HtmlText, load_html
from handoff.documents.packed import refuse_packed
from handoff.documents.splice import by_unit
from handoff.documents.txt import blocks
from handoff.errors import DamagedError, DocumentError
from handoff.model import Redaction, TextUnit, UnitKind

_HEAD = 4096
# HTML, "prescan a byte stream": the encoding named in the first kilobyte; XHTML names it earlier.
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]{1,40})")
_BEFORE = re.compile(r"(?:\s|<!--.*?-->|<\?[^>]*>)*", re.DOTALL)
_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|base|style|script|p|div|span|table|tr|h[1-6]|br"
    r"|hr|ul|ol|li|dl|a|font|center|section|article|main|header|nav|form|img|pre|blockquote"
    r"|strong|em|b|i|u)(?=[\s/>])",
    re.IGNORECASE,
)
_PAGE = re.compile(r"<(?:!doctype\s+html|html)(?=[\s/>])", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\s")
_BLOCK_NAMES = """
    address article aside blockquote body br caption dd details div dl dt fieldset figure
    figcaption footer form h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol p pre section
    summary table tbody td tfoot th thead title tr ul
"""
_BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
# A browser shows what stands after these; libxml2 would drop it.
_ENDS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_SEPARATOR = "\n\u241e\n"


class HtmlFormat:
    """Web pages: delivered as one HTML file that fetches and runs nothing."""

    name = "html"
    media_type = "text/html"
    extension = ".html"
    readers = ("lxml", "html.parser")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the text begins with a tag of HTML, comments and declarations aside."""
        if b"<" not in untrusted[:_HEAD]:
            return False
        try:
            text = _decoded(untrusted).text[:_HEAD]
        except DocumentError:
            return False
        start = _BEFORE.match(text)
        markup = _PAGE if _XML.match(text) else _MARKUP
        return start is not None and markup.match(text, start.end()) is not None

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Each block of text and each attribute that people read, hidden elements included.

        Raises:
            UnsupportedTypeError: the encoding cannot be told.
            LimitError: nested deeper than 256 elements, or a text of more than 10 MB.
            DamagedError: there is no document in it.
            UnsafeContentError: binary data packed into text.
        """
        page = door.opened.keep(untrusted, _load(untrusted))
        units = tuple(page.units())
        for unit in units:
            refuse_packed(unit.text, unit.place)
        return units

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The page with `redactions` applied, in ASCII with character references."""
        page = door.opened.take(untrusted, HtmlText) or _load(untrusted)
        return page.rewrite(by_unit(redactions)).encode("ascii")

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """Text by block, every attribute and the raw bytes, by Python's own parser."""
        try:
            text = produced.decode("utf-8")
        except UnicodeDecodeError:
            raise DamagedError("the rewritten page cannot be read again") from None
        return tuple(_reread(text))


def _load(untrusted: bytes) -> HtmlText:
    return load_html(_ENDS.sub(" ", _decoded(untrusted).text), "h", "")


def _decoded(untrusted: bytes) -> Decoded:
    head = untrusted[:_HEAD]
    named = _XML_ENCODING.search(head) or _CHARSET.search(head)
    return decode_declared(untrusted, named.group(1).decode("ascii") if named else "")


def _reread(text: str) -> Iterator[TextUnit]:
    collector = _Collector()
    collector.feed(text)
    collector.close()
    shown = "".join(collector.text)
    for number, block in enumerate(blocks(shown), 1):
        yield TextUnit(f"block{number}", UnitKind.BODY, block, f"block {number}")
    strings = _SEPARATOR.join([*map(without_fonts, collector.strings), bare(shown)])
    yield TextUnit("raw/strings", UnitKind.RAW, strings, "attributes")
    yield TextUnit("raw/page", UnitKind.RAW, without_fonts(text), "page")


class _Collector(HTMLParser):
    """Text with a blank line at every block, and every name, attribute, comment, declaration."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.strings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.strings += [value for pair in attrs for value in pair if value]
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCK_TAGS:
            self.text.append("\n" if tag == "br" else "\n\n")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.strings.append(data)

    def handle_decl(self, decl: str) -> None:
        self.strings.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.strings.append(data)

    def handle_pi(self, data: str) -> None:
        self.strings.append(data)
