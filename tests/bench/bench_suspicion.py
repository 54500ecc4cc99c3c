"""Wrong labels of one class and of several, found by `issues.rank` and by cleanlab with one plain model, in the same run.

Run by `make bench`, or alone: python -m tests.bench.bench_suspicion. One class: a tenth of the labels of scikit-learn's own sets
and of made seasons is changed, to any other class or to one that a forest confuses it with. Mixed: .3 of the area of a tenth
of the made samples is moved from one class to another.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from cleanlab.multilabel_classification import get_label_quality_scores as multilabel_quality
from cleanlab.rank import get_label_quality_scores
from sklearn import datasets
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from explorer.review import issues
from tests.bench import forms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

SEEDS = forms.sized((0, 1), (0,))
N, TREES, ROUNDS = forms.sized((400, 200, 50), (80, 10, 10))
SETS = forms.sized(("digits", "breast_cancer", "wine"), ("wine",))
SHARE = 0.1
MOVED = 0.3
PRESENT = 0.1
"""From this fraction on, a class is one of a sample's labels for cleanlab's multi-label scores."""
LEAST_AHEAD = 0.005
"""Mean average precision above that of the best single baseline; some of these sets are nearly solved, so that more cannot be."""


def seasons(seed: int, classes: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Four bands on 24 dates `(N, 96)`, a tenth of the dates missing, of samples with fractions `(N, classes)`.

    A class has its own start, length and reflectances of the season; each sample its own timing and strength of it.
    """
    rng = np.random.default_rng(seed)
    day = np.linspace(0, 1, 24)
    low, high = rng.uniform(0.05, 0.3, (classes, 4)), rng.uniform(0.2, 0.6, (classes, 4))
    start, length = rng.uniform(0.2, 0.45, (2, classes))
    table = np.zeros((N, classes))
    for row in table:
        there = rng.choice(classes, rng.integers(1, 4), replace=False)
        row[there] = rng.dirichlet(np.full(len(there), 2.0))
    values = np.zeros((N, 24, 4))
    for c in range(classes):
        first = start[c] + 0.03 * rng.normal(size=(N, 1))
        last = first + length[c] * (1 + 0.1 * rng.normal(size=(N, 1)))
        green = 1 / (1 + np.exp(25 * (first - day))) - 1 / (1 + np.exp(25 * (last - day)))
        strength = 1 + 0.15 * rng.normal(size=(N, 1, 1))
        values += table[:, c, None, None] * (low[c] + strength * (high[c] - low[c]) * green[:, :, None])
    values += 0.02 * rng.normal(size=values.shape)
    values[rng.random((N, 24)) < 0.1] = np.nan
    return values.reshape(N, -1), table


def of_one_class() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """(name, features, codes) of each set."""
    for name in SETS:
        values, code = getattr(datasets, f"load_{name}")(return_X_y=True)
        some = np.random.default_rng(7).permutation(len(code))[:N]
        yield name, values[some], code[some]
    values, table = seasons(7)
    yield "seasons", np.nan_to_num(values, nan=float(np.nanmedian(values))), table.argmax(axis=1)


def left_out(model: object, values: np.ndarray, code: np.ndarray, seed: int = 0) -> np.ndarray:
    """Out-of-fold probabilities `(n, classes)`."""
    cut = StratifiedKFold(5, shuffle=True, random_state=seed)
    return np.asarray(cross_val_predict(model, values, code, cv=cut, method="predict_proba"))


def changed(values: np.ndarray, code: np.ndarray, kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes of which a tenth are wrong, and which."""
    rng = np.random.default_rng(seed)
    count = int(code.max()) + 1
    wrong = rng.random(len(code)) < SHARE
    chance = np.ones((count, count))
    if kind == "confusable":
        found = left_out(RandomForestClassifier(TREES, random_state=0), values, code)
        chance = np.stack([found[code == c].mean(axis=0) for c in range(count)]) + 1e-4
    np.fill_diagonal(chance, 0)
    chance /= chance.sum(axis=1, keepdims=True)
    given = code.copy()
    given[wrong] = [rng.choice(count, p=chance[c]) for c in code[wrong]]
    return given, wrong


def by_one_model(values: np.ndarray, given: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Suspicion by cleanlab with each of five plain models, by self-confidence and by normalised margin."""
    models = {
        "forest": RandomForestClassifier(TREES, random_state=seed),
        "extra trees": ExtraTreesClassifier(TREES, random_state=seed),
        "boosting": HistGradientBoostingClassifier(max_iter=ROUNDS, max_leaf_nodes=15, random_state=seed),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)),
        "10 neighbours": make_pipeline(StandardScaler(), KNeighborsClassifier(10, weights="distance")),
    }
    out = {}
    for name, model in models.items():
        found = left_out(model, values, given, seed)
        for method in ("self_confidence", "normalized_margin"):
            out[f"{name}, {method}"] = 1 - get_label_quality_scores(given, found, method=method)
    return out


