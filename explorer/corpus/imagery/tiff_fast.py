"""The corpus's own encoding, decoded without GDAL: libtiff by imagecodecs, the few tags read here.

Of the 1.9 ms that rasterio takes for a chip of 205 kB (one thread, one core), a third goes into opening it as a
dataset. libtiff alone takes 1.06 ms (imagecodecs.tiff_decode); an LZW decoder compiled by numba took 1.45,
tifffile 2.2, async-tiff, side by side on two cores, as long as rasterio. Only what is exactly as the corpus writes it
is taken here: for anything else this gives None, and rasterio reads the file, or says what is wrong with it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from explorer.core.grid import Cell
from explorer.core.products import Product

tiff_decode: Any
try:
    tiff_decode = import_module("imagecodecs").tiff_decode
except ModuleNotFoundError:  # the extra `fast`: rasterio reads the same, in 1.8 times the time
    tiff_decode = None

_IFD_ENTRY = struct.Struct("<HHI4s")
_FORMATS = {2: "B", 3: "H", 4: "I", 12: "d"}
_DTYPES = {1: np.dtype(np.uint16), 2: np.dtype(np.int16)}
"""By TIFF's number of the sample format."""
_LZW, _CONTIGUOUS, _TILE = 5, 1, 256
_ASCII = 2

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES, _PLANAR, _PREDICTOR = 256, 257, 258, 259, 277, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _OFFSETS, _COUNTS, _FORMAT = 322, 323, 324, 325, 339
_SCALE, _TIEPOINT, _GEO_KEYS, _GEO_TEXTS = 33550, 33922, 34735, 34737
_NEEDED = {
    _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES, _PLANAR, _PREDICTOR, _TILE_WIDTH, _TILE_HEIGHT, _OFFSETS, _COUNTS,
    _FORMAT, _SCALE, _TIEPOINT, _GEO_KEYS, _GEO_TEXTS,
}  # fmt: skip
# Colour interpretation and extra samples do not change the pixels; that 0 is no measurement is so of the product, too, or else GDAL reads it.
_NODATA = 42113
_HARMLESS = {262, 338, _NODATA}
_MODEL, _RASTER, _CITATION, _DATUM_CITATION, _ANGULAR_UNIT = 1024, 1025, 1026, 2049, 2054
_PROJECTION, _LINEAR_UNIT = 3072, 3076
_DEGREE, _METRE = 9102, 9001


def read(data: bytes, product: Product, cell: Cell, *, nodata: bool = True) -> np.ndarray | None:
    """The pixels `(band, y, x)` of a chip that is exactly as the corpus writes it, on this cell; else None.

    Without `nodata`, None also where the file itself says that 0 is no measurement, as the product does.
    """
    try:
        return _read(data, product, cell, nodata)
    except (struct.error, ValueError, IndexError, RuntimeError):  # what imagecodecs raises is a RuntimeError
        return None


def _read(data: bytes, product: Product, cell: Cell, nodata: bool) -> np.ndarray | None:
    count, size = len(product.bands), product.size
    if not count or tiff_decode is None:
        return None
    if data[:4] != b"II*\x00" or size > _TILE:
        return None
    tags = _tags(data)
    if tags is None or _NEEDED - tags.keys() or tags.keys() - _NEEDED - _HARMLESS:
        return None
    wanted = {
        _WIDTH: (size,), _HEIGHT: (size,), _BITS: (16,) * count, _COMPRESSION: (_LZW,), _SAMPLES: (count,),
        _PLANAR: (_CONTIGUOUS,), _TILE_WIDTH: (_TILE,), _TILE_HEIGHT: (_TILE,),
    }  # fmt: skip
    if any(tags[tag] != value for tag, value in wanted.items()) or tags[_PREDICTOR] not in ((1,), (2,)):
        return None
    dtype = _DTYPES.get(int(tags[_FORMAT][0]))
    if dtype is None or len(set(tags[_FORMAT])) != 1 or len(tags[_FORMAT]) != count:
        return None
    if _NODATA in tags and not (nodata and product.nodata == 0 and bytes(map(int, tags[_NODATA])) == b"0\0"):
        return None
    offsets, counts = tags[_OFFSETS], tags[_COUNTS]
    if len(offsets) != 1 or len(counts) != 1 or not counts[0] or not offsets[0]:
        return None
    if offsets[0] + counts[0] > len(data) or not _on_cell(tags, product, cell):
        return None
    pixels = tiff_decode(data)
    if pixels.shape != (size, size, count) or pixels.dtype != dtype:
        return None
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _tags(data: bytes) -> dict[int, Sequence[float]] | None:
    """Tag -> its values, of a file with one directory; tags whose values are not needed are empty."""
    (start,) = struct.unpack_from("<I", data, 4)
    (number,) = struct.unpack_from("<H", data, start)
    end = start + 2 + number * _IFD_ENTRY.size
    if struct.unpack_from("<I", data, end) != (0,):  # another image follows
        return None
    tags: dict[int, Sequence[float]] = {}
    for tag, kind, count, inline in _IFD_ENTRY.iter_unpack(data[start + 2 : end]):
        if tag == _NODATA:
            tags[tag] = tuple(inline[:count]) if kind == _ASCII and count <= 4 else ()
            continue
        if tag not in _NEEDED:
            tags[tag] = ()
            continue
        if kind not in _FORMATS or not 0 < count <= 256:
            return None
        layout = f"<{count}{_FORMATS[kind]}"
        if struct.calcsize(layout) <= 4:
            tags[tag] = struct.unpack_from(layout, inline)
        else:
            tags[tag] = struct.unpack_from(layout, data, int.from_bytes(inline, "little"))
    return tags if len(tags) == number else None


def _on_cell(tags: dict[int, Sequence[float]], product: Product, cell: Cell) -> bool:
    """Whether all corners and the CRS are those of the cell, to a centimetre."""
    left, _, _, top = cell.bounds
    step = product.pixel_size
    if len(tags[_SCALE]) != 3 or len(tags[_TIEPOINT]) != 6:
        return False
    column, row, _, x, y, _ = tags[_TIEPOINT]
    # Asked so that NaN, which is neither more nor less, is no size.
    if not all(abs(size - step) * product.size <= 0.01 for size in tags[_SCALE][:2]):
        return False
    if not all(abs(a - b) <= 0.01 for a, b in zip((column, row, x, y), (0, 0, left, top), strict=True)):
        return False
    # Texts and all: GDAL takes a CRS out of a citation, and refuses keys that point beyond what is there.
    utm, datum = f"WGS 84 / UTM zone {cell.epsg - 32600}N|", "WGS 84|"
    keys = (
        (_MODEL, 0, 1, 1), (_RASTER, 0, 1, 1), (_CITATION, _GEO_TEXTS, len(utm), 0), (_DATUM_CITATION, _GEO_TEXTS, len(datum), len(utm)),
        (_ANGULAR_UNIT, 0, 1, _DEGREE), (_PROJECTION, 0, 1, cell.epsg), (_LINEAR_UNIT, 0, 1, _METRE),
    )  # fmt: skip
    wanted = (1, 1, 0, len(keys), *(number for key in keys for number in key))
    return tags[_GEO_KEYS] == wanted and bytes(map(int, tags[_GEO_TEXTS])) == f"{utm}{datum}\0".encode()
