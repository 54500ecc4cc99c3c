"""What the features say of each label without having seen it: models of different kinds, each predicting what was left out.

Of class codes, three that err differently: extremely randomised trees (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1),
a linear discriminant with shrunk covariance (Ledoit & Wolf 2004, doi:10.1016/S0047-259X(03)00096-4), and ridge
regression on a Laplacian kernel; their mean is taken. Of mixed labels, trees and three ridge regressions (on a line, a
Gaussian and a Laplacian kernel) of the roots of fractions (the Hellinger transformation of Legendre & Gallagher 2001,
doi:10.1007/s004420100716), so that small parts of a sample count too, mixed by least squares. Ridges answer leave-one-out
in closed form (Rasmussen & Williams 2006, section 5.4.2), the others by folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from joblib import Parallel, cpu_count, delayed
from scipy import linalg, optimize
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

EXACT = 1500
"""Up to so many samples kernels are exact; beyond, this many of them are landmarks (Nyström)."""
PARALLEL_ROWS = 2000
"""With fewer samples, processes would take longer to start than they save."""
_TREE_ROWS = 20_000  # a tree sees at most
_FOLDS = 10  # of classifiers: where samples are few, each that a fold leaves out is missed
_MANY_ROWS = 5000
_LAMBDAS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_GAMMAS = (0.3, 1.0, 2.0)
_Metric = Literal["sqeuclidean", "cityblock"]
GAUSSIAN: _Metric = "sqeuclidean"
LAPLACIAN: _Metric = "cityblock"
_CHUNK = 10_000
_LEAST_WEIGHT = 0.02


@dataclass(frozen=True, slots=True)
class Predicted:
    """What each model predicts for each sample without its label: `(n, classes)` each; `mixed` is their best mix."""

    parts: tuple[np.ndarray, ...]
    mixed: np.ndarray
    weights: np.ndarray


def predict(
    values: np.ndarray,
    scaled: np.ndarray,
    targets: np.ndarray,
    weight: np.ndarray,
    seed: int,
    *,
    thorough: bool = True,
) -> Predicted:
    """Out-of-sample predictions of fractions `targets` `(n, classes)`; `weight` `(n,)` is how far each label is believed.

    Trees see `values`, ridges the same `scaled`.
    """
    roots = np.sqrt(targets)
    parts = tuple(
        normalised(np.clip(part, 0, None) ** 2)
        for part in (
            forest(values, roots, weight, seed, thorough),
            *ridges(scaled, roots, weight, seed),
        )
    )
    share = mixture(parts, targets, weight)
    mixed = np.zeros_like(parts[0])
    for w, part in zip(share, parts, strict=True):
        mixed += w * part
    return Predicted(parts, mixed, share)


def classified(
    values: np.ndarray, scaled: np.ndarray, code: np.ndarray, count: int, weight: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Out-of-fold probabilities `(n, count)` of class codes `(n,)`: trees on `values`, a discriminant on `scaled`.

    `weight` `(n,)` is how far trees believe each label; the discriminant takes all alike.
    """
    n = len(values)
    folding = folds(code, _FOLDS if n <= _MANY_ROWS else 5, seed)
    trees = ExtraTreesClassifier(
        200, random_state=seed,
        bootstrap=n > _TREE_ROWS, max_samples=_TREE_ROWS if n > 1.3 * _TREE_ROWS else None,
    )  # fmt: skip
    line = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    believed = np.maximum(weight, _LEAST_WEIGHT)
    every = range(int(folding.max()) + 1)
    found = []
    for learner, seen, share in ((trees, values, believed), (line, scaled, None)):
        calls = [(learner, seen, code, count, share, folding, k) for k in every]
        out = np.empty((n, count))
        for k, part in enumerate(in_processes(_probabilities, calls, n)):
            out[folding == k] = part
        found.append(out)
    return found[0], found[1]


def _probabilities(
    learner: Any, values: np.ndarray, code: np.ndarray, count: int, weight: np.ndarray | None, fold: np.ndarray, k: int
) -> np.ndarray:  # fmt: skip
    """What a classifier that saw the other folds says of fold `k`, a column for each of `count` classes."""
    train, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
    out = np.zeros((len(test), count))
    learner = clone(learner)
    if weight is None:
        if (
            len(train) > _TREE_ROWS
        ):  # as many as a tree sees; folds go round within classes, so all are among them
            train = np.sort(np.random.default_rng(k).choice(train, _TREE_ROWS, replace=False))
        learner.fit(values[train], code[train])
    else:
        learner.fit(values[train], code[train], sample_weight=weight[train])
    for start in range(0, len(test), _CHUNK):
        rows = test[start : start + _CHUNK]
        out[start : start + _CHUNK, learner.classes_] = learner.predict_proba(values[rows])
    return out


