"""Spectra: reflectance against wavelength, of a pixel, a region, or what is typical of a class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer.analysis import profiles, regions
from explorer.analysis.profiles import SENSORS
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, REFLECTANCE_SCALE, S2_SR, Product
from explorer.corpus.imagery.cube_cache import Cube, Status

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

SUMMER = (6, 7, 8)
MID_MONTH = 15
NEAR_DAYS = 15
"""Farther than that, a date says nothing of another one's ground."""
PIXELS_A_CUBE = 400
"""Of a class's typical spectrum: a sample's pixels are alike, so more of them add little."""


def parse_months(months: Iterable[Any]) -> tuple[dt.date, ...]:
    """Months of 2018 and 2019 as first days, each once, from numbers (1 to 12, of 2018), dates or text (`2018-07`).

    Raises `InvalidQueryError` for what is none.
    """
    given = [months] if isinstance(months, (str, int, dt.date)) else list(months)
    found: dict[dt.date, None] = {}
    for month in given:
        try:
            if isinstance(month, (int, np.integer)) and not isinstance(month, bool):
                day = dt.date(2018, int(month), 1)
            else:
                parts = str(month)[:10].split("-")
                day = dt.date(int(parts[0]), int(parts[1]), 1)
        except (ValueError, IndexError):
            raise InvalidQueryError(
                f"{str(month)[:20]!r} is no month: write 7 (July 2018) or 2019-07"
            ) from None
        if day.year not in (2018, 2019):
            raise InvalidQueryError(f"month {day:%Y-%m} is outside 2018 and 2019")
        found.setdefault(day)
    return tuple(found)


def position(cube: Cube, month: dt.date) -> int | None:
    """Where in a cube's calendar a month is: Sentinel-2's own, or the date nearest to its middle that is there.

    None where the product has nothing in that month.
    """
    product = cube.product
    inside = [i for i, d in enumerate(product.dates) if (d.year, d.month) == (month.year, month.month)]
    inside = [i for i in inside if cube.status[i] == Status.THERE]
    return min(inside, key=lambda i: abs(product.dates[i].day - MID_MONTH), default=None)


def nearest(cube: Cube, date: dt.date) -> int | None:
    """Where in a cube's calendar the date nearest to another is that is there; None where it is `NEAR_DAYS` away."""
    near = [(abs((cube.product.dates[i] - date).days), int(i)) for i in cube.there]
    days, index = min(near, default=(NEAR_DAYS + 1, -1))
    return index if days <= NEAR_DAYS else None


def _looked_at(product: Product, months: Sequence[dt.date], planet_date: dt.date | None) -> list[int]:
    """Positions in a calendar of the dates that `position`, or `nearest` for `planet_date`, can choose."""
    if product is PF_SR and planet_date is not None:
        return [i for i, d in enumerate(product.dates) if abs((d - planet_date).days) <= NEAR_DAYS]
    named = {(month.year, month.month) for month in months}
    return [i for i, d in enumerate(product.dates) if (d.year, d.month) in named]


def spectrum(
    corpus: Corpus,
    sample_id: str,
    *,
    row: int | None = None,
    col: int | None = None,
    polygon: Sequence[tuple[float, float]] | None = None,
    box: Sequence[float] | None = None,
    months: Iterable[Any] = SUMMER,
    planet_date: dt.date | None = None,
) -> pd.DataFrame:
    """The spectra of a pixel (`row`, `col` of the 3 m grid) or a region (as `profiles.region`), both sensors, tidy.

    One row a sensor, month and band, by wavelength: `month` (first day), `date` (of the image), `sensor`, `product`,
    `band`, `wavelength` and `width` (nm), `value` (reflectance; a region's mean), `p10`, `p90` (a region's
    percentiles; empty for a pixel), `count` (pixels), `unit`. Planet Fusion's date is the one nearest to the 15th of
    each month, or one alone: that nearest to `planet_date`, which may be of another year than the mosaics. What is
    missing has no row. Raises `InvalidQueryError`, and what `Corpus.cell` and the store raise.
    >>> table = spectrum(corpus, corpus.default_sample, row=120, col=80, months=[7])
    >>> table.loc[table["product"] == "PF-SR", "band"].tolist()
    ['blue', 'green', 'red', 'nir']
    """
    one = row is not None and col is not None
    if one == (polygon is not None or box is not None):
        raise InvalidQueryError("name one place: row= and col=, or polygon=, or box=")
    wanted = parse_months(months)
    cell = corpus.cell(sample_id)
    shape = None if one else regions.polygon_of(polygon, box)
    frames = []
    for product in (PF_SR, S2_SR):
        if shape is None:
            place = profiles.check_pixel(int(row or 0), int(col or 0))
            place = place if product is PF_SR else profiles.to_s2(*place)
            pixels = (np.array([place[0]]), np.array([place[1]]))
        else:
            pixels = regions.inside(shape, product)
        cube = corpus.cubes.get(cell, product, _looked_at(product, wanted, planet_date))
        if product is PF_SR and planet_date is not None:
            when = [(planet_date.replace(day=1), nearest(cube, planet_date))]
        else:
            when = [(month, position(cube, month)) for month in wanted]
        frames.append(_of_cube(cube, pixels, when, spread=not one))
    table = pd.concat(frames, ignore_index=True)
    table.attrs = profiles.about(corpus, cell, {"value": "1", "p10": "1", "p90": "1", "width": "nm"})
    return table


