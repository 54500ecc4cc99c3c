"""Small pieces of frames: blending, marks, scale bar, class bar, ramp; drawn larger and scaled down where smooth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from explorer.analysis.composite import Legend
from explorer.core import corine
from explorer.core.theme import LIGHT
from explorer.export import text
from explorer.export.text import Colour

INK: Colour = (22, 50, 60)
QUIET: Colour = (92, 108, 117)
PAPER: Colour = (255, 255, 255)
GAP: Colour = ImageColor.getrgb(LIGHT["gap"])[:3]
"""Gap-filled, as on the page's timeline."""
GONE: Colour = (226, 231, 234)
HATCH: Colour = (204, 212, 217)
_FINE = 4
"""Smooth shapes are drawn this much larger."""
_NICE_M = (5, 10, 20, 25, 50, 100, 200, 250)


def rgb(colour: str) -> Colour:
    """`#rrggbb` as three numbers."""
    return ImageColor.getrgb(colour)[:3]


def blend(canvas: np.ndarray, top: int, left: int, tile: np.ndarray) -> None:
    """Lay an RGBA tile uint8 `(h, w, 4)` over a canvas uint8 `(H, W, 3)`, in place; what hangs over is cut."""
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + tile.shape[0], canvas.shape[0]), min(left + tile.shape[1], canvas.shape[1])
    if y1 <= y0 or x1 <= x0:
        return
    part = tile[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = part[..., 3:].astype(np.uint16)
    under = canvas[y0:y1, x0:x1]
    mixed = under * (255 - alpha) + part[..., :3] * alpha
    canvas[y0:y1, x0:x1] = (mixed + 127) // 255


def smooth(
    width: int, height: int, paint: Callable[[ImageDraw.ImageDraw, int], None], ground: Colour | None = None
) -> Image.Image:
    """What `paint(draw, factor)` draws at `factor` times the size, scaled down: RGB, or RGBA without a `ground`."""
    size = (width * _FINE, height * _FINE)
    large = Image.new("RGBA", size, (0, 0, 0, 0)) if ground is None else Image.new("RGB", size, ground)
    paint(ImageDraw.Draw(large), _FINE)
    if ground is not None:
        return large.reduce(_FINE)
    return large.convert("RGBa").reduce(_FINE).convert("RGBA")  # else edges turn dark


def disc(radius: float, colour: Colour, ring: Colour = PAPER) -> np.ndarray:
    """A dot with a ring around it, RGBA `(n, n, 4)`, n odd, so that its middle is a pixel."""
    half = int(radius + 2)
    size = 2 * half + 1

    def paint(draw: ImageDraw.ImageDraw, k: int) -> None:
        middle = size * k / 2
        for r, fill in ((radius + 1.2, ring), (radius, colour)):
            draw.ellipse((middle - r * k, middle - r * k, middle + r * k, middle + r * k), fill=fill)

    return np.asarray(smooth(size, size, paint))


def pin(radius: float, colour: Colour) -> np.ndarray:
    """A ring around a pixel, dark and light so that it shows on any ground, RGBA `(n, n, 4)`, n odd."""
    half = int(radius + 4)
    size = 2 * half + 1

    def paint(draw: ImageDraw.ImageDraw, k: int) -> None:
        middle = size * k / 2
        for r, stroke, line in ((radius + 2.0, 4.0, (255, 255, 255)), (radius + 1.0, 2.0, colour)):
            box = (middle - r * k, middle - r * k, middle + r * k, middle + r * k)
            draw.ellipse(box, outline=line, width=int(stroke * k))

    return np.asarray(smooth(size, size, paint))


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A scale bar: `metres` on the ground are `length` pixels of the picture; `tile` is RGBA."""

    metres: int
    length: int
    tile: np.ndarray


def scale_bar(metres_a_pixel: float, picture: int, size: int) -> ScaleBar:
    """The scale bar of a picture `picture` pixels wide, type of `size` px: about a quarter of it, a round number."""
    fits = [m for m in _NICE_M if m / metres_a_pixel <= picture * 0.36]
    metres = max(fits, default=_NICE_M[0])
    length = round(metres / metres_a_pixel)
    label, pad, thick = f"{metres} m", max(3, size // 3), max(2, size // 5)
    wide = max(length, text.width(label, size, bold=True)) + 2 * pad
    high = text.line_height(size) + thick + 2 * pad
    image = Image.new("RGBA", (wide, high), (10, 22, 28, 150))
    left = (wide - length) // 2
    top = high - pad - thick
    ImageDraw.Draw(image).rectangle(
        (left, top, left + length - 1, top + thick - 1), fill=(255, 255, 255, 255)
    )
    text.draw(image, (wide / 2, top - pad), label, size, (255, 255, 255), bold=True, anchor="ms")
    return ScaleBar(metres, length, np.asarray(image))


def ramp(legend: Legend, width: int, size: int) -> Image.Image:
    """The colours of a picture of values with the numbers at both ends and in the middle, RGB."""
    high = max(6, size // 2 + 2)
    image = Image.new("RGB", (width, high + text.line_height(size)), PAPER)
    colours = np.array([rgb(c) for c in legend.colours], np.float64)
    at = np.linspace(0, len(colours) - 1, width)
    row = np.stack([np.interp(at, np.arange(len(colours)), channel) for channel in colours.T], axis=1)
    image.paste(Image.fromarray(np.repeat((row + 0.5).astype(np.uint8)[None], high, axis=0)), (0, 0))
    base = high + round(size * 1.05)
    if legend.low is None or legend.high is None:
        text.draw(image, (0, base), "low", size, INK)
        text.draw(image, (width, base), "high, each date by itself", size, INK, anchor="rs")
        return image
    unit = "" if legend.unit in ("", "1") else f" {legend.unit}"
    text.draw(image, (0, base), f"{legend.low:.3g}", size, INK)
    last = f"{legend.high:.3g}"
    middle = f"{(legend.low + legend.high) / 2:.3g}{unit}"
    text.draw(image, (width, base), last, size, INK, anchor="rs")
    if text.width(middle, size) < width - 4 * text.width(last, size):
        text.draw(image, (width // 2, base), middle, size, INK, anchor="ms")
    return image


def class_bar(fractions: Sequence[tuple[int, float]], width: int, size: int, rows: int = 3) -> Image.Image:
    """The label as a bar of CORINE's colours, to scale, with the names of its classes in at most `rows` lines, RGB.

    `fractions` are (level-3 code, 0 to 1), largest first; what they leave of the bar is grey, "no label".
    """
    high, gap, line = max(6, size // 2 + 3), max(2, size // 4), text.line_height(size)
    if not fractions:
        image = Image.new("RGB", (width, line), PAPER)
        text.draw(image, (0, round(size * 0.98)), "No CORINE label", size, QUIET)
        return image
    square = round(size * 0.75)
    start = square + max(3, size // 3)
    names, used = _class_names(fractions, width, size, start, rows)
    image = Image.new("RGB", (width, high + gap + line * used), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width - 1, high - 1), fill=corine.NO_LABEL_RGB)
    total, left = 0.0, 0
    for code, fraction in fractions:
        total += fraction
        right = min(round(total * width), width)
        if right > left:
            draw.rectangle((left, 0, right - 1, high - 1), fill=corine.land_cover(code).rgb)
        left = right
    draw.rectangle((0, 0, width - 1, high - 1), outline=QUIET)
    for row, x, name, of_class in names:
        base = high + gap + line * row + round(size * 0.98)
        if of_class is None:
            text.draw(image, (x, base), name, size, QUIET)
            continue
        fill = corine.land_cover(of_class).rgb
        draw.rectangle((x, base - square, x + square, base), fill=fill, outline=QUIET)
        text.draw(image, (x + start, base), name, size, INK)
    return image


def _class_names(
    fractions: Sequence[tuple[int, float]], width: int, size: int, start: int, rows: int
) -> tuple[list[tuple[int, int, str, int | None]], int]:
    """(row, x, text, code) of as many classes as fit, the rest as one; and how many rows that takes."""
    gap = size
    for count in range(len(fractions), 0, -1):
        entries: list[tuple[str, int | None]] = [
            (f"{percent(fraction)} {corine.land_cover(code).title}", code)
            for code, fraction in fractions[:count]
        ]
        if count < len(fractions):
            left = len(fractions) - count
            rest = percent(sum(fraction for _, fraction in fractions[count:]))
            entries.append((f"{rest} {left} more class{'es' if left > 1 else ''}", None))
        found: list[tuple[int, int, str, int | None]] = []
        row = x = 0
        for name, code in entries:
            inset = start if code is not None else 0
            name = text.shortened(name, size, width - inset)
            wide = inset + text.width(name, size)
            if x and x + wide > width:
                row, x = row + 1, 0
            found.append((row, x, name, code))
            x += wide + gap
        if row < rows or count == 1:
            return found, row + 1
    raise AssertionError("at least one class is shown")


def percent(fraction: float) -> str:
    """A fraction in whole per cent; what is there and rounds to nothing is "<1 %"."""
    return "<1 %" if 0 < fraction < 0.005 else f"{fraction * 100:.0f} %"


def hatched(size: int, type_size: int) -> np.ndarray:
    """A square that looks like no ground, for what is not there: uint8 RGB `(size, size, 3)`."""
    step = max(8, type_size)

    def paint(draw: ImageDraw.ImageDraw, k: int) -> None:
        for offset in range(-size, size, step):
            draw.line((offset * k, size * k, (offset + size) * k, 0), fill=HATCH, width=2 * k)

    return np.asarray(smooth(size, size, paint, GONE))


def badge(words: str, size: int, ground: Colour) -> np.ndarray:
    """A few words on a plate that stands beside a date: RGBA `(h, w, 4)`."""
    pad = max(2, size // 3)
    high = text.line_height(size) + 2 * (pad // 2)
    image = Image.new("RGBA", (text.width(words, size, bold=True) + 2 * pad, high), (0, 0, 0, 0))
    ImageDraw.Draw(image).rounded_rectangle(
        (0, 0, image.width - 1, high - 1), max(2, size // 4), (*ground, 255)
    )
    text.draw(image, (pad, high / 2), words, size, INK, bold=True, anchor="lm")
    return np.asarray(image)


def nothing_here(ground: np.ndarray, why: str, type_size: int) -> np.ndarray:
    """The picture of a date that is not there: `hatched`, with the reason. uint8 RGB."""
    image, size = Image.fromarray(ground), ground.shape[0]
    heading, _, reason = why.partition(": ")
    lines = [heading.capitalize(), *text.wrap(reason, type_size, round(size * 0.8))[:3]]
    high = text.line_height(type_size)
    wide = max(text.width(line, type_size, bold=i == 0) for i, line in enumerate(lines)) + 2 * type_size
    top = (size - high * len(lines)) // 2
    box = ((size - wide) // 2, top - high // 2, (size + wide) // 2, top + high * len(lines) + high // 3)
    ImageDraw.Draw(image).rectangle(box, fill=GONE)
    for i, line in enumerate(lines):
        at = (size / 2, top + high * i + round(type_size * 0.98))
        text.draw(image, at, line, type_size, INK, bold=i == 0, anchor="ms")
    return np.asarray(image)


def key(entries: Sequence[tuple[np.ndarray | Colour, str]], width: int, size: int) -> Image.Image:
    """What marks mean, each a square of a pattern uint8 `(h, w, 3)` or a colour and words, which wrap: RGB."""
    square, line = round(size * 1.1), text.line_height(size)
    start = square + max(3, size // 3)
    rows = [text.wrap(words, size, width - start) for _, words in entries]
    image = Image.new("RGB", (width, line * sum(map(len, rows))), PAPER)
    top = 0
    for (sign, _), lines in zip(entries, rows, strict=True):
        base = top + round(size * 0.98)
        box = (0, base - square + 1, square - 1, base)
        if isinstance(sign, np.ndarray):
            image.paste(Image.fromarray(sign[:square, :square]), box[:2])
        else:
            ImageDraw.Draw(image).rectangle(box, fill=sign)
        ImageDraw.Draw(image).rectangle(box, outline=QUIET)
        for number, words in enumerate(lines):
            text.draw(image, (start, base + line * number), words, size, INK)
        top += line * len(lines)
    return image
