"""Glyphs taken out of a page's own operators; every other operator stays byte for byte.

PDFium writes a whole page anew when it removes a glyph, and loses what it has no words for:
shadings, calibrated colours, text as a clip. Here only the strings are changed in which a glyph
goes. Which byte of which string shows it is decided twice: by the order in which PDFium met the
text, and by where it put each glyph. Wherever the two do not agree to the letter, or anything else
could show what is hidden, the answer is None, and PDFium has to write the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pikepdf

from handoff.documents.pdf.chars import Chars, Glyph
from handoff.documents.pdf.drawing import Drawing
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.locate import PagePlan
from handoff.documents.pdf.planning import under
from handoff.documents.pdf.shows import Show, shows

_BLANK = b" "
_CLOSE, _FAR = 0.04, 0.5
"""Of the font size: how far a glyph may be from where the one before it leads to, mostly and ever.
"""
_FEW = 0.25
_ONE_BYTE = frozenset(["/Type1", "/TrueType", "/MMType1"])


class _Glyph(NamedTuple):
    """A glyph: its code, the characters it shows, and the adjustment that can take its place."""

    code: bytes
    characters: tuple[int, ...]
    gap: float | None


def erased(page: Any, chars: Chars, drawing: Drawing, plan: PagePlan) -> bytes | None:  # noqa: ANN401
    """The operators of `page` without the glyphs that `plan` removes.

    Args:
        page: the page's dictionary, of the document in which `chars` and `drawing` were found.
        chars: its characters.
        drawing: its objects, found while the same page was open.
        plan: what is to be removed.

    Returns:
        None if it is not certain that exactly those glyphs would go.
    """
    content = _content(page)
    resources = page.get("/Resources")
    if content is None or not isinstance(resources, pikepdf.Dictionary):
        return None
    every = shows(content, _states_with_fonts(resources))
    if every is None or len(every) != len(drawing.texts) or _shows_more(chars, drawing, plan):
        return None
    pieces: list[bytes] = []
    done: set[int] = set()
    at = 0
    for show, placed in zip(every, drawing.texts, strict=True):
        if not _is_hit(placed.box, plan):
            continue
        indexes = chars.of_object(placed.address)
        glyphs = _aligned(show, chars, indexes, _code_size(resources, show))
        if glyphs is None:
            return None
        gone = [glyph for glyph in glyphs if not plan.removed.isdisjoint(glyph.characters)]
        if any(glyph.gap is None for glyph in gone):
            return None
        if gone:
            pieces += (content[at : show.start], _without(show, glyphs, plan.removed))
            at = show.end
            done.update(i for glyph in gone for i in glyph.characters)
    return b"".join((*pieces, content[at:])) if done >= plan.removed else None


def _content(page: Any) -> bytes | None:  # noqa: ANN401
    contents = page.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    if not all(isinstance(stream, pikepdf.Stream) for stream in streams):
        return None
    return b"\n".join(stream.read_bytes() for stream in streams)


def _states_with_fonts(resources: Any) -> frozenset[str]:  # noqa: ANN401
    states = resources.get("/ExtGState")
    if not isinstance(states, pikepdf.Dictionary):
        return frozenset()
    return frozenset(
        name[1:]
        for name in states.keys()  # noqa: SIM118
        if not isinstance(states[name], pikepdf.Dictionary) or "/Font" in states[name]
    )


def _code_size(resources: Any, show: Show) -> int:  # noqa: ANN401
    """Bytes a glyph in the font of `show`; 0 if that is not certain."""
    fonts = resources.get("/Font")
    font = fonts.get("/" + show.font) if isinstance(fonts, pikepdf.Dictionary) else None
    if not isinstance(font, pikepdf.Dictionary):
        return 0
    kind = str(font.get("/Subtype"))
    if kind == "/Type0":
        return 2 if font.get("/Encoding") == pikepdf.Name("/Identity-H") else 0
    return 1 if kind in _ONE_BYTE else 0


def _shows_more(chars: Chars, drawing: Drawing, plan: PagePlan) -> bool:
    """Whether a box covers anything but the characters that go and the text they stand in."""
    if under(drawing, plan.boxes) != []:
        return True
    read = chars.objects()
    unread = [text.box for text in drawing.texts if text.address not in read]
    if any(_is_hit(box, plan) for box in (*drawing.forms, *unread)):
        return True
    others = (i for box in plan.boxes for i in chars.meeting(box.area) if i not in plan.removed)
    return any(_is_hit(chars.box(i), plan) for i in set(others))


def _is_hit(box: Rect, plan: PagePlan) -> bool:
    """Whether `box` meets a strip; strips lie in the boxes, of which there are fewer."""
    return any(_meet(box, area.area) for area in plan.boxes) and any(
        _meet(box, strip) for strip in plan.strips
    )


def _meet(one: Rect, other: Rect) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.bottom < other.top and other.bottom < one.top


def _aligned(show: Show, chars: Chars, indexes: Sequence[int], size: int) -> list[_Glyph] | None:
    """The glyphs of `show` with their characters; None if the two cannot be matched for certain."""
    codes = list(_codes(show, size)) if size and show.scale else []
    drawn = chars.glyphs(indexes)
    if any(abs(glyph.size - show.size) > _CLOSE * show.size for glyph in drawn):
        return None
    for silent in _silent([code for code, _ in codes], len(codes) - len(drawn)):
        glyphs = _matched(show, codes, drawn, silent)
        if glyphs is not None:
            return glyphs
    return None


def _silent(codes: Sequence[bytes], surplus: int) -> Iterator[frozenset[int]]:
    """Which codes may be the `surplus` blanks that PDFium does not report.

    All of one code, or the last ones.
    """
    if surplus == 0:
        yield frozenset()
    elif surplus > 0:
        if len(set(codes[-surplus:])) == 1:
            yield frozenset(range(len(codes) - surplus, len(codes)))
        for code in sorted(set(codes)):
            if codes.count(code) == surplus:
                yield frozenset(i for i, other in enumerate(codes) if other == code)


def _matched(
    show: Show,
    codes: Sequence[tuple[bytes, float]],
    drawn: Sequence[Glyph],
    silent: frozenset[int],
) -> list[_Glyph] | None:
    """Glyphs to codes in order; None unless each stands where the one before it leads to."""
    unit = show.size * show.scale
    remaining = iter(drawn)
    shown: list[tuple[int, ...]] = []
    gone: list[float | None] = []
    strays: list[float] = []
    before: Glyph | None = None
    gaps = 0.0
    for position, (code, moved) in enumerate(codes):
        if position in silent:
            shown.append(())
            gone.append(None)
            before = None
            continue
        glyph = next(remaining)
        if before is not None:
            advance = (glyph.start - before.start) / unit + moved / 1000
            gone[-1] = -1000 * advance
            strays.append(abs(advance - (before.end - before.start + gaps) / unit))
        gaps = (show.letter_gap + (show.word_gap if code == _BLANK else 0.0)) * show.scale
        shown.append(glyph.characters)
        gone.append(-1000 * (glyph.end - glyph.start + gaps) / unit)
        before = glyph
    if not _is_close(strays):
        return None
    return [
        _Glyph(code, characters, gap)
        for (code, _), characters, gap in zip(codes, shown, gone, strict=True)
    ]


def _is_close(strays: Sequence[float]) -> bool:
    """Ink that stands out of its glyph's advance makes a few of them large."""
    far = sum(stray > _CLOSE for stray in strays)
    return far <= _FEW * len(strays) and max(strays, default=0.0) <= _FAR


