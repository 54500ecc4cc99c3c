"""What is measured in one pixel of a cube, in words: the picture in the browser is stretched and compressed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.analysis.render_spec import Recipe
from explorer.core.products import REFLECTANCE_SCALE
from explorer.corpus.imagery.cube_cache import Cube, Status


def bands_text(cube: Cube, index: int, row: int, col: int, bands: Sequence[str] = ()) -> str:
    """Reflectance of a pixel on one date (its position in the calendar), of some `bands` or all; empty where the date is not there."""
    if cube.status[index] != Status.THERE:
        return ""
    names = bands or cube.bands
    values = [cube.data[index, cube.bands.index(name), row, col] for name in names]
    return " · ".join(
        f"{name} {'not measured' if value == cube.nodata else f'{value * REFLECTANCE_SCALE:.4f}'}"
        for name, value in zip(names, values, strict=True)
    )


def recipe_text(cube: Cube, index: int, row: int, col: int, recipe: Recipe) -> str:
    """What a picture shows of a pixel: its bands' reflectance, after the value of an index or formula."""
    text = bands_text(cube, index, row, col, recipe.bands)
    if not text or recipe.kind not in ("index", "expression"):
        return text
    dn = {name: cube.data[index, cube.bands.index(name), row : row + 1, col] for name in recipe.bands}
    if any(values[0] == cube.nodata for values in dn.values()):
        return text
    value = float(recipe.values(dn)[0])
    return f"{recipe.title} {value:.3f} · {text}" if np.isfinite(value) else text
