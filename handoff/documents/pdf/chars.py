"""The characters of one page: texts at hand, geometry unpacked only for those that are asked for.

A page has thousands of characters and a few redactions: an object for each would cost more than
all the rest of the work.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handoff.documents.pdf import bulk
from handoff.documents.pdf.geometry import Rect

_WORDS = bulk.CHAR_SIZE // 4
_BOX = struct.Struct("<4d")
_LOOSE = struct.Struct("<4f")
_FLOAT = struct.Struct("<f")
_OBJECT_AT, _SIZE_AT, _BOX_AT, _LOOSE_AT, _ANGLE_AT, _ORIGIN_AT = 8, 12, 16, 48, 64, 68
_PLACE = slice(_BOX_AT // 4, _ANGLE_AT // 4)
_END_OF_UNICODE = 0x11_0000
_UNKNOWN = np.uint32(0xFFFD)
_UNMAPPED_RUN = re.compile(r"u+")


class Glyph(NamedTuple):
    """A glyph on the page: its characters, where it begins and ends, the size of its font.

    `end` is that of the advance or of the ink, whichever reaches further.
    """

    characters: tuple[int, ...]
    start: float
    end: float
    size: float


class Chars:
    """Characters in PDFium's reading order, generated spaces and line breaks included.

    Attributes:
        text: one code point a character; U+FFFD where the font does not say which. PDFium gives
            characters beyond U+FFFF as two surrogates.
        flags: for each character, of `bulk.GENERATED`, `UNMAPPED` and `HYPHEN`.
    """

    def __init__(self, raw: bytes) -> None:
        words = np.frombuffer(raw, "<u4").reshape(-1, _WORDS)
        self._raw = raw
        self.text = decoded(words[:, 0].tobytes())
        self.flags: list[int] = words[:, 1].tolist()
        self._has_unmapped = bool((words[:, 1] & bulk.UNMAPPED).any())

    def __len__(self) -> int:
        return len(self.flags)

    def generated(self, index: int) -> bool:
        """Whether PDFium put the character in; nothing on the page shows it."""
        return bool(self.flags[index] & bulk.GENERATED)

    def hyphen(self, index: int) -> bool:
        """Whether it is a hyphen at the end of a line that only divides a word."""
        return bool(self.flags[index] & bulk.HYPHEN)

    def box(self, index: int) -> Rect:
        """Around the glyph's ink."""
        left, right, bottom, top = _BOX.unpack_from(self._raw, self._at(index, _BOX_AT))
        return Rect(left, bottom, right, top)

    def extent(self, indexes: Sequence[int]) -> Rect:
        """Around the ink of all of `indexes`, of which there is at least one."""
        boxes = [_BOX.unpack_from(self._raw, self._at(index, _BOX_AT)) for index in indexes]
        lefts, rights, bottoms, tops = zip(*boxes, strict=True)
        return Rect(min(lefts), min(bottoms), max(rights), max(tops))

    def loose(self, index: int) -> Rect:
        """Around the glyph's full advance and line height."""
        left, top, right, bottom = _LOOSE.unpack_from(self._raw, self._at(index, _LOOSE_AT))
        return Rect(min(left, right), min(bottom, top), max(left, right), max(bottom, top))

    def objects(self) -> set[int]:
        """The addresses of the text objects that show a character (`Drawing.texts`)."""
        return set(np.unique(self._addresses()).tolist())

    def of_object(self, address: int) -> list[int]:
        """The characters that the text object at `address` shows."""
        found: list[int] = np.nonzero(self._addresses() == address)[0].tolist()
        return [index for index in found if not self.generated(index)]

    def _addresses(self) -> npt.NDArray[np.uint32]:
        return np.frombuffer(self._raw, "<u4")[_OBJECT_AT // 4 :: _WORDS]

    def glyphs(self, indexes: Sequence[int]) -> list[Glyph]:
        """The glyphs that show `indexes`; characters of a ligature have one box, and are one."""
        if not indexes:
            return []
        rows = np.frombuffer(self._raw, "<f4").reshape(-1, _WORDS)[list(indexes)]
        places = np.frombuffer(self._raw, "<u4").reshape(-1, _WORDS)[list(indexes), _PLACE]
        begins = np.flatnonzero((places[1:] != places[:-1]).any(axis=1)) + 1
        starts = [0, *begins.tolist()]
        ends = [*starts[1:], len(indexes)]
        numbers = rows[starts][:, [_ORIGIN_AT // 4, _LOOSE_AT // 4 + 2, _SIZE_AT // 4]].tolist()
        return [
            Glyph(tuple(indexes[start:end]), *found)
            for start, end, found in zip(starts, ends, numbers, strict=True)
        ]

    def meeting(self, area: Rect) -> list[int]:
        """Characters whose ink may touch `area`."""
        numbers = np.frombuffer(self._raw, "<f8").reshape(-1, _WORDS // 2)
        left, right, bottom, top = numbers[:, _BOX_AT // 8 : _LOOSE_AT // 8].T
        across = (left < area.right) & (area.left < right)
        met: list[int] = np.nonzero(across & (bottom < area.top) & (area.bottom < top))[0].tolist()
        return met

    def size(self, index: int) -> float:
        """Font size as the page's operators say it, before matrices."""
        size: float = _FLOAT.unpack_from(self._raw, self._at(index, _SIZE_AT))[0]
        return size

    def angle(self, index: int) -> float:
        """Direction of the text in radians."""
        angle: float = _FLOAT.unpack_from(self._raw, self._at(index, _ANGLE_AT))[0]
        return angle

    def drawn_boxes(self) -> Iterator[Rect]:
        """Full boxes of the characters that are on the page."""
        for index, flags in enumerate(self.flags):
            if not flags & bulk.GENERATED:
                yield self.loose(index)

    def visible_count(self) -> int:
        """Characters that are neither blank nor generated."""
        return sum(map(len, self.text.split()))

    def unmapped_runs(self) -> Iterator[int]:
        """Lengths of the runs of glyphs, blanks aside, of which nobody knows what they are."""
        if not self._has_unmapped:
            return
        marks = "".join(
            "u" if flags & bulk.UNMAPPED else "k"
            for char, flags in zip(self.text, self.flags, strict=True)
            if not char.isspace()
        )
        for match in _UNMAPPED_RUN.finditer(marks):
            yield len(match.group())

    @staticmethod
    def _at(index: int, offset: int) -> int:
        return index * bulk.CHAR_SIZE + offset


def decoded(codes: bytes) -> str:
    """Code points, 32 bits each, as text; U+FFFD for what is none."""
    points = np.frombuffer(codes, "<u4")
    known = (points > 0) & (points < _END_OF_UNICODE)
    return np.where(known, points, _UNKNOWN).tobytes().decode("utf-32-le", "surrogatepass")
