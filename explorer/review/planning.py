"""How many more samples to review for an interval of a wanted width.

Overall accuracy: Olofsson et al. (2014), equation 13 (Cochran 1977, equation 5.25, for Neyman allocation), and Cochran's
5.77 for others. A class's user's accuracy: the sample size of a proportion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from explorer.errors import InvalidQueryError
from explorer.review import sampling
from explorer.review.estimators import Accuracy

TARGETS = ("overall", "users")


@dataclass(frozen=True)
class Plan:
    """What to review for `half_width` (of the interval `estimate ± half_width`; a share, as 0.02)."""

    target: str
    """`overall`, or `users`: each class's user's accuracy."""
    half_width: float
    confidence: float
    allocation: str
    classes: pd.DataFrame
    """By class: `title`, `expected` user's accuracy, `have`, `need` and `more` samples."""

    @property
    def need(self) -> int:
        """Samples in all."""
        return int(self.classes["need"].sum())

    @property
    def more(self) -> int:
        """Samples to review beside those judged: a class that has more than it needs does not help another."""
        return int(self.classes["more"].sum())


def sample_size(
    users: Sequence[float] | np.ndarray,
    weights: Sequence[float] | np.ndarray,
    half_width: float,
    *,
    confidence: float = 0.95,
    allocation: str = "neyman",
    population: int | None = None,
) -> int:
    """Samples in all for an overall accuracy with that half width, from user's accuracies expected and class weights.

    `population`: samples in all, for the finite population correction (Neyman only). Raises `InvalidQueryError`.
    """
    error = _standard_error(half_width, confidence)
    u, w = np.asarray(users, np.float64), np.asarray(weights, np.float64)
    if u.shape != w.shape or not u.size or not ((u >= 0) & (u <= 1)).all() or (w < 0).any() or w.sum() <= 0:
        raise InvalidQueryError("give a user's accuracy (0 to 1) and a weight for each class")
    w = w / w.sum()
    spread = np.sqrt(u * (1 - u))
    if allocation == "neyman":
        finite = float((w * spread**2).sum()) / population if population else 0.0
        n = float((w * spread).sum()) ** 2 / (error**2 + finite)
    elif allocation == "proportional":
        n = float((w * spread**2).sum()) / error**2
    elif allocation == "equal":
        n = int((w > 0).sum()) * float((w**2 * spread**2).sum()) / error**2
    else:
        raise InvalidQueryError(
            f"no allocation {allocation[:20]!r}; there are {', '.join(sampling.ALLOCATIONS)}"
        )
    return max(math.ceil(n - 1e-9), 1)


def plan(
    found: Accuracy,
    half_width: float,
    target: str = "overall",
    *,
    allocation: str = "neyman",
    sizes: Sequence[int] | None = None,
) -> Plan:
    """How many more samples of each class of the map to review, given what has been judged.

    The user's accuracy expected of a class is (agreeing + 1) / (judged + 2) (Laplace), so that a class of which few were
    judged, or all agree, is not planned with none. At least two of each class. `sizes`: samples that each class has, in
    the order of `found.classes`; no more are asked for. Raises `InvalidQueryError`.
    >>> from explorer.review import accuracy
    >>> plan(accuracy.estimate([[90, 10], [5, 95]], weights=[0.3, 0.7]), 0.02).more
    439
    """
    if target not in TARGETS:
        raise InvalidQueryError(f"plans are made for {' or '.join(TARGETS)}, not {target[:20]!r}")
    mapped = np.flatnonzero(found.weights > 0)
    have = found.confusion.sum(axis=1)[mapped]
    expected = (np.diag(found.confusion)[mapped] + 1) / (have + 2)
    weights = found.weights[mapped]
    room = np.asarray(sizes, np.int64)[mapped] if sizes is not None else np.full(len(mapped), 10**12)
    error = _standard_error(half_width, found.confidence)
    if target == "users":
        need = np.ceil(expected * (1 - expected) / error**2 + 1 - 1e-9).astype(np.int64)
    else:
        n = sample_size(expected, weights, half_width, confidence=found.confidence, allocation=allocation)
        parts = {int(i): max(round(w * 10**9), 1) for i, w in zip(mapped, weights, strict=True)}
        rates = {int(i): 1 - float(u) for i, u in zip(mapped, expected, strict=True)}
        given = sampling.allocate(parts, n, allocation, error_rates=rates)
        need = np.array([given[int(i)] for i in mapped], np.int64)
    need = np.minimum(np.maximum(need, 2), room)
    classes = pd.DataFrame(
        {
            "title": [found.title(found.classes[i]) for i in mapped],
            "expected": expected,
            "have": have,
            "need": need,
            "more": np.maximum(need - have, 0),
        },
        index=pd.Index([found.classes[i] for i in mapped], name="class"),
    )
    return Plan(target, half_width, found.confidence, allocation if target == "overall" else "", classes)


def _standard_error(half_width: float, confidence: float) -> float:
    if not 0 < half_width < 1 or not 0 < confidence < 1:
        raise InvalidQueryError(
            f"a half width lies between 0 and 1 (0.02 is ± 2 %), and a confidence too; not {half_width}, {confidence}"
        )
    return half_width / float(stats.norm.ppf(0.5 + confidence / 2))
