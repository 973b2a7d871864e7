"""Pictures: read whole or held, findings burnt over, nothing beside the pixels survives."""

from __future__ import annotations

import importlib.util
import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageSequence

from handoff.documents.base import Limits
from handoff.documents.door import HouseDoor
from handoff.documents.ocr import missing
from handoff.documents.pictures.format import picture_formats
from handoff.documents.registry import sniff
from handoff.errors import (
    DamagedError,
    DocumentError,
    LimitError,
    ScanError,
    UnsafeContentError,
)
from handoff.model import DocumentOptions, Finding, Operator, Redaction, TextUnit, UnitKind


def _builder() -> Any:
    path = Path(__file__).with_name("picture_builder.py")
    spec = importlib.util.spec_from_file_location("picture_builder", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = _builder()
pytestmark = pytest.mark.skipif(missing() is not None, reason="no OCR engine on this machine")
KINDS = {form.name: form for form in picture_formats()}


def _redactions(units: tuple[TextUnit, ...], value: str) -> list[Redaction]:
    made = []
    for unit in units:
        at = unit.text.find(value)
        if at >= 0:
            finding = Finding(unit.unit_id, at, at + len(value), "PERSON", 1.0, "test")
            made.append(Redaction(finding, Operator.PSEUDONYMIZE, "[PERSON-7]"))
    return made


def _through(untrusted: bytes, value: str = "Margaret Thornbury") -> tuple[bytes, str, str]:
    """What is written, what was read in it before and what is read after, raw text apart."""
    door, form = HouseDoor(), sniff(untrusted)
    units = form.read(untrusted, door)
    written = form.rewrite(untrusted, _redactions(units, value), door)
    after = form.reread(written, HouseDoor())
    language = [unit.text for unit in after if unit.kind is not UnitKind.RAW]
    return written, "\n".join(unit.text for unit in units), "\n".join(language)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP", "HEIF"])
def test_a_name_in_a_picture_of_every_kind_is_burnt_over(kind: str) -> None:
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    untrusted = build.saved(build.written(build.LINE), kind)
    written, before, after = _through(untrusted)
    assert "Margaret Thornbury" in before
    assert "[PERSON-7]" in after
    assert "London" in after
    assert "Thornbury" not in after
    assert "Margaret" not in after
    with Image.open(io.BytesIO(written)) as image:
        assert image.size == (900, 120)


@pytest.mark.parametrize(
    "image",
    [
        build.written(build.LINE, paper=(30, 90, 160), ink=(250, 240, 90)),
        build.written(build.LINE, ink=255, paper=10),
        build.written(build.LINE, paper=(60, 140, 60), ink=(200, 30, 30)),
        build.written(build.LINE).convert("1"),
        build.written(build.LINE).convert("RGB").convert("CMYK"),
        build.written(build.LINE).convert("P"),
        build.written(build.LINE).convert("I;16").point(lambda level: level * 257),
        build.written(build.LINE).resize((360, 48), Image.Resampling.LANCZOS),
    ],
    ids=["coloured", "inverted", "red on green", "1-bit", "CMYK", "palette", "16-bit", "small"],
)
def test_writing_is_read_in_every_mode_and_colour(image: Any) -> None:
    kind = "TIFF" if image.mode in {"CMYK", "I;16"} else "PNG"
    _, before, after = _through(build.saved(image, kind))
    assert "Margaret Thornbury" in before
    assert "Thornbury" not in after


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_read_and_burnt_where_the_name_stands(turn: int) -> None:
    lines = (build.LINE, "The parties agree to the terms of", "this contract as they stand here.")
    page = build.written(*lines).rotate(turn, expand=True, fillcolor=255)
    written, before, _ = _through(build.saved(page, "PNG"))
    assert "Margaret Thornbury" in before
    with Image.open(io.BytesIO(written)) as image:
        upright = image.rotate(-turn, expand=True)
    _, after, _ = _through(build.saved(upright, "PNG"), "nothing")
    assert "Thornbury" not in after
    assert "contract" in after


def test_exif_orientation_is_applied_and_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # what is stored must be turned by 270 degrees to stand upright
    lying = build.written(build.LINE).rotate(90, expand=True)
    written, before, _ = _through(build.saved(lying, "JPEG", exif=exif))
    assert "Margaret Thornbury" in before
    with Image.open(io.BytesIO(written)) as image:
        assert image.size == (900, 120)
        assert not image.getexif()


@pytest.mark.parametrize("kind", ["TIFF", "GIF"])
def test_every_page_and_frame_is_read_and_kept(kind: str) -> None:
    second = build.written("Counsel: Ingrid Aaltonen of Leeds.", width=960)
    first = build.written("A page without any names at all.", width=960)
    untrusted = build.saved(first, kind, save_all=True, append_images=[second], duration=250)
    written, before, after = _through(untrusted, "Ingrid Aaltonen")
    assert "Ingrid Aaltonen" in before
    assert "Aaltonen" not in after
    with Image.open(io.BytesIO(written)) as image:
        assert len(list(ImageSequence.Iterator(image))) == 2


def test_pages_of_a_tiff_keep_their_sizes_and_resolution() -> None:
    second = build.plain().resize((80, 30))
    untrusted = build.saved(
        build.plain(), "TIFF", save_all=True, append_images=[second], dpi=(200, 200)
    )
    written, _, _ = _through(untrusted)
    with Image.open(io.BytesIO(written)) as image:
        assert [page.size for page in ImageSequence.Iterator(image)] == [(48, 48), (80, 30)]
        assert image.info["dpi"] == (200, 200)


@pytest.mark.parametrize("place", build.hidden())
def test_nothing_beside_the_pixels_survives(place: str) -> None:
    written, before, after = _through(build.hidden()[place])
    assert build.SECRET.encode() not in written
    assert build.SECRET.encode("utf-16-le") not in written
    assert build.SECRET not in before + after
    with Image.open(io.BytesIO(written)) as image:
        assert set(image.info) <= {
            "dpi", "jfif", "jfif_version", "jfif_unit", "jfif_density", "background", "version",
            "compression", "loop", "duration", "timestamp", "resolution", "extension",
        }  # fmt: skip


def test_the_second_reading_shows_text_in_the_bytes() -> None:
    produced = build.hidden()["JPEG comment"]
    units = KINDS["jpeg"].reread(produced, HouseDoor())
    assert build.SECRET in units[0].text
    assert units[0].kind is UnitKind.RAW


def test_scribbles_are_held_with_their_page_named() -> None:
    page = build.scribbled(build.written(build.LINE, "", "", "", width=900))
    untrusted = build.saved(build.plain(), "TIFF", save_all=True, append_images=[page])
    with pytest.raises(ScanError, match="page 2: handwriting or a scan too poor to read"):
        sniff(untrusted).read(untrusted, HouseDoor())


@pytest.mark.parametrize(
    ("what", "options"),
    [
        ("faces", DocumentOptions(faces="redact")),
        ("signatures", DocumentOptions(signatures="redact")),
    ],
)
def test_a_profile_that_asks_for_what_is_not_looked_for_holds_pictures(
    what: str, options: DocumentOptions
) -> None:
    door = HouseDoor(options=options)
    with pytest.raises(UnsafeContentError, match=what):
        KINDS["png"].read(build.saved(build.plain(), "PNG"), door)


def _huge(kind: str) -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    if kind == "PNG":
        body = build.png_chunk(b"IDAT", zlib.compress(bytes(1_000)))
        return b"".join((b"\x89PNG\r\n\x1a\n", build.png_chunk(b"IHDR", header), body))
    return (
        b"GIF89a" + struct.pack("<HH", 65_000, 65_000) + b"\0\0\0,\0\0\0\0\xe8\xfd\xe8\xfd\0\x02\0;"
    )


def _bomb() -> bytes:
    whole = build.saved(build.plain(), "PNG")
    text = build.png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000)))
    return b"".join((whole[:33], text, whole[33:]))