def class_spectrum(
    cubes: Iterable[Cube],
    months: Iterable[Any] = SUMMER,
    masks: Mapping[str, np.ndarray] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """What is typical of the samples of a class: median and 10th to 90th percentile of reflectance over their pixels.

    `cubes` are of any of both sensors; `masks` (sample id -> bool `(y, x)` of the cube's grid) choose pixels where given.
    At most `PIXELS_A_CUBE` pixels of a cube and date count, drawn by `seed`. Tidy: `month`, `sensor`, `product`, `band`,
    `wavelength`, `width` (nm), `median`, `p10`, `p90`, `count` (pixels), `samples`, `unit`.
    """
    wanted = parse_months(months)
    rng = np.random.default_rng(seed)
    pools: dict[tuple[dt.date, str, str], list[np.ndarray]] = {}
    for cube in cubes:
        mask = None if masks is None else masks.get(cube.cell.sample_id)
        for month in wanted:
            index = position(cube, month)
            if index is None:
                continue
            data = cube.data[index].reshape(len(cube.bands), -1)
            chosen = np.arange(data.shape[1]) if mask is None else np.flatnonzero(mask.ravel())
            if len(chosen) > PIXELS_A_CUBE:
                chosen = rng.choice(chosen, PIXELS_A_CUBE, replace=False)
            for name, values in zip(cube.bands, data[:, chosen], strict=True):
                good = values if cube.nodata is None else values[values != cube.nodata]
                if len(good):
                    pools.setdefault((month, cube.product.id, name), []).append(good)
    rows = []
    for (month, product_id, name), parts in pools.items():
        values = np.concatenate(parts)
        p10, median, p90 = np.percentile(values, (10, 50, 90)) * REFLECTANCE_SCALE
        of_band = _of_band(PF_SR if product_id == PF_SR.id else S2_SR, name)
        statistics = {"median": median, "p10": p10, "p90": p90, "count": len(values), "samples": len(parts)}
        rows.append({"month": month, **of_band, **statistics, "unit": "1"})
    columns = ["month", *_BAND, "median", "p10", "p90", "count", "samples", "unit"]
    table = pd.DataFrame(rows, columns=columns)
    table["month"] = pd.to_datetime(table["month"])
    table.attrs = {"units": {"wavelength": "nm", "width": "nm", "median": "1", "p10": "1", "p90": "1"}}
    return table.sort_values(["month", "product", "wavelength"], ignore_index=True)


def _of_cube(
    cube: Cube,
    pixels: tuple[np.ndarray, np.ndarray],
    when: Sequence[tuple[dt.date, int | None]],
    spread: bool,
) -> pd.DataFrame:
    product: Product = cube.product
    rows = []
    for month, index in when:
        if index is None:
            continue
        for band in sorted(product.bands, key=lambda b: b.wavelength):
            values = cube.data[index, cube.bands.index(band.name)][pixels]
            if cube.nodata is not None:
                values = values[values != cube.nodata]
            if not len(values):
                continue
            p10, p90 = np.percentile(values, (10, 90)) * REFLECTANCE_SCALE if spread else (np.nan, np.nan)
            value = round(float(values.mean(dtype=np.float64)) * REFLECTANCE_SCALE, 6)
            date = {"month": month, "date": product.dates[index]}
            statistics = {"value": value, "p10": p10, "p90": p90, "count": len(values)}
            rows.append({**date, **_of_band(product, band.name), **statistics, "unit": "1"})
    columns = ["month", "date", *_BAND, "value", "p10", "p90", "count", "unit"]
    table = pd.DataFrame(rows, columns=columns)
    for name in ("month", "date"):
        table[name] = pd.to_datetime(table[name])
    return table.astype(dict.fromkeys(("wavelength", "width", "value", "p10", "p90"), np.float64))


_BAND = ("sensor", "product", "band", "wavelength", "width")


def _of_band(product: Product, name: str) -> dict[str, Any]:
    band = product.band(name)
    return dict(zip(_BAND, (SENSORS[product.id], product.id, name, band.wavelength, band.width), strict=True))
