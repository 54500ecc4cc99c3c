"""Temporal profiles of a pixel or a region: bands and indices over all dates, both sensors on the same ground."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer.analysis import indices as spectral
from explorer.analysis import quality as quality_layers
from explorer.analysis import regions
from explorer.core.errors import InvalidQueryError
from explorer.core.grid import Cell
from explorer.core.products import CITATION, PF_QA, PF_SR, REFLECTANCE_SCALE, S2_SR, Product
from explorer.corpus.imagery.cube_cache import Cube, Status
from explorer.corpus.imagery.to_xarray import timestamps

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

NEGATIVE = "negative reflectance"
"""The flag of an index of which a band was below 0 (haze and shade corrected too far): its value has no meaning."""
SENSORS = {"PF-SR": "Planet Fusion", "S2-SR": "Sentinel-2"}
NDVI_BANDS = {"PF-SR": ("nir", "red"), "S2-SR": ("B08", "B04")}


@dataclass(frozen=True, slots=True)
class Series:
    """One pixel of one cube over its whole calendar.

    `times` datetime64[ns] `(time,)`; `dn` float32 `(band, time)` and `ndvi` float32 `(time,)`, NaN where nothing
    was measured; `flags` says for each date `measured`, `gap-filled` (where a quality layer says so by its name),
    `nodata`, or why it is missing. `extra` holds what else was asked for by name, float32 `(time,)` each.
    """

    product: Product
    bands: tuple[str, ...]
    times: np.ndarray
    dn: np.ndarray
    ndvi: np.ndarray
    flags: tuple[str, ...]
    extra: Mapping[str, np.ndarray] = field(default_factory=dict)
    negative: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By name of `extra`: where a band that it needs was below 0, bool `(time,)`."""

    @property
    def reflectance(self) -> np.ndarray:
        """`dn` as reflectance, 0 to 1 (`(band, time)` float32)."""
        return self.dn * np.float32(REFLECTANCE_SCALE)