def normalised(values: np.ndarray) -> np.ndarray:
    """Not negative, rows that sum to 1."""
    values = np.clip(values, 0, None)
    total = values.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 1e-9, values / np.maximum(total, 1e-9), 1 / values.shape[1]))


def folds(largest: np.ndarray, count: int, seed: int) -> np.ndarray:
    """A fold for each sample `(n,)`, classes spread evenly over them."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(largest))
    order = shuffled[np.argsort(largest[shuffled], kind="stable")]
    fold = np.empty(len(largest), np.int64)
    fold[order] = (np.arange(len(largest)) + int(rng.integers(count))) % count
    return fold


def forest(
    values: np.ndarray, targets: np.ndarray, weight: np.ndarray, seed: int, thorough: bool = True
) -> np.ndarray:
    """Out-of-fold fractions of extremely randomised trees."""
    n = len(values)
    count = 8 if n <= 400 and thorough else 5
    fold = folds(targets.argmax(axis=1), count, seed)
    out = np.empty(targets.shape)
    trees = 120 if thorough else 60
    leaf = 1 if n <= _MANY_ROWS else 2
    share = max(0.3, min(1.0, 3 / values.shape[1]))
    trained = ExtraTreesRegressor(
        trees, min_samples_leaf=leaf, max_features=share,
        bootstrap=n > _TREE_ROWS, max_samples=_TREE_ROWS if n > 1.3 * _TREE_ROWS else None,
    )  # fmt: skip
    believed = np.maximum(weight, _LEAST_WEIGHT)
    parts = in_processes(
        _left_out, [(trained, values, targets, believed, fold, k, seed + k) for k in range(count)], n
    )
    for k, part in enumerate(parts):
        out[fold == k] = part
    return out


def _left_out(
    forest: ExtraTreesRegressor, values: np.ndarray, targets: np.ndarray, weight: np.ndarray, fold: np.ndarray, k: int, seed: int
) -> np.ndarray:  # fmt: skip
    """What trees that saw the other folds say of fold `k`."""
    train, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
    forest = clone(forest).set_params(random_state=seed)
    forest.fit(values[train], targets[train], sample_weight=weight[train])
    parts = [forest.predict(values[test[i : i + _CHUNK]]) for i in range(0, len(test), _CHUNK)]
    return np.concatenate(parts).reshape(len(test), -1)


def in_processes(
    work: Callable[..., np.ndarray], calls: Sequence[tuple[Any, ...]], rows: int
) -> list[np.ndarray]:
    """Results of calls in order, of many `rows` on all cores: the same digits either way.

    Not in threads: scikit-learn's change the warning filters of all of Python, and leave them empty when they meet.
    """
    if rows < PARALLEL_ROWS:
        return [work(*call) for call in calls]
    return list(Parallel(n_jobs=min(len(calls), cpu_count()))(delayed(work)(*call) for call in calls))


def ridges(
    scaled: np.ndarray,
    targets: np.ndarray,
    weight: np.ndarray,
    seed: int,
    *,
    kernels: Sequence[_Metric] = (GAUSSIAN, LAPLACIAN),
    line: bool = True,
) -> tuple[np.ndarray, ...]:
    """Ridge regression on each of `kernels`, then on a line, each sample predicted without itself."""
    n = len(scaled)
    if n <= EXACT:
        some = np.arange(n)
    else:
        some = np.sort(np.random.default_rng(seed).choice(n, EXACT, replace=False))
    own = scaled[some].astype(np.float64)
    ground = folds(targets.argmax(axis=1), 5, seed) if n > EXACT else None
    found = []
    for metric in kernels:
        near = cdist(own, own, metric)
        near /= max(float(np.median(near)), 1e-9)
        best = _tuned([np.exp(-g * near) for g in _GAMMAS], targets[some], weight[some])
        if ground is None:
            found.append(best[2])
        else:
            radial = _radial(own, metric, _GAMMAS[best[0]])
            found.append(_landmarks(radial, scaled, targets, weight, ground, best[1]))
    if not line:
        return tuple(found)
    best = _tuned([own @ own.T / own.shape[1]], targets[some], weight[some])
    if ground is None:
        return (*found, best[2])

    def straight(x: np.ndarray) -> np.ndarray:
        return x.astype(np.float64) / np.sqrt(own.shape[1])

    return (*found, _landmarks(straight, scaled, targets, weight, ground, best[1]))


def _radial(own: np.ndarray, metric: _Metric, gamma: float) -> Callable[[np.ndarray], np.ndarray]:
    """Coordinates in the space that landmarks `own` span, in which inner products are the kernel's (Nyström)."""
    near = cdist(own, own, metric)
    gamma /= max(float(np.median(near)), 1e-9)
    factor = linalg.cholesky(np.exp(-gamma * near) + 1e-6 * np.eye(len(own)), lower=True)

    def coordinates(x: np.ndarray) -> np.ndarray:
        near = np.exp(-gamma * cdist(x, own, metric))
        return np.asarray(linalg.solve_triangular(factor, near.T, lower=True).T)

    return coordinates


