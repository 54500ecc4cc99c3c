"""Pictures of cubes: composites, bands, indices and people's own formulas, as arrays, JPEG and PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from explorer.analysis import colours
from explorer.analysis import stretch as stretches
from explorer.analysis.render_spec import COMPOSITES, S2_COMPOSITES, Recipe, bands_of
from explorer.analysis.stretch import (
    GAMMA,
    STRETCH_STEP,
    Stretch,
    StretchSpec,
    measure,
    natural,
    stretch_positions,
)
from explorer.core.products import REFLECTANCE_SCALE
from explorer.corpus.imagery.cube_cache import Cube

__all__ = [
    "COMPOSITES",
    "GAMMA",
    "S2_COMPOSITES",
    "STRETCH_STEP",
    "Legend",
    "Painter",
    "Picture",
    "Stretch",
    "StretchSpec",
    "ValuePainter",
    "bands_of",
    "legend",
    "make",
    "measure",
    "natural",
    "png",
    "stretch_positions",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Legend:
    """What the colours of a picture mean: `colours` (hex, low to high) run evenly from `low` to `high` in `unit`.

    `low` and `high` are None where each frame has its own.
    """

    title: str
    unit: str
    low: float | None
    high: float | None
    colours: tuple[str, ...]
    formula: str = ""
    reference: str = ""


class Picture(Protocol):
    """What every painter can do with one date of its cube."""

    cube: Cube

    @property
    def stretch(self) -> Stretch | None:
        """The stretch of all dates; None where each has its own."""

    def rgb(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 3)`."""

    def rgba(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 4)`, transparent where there is no value."""

    def jpeg(self, index: int, quality: int = 85) -> bytes:
        """One date as JPEG bytes."""


class Painter:
    """Turns a cube's dates into pictures of one band (grey) or three: stretch and lookup tables made once.

    Without a `stretch` three bands are in natural colour, and one band is measured.
    """

    def __init__(self, cube: Cube, bands: Sequence[str], stretch: Stretch | None = None) -> None:
        self.cube = cube
        self.bands = tuple(bands)
        self.stretch: Stretch | None = stretch or (natural() if len(bands) == 3 else measure(cube, bands))
        self._columns = [cube.bands.index(name) for name in self.bands]
        self._made = self._tables(self.stretch)

    def _tables(self, stretch: Stretch) -> list[np.ndarray]:
        return [stretch.lookup(i, self.cube.data.dtype) for i in range(len(self.bands))]

    def _of(self, index: int) -> list[np.ndarray]:
        return self._made

    def _planes(self, index: int) -> list[np.ndarray]:
        data = self.cube.data[index].view(np.uint16)
        return [np.take(t, data[column]) for t, column in zip(self._of(index), self._columns, strict=True)]

    def rgb(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 3)`; one band gives grey, `colours.MISSING` in stripes where nothing was measured."""
        planes = self._planes(index)
        found = np.stack(planes * (3 if len(planes) == 1 else 1), axis=-1)
        gone = self._gone(index)
        return found if gone is None else colours.mark_missing(found, gone)

    def rgba(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 4)`, transparent where nothing was measured."""
        planes, gone = self._planes(index), self._gone(index)
        alpha = np.full(planes[0].shape, 255, np.uint8)
        if gone is not None:
            alpha[gone] = 0
        return np.dstack([*planes * (3 if len(planes) == 1 else 1), alpha])

    def _gone(self, index: int) -> np.ndarray | None:
        """Where a band of the picture was not measured, bool `(y, x)`; None where that is nowhere."""
        if self.cube.nodata is None:
            return None
        gone = ~self.cube.valid(index, self.bands)
        return gone if gone.any() else None

    def jpeg(self, index: int, quality: int = 85) -> bytes:
        """One date as JPEG bytes; one band gives a grey JPEG. What was not measured is striped."""
        if self._gone(index) is not None:
            return _jpeg(Image.fromarray(self.rgb(index)), quality)
        planes = self._planes(index)
        return _jpeg(Image.fromarray(planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)), quality)


class _EachFrame(Painter):
    """The same, every date stretched by itself."""

    def __init__(self, cube: Cube, recipe: Recipe, choice: StretchSpec) -> None:
        super().__init__(cube, recipe.bands, Stretch((0.0,) * len(recipe.bands), (1.0,) * len(recipe.bands)))
        self.stretch = None
        self._recipe, self._choice = recipe, choice

    def _of(self, index: int) -> list[np.ndarray]:
        return self._tables(stretches.of_frame(self.cube, self._recipe, self._choice, index))