def to_s2(row: int, col: int) -> tuple[int, int]:
    """The 10 m pixel that holds the centre of a 3 m pixel.

    >>> to_s2(120, 80)
    (36, 24)
    """
    return tuple(int((v + 0.5) * PF_SR.pixel_size // S2_SR.pixel_size) for v in (row, col))  # type: ignore[return-value]


def to_pf(row: int, col: int) -> tuple[int, int]:
    """The 3 m pixel at the centre of a 10 m pixel."""
    return tuple(int((v + 0.5) * S2_SR.pixel_size // PF_SR.pixel_size) for v in (row, col))  # type: ignore[return-value]


def series(
    cube: Cube, row: int, col: int, indices: Sequence[str] = (), quality: Cube | None = None
) -> Series:
    """The profile of one pixel of a cube's own grid; dates that are not there are NaN.

    `indices` are names (`EVI`) or formulas (`expr:nir-red`); `quality` is the PF-QA cube of the same sample.
    """
    product = cube.product
    names = cube.bands or product.band_names
    dn = np.full((len(names), len(product.dates)), np.nan, np.float32)
    rows = cube.there
    if len(rows):
        dn[:, rows] = cube.data[rows, :, row, col].T
    if cube.nodata is not None:
        dn[dn == cube.nodata] = np.nan
    by_name = {name: dn[i] for i, name in enumerate(names)}
    filled = quality_layers.gap_filled_at(quality, row, col) if quality is not None else None
    # Date by date through the status this took three times as long as all the rest.
    there, measured = np.zeros(len(product.dates), bool), np.isfinite(dn).any(axis=0)
    there[rows] = True
    words = (
        np.where(measured, "measured", "nodata")
        if filled is None
        else np.where(measured, np.where(filled, "gap-filled", "measured"), "nodata")
    )
    flags = words.tolist()
    for i in np.flatnonzero(~there).tolist():
        flags[i] = "missing: " + cube.reasons.get(i, "not read")
    ndvi = spectral.compute("NDVI", product.id, {name: by_name[name] for name in NDVI_BANDS[product.id]})
    recipes = regions.measures(indices, product.id)
    extra = {
        label: recipe.values({name: by_name[name] for name in recipe.bands})
        for label, recipe in recipes.items()
    }
    negative = {
        label: np.logical_or.reduce([by_name[name] < 0 for name in recipe.bands])
        for label, recipe in recipes.items()
    }
    return Series(product, tuple(names), timestamps(product), dn, ndvi, tuple(flags), extra, negative)


def check_pixel(row: int, col: int) -> tuple[int, int]:
    """The pixel as integers, if the Planet Fusion grid has it; else raises `InvalidQueryError`."""
    size = PF_SR.size
    if not (0 <= row < size and 0 <= col < size):
        raise InvalidQueryError(
            f"pixel row {row}, col {col} is outside the chip: both run from 0 to {size - 1}, "
            "from the top left"
        )
    return int(row), int(col)


def pixel(
    corpus: Corpus,
    sample_id: str,
    *,
    row: int,
    col: int,
    indices: Sequence[str] = ("NDVI",),
    quality: bool = True,
) -> pd.DataFrame:
    """Both sensors' profiles of the ground under one Planet Fusion pixel, tidy.

    `row`, `col` count 3 m pixels from the top left (0 to 199). `indices` are names of `indices.available` or formulas
    (`expr:(nir-red)/(nir+red)`); one that a sensor has no bands for is left out for it. One row a sensor, band (or
    index) and date: `date` (UTC), `sensor`, `product`, `band`, `value` (reflectance 0 to 1, or the index), `unit` (`1`:
    dimensionless), `dn` (the stored integer; empty for an index), `wavelength` (nm), `row`, `col` (of that sensor's
    grid) and `flag` (`measured`, `gap-filled` where PF-QA has a layer of that name and `quality` is wanted, `nodata`,
    or `missing: why`; of an index `negative reflectance` where a band of it was below 0, after `gap-filled; ` where it was that too).
    `attrs` hold units, citation and attribution, and what the wavelengths are.

    Raises `InvalidQueryError` for a pixel outside the chip or an index that neither sensor can have, and what
    `Corpus.cell` and the store raise.
    >>> table = pixel(corpus, corpus.default_sample, row=150, col=110)
    >>> sorted(set(table["product"]))
    ['PF-SR', 'S2-SR']
    """
    row, col = check_pixel(row, col)
    wanted = _wanted(indices)
    cell = corpus.cell(sample_id)
    layers = _quality(corpus, cell) if quality else None
    frames = []
    for product, place in ((PF_SR, (row, col)), (S2_SR, to_s2(row, col))):
        cube = corpus.cubes.get(cell, product)
        found = series(cube, *place, wanted[product.id], layers if product is PF_SR else None)
        frames.append(_tidy(found, *place))
    table = pd.concat(frames, ignore_index=True)
    table.attrs = about(corpus, cell, {"value": "1", "dn": "reflectance x 10000"})
    return table


def region(
    corpus: Corpus,
    sample_id: str,
    *,
    polygon: Sequence[tuple[float, float]] | None = None,
    box: Sequence[float] | None = None,
    indices: Sequence[str] = ("NDVI",),
    quality: bool = True,
) -> pd.DataFrame:
    """Mean and spread of the pixels of both sensors whose centre lies in a region, tidy.

    The region is in rows and columns of the Planet Fusion chip, see `regions.polygon_of`: `polygon` of (row, col), or
    `box` (row, col, row, col). One row a sensor, band (or index) and date: `date`, `sensor`, `product`, `band`, `mean`,
    `p10`, `median`, `p90` (percentiles of the pixels), `std`, `count` (pixels measured), `unit`, `wavelength`,
    `gap_filled` (share of pixels, 0 to 1; empty where no quality layer says) and `flag` as of `pixel`, `gap-filled`
    where that is more than half; of an index `negative reflectance` where a pixel had a band below 0.

    Raises `InvalidQueryError` for a region that holds no pixel, and as `pixel`.
    >>> table = region(corpus, corpus.default_sample, box=(20, 30, 60, 90))
    >>> bool((table["p10"] <= table["p90"]).all())
    True
    """
    shape = regions.polygon_of(polygon, box)
    wanted = _wanted(indices)
    places = {product.id: regions.inside(shape, product) for product in (PF_SR, S2_SR)}
    if not len(places[PF_SR.id][0]):
        raise InvalidQueryError(
            "the region holds no pixel: no centre of one lies in it, in rows and columns of the chip"
        )
    cell = corpus.cell(sample_id)
    layers = _quality(corpus, cell) if quality else None
    frames = []
    for product in (PF_SR, S2_SR):
        cube = corpus.cubes.get(cell, product)
        found = regions.statistics(cube, places[product.id], wanted[product.id])
        share = quality_layers.filled_share(layers, places[PF_SR.id]) if product is PF_SR and layers else None
        frames.append(_tidy_region(cube, found, share))
    table = pd.concat(frames, ignore_index=True)
    table.attrs = about(corpus, cell, dict.fromkeys(regions.STATISTICS, "1"))
    return table


def _wanted(names: Sequence[str]) -> dict[str, list[str]]:
    """Which of some indices each sensor can have. Raises what is wrong with one that neither can."""
    names = [names] if isinstance(names, str) else list(names)
    wanted: dict[str, list[str]] = {PF_SR.id: [], S2_SR.id: []}
    for name in names:
        errors = []
        for product_id, found in wanted.items():
            try:
                regions.measures([name], product_id)
                found.append(name)
            except InvalidQueryError as error:
                errors.append(error)
        if len(errors) == len(wanted):
            raise errors[0]
    return wanted


def _quality(corpus: Corpus, cell: Cell) -> Cube | None:
    cube = corpus.cubes.get(cell, PF_QA)
    return cube if len(cube.there) else None


def about(corpus: Corpus, cell: Cell, units: dict[str, str]) -> dict[Hashable | None, Any]:
    """What a table of one sample says of itself: `attrs` that `tables.to_csv` writes above the columns."""
    return {
        "sample_id": cell.sample_id,
        "crs": f"EPSG:{cell.epsg}",
        "units": {**units, "wavelength": "nm", "date": "UTC"},
        "wavelengths": [p.wavelengths for p in (PF_SR, S2_SR)],
        "attribution": [corpus.attribution(p.id) for p in (PF_SR, S2_SR)],
        "references": CITATION,
    }


def _tidy(found: Series, row: int, col: int) -> pd.DataFrame:
    product, count = found.product, len(found.times)
    names = [*found.bands, *found.extra]
    more = [np.full(count * len(found.extra), np.nan)]
    table = _frame(product, found.times, names)
    values = np.concatenate([found.reflectance.ravel(), *found.extra.values()]).astype(np.float64)
    table["value"] = values.round(6)
    table["unit"] = "1"
    table["dn"] = pd.array(np.concatenate([found.dn.ravel(), *more]), dtype="Float64").astype("Int32")
    table["wavelength"] = _wavelengths(product, names, count)
    table["row"], table["col"] = row, col
    none = np.zeros(count, bool)
    table["flag"] = np.concatenate([_flagged(found.flags, found.negative.get(name, none)) for name in names])
    return table


def _flagged(flags: Sequence[str], negative: np.ndarray) -> np.ndarray:
    """Flags of one band or index, object `(time,)`, with what negative reflectance makes of them."""
    said = np.array(flags, dtype=object)
    for i in np.flatnonzero(negative).tolist():
        said[i] = (
            NEGATIVE
            if said[i] == "measured"
            else f"{said[i]}; {NEGATIVE}"
            if said[i] == "gap-filled"
            else said[i]
        )
    return said


def _tidy_region(cube: Cube, found: regions.Spread, share: np.ndarray | None) -> pd.DataFrame:
    product, count = found.product, len(found.times)
    table = _frame(product, found.times, list(found.names))
    for name in regions.STATISTICS:
        table[name] = getattr(found, name).ravel().astype(np.float64).round(6)
    table["count"] = found.count.ravel()
    table["unit"] = "1"
    table["wavelength"] = _wavelengths(product, found.names, count)
    filled = np.full(count, np.nan) if share is None else share.astype(np.float64)
    table["gap_filled"] = np.tile(filled.round(4), len(found.names))
    flags = []
    for i, state in enumerate(cube.status):
        if state != Status.THERE:
            flags.append("missing: " + cube.reasons.get(i, "not read"))
        elif not found.count[:, i].any():
            flags.append("nodata")
        else:
            flags.append("gap-filled" if filled[i] > 0.5 else "measured")
    bands = set(cube.bands or product.band_names)
    table["flag"] = np.concatenate(
        [_flagged(flags, (found.negative[i] > 0) & (name not in bands)) for i, name in enumerate(found.names)]
    )
    return table


def _frame(product: Product, times: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": np.tile(times, len(names)),
            "sensor": SENSORS[product.id],
            "product": product.id,
            "band": np.repeat(np.array(names, dtype=object), len(times)),
        }
    )


def _wavelengths(product: Product, names: Sequence[str], count: int) -> np.ndarray:
    known = {band.name: band.wavelength for band in product.bands}
    return np.repeat([known.get(name, np.nan) for name in names], count)
