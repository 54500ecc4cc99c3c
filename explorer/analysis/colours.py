"""Colours of pins and bands, and colour maps for one value a pixel: a few perceptually uniform ones of colorcet (Kovesi 2015, arXiv:1509.03700)."""

from __future__ import annotations

from functools import cache, lru_cache

import colorcet
import numpy as np

from explorer.core.errors import InvalidQueryError

MAPS = {
    "grey": "grey",  # not colorcet's: painters of bands make it themselves, so that a legend must equal theirs
    "blue-yellow": "CET_L20",
    "heat": "CET_L3",
    "magenta": "CET_L8",
    "colour-blind": "CET_CBL2",
    "vegetation": "CET_D13",  # blue below its middle, white at it, green above
    "water": "CET_D13_r",
    "difference": "CET_D9",  # blue below its middle, white at it, red above
}
"""Our names -> colorcet's; `_r` turns one around."""
LEVELS = 255
"""Colours of a map as painted; one more number is kept for `MISSING`."""
MISSING = (150, 150, 150)
_STRIPE = (205, 205, 205)
"""Red, green, blue of a pixel without a value, where a picture cannot be transparent."""
PINS = (
    "#f49700", "#883c42", "#75b3f2", "#500df8", "#a84300", "#0bc3ac", "#7272ff", "#863480",
)  # fmt: skip
"""Of the first pinned pixel, the second, and so on; as many as can be pinned. Searched for as `BANDS`: 35 apart for everybody,
and seen on both grounds."""
BANDS = {
    "blue": "#0023f2", "green": "#2a6d58", "red": "#b20909", "nir": "#47156b", "B05": "#c0864d", "B06": "#c88303",
    "B07": "#4c2a1b", "B8A": "#4c0037", "B11": "#1f9bd9", "B12": "#2b4fba", "B01": "#57527b", "B09": "#92909e",
}  # fmt: skip
"""Of curves: Planet Fusion's bands, and those that only Sentinel-2 has.

Searched for so that any two can be told apart with and without red-green colour blindness (CIELAB distance 22 and more
with full deuteranopia and protanopia as Machado et al. 2009 simulate them, doi:10.1109/TVCG.2009.113; 30 between the
first four), and each from its ground. Blue and near infrared of before were 6 apart.
"""
DARK_BANDS = {
    "blue": "#3365fb", "green": "#8bdfa0", "red": "#d13c33", "nir": "#dfbfff", "B05": "#e78217", "B06": "#fff719",
    "B07": "#ffdd78", "B8A": "#c83d61", "B11": "#1c7da5", "B12": "#6695f3", "B01": "#90acac", "B09": "#fdfdfd",
}  # fmt: skip
"""The same for a dark ground: 26 apart, the first four 37."""
GROUNDS = {"light": "#ffffff", "dark": "#1b272e"}
"""What charts stand on, by theme."""
_LEGIBLE = 3.0
"""Contrast of what is drawn with its ground (WCAG 2.2, 1.4.11)."""


def _rgb(text: str) -> np.ndarray:
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], float)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours (`#rrggbb`), 1 to 21: relative luminance after WCAG 2.2."""

    def luminance(text: str) -> float:
        share = _rgb(text) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def legible(colour: str, theme: str) -> str:
    """A colour (`#rrggbb`), darker or lighter where need be, that can be told from a theme's ground as a line.

    CORINE's pale yellows of farmland are hardly there on white.
    """
    ground, toward = GROUNDS[theme], np.array([0.0] * 3 if theme == "light" else [255.0] * 3)
    for share in np.linspace(0, 1, 41):
        mixed = np.round(_rgb(colour) * (1 - share) + toward * share).astype(int)
        text = "#" + "".join(f"{value:02x}" for value in mixed)
        if contrast(text, ground) >= _LEGIBLE:
            return text
    return text


def check(name: str) -> str:
    """The name, if there is such a map; else raises `InvalidQueryError`."""
    if name not in MAPS:
        raise InvalidQueryError(f"there is no colour map {name[:30]!r}; there are {', '.join(MAPS)}")
    return name


@lru_cache(256)
def table(name: str, gamma: float = 1.0) -> np.ndarray:
    """Colours from low to high: uint8 `(255, 3)`, read-only. `gamma` above 1 spreads the low values."""
    palette = MAPS[check(name)]
    if palette == "grey":
        rgb = np.repeat(np.arange(256.0)[:, None], 3, axis=1)
    else:
        colours = colorcet.palette[palette.removesuffix("_r")]
        rgb = np.stack([_rgb(text) for text in colours])
    if palette.endswith("_r"):
        rgb = rgb[::-1]
    at = np.linspace(0, 1, LEVELS) ** (1 / gamma) * (len(rgb) - 1)
    found = np.stack([np.interp(at, np.arange(len(rgb)), channel) for channel in rgb.T], axis=1)
    found = (found + 0.5).astype(np.uint8)
    found.setflags(write=False)
    return found


@lru_cache(256)
def packed(name: str, gamma: float = 1.0) -> np.ndarray:
    """The same for painting: `(256,)` uint32, bytes red, green, blue, 255; the last is `MISSING`, with 0 at its end."""
    rgba = np.full((256, 4), 255, np.uint8)
    rgba[:LEVELS, :3] = table(name, gamma)
    rgba[LEVELS] = (*MISSING, 0)
    found = rgba.view(np.uint32).ravel()
    found.setflags(write=False)
    return np.asarray(found)


def mark_missing(rgb: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """A picture `(y, x, 3)` uint8 with `MISSING`, in diagonal stripes, where `gone` `(y, x)`: no surface looks so."""
    rows, columns = np.nonzero(gone)
    stripe = ((rows + columns) // 3 % 2).astype(bool)
    rgb[rows, columns] = np.where(stripe[:, None], MISSING, _STRIPE)
    return rgb


def hexes(name: str, count: int = 32, gamma: float = 1.0) -> tuple[str, ...]:
    """`count` colours from low to high as `#rrggbb`, for a legend."""
    rows = table(name, gamma)[np.linspace(0, LEVELS - 1, count).round().astype(int)]
    return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in rows.tolist())
