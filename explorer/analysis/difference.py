"""What changed between two dates, on a map that is white where nothing did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.analysis import colours
from explorer.analysis.composite import Legend
from explorer.analysis.render_spec import Recipe
from explorer.core.errors import InvalidQueryError
from explorer.core.products import REFLECTANCE_SCALE
from explorer.corpus.imagery.cube_cache import Cube, Status

_LEAST = {"reflectance": 0.02, "1": 0.1}
"""Smallest range on either side of 0, by unit; below, noise would look like change."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`values` are float32 `(y, x)`, later minus earlier, NaN where either is missing; `rgba` is their picture."""

    values: np.ndarray
    rgba: np.ndarray
    legend: Legend


def difference(cube: Cube, recipe: Recipe, first: int, second: int, high: float | None = None) -> Difference:
    """The date at position `second` minus that at `first`, on a diverging map from -`high` to `high`.

    A composite is compared by the mean reflectance of its bands. Without `high`, the 99th percentile of the change.
    Raises `InvalidQueryError` for a date that is not there.
    """
    product = cube.product
    for index in (first, second):
        if not 0 <= index < len(cube.status):
            raise InvalidQueryError(
                f"{product.id} has no date number {index}; they run from 0 to {len(cube.status) - 1}"
            )
        if cube.status[index] != Status.THERE:
            raise InvalidQueryError(
                f"{product.stem(product.dates[index])} of {product.id} is not there to compare"
            )
    change = _values(cube, recipe, second) - _values(cube, recipe, first)
    known = np.isfinite(change)
    if high is None:
        high = float(np.percentile(np.abs(change[known]), 99)) if known.any() else 0.0
        high = max(high, _LEAST[recipe.unit])
    level = np.zeros(change.shape, np.uint8)
    share = (change[known] + high) / (2 * high)
    level[known] = (np.clip(share, 0, 1) * (colours.LEVELS - 1) + 0.5).astype(np.uint8)
    level[~known] = colours.LEVELS
    rgba = np.take(colours.packed("difference"), level).view(np.uint8).reshape(*level.shape, 4)
    before, after = (product.stem(product.dates[i]) for i in (first, second))
    title = f"{recipe.title}: {after} minus {before}"
    shown = colours.hexes("difference")
    return Difference(
        change, rgba, Legend(title, recipe.unit, -high, high, shown, recipe.formula, recipe.reference)
    )


def _values(cube: Cube, recipe: Recipe, index: int) -> np.ndarray:
    dn = {name: cube.data[index, cube.bands.index(name)] for name in recipe.bands}
    if recipe.kind == "rgb":
        stack = np.stack(list(dn.values())).astype(np.float32)
        found = np.asarray(stack.mean(axis=0) * np.float32(REFLECTANCE_SCALE))
    else:
        found = recipe.values(dn)
    if cube.nodata is not None:
        for band in dn.values():
            found[band == cube.nodata] = np.nan
    return found
