"""Rasters of classes made in code, and what of a cell is in them, pixel by pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer

from explorer.core import grid

CELL = grid.parse("31N_20E-234N_18_36")
"""In the middle of the rasters of `write_over`."""


def classes(shape: tuple[int, int], values: list[int], seed: int = 0, patch: int = 3) -> np.ndarray:
    """Classes in patches of some pixels, uint8."""
    rng = np.random.default_rng(seed)
    small = rng.choice(values, (shape[0] // patch + 1, shape[1] // patch + 1)).astype(np.uint8)
    return np.kron(small, np.ones((patch, patch), np.uint8))[: shape[0], : shape[1]]


def write(path: Path, data: np.ndarray, crs: str, transform: Affine, **profile: Any) -> Path:
    """A GeoTIFF of one band."""
    options: dict[str, Any] = {
        "tiled": True,
        "blockxsize": 128,
        "blockysize": 128,
        "compress": "deflate",
    } | profile
    with rasterio.open(
        path, "w", driver="GTiff", height=data.shape[0], width=data.shape[1], count=1, dtype=data.dtype, crs=crs,
        transform=transform, **options,
    ) as raster:  # fmt: skip
        raster.write(data, 1)
    return path


def write_over(
    path: Path, values: list[int], crs: str, pixel: float, *, size: int = 600, turn: float = 0, **profile: Any
) -> Path:
    """A raster of `size` pixels along an edge with `CELL` in its middle; `pixel` in the CRS's units, `turn` in degrees."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*CELL.centre)
    middle = Affine.translation(x, y) * Affine.rotation(turn) * Affine.scale(pixel, -pixel)
    transform = middle * Affine.translation(-size / 2 - 0.37, -size / 2 + 0.21)
    return write(
        path, classes((size, size), values, patch=profile.pop("patch", 3)), crs, transform, **profile
    )


def shares(path: Path, cell: grid.Cell, steps: int = 40) -> dict[int, float]:
    """Share of a cell's area that each value has, -1 for what is beyond the raster, pixel by pixel by GEOS.

    The cell's edges are projected with `steps` places each.
    """
    left, bottom, right, top = cell.bounds
    along = np.linspace(0, 1, steps, endpoint=False)
    corners = np.array([(left, bottom), (right, bottom), (right, top), (left, top)], float)
    ring = np.concatenate(
        [a + (b - a) * along[:, None] for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    )
    with rasterio.open(path) as raster:
        x, y = Transformer.from_crs(cell.epsg, raster.crs.to_wkt(), always_xy=True).transform(*ring.T)
        cols, rows = ~raster.transform * (np.asarray(x), np.asarray(y))
        outline = shapely.Polygon(np.stack([cols, rows], axis=1))
        data = raster.read(1)
    found: dict[int, float] = {}
    for row in range(int(np.floor(rows.min())), int(np.ceil(rows.max()))):
        for col in range(int(np.floor(cols.min())), int(np.ceil(cols.max()))):
            there = 0 <= row < data.shape[0] and 0 <= col < data.shape[1]
            value = int(data[row, col]) if there else -1
            part = outline.intersection(shapely.box(col, row, col + 1, row + 1)).area
            found[value] = found.get(value, 0.0) + part
    return {value: area / outline.area for value, area in found.items() if area > 0}
