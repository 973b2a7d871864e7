"""Field codes of WordprocessingML (ECMA-376 part 1, 17.16): joined, and made harmless.

A field whose code may fetch, run or name something outside of the document becomes plain text:
its last result stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from handoff.documents.ooxml import xmlio
from handoff.documents.ooxml.names import W
from handoff.documents.trees import Element

# None that shows a property of the file (CREATEDATE, SAVEDATE, REVNUM): properties are dropped, and
# the field would show nothing; as plain text its last result stays.
_HARMLESS_NAMES = """
    = ADVANCE AUTONUM AUTONUMLGL AUTONUMOUT COMPARE DATE EQ FORMCHECKBOX FORMDROPDOWN FORMTEXT IF
    INDEX LISTNUM NOTEREF NUMCHARS NUMPAGES NUMWORDS PAGE PAGEREF QUOTE REF SECTION SECTIONPAGES
    SEQ STYLEREF SYMBOL TA TC TIME TOA TOC XE
"""
_HARMLESS = frozenset(_HARMLESS_NAMES.split())
_CODE_TAGS = (f"{W}instrText", f"{W}delInstrText")


@dataclass(slots=True)
class _Field:
    marks: list[Element] = field(default_factory=list)
    codes: list[Element] = field(default_factory=list)

    def code(self) -> str:
        return "".join(element.text or "" for element in self.codes)


def tame(root: Element, bookmarks: Mapping[str, str]) -> None:
    """Join each field's code, rename `bookmarks` in it, and turn risky fields into plain text."""
    for found in _complex_fields(root):
        code = found.code()
        if not is_harmless(code):
            for element in (*found.marks, *found.codes):
                xmlio.drop(element)
            continue
        for element in found.codes[1:]:
            element.text = ""
        if found.codes:
            found.codes[0].text = _renamed(code, bookmarks)
    for simple in list(root.iter(f"{W}fldSimple")):
        code = simple.get(f"{W}instr", "")
        if is_harmless(code):
            simple.set(f"{W}instr", _renamed(code, bookmarks))
        else:
            xmlio.unwrap(simple)


def is_harmless(code: str) -> bool:
    """Whether the field `code` only shows something of the document itself."""
    words = code.split()
    name = words[0].upper() if words else ""
    if name == "HYPERLINK":
        # Only a jump within the document: the first argument is the switch for a bookmark.
        return len(words) > 1 and words[1].lower() == "\\l"
    return name in _HARMLESS or name.startswith("=")


def _complex_fields(root: Element) -> Iterator[_Field]:
    stack: list[_Field] = []
    done: list[_Field] = []
    for element in root.iter(f"{W}fldChar", *_CODE_TAGS):
        kind = element.get(f"{W}fldCharType")
        if element.tag in _CODE_TAGS:
            if not stack:
                stack.append(_Field())
            stack[-1].codes.append(element)
        elif kind == "begin":
            stack.append(_Field([element]))
        elif stack:
            stack[-1].marks.append(element)
            if kind == "end":
                done.append(stack.pop())
        else:
            done.append(_Field([element]))
    yield from done
    yield from stack


def _renamed(code: str, bookmarks: Mapping[str, str]) -> str:
    if not bookmarks:
        return code
    return re.sub(r"[^\s\"]+", lambda word: bookmarks.get(word.group(), word.group()), code)
