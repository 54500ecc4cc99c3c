"""When cover was lost for good: the date on which the ground that lost most falls below its season, and stays there."""

from __future__ import annotations

import numpy as np

LEAST_STEP = 0.05
"""A fall of NDVI that is smaller is no loss of cover."""
QUARTER = 25
"""The percentile of the ground that is looked at: that which lost most, as `pixel_features` measures it."""
_LEAST_DATES = 4  # on either side of a date
_YEAR = 365.25


def day_of_loss(days: np.ndarray, ndvi: np.ndarray) -> float:
    """The day, of `days`, on which the loss of cover is first seen; NaN where nothing was lost.

    `days` float `(time,)`, over two years; `ndvi` `(time, n)` of pieces of ground, NaN where unknown. Of the quarter of the ground
    that lost most from the first year to the second, a season of two harmonics and one step are fitted at every date by least
    squares; the date that leaves least is it (Verbesselt et al. 2010, doi:10.1016/j.rse.2009.08.014, with one break).
    >>> day = np.arange(0, 730, 15.0)
    >>> ground = np.repeat(0.6 + 0.2 * np.sin(day[:, None] / 58), 8, axis=1)
    >>> ground[day >= 250, :3] -= 0.3
    >>> day_of_loss(day, ground)
    255.0
    """
    known = np.isfinite(ndvi).all(axis=0)
    values = ndvi[:, known]
    early, late = days < days[0] + _YEAR, days >= days[0] + _YEAR
    if not values.shape[1] or early.sum() < _LEAST_DATES or late.sum() < _LEAST_DATES:
        return float("nan")
    angle = 2 * np.pi * days / _YEAR
    season = np.column_stack([np.ones(len(days)), *(f(k * angle) for k in (1, 2) for f in (np.cos, np.sin))])
    # Without its season, so that years of which other dates are known can be compared.
    rest = values - season @ np.linalg.lstsq(season, values, rcond=None)[0]
    fall = rest[late].mean(axis=0) - rest[early].mean(axis=0)
    series = values[:, fall <= np.percentile(fall, QUARTER)].mean(axis=1)
    best, least = float("nan"), np.inf
    for cut in range(_LEAST_DATES, len(days) - _LEAST_DATES + 1):
        table = np.column_stack([season, np.arange(len(days)) >= cut])
        solved = np.linalg.lstsq(table, series, rcond=None)[0]
        left = float(np.square(series - table @ solved).sum())
        if left < least and solved[-1] <= -LEAST_STEP:
            best, least = float(days[cut]), left
    return best
