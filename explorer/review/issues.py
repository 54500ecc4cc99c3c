"""Which labels look wrong: suspicion between 0 and 1 from features and labels alone.

Complementary models predict each label without having seen it (`models`). Of class codes, their mean probability decides:
half by how probable the given class is, half by how far it is behind the most probable other one. Of mixed labels, a
classifier that learned from labels made wrong on purpose tells how wrong one looks beside what was predicted, and
improbable fractions tell what is partly wrong (`detector`). Second opinions are read by the same classifier, beside what the features
predict: how much each is worth is learned, and what the features alone tell is kept. What is found is believed less, and the models that can make
use of that are fitted once more. Measured change of the ground (`change_evidence`) speaks for itself. There is nothing to tune,
and the same seed gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from explorer.core.errors import InvalidQueryError
from explorer.core.optional import needed

with needed("compute", "judging labels"):
    from cleanlab.count import num_label_issues

    from explorer.review import change_evidence, detector, models, prepare

CANNOT_JUDGE = "cannot judge"
LEAST_SAMPLES = 30
"""Fewer labelled samples are no evidence of anything."""
ROUNDS = 2


@dataclass(frozen=True)
class Heard:
    """What an opinion says of samples: `values` `(n, groups)`, 0 to 1, NaN where nothing is said; `members` `(groups, classes)` bool.

    `members` tells which of the labels' classes are in which group; no class is in two.
    """

    values: np.ndarray
    members: np.ndarray

    def beside(self, predicted: np.ndarray) -> np.ndarray:
        """As fractions of the labels' classes `(n, classes)`: what a group has is divided as `predicted` has it, and so is what is not said."""
        known = np.isfinite(self.values).all(axis=1)
        values = np.where(known[:, None], self.values, 0.0)
        found = np.clip(1 - values.sum(axis=1), 0, 1)[:, None] * predicted
        for group, within in zip(values.T, self.members, strict=True):
            if within.any():
                part = predicted[:, within] + 1e-9
                found[:, within] += group[:, None] * part / part.sum(axis=1, keepdims=True)
        return models.normalised(found)


@dataclass(frozen=True)
class Judgement:
    """What features say of labels.

    `scores` `(n,)` float64, 0 to 1, higher: more likely wrong. `cannot_judge` bool `(n,)`: where it is set, the score
    is the mean of the others, at most raised half-way to what a mixed label's other classes tell, and `why_not` (text `(n,)`) says why. `suggested` `(n, classes)` are
    the fractions (of class codes: probabilities) that the evidence suggests, columns as `classes`. `change` `(n,)`:
    probability that the ground changed. `rate`: the share of wrong labels that the scores imply, 0 to 1. `alone` are the scores by the
    features alone, `(n,)`, the same where no opinion was `heard`.
    """

    scores: np.ndarray
    cannot_judge: np.ndarray
    why_not: np.ndarray
    suggested: np.ndarray
    classes: np.ndarray
    labels: prepare.Labels
    change: np.ndarray
    rate: float
    alone: np.ndarray
    heard: Mapping[str, Heard] = field(default_factory=dict)

    @property
    def suggested_class(self) -> np.ndarray:
        """The class with the largest suggested fraction `(n,)`, of the labels' own kind."""
        return np.asarray(self.classes[self.suggested.argmax(axis=1)])

    def table(self, index: Any = None) -> pd.DataFrame:
        """`suspicion`, `verdict` ("", or "cannot judge"), `labelled`, `suggested`, `change` and `why`, one row a sample."""
        return pd.DataFrame(
            {
                "suspicion": self.scores,
                "verdict": np.where(self.cannot_judge, CANNOT_JUDGE, ""),
                "labelled": self.classes[self.labels.largest],
                "suggested": self.suggested_class,
                "change": self.change,
                "why": [self.why(i) for i in range(len(self.scores))],
            },
            index=index,
        )

    def why(self, row: int, names: Sequence[str] | None = None) -> str:
        """In one sentence, what speaks against the label of a sample, or why nothing can be said of it."""
        if self.cannot_judge[row]:
            return str(self.why_not[row])
        called = [str(c) for c in (self.classes if names is None else names)]
        given, found = self.labels.fractions[row], self.suggested[row]
        parts = []
        over, under = int((given - found).argmax()), int((found - given).argmax())
        if given[over] - found[over] > 0.1:
            parts.append(
                f"labelled {given[over]:.0%} {called[over]}, but it looks like {found[over]:.0%}"
                + (f" and {found[under]:.0%} {called[under]}" if under != over else "")
            )
        if self.change[row] > 0.5:
            parts.append("cover was lost from the first year to the second, beyond what is usual")
        return "; ".join(parts) or "label and features agree"

    def said(self, row: int, names: Sequence[str] | None = None) -> str:
        """What the opinions that were heard say against the label of a sample, and what they make of its score; empty where nothing."""
        called = [str(c) for c in (self.classes if names is None else names)]
        against = []
        for name, one in self.heard.items():
            values = one.values[row]
            given = one.members @ self.labels.fractions[row]
            if np.isfinite(values).all() and len(values) and (values - given).max() > 0.1:
                most = int((values - given).argmax())
                within = [called[i] for i in np.flatnonzero(one.members[most])]
                title = within[0] if len(within) == 1 else f"{within[0]} and {len(within) - 1} more"
                against.append(f"{name} says {values[most]:.0%} {title}")
        if not against or self.cannot_judge[row]:
            return ""
        return f"{', '.join(against)} ({self.scores[row]:.2f} with that, {self.alone[row]:.2f} without)"


