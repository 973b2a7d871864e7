"""The corpus of hiding places: one document for each place of each format, with a secret in it.

The tables are those of the format tests, so that a place added there is in the corpus too. Nothing
is stored: every document is built when it is asked for, the same each time.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.corpus import plain
from tests.unit.documents import (
    nested_builder,
    test_archives,
    test_cards,
    test_eml,
    test_json,
    test_legacy,
    test_mbox,
    test_outlook,
    test_pptx,
    test_webpage,
    test_xlsx,
    test_xmlfile,
    word_places,
)
from tests.unit.documents.odf import test_odf
from tests.unit.documents.pdf import conftest as pdf_bench
from tests.unit.documents.pdf import test_hiding_places, test_pictures_and_beside
from tests.unit.documents.pictures import picture_builder
from tests.unit.documents.word_builder import Plant, Word

SECRET = "Zebulon Quarterstaff"
PARTIES = (
    (SECRET, "Quarterstaff", "Zebulon"),
    (test_hiding_places.SECRET, "Zebediah", "Quill"),
    ("Margaret Thornbury", "Thornbury"),
)
"""Whom the matter's list names; each with what else they are called."""
WORDS = ("quarterstaff", "zebulon", "quill", "zebediah", "thornbury")
"""Any of these in what is delivered is a leak, in whatever form it stands there."""
_HOW = 70
_ODD = re.compile(r"[^ -~]+")


@dataclass(frozen=True)
class Planted:
    """One hiding place.

    Attributes:
        format: of the document.
        place: where in it the secret hides; unique within the format.
        build: makes the document.
        slow: reading it needs LibreOffice or optical recognition.
    """

    format: str
    place: str
    build: Callable[[], bytes]
    slow: bool = False

    @property
    def key(self) -> str:
        """The place among all of the corpus."""
        return f"{self.format}: {self.place}"


def corpus() -> list[Planted]:
    """Every hiding place, in the order of formats."""
    found = [*_office(), *_open_document(), *_markup(), *_mail(), *_pdf(), *_pictures(), *_rest()]
    assert len({one.key for one in found}) == len(found), "no place twice"
    return found


def _office() -> Iterator[Planted]:
    for place, plant in word_places.PLACES.items():
        yield Planted("docx", place, partial(_word, plant))
    for place, plant in nested_builder.READABLE.items():
        yield Planted("docx", f"inside: {place}", partial(_word, plant), slow="picture" in place)
    for place, plant in nested_builder.WITHHELD.items():
        yield Planted("docx", f"inside: {place}", partial(_word, plant), slow="picture" in place)
    for place, book in test_xlsx.PLACES.items():
        yield Planted("xlsx", place, partial(book, SECRET))
    for place, show in test_pptx.PLACES.items():
        yield Planted("pptx", place, partial(show, SECRET))


def _word(plant: Plant) -> bytes:
    word = Word()
    plant(word, SECRET)
    return word.build()


def _open_document() -> Iterator[Planted]:
    file, shown = test_odf._file, "<text:p>A letter</text:p>"
    for place, inner in {**test_odf.READ, **test_odf.DROPPED}.items():
        body = shown + inner.format(s=SECRET)
        yield Planted("odt", place, partial(file, body))
    for name, text in test_odf.PARTS.items():
        part = {name.format(s=SECRET): text.format(s=SECRET, n=test_odf._NAMES)}
        place = name.format(s="NAME")
        yield Planted("odt", place, partial(file, shown, parts=part))
    table = test_odf.READ["table"].format(s=SECRET)
    yield Planted("ods", "cell", lambda: file(table, "ods"))
    page = f'<draw:page draw:name="{SECRET}">{test_odf.READ["text box"][8:-9]}</draw:page>'
    yield Planted("odp", "slide and its name", lambda: file(page.format(s=SECRET), "odp"))


