"""Chips: bytes in, checked pixels out.

A chip that is not what its id says is refused with a short reason: never wrong pixels, never a crash.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np
import rasterio
from rasterio.enums import Interleaving
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from explorer.corpus import tiff_fast
from explorer.corpus.store import MAX_CHIP_BYTES
from explorer.errors import ChipError
from explorer.grid import Cell
from explorer.products import Product

MAX_BANDS = 64
MAX_BLOCK = 2**20
"""Pixels of a tile or strip, which is unpacked whole however small the picture: the corpus's has 256 x 256."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One decoded chip: `data` is `(band, y, x)` as stored, `bands` its band names, `nodata` the file's own."""

    data: np.ndarray
    bands: tuple[str, ...]
    nodata: float | None


def read(data: bytes, product: Product, cell: Cell) -> Chip:
    """Decode a GeoTIFF and check size, band count, dtype, CRS and transform against the sample's id.

    Raises `ChipError` with the reason when it is truncated, empty, foreign or mis-sized.
    """
    if not data:
        raise ChipError("empty file")
    if len(data) > MAX_CHIP_BYTES:
        raise ChipError(f"{len(data)} bytes, far more than a chip can have")
    if data[:4] not in (b"II*\x00", b"MM\x00*"):
        raise ChipError("not a TIFF file")
    pixels = tiff_fast.read(data, product, cell)
    if pixels is not None:
        return Chip(pixels, product.band_names, None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a chip without georeference is refused below
            with MemoryFile(data) as memory, memory.open(driver="GTiff") as source:
                _check(source, product, cell)
                if source.nodata is None and product.nodata is None:
                    _check_written(source)
                names = band_names(source.descriptions, product, source.count)
                return Chip(source.read(), names, source.nodata)
    except ChipError:
        raise
    except (RasterioError, ValueError, OSError, MemoryError) as error:
        raise ChipError(f"damaged or truncated ({_short(error)})") from error


def band_names(descriptions: tuple[str | None, ...], product: Product, count: int) -> tuple[str, ...]:
    """The names of a file's bands: its own, where it names all of them; else the product's order; else numbers.

    Raises `ChipError` where the file names bands that are not the product's.
    """
    given = tuple((text or "").strip() for text in descriptions)
    if all(given) and len(set(given)) == count:
        if not product.bands:
            return given
        lower = {name.lower(): name for name in product.band_names}
        lower |= {f"b{name[1:].lstrip('0').lower()}": name for name in product.band_names if name[0] == "B"}
        known = [lower.get(name.lower()) for name in given]
        if all(known) and len(set(known)) == count:
            return tuple(str(name) for name in known)
        if not any(known):  # free text, not names: the corpus's order holds
            return product.band_names
        strange = [name for name, match in zip(given, known, strict=True) if match is None]
        raise ChipError(f"its bands are named {', '.join(strange or given)}, not as {product.id}'s")
    if product.bands:
        return product.band_names
    return tuple(f"band_{i + 1}" for i in range(count))


def _check(source: rasterio.DatasetReader, product: Product, cell: Cell) -> None:
    if (source.width, source.height) != (product.size, product.size):
        raise ChipError(f"{source.width} x {source.height} px, not {product.size} x {product.size}")
    expected = len(product.bands)
    if expected and source.count != expected:
        raise ChipError(f"{source.count} bands, not {expected}")
    if source.count > MAX_BANDS:
        raise ChipError(f"{source.count} bands, more than {MAX_BANDS}")
    height, width = source.block_shapes[0]
    if height * width > MAX_BLOCK:
        raise ChipError(f"tiles of {width} x {height} px, far more than a chip has")
    dtypes = set(source.dtypes)
    if len(dtypes) != 1 or (product.dtypes and source.dtypes[0] not in product.dtypes):
        raise ChipError(f"dtype {', '.join(sorted(dtypes))}, not {' or '.join(product.dtypes)}")
    if source.crs is None:
        raise ChipError("no coordinate reference system")
    if source.crs.to_epsg() != cell.epsg:
        raise ChipError(f"its CRS is {source.crs.to_string()[:40]}, the id says EPSG:{cell.epsg}")
    left, _, _, top = cell.bounds
    t = source.transform
    if t.a <= 0 or t.e >= 0 or t.b or t.d:
        raise ChipError("not north up")
    found = (t.a, t.b, t.c, t.d, t.e, t.f)
    wanted = (product.pixel_size, 0, left, 0, -product.pixel_size, top)
    if not np.allclose(found, wanted, rtol=0, atol=0.01):
        raise ChipError(
            f"its upper-left corner is ({t.c:.0f}, {t.f:.0f}) at {t.a:g} m a pixel, "
            f"the id says ({left:.0f}, {top:.0f}) at {product.pixel_size:g} m"
        )


def _check_written(source: rasterio.DatasetReader) -> None:
    """A block that was never written reads as zeros, which are pixels only where zero means nodata."""
    for band in source.indexes if source.interleaving == Interleaving.band else (1,):
        for (row, col), _ in source.block_windows(band):
            if source.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band) is None:
                raise ChipError("parts of it were never written")


_OWN_NAME = re.compile(r"\S*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tif[:,]? ?")


def _short(error: BaseException) -> str:
    while error.__cause__ is not None:  # GDAL's first complaint is the precise one
        error = error.__cause__
    text = _OWN_NAME.sub("", str(error)).strip().splitlines()
    return text[-1][:120] if text else type(error).__name__
