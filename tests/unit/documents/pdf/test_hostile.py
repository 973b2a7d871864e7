"""Hostile PDFs end as a DocumentError or as a clean result, in bounded time and memory."""

from __future__ import annotations

import io
import random
import resource
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.documents.base import Limits
from handoff.errors import DamagedError, DocumentError, LimitError
from tests import watchdog

Name, Dictionary, Array = pikepdf.Name, pikepdf.Dictionary, pikepdf.Array
Show = Callable[..., str]


def raw_pdf(*objects: bytes, root: int = 1) -> bytes:
    """A file of numbered objects with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        root,
        start,
    )
    return bytes(out)


@cache
def bomb(size: int) -> bytes:
    """About a millionth of `size`: blanks, packed twice."""
    block = b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    segment = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(size // len(block)):
        checksum = zlib.adler32(block, checksum)
    end = packer.flush() + checksum.to_bytes(4, "big")
    return zlib.compress(b"\x78\x9c" + segment * (size // len(block)) + end, 9)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
STREAM = b"<< /Length %d %s >>\nstream\n%s\nendstream"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R %s >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def _bomb_in_contents() -> bytes:
    packed = bomb(2_000_000_000)
    filters = b"/Filter [/FlateDecode /FlateDecode]"
    return raw_pdf(CATALOG, PAGES, PAGE % b"", STREAM % (len(packed), filters, packed))


def _bomb_in_a_font() -> bytes:
    packed = bomb(2_000_000_000)
    filters = b"/Filter [/FlateDecode /FlateDecode]"
    return raw_pdf(
        CATALOG,
        PAGES,
        PAGE % b"/Resources << /Font << /F1 5 0 R >> >>",
        STREAM % (33, b"", b"BT /F1 12 Tf 9 9 Td (hello) Tj ET"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        STREAM % (len(packed), filters, packed),
    )


def _bomb_beside_the_pages() -> bytes:
    packed = bomb(2_000_000_000)
    filters = b"/Filter [/FlateDecode /FlateDecode] /Type /ObjStm /N 1 /First 5"
    return raw_pdf(
        CATALOG, PAGES, PAGE % b"", STREAM % (0, b"", b""), STREAM % (len(packed), filters, packed)
    )


def _million_pages() -> bytes:
    return raw_pdf(CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", PAGE % b"")


def _negative_pages() -> bytes:
    return raw_pdf(CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count -7 >>", PAGE % b"")


def _no_pages() -> bytes:
    return raw_pdf(CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>")


def _cyclic_page_tree() -> bytes:
    node = b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 2 >>"
    return raw_pdf(CATALOG, node, node)


def _cyclic_forms() -> bytes:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>"
    return raw_pdf(
        CATALOG,
        PAGES,
        PAGE % b"/Resources << /XObject << /X 5 0 R >> >>",
        STREAM % (5, b"", b"/X Do"),
        STREAM % (11, form, b"/X Do /X Do"),
    )


def _form_fan() -> bytes:
    """Forms that draw forms that draw forms, each ten times: 10^12 drawings."""
    body = b"/X Do " * 10
    links = [b"<< /XObject << /X %d 0 R >> >>" % (i + 1) for i in range(5, 17)]
    forms = [
        STREAM
        % (
            len(body),
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources " + link,
            body,
        )
        for link in links
    ]
    last = STREAM % (10, b"/Subtype /Form /BBox [0 0 9 9]", b"0 0 1 1 re")
    page = PAGE % b"/Resources << /XObject << /X 5 0 R >> >>"
    return raw_pdf(CATALOG, PAGES, page, STREAM % (5, b"", b"/X Do"), *forms, last)


def _deep_nesting() -> bytes:
    return raw_pdf(CATALOG, PAGES, PAGE % (b"/X " + b"[" * 100_000 + b"]" * 100_000))


def _huge_page() -> bytes:
    return raw_pdf(
        CATALOG,
        PAGES,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1e30 1e30] /Contents 4 0 R >>",
        STREAM % (10, b"", b"0 0 1 1 re"),
    )


def _huge_dash() -> bytes:
    content = b"[0.0001 0.0001] 0 d 0 0 m 600 700 l S " * 50
    return raw_pdf(CATALOG, PAGES, PAGE % b"", STREAM % (len(content), b"", content))


def _contents_of_the_wrong_type() -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox (x) /Contents [1 (a) null] /Resources 7 >>"
    return raw_pdf(CATALOG, PAGES, page)


def _page_that_is_its_own_resources() -> bytes:
    return raw_pdf(CATALOG, PAGES, PAGE % b"/Resources 3 0 R /Annots 3 0 R", STREAM % (0, b"", b""))


HOSTILE: dict[str, tuple[Callable[[], bytes], type[DocumentError] | None]] = {
    "a bomb as the page's content": (_bomb_in_contents, LimitError),
    "a bomb as a character map": (_bomb_in_a_font, LimitError),
    "a bomb that no page uses": (_bomb_beside_the_pages, None),
    "a million pages claimed": (_million_pages, None),
    "a negative number of pages": (_negative_pages, None),
    "no pages": (_no_pages, DamagedError),
    "a page tree in a circle": (_cyclic_page_tree, None),
    "forms in a circle": (_cyclic_forms, None),
    "forms by the trillion": (_form_fan, LimitError),
    "arrays 100,000 deep": (_deep_nesting, None),
    "a page without bounds": (_huge_page, None),
    "dashes without number": (_huge_dash, None),
    "wrong types everywhere": (_contents_of_the_wrong_type, None),
    "a page that is its own resources": (_page_that_is_its_own_resources, None),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_document_is_held_or_made_harmless(
    name: str, bench_with: Callable[[Limits], Any]
) -> None:
    make, expected = HOSTILE[name]
    bench = bench_with(Limits(engine_memory=300_000_000))
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome: DocumentError | None = None
    try:
        with watchdog.ends():
            bench.reread(bench.redact(content, "hello"))
    except DocumentError as error:
        outcome = error
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 1_500_000  # KiB
    if expected is not None:
        assert isinstance(outcome, expected), repr(outcome)


def _seed_document(build: Any, show: Show) -> bytes:
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        Rect=Array([72, 500, 372, 520]),
        AP=Dictionary(N=build.form("BT /F1 12 Tf 2 4 Td (field) Tj ET")),
    )
    build.page(
        "/Span <</ActualText (x)>> BDC " + show("Dear Zebediah") + " EMC /X Do",
        {"/XObject": Dictionary(X=build.form(show("form", y=300)))},
        Annots=Array([build.pdf.make_indirect(field)]),
    )
    build.pdf.Root.AcroForm = Dictionary(Fields=build.pdf.pages[0].obj.Annots)
    build.page("q 9 0 0 9 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 ID abcd EI Q " + show("two"))
    return bytes(
        build.bytes(compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    )


def _survives(bench: Any, content: bytes) -> None:
    """Read, redact and read again: a DocumentError at most, and none that quotes."""
    outcome = ""
    try:
        bench.reread(bench.redact(content, "Zebediah|form|field|two"))
    except DocumentError as error:
        outcome = f"{error} {error.hint}"
    assert "Zebediah" not in outcome


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cut=st.integers(0, 4000), junk=st.binary(max_size=8))
def test_truncated_documents_are_documents_errors_or_results(
    cut: int, junk: bytes, bench: Any, build: Any, show_lines: Show
) -> None:
    if not len(build.pdf.pages):
        _seed_document(build, show_lines)
    content = build.bytes(compress_streams=False)
    _survives(bench, content[: max(9, len(content) - cut)] + junk)


@pytest.mark.parametrize("seed", range(60))
def test_mutated_documents_are_document_errors_or_results(
    seed: int, bench: Any, build: Any, show_lines: Show
) -> None:
    rng = random.Random(seed)
    content = bytearray(_seed_document(build, show_lines))
    for _ in range(rng.randint(1, 12)):
        position = rng.randrange(9, len(content))
        match rng.randrange(4):
            case 0:
                content[position] = rng.randrange(256)
            case 1:
                del content[position : position + rng.randrange(40)]
            case 2:
                content[position:position] = content[: rng.randrange(200)]
            case _:
                content[position : position + 1] = rng.choice(
                    [b"999999999", b"-1", b"<<", b">>", b"[", b"]", b" R ", b"null", b"/", b"("]
                )
    _survives(bench, bytes(content))


def test_a_document_that_killed_its_engine_does_not_touch_the_next(
    bench_with: Callable[[Limits], Any], build: Any, show_lines: Show
) -> None:
    bench = bench_with(Limits(engine_memory=300_000_000))
    with pytest.raises(LimitError):
        bench.read(_bomb_in_contents())
    build.page(show_lines("next please"))
    assert bench.text(build.bytes()) == "next please"


def test_hidden_revisions_do_not_count_as_pages(bench: Any, build: Any, show_lines: Show) -> None:
    build.page(show_lines("one"))
    content = build.bytes()
    with pikepdf.open(io.BytesIO(bench.redact(content + content, "nothing"))) as pdf:
        assert len(pdf.pages) == 1
