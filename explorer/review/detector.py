"""From predicted fractions to suspicion of mixed labels: a classifier that learned to tell labels as given from labels made wrong on purpose.

What a large gap between label and prediction means differs from class to class and from data to data. So it is
learned: of each sample, some copies get a part of their label moved to another class, drawn from the transitions that
confident learning estimates (Northcutt et al. 2021, doi:10.1613/jair.1.12125); trees learn to tell these from the
labels as they came. Predictions never saw the sample's own label, so that they serve its copies as well.

Such copies are plainly wrong. What is only partly wrong tells by `misfit`: a fraction that is improbable beside what is
predicted, measured by how far fractions predicted like that usually lie from what is labelled.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier

from explorer.review import change_evidence, models
from explorer.review.prepare import Labels

COPIES = 4
_TRAIN_ROWS = 2000
_CHUNK = 50_000
_SOFT = (0.03, 0.1)  # added to predicted fractions, so that a class predicted at zero does not decide alone
_PRIOR = 0.3  # of the transitions: what nobody confuses can be wrong too
_ROUNDING = 0.02  # what a fraction may be off by before it says anything
_USUAL = 0.3  # how much of a class's mean squared residual is expected where its predicted fraction is 0 or 1
_OF_MISFIT = 0.9  # an improbable fraction alone does not make a label wrong for certain
_PARTIAL = 0.3  # share of copies of mixed labels in which only a part of a class is moved


def suspicion(
    labels: Labels, predicted: models.Predicted, weight: np.ndarray, seed: int, *, thorough: bool = True
) -> np.ndarray:
    """Probability that a label is wrong, `(n,)` between 0 and 1."""
    table = labels.fractions
    n = len(table)
    rng = np.random.default_rng(seed)
    reader = _Reader(labels, predicted, weight)
    moves = transitions(labels, predicted.mixed)
    real = reader.read(table)
    rows = np.arange(n) if n <= _TRAIN_ROWS else np.sort(rng.choice(n, _TRAIN_ROWS, replace=False))
    wrong = [reader.read(corrupted(table[rows], moves, rng), rows) for _ in range(COPIES)]
    folds = 5
    total = np.zeros(n)
    rounds = 2 if n <= 3000 and thorough else 1
    learner = ExtraTreesClassifier(150 if thorough else 60, min_samples_leaf=5, max_features=0.3)
    for turn in range(rounds):
        fold = models.folds(labels.largest, folds, seed + 100 + turn)
        calls = [(learner, real, np.stack(wrong), rows, weight, fold, k, seed + turn) for k in range(folds)]
        for k, part in enumerate(models.in_processes(_left_out, calls, n)):
            total[fold == k] += part
    return with_prior(total / rounds)


def _left_out(
    learner: ExtraTreesClassifier, real: np.ndarray, wrong: np.ndarray, rows: np.ndarray, weight: np.ndarray, fold: np.ndarray, k: int, seed: int
) -> np.ndarray:  # fmt: skip
    """How much the labels of fold `k` look like copies made wrong, by trees that saw the other folds."""
    train, test = np.flatnonzero(fold[rows] != k), np.flatnonzero(fold == k)
    values = np.concatenate([real[rows[train]], *wrong[:, train]])
    target = np.repeat([0, 1], [len(train), len(wrong) * len(train)])
    # A label under suspicion is no good example of a right one.
    share = np.ones(len(target))
    share[: len(train)] = len(wrong) * np.maximum(weight[rows[train]], 0.05)
    learner = clone(learner).set_params(random_state=seed)
    learner.fit(values, target, sample_weight=share)
    parts = [learner.predict_proba(real[test[i : i + _CHUNK]])[:, 1] for i in range(0, len(test), _CHUNK)]
    return np.concatenate(parts)


def with_misfit(wrong: np.ndarray, labels: Labels, predicted: np.ndarray) -> np.ndarray:
    """Probabilities `wrong` `(n,)`, raised where a part of the label is improbable beside `predicted`."""
    tail = change_evidence.in_the_tail(np.log(misfit(labels.fractions, predicted, 1 - wrong) + 1e-9))
    return np.maximum(wrong, _OF_MISFIT * tail)


def misfit(table: np.ndarray, predicted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Largest squared standardised residual of labelled fractions beside predicted ones `(n, classes)`: `(n,)`.

    The variance of a fraction is a multinomial one, and beside it a part of the class's own mean squared residual,
    weighted by `weight` `(n,)`: .3 of a class that is hardly ever mistaken is much, of a confusable one little.
    """
    squared = (table - predicted) ** 2
    usual = np.average(squared, axis=0, weights=np.maximum(weight, 1e-6))
    expected = predicted * (1 - predicted) + _USUAL * usual + _ROUNDING**2
    return np.asarray((squared / expected).max(axis=1))


def with_prior(even: np.ndarray, most: float = 0.6) -> np.ndarray:
    """Probabilities learned on as many right as wrong, for the share of wrong ones that they themselves imply.

    Saerens, Latinne & Decaestecker (2002), doi:10.1162/089976602753284446.
    """
    even = np.clip(even, 1e-4, 1 - 1e-4)
    odds = even / (1 - even)
    share = 0.1
    for _ in range(100):
        found = odds * share / (odds * share + 1 - share)
        share = float(np.clip(found.mean(), 0.002, most))
    return np.asarray(odds * share / (odds * share + 1 - share))