def _markup() -> Iterator[Planted]:
    page, file = test_webpage._page, test_xmlfile._file
    for place, inner in {**test_webpage.READ, **test_webpage.DROPPED}.items():
        if place != "document type":
            yield Planted("html", place, partial(page, inner))
    doctype = f'<!DOCTYPE html PUBLIC "{SECRET}"><html><p>A page'.encode()
    yield Planted("html", "document type", lambda: doctype)
    for place, inner in {**test_xmlfile.READ, **test_xmlfile.DROPPED}.items():
        yield Planted("xml", place, partial(file, inner))
    for place, text in test_json.PLACES.items():
        yield Planted("json", place, text.encode)


def _mail() -> Iterator[Planted]:
    for place, build in test_eml.PLACES.items():
        yield Planted("eml", place, build)
    for place, build in test_outlook.PLACES.items():
        kind, _, where = place.partition(", ")
        yield Planted(kind.lower(), where, build)
    for place, build in test_mbox.PLACES.items():
        yield Planted("mbox", place, build)
    for place, content in test_cards.PLACES.items():
        kind = "vcf" if content.startswith(b"BEGIN:VCARD") else "ics"
        yield Planted(kind, place, partial(bytes, content))


def _pdf() -> Iterator[Planted]:
    for place, simple in test_hiding_places.PLACES.items():
        yield Planted("pdf", place.replace("_", " "), partial(_on_pages, simple))
    for place, (plant, _) in test_pictures_and_beside.PLACES.items():
        sight = place in test_pictures_and_beside.NEEDS_SIGHT
        name = place.replace("_", " ")
        yield Planted("pdf", name, _beside(place, plant), slow=sight)


def _on_pages(place: test_hiding_places.Place) -> bytes:
    return place(pdf_bench.Builder(), pdf_bench.lines)


def _beside_pixels(place: str) -> bytes:
    return picture_builder.hidden()[place]


def _in_pixels(kind: str) -> bytes:
    image = picture_builder.written(picture_builder.LINE, "The agreement is ended.")
    return picture_builder.saved(image, kind)


def _beside(place: str, plant: test_pictures_and_beside.Place) -> Callable[[], bytes]:
    def make() -> bytes:
        build = pdf_bench.Builder()
        plant(build, pdf_bench.lines)
        secret = test_pictures_and_beside.SECRET.encode()
        if place == "around_the_file":
            return b"% " + secret + b"\n" + build.bytes() + secret
        return build.bytes()

    return make


def _pictures() -> Iterator[Planted]:
    for place in picture_builder.hidden():
        kind, _, where = place.partition(" ")
        yield Planted(kind.lower(), where, partial(_beside_pixels, place), slow=True)
    for kind in ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP"):
        yield Planted(kind.lower(), "the pixels", partial(_in_pixels, kind), slow=True)


def _rest() -> Iterator[Planted]:
    for place, build in test_archives.PLACES.items():
        kind, _, where = place.partition(", ")
        yield Planted(kind.lower(), where or "the file in it", build)
    for place, text in test_legacy.RTF_PLACES.items():
        body = f"{{\\rtf1\\ansi A letter.\\par {text.format(s=SECRET)}\\par}}".encode()
        yield Planted("rtf", place, partial(bytes, body), slow=True)
    for kind in ("doc", "xls", "ppt"):
        yield Planted(kind, "the text", partial(test_legacy._binary, kind), slow=True)
    for (kind, place), content in plain.places(SECRET).items():
        yield Planted(kind, place, partial(bytes, content))


def how(content: bytes) -> str:
    """Where in the bytes of a planted document the secret can be seen, for the table."""
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            named = [n for n in archive.namelist() if _holds(archive.read(n)) or _holds(n.encode())]
        return ", ".join(f"`{name}`" for name in named[:3]) or "packed or in pieces"
    for line in content.splitlines():
        if (at := _at(line)) >= 0:
            begin = max(0, at - _HOW // 2)
            shown = _ODD.sub(" ", line[begin : begin + _HOW].decode("latin-1"))
            return f"`` {shown.strip().replace('|', chr(92) + '|')} ``"
    return "encoded, packed or in pieces"


def _at(line: bytes) -> int:
    folded = line.lower()
    return min((at for word in WORDS if (at := folded.find(word.encode())) >= 0), default=-1)


def _holds(data: bytes) -> bool:
    return _at(data) >= 0
