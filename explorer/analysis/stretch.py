"""Which values become black and which white: fixed over time, a frame's own, or a range that somebody names.

Fixed over time is the default, so that a winter looks darker than a summer where it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
_PERCENT = (1.0, 99.0)
_MIN_RANGE = 300  # DN; keeps a lake at night from becoming a firework of noise
_SNOW_BLUE = 1800  # DN; bare ground and roofs are darker in the blue, snow and cloud brighter
_VISIBLE = {"blue", "green", "red", "B02", "B03", "B04"}
_LIMIT = 1e6


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values that become black and white, one pair a band (DN; an index's own), and the gamma between them."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    gamma: float = GAMMA

    def lookup(self, band: int, dtype: np.dtype) -> np.ndarray:
        """Grey value of every DN of a 16-bit `dtype`: uint8 `(65536,)`, indexed by the DN's bits as uint16."""
        info = np.iinfo(dtype)
        low = self.low[band]
        span = max(self.high[band] - low, 1.0)
        first, last = (int(np.clip(v, info.min, info.max)) for v in (math.ceil(low), math.floor(low + span)))
        grey = np.zeros(65536, np.uint8)  # from the lowest number to the highest
        dn = np.arange(first, last + 1, dtype=np.float32)
        curve = np.clip((dn - np.float32(low)) / np.float32(span), 0, 1) ** np.float32(1 / self.gamma)
        grey[last + 1 - info.min :] = 255
        grey[first - info.min : last + 1 - info.min] = (curve * 255 + 0.5).astype(np.uint8)
        return np.roll(grey, 32768) if info.min < 0 else grey


@dataclass(frozen=True, slots=True)
class StretchSpec:
    """How to stretch, as people choose it.

    `fixed` over time, each `frame` by itself, or a `range` from `low` to `high` (reflectance; an index's own unit).
    A `gamma` of None is the picture's own; `same` asks for one stretch on both sensors.
    """

    mode: Literal["fixed", "frame", "range"] = "fixed"
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
        return ",".join(words[1:] if words[0] == "fixed" and len(words) > 1 else words)


def _short(value: float | None) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value or 0)).removesuffix(".0")


_NUMBER = r"-?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(?:e[+-]?\d{1,2})?"
_RANGE = re.compile(rf"({_NUMBER})-({_NUMBER})", re.ASCII)
_GAMMA = re.compile(rf"g({_NUMBER})", re.ASCII)


def parse(text: str) -> StretchSpec:
    """A choice from its short text: `fixed`, `frame`, `0.02-0.3`, `g1.4`, `same`, joined by commas.

    Raises `InvalidQueryError` naming the word that is wrong.
    >>> str(parse("0.02-0.3,g1.4"))
    '0.02-0.3,g1.4'
    """
    found: dict[str, object] = {}
    for word in text.strip().lower().split(",") if text.strip() else []:
        new: dict[str, object]
        if word in ("fixed", "frame"):
            new = {"mode": word}
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
                f"stretch {word[:30]!r} is unknown; there are fixed, frame, LOW-HIGH (0.02-0.3), gGAMMA (g1.4) and same"
            )
        if found.keys() & new.keys():
            raise InvalidQueryError(f"stretch {text[:40]!r} says the same thing twice, at {word[:30]!r}")
        found |= new
    return StretchSpec(**found)  # type: ignore[arg-type]  # the keys are written above


def stretch_positions(count: int) -> range:
    """Positions in the calendar on which the fixed stretch is measured."""
    return range(0, count, STRETCH_STEP if count > 3 * STRETCH_STEP else 1)


def measured_on(recipe: Recipe, choice: StretchSpec, count: int) -> range:
    """Positions in a calendar of `count` dates that `choose` looks at; none where the stretch needs no pixels."""
    by_pixels = recipe.kind in ("rgb", "band") or recipe.range is None
    return stretch_positions(count) if choice.mode == "fixed" and by_pixels else range(0)


def choose(cube: Cube, recipe: Recipe, choice: StretchSpec) -> Stretch | None:
    """The stretch of all dates of a cube; None where each frame has its own (then see `of_frame`)."""
    if choice.mode == "frame":
        return None
    return _with_gamma(_chosen(cube, recipe, choice), recipe, choice)


def choose_together(cube: Cube, recipe: Recipe, choice: StretchSpec, other: Cube | None) -> Stretch | None:
    """As `choose`; where the choice says `same`, one stretch with the cube of another sensor that shows the same.

    That of the cube alone where the other sensor has nothing that stands for the recipe, or is of another sample.
    """
    own = choose(cube, recipe, choice)
    if own is None or not choice.same or other is None or other.cell != cube.cell or not len(other.there):
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
    return Stretch(low, high, given[0].gamma)


def measure(cube: Cube, bands: Sequence[str]) -> Stretch:
    """The fixed stretch of a cube's bands: 1st to 99th percentile over space and its coarse dates, snow left out.

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
    if recipe.kind in ("rgb", "band"):
        return measure(cube, recipe.bands)
    if recipe.range is not None:
        return Stretch((recipe.range[0],), (recipe.range[1],))
    return _of_values(cube, recipe, _coarse(cube))


def _with_gamma(stretch: Stretch, recipe: Recipe, choice: StretchSpec) -> Stretch:
    gamma = choice.gamma
    if gamma is None:
        gamma = GAMMA if recipe.kind in ("rgb", "band") else 1.0
    return Stretch(stretch.low, stretch.high, gamma)


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
