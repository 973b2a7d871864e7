"""Open a picture: every page or frame of it, upright, or not at all."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from handoff.documents.base import Limits
from handoff.documents.ocr.prepare import flattened
from handoff.documents.pictures.kinds import Kind
from handoff.errors import DamagedError, EmptyError, LimitError, OcrMissingError

_PAGES = 1_000
_TOTAL_PICTURES = 20
"""All pages together may have this many times the pixels of the largest picture allowed."""
_DPI = (10.0, 10_000.0)
_MILLISECONDS = 65_535


@dataclass(frozen=True, slots=True)
class Frame:
    """One page or frame.

    Attributes:
        image: upright and opaque, "1", "L" or "RGB"; no information beside the pixels.
        dpi: resolution, where the file says one that can be.
        duration: milliseconds for which a frame of an animation stands, 0 elsewhere.
    """

    image: Image.Image = field(repr=False)
    dpi: tuple[float, float] | None = None
    duration: int = 0


def frames(untrusted: bytes, kind: Kind, limits: Limits) -> Iterator[Frame]:
    """Every page or frame of `untrusted`, one after the other.

    Raises:
        DamagedError: it cannot be decoded to its end.
        LimitError: it has more pixels or pages than `limits` allow; found before decoding.
        OcrMissingError: what decodes this kind is not installed.
    """
    with _translated(), _opened(untrusted, kind, limits) as image:
        yield from _each(image, limits)


@contextmanager
def _opened(untrusted: bytes, kind: Kind, limits: Limits) -> Iterator[Image.Image]:
    if kind.name == "heic":
        _register_heif()
    # Pillow's switch is one for the whole process, and libraries turn it on as they are imported
    # (WeasyPrint does); a cut file would then be "read", its lost part grey.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(io.BytesIO(untrusted), formats=kind.decoders) as image:
        _require_small(image, limits)
        yield image


def _each(image: Image.Image, limits: Limits) -> Iterator[Frame]:
    # The further pictures of a JPEG (MPO) are depth maps, previews, the other eye: no viewer
    # shows them as pages, so they are dropped.
    total, spent = 1 if image.format == "MPO" else getattr(image, "n_frames", 1), 0
    if total > _PAGES:
        raise LimitError(f"the picture has more than {_PAGES} pages")
    for number in range(total):
        if number:
            image.seek(number)
        spent += _require_small(image, limits)
        if spent > _TOTAL_PICTURES * limits.image_pixels:
            raise LimitError("the pages of the picture have more pixels than the limit together")
        image.load()
        yield _frame(image)


def _require_small(image: Image.Image, limits: Limits) -> int:
    pixels = image.width * image.height
    if pixels > limits.image_pixels:
        raise LimitError(f"a picture has more than {limits.image_pixels:,} pixels")
    if pixels == 0:
        raise EmptyError("the picture has no pixels")
    return pixels


def _frame(image: Image.Image) -> Frame:
    duration = image.info.get("duration", 0)
    upright = ImageOps.exif_transpose(image)
    return Frame(
        _plain(upright),
        _dpi(image.info.get("dpi")),
        min(_MILLISECONDS, int(duration)) if isinstance(duration, int | float) else 0,
    )


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, in a mode in which nothing can be hidden."""
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        plain = image
    else:
        plain = _in_srgb(image) or flattened(image)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(image: Image.Image) -> Image.Image | None:
    """Colours by the file's ICC profile, which itself goes; None where it has none that works."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or image.mode not in {"RGB", "CMYK"}:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return made


def _dpi(untrusted: object) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in untrusted)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    low, high = _DPI
    return (across, down) if low <= across <= high and low <= down <= high else None


def _register_heif() -> None:
    try:
        import pillow_heif
    except ImportError:
        raise OcrMissingError("pillow-heif, which reads HEIC pictures, is not installed") from None
    pillow_heif.register_heif_opener(thumbnails=False)


@contextmanager
def _translated() -> Iterator[None]:
    """Pillow's many exceptions as ours, without their words; its warnings are errors here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise LimitError("a picture has far more pixels than the limit") from None
    except (
        UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError,
        AttributeError, EOFError, OverflowError, ZeroDivisionError, RuntimeError, struct.error,
        AssertionError,
    ):  # fmt: skip
        raise DamagedError("the picture cannot be decoded to its end") from None