def transitions(labels: Labels, predicted: np.ndarray) -> np.ndarray:
    """Probability that a wrong label of a class should be (or was taken for) another `(classes, classes)`."""
    table = labels.fractions
    count = table.shape[1]
    soft = table.T @ predicted
    joint = np.zeros((count, count))
    there = np.unique(labels.largest)
    if len(there) > 1:
        code = np.searchsorted(there, labels.largest)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = compute_confident_joint(code, models.normalised(predicted[:, there]), calibrate=False)
        joint[np.ix_(there, there)] = found + found.T
    shares = []
    for part in (soft, joint, np.broadcast_to(table.mean(axis=0), (count, count)).copy()):
        np.fill_diagonal(part, 0)
        shares.append(part / np.maximum(part.sum(axis=1, keepdims=True), 1e-12))
    mixed = (1 - _PRIOR) * (shares[0] + shares[1]) / 2 + _PRIOR * shares[2]
    total = mixed.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, mixed / np.maximum(total, 1e-12), 1 / count))


def corrupted(table: np.ndarray, moves: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The labels with one class, mostly the largest, moved to another, wholly or in part."""
    n, count = table.shape
    rows = np.arange(n)
    out = table.copy()
    largest = table.argmax(axis=1)
    drawn = (table.cumsum(axis=1) < rng.random((n, 1)) * table.sum(axis=1, keepdims=True)).sum(axis=1)
    source = np.where(rng.random(n) < 0.25, np.minimum(drawn, count - 1), largest)
    target = (moves.cumsum(axis=1)[source] < rng.random((n, 1))).sum(axis=1)
    target = np.minimum(target, count - 1)
    part = np.where(rng.random(n) < _PARTIAL, 0.5 + 0.5 * rng.random(n), 1.0)
    moved = table[rows, source] * part
    out[rows, source] -= moved
    out[rows, target] += moved
    return out


class _Reader:
    """How a label sits beside its predictions: some sixty numbers a sample."""

    def __init__(self, labels: Labels, predicted: models.Predicted, weight: np.ndarray) -> None:
        table, mixed = labels.fractions, predicted.mixed
        self.parts = (*predicted.parts, mixed)
        self.prior = table.mean(axis=0)
        own = (table**2 * weight[:, None]).sum(axis=0)
        got = (mixed * table * weight[:, None]).sum(axis=0)
        self.usual = np.where(own > 0, got / np.maximum(own, 1e-12), 0.0)
        """How much of a class the models find where it is labelled."""
        there = np.unique(labels.largest)
        self.thresholds = np.ones(table.shape[1])
        if len(there) > 1:
            code = np.searchsorted(there, labels.largest)
            found = get_confident_thresholds(code, models.normalised(mixed[:, there]))
            self.thresholds[there] = np.maximum(found, 1e-3)

    def read(self, table: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """Numbers of labels `table`, which stand beside the predictions of `rows` (all); float32."""
        n = len(table)
        at = np.arange(n)
        largest = table.argmax(axis=1)
        share = table[at, largest]
        out = [share, np.log(self.prior[largest] + 1e-6), (table > 0).sum(axis=1), self.usual[largest]]
        parts = [part if rows is None else part[rows] for part in self.parts]
        for part in parts:
            out += _beside(table, part, largest)
        mixed = parts[-1]
        confident = mixed / self.thresholds  # as cleanlab adjusts for classes that models are shy of
        others = confident.copy()
        others[at, largest] = -1
        out += [confident[at, largest], others.max(axis=1), confident[at, largest] - others.max(axis=1)]
        out += [self.usual[(mixed - table).argmax(axis=1)], mixed[at, largest] - self.usual[largest] * share]
        out += [np.abs(parts[0] - part).sum(axis=1) for part in parts[1:-1]]
        return np.stack(out, axis=1).astype(np.float32)


def _beside(table: np.ndarray, part: np.ndarray, largest: np.ndarray) -> Sequence[np.ndarray]:
    n = len(table)
    at = np.arange(n)
    gap = table - part
    over, under = gap.argmax(axis=1), gap.argmin(axis=1)
    move = np.minimum(gap[at, over], -gap[at, under])
    squared = gap**2
    length = np.sqrt((table**2).sum(axis=1) * (part**2).sum(axis=1))
    out = [
        np.abs(gap).sum(axis=1) / 2, squared.sum(axis=1), part[at, largest], gap[at, largest], gap[at, over],
        -gap[at, under], move, part.max(axis=1), -(part * np.log(part + 1e-6)).sum(axis=1),
        -(table * np.log(part + 1e-3)).sum(axis=1), (part * (table == 0)).sum(axis=1),
        (table * part).sum(axis=1) / np.maximum(length, 1e-9),
    ]  # fmt: skip
    for soft in _SOFT:
        # How much nearer one move from the class with too much to that with too little brings the label.
        here = (squared[at, over] / (part[at, over] + soft)) + squared[at, under] / (part[at, under] + soft)
        after = (gap[at, over] - move) ** 2 / (part[at, over] + soft)
        after += (gap[at, under] + move) ** 2 / (part[at, under] + soft)
        out += [here - after, (squared / (part + soft)).sum(axis=1)]
    return out
