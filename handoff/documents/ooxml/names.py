"""Namespaces and values that Office files are made of, as opposed to text."""

from __future__ import annotations

import re
from functools import lru_cache

from handoff.documents import fonts

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741 - its usual prefix
V = "{urn:schemas-microsoft-com:vml}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
XML = "{http://www.w3.org/XML/1998/namespace}"

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
P14 = "{http://schemas.microsoft.com/office/powerpoint/2010/main}"

STRICT = "http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"""(=\s*["'])http://purl\.oclc\.org/ooxml/(\w+)/(\w+)""")

_OFFICE_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_KIND_NAMES = """
    officeDocument header footer footnotes endnotes comments styles numbering settings fontTable
    theme chart diagramData diagramLayout diagramQuickStyle diagramColors image package oleObject
    aFChunk slide slideLayout slideMaster notesSlide notesMaster handoutMaster commentAuthors
    tableStyles worksheet chartsheet sharedStrings drawing vmlDrawing chartUserShapes
"""
_KINDS = {
    **{name: _OFFICE_KINDS + name for name in _KIND_NAMES.split()},
    "chartEx": "http://schemas.microsoft.com/office/2014/relationships/chartEx",
    "commentsExtended": "http://schemas.microsoft.com/office/2011/relationships/commentsExtended",
    "commentsIds": "http://schemas.microsoft.com/office/2016/09/relationships/commentsIds",
}

_KNOWN_NAMESPACE = re.compile(
    r"http://schemas\.(?:openxmlformats\.org|microsoft\.com/office)/[-A-Za-z0-9/.]{3,80}"
    r"|urn:schemas-microsoft-com:(?:office:(?:office|word|excel|powerpoint)|vml)"
    r"|http://www\.w3\.org/XML/1998/namespace"
)
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,9}")

_NUMBER = re.compile(r"[-+]?\d{0,10}(?:\.\d{1,6})?(?:%|pt|in|cm|mm|pc|px|em|ex|fd|f)?")
_HEX = re.compile(r"#?(?:[0-9A-Fa-f]{6}|(?=[A-Fa-f]*\d)[0-9A-Fa-f]{2,8})")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
# Values of enumerations begin small but for these; a capital begins names of people as well.
_TOKEN = re.compile(
    r"[a-z][A-Za-z0-9]{0,47}|[A-Z]{1,2}|Note|Pict|Group|Shape|Embed|Link|Content|Icon|Bitmap|True"
    r"|False|Center|Left|Right|Top|Bottom|General|(?:Table|Pivot|Slicer)Style(?:Light|Medium|Dark)\d+"
)
_SCRIPT = re.compile(r"[A-Z][a-z]{3}")
_LEVELS = re.compile(r"(?:%\d|[^\w])*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
# Coordinates and outlines: numbers and single-letter commands, never a run that spells a word.
_VECTOR = re.compile(r"(?!.*[a-z]{4})[-+\d,.\s%a-z@#:()*]{0,8000}", re.DOTALL)
_CSS = re.compile(
    r"(?:\s*[-a-z]{1,40}\s*:\s*[-\w.#%+]{1,40}(?:[ ,]{1,2}[-\w.#%+]{1,40}){0,6}\s*(?:;|$))*\s*"
)
_SHAPE = re.compile(r"#?_x0000_[a-z]\d{1,9}")
_URN = re.compile(r"urn:microsoft\.com/office/officeart/[\w/.#+-]{1,80}")

# What programs call a new sheet, in the languages that they speak.
_NEW_SHEET = re.compile(
    r"(?:Sheet|Chart|Tabelle|Tableau|Table|Feuil|Feuille|Hoja|Folha|Planilha|Foglio|Blad|Ark|Arkusz"
    r"|List|Taul|Munka|Munkalap|Sayfa|Лист|工作表|シート|시트) ?\d{1,3}"
)

_FONT_ATTRIBUTES = frozenset(
    {"ascii", "hAnsi", "cs", "eastAsia", "typeface", "font", "fontName", "face"}
)


@lru_cache(maxsize=4096)
def split(name: str) -> tuple[str, str]:
    """Namespace and local name of `{namespace}local`; the namespace is "" where there is none."""
    namespace, _, local = name.rpartition("}")
    return namespace[1:], local


@lru_cache(maxsize=4096)
def is_known_namespace(uri: str) -> bool:
    """Whether `uri` is one of Office's own namespaces."""
    return _KNOWN_NAMESPACE.fullmatch(uri) is not None


def relationship_kind(uri: str) -> str:
    """Office's own URI for the kind of relationship `uri`, "" for one that is never kept."""
    return _KINDS.get(uri.rpartition("/")[2], "")


def transitional(untrusted: bytes) -> bytes:
    """The XML with the names of ISO/IEC 29500 Strict made those of Transitional (part 4, 9)."""
    if STRICT.encode() not in untrusted:
        return untrusted
    return _STRICT_NAME.sub(rb"\1http://schemas.openxmlformats.org/\2/2006/\3", untrusted)


def is_plain_prefix(prefix: str) -> bool:
    """Whether `prefix` is as short and plain as those that Office programs write."""
    return _PREFIX.fullmatch(prefix) is not None


def is_measure(value: str) -> bool:
    """Whether `value` is a number, a colour, a GUID, a language or an outline: never a word."""
    patterns = (_NUMBER, _HEX, _GUID, _LANGUAGE, _VECTOR, _SHAPE, _URN)
    return any(pattern.fullmatch(value) for pattern in patterns) or is_known_namespace(value)


def is_guid(text: str) -> bool:
    """Whether `text` is a GUID in braces, by which parts refer to one another."""
    return text.startswith("{") and _GUID.fullmatch(text) is not None


def is_new_sheet(name: str) -> bool:
    """Whether `name` is the one that a program gave a sheet when it was made."""
    return _NEW_SHEET.fullmatch(name) is not None


def is_levels(value: str) -> bool:
    """Whether `value` has nothing but placeholders for numbers ("%1.%2") and punctuation."""
    return _LEVELS.fullmatch(value) is not None


def is_token(value: str) -> bool:
    """Whether `value` is a single word as enumerations have them."""
    return _TOKEN.fullmatch(value) is not None


def is_script(attribute: str, value: str) -> bool:
    """Whether the attribute names a script by its four letters (ISO 15924)."""
    return attribute == "script" and _SCRIPT.fullmatch(value) is not None


def is_css(value: str) -> bool:
    """Whether `value` is a list of CSS declarations of short, plain values."""
    return _CSS.fullmatch(value) is not None


def is_font(attribute: str, value: str) -> bool:
    """Whether the attribute names a font, and one that comes with common programs."""
    return attribute in _FONT_ATTRIBUTES and fonts.is_known(value)
