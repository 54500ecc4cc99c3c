"""Colours of the map: CORINE's own, a set that colour-blind eyes tell apart, and the scale of density."""

from __future__ import annotations

import colorsys
from functools import cache

import colorcet
import numpy as np

from explorer.core import corine

PALETTES = {"official": "CORINE colours", "safe": "Colour-blind safe"}
THEMES = {"light": "Light", "dark": "Dark"}

# Okabe and Ito (2008), "Color Universal Design": one hue a level-1 class, lightness within it.
_FAMILIES = {1: "#d55e00", 2: "#f0c000", 3: "#009e73", 4: "#cc79a7", 5: "#0072b2"}
_CLEAR = "#00000000"


@cache
def class_table(level: int, palette: str = "official") -> np.ndarray:
    """Colours of a level by position as `corine.colour_table` has them, uint8 `(classes + 1, 3)`."""
    if palette != "safe":
        return corine.colour_table(level)
    rows = [corine.NO_LABEL_RGB]
    codes = corine.codes(level)
    for code in codes:
        family = [c for c in codes if str(c)[0] == str(code)[0]]
        rows.append(_shade(_FAMILIES[int(str(code)[0])], family.index(code), len(family)))
    table = np.array(rows, np.uint8)
    table.setflags(write=False)
    return table


def _shade(colour: str, index: int, count: int) -> tuple[int, int, int]:
    """One of `count` tones of a colour, from light to dark; the colour itself where there is only one."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    if count > 1:
        light = 0.80 - 0.56 * index / (count - 1)
    r, g, b = (round(255 * v) for v in colorsys.hls_to_rgb(hue, light, full))
    return r, g, b


def hexes(table: np.ndarray) -> list[str]:
    """Rows of a colour table as `#rrggbb`."""
    return ["#{:02x}{:02x}{:02x}".format(*row) for row in table.tolist()]


def of_class(code: int, palette: str) -> str:
    """The colour of a level-3 class (a code, or `corine.NO_LABEL`) as `#rrggbb`.

    >>> of_class(211, "official"), of_class(211, "safe")
    ('#ffffa8', '#ffeb99')
    """
    position = int(corine.positions(np.array([code]))[0])
    return hexes(class_table(3, palette)[position : position + 1])[0]


def of_classes(level: int, palette: str) -> list[str]:
    """256 colours for `Layer.image`: 0 is clear, then the colour table."""
    colours = hexes(class_table(level, palette))
    return [_CLEAR, *colours, *[_CLEAR] * (255 - len(colours))]


_OF_CHANGE = {
    "light": ("#b9c3c9", "#e9e3c5", "#f0a860", "#c8402c", "#6a0f2e"),
    "dark": ("#56656e", "#4b3a3a", "#a04a34", "#f08a4a", "#ffe3b0"),
}
"""Of a theme: what is not known, then from no loss of cover to a certain one, ever further from the ground."""


def of_change(theme: str) -> list[str]:
    """256 colours for a layer by `steps_of_change`: 0 is clear, 1 what is not known, then from no loss to a certain one."""
    unknown, *ends = _OF_CHANGE["dark" if theme == "dark" else "light"]
    channels = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in ends])
    at = np.linspace(0, len(ends) - 1, 101)
    mixed = np.stack([np.interp(at, np.arange(len(ends)), channel) for channel in channels.T], axis=1)
    found = [_CLEAR, unknown, *hexes(mixed.round().astype(int))]
    return [*found, *[_CLEAR] * (256 - len(found))]


def of_density(theme: str) -> list[str]:
    """256 colours for `Layer.density`, 0 clear: few stands back, many stands out, on either ground."""
    scale = colorcet.CET_L18[40:] if theme == "light" else colorcet.fire[60:]
    steps = np.linspace(0, len(scale) - 1, 255).round().astype(int)
    return [_CLEAR, *(scale[i] for i in steps)]