def rank(features: Any, labels: Any, *, classes: Any = None, change: Any = None, seed: int = 0) -> np.ndarray:
    """Suspicion of each label, `(n,)` float64 between 0 and 1; higher: more likely wrong.

    `features` `(n, d)`, any numbers, NaN where unknown; `labels` class codes `(n,)` or fractions `(n, classes)`.
    Samples of classes that are too rare to judge get about the mean score; `judge` tells which, and why. Raises
    `InvalidQueryError` where features and labels do not fit together.
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(0, 1, (40, 3)), rng.normal(4, 1, (40, 3))])
    >>> y = np.repeat([211, 311], 40)
    >>> y[3] = 311  # one label is wrong
    >>> int(rank(X, y).argmax())
    3
    """
    return judge(features, labels, classes=classes, change=change, seed=seed).scores


def judge(
    features: Any,
    labels: Any,
    *,
    classes: Any = None,
    change: Any = None,
    seed: int = 0,
    opinions: Mapping[str, Heard] | None = None,
) -> Judgement:
    """Suspicion as of `rank`, with what the evidence suggests, and where nothing can be said.

    `classes` names the columns of fractions. `change` `(n, k)` are features that measure lasting change of the ground,
    lower where cover was lost; without it, the columns of a `features` DataFrame that begin with `change_`. `opinions` (name -> what it
    says) are further evidence of labels that are fractions. Raises `InvalidQueryError` for those of class codes.
    """
    opinions = dict(opinions or {})
    values, names = prepare.matrix(features)
    given = prepare.labels(labels, len(values), classes)
    if change is None:
        columns = [i for i, name in enumerate(names) if name.startswith(change_evidence.PREFIX)]
        change_values = values[:, columns]
    else:
        change_values, _ = prepare.matrix(change)
    if opinions and given.hard:
        raise InvalidQueryError("opinions are evidence of labels that are fractions, not of class codes")
    why_not = _why_not(values, given)
    able = np.flatnonzero(why_not == "")
    n = len(values)
    scores, alone, changed = np.full(n, 0.0), np.full(n, 0.0), np.zeros(n)
    suggested, rate = given.fractions.copy(), 0.0
    if len(able) >= LEAST_SAMPLES:
        # A mixed label with a rare class tells of its other classes, too.
        used = able if given.hard else np.flatnonzero(given.labelled & np.isfinite(values).any(axis=1))
        kept = prepare.Labels(given.fractions[used], given.classes, given.hard, given.known)
        heard = [replace(one, values=one.values[used]) for one in opinions.values()]
        found, by_features, mixed, moved, rate = _judged(values[used], kept, change_values[used], seed, heard)
        scores[used], alone[used], suggested[used], changed[used] = found, by_features, mixed, moved
    else:
        why_not[able] = f"{len(able)} samples that could be judged are too few; {LEAST_SAMPLES} are needed"
        able = able[:0]
    cannot = why_not != ""
    for one in (scores, alone):
        usual = one[able].mean() if len(able) else 0.0
        one[cannot] = usual + 0.5 * np.maximum(one[cannot] - usual, 0)
    return Judgement(scores, cannot, why_not, suggested, given.classes, given, changed, rate, alone, opinions)


