"""Bring pictures of every mode and size into what the engines read best."""

from __future__ import annotations

import numpy as np
from PIL import Image

_LONG_SIDE = 2400
"""About A4 at 200 dpi; below it small print is lost (measured: benchmarks/bench_ocr.py)."""
_LARGEST_FACTOR = 4.0
_LIGHT = 200


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
    pixels = np.asarray(picture)
    spread = [float(pixels[..., channel].std()) for channel in range(3)]
    luminance = np.asarray(picture.convert("L"))
    best = int(np.argmax(spread))
    chosen = pixels[..., best] if spread[best] > 1.3 * float(luminance.std()) else luminance
    return Image.fromarray(255 - chosen if float(chosen.mean()) < 110 else chosen)
