"""The demo's table of features: not measured, but worked out from what each sample is made of; half a million in seconds.

Each class is taken for a fixed mix of the demo's kinds of ground, each kind for the mean of some of its seasons in the sample's
climate. Fields, hedges, clouds and what is planted as harmless are left out, so that what is measured of the same sample differs a little.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
from scipy import sparse

from explorer.core.corine import codes
from explorer.core.products import PF_SR, S2_SR
from explorer.demo import farmland, geography, render
from explorer.demo.phenology import CROP_NAMES, KIND, KINDS, SNOW_HOLDS, Climate, Seasons
from explorer.demo.spectra import INDEX, library
from explorer.demo.table import Table
from explorer.similar import fast

VERSION = 1
NOTE = "Worked out from the demo's own parameters, not measured from its images."
_GROUND: dict[int, dict[str, float]] = {
    111: {"red_roof": 0.35, "grey_roof": 0.25, "asphalt": 0.3, "garden": 0.1}, 112: {"garden": 0.5, "red_roof": 0.25, "asphalt": 0.15, "lawn": 0.1},
    121: {"grey_roof": 0.35, "bright_roof": 0.15, "asphalt": 0.35, "lawn": 0.15}, 122: {"asphalt": 0.5, "gravel": 0.2, "grass": 0.3},
    123: {"asphalt": 0.4, "grey_roof": 0.2, "water": 0.4}, 124: {"lawn": 0.7, "asphalt": 0.3}, 131: {"quarry": 0.8, "bare": 0.2},
    132: {"gravel": 0.6, "bare": 0.4}, 133: {"bare": 0.7, "gravel": 0.15, "grey_roof": 0.15}, 141: {"lawn": 0.6, "broadleaf": 0.4},
    142: {"lawn": 0.75, "broadleaf": 0.15, "asphalt": 0.1}, 211: {"crop": 1.0}, 212: {"crop": 1.0}, 213: {"crop": 1.0},
    221: {"vine": 0.8, "floor": 0.2}, 222: {"fruit": 0.75, "grass": 0.25}, 223: {"olive": 0.7, "floor": 0.3}, 231: {"meadow": 0.5, "grass": 0.5},
    241: {"crop": 0.6, "fruit": 0.4}, 242: {"crop": 0.5, "meadow": 0.3, "garden": 0.2},
    243: {"meadow": 0.4, "crop": 0.25, "broadleaf": 0.2, "shrub": 0.15}, 244: {"grass": 0.65, "evergreen_oak": 0.35}, 311: {"broadleaf": 1.0},
    312: {"conifer": 1.0}, 313: {"broadleaf": 0.5, "conifer": 0.5}, 321: {"grass": 0.75, "sparse": 0.25}, 322: {"heath": 0.9, "shrub": 0.1},
    323: {"shrub": 0.8, "sparse": 0.2}, 324: {"clearing": 0.5, "broadleaf": 0.3, "shrub": 0.2}, 331: {"sand": 0.85, "sparse": 0.15},
    332: {"rock": 0.9, "sparse": 0.1}, 333: {"sparse": 0.8, "rock": 0.2}, 334: {"burnt": 0.9, "clearing": 0.1}, 335: {"ice": 0.7, "dirty_ice": 0.3},
    411: {"reed": 0.7, "water": 0.3}, 412: {"peat": 0.8, "heath": 0.2}, 421: {"salt_marsh": 0.8, "mud": 0.2}, 422: {"brine": 0.7, "salt": 0.3},
    423: {"mud": 0.8, "lagoon": 0.2}, 511: {"river": 0.8, "broadleaf": 0.1, "grass": 0.1}, 512: {"water": 1.0}, 521: {"lagoon": 1.0},
    522: {"river": 0.6, "lagoon": 0.4}, 523: {"water": 1.0},
}  # fmt: skip
"""Of which kinds of ground (`phenology.KINDS`) a class consists, in shares."""
_SEASONS = 8
"""Units of each kind of ground, climate and class that seasons are made of."""
_PARCELS = 3
"""Of these, how many a sample has."""
_ROWS = 50_000
_START = dt.date(2018, 1, 1)
_S2 = (*fast.S2_BANDS, "B08", "B04")


def features(table: Table, seed: int = 0) -> np.ndarray:
    """Features of all samples of a demo's table by `fast.columns()`, float32 `(n, columns)`; the same each time."""
    found = np.empty((len(table), len(fast.columns())), np.float32)
    climate, climates = _climates(table, seed)
    units = _Units(climates)
    for start in range(0, len(table), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(table)))
        rng = np.random.default_rng([seed, 21, start])
        found[rows] = _chunk(table, rows, climate[rows], units, rng)
    return found