def _judged(
    values: np.ndarray, labels: prepare.Labels, change: np.ndarray, seed: int, heard: Sequence[Heard]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]:
    filled = prepare.filled(values)
    scaled, tame = prepare.scaled(filled, seed), prepare.tame(filled)
    moved, _ = change_evidence.of_change(change)
    if labels.hard:
        wrong, mixed, rate = _of_codes(tame, scaled, labels, 1 - moved, seed)
        alone = wrong
    else:
        wrong, alone, mixed, rate = _of_fractions(tame, scaled, labels, 1 - moved, seed, heard)
    return 1 - (1 - wrong) * (1 - moved), 1 - (1 - alone) * (1 - moved), mixed, moved, rate


def _of_codes(
    tame: np.ndarray, scaled: np.ndarray, labels: prepare.Labels, believed: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """(suspicion `(n,)`, probabilities `(n, classes)`, share of wrong labels) of labels of one class each."""
    columns, code = np.unique(labels.largest, return_inverse=True)
    given = np.eye(len(columns))[code]
    trees, line = models.classified(tame, scaled, code, len(columns), believed, seed)
    wrong, mean = np.zeros(len(code)), given
    for turn in range(ROUNDS):
        # Only the kernel is fitted again: closed form makes that cheap, and trees gained nothing by it.
        (near,) = models.ridges(
            scaled, given, believed * (1 - wrong), seed + turn, kernels=(models.LAPLACIAN,), line=False
        )
        mean = models.normalised((trees + line + models.normalised(near)) / 3)
        wrong = _doubt(mean, code)
    rate = float(num_label_issues(code, mean, estimation_method="off_diagonal")) / len(code)
    probabilities = np.zeros(labels.fractions.shape)
    probabilities[:, columns] = mean
    return wrong, probabilities, rate


def _doubt(probabilities: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Half self-confidence, half normalised margin, turned round: `(n,)`, 0 to 1 (Northcutt et al. 2021)."""
    rows = np.arange(len(code))
    own = probabilities[rows, code]
    others = probabilities.copy()
    others[rows, code] = 0
    return np.asarray(((1 - own) + (1 - own + others.max(axis=1)) / 2) / 2)


def _of_fractions(
    tame: np.ndarray,
    scaled: np.ndarray,
    labels: prepare.Labels,
    believed: np.ndarray,
    seed: int,
    heard: Sequence[Heard],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """As `_of_codes`, of mixed labels and their fractions; suspicion with what was heard, then by the features alone."""
    weight, wrong = believed, np.zeros(len(scaled))
    mixed, with_opinions = labels.fractions, wrong
    for turn in range(ROUNDS):
        last = turn == ROUNDS - 1
        predicted = models.predict(tame, scaled, labels.fractions, weight, seed + turn, thorough=last)
        wrong = detector.suspicion(labels, predicted, weight, seed + turn, thorough=last)
        if last and heard:
            parts = tuple(one.beside(predicted.mixed) for one in heard)
            beside = replace(predicted, parts=(*predicted.parts, *parts))
            with_opinions = detector.suspicion(labels, beside, weight, seed + turn, thorough=True)
        weight, mixed = (1 - wrong) * believed, predicted.mixed
    wrong = detector.with_misfit(wrong, labels, mixed)
    found = detector.with_misfit(with_opinions, labels, mixed) if heard else wrong
    return found, wrong, mixed, float(found.mean())


def _why_not(values: np.ndarray, labels: prepare.Labels) -> np.ndarray:
    """Why a sample cannot be judged, empty where it can: text `(n,)`."""
    why = np.full(len(values), "", dtype=object)
    there = np.unique(labels.largest[labels.labelled])
    if len(there) < 2:
        why[:] = "all labels are of one class: there is nothing to compare it with"
        return why
    rare = ~labels.known[labels.largest]
    for column in np.unique(labels.largest[rare]):
        why[rare & (labels.largest == column)] = (
            f"fewer than {prepare.LEAST_OF_A_CLASS} samples of class {labels.classes[column]}: what is usual in it is unknown"
        )
    why[~labels.labelled] = "it has no label"
    why[~np.isfinite(values).any(axis=1)] = "none of its features is known"
    left = why == ""
    if labels.hard and len(np.unique(labels.largest[left])) < 2:
        why[left] = "all others that can be judged are of its class: there is nothing to compare it with"
    return why
