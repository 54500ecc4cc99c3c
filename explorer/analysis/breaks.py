"""Where a series breaks its season: a level that changes and stays changed, as by felling or building.

In the way of BFAST (Verbesselt et al. 2010, doi:10.1016/j.rse.2009.08.014): a season of harmonics and levels between
breaks are fitted in turns until they agree; breaks of the levels are those of least squares, found exactly by dynamic
programming (Auger and Lawrence 1989, doi:10.1007/BF02458835; Truong et al. 2020, doi:10.1016/j.sigpro.2019.107299). With two years, a break is only told from a year that was just different where it
explains much of what the season does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

METHOD = "harmonic season and levels fitted in turns; levels by optimal least-squares segmentation (dynamic programming)"
SOURCE = (
    "Verbesselt et al. (2010), doi:10.1016/j.rse.2009.08.014; Auger and Lawrence (1989), doi:10.1007/BF02458835; "
    "Truong et al. (2020), doi:10.1016/j.sigpro.2019.107299"
)
HARMONICS = 2
LEAST_EXPLAINED = 0.5
"""Share of what the season leaves unexplained that a break has to explain."""
LEAST_STEP = 0.08
"""Change of level, in units of the index."""
LEAST_DATES = 12
"""Measurements on either side of a break."""
_LEAST_YEARS = 1.5
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Break:
    """One break: `date` is the first measurement after it, `step` the change of level.

    `explained` (0 to 1) is what all breaks together explain of what the season alone does not.
    """

    date: np.datetime64
    index: int
    step: float
    explained: float


@dataclass(frozen=True, slots=True)
class Breaks:
    """All breaks of a series, earliest first, and the model: `season` and `level` `(time,)` float64 add up to it.

    `note` says why nothing could be looked for.
    """

    found: tuple[Break, ...]
    season: np.ndarray
    level: np.ndarray
    note: str = ""
    method: str = METHOD
    source: str = SOURCE

    def table(self) -> pd.DataFrame:
        """One row a break: `date`, `step` (units of the series), `explained` (0 to 1); `attrs` name the method."""
        rows = [(b.date, b.step, b.explained) for b in self.found]
        table = pd.DataFrame(rows, columns=["date", "step", "explained"])
        table["date"] = pd.to_datetime(table["date"])
        table.attrs = {"method": self.method, "source": self.source, "note": self.note}
        return table


def find(
    times: np.ndarray,
    values: np.ndarray,
    ignore: np.ndarray | None = None,
    *,
    least_explained: float = LEAST_EXPLAINED,
    least_step: float = LEAST_STEP,
    most: int = 2,
) -> Breaks:
    """The breaks of a series of at least a year and a half, such as NDVI of Planet Fusion.

    `times` datetime64 `(n,)`; `values` `(n,)`, NaN where missing; `ignore` bool `(n,)` marks what is not the ground
    (see `snowy`). `least_step` is in the unit of the values.
    >>> day = np.arange(0, 730, 5)
    >>> ndvi = 0.2 + 0.5 * np.exp(-(((day % 365 - 170) / 45) ** 2))
    >>> ndvi[70:] -= 0.15
    >>> found = find(np.datetime64("2018-01-03") + day, ndvi).table()
    >>> str(found["date"][0])[:10], round(float(found["step"][0]), 2)
    ('2018-12-19', -0.15)
    """
    times = np.asarray(times)
    y = np.asarray(values, np.float64)
    usable = np.isfinite(y) if ignore is None else np.isfinite(y) & ~np.asarray(ignore, bool)
    rows = np.flatnonzero(usable)
    empty = np.full(len(y), np.nan)
    days = times.astype("datetime64[s]").astype(np.float64) / 86_400
    span = float(days[rows[-1]] - days[rows[0]]) / 365.25 if len(rows) else 0.0
    if span < _LEAST_YEARS or len(rows) < 4 * LEAST_DATES:
        why = f"{len(rows)} measurements over {span:.1f} years; a break needs {4 * LEAST_DATES} over {_LEAST_YEARS:g}"
        return Breaks((), empty, empty, why)
    season = _harmonics(days)
    best: list[int] = []
    fit = plain = _Fit(y[rows], season[rows], best)
    for count in range(1, most + 1):
        cuts = _settle(y[rows], season[rows], count)
        new = _Fit(y[rows], season[rows], cuts)
        explained = 1 - new.left / max(fit.left, 1e-12)
        if explained < least_explained or np.abs(new.steps).min() < least_step or fit.left < 1e-9:
            break
        best, fit = cuts, new
    explained = 1 - fit.left / max(plain.left, 1e-12)
    found = tuple(
        Break(times[rows[cut]], int(rows[cut]), float(step), explained)
        for cut, step in zip(best, fit.steps, strict=True)
    )
    shape = season @ fit.season
    level = np.full(len(y), fit.level)
    for item in found:
        level[item.index :] += item.step
    return Breaks(found, shape, level)


def snowy(blue: np.ndarray, red: np.ndarray) -> np.ndarray:
    """Dates on which snow or cloud lies over a pixel, and their neighbours, from its DN over time `(n,)`; bool `(n,)`.

    Snow is as bright in the blue as in the red, and far brighter than the pixel usually is (NaN is not).
    """
    blue, red = np.asarray(blue, np.float64), np.asarray(red, np.float64)
    if not np.isfinite(blue).any():
        return np.zeros(len(blue), bool)
    with np.errstate(invalid="ignore"):
        white = (blue > 500) & (blue > 0.86 * red) & (blue > 1.8 * np.nanmedian(blue))
    around = white.copy()
    around[1:] |= white[:-1]
    around[:-1] |= white[1:]
    return around


class _Fit:
    """Season and steps by least squares, together."""

    def __init__(self, y: np.ndarray, season: np.ndarray, cuts: list[int]) -> None:
        after = np.arange(len(y))[:, None] >= np.array(cuts, int)[None, :]
        table = np.column_stack([np.ones(len(y)), season, after.astype(np.float64)])
        solved = np.linalg.lstsq(table, y, rcond=None)[0]
        rest = y - table @ solved
        width = season.shape[1]
        self.left = float(rest @ rest)
        self.level = float(solved[0])
        self.season = solved[1 : 1 + width]
        self.steps = solved[1 + width :]


def _settle(y: np.ndarray, season: np.ndarray, count: int) -> list[int]:
    """Positions of `count` breaks, found in what the season leaves, until the season no longer changes them."""
    cuts: list[int] = []
    for _ in range(_ROUNDS):
        levels = y - season @ _Fit(y, season, cuts).season
        new = segment(levels, count, LEAST_DATES)
        if new == cuts:
            break
        cuts = new
    return cuts


def segment(values: np.ndarray, count: int, least: int) -> list[int]:
    """Positions at which `count` new segments begin, ascending, so that squares about the segments' means are fewest.

    `values` `(n,)`; each segment has `least` values or more, so `n >= (count + 1) * least`. Exact: Auger and Lawrence (1989).
    >>> segment(np.array([0.0, 0.1, 0.0, 5.0, 5.1, 4.9, 5.0]), 1, 2)
    [3]
    """
    n = len(values)
    sums, squares = (np.concatenate([[0.0], np.cumsum(of)]) for of in (values, values**2))
    start, end = np.ogrid[: n + 1, : n + 1]
    size = end - start
    about_mean = squares[end] - squares[start] - (sums[end] - sums[start]) ** 2 / np.maximum(size, 1)
    cost = np.where(size >= least, about_mean, np.inf)  # of the segment from start to before end
    best, before = cost[0], []
    for _ in range(count):
        through = best[:, None] + cost
        before.append(through.argmin(axis=0))
        best = through.min(axis=0)
    cuts = [n]
    for choice in reversed(before):
        cuts.append(int(choice[cuts[-1]]))
    return cuts[:0:-1]


def _harmonics(days: np.ndarray) -> np.ndarray:
    """Waves of a year and its parts `(time, 2 x HARMONICS)`."""
    angle = 2 * np.pi * days / 365.25
    return np.column_stack([f(k * angle) for k in range(1, HARMONICS + 1) for f in (np.cos, np.sin)])