def _chunk(
    table: Table, rows: np.ndarray, climate: np.ndarray, units: _Units, rng: np.random.Generator
) -> np.ndarray:
    true = sparse.csr_matrix(table.true[rows], dtype=np.float32) / np.float32(1000)
    values = units.mixed(true, climate, rng)
    day = table["day"][rows]
    changed = np.flatnonzero(day >= 0)
    if len(changed):
        place = np.searchsorted(codes(3), [table["old"][rows[changed]], table["new"][rows[changed]]])
        before = true[changed].toarray()
        at = np.arange(len(changed))
        before[at, place[0]] += before[at, place[1]]
        before[at, place[1]] = 0
        was = units.mixed(sparse.csr_matrix(before), climate[changed], rng)
        earlier = units.days[None] < day[changed][:, None]
        values[changed] = np.where(earlier, was, values[changed])
    gain = 1 + 0.05 * rng.standard_normal((len(rows), 1), np.float32)
    values[:, : units.bands] *= gain
    values *= 1 + 0.015 * rng.standard_normal(values.shape, np.float32)
    return units.ordered(values)


def _climates(table: Table, seed: int) -> tuple[np.ndarray, list[Climate]]:
    """Which of some typical climates each sample has, and these."""
    place = geography.setting(table["lon"], table["lat"], seed)
    parts = (
        np.clip(np.round((place.warmth - 1) / 2.5), 0, 7), np.round(2 * place.mediterranean), np.round(2 * place.oceanic),
        np.clip(np.round((place.lat - 38) / 6), 0, 5),
    )  # fmt: skip
    key = np.zeros(len(table), np.int64)
    for part in parts:
        key = key * 10 + part.astype(np.int64)
    _, first, climate = np.unique(key, return_index=True, return_inverse=True)
    count = np.bincount(climate)
    mean = {
        name: np.bincount(climate, getattr(place, name)) / count
        for name in ("warmth", "mediterranean", "oceanic", "lat", "height")
    }
    return climate, [Climate(*(float(mean[name][i]) for name in mean)) for i in range(len(first))]


