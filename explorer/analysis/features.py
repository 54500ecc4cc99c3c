"""Features of a sample from its cubes: what a model needs to tell whether a label fits.

About 600 numbers: statistics over time of bands and indices for pieces of ground of 15 m, and how they spread over
the sample (`pixel_features`); the season by TIMESAT's thresholds (`phenology`); texture at 3 m (`texture`); red edge
and shortwave infrared of Sentinel-2. Nothing but imagery goes in. What is missing is NaN.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explorer.analysis import loss, phenology, pixel_features, texture
from explorer.core.errors import ChipError, NotThereError, UnreadableError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.imagery.decoder import Decoder

if TYPE_CHECKING:
    from explorer.core.grid import Cell
    from explorer.corpus.corpus import Corpus
    from explorer.corpus.stores.store import Store

VERSION = 2
"""Raise when any number changes: features of different versions are not put together."""
EVERY = 3
"""Every third Planet Fusion date is read, one in fifteen days: a third of the bytes."""
LEAST_DATES = 12
"""Fewer Planet Fusion dates than this show no season."""
LEAST_MONTHS = 3
_TEXTURE_DAYS = (("spring", 105), ("summer", 185), ("autumn", 285))  # days of 2018
_START = dt.date(2018, 1, 1)
CURVE_INDICES = {"NDVI": ("nir", "red"), "NDWI": ("green", "nir")}
S2_CURVES = ("B05", "B07", "B11", "B12")


@dataclass(frozen=True, slots=True)
class Chips:
    """The chips of one product that are there: `data` `(time, band, y, x)` DN, and their dates.

    Planet Fusion's with missing pixels are float32, NaN there; Sentinel-2's are 0 there.
    """

    data: np.ndarray
    dates: tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one sample: `features` by `names()`, and `curves`, medians over its ground by `curve_names()`.

    `lost`: days from 1 January 2018 to the date since which cover is lost (`loss.day_of_loss`), NaN where it is not.
    """

    features: np.ndarray
    curves: np.ndarray
    lost: float = float("nan")


def read(
    store: Store, cell: Cell, product: Product, dates: Sequence[dt.date], decoder: Decoder | None = None
) -> Chips:
    """Chips of some dates; those absent or broken are left out. Raises `StoreError` where the store fails."""
    decoder = decoder or Decoder()
    found, there = [], []
    for date in dates:
        key = product.key(cell.folder, date)
        try:
            chip = decoder.read(store.get(key), product, cell, key)
        except (NotThereError, ChipError, UnreadableError):
            continue
        data = chip.data
        if product.nodata is None and chip.nodata is not None:
            data = np.where(data == chip.nodata, np.float32(np.nan), data.astype(np.float32))
        found.append(data)
        there.append(date)
    empty = np.zeros((0, len(product.bands), product.size, product.size), product.dtypes[0])
    return Chips(np.stack(found) if found else empty, tuple(there))


def measure(fusion: Chips, sentinel: Chips) -> Measured:
    """Features and curves of a sample's chips (Planet Fusion and Sentinel-2, DN as stored)."""
    found: pixel_features.Features = {}
    curves: dict[str, float] = {}
    lost = float("nan")
    if len(fusion.dates) >= LEAST_DATES:
        lost = _of_fusion(fusion, found, curves)
    if len(sentinel.dates) >= LEAST_MONTHS:
        _of_sentinel(sentinel, found, curves)
    return Measured(
        np.array([found.get(name, np.nan) for name in names()], np.float32),
        np.array([curves.get(name, np.nan) for name in curve_names()], np.float32),
        lost,
    )


def of_sample(corpus: Corpus, sample_id: str) -> pd.Series:
    """Features of one sample by name, float32; NaN where its imagery is missing. Raises as `Corpus.cell`."""
    found = measure_sample(corpus, sample_id)
    return pd.Series(found.features, index=names(), name=sample_id)


def measure_sample(corpus: Corpus, sample_id: str) -> Measured:
    """Features and curves of one sample. Raises as `Corpus.cell`, and `StoreError`."""
    cell = corpus.cell(sample_id)
    return measure(
        read(corpus.store, cell, PF_SR, PF_SR.dates[::EVERY], corpus.decoder),
        read(corpus.store, cell, S2_SR, S2_SR.dates, corpus.decoder),
    )


def table(corpus: Corpus, ids: Iterable[str]) -> pd.DataFrame:
    """Features of samples, one row each, columns `names()`; for many samples, see `python -m explorer score`."""
    ids = list(ids)
    rows = [measure_sample(corpus, sample_id).features for sample_id in ids]
    index = pd.Index(ids, name="sample_id", dtype=object)
    return pd.DataFrame(np.reshape(rows, (len(ids), len(names()))), index=index, columns=list(names()))