def moved(table: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fractions of which a tenth have `MOVED` of one class (of at most three, one has it) given to any other; and which."""
    rng = np.random.default_rng(seed)
    out, wrong = table.copy(), np.zeros(len(table), bool)
    wrong[rng.choice(len(table), int(SHARE * len(table)), replace=False)] = True
    for i in np.flatnonzero(wrong):
        source = rng.choice(np.flatnonzero(table[i] >= MOVED))
        target = rng.choice(np.delete(np.arange(table.shape[1]), source))
        out[i, source] -= MOVED
        out[i, target] += MOVED
    return out, wrong


def by_presence(values: np.ndarray, table: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """cleanlab's multi-label scores of which classes are there, and plain distances of fractions."""
    plain = np.nan_to_num(values, nan=float(np.nanmedian(values)))
    there = table >= PRESENT
    found = np.zeros(table.shape)
    for train, test in KFold(5, shuffle=True, random_state=seed).split(plain):
        forest = RandomForestClassifier(TREES, random_state=seed).fit(plain[train], there[train])
        for c, part in enumerate(forest.predict_proba(plain[test])):
            classes = list(forest.classes_[c])
            found[test, c] = part[:, classes.index(True)] if True in classes else 0
    labels = [list(np.flatnonzero(row)) for row in there]
    found = np.clip(found, 1e-4, 1 - 1e-4)
    scaled = StandardScaler().fit_transform(plain)
    near = NearestNeighbors(n_neighbors=11).fit(scaled).kneighbors(scaled, return_distance=False)[:, 1:]
    return {
        "multi-label, softmin": 1
        - multilabel_quality(labels, found, aggregator_kwargs={"method": "softmin", "temperature": 0.1}),
        "multi-label, EMA": 1
        - multilabel_quality(
            labels, found, aggregator_kwargs={"method": "exponential_moving_average", "alpha": 0.8}
        ),
        "10 neighbours' fractions": np.abs(table - table[near].mean(axis=1)).sum(axis=1),
    }


def compared(
    ways: Callable[[], dict[str, np.ndarray]], values: np.ndarray, labels: np.ndarray, wrong: np.ndarray
) -> dict[str, float]:
    """Average precision of every way, and `seconds`: processor seconds of ours."""
    started = time.process_time()
    ours = issues.rank(values, labels)
    seconds = time.process_time() - started
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of plain models that do not converge
        scores = {"ours": ours, **ways()}
    return {
        **{name: float(average_precision_score(wrong, s)) for name, s in scores.items()},
        "seconds": seconds,
    }


def table_of(title: str, found: dict[str, list[dict[str, float]]]) -> tuple[float, float]:
    """Print a row a set, then the means; returns the mean of ours and that of the best single baseline."""
    rows = {name: {k: float(np.mean([r[k] for r in runs])) for k in runs[0]} for name, runs in found.items()}
    names = [k for k in next(iter(rows.values())) if k not in ("ours", "seconds")]
    for name, row in rows.items():
        best = max(names, key=lambda k, row=row: row[k])  # type: ignore[misc]
        print(  # noqa: T201 - a benchmark prints
            f"{title}: {name:14s} ours {row['ours']:.3f} in {row['seconds']:.1f} s of processor, "
            f"best {row[best]:.3f} ({best})"
        )
    means = {k: float(np.mean([row[k] for row in rows.values()])) for k in ("ours", *names)}
    best = max(names, key=lambda k: means[k])
    print(f"{title}: mean {means['ours']:.3f}, best single baseline {means[best]:.3f} ({best})")  # noqa: T201
    forms.ratio(f"{title}: average precision, ours / the best single baseline", means["ours"], means[best])
    return means["ours"], means[best]


@pytest.mark.parametrize("kind", ["uniform", "confusable"])
def test_codes_that_were_changed(kind: str) -> None:
    found: dict[str, list[dict[str, float]]] = {}
    for name, values, code in of_one_class():
        for seed in SEEDS:
            given, wrong = changed(values, code, kind, seed)
            ways = compared(
                lambda values=values, given=given, seed=seed: by_one_model(values, given, seed),  # type: ignore[misc]
                values, given, wrong,
            )  # fmt: skip
            found.setdefault(name, []).append(ways)
    ours, best = table_of(kind, found)
    forms.limit(f"{kind}: mean above the best single baseline's", ours - best, least=LEAST_AHEAD)


def test_fractions_of_which_some_were_moved() -> None:
    found: dict[str, list[dict[str, float]]] = {}
    for seed in SEEDS:
        values, fractions = seasons(100 + seed)
        given, wrong = moved(fractions, seed)
        ways = compared(
            lambda values=values, given=given, seed=seed: by_presence(values, given, seed),  # type: ignore[misc]
            values, given, wrong,
        )  # fmt: skip
        found[f"seasons {seed}"] = [ways]
    ours, best = table_of("mixed", found)
    forms.limit("mixed: mean above the best single baseline's", ours - best, least=LEAST_AHEAD)


def main() -> None:
    """The tables."""
    forms.run(__file__)


if __name__ == "__main__":
    main()
