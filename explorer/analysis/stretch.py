"""Which values become black and which white: natural colour, each band's own range, a date's own, or one that somebody names.

Natural colour is the default of colour composites: one curve from reflectance to brightness for all bands, dates, samples
and sensors. Nothing is measured for it, so that a date looks the same whatever else has been read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from explorer.analysis import render_spec
from explorer.analysis.render_spec import Recipe
from explorer.core.errors import InvalidQueryError
from explorer.core.products import REFLECTANCE_SCALE
from explorer.corpus.imagery.cube_cache import Cube, Status

STRETCH_STEP = 8
"""The stretch is measured on every eighth date: both years' seasons, before the last chip is read."""
GAMMA = 1.25
"""Of pictures of bands; an index is painted straight."""
MIDDLE, WHITE, NATURAL_GAMMA = 750.0, 12000.0, 0.85
"""Natural colour, DN: above a reflectance of 0.075, about that of fields, brightness is compressed, and 1.2 is white, so that
snow and clouds (0.6 to 1) keep their relief. Chosen by looking at forests, fields, sand, lakes and snow of all seasons."""
_PERCENT = (1.0, 99.0)
_MIN_RANGE = 300  # DN; keeps a lake at night from becoming a firework of noise
_SNOW_BLUE = 1800  # DN; bare ground and roofs are darker in the blue, snow and cloud brighter
_VISIBLE = {"blue", "green", "red", "B02", "B03", "B04"}
_LIMIT = 1e6


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values that become black and white, one pair a band (DN; an index's own), and the gamma between them.

    Where there is a `middle` (DN), what lies above it is compressed, as the shoulder of a film does it: the value x becomes
    L (1 + L / W²) / (1 + L), with L = x / middle and W = white / middle, measured from black (Reinhard et al. 2002,
    Photographic tone reproduction for digital images, equation 4, doi:10.1145/566654.566575). Without it the way from
    black to white is straight. The gamma comes after it.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    gamma: float = GAMMA
    middle: float | None = None

    def lookup(self, band: int, dtype: np.dtype) -> np.ndarray:
        """Grey value of every DN of a 16-bit `dtype`: uint8 `(65536,)`, read-only, indexed by the DN's bits as uint16."""
        return _table(self.low[band], self.high[band], self.gamma, self.middle, np.dtype(dtype).str)


@lru_cache(64)  # natural colour has one for all samples
def _table(low: float, high: float, gamma: float, middle: float | None, dtype: str) -> np.ndarray:
    info = np.iinfo(dtype)
    span = max(high - low, 1.0)
    first, last = (int(np.clip(v, info.min, info.max)) for v in (math.ceil(low), math.floor(low + span)))
    grey = np.zeros(65536, np.uint8)  # from the lowest number to the highest
    dn = np.arange(first, last + 1, dtype=np.float32)
    share = np.clip((dn - np.float32(low)) / np.float32(span), 0, 1)
    if middle is not None:
        white = np.float32(span / middle)
        light = share * white
        share = light * (1 + light / white**2) / (1 + light)
    curve = share ** np.float32(1 / gamma)
    grey[last + 1 - info.min :] = 255
    grey[first - info.min : last + 1 - info.min] = (curve * 255 + 0.5).astype(np.uint8)
    found = np.roll(grey, 32768) if info.min < 0 else grey
    found.setflags(write=False)
    return found


@dataclass(frozen=True, slots=True)
class StretchSpec:
    """How to stretch, as people choose it.

    `natural` colour (see `natural`), `vivid` (each band from its own darkest to its brightest values, over all dates), each
    `frame` by itself, or a `range` from `low` to `high` (reflectance; an index's own unit). What has no natural colour
    (`has_natural_colour`), as a band or an index, is then as with `vivid`. A `gamma` of None is the picture's own; `same` asks for one
    stretch on both sensors, which natural colour always is.
    """

    mode: Literal["natural", "vivid", "frame", "range"] = "natural"
    low: float | None = None
    high: float | None = None
    gamma: float | None = None
    same: bool = False

    def __str__(self) -> str:
        """The short text that `parse` reads."""
        words = [f"{_short(self.low)}-{_short(self.high)}" if self.mode == "range" else self.mode]
        if self.gamma is not None:
            words.append(f"g{_short(self.gamma)}")
        if self.same:
            words.append("same")
        return ",".join(words[1:] if words[0] == _UNSAID and len(words) > 1 else words)


def _short(value: float | None) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value or 0)).removesuffix(".0")


_UNSAID = "vivid"
"""What a text means that says a gamma or `same` alone: links of before there was natural colour."""
_NUMBER = r"-?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(?:e[+-]?\d{1,2})?"
_RANGE = re.compile(rf"({_NUMBER})-({_NUMBER})", re.ASCII)
_GAMMA = re.compile(rf"g({_NUMBER})", re.ASCII)


