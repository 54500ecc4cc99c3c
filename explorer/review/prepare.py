"""Features and labels as the models need them: checked, finite, scaled, whatever they came as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import QuantileTransformer

from explorer.core.errors import InvalidQueryError

LEAST_OF_A_CLASS = 10
"""With fewer samples of a class, nobody can say what is usual in it."""
_PRESENT = 0.1
"""From this fraction on, a sample is one of a class."""
_FIT_ROWS = 20_000
_REACH = 3.0  # interquartile ranges beyond the quartiles
_LIMIT = 3.0  # standard deviations: what is beyond says no more


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels as fractions `(n, classes)` float64, rows that sum to 1; rows without a label are zero.

    `classes` are what columns stand for; `hard` says that each label is one class; `known` bool `(classes,)` which
    have enough samples.
    """

    fractions: np.ndarray
    classes: np.ndarray
    hard: bool
    known: np.ndarray

    @property
    def largest(self) -> np.ndarray:
        """Column of the largest fraction `(n,)`."""
        return np.asarray(self.fractions.argmax(axis=1))

    @property
    def labelled(self) -> np.ndarray:
        """Which samples have a label, bool `(n,)`."""
        return np.asarray(self.fractions.sum(axis=1) > 0)


def matrix(features: Any) -> tuple[np.ndarray, list[str]]:
    """Features as float32 `(n, d)` with NaN for what is not finite, and their names.

    Raises `InvalidQueryError` for anything but a table of numbers.
    """
    names = [str(c) for c in features.columns] if isinstance(features, pd.DataFrame) else None
    try:
        values = np.array(features, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidQueryError(f"features must be a table of numbers (n, d): {error}") from None
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2:
        raise InvalidQueryError(f"features must be a table (n, d), not of {values.ndim} dimensions")
    values[~(np.abs(values) < 1e30)] = np.nan  # infinities too
    return values.astype(np.float32), names or [f"feature {i}" for i in range(values.shape[1])]


def labels(given: Any, count: int, classes: Any = None) -> Labels:
    """Class codes `(n,)` (integers, text) or fractions `(n, classes)` (of 1 or of 100) of `count` samples.

    Raises `InvalidQueryError` for another shape, negative fractions, or NaN.
    """
    if classes is None and isinstance(given, pd.DataFrame):
        classes = given.columns
    values = np.asarray(given)
    if values.ndim == 2 and values.shape[1] == 1 and classes is None:
        values = values[:, 0]
    if len(values) != count:
        raise InvalidQueryError(f"{len(values)} labels for {count} rows of features")
    if not count:
        return Labels(np.zeros((0, 1)), np.zeros(1, np.int64), True, np.zeros(1, bool))
    if values.ndim == 1:
        missing = pd.isna(values)
        if missing.any():
            raise InvalidQueryError(f"label {int(missing.argmax())} is missing; leave out what has no label")
        names, column = np.unique(
            values.astype(str) if values.dtype == object else values, return_inverse=True
        )
        table = np.zeros((count, len(names)))
        table[np.arange(count), column.ravel()] = 1
        return Labels(table, names, True, table.sum(axis=0) >= LEAST_OF_A_CLASS)
    if values.ndim != 2:
        raise InvalidQueryError("labels must be class codes (n,) or fractions (n, classes)")
    try:
        table = values.astype(np.float64)
    except (TypeError, ValueError):
        raise InvalidQueryError("fractions must be numbers") from None
    if not np.isfinite(table).all() or (table < 0).any():
        raise InvalidQueryError("fractions must be finite and not negative")
    totals = table.sum(axis=1, keepdims=True)
    table = table / np.where(totals > 0, totals, 1)
    hard = bool((table.max(axis=1) > 0.999).all())
    names = np.arange(table.shape[1]) if classes is None else np.asarray(classes)
    return Labels(table, names, hard, (table >= _PRESENT).sum(axis=0) >= LEAST_OF_A_CLASS)


def filled(values: np.ndarray) -> np.ndarray:
    """Medians for NaN, without columns that tell nothing; float32 `(n, k)`, at least one column. Something must be known in `values`."""
    rows = np.linspace(0, len(values) - 1, min(len(values), _FIT_ROWS)).astype(int)
    known = np.isfinite(values).any(axis=0)
    values = values[:, known]
    gaps = ~np.isfinite(values)
    with np.errstate(all="ignore"):
        middle = np.array(
            [np.median(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in values[rows].T]
        )
    out = np.where(gaps, middle.astype(np.float32), values)
    # That something could not be measured can tell as much as a measurement.
    holes = gaps[:, (gaps.mean(axis=0) > 0.02) & (gaps.mean(axis=0) < 0.98)]
    if holes.shape[1]:
        holes = np.unique(holes, axis=1)[:, :20].astype(np.float32)
        out = np.concatenate([out, holes], axis=1)
    spread = out.max(axis=0) > out.min(axis=0)
    return np.ascontiguousarray(out[:, spread] if spread.any() else out[:, :1], dtype=np.float32)


def tame(values: np.ndarray) -> np.ndarray:
    """Columns without what lies far out, float32 `(n, k)`: random thresholds of trees would be spent on it."""
    rows = np.linspace(0, len(values) - 1, min(len(values), _FIT_ROWS)).astype(int)
    low, high = np.quantile(values[rows], (0.25, 0.75), axis=0)
    reach = np.where(high > low, _REACH * (high - low), np.inf)
    return np.asarray(np.clip(values, low - reach, high + reach), np.float32)


def scaled(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Columns as standard normal by their ranks, so that heavy tails and units do not count; float32 `(n, k)`."""
    transform = QuantileTransformer(
        n_quantiles=min(len(values), 1000), output_distribution="normal",
        subsample=min(len(values), _FIT_ROWS) if len(values) > _FIT_ROWS else None, random_state=seed,
    )  # fmt: skip
    out = np.clip(transform.fit_transform(values), -_LIMIT, _LIMIT).astype(np.float32)
    out -= out.mean(axis=0)
    out /= np.maximum(out.std(axis=0), 1e-6)
    return np.asarray(out)
