"""Bring pictures of every mode and size into what the engines read best."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

_LONG_SIDE = 2400
"""About A4 at 200 dpi; below it small print is lost (measured: benchmarks/bench_ocr.py)."""
_LARGEST_FACTOR = 4.0
_LIGHT, _DARK = 200, 110
_SAMPLE_SIDE = 600


def flattened(image: Image.Image) -> Image.Image:
    """`image` as 8-bit RGB without transparency; what cannot be seen is not in it.

    Transparent pictures are laid on white, or on black if what is visible of them is light.
    """
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image).convert("RGB")
    if image.mode in {"PA", "LA", "La", "RGBa", "RGBA"} or "transparency" in image.info:
        return _on_background(image.convert("RGBA"))
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit gray by its upper byte; other ranges stretched to 0-255."""
    values = np.nan_to_num(np.asarray(image).astype(np.float64))
    low, high = (0.0, 65535.0) if image.mode.startswith("I;16") else (values.min(), values.max())
    if image.mode == "I" and low >= 0 and high <= 65535.0:
        low, high = 0.0, 65535.0 if high > 255.0 else 255.0
    span = max(high - low, 1e-9)
    return Image.fromarray(((values - low) * (255 / span)).clip(0, 255).astype(np.uint8))


def _on_background(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image)
    visible = pixels[pixels[..., 3] > 0]
    light = bool(len(visible)) and float(visible[:, :3].mean()) > _LIGHT
    transparent = len(visible) < pixels.shape[0] * pixels.shape[1]
    shade = (0, 0, 0, 255) if light and transparent else (255, 255, 255, 255)
    return Image.alpha_composite(Image.new("RGBA", image.size, shade), image).convert("RGB")


def enlarged(picture: Image.Image) -> tuple[Image.Image, float]:
    """A small picture at a size at which print can be read, and the factor."""
    factor = min(_LARGEST_FACTOR, _LONG_SIDE / max(picture.size))
    if factor <= 1:
        return picture, 1.0
    width, height = picture.size
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return picture.resize(size, Image.Resampling.BICUBIC), factor


def gray(picture: Image.Image) -> Image.Image:
    """RGB as gray by the channel with the most contrast, dark print on light ground.

    Luminance alone would lose red print on a green ground of the same brightness.
    """
    # A sample of the pixels tells; all of a page would take half a second.
    sample = picture.resize(_sample_size(picture), Image.Resampling.NEAREST)
    pixels = np.asarray(sample)
    spread = [float(pixels[..., channel].std()) for channel in range(3)]
    best, luminance = int(np.argmax(spread)), sample.convert("L")
    coloured = spread[best] > 1.3 * float(np.asarray(luminance).std())
    chosen = picture.getchannel(best) if coloured else picture.convert("L")
    dark = float((pixels[..., best] if coloured else np.asarray(luminance)).mean()) < _DARK
    return ImageOps.invert(chosen) if dark else chosen


def _sample_size(picture: Image.Image) -> tuple[int, int]:
    factor = min(1.0, _SAMPLE_SIDE / max(picture.size))
    return max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
