"""GeoTIFF bytes in the corpus's own encoding: one 256 px tile, LZW with predictor 2, pixel-interleaved."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import rasterio
from affine import Affine
from rasterio.io import MemoryFile

from explorer.core.grid import Cell

_BASE = {
    "driver": "GTiff", "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "lzw", "predictor": 2,
    "interleave": "pixel",
}  # fmt: skip


@cache
def _crs(epsg: int) -> rasterio.CRS:
    return rasterio.CRS.from_epsg(epsg)


def encode(
    data: np.ndarray, cell: Cell, pixel_size: float, nodata: int | None = None, names: tuple[str, ...] = ()
) -> bytes:
    """A chip `(band, y, x)` as GeoTIFF bytes on the cell's grid. `names` become the bands' descriptions."""
    count, height, width = data.shape
    left, _, _, top = cell.bounds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with MemoryFile() as memory:
            with memory.open(
                **_BASE, width=width, height=height, count=count, dtype=data.dtype.name, crs=_crs(cell.epsg),
                transform=Affine(pixel_size, 0, left, 0, -pixel_size, top), nodata=nodata,
            ) as target:  # fmt: skip
                target.write(data)
                for i, name in enumerate(names, start=1):
                    target.set_band_description(i, name)
            return bytes(memory.getbuffer())
