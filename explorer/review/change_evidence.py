"""What speaks against a label by itself: cover that was lost for good, beyond what is usual from year to year."""

from __future__ import annotations

import numpy as np

PREFIX = "change_"
"""Columns of a feature table that measure the second year against the first; negative: cover was lost."""
_LEAST = 60
_TAIL = (0.7, 0.9)
"""Quantiles that tell how the usual differences thin out: above what half of all samples do, below what changed."""
_USUAL_SHARE, _MOST = 0.03, 0.1  # of samples changed for good: a first guess, and as many as this may find


def of_change(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(probability that cover was lost, loss in usual deviations), `(n,)` each.

    `values` `(n, k)`, lower where more was lost, NaN where unknown; a loss is the mean of its columns' distances below
    their medians, in median absolute deviations. Gains do not count: after a wet year all fields are greener.
    """
    n = len(values)
    values = values[:, np.isfinite(values).any(axis=0)].astype(np.float64)
    if not values.shape[1] or n < _LEAST:
        return np.zeros(n), np.zeros(n)
    middle = np.nanmedian(values, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(values - middle), axis=0)
    usable = spread > 0
    if not usable.any():
        return np.zeros(n), np.zeros(n)
    below = (middle[usable] - values[:, usable]) / spread[usable]
    known = np.isfinite(below)
    loss = np.where(known, below, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return in_the_tail(loss), loss


def in_the_tail(values: np.ndarray) -> np.ndarray:
    """Probability that a value is not of the bulk `(n,)`: beside a flat tail, an exponential one through `_TAIL`.

    A mixture of two, its share by expectation and maximisation (Dempster, Laird & Rubin 1977).
    """
    low, high = np.quantile(values, _TAIL)
    if not high > low:
        return np.zeros(len(values))
    above = values > low
    rate = np.log((1 - _TAIL[0]) / (1 - _TAIL[1])) / (high - low)
    reach = max(float(values.max() - low), 2 * float(high - low))
    bulk = np.where(above, (1 - _TAIL[0]) * rate * np.exp(-rate * np.maximum(values - low, 0)), 1.0)
    tail = np.where(above, 1 / reach, 0.0)
    share = _USUAL_SHARE
    found = np.zeros(len(values))
    for _ in range(30):
        found = share * tail / (share * tail + (1 - share) * bulk + 1e-300)
        share = float(np.clip(found.mean(), 1 / len(values), _MOST))
    return np.asarray(found)
