"""Authorities that a text cites: reported cases and statutes, which a reviewer needs.

Only what carries its source is a citation: a report and page ("[1998] AC 1", "410 U.S. 113"), a
neutral citation, an ECLI, "ECHR 2000-XI", "cited above". A case name alone is none: it may be the
case that the document is about, and so may a neutral citation that is labelled as the document's
own. From the source the name of the case is read backwards, no further than the last one or 240
characters, so that the time taken is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from handoff.detection.folding import Folded

_YEAR = r"(?:1[6-9]|20)\d{2}"
_US = r"""(?:U\.[ ]?S\.|S\.[ ]?Ct\.|L\.[ ]?Ed\.(?:[ ]?2d)?|F\.[ ]?(?:2d|3d|4th)
    |F\.[ ]?Supp\.(?:[ ]?[23]d)?|F\.[ ]?App['’]x\.?|F\.R\.D\.|B\.R\.|Fed\.[ ]?Cl\.
    |(?:A|P|N\.E|N\.W|S\.E|S\.W|So)\.(?:[ ]?[23]d)?|Cal\.(?:[ ]?App\.)?(?:[ ]?(?:2d|3d|4th|5th))?
    |Cal\.[ ]?Rptr\.(?:[ ]?[23]d)?|N\.Y\.(?:S\.)?(?:[ ]?[23]d)?|A\.D\.(?:[ ]?[23]d)?
    |Ill\.(?:[ ]?(?:App\.[ ]?)?[23]d)?|Mass\.|Pa\.|Del\.[ ]?Ch\.|Tex\.|Wis\.[ ]?2d|WL
    |U\.S\.[ ]?(?:Dist\.[ ]?|App\.[ ]?)?LEXIS)"""
_REPORTER = r"[A-Z][A-Za-z]{0,9}(?:['’]s)?\.?(?:[ ][A-Z][A-Za-z]{0,6}\.?){0,3}"
_SOURCES = rf"""(?:
    # [1998] 1 AC 1; [2020] EWCA Civ 5; [2024] EWHC 12 (Ch); [1995] ECR I-4921
    \[{_YEAR}\][ ](?:\d{{1,2}}[ ])?{_REPORTER}[ ](?:I{{1,3}}-)?\d{{1,5}}
    (?:[ ]\([A-Z][A-Za-z]{{0,8}}\))?
    # (2019) 4 SCC 1; (1995) 20 EHRR 1
    |\({_YEAR}\)[ ]\d{{1,3}}[ ]{_REPORTER}[ ]\d{{1,5}}
    # 410 U.S. 113, 120 (1973)
    |\b\d{{1,4}}[ ]{_US}[ ]\d{{1,8}}(?:,[ ]\d{{1,5}}(?:[\-–]\d{{1,5}})?)?
    (?:[ ]\([^()\n]{{0,40}}{_YEAR}\))?
    # AIR 1973 SC 1461; 1973 (4) SCC 225
    |\bAIR[ ]{_YEAR}[ ][A-Z][A-Za-z]{{1,5}}[ ]\d{{1,5}}
    |\b{_YEAR}[ ]\(\d{{1,2}}\)[ ](?:SCC|SCR|SCALE|JT|ALL)[ ]\d{{1,5}}
    # ECHR 2000-XI; Series A no. 12; Reports of Judgments and Decisions 1998-I; [GC], no. 1/98
    |\bECHR[ ]{_YEAR}(?:[\-–][IVX]{{1,5}})?(?:[ ]\(extracts\))?
    |\bSeries[ ]A,?[ ]no\.[ ]\d{{1,4}}(?:-[A-Z])?
    |\bReports(?:[ ]of[ ]Judgments[ ]and[ ]Decisions)?[ ]{_YEAR}[\-–][IVX]{{1,5}}
    |\[GC\],[ ]nos?\.[ ]\d{{1,6}}/\d{{2}}
    |\b(?:cited[ ]above|op\.[ ]cit\.|above-cited)
    # ECLI:EU:C:1995:463
    |\b(?:ECLI:)?EU:[CTF]:{_YEAR}:\d{{1,5}}
    # 42 U.S.C. § 1983; 28 C.F.R. § 35.104; Fed. R. Civ. P. 26(b)(1)
    |\b\d{{1,3}}[ ](?:U\.?S\.?C\.?|C\.?F\.?R\.?)(?:A\.)?[ ]§{{1,2}}[ ]?\d[\w.\-]{{0,12}}
    (?:\(\w{{1,3}}\)){{0,4}}
    |\bFed\.[ ]R\.[ ](?:Civ|Crim|App|Bankr|Evid)\.(?:[ ]P\.)?[ ]\d{{1,4}}(?:\(\w{{1,3}}\)){{0,4}}
    # Directive 95/46/EC; Regulation (EU) 2016/679
    |\b(?:Directive|Regulation|Framework[ ]Decision)[ ](?:\((?:EU|EC|EEC|Euratom)\)[ ])?
    (?:[Nn]o\.?[ ])?\d{{1,4}}/\d{{1,4}}(?:/(?:EC|EU|EEC|JHA|CFSP))?
    # Data Protection Act 2018; Civil Procedure Rules 1998; Securities Exchange Act of 1934
    |\b(?:Act|Regulations?|Rules|Order|Ordinance|Code|Measure)(?:[ ]\([A-Z][A-Za-z ]{{2,24}}\))?
    [ ](?:of[ ])?{_YEAR}\b
    )
    # , at 120; § 91; at [12]
    (?:,?[ ](?:at[ ])?(?:§{{1,2}}|paras?\.?|pp?\.)?[ ]?
    (?:\[\d{{1,3}}\]|\d{{1,4}}(?:[\-–]\d{{1,4}})?)(?![\w/]))?"""
_SOURCE = re.compile(_SOURCES.replace("[ ]", r"(?:\s{1,3})"), re.VERBOSE)
_OPENING = re.compile(
    r"[\[(\dACDEFMORS](?:(?<=[\[(])(?=1[6-9]|20|GC)|(?<=\b\d)(?=\d{0,3}\s{1,3}[A-Z(])"
    r"|(?<=\b[A-Z])(?=ct\s|CHR|CLI:|IR\s|U:|ode|ed\.|easure|egulation|eports|eries|irective"
    r"|ramework|rd(?:er|inance)|ules))"
)
"""How a source may begin: quick to look for, where `_SOURCE` tries all of its forms everywhere."""
_REPEATED = re.compile(r"\b(?:cited\s|op\.\s|above-)")
"""So may one that only refers back, and has no number."""
_OWN = re.compile(r"neutral\s+citation(?:\s+(?:number|no\.?))?\s*:?\s*$", re.IGNORECASE)
"""A citation after these words is the document's own number, and no authority."""

_BACK = 240
_S = r"\s{1,3}"
_UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠŤŪŮŰŲŹŻŽȘȚ]"
_TITLED = r"(?!(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Judge|Justice)\b)"
_WORD = (
    rf"(?:{_TITLED}(?:{_UPPER}[\w’'&\-]{{0,30}}(?:(?<=\bLtd)\.|(?<=\bInc)\.|(?<=\bCorp)\.|(?<=\bCo)\."
    rf"|(?<=\bBros)\.)?|(?:{_UPPER}\.){{1,4}}|\({_UPPER}[^()\n]{{0,40}}\)))"
)
_JOIN, _FORM = r"of|the|for|de|la|du|van|von|der|&", r"(?:\s{1,3}(?:plc|ltd))?"
_LEFT = rf"{_WORD}(?:,?{_S}(?:(?:{_JOIN}){_S}){{0,3}}{_WORD}){{0,7}}{_FORM}"
_RIGHT = (
    rf"(?:(?:the|an?){_S})?{_WORD}"
    rf"(?:,?{_S}(?:(?:{_JOIN}|and|in|on){_S}){{0,3}}{_WORD}){{0,11}}{_FORM}"
)
_BETWEEN = (
    r"(?:[\s,(]{1,4}(?:\[GC\]|\(dec\.\)|\(no\.\s?\d\)|\(merits\)|nos?\.\s?\d{1,6}/\d{2}|§{1,2}\s?\d{1,4}"
    r"(?:[\-–]\d{1,4})?|(?:judgments?|decision)\s(?:of\s)?(?:\d{1,2}\s\w{3,9}\s\d{4})"
    rf"|\d{{1,2}}\s\w{{3,9}}\s\d{{4}}|{_YEAR}|Case\s[CTF]-\d{{1,4}}/\d{{2}})){{0,5}}[\s,(]{{0,4}}"
)
_CASE = r"(?:(?:Joined\s)?Cases?\s[CTF][\-‑–]\d{1,4}/\d{2}(?:\sP)?,?\s)?"
_RE = rf"(?:In{_S}re|Re|Ex{_S}parte|(?:In{_S}the{_S})?Matter{_S}of)"
_NAME = re.compile(
    rf"(?<![\w’'])(?:{_CASE}{_LEFT}{_S}(?:v|vs|V)\.?{_S}{_RIGHT}|{_RE}{_S}{_RIGHT}){_BETWEEN}$"
)
_JOINED = rf"(?:(?:of|and|the|for|to|in|by|from|with){_S}){{0,2}}"
_STATUTE = re.compile(
    rf"(?<![\w’'])(?:{_UPPER}[\w’'\-]{{1,30}},?\s{_JOINED}){{1,9}}"
    r"(?:\([A-Z][A-Za-z ]{2,40}\)\s)?$"
)
"""Acts have no persons' titles before them; what stands in capitals before "Act" is its name."""


