"""Small corpora made in code: every chip's pixels follow from its product, date and band."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from explorer.core import corine, grid
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.imagery.cube import Cube
from explorer.corpus.imagery.geotiff import Chip

FULL = "33N_15E-200N_01_09"
"""All that a sample can have, over a few dates."""
BROKEN = "31N_20E-234N_18_36"
"""One chip of each kind of damage, among good ones."""
BARE = "32N_22E-222N_40_40"
"""No label, no quality layers; bands stored in another order and named."""

QA_BANDS = ("gap_filled", "days_to_clear")
PF_DATES = PF_SR.dates[:10]


def pixels(product: Product, index: int, count: int | None = None) -> np.ndarray:
    """The pixels of one date, `(band, y, x)`: they differ between dates, bands and places."""
    count = count or len(product.bands) or len(QA_BANDS)
    size = product.size
    band, y, x = np.ogrid[:count, :size, :size]
    dtype = product.dtypes[0] if product.dtypes else "uint8"
    if dtype == "uint8":
        return np.asarray((band * 50 + index + y // 8 + x // 16) % 256).astype(dtype)
    return np.asarray(band * 1000 + index * 3 + y * 2 + x + 1).astype(dtype)


def transform(product: Product, cell: grid.Cell) -> Affine:
    """The transform that a chip of this cell must have."""
    left, _, _, top = cell.bounds
    return Affine(product.pixel_size, 0, left, 0, -product.pixel_size, top)


def geotiff(
    product: Product,
    cell: grid.Cell,
    data: np.ndarray,
    names: Sequence[str | None] | None = None,
    **profile: Any,
) -> bytes:
    """A chip as the corpus encodes it; `profile` overrides what a test wants wrong.

    With `sparse_ok` no pixel is written: a small file can claim any size.
    """
    options: dict[str, Any] = {
        "driver": "GTiff",
        "count": data.shape[0],
        "height": data.shape[1],
        "width": data.shape[2],
        "dtype": data.dtype,
        "crs": f"EPSG:{cell.epsg}",
        "transform": transform(product, cell),
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "interleave": "pixel",
        "compress": "lzw",
        "predictor": 2,
    } | profile
    if np.dtype(options["dtype"]).kind == "f":
        options["predictor"] = 3
    with MemoryFile() as memory:
        with memory.open(**{k: v for k, v in options.items() if v is not None}) as target:
            if not options.get("sparse_ok"):
                target.write(data)
            for number, name in enumerate(names or (), start=1):
                if name:
                    target.set_band_description(number, name)
        return bytes(memory.read())


def good(product: Product, cell: grid.Cell, index: int) -> bytes:
    """The chip of one date as it should be."""
    return geotiff(product, cell, pixels(product, index), QA_BANDS if product is PF_QA else None)


def cube_of(product: Product, chips: Mapping[int, np.ndarray], cell: grid.Cell | None = None) -> Cube:
    """A cube of some dates, `(band, y, x)` each by its position in the calendar."""
    cube = Cube(cell or grid.parse(FULL), product)
    for index, data in chips.items():
        cube.place(index, Chip(data.astype(product.dtypes[0]), product.band_names, product.nodata))
    return cube


def put(root: Path, key: str, data: bytes) -> Path:
    """Write one file of a corpus."""
    path = root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write_label(root: Path, sample_id: str, fractions: Mapping[int, float]) -> None:
    """Write the label GeoJSON of one sample."""
    cell = grid.parse(sample_id)
    properties: dict[str, Any] = {"sample_id": sample_id}
    properties |= {corine.column(code): fractions.get(code, 0.0) for code in corine.codes(3)}
    outline = [list(point) for point in cell.footprint().exterior.coords]
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [outline]},
    }
    put(root, cell.label_key, json.dumps(feature).encode())


def write_chips(root: Path, sample_id: str, product: Product, indices: Iterable[int]) -> None:
    """Write good chips at these positions of the product's calendar."""
    cell = grid.parse(sample_id)
    for index in indices:
        put(root, product.key(cell.folder, product.dates[index]), good(product, cell, index))


def damaged(product: Product, cell: grid.Cell) -> dict[str, tuple[bytes, str]]:
    """Every kind of damage: name -> (bytes, a regular expression for the reason that must be given)."""
    whole, data = good(product, cell, 0), pixels(product, 0)
    size, wide = product.size, product.pixel_size
    place = transform(product, cell)
    return {
        "truncated": (whole[: len(whole) // 2], "damaged or truncated"),
        "header only": (whole[:8], "damaged or truncated"),
        "empty": (b"", "empty file"),
        "html": (b"<!DOCTYPE html><html><body>404</body></html>", "not a TIFF"),
        "big tiff magic only": (b"II*\x00" + b"\xff" * 100, "damaged or truncated"),
        "too small": (geotiff(product, cell, data[:, : size // 2, : size // 2]), f"not {size} x {size}"),
        "too wide": (geotiff(product, cell, np.concatenate([data, data], axis=2)), f"{size * 2} x {size} px"),
        "wrong crs": (geotiff(product, cell, data, crs="EPSG:3035"), "EPSG:3035"),
        "next zone": (geotiff(product, cell, data, crs=f"EPSG:{cell.epsg + 1}"), f"EPSG:{cell.epsg + 1}"),
        "no crs": (geotiff(product, cell, data, crs=None), "no coordinate reference system"),
        "shifted": (
            geotiff(product, cell, data, transform=Affine(wide, 0, place.c + wide, 0, -wide, place.f)),
            "upper-left corner",
        ),
        "coarser": (
            geotiff(product, cell, data, transform=Affine(2 * wide, 0, place.c, 0, -2 * wide, place.f)),
            f"at {2 * wide:g} m a pixel",
        ),
        "south up": (
            geotiff(product, cell, data, transform=Affine(wide, 0, place.c, 0, wide, place.f)),
            "not north up",
        ),
        "wrong dtype": (geotiff(product, cell, data.astype("complex64"), predictor=None), "dtype complex64"),
        "too few bands": (geotiff(product, cell, data[:-1]), f"{len(data) - 1} bands, not {len(data)}"),
        "strange names": (
            geotiff(product, cell, data, [product.band_names[0], *(f"z{i}" for i in range(1, len(data)))]),
            "its bands are named",
        ),
    }


def write_corpus(root: Path) -> Path:
    """Write the three samples; see `FULL`, `BROKEN` and `BARE`."""
    write_chips(root, FULL, PF_SR, range(len(PF_DATES)))
    write_chips(root, FULL, PF_QA, range(4))
    write_chips(root, FULL, S2_SR, range(12))
    write_label(root, FULL, {211: 0.6, 311: 0.3, 112: 0.1})

    write_label(root, BROKEN, {112: 0.45, 211: 0.55})
    cell = grid.parse(BROKEN)
    kinds = damaged(PF_SR, cell)
    for index, (data, _) in enumerate(kinds.values()):
        put(root, PF_SR.key(cell.folder, PF_SR.dates[index]), data)
    write_chips(root, BROKEN, PF_SR, (len(kinds), len(kinds) + 1))

    cell = grid.parse(BARE)
    for product, count in ((PF_SR, 3), (S2_SR, 2)):
        for index in range(count):
            turned = pixels(product, index)[::-1]
            chip = geotiff(product, cell, turned, product.band_names[::-1])
            put(root, product.key(cell.folder, product.dates[index]), chip)
    return root
