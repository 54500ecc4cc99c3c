"""Temporal profiles of a pixel: every band and NDVI over all dates, both sensors on the same ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.analysis import indices
from explorer.corpus.arrays import timestamps
from explorer.corpus.cubes import Cube, Status
from explorer.errors import InvalidQueryError
from explorer.products import CITATION, PF_SR, REFLECTANCE_SCALE, S2_SR, Product

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

SENSORS = {"PF-SR": "Planet Fusion", "S2-SR": "Sentinel-2"}
NDVI_BANDS = {"PF-SR": ("nir", "red"), "S2-SR": ("B08", "B04")}


@dataclass(frozen=True, slots=True)
class Series:
    """One pixel of one cube over its whole calendar.

    `times` datetime64[ns] `(time,)`; `dn` float32 `(band, time)` and `ndvi` float32 `(time,)`, NaN where nothing
    was measured; `flags` says for each date `measured`, `nodata`, or why it is missing.
    """

    product: Product
    bands: tuple[str, ...]
    times: np.ndarray
    dn: np.ndarray
    ndvi: np.ndarray
    flags: tuple[str, ...]

    @property
    def reflectance(self) -> np.ndarray:
        """`dn` as reflectance, 0 to 1 (`(band, time)` float32)."""
        return self.dn * np.float32(REFLECTANCE_SCALE)


def to_s2(row: int, col: int) -> tuple[int, int]:
    """The 10 m pixel that holds the centre of a 3 m pixel."""
    return tuple(int((v + 0.5) * PF_SR.pixel_size // S2_SR.pixel_size) for v in (row, col))  # type: ignore[return-value]


def to_pf(row: int, col: int) -> tuple[int, int]:
    """The 3 m pixel at the centre of a 10 m pixel."""
    return tuple(int((v + 0.5) * S2_SR.pixel_size // PF_SR.pixel_size) for v in (row, col))  # type: ignore[return-value]


def series(cube: Cube, row: int, col: int) -> Series:
    """The profile of one pixel of a cube's own grid; dates that are not there are NaN."""
    product = cube.product
    names = cube.bands or product.band_names
    dn = np.full((len(names), len(product.dates)), np.nan, np.float32)
    rows = cube.there
    if len(rows):
        dn[:, rows] = cube.data[rows, :, row, col].T
    if cube.nodata is not None:
        dn[dn == cube.nodata] = np.nan
    pair = {name: dn[names.index(name)] for name in NDVI_BANDS[product.id]}
    flags = []
    for i, state in enumerate(cube.status):
        if state == Status.THERE:
            flags.append("nodata" if np.isnan(dn[:, i]).all() else "measured")
        else:
            flags.append("missing: " + cube.reasons.get(i, "not read"))
    ndvi = indices.compute("NDVI", product.id, pair)
    return Series(product, tuple(names), timestamps(product), dn, ndvi, tuple(flags))


def check_pixel(row: int, col: int) -> tuple[int, int]:
    """The pixel as integers, if the Planet Fusion grid has it; else raises `InvalidQueryError`."""
    size = PF_SR.size
    if not (0 <= row < size and 0 <= col < size):
        raise InvalidQueryError(
            f"pixel row {row}, col {col} is outside the chip: both run from 0 to {size - 1}, "
            "from the top left"
        )
    return int(row), int(col)


def pixel(corpus: Corpus, sample_id: str, *, row: int, col: int) -> pd.DataFrame:
    """Both sensors' profiles of the ground under one Planet Fusion pixel, tidy.

    `row`, `col` count 3 m pixels from the top left (0 to 199). One row a sensor, band and date:
    `date` (UTC), `sensor`, `product`, `band`, `value` (reflectance 0 to 1, or NDVI -1 to 1), `unit` (`1` for both:
    dimensionless), `dn` (the stored integer; empty for NDVI), `wavelength` (nm), `row`, `col` (of that sensor's
    grid) and `flag` (`measured`, `nodata`, or `missing: why`). `attrs` hold units, citation and attribution.

    Raises `InvalidQueryError` for a pixel outside the chip, and what `Corpus.cell` and the store raise.
    """
    row, col = check_pixel(row, col)
    cell = corpus.cell(sample_id)
    frames = []
    for product, place in ((PF_SR, (row, col)), (S2_SR, to_s2(row, col))):
        found = series(corpus.cubes.get(cell, product), *place)
        frames.append(_tidy(found, *place))
    table = pd.concat(frames, ignore_index=True)
    table.attrs = {
        "sample_id": sample_id,
        "crs": f"EPSG:{cell.epsg}",
        "units": {"value": "1", "dn": "reflectance x 10000", "wavelength": "nm", "date": "UTC"},
        "attribution": [corpus.attribution(p.id) for p in (PF_SR, S2_SR)],
        "references": CITATION,
    }
    return table


def _tidy(found: Series, row: int, col: int) -> pd.DataFrame:
    product, count = found.product, len(found.times)
    wavelengths = {band.name: band.wavelength for band in product.bands}
    names = [*found.bands, "NDVI"]
    return pd.DataFrame(
        {
            "date": np.tile(found.times, len(names)),
            "sensor": SENSORS[product.id],
            "product": product.id,
            "band": np.repeat(names, count),
            "value": np.concatenate([found.reflectance.ravel(), found.ndvi]).astype(np.float64).round(6),
            "unit": "1",
            "dn": pd.array(
                np.concatenate([found.dn.ravel(), np.full(count, np.nan)]), dtype="Float64"
            ).astype("Int32"),
            "wavelength": np.repeat([wavelengths.get(n, np.nan) for n in names], count),
            "row": row,
            "col": col,
            "flag": np.tile(found.flags, len(names)),
        }
    )
