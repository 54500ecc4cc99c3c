"""How early planted errors come in the queue: random order, cleanlab with a forest, nearest neighbours, and ours.

Run by `make bench`, or alone: python -m tests.bench.bench_review. Features are read by
`analysis.features` and kept in pytest's cache folder; the first run makes them, some minutes a seed. Seeds 101 and 102
served for tuning and are not among those reported.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cleanlab.rank import get_label_quality_scores
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import KFold
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from explorer.analysis import features
from explorer.demo import open_demo
from explorer.review import issues
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

SEEDS = forms.sized((0, 1, 2, 3, 4), (0,))
N, COUNT, PART = forms.sized((600, 1000, 50), (24, 40, 12))
"""Of the `COUNT` samples of each demo corpus the first `N` are looked at, `PART` at a time."""
TOP = 0.15
LEAST_PRECISION, LEAST_IN_TOP = 0.80, 0.80


def _part(seed: int, start: int) -> pd.DataFrame:
    corpus = open_demo(seed=seed, count=COUNT)
    try:
        return features.table(corpus, corpus.samples.index[start : start + PART])
    finally:
        corpus.close()


def planted(seed: int, kept: Path) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Features, fractions as labelled `(N, 44)`, and which labels are wrong."""
    corpus = open_demo(seed=seed, count=COUNT)
    ids = corpus.samples.index[:N]
    path = kept / f"features-{features.VERSION}-{seed}-{N}.parquet"
    if not path.exists():
        with ProcessPoolExecutor() as pool:
            parts = list(pool.map(_part, [seed] * len(range(0, N, PART)), range(0, N, PART)))
        pd.concat(parts).to_parquet(path)
    labels = corpus.index.fractions.align(ids).matrix.toarray()
    wrong = ids.isin(corpus.store.truth().index)
    corpus.close()
    return pd.read_parquet(path).loc[ids], labels, np.asarray(wrong)


def by_forest(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Plain cleanlab: out-of-fold probabilities of a forest for the largest class, self-confidence."""
    codes, code = np.unique(labels.argmax(axis=1), return_inverse=True)
    found = np.zeros((len(code), len(codes)))
    for train, test in KFold(5, shuffle=True, random_state=0).split(values):
        forest = RandomForestClassifier(200, random_state=0, n_jobs=1).fit(values[train], code[train])
        found[np.ix_(test, forest.classes_)] = forest.predict_proba(values[test])
    return np.asarray(1 - get_label_quality_scores(code, np.clip(found, 1e-6, 1)))


def by_neighbours(values: np.ndarray, labels: np.ndarray, k: int = 10) -> np.ndarray:
    """Distance of a label's fractions from the mean of the nearest samples' fractions."""
    near = NearestNeighbors(n_neighbors=k + 1).fit(values).kneighbors(values, return_distance=False)[:, 1:]
    return np.asarray(np.abs(labels - labels[near].mean(axis=1)).sum(axis=1))


def measures(scores: np.ndarray, wrong: np.ndarray) -> tuple[float, float]:
    """Average precision, and the share of wrong labels in the first `TOP` of the queue."""
    first = np.argsort(-scores, kind="stable")[: int(np.ceil(TOP * len(scores)))]
    return float(average_precision_score(wrong, scores)), float(wrong[first].sum() / wrong.sum())


def compared(values: pd.DataFrame, labels: np.ndarray, wrong: np.ndarray) -> dict[str, tuple[float, float]]:
    """Every way of ranking, measured on one corpus."""
    plain = values.fillna(values.median()).fillna(0).to_numpy()
    scaled = StandardScaler().fit_transform(plain)
    ways = {
        "random": np.random.default_rng(0).random(len(wrong)),
        "cleanlab + forest": by_forest(plain, labels),
        "nearest neighbours": by_neighbours(scaled, labels),
        "ours": issues.rank(values, labels),
    }
    return {name: measures(scores, wrong) for name, scores in ways.items()}


def told(line: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def table(found: dict[int, dict[str, tuple[float, float]]]) -> None:
    """Average precision / share in the first 15 %, a row a seed, then the means."""
    names = list(next(iter(found.values())))
    told("\n" + "seed".ljust(6) + "".join(name.rjust(22) for name in names))
    for seed, row in found.items():
        told(str(seed).ljust(6) + "".join(f"{row[n][0]:.3f} / {row[n][1]:.2f}".rjust(22) for n in names))
    means = {n: np.mean([row[n] for row in found.values()], axis=0) for n in names}
    told("mean".ljust(6) + "".join(f"{means[n][0]:.3f} / {means[n][1]:.2f}".rjust(22) for n in names))
    best = max(means[n][0] for n in names if n != "ours")
    forms.ratio("average precision, ours / the best of the others", float(means["ours"][0]), float(best))


def test_planted_errors_come_first(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    # The short form makes its few features anew: kept ones would hide that they can no longer be made.
    kept = tmp_path if forms.SHORT else Path(pytestconfig.cache.mkdir("review-features"))
    found = {seed: compared(*planted(seed, kept)) for seed in SEEDS}
    table(found)
    for seed, row in found.items():
        others = [row[name][0] for name in row if name != "ours"]
        forms.limit(f"seed {seed}, ours / the best of the others", row["ours"][0] / max(others), least=1)
    precision, in_top = np.mean([row["ours"] for row in found.values()], axis=0)
    forms.limit("average precision", precision, least=LEAST_PRECISION)
    forms.limit("share of errors in the first of the queue", in_top, least=LEAST_IN_TOP)


def main() -> None:
    """The one table."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