def parse(text: str) -> StretchSpec:
    """A choice from its short text: `natural`, `vivid`, `frame`, `0.02-0.3`, `g1.4`, `same`, joined by commas.

    Nothing is natural colour. `g1.4` or `same` alone are vivid, and `fixed` is another word for it: what they meant before
    there was natural colour. Raises `InvalidQueryError` naming the word that is wrong.
    >>> str(parse("0.02-0.3,g1.4"))
    '0.02-0.3,g1.4'
    """
    found: dict[str, object] = {}
    for word in text.strip().lower().split(",") if text.strip() else []:
        new: dict[str, object]
        if word in ("natural", "vivid", "frame", "fixed"):
            new = {"mode": "vivid" if word == "fixed" else word}
        elif word == "same":
            new = {"same": True}
        elif match := _GAMMA.fullmatch(word):
            new = {"gamma": float(match[1])}
            if not 0.2 <= float(match[1]) <= 5:
                raise InvalidQueryError(f"stretch {word[:30]!r}: gamma runs from 0.2 to 5")
        elif match := _RANGE.fullmatch(word):
            low, high = float(match[1]), float(match[2])
            if not -_LIMIT <= low < high <= _LIMIT:
                raise InvalidQueryError(f"stretch {word[:30]!r}: the first number has to be below the second")
            new = {"mode": "range", "low": low, "high": high}
        else:
            raise InvalidQueryError(
                f"stretch {word[:30]!r} is unknown; there are natural, vivid, frame, LOW-HIGH (0.02-0.3), gGAMMA (g1.4) and same"
            )
        if found.keys() & new.keys():
            raise InvalidQueryError(f"stretch {text[:40]!r} says the same thing twice, at {word[:30]!r}")
        found |= new
    if found:
        found.setdefault("mode", _UNSAID)
    return StretchSpec(**found)  # type: ignore[arg-type]  # the keys are written above


def stretch_positions(count: int) -> range:
    """Positions in the calendar on which a stretch of all dates is measured."""
    return range(0, count, STRETCH_STEP if count > 3 * STRETCH_STEP else 1)


def measured_on(recipe: Recipe, choice: StretchSpec, count: int) -> range:
    """Positions in a calendar of `count` dates that `choose` looks at; none where the stretch needs no pixels."""
    return stretch_positions(count) if is_measured(recipe, choice) else range(0)


def is_measured(recipe: Recipe, choice: StretchSpec) -> bool:
    """Whether the stretch of all dates comes from their pixels, rather than from the choice or the recipe alone."""
    if choice.mode not in ("natural", "vivid") or (choice.mode == "natural" and has_natural_colour(recipe)):
        return False
    return recipe.kind in ("rgb", "band") or recipe.range is None


def has_natural_colour(recipe: Recipe) -> bool:
    """Whether a picture can be in natural colour: a composite with a visible band.

    Infrared bands alone lie so close together on one curve that nothing can be told apart.
    """
    return recipe.kind == "rgb" and not _VISIBLE.isdisjoint(recipe.bands)


def of_one_date(recipe: Recipe) -> StretchSpec:
    """The choice with which a picture of one date needs no other: the usual one, or where that is measured, the date's own."""
    return StretchSpec("frame" if is_measured(recipe, StretchSpec()) else "natural")


def is_shared(recipe: Recipe, choice: StretchSpec) -> bool:
    """Whether the pixels of both sensors decide about the stretch."""
    return choice.same and is_measured(recipe, choice)


def natural(bands: int = 3, gamma: float = NATURAL_GAMMA) -> Stretch:
    """Natural colour: the same curve for each of so many bands, from reflectance 0 (black) to `WHITE`.

    One curve for all bands keeps greys grey, so that hues are those of the ground; compressed highlights keep snow and
    clouds from being burnt out while forests are not black. The same was found good for Sentinel-2's surface reflectance
    (M. Repše, Highlight Optimized Natural Color, and Sentinel-2 L2A True Color Optimized, both of Sentinel Hub's custom
    scripts, custom-scripts.sentinel-hub.com); ESA's own true-colour image is one range for all bands, too, but straight
    and white from 0.36 on.
    """
    return Stretch((0.0,) * bands, (WHITE,) * bands, gamma, MIDDLE)


def choose(cube: Cube, recipe: Recipe, choice: StretchSpec) -> Stretch | None:
    """The stretch of all dates of a cube; None where each frame has its own (then see `of_frame`)."""
    if choice.mode == "frame":
        return None
    return _with_gamma(_chosen(cube, recipe, choice), recipe, choice)


def choose_together(cube: Cube, recipe: Recipe, choice: StretchSpec, other: Cube | None) -> Stretch | None:
    """As `choose`; where the stretch `is_shared`, one with the cube of another sensor that shows the same.

    That of the cube alone where the other sensor has nothing that stands for the recipe, or is of another sample.
    """
    own = choose(cube, recipe, choice)
    if (
        own is None
        or not is_shared(recipe, choice)
        or other is None
        or other.cell != cube.cell
        or not len(other.there)
    ):
        return own
    try:
        twin = render_spec.parse(recipe.text, other.product.id)
    except InvalidQueryError:
        return own
    theirs = choose(other, twin, choice)
    return own if theirs is None else shared((own, theirs))