class _Units:
    """What units of ground look like: a row of numbers for each climate, class, kind and season; and mixtures of them.

    Columns: reflectances of Planet Fusion by date and of Sentinel-2 by month, NDVI of both, and Planet Fusion's NDVI squared.
    """

    def __init__(self, climates: list[Climate]) -> None:
        fusion = [(dates[0] - _START).days for _, dates in fast.fusion_slots()]
        months = [(date - _START).days + 14 for date in S2_SR.dates]
        pairs = [(code, kind) for code in codes(3) for kind in _GROUND[code]]
        self._first = np.cumsum([0, *(len(_GROUND[code]) for code in codes(3))])
        self._shares = np.array([_GROUND[code][kind] for code, kind in pairs], np.float32)
        self._pairs = len(pairs)
        kind = np.repeat([KIND[kind] for _, kind in pairs], _SEASONS)
        code = np.repeat([code for code, _ in pairs], _SEASONS)
        hold = np.array([SNOW_HOLDS.get(KINDS[k], 1.0) for k in kind], np.float32)[None, :, None]
        rng = np.random.default_rng([0, 22])
        tables = []
        for climate in climates:
            chance = rng.random((len(kind), 4)).astype(np.float32)
            days = np.array([*fusion, *months], np.float32)
            shares = Seasons(days, climate).abundance(kind, chance, _crops(climate, code, rng))
            shares /= np.maximum(shares.sum(axis=2, keepdims=True), 1e-3)
            snow = np.array([min(render.snow_amount(climate, day), 1.0) for day in days], np.float32)
            shares *= 1 - snow[:, None, None] * hold
            shares[:, :, INDEX["snow"]] += snow[:, None] * hold[:, :, 0]
            tables.append(self._look(shares, len(fusion)))
        self._table = np.concatenate(tables)
        self.bands = len(fusion) * 4 + len(months) * len(_S2)
        per_date = np.concatenate([np.repeat(fusion, 4), np.repeat(months, len(_S2))])
        self.days = np.concatenate([per_date, fusion, months, fusion])

    @staticmethod
    def _look(shares: np.ndarray, dates: int) -> np.ndarray:
        place = [S2_SR.band_names.index(band) for band in _S2]
        fusion = shares[:dates] @ (library(PF_SR.id) * np.float32(1e-4))
        months = shares[dates:] @ (library(S2_SR.id)[:, place] * np.float32(1e-4))
        green = (fusion[..., 3] - fusion[..., 2]) / (fusion[..., 3] + fusion[..., 2])
        monthly = (months[..., -2] - months[..., -1]) / (months[..., -2] + months[..., -1])
        flat = [one.transpose(1, 0, 2).reshape(one.shape[1], -1) for one in (fusion, months)]
        return np.concatenate([*flat, green.T, monthly.T, (green**2).T], axis=1)

    def mixed(
        self, fractions: sparse.csr_matrix, climate: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Means over the ground of samples: `fractions` `(n, 44)`, `climate` `(n,)`; float32 `(n, columns)`."""
        row = np.repeat(np.arange(fractions.shape[0]), np.diff(fractions.indptr))
        width = np.diff(self._first)[fractions.indices]
        at = np.repeat(np.arange(len(row)), width)
        pair = self._first[fractions.indices][at] + _counted(width)
        share = fractions.data[at] * self._shares[pair]
        season = rng.integers(0, _SEASONS, (_PARCELS, len(at)))
        unit = (climate[row[at]] * self._pairs + pair) * _SEASONS + season
        weight = np.broadcast_to(share / _PARCELS, unit.shape)
        shape = (fractions.shape[0], len(self._table))
        rows = np.broadcast_to(row[at], unit.shape)
        matrix = sparse.csr_matrix((weight.ravel(), (rows.ravel(), unit.ravel())), shape, np.float32)
        return np.asarray(matrix @ self._table)

    def ordered(self, values: np.ndarray) -> np.ndarray:
        """What was mixed, as `fast.columns()` has it."""
        slots, months = fast.fusion_slots(), S2_SR.dates
        found = dict.fromkeys(fast.columns(), np.full(len(values), np.nan, np.float32))
        second = len(slots) * 4
        green, monthly = self.bands, self.bands + len(slots)
        squared = monthly + len(months)
        for i, (month, _) in enumerate(slots):
            for j, band in enumerate(PF_SR.band_names):
                found[f"pf_{month}_{band}_mean"] = values[:, 4 * i + j]
            mean = np.clip(values[:, green + i], -1, 1)
            spread = np.sqrt(np.clip(values[:, squared + i] - mean**2, 0, None))
            found[f"pf_{month}_ndvi_mean"] = mean
            found[f"pf_{month}_ndvi_p10"] = np.clip(mean - 1.28 * spread, -1, 1)
            found[f"pf_{month}_ndvi_p90"] = np.clip(mean + 1.28 * spread, -1, 1)
        for i, date in enumerate(months):
            for j, band in enumerate(fast.S2_BANDS):
                found[f"s2_{date:%Y-%m}_{band}_mean"] = values[:, second + len(_S2) * i + j]
            found[f"s2_{date:%Y-%m}_ndvi_mean"] = np.clip(values[:, monthly + i], -1, 1)
        return fast.add_season(np.stack(list(found.values()), axis=1))


def _counted(width: np.ndarray) -> np.ndarray:
    """0, 1 ... width - 1 for each of `width`, one after another."""
    return np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)


def _crops(climate: Climate, code: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two years' crops of units of a class, `(n, 2)` positions in `CROP_NAMES`."""
    usual = _positions(farmland.crops_of(climate))
    found = rng.choice(usual, (len(code), 2))
    for of, grown in ((212, farmland.IRRIGATED), (213, ("rice",))):
        here = code == of
        found[here] = rng.choice(_positions(grown), (int(here.sum()), 2))
    return found


@cache
def _positions(names: tuple[str, ...]) -> np.ndarray:
    return np.array([CROP_NAMES.index(name) for name in names])
