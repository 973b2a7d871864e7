"""Pictures that tests make: writing, scribbles, files with something hidden in them."""

from __future__ import annotations

import io
import math
import random
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin, TiffImagePlugin

SECRET = "Thornbury"
LINE = "Signed by Margaret Thornbury in London."


def written(*lines: str, size: int = 34, width: int = 900, ink: Any = 0, paper: Any = 255) -> Any:
    """A gray picture of `lines`, or one in colour if `paper` is a colour."""
    mode = "RGB" if isinstance(paper, tuple) else "L"
    image = Image.new(mode, (width, 60 + 60 * len(lines)), paper)
    for number, line in enumerate(lines):
        place = (40, 30 + 60 * number)
        ImageDraw.Draw(image).text(place, line, font=ImageFont.load_default(size), fill=ink)
    return image


def scribbled(image: Any) -> Any:
    """`image` with loops of a pen below."""
    pen = random.Random(3)
    across, points = 100.0, []
    for turn in range(270):
        across += pen.uniform(0.5, 3)
        high = 45 * math.sin(turn * 0.33) * math.cos(turn * 0.11)
        points.append((across + 25 * math.sin(turn * 0.5), image.height * 0.7 + high))
    ImageDraw.Draw(image).line(points, fill=20, width=5, joint="curve")
    return image


def plain() -> Any:
    """A small picture without writing; quick to read."""
    return Image.linear_gradient("L").resize((48, 48)).convert("RGB")


def saved(image: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def _exif() -> Any:
    exif = Image.Exif()
    exif[0x013B] = SECRET  # Artist
    exif[0x9C9D] = SECRET.encode("utf-16-le")  # XPAuthor
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + SECRET.encode()  # UserComment
    return exif


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def _jpeg_with(marker: int, content: bytes) -> bytes:
    whole = saved(plain(), "JPEG")
    return whole[:2] + _segment(marker, content) + whole[2:]


def _png_with(name: bytes, content: bytes) -> bytes:
    whole = saved(plain(), "PNG")
    return whole[:33] + png_chunk(name, content) + whole[33:]


def _text_chunk(compressed: bool) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET, zip=compressed)
    return saved(plain(), "PNG", pnginfo=info)


def _under_alpha() -> bytes:
    image = written(LINE, paper=(255, 255, 255), ink=(0, 0, 0))
    image.putalpha(0)
    return saved(image, "PNG")


def _tiff_tag() -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = SECRET
    tags[65000] = SECRET
    tags.tagtype[65000] = 2
    return saved(plain(), "TIFF", tiffinfo=tags)


def hidden() -> dict[str, bytes]:
    """A file for each place beside the pixels in which SECRET is hidden."""
    secret = SECRET.encode()
    return {
        "JPEG EXIF": saved(plain(), "JPEG", exif=_exif()),
        "JPEG EXIF thumbnail": _jpeg_with(0xE1, b"Exif\0\0" + saved(plain(), "JPEG") + secret),
        "JPEG XMP": _jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + secret + b"</x>"),
        "JPEG IPTC": _jpeg_with(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x09" + secret),
        "JPEG comment": _jpeg_with(0xFE, secret),
        "JPEG APP9": _jpeg_with(0xE9, secret),
        "JPEG ICC text": saved(plain(), "JPEG", icc_profile=b"\0" * 128 + secret),
        "JPEG trailing": saved(plain(), "JPEG") + secret,
        "JPEG second picture": saved(plain(), "MPO", save_all=True, append_images=[plain()])
        + secret,
        "PNG tEXt": _text_chunk(compressed=False),
        "PNG zTXt": _text_chunk(compressed=True),
        "PNG iTXt": _png_with(b"iTXt", b"Author\0\0\0\0\0" + secret),
        "PNG eXIf": saved(plain(), "PNG", exif=_exif()),
        "PNG private chunk": _png_with(b"prVt", secret),
        "PNG trailing": saved(plain(), "PNG") + secret,
        "PNG under alpha": _under_alpha(),
        "GIF comment": saved(plain(), "GIF", comment=secret),
        "GIF trailing": saved(plain(), "GIF") + secret,
        "WebP EXIF": saved(plain(), "WEBP", exif=_exif()),
        "WebP XMP": saved(plain(), "WEBP", xmp=secret),
        "TIFF tags": _tiff_tag(),
        "TIFF trailing": saved(plain(), "TIFF") + secret,
        "BMP trailing": saved(plain(), "BMP") + secret,
    }
