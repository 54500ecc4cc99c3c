"""What speaks against a label by itself: ground that changed for good, beyond what is usual."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from explorer.review import models

PREFIX = "change_"
"""Columns of a feature table that measure change from the first year to the second."""
_USUAL_SHARE = 0.03  # of samples changed for good, where nothing else is known
_LEAST = 60


def of_change(
    values: np.ndarray, predicted: np.ndarray, largest: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """(probability that a sample changed, deviation in usual deviations), `(n,)` each.

    `values` `(n, k)` measure change, NaN where unknown; what is usual is the middle and spread of all samples, and of
    those whose predicted cover `(n, classes)` is alike: fields change every year, woods do not.
    """
    n = len(values)
    known = np.isfinite(values).any(axis=0)
    values = values[:, known].astype(np.float64)
    if not values.shape[1] or n < _LEAST:
        return np.zeros(n), np.zeros(n)
    middle = np.nanmedian(values, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(values - middle), axis=0)
    usable = spread > 0
    if not usable.any():
        return np.zeros(n), np.zeros(n)
    far = np.nan_to_num((values[:, usable] - middle[usable]) / spread[usable])
    tame = np.arcsinh(far)
    whole = np.abs(tame) / np.mean(np.abs(tame), axis=0)
    alike, own = _among_alike(tame, predicted, largest, seed)
    near = np.abs(tame - alike) / own
    size = np.sqrt((whole**2).mean(axis=1)) * np.sqrt((near**2).mean(axis=1))
    return in_the_tail(np.log(np.maximum(size, 1e-3))), np.sqrt(size)


def _among_alike(
    tame: np.ndarray, predicted: np.ndarray, largest: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    fold = models.folds(largest, 5, seed)
    middle = _left_out(predicted, tame, fold, seed)
    rest = np.abs(tame - middle)
    rest = np.minimum(rest, np.quantile(rest, 0.95, axis=0))
    return middle, np.maximum(_left_out(predicted, rest, fold, seed), 0.3 * rest.mean(axis=0))


def _left_out(values: np.ndarray, targets: np.ndarray, fold: np.ndarray, seed: int) -> np.ndarray:
    out = np.empty(targets.shape)
    for k in range(int(fold.max()) + 1):
        train, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        if len(train) > 20_000:
            train = train[:: len(train) // 20_000]
        model = ExtraTreesRegressor(80, min_samples_leaf=5, n_jobs=-1, random_state=seed)
        model.fit(values[train], targets[train])
        model.n_jobs = 1  # as of `models.forest`
        out[test] = model.predict(values[test]).reshape(len(test), -1)
    return out


def in_the_tail(values: np.ndarray) -> np.ndarray:
    """Probability that a value is not of the bulk `(n,)`: a normal one, fitted below its middle, beside a flat tail."""
    middle = float(np.median(values))
    spread = max(middle - float(np.quantile(values, 0.16)), 1e-3)
    reach = max(float(values.max()) - middle, 2 * spread)
    bulk = np.exp(-0.5 * ((values - middle) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
    tail = np.where(values > middle, 1 / reach, 0.0)
    share = _USUAL_SHARE
    found = np.zeros(len(values))
    for _ in range(30):
        found = share * tail / (share * tail + (1 - share) * bulk + 1e-300)
        share = float(np.clip(found.mean(), 0.002, 0.1))
    return np.asarray(found)
