"""Bookmarks, internal links and page labels: read, and rebuilt from redacted text.

Only titles, the prefixes of labels, rectangles and page numbers are taken over; actions, names of
destinations, colours and everything else of the original objects stay behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from handoff.documents.pdf.objects import MAX_NODES, entries, text_of, tree_items
from handoff.documents.splice import edited
from handoff.errors import LimitError
from handoff.model import Redaction, TextUnit, UnitKind

MAX_LEVEL = 20
_FIT: tuple[str | float | None, ...] = ("/Fit",)
_VIEWS = {"/XYZ": 3, "/Fit": 0, "/FitH": 1, "/FitV": 1, "/FitR": 4, "/FitB": 0, "/FitBH": 1,
          "/FitBV": 1}  # fmt: skip
"""Kinds of destinations and how many numbers each takes (ISO 32000-1, table 151)."""
_STYLES = frozenset({"/D", "/R", "/r", "/A", "/a"})


@dataclass(frozen=True, slots=True)
class Target:
    """A place in the document: a page counted from 0, and how it is shown."""

    page: int
    view: tuple[str | float | None, ...] = _FIT


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A title, how deep it stands (0 at the top), and where it leads."""

    title: str
    level: int
    target: Target | None


@dataclass(frozen=True, slots=True)
class Link:
    """A rectangle on a page that leads somewhere in the document."""

    page: int
    area: tuple[float, float, float, float]
    target: Target


@dataclass(frozen=True, slots=True)
class Label:
    """How pages are numbered from `page` on (ISO 32000-1, 12.4.2)."""

    page: int
    prefix: str
    style: str
    first: int


@dataclass(frozen=True, slots=True)
class Navigation:
    """What of the navigation of a document comes back."""

    bookmarks: tuple[Bookmark, ...] = ()
    links: tuple[Link, ...] = ()
    labels: tuple[Label, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.bookmarks or self.links or self.labels)

    def units(self) -> Iterator[TextUnit]:
        """Titles and the prefixes of labels."""
        for number, bookmark in enumerate(self.bookmarks, 1):
            if bookmark.title.strip():
                place = f"bookmark {number}"
                yield TextUnit(f"bookmark.{number}", UnitKind.HEADER, bookmark.title, place)
        for number, label in enumerate(self.labels, 1):
            if label.prefix.strip():
                yield TextUnit(f"label.{number}", UnitKind.NAME, label.prefix, "a page label")


def navigation_of(pdf: pikepdf.Pdf) -> Navigation:
    """The navigation of a document, before it is scrubbed; what leads nowhere is left out."""
    finder = _Targets(pdf)
    return Navigation(
        tuple(_bookmarks(pdf.Root.get("/Outlines"), finder)),
        tuple(_links(pdf, finder)),
        tuple(_labels(pdf.Root.get("/PageLabels"), len(pdf.pages))),
    )


