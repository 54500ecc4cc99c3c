"""What the pixels of one sample say: statistics over time of bands and indices, spread over the ground.

Statistics first over time for each piece of ground, then percentiles over the ground: a sample that is half wood,
half field keeps both. NaN (never measured) stays out of both. These features are for the detector of wrong labels; the NDVI that the
page shows comes from spyndex (`analysis/indices.py`).
"""

from __future__ import annotations

import warnings

import numpy as np

from explorer.analysis import indices

Features = dict[str, float]
PERCENTILES = (5, 25, 50, 75, 95)
S2_INDICES = ("NDVI", "NDMI", "NBR", "MNDWI", "NDREI", "S2REP", "PSRI", "BI")
"""Catalogue names: greenness, moisture, burn ratio, open water, red edge (chlorophyll), red-edge position,
senescence, bare soil."""
SEASONS = {"winter": (12, 1, 2), "spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11)}
_SPEAKS = {"ndvi": ("p25", "mean"), "nir": ("p25",)}
"""Of these, a fall from one year to the next says that cover was lost."""
_YEAR = 365.25


def normalized_difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Normalised difference (a - b) / (a + b), NaN where the sum is not positive."""
    total = a + b
    return np.asarray(np.divide(a - b, total, out=np.full_like(total, np.nan), where=total > 0))


def over_ground(name: str, values: np.ndarray, into: Features) -> None:
    """Percentiles and mean over the ground of one statistic; NaN where nothing is known."""
    known = values[np.isfinite(values)]
    if not known.size:
        known = np.full(1, np.nan)
    for q, value in zip(PERCENTILES, np.percentile(known, PERCENTILES), strict=True):
        into[f"{name}_p{q}"] = float(value)
    into[f"{name}_mean"] = float(known.mean())


def seasonal_means(values: np.ndarray, months: np.ndarray) -> dict[str, np.ndarray]:
    """Mean over the dates of each season, `(time, ...)` -> name -> `(...)`."""
    return {name: _mean(values[np.isin(months, which)]) for name, which in SEASONS.items()}


def _mean(values: np.ndarray) -> np.ndarray:
    if not len(values):
        return np.full(values.shape[1:], np.nan, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all-NaN ground stays NaN
        return np.asarray(np.nanmean(values, axis=0))


def harmonics(values: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, ...]:
    """(mean, cos, sin, half-year amplitude, residual spread) of a two-harmonic year, `(time, n)` -> `(n,)` each.

    Least squares on the dates that are there for all; ground with a gap is interpolated in time first
    (Jakubauskas et al. 2001, PE&RS 67(4): harmonic analysis of NDVI series).
    """
    angle = 2 * np.pi * days / _YEAR
    design = np.stack(
        [np.ones_like(angle), np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)], axis=1
    )
    solved = np.linalg.pinv(design) @ values
    rest = values - design @ solved
    return solved[0], solved[1], solved[2], np.hypot(solved[3], solved[4]), rest.std(axis=0)


def filled(values: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Gaps `(time, n)` interpolated in time; ground that was never measured stays NaN."""
    gaps = ~np.isfinite(values)
    if not gaps.any():
        return values
    out = values.copy()
    for i in np.flatnonzero(gaps.any(axis=0)):
        good = ~gaps[:, i]
        if good.any():
            out[:, i] = np.interp(days, days[good], values[good, i])
    return out


def fusion(blocks: np.ndarray, days: np.ndarray, months: np.ndarray, years: np.ndarray) -> Features:
    """Planet Fusion: `blocks` `(time, 4, n)` float32 DN of pieces of ground, NaN where missing."""
    out: Features = {}
    blue, green, red, nir = (filled(blocks[:, i], days) for i in range(4))
    ndvi = normalized_difference(nir, red)
    water = normalized_difference(green, nir)
    bright = (blue + green + red) / 3
    series = {"ndvi": ndvi, "nir": nir, "bright": bright, "ndwi": water}
    for name, values in series.items():
        mean, cos, sin, half, rest = harmonics(values, days)
        for part, value in (("mean", mean), ("cos", cos), ("sin", sin), ("half", half), ("rest", rest)):
            over_ground(f"{name}_{part}", value, out)
        low, high = np.percentile(values, (5, 95), axis=0)
        over_ground(f"{name}_low", low, out)
        over_ground(f"{name}_high", high, out)
        for season, value in seasonal_means(values, months).items():
            over_ground(f"{name}_{season}", value, out)
    if years.min() < years.max():
        out |= change(series, days, years)
    out |= shares(ndvi, water, bright, nir, months)
    return out


def change(series: dict[str, np.ndarray], days: np.ndarray, years: np.ndarray) -> Features:
    """Second year against the first at the same days of the year, and the sharpest lasting step between them."""
    out: Features = {}
    first, second = np.flatnonzero(years == years.min()), np.flatnonzero(years == years.max())
    for name in ("ndvi", "bright", "nir"):
        values = series[name]
        own = days[first]
        at = days[second] - _YEAR
        right = np.clip(np.searchsorted(own, at), 1, len(own) - 1)
        weight = np.clip((at - own[right - 1]) / (own[right] - own[right - 1]), 0, 1)[:, None]
        late = values[second] - ((1 - weight) * values[first][right - 1] + weight * values[first][right])
        over_ground(f"{name}_second_minus_first", late.mean(axis=0), out)
        for part in _SPEAKS.get(name, ()):  # for itself: see `explorer.review.change_evidence`
            out[f"change_{name}_{part}"] = out.pop(f"{name}_second_minus_first_{part}")
        # Quarters of the year apart: a field ploughed earlier changes sign, a building does not.
        quarter = np.array_split(late, 4)
        means = np.stack([q.mean(axis=0) for q in quarter])
        same = np.sign(means).sum(axis=0)
        lasting = np.where(np.abs(same) == 4, np.abs(means).min(axis=0), 0)
        over_ground(f"{name}_lasting", lasting, out)
        end = late[-max(len(late) // 3, 1) :].mean(axis=0)
        over_ground(f"{name}_end_change", end, out)
        out[f"{name}_change_spread"] = float(np.std(late.mean(axis=0)))
    return out


def shares(
    ndvi: np.ndarray, water: np.ndarray, bright: np.ndarray, nir: np.ndarray, months: np.ndarray
) -> Features:
    """Shares of the ground that behave as water, wood, field, grass, bare or built, by thresholds on the season.

    A decision tree on seasonal NDVI (DeFries et al. 1998, doi:10.1080/014311698214235, in spirit).
    """
    low, middle, high = np.percentile(ndvi, (5, 50, 95), axis=0)
    summer = np.isin(months, (6, 7, 8))
    dark = np.median(nir[summer], axis=0) < 1000
    wet = np.median(water, axis=0) > 0.05
    rest = ~wet
    swing = high - low
    kinds = {
        "water": wet & dark,
        "wet": wet & ~dark,
        "evergreen": rest & (low > 0.5) & (swing < 0.3),
        "evergreen_dark": rest & (low > 0.4) & (np.median(nir[summer], axis=0) < 2400),
        "deciduous": rest & (high > 0.75) & (swing >= 0.3) & (middle > 0.5),
        "field": rest & (high > 0.6) & (low < 0.25),
        "grass": rest & (high > 0.5) & (low >= 0.25) & (swing >= 0.15) & (high <= 0.85),
        "sparse": rest & (high > 0.25) & (high <= 0.5),
        "bare": rest & (high <= 0.25),
        "built": rest & (high < 0.45) & (swing < 0.2) & (np.median(bright, axis=0) > 700),
    }
    return {f"share_{name}": float(mask.mean()) for name, mask in kinds.items()}


def sentinel(pixels: np.ndarray, names: tuple[str, ...], months: np.ndarray) -> Features:
    """Sentinel-2: `pixels` `(time, band, n)` float32 DN, NaN for holes; red edge and shortwave infrared included."""
    out: Features = {}
    by_name = {name: pixels[:, i] for i, name in enumerate(names)}
    with np.errstate(invalid="ignore", divide="ignore"):
        series = {
            name: indices.compute(name, "S2-SR", {b: by_name[b] for b in indices.find(name, "S2-SR").bands})
            for name in S2_INDICES
        }
    for band in ("B02", "B05", "B07", "B11", "B12"):
        series[band] = by_name[band]
    for name, values in series.items():
        whole = _mean(values)
        over_ground(f"s2_{name}", whole, out)
        for season, value in seasonal_means(values, months).items():
            known = value[np.isfinite(value)]
            out[f"s2_{name}_{season}_median"] = float(np.median(known)) if known.size else np.nan
            out[f"s2_{name}_{season}_iqr"] = (
                float(np.subtract(*np.percentile(known, (75, 25)))) if known.size else np.nan
            )
    return out