_TAG = re.compile(
    r"</?(?P<name>[A-Za-z][\w:]{0,30})[^<>]{0,2000}>|=\r?\n"
    r"|(?P<strings>\n\u241e\n(?:(?:\{[^{}\n]{0,100}\}\w{1,30}|preserve)\n\u241e\n){0,12})"
)
_BLOCKS = frozenset({
    "p", "br", "tr", "td", "th", "tc", "li", "ul", "ol", "div", "h1", "h2", "h3", "h4", "h5", "h6",
    "sp", "txBody", "si", "c", "row", "tbl", "table", "body",
})  # fmt: skip
_BLOCK_END = "\u2022"


def citations(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of `text` that cite an authority, in order; linear in its length."""
    after = 0
    for source in _sources(text):
        start = source.start()
        before = text[max(after, start - _BACK) : start]
        if not _OWN.search(before):
            named = _named(before, source.group())
            yield start - named, source.end()
        after = source.end()


def _sources(text: str) -> Iterator[re.Match[str]]:
    """What `_SOURCE.finditer` gives, tried only where a source may begin."""
    openings = [match.start() for match in _OPENING.finditer(text)]
    if "cit" in text:
        openings = sorted([*openings, *(match.start() for match in _REPEATED.finditer(text))])
    after = 0
    for start in openings:
        source = _SOURCE.match(text, start) if start >= after else None
        if source:
            yield source
            after = source.end()


def without_markup(text: str) -> Folded:
    """Raw bytes as a reader sees them, for citations whose typeface changes in the middle.

    Tags inside a line and soft line breaks (RFC 2045, 6.7) are left out; a tag that ends a block
    becomes a sign that is in no citation, so that nothing reaches from one paragraph into the next.
    """
    parts: list[str] = []
    starts, origins = [0], [0]
    size = after = 0
    for match in _TAG.finditer(text):
        gap = _BLOCK_END if _ends_block(match) else ""
        parts += (text[after : match.start()], gap)
        size += match.start() - after + len(gap)
        after = match.end()
        starts.append(size)
        origins.append(after)
    return Folded("".join([*parts, text[after:]]), tuple(starts), tuple(origins))


def _ends_block(tag: re.Match[str]) -> bool:
    """Whether what is left out stood between paragraphs.

    Office parts come as a list of strings without their paragraphs: there, two strings are one line
    where there is a space, or punctuation, between them.
    """
    if tag.group("strings"):
        before = tag.string[max(0, tag.start() - 1) : tag.start()]
        after = tag.string[tag.end() : tag.end() + 1]
        return not (before == " " or after in {*" ,;:)]"})
    return (tag.group("name") or "").rpartition(":")[2] in _BLOCKS


def _named(before: str, source: str) -> int:
    """How many characters before a source belong to the name of what it cites."""
    if re.match(r"(?:Act|Reg|Rules|Ord|Code|Measure)", source):
        found = _STATUTE.search(before)
    elif re.search(r"\bv|\bV|\b[Rr]e\b|parte|Matter", before):
        found = _NAME.search(before)
    else:
        found = None
    return len(before) - found.start() if found else 0