def _cyclic() -> bytes:
    """A TIFF whose directory names itself as the next."""
    whole = bytearray(build.saved(build.plain(), "TIFF"))
    first = struct.unpack_from("<I", whole, 4)[0]
    count = struct.unpack_from("<H", whole, first)[0]
    struct.pack_into("<I", whole, first + 2 + 12 * count, first)
    return bytes(whole)


@pytest.mark.parametrize(
    ("untrusted", "error"),
    [
        (_huge("PNG"), LimitError),
        (_huge("GIF"), LimitError),
        (_bomb(), DocumentError),
        (build.saved(build.plain(), "PNG")[:-40], DamagedError),
        (build.saved(build.plain(), "JPEG")[:300], DamagedError),
        (build.saved(build.plain(), "TIFF")[:300], DamagedError),
        (b"\x89PNG\r\n\x1a\n", DamagedError),
        (b"\xff\xd8\xff", DamagedError),
    ],
    ids=[
        "huge PNG",
        "huge GIF",
        "zTXt bomb",
        "cut PNG",
        "cut JPEG",
        "cut TIFF",
        "no PNG",
        "no JPEG",
    ],
)
def test_hostile_pictures_are_held(untrusted: bytes, error: type[DocumentError]) -> None:
    with pytest.raises(error):
        sniff(untrusted).read(untrusted, HouseDoor())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_cut_picture_is_held_though_a_library_allows_cut_ones(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    untrusted = build.saved(build.plain(), kind)
    with pytest.raises(DamagedError):
        sniff(untrusted).read(untrusted[: len(untrusted) * 3 // 4], HouseDoor())


def test_a_tiff_whose_directories_go_in_a_circle_ends() -> None:
    untrusted = _cyclic()
    try:
        written, _, _ = _through(untrusted)
    except DocumentError:
        return
    assert len(written) < 100_000


def test_more_pixels_than_the_limit_are_held_before_they_are_decoded() -> None:
    with pytest.raises(LimitError):
        KINDS["png"].read(
            build.saved(build.plain(), "PNG"), HouseDoor(Limits(image_pixels=48 * 48 - 1))
        )


def test_a_box_is_solid_and_quantised_where_the_profile_asks() -> None:
    untrusted = build.saved(build.written(build.LINE), "PNG")
    widths = []
    for option in ("exact", "quantised"):
        door = HouseDoor(options=replace(DocumentOptions(), box_widths=option))
        units = KINDS["png"].read(untrusted, door)
        written = KINDS["png"].rewrite(untrusted, _redactions(units, "Thornbury"), door)
        with Image.open(io.BytesIO(written)) as image:
            row = image.convert("L").crop((0, 34, 900, 35)).tobytes()
        widths.append(max(map(len, row.replace(b"\0", b"#").split(b"\xff"))))
    assert widths[1] >= widths[0] > 100


_SEEDS = [
    build.saved(build.plain(), kind) for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP")
]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.sampled_from(_SEEDS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
    length=st.floats(0.3, 1),
)
def test_mutated_bytes_are_held_or_written_clean(
    seed: bytes, changes: list[tuple[float, int]], length: float
) -> None:
    mutated = bytearray(seed[: max(12, int(len(seed) * length))])
    for place, value in changes:
        mutated[int(place * (len(mutated) - 1))] = value
    untrusted = bytes(mutated) + build.SECRET.encode()
    try:
        form = sniff(untrusted)
        if form.name not in KINDS:
            return
        door = HouseDoor(Limits(image_pixels=100_000))
        form.read(untrusted, door)
        written = form.rewrite(untrusted, [], door)
    except DocumentError:
        return
    assert build.SECRET.encode() not in written
