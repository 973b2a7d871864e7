"""Write frames anew: pixels, resolution and timing, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin

from handoff.documents.pictures.decode import Frame
from handoff.documents.pictures.kinds import Kind

_QUALITY = 92
_COLOURS = 256


def encode(frames: Iterator[Frame], kind: Kind) -> bytes:
    """`frames`, of which there must be one, as a file of `kind`."""
    out = io.BytesIO()
    if kind.writes == "TIFF":
        _pages(frames, out)
    else:
        _animation(frames, kind, out)
    return out.getvalue()


def _pages(frames: Iterator[Frame], out: io.BytesIO) -> None:
    """Page by page: a scan of hundreds of pages is never decoded at once."""
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for frame in frames:
            image = frame.image
            compression = "group4" if image.mode == "1" else "tiff_adobe_deflate"
            image.save(writer, "TIFF", compression=compression, **_resolution(frame))
            writer.newFrame()


def _animation(frames: Iterator[Frame], kind: Kind, out: io.BytesIO) -> None:
    limit = None if kind.writes in {"PNG", "GIF", "WEBP"} else 1
    first, *others = islice(frames, limit)
    options: dict[str, Any] = _resolution(first)
    if kind.writes in {"JPEG", "WEBP"}:
        options |= {"quality": _QUALITY}
    if kind.writes == "JPEG":
        options |= {"subsampling": 0}
    if others:
        durations = [frame.duration for frame in (first, *others)]
        images = [_suited(frame.image, kind) for frame in others]
        options |= {"save_all": True, "append_images": images, "duration": durations, "loop": 0}
    _suited(first.image, kind).save(out, kind.writes, **options)


def _resolution(frame: Frame) -> dict[str, Any]:
    return {} if frame.dpi is None else {"dpi": frame.dpi}


def _suited(image: Image.Image, kind: Kind) -> Image.Image:
    if kind.writes in {"JPEG", "WEBP"} and image.mode == "1":
        return image.convert("L")
    if kind.writes == "GIF":
        return _with_palette(image.convert("RGB"))
    return image


def _with_palette(image: Image.Image) -> Image.Image:
    """In at most 256 colours: its own where they are no more, else the nearest of 256 chosen."""
    pixels = np.asarray(image)
    colours, places = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    if len(colours) > _COLOURS:
        return image.quantize(_COLOURS)
    made = Image.fromarray(places.reshape(pixels.shape[:2]).astype(np.uint8))
    made.putpalette(colours.astype(np.uint8).tobytes())
    return made