@cache
def curve_names() -> tuple[str, ...]:
    """Names of curves: `NDVI 2018-07`, `nir 2018-07` (24 months, Planet Fusion), `B11 2018-07` (12, Sentinel-2)."""
    months = [f"{year}-{month:02d}" for year in (2018, 2019) for month in range(1, 13)]
    fusion = [f"{name} {month}" for name in (*CURVE_INDICES, *PF_SR.band_names) for month in months]
    return (*fusion, *(f"{name} {month}" for name in S2_CURVES for month in months[:12]))


@cache
def names() -> tuple[str, ...]:
    """Names of all features, in order: those that full cubes lead to."""
    rng = np.random.default_rng(0)
    found: pixel_features.Features = {}
    dates = PF_SR.dates[::EVERY]
    data = rng.integers(500, 3000, (len(dates), len(PF_SR.bands), 20, 20)).astype(np.int16)
    _of_fusion(Chips(data, dates), found, {})
    data = rng.integers(500, 3000, (12, len(S2_SR.bands), 6, 6)).astype(np.uint16)
    _of_sentinel(Chips(data, S2_SR.dates), found, {})
    return tuple(found)


def _of_fusion(fusion: Chips, found: pixel_features.Features, curves: dict[str, float]) -> float:
    """Adds to features and curves; the day since which cover is lost."""
    dates = fusion.dates
    days = np.array([(date - _START).days for date in dates], np.float64)
    months = np.array([date.month for date in dates])
    years = np.array([date.year for date in dates])
    pieces = [texture.blocks(chip) for chip in fusion.data]
    middle = np.stack([piece[0] for piece in pieces])
    spread = np.stack([piece[1] for piece in pieces])
    found |= pixel_features.fusion(middle, days, months, years)
    for i, band in ((2, "red"), (3, "nir")):
        rough = spread[:, i] / np.maximum(middle[:, i], 50)
        for season, value in pixel_features.seasonal_means(rough, months).items():
            pixel_features.over_ground(f"texture_{band}_{season}", value, found)
    for season, day in _TEXTURE_DAYS:
        near = int(np.abs(days - day).argmin())
        for i, band in ((2, "red"), (3, "nir")):
            image = fusion.data[near, i]
            alike = texture.autocorrelation(
                image, tuple(k for k in texture.LAGS if k < min(image.shape) // 2) or (1,)
            )
            for lag, value in zip(texture.LAGS, [*alike, *[np.nan] * len(texture.LAGS)], strict=False):
                found[f"autocorrelation_{band}_{season}_{lag}"] = float(value)
            found[f"variation_{band}_{season}"] = float(image.std() / max(float(image.mean()), 50))
    by_name = {name: np.nanmedian(middle[:, i], axis=1) for i, name in enumerate(PF_SR.band_names)}
    for name, (a, b) in CURVE_INDICES.items():
        i, j = PF_SR.band_names.index(a), PF_SR.band_names.index(b)
        by_name[name] = np.nanmedian(pixel_features.normalized_difference(middle[:, i], middle[:, j]), axis=1)
    _monthly(by_name, dates, curves)
    times = np.array(dates, dtype="datetime64[D]")
    for _, row in phenology.seasons(times, by_name["NDVI"]).iterrows():
        year = int(row["year"])
        for part in ("start", "peak", "end"):
            date = row[part]
            known = not pd.isna(date)
            found[f"season_{year}_{part}"] = (
                float((date.date() - dt.date(year, 1, 1)).days) if known else np.nan
            )
        for part in ("length", "amplitude", "base"):
            found[f"season_{year}_{part}"] = float(row[part])
    return loss.day_of_loss(
        days, pixel_features.filled(pixel_features.normalized_difference(middle[:, 3], middle[:, 2]), days)
    )


def _of_sentinel(sentinel: Chips, found: pixel_features.Features, curves: dict[str, float]) -> None:
    data = sentinel.data[:, :, ::2, ::2]  # every 20 m, the pixel of red edge and shortwave infrared
    pixels = data.reshape(len(data), data.shape[1], -1).astype(np.float32)
    pixels[pixels == S2_SR.nodata] = np.nan
    months = np.array([date.month for date in sentinel.dates])
    found |= pixel_features.sentinel(pixels, S2_SR.band_names, months)
    by_name = {}
    for name in S2_CURVES:
        values = pixels[:, S2_SR.band_names.index(name)]
        by_name[name] = np.array(
            [np.median(v[np.isfinite(v)]) if np.isfinite(v).any() else np.nan for v in values]
        )
    _monthly(by_name, sentinel.dates, curves)


def _monthly(by_name: dict[str, np.ndarray], dates: Sequence[dt.date], curves: dict[str, float]) -> None:
    month = np.array([f"{date:%Y-%m}" for date in dates])
    for name, values in by_name.items():
        for one in np.unique(month):
            known = values[(month == one) & np.isfinite(values)]
            curves[f"{name} {one}"] = float(known.mean()) if known.size else np.nan