class _Targets:
    """Resolves destinations: arrays, names, and GoTo actions (ISO 32000-1, 12.3.2)."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
        self._count = len(self._pages)
        self._root = pdf.Root
        self._known: dict[str, Any] | None = None

    def of(self, item: Any) -> Target | None:  # noqa: ANN401
        """Where a bookmark or a link annotation leads, None if out of the document or nowhere."""
        value = item.get("/Dest")
        action = item.get("/A")
        if value is None and isinstance(action, pikepdf.Dictionary):
            value = action.get("/D") if action.get("/S") == pikepdf.Name.GoTo else None
        if isinstance(value, pikepdf.Name | pikepdf.String):
            value = self._named().get(str(value))
        if isinstance(value, pikepdf.Dictionary):
            value = value.get("/D")
        return self._explicit(value) if isinstance(value, pikepdf.Array) else None

    def _explicit(self, array: Any) -> Target | None:  # noqa: ANN401
        page = array[0] if len(array) else None
        if isinstance(page, pikepdf.Dictionary):
            index = self._pages.get(page.objgen, -1)
        else:
            index = int(page) if isinstance(page, int) else -1
        if not 0 <= index < self._count:
            return None
        kind = str(array[1]) if len(array) > 1 else ""
        if kind not in _VIEWS:
            return Target(index)
        numbers = [_number(value) for value in list(array)[2 : 2 + _VIEWS[kind]]]
        return Target(index, (kind, *numbers, *[None] * (_VIEWS[kind] - len(numbers))))

    def _named(self) -> Mapping[str, Any]:
        if self._known is None:
            self._known = {}
            old = self._root.get("/Dests")
            if isinstance(old, pikepdf.Dictionary):
                self._known.update(entries(old))
            names = self._root.get("/Names")
            if isinstance(names, pikepdf.Dictionary):
                for key, value in tree_items(names.get("/Dests"), "/Names"):
                    self._known[str(key)] = value
        return self._known


def _number(value: Any) -> float | None:  # noqa: ANN401
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None


def _bookmarks(root: Any, finder: _Targets) -> Iterator[Bookmark]:  # noqa: ANN401
    """The outline in reading order; an entry that is met twice is listed once."""
    first = root.get("/First") if isinstance(root, pikepdf.Dictionary) else None
    pending, seen = [(first, 0)], set()
    while pending:
        entry, level = pending.pop()
        if not isinstance(entry, pikepdf.Dictionary) or entry.objgen in seen:
            continue
        seen.add(entry.objgen)
        if len(seen) > MAX_NODES:
            raise LimitError("the PDF has more bookmarks than the limit allows")
        pending.append((entry.get("/Next"), level))
        pending.append((entry.get("/First"), min(level + 1, MAX_LEVEL)))
        yield Bookmark(text_of(entry.get("/Title")), level, finder.of(entry))


def _links(pdf: pikepdf.Pdf, finder: _Targets) -> Iterator[Link]:
    for index, page in enumerate(pdf.pages):
        notes: Any = page.obj.get("/Annots", [])
        for note in notes if isinstance(notes, pikepdf.Array) else []:
            if not isinstance(note, pikepdf.Dictionary) or note.get("/Subtype") != "/Link":
                continue
            target, area = finder.of(note), _area(note.get("/Rect"))
            if target is not None and area is not None:
                yield Link(index, area, target)


def _area(value: Any) -> tuple[float, float, float, float] | None:  # noqa: ANN401
    numbers = [_number(item) for item in value] if isinstance(value, pikepdf.Array) else []
    if len(numbers) != 4 or any(number is None for number in numbers):
        return None
    a, b, c, d = (number or 0.0 for number in numbers)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _labels(root: Any, count: int) -> Iterator[Label]:  # noqa: ANN401
    for start, entry in tree_items(root, "/Nums"):
        if isinstance(start, int) and start < count and isinstance(entry, pikepdf.Dictionary):
            style = str(entry.get("/S", ""))
            first = entry.get("/St", 1)
            yield Label(
                int(start),
                text_of(entry.get("/P")),
                style if style in _STYLES else "",
                int(first) if isinstance(first, int) and first > 0 else 1,
            )


def rebuild(
    pdf: pikepdf.Pdf,
    navigation: Navigation,
    groups: Mapping[str, list[Redaction]],
    pictures: frozenset[int],
) -> None:
    """Put the navigation into a scrubbed document, its texts redacted.

    Args:
        pdf: the document, all its pages there.
        navigation: what `navigation_of` found.
        groups: redactions by unit.
        pictures: pages that became pictures, where coordinates are others: links on them go,
            links to them show the whole page.
    """
    pages = [page.obj for page in pdf.pages]
    _write_bookmarks(pdf, navigation.bookmarks, groups, pages, pictures)
    for link in navigation.links:
        if link.page not in pictures:
            _write_link(pdf, link, pages, pictures)
    if navigation.labels:
        entries = pikepdf.Array()
        for number, label in sorted(enumerate(navigation.labels, 1), key=lambda pair: pair[1].page):
            prefix = edited(label.prefix, f"label.{number}", groups)
            entries.append(label.page)
            entries.append(_label(label, prefix))
        pdf.Root["/PageLabels"] = pikepdf.Dictionary(Nums=entries)


def _label(label: Label, prefix: str) -> pikepdf.Dictionary:
    entry = pikepdf.Dictionary(St=label.first)
    if label.style:
        entry["/S"] = pikepdf.Name(label.style)
    if prefix:
        entry["/P"] = pikepdf.String(prefix)
    return entry


def _destination(target: Target, pages: Sequence[Any], pictures: frozenset[int]) -> pikepdf.Array:
    view = _FIT if target.page in pictures else target.view
    numbers = [None if value is None else round(float(value), 3) for value in view[1:]]
    return pikepdf.Array([pages[target.page], pikepdf.Name(str(view[0])), *numbers])


def _write_link(
    pdf: pikepdf.Pdf, link: Link, pages: Sequence[Any], pictures: frozenset[int]
) -> None:
    page = pages[link.page]
    if "/Annots" not in page:
        page["/Annots"] = pikepdf.Array()
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=pikepdf.Array([round(value, 3) for value in link.area]),
        Border=pikepdf.Array([0, 0, 0]),
        Dest=_destination(link.target, pages, pictures),
    )
    page["/Annots"].append(pdf.make_indirect(note))


def _write_bookmarks(
    pdf: pikepdf.Pdf,
    bookmarks: Sequence[Bookmark],
    groups: Mapping[str, list[Redaction]],
    pages: Sequence[Any],
    pictures: frozenset[int],
) -> None:
    """A new outline, closed below its first level (ISO 32000-1, 12.3.3)."""
    if not bookmarks:
        return
    root = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Outlines))
    above: list[Any] = [root]
    for number, bookmark in enumerate(bookmarks, 1):
        entry = pikepdf.Dictionary(Title=edited(bookmark.title, f"bookmark.{number}", groups))
        if bookmark.target is not None:
            entry["/Dest"] = _destination(bookmark.target, pages, pictures)
        entry = pdf.make_indirect(entry)
        del above[min(bookmark.level, len(above) - 1) + 1 :]
        _append(above[-1], entry, is_root=len(above) == 1)
        above.append(entry)
    pdf.Root["/Outlines"] = root


def _append(parent: Any, entry: Any, *, is_root: bool) -> None:  # noqa: ANN401
    entry["/Parent"] = parent
    if "/Last" in parent:
        last = parent["/Last"]
        last["/Next"], entry["/Prev"] = entry, last
    else:
        parent["/First"] = entry
    parent["/Last"] = entry
    count = abs(int(parent.get("/Count", 0))) + 1
    parent["/Count"] = count if is_root else -count
