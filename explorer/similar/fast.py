"""The fast set of features: what twelve dates of Planet Fusion and twelve months of Sentinel-2 say of a sample, in some 35 ms.

Reflectances are 0 to 1, NDVI -1 to 1; what is missing is NaN. Nothing but imagery goes in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from explorer.analysis import features
from explorer.core.products import PF_SR, S2_SR

if TYPE_CHECKING:
    from explorer.core.grid import Cell
    from explorer.corpus.corpus import Corpus

VERSION = 1
"""Raise when any number changes: tables of different versions are not put together."""
SEASON, SPECTRUM, SPREAD = "season", "spectrum", "spread"
"""Groups of features: NDVI over time, bands over time, how NDVI varies within the cell."""
S2_BANDS = ("B05", "B07", "B11", "B12")
"""Red edge and shortwave infrared: what Planet Fusion has not."""
PERCENTILES = (10, 90)
_SEASON = ("mean", "cos", "sin", "half")
"""Of the year 2018 by two harmonics: mean, first harmonic's parts, amplitude of the second."""
_EVERY = 2
"""Every second pixel of Planet Fusion in both directions: a quarter of them, 10,000."""
_NEARBY = 2
"""Dates before and after one that may take its place where it is missing."""


@cache
def fusion_slots() -> tuple[tuple[str, tuple[dt.date, ...]], ...]:
    """`(2018-01, dates)` of every second month of both years: the date nearest to its middle, then those that may take its place."""
    slots = []
    for year in (2018, 2019):
        for month in range(1, 13, 2):
            middle = dt.date(year, month, 15)
            near = sorted(PF_SR.dates, key=lambda date: abs((date - middle).days))
            slots.append((f"{year}-{month:02d}", tuple(near[: 1 + 2 * _NEARBY])))
    return tuple(slots)


@cache
def columns() -> dict[str, str]:
    """Names of the features in order, and the group of each."""
    found: dict[str, str] = {}
    for month, _ in fusion_slots():
        found |= {f"pf_{month}_{band}_mean": SPECTRUM for band in PF_SR.band_names}
        found[f"pf_{month}_ndvi_mean"] = SEASON
        found |= {f"pf_{month}_ndvi_p{q}": SPREAD for q in PERCENTILES}
    for date in S2_SR.dates:
        found |= {f"s2_{date:%Y-%m}_{band}_mean": SPECTRUM for band in S2_BANDS}
        found[f"s2_{date:%Y-%m}_ndvi_mean"] = SEASON
    found |= {f"season_ndvi_{part}": SEASON for part in _SEASON}
    found["ndvi_2019_minus_2018"] = SEASON
    return found


def units() -> dict[str, str]:
    """The unit of each feature: `reflectance` (0 to 1) or `NDVI`."""
    return {name: "NDVI" if "ndvi" in name else "reflectance" for name in columns()}


def of_sample(
    corpus: Corpus, sample_id: str, fine: np.ndarray | None = None, coarse: np.ndarray | None = None
) -> np.ndarray:
    """Features of a sample by `columns()`, float32 `(n,)`; NaN where its imagery is missing.

    `fine` and `coarse` are masks of a part of the cell, `(200, 200)` of Planet Fusion and `(60, 60)` of Sentinel-2: only its pixels
    count then. Raises as `Corpus.cell`, and `StoreError`.
    """
    cell = corpus.cell(sample_id)
    every = _EVERY if fine is None else 1
    found: dict[str, float] = {}
    fusion = _fusion(corpus, cell)
    for month, chip in fusion.items():
        pixels = chip[:, ::every, ::every].reshape(len(chip), -1) if fine is None else chip[:, fine]
        values = _reflectance(pixels, PF_SR.nodata)
        for band, of_band in zip(PF_SR.band_names, values, strict=True):
            found[f"pf_{month}_{band}_mean"] = _mean(of_band)
        green = _ndvi(values[3], values[2])
        found[f"pf_{month}_ndvi_mean"] = _mean(green)
        known = green[np.isfinite(green)]
        if known.size:
            for q, value in zip(PERCENTILES, np.percentile(known, PERCENTILES), strict=True):
                found[f"pf_{month}_ndvi_p{q}"] = float(value)
    months = features.read(corpus.store, cell, S2_SR, S2_SR.dates, corpus.decoder)
    place = [S2_SR.band_names.index(band) for band in (*S2_BANDS, "B08", "B04")]
    for date, chip in zip(months.dates, months.data, strict=True):
        pixels = chip[place].reshape(len(place), -1) if coarse is None else chip[place][:, coarse]
        values = _reflectance(pixels, S2_SR.nodata)
        for band, of_band in zip(S2_BANDS, values, strict=False):
            found[f"s2_{date:%Y-%m}_{band}_mean"] = _mean(of_band)
        found[f"s2_{date:%Y-%m}_ndvi_mean"] = _mean(_ndvi(values[-2], values[-1]))
    row = np.array([found.get(name, np.nan) for name in columns()], np.float32)
    return add_season(row[None])[0]