def _codes(show: Show, size: int) -> Iterator[tuple[bytes, float]]:
    """Each glyph's code, with the adjustments made since the one before."""
    moved = 0.0
    for part in show.parts:
        if not isinstance(part, bytes):
            moved += part
            continue
        for at in range(0, len(part), size):
            yield part[at : at + size], moved
            moved = 0.0


def _without(show: Show, glyphs: Sequence[_Glyph], removed: frozenset[int]) -> bytes:
    """`show` as a TJ whose adjustments stand where glyphs were."""
    shown: list[bytes] = []
    text, gap = b"", 0.0
    moves = iter(_codes(show, len(glyphs[0].code)))
    for glyph, (_, moved) in zip(glyphs, moves, strict=True):
        gap += moved
        if not removed.isdisjoint(glyph.characters):
            gap += glyph.gap or 0.0
            continue
        if gap:
            shown += (_hex(text), b"%.2f" % gap)
            text, gap = b"", 0.0
        text += glyph.code
    shown += (_hex(text), b"%.2f" % (gap + _trailing(show)))
    return show.before + b"[" + b" ".join(shown) + b"] TJ\n"


def _hex(text: bytes) -> bytes:
    return b"<" + text.hex().encode() + b">"


def _trailing(show: Show) -> float:
    """Adjustments after the last glyph; they move what the next operator shows."""
    total = 0.0
    for part in reversed(show.parts):
        if isinstance(part, bytes):
            if part:
                break
        else:
            total += part
    return total