def _tuned(
    kernels: list[np.ndarray], targets: np.ndarray, weight: np.ndarray
) -> tuple[int, float, np.ndarray]:
    """(kernel, ridge, predictions) with the least weighted leave-one-out error."""
    middle = np.average(targets, axis=0, weights=weight)
    root = np.sqrt(np.maximum(weight, _LEAST_WEIGHT))
    found: tuple[float, int, float, np.ndarray] | None = None
    for i, kernel in enumerate(kernels):
        # With weights W, (K + ridge W^-1)^-1 = W^1/2 (W^1/2 K W^1/2 + ridge)^-1 W^1/2.
        values, vectors = np.linalg.eigh(root[:, None] * kernel * root[None])
        turned = vectors.T @ (root[:, None] * (targets - middle))
        for ridge in _LAMBDAS:
            inverse = 1 / (np.maximum(values, 0) + ridge)
            diagonal = (vectors**2 @ inverse) * root**2
            left_out = targets - (root[:, None] * (vectors @ (inverse[:, None] * turned))) / diagonal[:, None]
            error = float(np.average(((targets - left_out) ** 2).sum(axis=1), weights=weight))
            if found is None or error < found[0]:
                found = (error, i, ridge, left_out)
    assert found is not None
    return found[1], found[2], found[3]


def _landmarks(
    coordinates: Callable[[np.ndarray], np.ndarray],
    scaled: np.ndarray,
    targets: np.ndarray,
    weight: np.ndarray,
    fold: np.ndarray,
    ridge: float,
) -> np.ndarray:
    """Out-of-fold ridge regression on coordinates `(n, m)`: sums of products for each fold, then one solution a fold."""
    count = int(fold.max()) + 1
    middle = np.average(targets, axis=0, weights=np.maximum(weight, _LEAST_WEIGHT))
    root = np.sqrt(np.maximum(weight, _LEAST_WEIGHT))[:, None]
    size = coordinates(scaled[:1]).shape[1]
    gram, cross = np.zeros((count, size, size)), np.zeros((count, size, targets.shape[1]))
    for start in range(0, len(scaled), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(scaled)))
        own = coordinates(scaled[rows]) * root[rows]
        wanted = (targets[rows] - middle) * root[rows]
        for k in range(count):
            mine = fold[rows] == k
            gram[k] += own[mine].T @ own[mine]
            cross[k] += own[mine].T @ wanted[mine]
    whole, sums = gram.sum(axis=0), cross.sum(axis=0)
    solved = [
        linalg.solve(whole - gram[k] + ridge * np.eye(size), sums - cross[k], assume_a="pos")
        for k in range(count)
    ]
    out = np.empty(targets.shape)
    for start in range(0, len(scaled), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(scaled)))
        own = coordinates(scaled[rows])
        for k in range(count):
            mine = fold[rows] == k
            out[rows[mine]] = middle + own[mine] @ solved[k]
    return out


def mixture(parts: Sequence[np.ndarray], targets: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Shares of the models, not negative, sum 1, with the least weighted squared error `(models,)`."""
    rows = np.linspace(0, len(targets) - 1, min(len(targets), 20_000)).astype(int)
    root = np.sqrt(np.maximum(weight[rows], _LEAST_WEIGHT))[:, None]
    columns = np.stack([(part[rows] * root).ravel() for part in parts], axis=1)
    strong = 1e3 * np.sqrt(len(rows))  # holds the sum to 1
    design = np.vstack([columns, np.full(len(parts), strong)])
    share, _ = optimize.nnls(design, np.append((targets[rows] * root).ravel(), strong))
    return np.asarray(share / share.sum())