def of_frame(cube: Cube, recipe: Recipe, choice: StretchSpec, index: int) -> Stretch:
    """The stretch of one date by its own pixels."""
    if recipe.kind in ("rgb", "band"):
        return _with_gamma(_of_bands(cube, recipe.bands, [index]), recipe, choice)
    return _with_gamma(_of_values(cube, recipe, [index]), recipe, choice)


def shared(stretches: Iterable[Stretch]) -> Stretch:
    """One stretch for several sensors whose bands stand in the same order: from the darkest to the brightest."""
    given = list(stretches)
    low = tuple(min(v) for v in zip(*(s.low for s in given), strict=True))
    high = tuple(max(v) for v in zip(*(s.high for s in given), strict=True))
    return Stretch(low, high, given[0].gamma, given[0].middle)


def measure(cube: Cube, bands: Sequence[str]) -> Stretch:
    """The vivid stretch of a cube's bands: 1st to 99th percentile over space and its coarse dates, snow left out.

    Each band begins at its own dark end (which takes the haze away). The bands of a true-colour image are held
    half way (geometrically) between a span each, which turns a brown field grey, and one span for all, which turns it
    orange. Other bands differ too much for that and get a span each.
    """
    return _of_bands(cube, bands, _coarse(cube))


def _chosen(cube: Cube, recipe: Recipe, choice: StretchSpec) -> Stretch:
    if choice.mode == "range":
        scale = REFLECTANCE_SCALE if recipe.kind in ("rgb", "band") else 1.0
        count = len(recipe.bands) if recipe.kind == "rgb" else 1
        low, high = (float(v or 0) / scale for v in (choice.low, choice.high))
        return Stretch((low,) * count, (high,) * count)
    if choice.mode == "natural" and has_natural_colour(recipe):
        return natural(len(recipe.bands))
    if recipe.kind in ("rgb", "band"):
        return measure(cube, recipe.bands)
    if recipe.range is not None:
        return Stretch((recipe.range[0],), (recipe.range[1],))
    return _of_values(cube, recipe, _coarse(cube))


def _with_gamma(stretch: Stretch, recipe: Recipe, choice: StretchSpec) -> Stretch:
    gamma = choice.gamma
    if gamma is None and stretch.middle is None:
        gamma = GAMMA if recipe.kind in ("rgb", "band") else 1.0
    return replace(stretch, gamma=stretch.gamma if gamma is None else gamma)


def _coarse(cube: Cube) -> list[int]:
    rows = [i for i in stretch_positions(len(cube.product.dates)) if cube.status[i] == Status.THERE]
    return rows or cube.there[:3].tolist()


def _of_values(cube: Cube, recipe: Recipe, rows: list[int]) -> Stretch:
    """1st to 99th percentile of what a recipe paints, over some dates and every second pixel."""
    found = np.zeros(0)
    if rows:
        dn = {name: cube.data[rows, cube.bands.index(name), ::2, ::2] for name in recipe.bands}
        found = recipe.values(dn)
        holed = [dn[name] == cube.nodata for name in recipe.bands] if cube.nodata is not None else []
        found = (
            found[np.isfinite(found) & ~np.logical_or.reduce(holed)] if holed else found[np.isfinite(found)]
        )
    if not found.size:
        return Stretch((0.0,), (1.0,))
    low, high = (float(v) for v in np.percentile(found, _PERCENT))
    if not high > low:  # the same value everywhere
        low, high = low - 0.5 * (abs(low) or 1), low + 0.5 * (abs(low) or 1)
    return Stretch((low,), (high,))


def _of_bands(cube: Cube, bands: Sequence[str], rows: list[int]) -> Stretch:
    ground = _without_snow(cube, rows)
    ranges = [_range(cube, name, rows, ground) for name in bands]
    if set(bands) <= _VISIBLE and len(bands) > 1:
        widest = max(high - low for low, high in ranges)
        ranges = [(low, low + ((high - low) * widest) ** 0.5) for low, high in ranges]
    return Stretch(tuple(low for low, _ in ranges), tuple(high for _, high in ranges))


def _range(cube: Cube, name: str, rows: list[int], ground: np.ndarray) -> tuple[float, float]:
    """DN of a band that become black and white."""
    if not rows:
        return 0.0, 3000.0
    values = cube.data[rows, cube.bands.index(name), ::2, ::2][ground]
    if cube.nodata is not None:
        values = values[values != cube.nodata]
    if not values.size:
        return 0.0, 3000.0
    low, high = (float(v) for v in np.percentile(values, _PERCENT))
    short = max(_MIN_RANGE - (high - low), 0.0) / 2
    return low - short, high + short


def _without_snow(cube: Cube, rows: list[int]) -> np.ndarray:
    """Which pixels of some dates are no snow, bool `(time, y, x)`, every second pixel; all, where little else is.

    Without that, a boreal winter stretches the summer to black.
    """
    blue = next((name for name in ("blue", "B02") if name in cube.bands), None)
    if blue is None or not rows:
        return np.ones((len(rows), *(len(range(0, n, 2)) for n in cube.data.shape[2:])), bool)
    ground = cube.data[rows, cube.bands.index(blue), ::2, ::2] < _SNOW_BLUE
    return ground if ground.mean() > 0.1 else np.ones_like(ground)
