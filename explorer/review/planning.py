"""How many more samples to review for an interval of a wanted width.

Overall accuracy: Olofsson et al. (2014), equation 13 (Cochran 1977, equation 5.25, for Neyman allocation), and Cochran's
5.77 for others. A class's user's accuracy: the sample size of a proportion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from explorer.core.errors import InvalidQueryError
from explorer.review import sampling
from explorer.review.estimators import Accuracy
from explorer.review.queue import DEFAULT_DRAW, QueueSpec

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
    """By stratum of the draw, or by class: `title`, `expected` accuracy, `have`, `need` and `more` samples."""
    population: int | None = None
    """How many samples there are to draw from, where that is known; with it `drawn`, how many of them were drawn."""
    drawn: int | None = None

    @property
    def need(self) -> int:
        """Samples in all."""
        return int(self.classes["need"].sum())

    @property
    def met(self) -> bool:
        """Whether nothing more is needed."""
        return self.more == 0

    @property
    def more(self) -> int:
        """Samples to review beside those judged."""
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
    allocation: str | None = None,
    sizes: Sequence[int] | None = None,
) -> Plan:
    """How many more samples of each stratum (for `users` of each class of the map) to review, given what has been judged.

    Nothing more where the interval is as narrow already, and never more than there is. The accuracy expected is (agreeing + 1) /
    (judged + 2) (Laplace), so that a class of which few were judged, or all agree, is not planned with none. `allocation`: the draw's
    own where not given, Neyman's where that is not known. `sizes`: samples that each class has, in the order of `found.classes`.
    Raises `InvalidQueryError`.
    >>> from explorer.review import accuracy
    >>> plan(accuracy.estimate([[90, 10], [5, 95]], weights=[0.3, 0.7]), 0.02).more
    439
    """
    if target not in TARGETS:
        raise InvalidQueryError(f"plans are made for {' or '.join(TARGETS)}, not {target[:20]!r}")
    error = _standard_error(half_width, found.confidence)
    how = allocation or found.allocation or "neyman"
    if target == "users":
        return _of_classes(found, half_width, error, sizes)
    met = found.overall_high - found.overall_low <= 2 * half_width + 1e-12
    if found.strata is not None:
        return _of_strata(found, half_width, error, how, met)
    mapped = np.flatnonzero(found.weights > 0)
    have = found.confusion.sum(axis=1)[mapped]
    expected, weights = _expected(found, mapped), found.weights[mapped]
    n = sample_size(expected, weights, half_width, confidence=found.confidence, allocation=how)
    parts = {int(i): max(round(w * 10**9), 1) for i, w in zip(mapped, weights, strict=True)}
    rates = {int(i): 1 - float(u) for i, u in zip(mapped, expected, strict=True)}
    given = sampling.allocate(parts, n, how, error_rates=rates)
    need = np.maximum(np.array([given[int(i)] for i in mapped], np.int64), 2)
    need = have if met else np.minimum(need, _room(found, mapped, sizes))
    titles = [found.title(found.classes[i]) for i in mapped]
    index = pd.Index([found.classes[i] for i in mapped], name="class")
    return _made(target, half_width, found, how, titles, expected, have, need, index)


def next_draw(planned: Plan, spec: QueueSpec) -> QueueSpec | None:
    """The draw to go on with: as one that was reviewed, larger, so that it holds that one.

    None where nothing more is needed, or everything was drawn: what is then left is unsure or disputed.

    >>> from explorer.review import accuracy
    >>> found = accuracy.estimate([[90, 10], [5, 95]], weights=[0.3, 0.7])
    >>> next_draw(plan(found, 0.02), QueueSpec("random", 200)).format()
    'random:n=639'
    """
    n = max(planned.need, (spec.n or DEFAULT_DRAW) + 1)
    if planned.population is not None and planned.drawn is not None:
        if planned.drawn >= planned.population:
            return None
        n = min(n, planned.population)
    return None if planned.met else replace(spec, n=n)


def _of_strata(found: Accuracy, half_width: float, error: float, how: str, met: bool) -> Plan:
    """The smallest draw of an allocation that, with what was judged already, makes the interval as narrow."""
    assert found.strata is not None
    table = found.strata
    have, size = table["judged"].to_numpy(np.int64), table["size"].to_numpy(np.int64)
    expected = (table["agreeing"].to_numpy(np.float64) + 1) / (have + 2)
    names = [int(one) for one in table.index]
    sizes = dict(zip(names, size.tolist(), strict=True))
    rates = dict(zip(names, (1 - expected).tolist(), strict=True))
    share = size / max(int(size.sum()), 1)

    def needed(n: int) -> np.ndarray:
        given = sampling.allocate(sizes, n, how, error_rates=rates)
        return np.maximum(np.maximum([given[one] for one in names], np.minimum(2, size)), have)

    def wide(n: int) -> bool:
        need = needed(n)
        left = (1 - need / np.maximum(size, 1)) / np.maximum(need, 1)
        return float((share**2 * left * expected * (1 - expected)).sum()) > error**2

    low, high = 0, max(int(size.sum()), 1)
    while not met and high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wide(middle) else (low, middle)
    need = have if met else np.minimum(needed(high), size)
    return _made(
        "overall", half_width, found, how, table["title"].tolist(), expected, have, need, table.index
    )


def _of_classes(found: Accuracy, half_width: float, error: float, sizes: Sequence[int] | None) -> Plan:
    mapped = np.flatnonzero(found.weights > 0)
    have = found.confusion.sum(axis=1)[mapped]
    expected = _expected(found, mapped)
    room = _room(found, mapped, sizes)
    ideal = expected * (1 - expected) / error**2
    # Where everything of a class is few, fewer are enough.
    need = np.ceil(ideal / (1 + np.where(room < _MANY, ideal / np.maximum(room, 1), 0)) + 1 - 1e-9)
    need = np.minimum(np.maximum(need.astype(np.int64), 2), room)
    met = found.users_high[mapped] - found.users_low[mapped] <= 2 * half_width + 1e-12
    titles = [found.title(found.classes[i]) for i in mapped]
    index = pd.Index([found.classes[i] for i in mapped], name="class")
    return _made("users", half_width, found, "", titles, expected, have, np.where(met, have, need), index)


_MANY = 10**12


def _expected(found: Accuracy, mapped: np.ndarray) -> np.ndarray:
    return (np.diag(found.confusion)[mapped] + 1) / (found.confusion.sum(axis=1)[mapped] + 2)


def _room(found: Accuracy, mapped: np.ndarray, sizes: Sequence[int] | None) -> np.ndarray:
    """How many samples each class has; as good as endless where that is not known."""
    if sizes is not None:
        return np.asarray(sizes, np.int64)[mapped]
    if found.strata is None:
        return np.full(len(mapped), _MANY)
    return np.rint(found.weights[mapped] * int(found.strata["size"].sum())).astype(np.int64)


def _made(
    target: str,
    half_width: float,
    found: Accuracy,
    how: str,
    titles: list[str],
    expected: np.ndarray,
    have: np.ndarray,
    need: np.ndarray,
    index: pd.Index,
) -> Plan:
    columns = {
        "title": titles,
        "expected": expected,
        "have": have,
        "need": need,
        "more": np.maximum(need - have, 0),
    }
    table, known = pd.DataFrame(columns, index=index), found.strata
    if known is None:
        return Plan(target, half_width, found.confidence, how, table)
    population, drawn = int(known["size"].sum()), int(known["drawn"].sum())
    return Plan(target, half_width, found.confidence, how, table, population, drawn)


def _standard_error(half_width: float, confidence: float) -> float:
    if not 0 < half_width < 1 or not 0 < confidence < 1:
        raise InvalidQueryError(
            f"a half width lies between 0 and 1 (0.02 is ± 2 %), and a confidence too; not {half_width}, {confidence}"
        )
    return half_width / float(special.ndtri(0.5 + confidence / 2))
