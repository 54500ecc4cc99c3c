"""Cloud-Optimised GeoTIFF: what a reader needs stands first, so that it can ask for parts of the file."""

from __future__ import annotations

import warnings
from typing import Any

import rasterio.shutil
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from explorer.core.errors import OutputError

MEDIA = "image/tiff; application=geotiff; profile=cloud-optimized"
_TILE = 256
"""Pixels of a tile's side: one tile holds a chip, which needs no overviews."""


def profile() -> dict[str, Any]:
    """What `rasterio.open(path, "w", ...)` is told besides what the picture is. The predictor is that of its dtype."""
    return {"driver": "COG", "compress": "deflate", "predictor": "yes", "blocksize": _TILE}


def of(chip: bytes) -> bytes:
    """A GeoTIFF written anew as Cloud-Optimised GeoTIFF: the same pixels, dtype, grid, nodata, band names and tags.

    Raises `OutputError` for what is no GeoTIFF.
    """
    options = profile()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with MemoryFile(chip) as source, MemoryFile(ext=".tif") as target:
                rasterio.shutil.copy(source.name, target.name, **options)
                return bytes(target.getbuffer())
    except rasterio.errors.RasterioError as error:
        raise OutputError(f"this chip cannot be written as COG: {error}") from error