def add_season(rows: np.ndarray) -> np.ndarray:
    """Fills in what follows from the other columns, `season_ndvi_*` and `ndvi_2019_minus_2018`, in place; `(n, columns)` float32."""
    place = {name: i for i, name in enumerate(columns())}
    monthly = rows[:, [place[f"s2_{date:%Y-%m}_ndvi_mean"] for date in S2_SR.dates]].astype(np.float64)
    angle = 2 * np.pi * (np.arange(len(S2_SR.dates)) + 0.5) / 12
    design = np.stack(
        [np.ones_like(angle), np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], axis=1
    )
    solved = np.full((len(rows), 5), np.nan)
    whole = np.isfinite(monthly).all(axis=1)
    solved[whole] = monthly[whole] @ np.linalg.pinv(design).T
    for i in np.flatnonzero(~whole & (np.isfinite(monthly).sum(axis=1) >= 6)):
        there = np.isfinite(monthly[i])
        solved[i] = np.linalg.lstsq(design[there], monthly[i, there], rcond=None)[0]
    rows[:, [place[f"season_ndvi_{part}"] for part in _SEASON[:3]]] = solved[:, :3]
    rows[:, place["season_ndvi_half"]] = np.hypot(solved[:, 3], solved[:, 4])
    years = [
        rows[:, [place[f"pf_{month}_ndvi_mean"] for month, _ in fusion_slots() if month.startswith(year)]]
        for year in ("2018", "2019")
    ]
    rows[:, place["ndvi_2019_minus_2018"]] = (years[1] - years[0]).mean(axis=1)
    return rows


def _fusion(corpus: Corpus, cell: Cell) -> dict[str, np.ndarray]:
    """Chips `(band, y, x)` by slot; of one that is missing, the nearest date that is there."""
    found: dict[str, np.ndarray] = {}
    for attempt in range(1 + 2 * _NEARBY):
        lacks = [(month, dates[attempt]) for month, dates in fusion_slots() if month not in found]
        if not lacks:
            break
        read = features.read(corpus.store, cell, PF_SR, [date for _, date in lacks], corpus.decoder)
        at = dict(zip(read.dates, read.data, strict=True))
        found |= {month: at[date] for month, date in lacks if date in at}
    return found


def _reflectance(values: np.ndarray, nodata: float | None) -> np.ndarray:
    found = values.astype(np.float32)
    if nodata is not None:
        found[values == nodata] = np.nan
    return found * np.float32(1e-4)


def _ndvi(nir: np.ndarray, red: np.ndarray) -> np.ndarray:
    total = nir + red
    return np.asarray(np.divide(nir - red, total, out=np.full_like(total, np.nan), where=total > 0))


def _mean(values: np.ndarray) -> float:
    total = float(values.mean(dtype=np.float64)) if values.size else np.nan
    if np.isfinite(total):
        return total
    known = values[np.isfinite(values)]
    return float(known.mean(dtype=np.float64)) if known.size else np.nan


def table(corpus: Corpus, ids: Iterable[str]) -> np.ndarray:
    """Features of samples, a row each: float32 `(n, columns)`."""
    return np.stack([of_sample(corpus, sample_id) for sample_id in ids])
