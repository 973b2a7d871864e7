"""Pictures to read: some without a word, some with faint or turned print, some written by hand.

Everything is drawn here, from seeds, so that it is the same on every machine.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Picture = Image.Image
SEEDS = (1, 2, 3)


def _colour(dice: random.Random) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)


def _clouds(dice: random.Random, size: tuple[int, int]) -> Picture:
    """Smooth noise of several octaves in each channel: sky, leaves, skin, stone."""
    rng = np.random.default_rng(dice.randrange(1 << 30))
    total = np.zeros((size[1], size[0], 3), np.float32)
    for octave in range(2, 9):
        coarse = rng.normal(0, 1, (2**octave, 2**octave, 3)).astype(np.float32)
        total += cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC) * 0.62**octave
    low, high = total.min(), total.max()
    return Image.fromarray(((total - low) / (high - low) * 255).astype(np.uint8))


def photograph(dice: random.Random) -> Picture:
    """Textured ground, shaded bodies, the grain of a sensor."""
    image = _clouds(dice, (1200, 800))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, r = dice.randrange(1200), dice.randrange(800), dice.randrange(20, 200)
        draw.ellipse((x - r, y - r * dice.uniform(0.4, 1.5), x + r, y + r), fill=_colour(dice))
    for _ in range(10):
        corners = [(dice.randrange(1200), dice.randrange(800)) for _ in range(4)]
        draw.polygon(corners, fill=_colour(dice))
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(2))).astype(np.float32)
    pixels += np.random.default_rng(dice.randrange(99)).normal(0, 6, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def texture(dice: random.Random) -> Picture:
    """Wood or marble: stripes, bent by noise."""
    bend = np.asarray(_clouds(dice, (900, 700)).convert("L")).astype(np.float32) / 255
    across = np.linspace(0, dice.uniform(20, 80), 900)[None, :]
    wave = np.sin(across + bend * dice.uniform(3, 20))
    return Image.fromarray((wave * 60 + 150).astype(np.uint8)).convert("RGB")


def gradient(dice: random.Random) -> Picture:
    """From one colour to another."""
    mask = (Image.linear_gradient if dice.random() < 0.5 else Image.radial_gradient)("L")
    size = (dice.randrange(100, 1600), dice.randrange(100, 1200))
    ground, above = Image.new("RGB", size, _colour(dice)), Image.new("RGB", size, _colour(dice))
    return Image.composite(above, ground, mask.resize(size))


def logo(dice: random.Random) -> Picture:
    """Rings, swooshes and polygons."""
    side = dice.randrange(120, 700)
    image = Image.new("RGB", (side * 2, side * 2), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for _ in range(dice.randrange(2, 6)):
        a, b = sorted(dice.sample(range(2 * side), 2))
        wide = max(4, side // dice.randrange(6, 30))
        what = dice.randrange(4)
        if what == 0:
            draw.ellipse((a, a, b, b), outline=_colour(dice), width=wide)
        elif what == 1:
            draw.arc((a, b - a, b, 2 * side - a), dice.randrange(180), 300, _colour(dice), wide)
        elif what == 2:
            draw.regular_polygon(
                (side, side, max(8, b // 2)), dice.randrange(3, 8), fill=_colour(dice)
            )
        else:
            draw.pieslice((a, a, b, b), 20, dice.randrange(60, 350), fill=_colour(dice))
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _curve(dice: random.Random, size: tuple[int, int], reach: float) -> list[tuple[float, float]]:
    corners = np.array([(dice.random() * size[0], dice.random() * size[1])])
    steps = np.cumsum([(dice.gauss(0, reach), dice.gauss(0, reach)) for _ in range(3)], axis=0)
    p = np.vstack([corners, corners + steps])
    t = np.linspace(0, 1, 40)[:, None]
    line = (
        (1 - t) ** 3 * p[0] + 3 * t * (1 - t) ** 2 * p[1] + 3 * t**2 * (1 - t) * p[2] + t**3 * p[3]
    )
    return [(float(x), float(y)) for x, y in line]


def line_drawing(dice: random.Random) -> Picture:
    """A sketch of curves and straight lines."""
    image = Image.new("L", (1000, 800), 255)
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        draw.line(_curve(dice, image.size, 160), fill=0, width=dice.randrange(2, 6))
    for _ in range(8):
        corners = [(dice.randrange(1000), dice.randrange(800)) for _ in range(2)]
        draw.line(corners, fill=0, width=3)
    return image


def flourish(dice: random.Random) -> Picture:
    """The ornament of a certificate: a spirograph band around the page."""
    image = Image.new("RGB", (1200, 850), (255, 252, 240))
    draw = ImageDraw.Draw(image)
    colour, turns = _colour(dice), dice.randrange(40, 90)
    for phase in np.linspace(0, 2 * math.pi, 5):
        t = np.linspace(0, 2 * math.pi, 3000)
        for sign in (1, -1):
            x = 600 + np.cos(t) * (520 + 25 * np.sin(turns * t * sign + phase))
            y = 425 + np.sin(t) * (350 + 25 * np.cos(turns * t * sign + phase))
            draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=colour, width=2)
    return image


def bars(dice: random.Random) -> Picture:
    """A chart of bars over a grid, without labels."""
    image = Image.new("RGB", (900, 600), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for y in range(50, 551, 50):
        draw.line((60, y, 860, y), fill=(210, 210, 210))
    for x in range(80, 840, 60):
        draw.rectangle((x, dice.randrange(60, 540), x + 40, 550), fill=_colour(dice))
    draw.line((60, 40, 60, 550, 860, 550), fill=(0, 0, 0), width=2)
    return image


def curves(dice: random.Random) -> Picture:
    """A chart of lines and dots over a grid, without labels."""
    image = Image.new("RGB", (900, 600), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for at in range(60, 860, 80):
        draw.line((at, 40, at, 550), fill=(225, 225, 225))
    for _ in range(3):
        level, points = dice.randrange(150, 450), []
        for x in range(60, 860, 20):
            level += dice.randrange(-35, 36)
            points.append((x, min(550, max(40, level))))
        colour = _colour(dice)
        draw.line(points, fill=colour, width=3, joint="curve")
        for x, y in points[::4]:
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=colour)
    return image


def pie(dice: random.Random) -> Picture:
    """A pie without labels."""
    image = Image.new("RGB", (600, 600), (255, 255, 255))
    draw, at = ImageDraw.Draw(image), 0
    while at < 360:
        end = min(360, at + dice.randrange(15, 90))
        draw.pieslice((60, 60, 540, 540), at, end, fill=_colour(dice), outline=(255, 255, 255))
        at = end
    return image


def flow(dice: random.Random) -> Picture:
    """Boxes, diamonds and arrows without words."""
    image = Image.new("RGB", (900, 700), (255, 255, 255))
    draw, last = ImageDraw.Draw(image), None
    for row in range(4):
        for column in range(3):
            x, y = 60 + column * 290, 40 + row * 165
            if dice.random() < 0.3:
                draw.polygon(
                    ((x + 90, y), (x + 180, y + 50), (x + 90, y + 100), (x, y + 50)),
                    outline=0,
                    width=3,
                )
            else:
                draw.rounded_rectangle(
                    (x, y, x + 180, y + 100), 14, outline=0, fill=_colour(dice), width=3
                )
            if last:
                draw.line((*last, x, y + 50), fill=0, width=3)
                draw.polygon(((x, y + 50), (x - 14, y + 42), (x - 14, y + 58)), fill=0)
            last = (x + 180, y + 50)
    return image


def coast(dice: random.Random) -> Picture:
    """A map: land, rivers, roads and dots, without names."""
    image = Image.new("RGB", (1100, 900), (190, 215, 240))
    draw = ImageDraw.Draw(image)
    for _ in range(3):
        middle = (dice.randrange(200, 900), dice.randrange(200, 700))
        radius, shore = 200.0, []
        for angle in np.linspace(0, 2 * math.pi, 200):
            radius = min(380, max(80, radius + dice.gauss(0, 14)))
            shore.append(
                (middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle))
            )
        draw.polygon(shore, fill=(225, 232, 205), outline=(110, 120, 110))
    for width, colour in ((2, (90, 140, 220)), (4, (230, 170, 80)), (3, (180, 60, 60))):
        for _ in range(6):
            draw.line(_curve(dice, image.size, 220), fill=colour, width=width, joint="curve")
    for _ in range(40):
        x, y = dice.randrange(1100), dice.randrange(900)
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=(60, 60, 60))
    return image


def pictograms(dice: random.Random) -> Picture:
    """A grid of small simple icons: houses, hearts, stars, arrows, phones."""
    image = Image.new("RGB", (640, 480), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for x in range(20, 620, 90):
        for y in range(20, 440, 90):
            colour, what = _colour(dice), dice.randrange(5)
            if what == 0:
                draw.polygon(((x, y + 25), (x + 25, y), (x + 50, y + 25)), fill=colour)
                draw.rectangle((x + 8, y + 25, x + 42, y + 50), fill=colour)
            elif what == 1:
                draw.ellipse((x, y, x + 27, y + 27), fill=colour)
                draw.ellipse((x + 23, y, x + 50, y + 27), fill=colour)
                draw.polygon(((x + 2, y + 20), (x + 48, y + 20), (x + 25, y + 50)), fill=colour)
            elif what == 2:
                draw.regular_polygon((x + 25, y + 25, 26), 5, rotation=36, outline=colour, width=4)
            elif what == 3:
                draw.rounded_rectangle((x + 10, y, x + 40, y + 50), 6, outline=colour, width=4)
                draw.ellipse((x + 22, y + 40, x + 28, y + 46), fill=colour)
            else:
                draw.arc((x, y, x + 50, y + 50), 20, 330, fill=colour, width=5)
    return image


def face(dice: random.Random) -> Picture:
    """Clip art: a smiling face with hair."""
    image = Image.new("RGB", (500, 500), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 60, 440, 440), fill=(255, 220, 120), outline=0, width=6)
    for x in (170, 330):
        draw.ellipse((x - 22, 170, x + 22, 230), fill=0)
    draw.arc((140, 180, 360, 370), 20, 160, fill=0, width=dice.randrange(5, 14))
    for at in range(80, 420, 18):
        draw.arc((at - 30, 20, at + 40, 150), 180, 300, fill=(90, 50, 20), width=5)
    return image


def pattern(dice: random.Random) -> Picture:
    """Stripes, checks, dots or hatching."""
    image = Image.new("RGB", (800, 500), _colour(dice))
    draw, step, colour = ImageDraw.Draw(image), dice.randrange(10, 50), _colour(dice)
    what = dice.randrange(4)
    for x in range(-500, 800, step):
        if what == 0:
            draw.line((x, 0, x + 500, 500), fill=colour, width=step // 4)
        elif what == 1:
            draw.rectangle((x, 0, x + step // 2, 500), fill=colour)
        else:
            for y in range(0, 500, step):
                box = (x, y, x + step // 2, y + step // 2)
                (draw.ellipse if what == 2 else draw.rectangle)(box, fill=colour)
    return image


def halftone(dice: random.Random) -> Picture:
    """A picture in newspaper print."""
    source = _clouds(dice, (120, 90)).convert("L")
    image = Image.new("L", (960, 720), 255)
    draw = ImageDraw.Draw(image)
    for x in range(120):
        for y in range(90):
            r = (255 - int(source.getpixel((x, y)))) / 255 * 5.2  # type: ignore[arg-type]
            draw.ellipse((8 * x - r, 8 * y - r, 8 * x + r, 8 * y + r), fill=0)
    return image


def empty_form(dice: random.Random) -> Picture:
    """Rules, boxes and a signature line, nothing filled in."""
    image = Image.new("L", (1000, 1300), 255)
    draw = ImageDraw.Draw(image)
    for y in range(100, 900, dice.randrange(40, 90)):
        draw.line((80, y, 920, y), fill=0, width=2)
    for x in (80, 300, 560, 920):
        draw.line((x, 100, x, 880), fill=0, width=2)
    draw.line((80, 1150, 480, 1150), fill=0, width=2)
    for y in (980, 1030):
        draw.rectangle((80, y, 106, y + 26), outline=0, width=3)
    return image


def bokeh(dice: random.Random) -> Picture:
    """Translucent discs, as on slides."""
    image = _clouds(dice, (1000, 560)).filter(ImageFilter.GaussianBlur(30))
    for _ in range(30):
        layer = Image.new("L", image.size, 0)
        x, y, r = dice.randrange(1000), dice.randrange(560), dice.randrange(15, 80)
        ImageDraw.Draw(layer).ellipse((x - r, y - r, x + r, y + r), fill=dice.randrange(40, 120))
        image = Image.composite(Image.new("RGB", image.size, _colour(dice)), image, layer)
    return image


WORDLESS: tuple[Callable[[random.Random], Picture], ...] = (
    photograph, texture, gradient, logo, line_drawing, flourish, bars, curves, pie, flow, coast,
    pictograms, face, pattern, halftone, empty_form, bokeh,
)  # fmt: skip


def wordless() -> Iterator[tuple[str, Picture]]:
    """Pictures without writing, by name."""
    for draw in WORDLESS:
        for seed in SEEDS:
            yield f"{draw.__name__} {seed}", draw(random.Random(f"{draw.__name__}{seed}"))


def by_hand(text: str, seed: int, size: tuple[int, int] = (1400, 400), pen: int = 3) -> Picture:
    """`text` in Hershey's cursive script, bent and slanted as a hand would."""
    dice = random.Random(seed)
    pixels = np.full((size[1], size[0]), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SCRIPT_COMPLEX if seed % 2 else cv2.FONT_HERSHEY_SCRIPT_SIMPLEX
    cv2.putText(pixels, text, (60, size[1] // 2), font, 2.2, 30, pen, cv2.LINE_AA)
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    for _ in range(4):
        length, phase = dice.uniform(60, 300), dice.uniform(0, 6)
        ys += dice.uniform(2, 7) * np.sin(xs / length * 6.28 + phase).astype(np.float32)
        xs += dice.uniform(2, 9) * np.sin(xs / length * 6.28 + ys / 40 + phase).astype(np.float32)
    xs += 0.3 * (ys - size[1] / 2)
    return Image.fromarray(cv2.remap(pixels, xs, ys, cv2.INTER_LINEAR, borderValue=255))


def printed(
    text: str, ink: tuple[int, int, int], paper: tuple[int, int, int], points: int = 34
) -> Picture:
    """One line of print."""
    font = ImageFont.load_default(points)
    wide = int(font.getlength(text))
    image = Image.new("RGB", (wide + 120, 4 * points), paper)
    ImageDraw.Draw(image).text((60, points), text, font=font, fill=ink)
    return image