class ValuePainter:
    """Turns one value a pixel (a band, an index, a formula) into colours of a map."""

    def __init__(self, cube: Cube, recipe: Recipe, choice: StretchSpec, stretch: Stretch | None) -> None:
        self.cube, self.recipe, self.stretch = cube, recipe, stretch
        self._choice = choice
        self._columns = {name: cube.bands.index(name) for name in recipe.bands}

    def values(self, index: int) -> np.ndarray:
        """One date as float32 `(y, x)`, in the recipe's unit; NaN where a band of it was not measured."""
        dn = {name: self.cube.data[index, column] for name, column in self._columns.items()}
        found = self.recipe.values(dn)
        if self.cube.nodata is not None:
            for band in dn.values():
                found[band == self.cube.nodata] = np.nan
        return found

    def _painted(self, index: int) -> np.ndarray:
        """Bytes red, green, blue and 255 (0: no value), uint8 `(y, x, 4)`."""
        stretch = self.stretch or stretches.of_frame(self.cube, self.recipe, self._choice, index)
        values = self.values(index)
        scale = REFLECTANCE_SCALE if self.recipe.kind == "band" else 1.0
        low, high = (np.float32(v * scale) for v in (stretch.low[0], stretch.high[0]))
        whole = bool(np.isfinite(values).all())
        gone = None if whole else np.isnan(values)
        values -= low
        values *= np.float32(colours.LEVELS - 1) / max(high - low, np.float32(1e-9))
        values += np.float32(0.5)
        np.fmax(values, 0, out=values)  # NaN becomes 0, which has a meaning for the cast
        np.fmin(values, colours.LEVELS - 1, out=values)
        level = values.astype(np.uint8)
        if gone is not None:
            level[gone] = colours.LEVELS
        packed = colours.packed(self.recipe.colours or "grey", stretch.gamma)
        return np.take(packed, level).view(np.uint8).reshape(*level.shape, 4)

    def rgb(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 3)`; `colours.MISSING` where there is no value."""
        return np.ascontiguousarray(self._painted(index)[..., :3])

    def rgba(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 4)`, transparent where there is no value."""
        return self._painted(index)

    def jpeg(self, index: int, quality: int = 85) -> bytes:
        """One date as JPEG bytes; `colours.MISSING` where there is no value."""
        painted = self._painted(index)
        height, width = painted.shape[:2]
        # The fourth byte stays unread: no copy to three bytes a pixel.
        return _jpeg(Image.frombuffer("RGBX", (width, height), painted, "raw", "RGBX", 0, 1), quality)


def make(
    cube: Cube, recipe: Recipe, choice: StretchSpec | None = None, stretch: Stretch | None = None
) -> Painter | ValuePainter:
    """The painter of a recipe. `stretch` as `stretch.choose` gave it before, or that of another sensor."""
    choice = choice or StretchSpec()
    if stretch is None:
        stretch = stretches.choose(cube, recipe, choice)
    if recipe.kind == "rgb" or (recipe.kind == "band" and recipe.colours == "grey"):
        return _EachFrame(cube, recipe, choice) if stretch is None else Painter(cube, recipe.bands, stretch)
    return ValuePainter(cube, recipe, choice, stretch)


def legend(recipe: Recipe, stretch: Stretch | None) -> Legend | None:
    """The legend of a recipe as stretched; None for a colour composite, whose colours are no scale."""
    if recipe.kind == "rgb":
        return None
    scale = REFLECTANCE_SCALE if recipe.kind == "band" else 1.0
    gamma = 1.0
    low = high = None
    if stretch is not None:
        gamma, low, high = stretch.gamma, stretch.low[0] * scale, stretch.high[0] * scale
    shown = colours.hexes(recipe.colours or "grey", gamma=gamma)
    return Legend(recipe.title, recipe.unit, low, high, shown, recipe.formula, recipe.reference)


def png(rgba: np.ndarray) -> bytes:
    """An image `(y, x, 3 or 4)` uint8 as PNG bytes, packed fast."""
    buffer = io.BytesIO()
    Image.fromarray(rgba).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
