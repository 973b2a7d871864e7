"""Documents inside Office packages, in every place where one can be referred to."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.unit.documents.word_builder import Word, paragraph, run

OLE = "application/vnd.openxmlformats-officedocument.oleObject"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EMF = b"\x01\x00\x00\x00l\x00\x00\x00" + bytes(32) + b" EMF" + bytes(60)


def inner(secret: str) -> bytes:
    """A Word document that says `secret` in its body ."""
    word = Word()
    word.body.append(paragraph(f"inside {secret} here"))
    # Longer than what a compound file keeps in its mini stream.
    word.parts["word/unreferenced.bin"] = random.Random(1).randbytes(5000)
    return word.build()


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file ([MS-CFB]) of small streams: one FAT sector, no mini stream."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    contents = [content.ljust(4096, b"\0") for content in streams.values()]
    fat: list[int] = [0xFFFFFFFD, end]
    starts = []
    for content in contents:
        count = -(-len(content) // sector)
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + count), end]
    directory = _entry("Root Entry", 5, end, 0, 1) + b"".join(
        _entry(name, 2, start, len(content), free)
        for name, start, content in zip(streams, starts, contents, strict=True)
    )
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + bytes(6)
        + _words(0, 1, 1, 0, 4096, end, 0, end, 0, 0) + _words(free) * 108
    )  # fmt: skip
    table = b"".join(_words(entry) for entry in fat).ljust(sector, b"\xff")
    assert len(table) == sector, "one FAT sector is enough"
    body = b"".join(
        content.ljust(-(-len(content) // sector) * sector, b"\0") for content in contents
    )
    return header + table + directory.ljust(sector, b"\0") + body


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "little") for number in numbers)


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    free = 0xFFFFFFFF
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0") + len(encoded).to_bytes(2, "little") + bytes([kind, 1])
        + _words(free, free, child) + bytes(36) + _words(start, size, 0)
    )  # fmt: skip


def picture(word: Word, content: bytes, kind: str = "image/png") -> None:
    """A picture in the body."""
    rel_id = word.add_part(f"word/media/i{len(word.rels)}.bin", kind, content, "image")
    word.body.append(
        f'<w:p><w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill>'
        f'<a:blip r:embed="{rel_id}"/><a:srcRect l="50000"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def embedded(word: Word, content: bytes, rel: str = "package", kind: str = DOCX) -> None:
    """An embedded document with its picture, as Word writes them."""
    shown = word.add_part(f"word/media/e{len(word.rels)}.emf", "image/x-emf", EMF, "image")
    rel_id = word.add_part(f"word/embeddings/o{len(word.rels)}.bin", kind, content, rel)
    word.body.append(
        '<w:p><w:r><w:object w:dxaOrig="100" w:dyaOrig="100"><v:shape id="s9" style="width:10pt">'
        f'<v:imagedata r:id="{shown}" o:title=""/></v:shape><o:OLEObject Type="Embed" '
        f'ProgID="Word.Document.8" ShapeID="s9" DrawAspect="Content" r:id="{rel_id}"/>'
        "</w:object></w:r></w:p>"
    )


def chunk(word: Word, content: bytes, kind: str) -> None:
    """A chunk of another format, put into the body by reference."""
    rel_id = word.add_part(f"word/afchunk{len(word.rels)}.dat", kind, content, "aFChunk")
    word.body.append(f'<w:altChunk r:id="{rel_id}"/>')


def recording(word: Word, content: bytes) -> None:
    """A film behind a picture."""
    kind = "http://schemas.microsoft.com/office/2007/relationships/media"
    rel_id = word.add_part("word/media/film.mp4", "video/mp4", content, kind)
    word.body.append(f'<w:p><w:r>{run("film")[5:-6]}<a:hlinkClick r:id="{rel_id}"/></w:r></w:p>')


Plant = Callable[[Word, str], None]
READABLE: dict[str, Plant] = {
    "embedded package": lambda word, s: embedded(word, inner(s)),
    "package in an OLE container": lambda word, s: embedded(
        word, ole({"Package": inner(s)}), "oleObject", OLE
    ),
    "document in a document in a document": lambda word, s: embedded(word, _outer(s)),
    "chunk of Word": lambda word, s: chunk(word, inner(s), DOCX),
    "chunk of plain text": lambda word, s: chunk(word, f"inside {s} here".encode(), "text/plain"),
}
WITHHELD: dict[str, Plant] = {
    "EMF picture": lambda word, s: picture(word, EMF + s.encode(), "image/x-emf"),
    "WMF picture": lambda word, s: picture(word, b"\xd7\xcd\xc6\x9a" + s.encode(), "image/x-wmf"),
    "SVG picture": lambda word, s: picture(
        word, f"<svg xmlns='http://www.w3.org/2000/svg'><text>{s}</text></svg>".encode()
    ),
    "text that claims to be a picture": lambda word, s: picture(word, s.encode()),
    "document that claims to be a picture": lambda word, s: picture(word, inner(s)),
    "object of an unknown program": lambda word, s: embedded(
        word, ole({"CONTENTS": s.encode()}), "oleObject", OLE
    ),
    "object that is packed by the packager": lambda word, s: embedded(
        word, ole({"\x01Ole10Native": s.encode()}), "oleObject", OLE
    ),
    "object that is broken": lambda word, s: embedded(
        word, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + s.encode(), "oleObject", OLE
    ),
    "plain text as an embedded document": lambda word, s: embedded(word, s.encode()),
    "chunk of an unknown type": lambda word, s: chunk(
        word, b"7z\xbc\xaf\x27\x1c" + s.encode(), "x/y"
    ),
    "film": lambda word, s: recording(word, s.encode()),
}


def _outer(secret: str) -> bytes:
    word = Word()
    embedded(word, inner(secret))
    return word.build()
