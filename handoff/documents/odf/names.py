"""Namespaces of OpenDocument 1.3 and what becomes of its elements."""

from __future__ import annotations

import re

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = f"{{{_BASE}office:1.0}}"
TEXT = f"{{{_BASE}text:1.0}}"
TABLE = f"{{{_BASE}table:1.0}}"
DRAW = f"{{{_BASE}drawing:1.0}}"
STYLE = f"{{{_BASE}style:1.0}}"
FORM = f"{{{_BASE}form:1.0}}"
SVG = f"{{{_BASE}svg-compatible:1.0}}"
XLINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
_DC = "{http://purl.org/dc/elements/1.1/}"

KEPT_NAMESPACES = frozenset(
    {
        *(
            f"{_BASE}{name}:1.0"
            for name in (
                "office", "text", "table", "drawing", "style", "svg-compatible", "presentation",
                "xsl-fo-compatible", "datastyle", "smil-compatible", "dr3d",
            )
        ),
        "http://www.w3.org/1999/xlink",
        "http://www.w3.org/XML/1998/namespace",
        "",
    }
)  # fmt: skip

# Dropped with all that is in them: what runs, what fetches, what is about the file, and copies of
# its content that its program makes anew.
DROPPED = frozenset(
    {
        *(f"{OFFICE}{name}" for name in ("scripts", "event-listeners", "forms", "dde-source",
          "settings", "meta")),
        *(f"{TEXT}{name}" for name in ("tracked-changes", "change", "change-start", "change-end",
          "variable-decls", "user-field-decls", "sequence-decls", "dde-connection-decls",
          "alphabetical-index-auto-mark-file", "table-of-content-source", "section-source",
          "bibliography-configuration", "linenumbering-configuration")),
        *(f"{TABLE}{name}" for name in ("tracked-changes", "content-validations", "label-ranges",
          "named-expressions", "database-ranges", "data-pilot-tables", "consolidation",
          "dde-links", "table-source", "scenario", "cell-range-source", "calculation-settings",
          "detective", "desc", "title")),
        f"{DRAW}image-map", f"{DRAW}glue-point", f"{STYLE}map", f"{DRAW}control",
        f"{_DC}creator", f"{_DC}date",
    }
)  # fmt: skip

# What cannot be read and is withheld: documents of other programs, charts, media, programs.
WITHHELD = frozenset(
    f"{DRAW}{name}" for name in ("object", "object-ole", "plugin", "applet", "floating-frame")
)

# Elements inside a paragraph that stay; of all others only the text does.
INLINE = frozenset(
    {
        *(f"{TEXT}{name}" for name in ("span", "s", "tab", "line-break", "soft-page-break", "note",
          "note-citation", "note-body", "bookmark", "bookmark-start", "bookmark-end", "ruby",
          "ruby-base", "ruby-text", "page-number", "page-count", "sheet-name", "p", "h", "list",
          "list-item",
          "list-header", "number", "section", "table-of-content", "index-body", "index-title")),
        f"{OFFICE}annotation", f"{OFFICE}annotation-end",
    }
)  # fmt: skip

PARAGRAPHS = frozenset({f"{TEXT}p", f"{TEXT}h"})
BREAKS = {f"{TEXT}s": " ", f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}

# Names that LibreOffice gives its own styles, by which it knows them again.
OWN_NAMES = frozenset(
    """Standard Default Heading Index List Caption Header Footer Footnote Endnote Graphics Frame
    Text_20_body Table_20_Contents Table_20_Heading Internet_20_link Footnote_20_Symbol
    Endnote_20_Symbol Footnote_20_anchor Endnote_20_anchor Numbering_20_Symbols Bullet_20_Symbols
    Heading_20_1 Heading_20_2 Heading_20_3 Heading_20_4 Heading_20_5 Heading_20_6 Title Subtitle
    Quotations Accent Status Good Bad Neutral Warning Error Note Result Result2 Hyperlink Text
    standard objectwithoutfill text title subtitle notes outline1 outline2 outline3 outline4
    outline5 outline6 outline7 outline8 outline9 background backgroundobjects""".split()  # noqa: SIM905
)
# Values of attributes that are not single words, and would else be read as text.
ENUMERATED = frozenset(
    """table-column table-row table-cell drawing-page ideograph-alpha font-color label-alignment
    label-width-and-position date-time page-number single-line double-line non-breaking
    page-content page-end page-start-margin paragraph-content from-left from-top from-inside
    no-wrap wrap-contour run-through no-repeat auto-discrete space-and-break lr-tb rl-tb tb-rl
    tb-lr both-sides with-next always-automatic""".split()  # noqa: SIM905
)
_AUTOMATIC = re.compile(r"[A-Za-z]{1,3}\d{1,5}")


def is_own_name(name: str) -> bool:
    """Whether a name is one that the program made, and so nobody's."""
    return name in OWN_NAMES or _AUTOMATIC.fullmatch(name) is not None


_DRAWN_IN = tuple(f"{{{_BASE}{name}:1.0}}" for name in (
    "xsl-fo-compatible", "style", "drawing", "svg-compatible",
))  # fmt: skip
_DRAWN_WORDS = """
    none hidden solid dotted dashed double groove ridge inset outset fine-dashed dash-dot
    dash-dot-dot double-thin thin medium thick transparent auto rotate translate scale skewX skewY
    matrix rect sqrt abs cos sin tan atan atan2 min max if pi left top right bottom width height
    logwidth logheight xstretch ystretch hasstroke hasfill
"""
_DRAWN = re.compile(
    rf"{'|'.join(_DRAWN_WORDS.split())}|\#[0-9a-fA-F]{{6}}|[?]f\d{{1,4}}|\$\d{{1,3}}"
    r"|\d{0,5}(?:\.\d{1,20})?(?:cm|mm|in|pt|pc|px|%)?"
)
_BETWEEN = re.compile(r"[-+*/(),\s]+")
_NO_COUNT = re.compile(r"\.\d+|#[0-9a-fA-F]{6}")
_LONG_NUMBER = re.compile(r"(?:\d[- ]?){6}")


def is_drawn(attribute: str, value: str) -> bool:
    """Whether the attribute is of how something looks, and says it in measures and known words.

    A border, a shadow, a transformation, a formula of a shape: nothing that could be a name, and no
    number as long as people's are.
    """
    return (
        attribute.startswith(_DRAWN_IN)
        and all(map(_DRAWN.fullmatch, _BETWEEN.split(value)))
        and not _LONG_NUMBER.search(_NO_COUNT.sub("", value))
    )
