"""Type in pictures: DejaVu, which comes with matplotlib (free licence), so that every machine draws the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans of a size in pixels."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    # Without raqm's shaping: it is not in every build of Pillow, and would move letters by a pixel.
    return ImageFont.truetype(
        str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size, layout_engine=ImageFont.Layout.BASIC
    )


def width(text: str, size: int, bold: bool = False) -> int:
    """Pixels that a line of text takes, rounded up."""
    return int(-(-font(size, bold).getlength(text) // 1))


def line_height(size: int) -> int:
    """Pixels from a line of text to the next."""
    return round(size * 1.32)


def wrap(text: str, size: int, room: int, bold: bool = False) -> list[str]:
    """A text in lines that fit `room` pixels: broken between words, and within one that is longer than a line."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if width(candidate, size, bold) <= room:
            line = candidate
            continue
        if line:
            lines.append(line)
        while width(word, size, bold) > room and len(word) > 1:
            fits = next(
                n for n in range(len(word) - 1, 0, -1) if n == 1 or width(word[:n], size, bold) <= room
            )
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line] if line else lines


def shortened(text: str, size: int, room: int, bold: bool = False) -> str:
    """A text that fits `room` pixels, its end replaced by an ellipsis where it has to be."""
    if width(text, size, bold) <= room:
        return text
    while text and width(text + "…", size, bold) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def draw(
    image: Image.Image,
    at: tuple[float, float],
    text: str,
    size: int,
    colour: Colour,
    *,
    bold: bool = False,
    anchor: str = "ls",
    halo: Colour | None = None,
) -> None:
    """Write one line into an image; `at` is where the `anchor` goes (as Pillow's: `ls` is left, baseline)."""
    ImageDraw.Draw(image).text(
        at,
        text,
        colour,
        font(size, bold),
        anchor=anchor,
        stroke_width=max(1, size // 9) if halo else 0,
        stroke_fill=halo,
    )
