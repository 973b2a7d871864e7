"""Read printed pages clean, small, noisy, askew and turned; scribbles and pictures without words.

Figures are processor seconds a page of this process, the share of words missed, and the verdict;
the pages are drawn with the fonts that Pillow carries, so they are the same everywhere.
"""

from __future__ import annotations

import io
import math
import resource
import time
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks.ocr_pictures import by_hand, wordless
from handoff.documents.ocr import Verdict, recognize, second_opinion

TEXT = (
    "This Agreement is made on 3 May 2021 between Margaret Thornbury of Leeds, the Seller, and "
    "Piotr Wolanski, managing director of Harrow Feldspar Limited, the Buyer. Any dispute shall be "
    "referred to Dr. Ingrid Aaltonen as sole arbitrator, whose award is final between the parties."
)
A4 = (2480, 3508)


def page(points: int = 11, dpi: int = 300) -> tuple[Image.Image, list[str]]:
    """A page of A4 and the words on it."""
    size = (A4[0] * dpi // 300, A4[1] * dpi // 300)
    image, font = Image.new("L", size, 255), ImageFont.load_default(points * dpi / 72)
    draw, words, place = ImageDraw.Draw(image), list[str](), [dpi, dpi]
    for word in TEXT.split() * 8:
        width = int(draw.textlength(word + " ", font=font))
        if place[0] + width > size[0] - dpi:
            place = [dpi, place[1] + int(points * dpi / 48)]
        if place[1] > size[1] - dpi:
            break
        draw.text((place[0], place[1]), word, font=font, fill=0)
        words.append(word)
        place[0] += width
    return image, words


def noisy(image: Image.Image, grain: float, blur: float, quality: int) -> Image.Image:
    """As a poor scanner would have it."""
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(blur))).astype(np.float32)
    pixels += np.random.default_rng(1).normal(0, grain, pixels.shape)
    out = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=quality)
    return Image.open(out)


def scribbled(image: Image.Image) -> Image.Image:
    """With loops of a pen on the lower half."""
    low = image.height * 0.8
    loops = [(500 + 7 * t, low + 60 * math.sin(t * 0.9) * math.cos(t * 0.2)) for t in range(150)]
    ImageDraw.Draw(image).line(loops, fill=20, width=6, joint="curve")
    return image


def cases() -> Iterator[tuple[str, Image.Image, list[str]]]:
    """What is read: a name, the picture, the words on it."""
    clean, words = page()
    yield "clean, 300 dpi", clean, words
    yield "clean, 100 dpi", *page(dpi=100)
    yield "6 points", *page(points=6)
    yield "noisy", noisy(clean, 18, 1.0, 35), words
    yield "very noisy", noisy(clean, 30, 1.5, 20), words
    yield "askew by 3 degrees", clean.rotate(3, Image.Resampling.BICUBIC, fillcolor=255), words
    yield "upside down", clean.rotate(180), words
    yield "scribble", scribbled(clean.copy()), words
    yield "blank", Image.new("L", A4, 255), []
    yield "gradient", Image.linear_gradient("L").resize((1600, 1200)), []


def name_unread(picture: Image.Image) -> bool:
    """Whether a picture of this name would go with it: neither held nor read."""
    page = recognize(picture)
    read = "".join(word.text for word in page.words)
    return page.verdict is not Verdict.DOUBTFUL and "Thornbury" not in read


def main() -> None:
    """Print a line for each case, and the largest memory in the end."""
    print(f"{'case':20} {'s/page':>7} {'missed':>7} {'2nd, s':>7} {'missed':>7}  verdict")
    for name, image, words in cases():
        figures = []
        for engine in (recognize, second_opinion):
            start = time.process_time()
            read = engine(image)
            seen = {word.text for word in read.words}
            missed = sum(word not in seen for word in words) / max(1, len(words))
            figures.append((time.process_time() - start, missed, read.verdict))
        (first, lost, verdict), (second, too, _) = figures
        print(f"{name:20} {first:7.1f} {lost:7.1%} {second:7.1f} {too:7.1%}  {verdict}")
    held = [recognize(picture).verdict is Verdict.DOUBTFUL for _, picture in wordless()]
    print(f"pictures without a word: {sum(held)} of {len(held)} held")
    hands = [by_hand("Margaret Thornbury", seed, pen=2 + seed % 4) for seed in range(12)]
    unknown = [name_unread(picture) for picture in hands]
    print(f"a name by hand: {sum(unknown)} of {len(unknown)} neither read nor held")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
