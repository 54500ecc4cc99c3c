"""Suspicion from features and labels: it finds what was made wrong, says where it cannot, and never depends on luck."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import average_precision_score

from explorer.core.errors import InvalidQueryError
from explorer.review import change_evidence, detector, issues, models, prepare

N = 160


def blobs(
    seed: int = 0, n: int = N, classes: int = 3, noise: float = 0.1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features with heavy tails, holes and columns that tell nothing; codes, some flipped; which were."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, classes, n)
    x = rng.normal(size=(n, 8))
    x[:, :3] += 3.2 * np.eye(classes, 3)[true]
    x[:, 3] = rng.standard_cauchy(n) * 1e3
    x[rng.random(x.shape) < 0.05] = np.nan
    x = np.column_stack([x, np.full(n, np.nan), np.ones(n), np.where(rng.random(n) < 0.1, np.inf, 0.0)])
    flipped = rng.random(n) < noise
    given = np.where(flipped, (true + rng.integers(1, classes, n)) % classes, true)
    return x, given, flipped


@pytest.fixture(scope="module")
def judged() -> tuple[np.ndarray, np.ndarray, np.ndarray, issues.Judgement]:
    x, given, flipped = blobs()
    return x, given, flipped, issues.judge(x, given + 100)


def test_flipped_codes_come_first(judged) -> None:
    _, _, flipped, found = judged
    assert average_precision_score(flipped, found.scores) > 0.75
    assert found.scores.dtype == np.float64
    assert found.scores.shape == flipped.shape
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert 0.03 < found.rate < 0.25


def test_what_is_suggested_is_mostly_the_truth(judged) -> None:
    _, given, flipped, found = judged
    assert (found.suggested_class != given + 100)[flipped].mean() > 0.7
    assert np.allclose(found.suggested.sum(axis=1), 1)
    assert "labelled" in found.why(int(found.scores.argmax()))
    assert list(found.table().columns) == ["suspicion", "verdict", "labelled", "suggested", "change", "why"]


def test_the_same_seed_gives_the_same_scores_for_text_and_codes(judged) -> None:
    x, given, _, found = judged
    names = np.array(["birch", "oak", "pine"])[given]
    assert np.array_equal(issues.rank(pd.DataFrame(x), names), found.scores)


def test_processes_give_the_same_scores_and_leave_the_warnings_alone(
    judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, given, _, found = judged
    monkeypatch.setattr(models, "PARALLEL_ROWS", 1)
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert np.array_equal(issues.rank(x, given), found.scores)
    assert not said
    assert warnings.filters == before


def test_fractions_that_were_swapped_come_first() -> None:
    rng = np.random.default_rng(1)
    table = rng.dirichlet([0.4] * 4, N)
    x = table @ rng.normal(size=(4, 12)) + 0.1 * rng.normal(size=(N, 12))
    wrong = rng.random(N) < 0.1
    table[wrong] = np.roll(table[wrong], 1, axis=1)
    scores = issues.rank(x, 100 * table)
    assert average_precision_score(wrong, scores) > 0.75


def test_a_rare_class_cannot_be_judged_and_says_so() -> None:
    x, given, _ = blobs(2, n=100, classes=2)
    given[:4] = 9
    found = issues.judge(x, given)
    assert found.cannot_judge[:4].all()
    assert not found.cannot_judge[4:].any()
    assert np.allclose(found.scores[:4], found.scores[4:].mean())
    assert "fewer than 10 samples of class 9" in found.why(0)


@pytest.mark.parametrize("count", [0, 1, 12, 50])
def test_one_class_or_too_few_samples_are_no_evidence(count: int) -> None:
    x = np.random.default_rng(0).normal(size=(count, 4))
    labels = np.zeros(count, np.int16) if count > 12 else np.arange(count) % 2
    found = issues.judge(x, labels)
    assert found.cannot_judge.all()
    assert (found.scores == 0).all()


@pytest.mark.parametrize("why", ["fewer than 10 samples of class 1", "none of its features is known"])
def test_one_class_that_is_left_has_nothing_to_be_compared_with(why: str) -> None:
    x, given = np.random.default_rng(0).normal(size=(80, 4)), np.zeros(80, np.int16)
    if why.startswith("fewer"):
        given[:9] = 1
    else:
        given[:30], x[:30] = 1, np.nan
    found = issues.judge(x, given)
    assert found.cannot_judge.all()
    assert (found.scores == 0).all()
    assert why in found.why(0)
    assert "are of its class: there is nothing to compare it with" in found.why(79)


def test_mixed_labels_of_one_largest_class_are_still_compared() -> None:
    # The other class is there in their fractions, though the samples of which it is the largest have no features.
    rng = np.random.default_rng(0)
    share = np.concatenate([rng.uniform(0.55, 0.95, 80), np.full(20, 0.2)])
    x = np.column_stack([share, share**2]) + rng.normal(0, 0.01, (100, 2))
    x[80:] = np.nan
    table = np.column_stack([share, 1 - share])
    table[0] = (0.95, 0.05) if share[0] < 0.75 else (0.55, 0.45)
    found = issues.judge(x, table)
    assert not found.cannot_judge[:80].any()
    assert found.cannot_judge[80:].all()
    assert np.isfinite(found.scores).all()
    assert found.scores[0] > np.median(found.scores[:80])


def test_features_that_tell_nothing_do_no_harm() -> None:
    given = np.arange(60) % 2
    scores = issues.rank(np.full((60, 3), np.nan), given)
    assert np.isfinite(scores).all()
    assert issues.judge(np.full((60, 3), np.nan), given).cannot_judge.all()
    assert np.isfinite(issues.rank(np.ones((60, 2)), given)).all()


@pytest.mark.parametrize(
    ("features", "labels", "words"),
    [
        (np.zeros((5, 2)), np.zeros(4), "4 labels for 5 rows"),
        (np.zeros((5, 2, 2)), np.zeros(5), "3 dimensions"),
        ([["a"], ["b"]], [1, 2], "table of numbers"),
        (np.zeros((2, 2)), [[0.5, -0.5], [1, 0]], "not negative"),
        (np.zeros((2, 2)), [1.0, np.nan], "label 1 is missing"),
    ],
)
def test_what_does_not_fit_together_is_named(features, labels, words: str) -> None:
    with pytest.raises(InvalidQueryError, match=words):
        issues.rank(features, labels)


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        (np.zeros((60, 2, 2)), r"class codes \(n,\) or fractions"),
        ([["much", "little"]] * 60, "fractions must be numbers"),
        (np.full((60, 2), -0.5), "finite and not negative"),
    ],
)
def test_labels_of_another_shape_are_refused(labels: Any, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        issues.rank(np.ones((60, 2)), labels)


def test_tables_are_understood_as_people_have_them() -> None:
    x, given, _ = blobs(classes=2)
    expected = issues.rank(x[:, :1], given)
    assert np.array_equal(issues.rank(x[:, 0], given), expected)  # one feature
    assert np.array_equal(issues.rank(x[:, :1], given[:, None]), expected)  # labels as a column
    # Fractions in a table name their classes.
    share = pd.DataFrame({211: 0.7 - 0.4 * given, 311: 0.3 + 0.4 * given})
    assert issues.judge(x, share).classes.tolist() == [211, 311]


def test_lasting_change_speaks_for_itself() -> None:
    rng = np.random.default_rng(3)
    n = 200
    change = rng.laplace(size=(n, 3))
    change[:6] -= 12
    change[6:12] += 12
    change[rng.random((n, 3)) < 0.05] = np.nan
    probability, loss = change_evidence.of_change(change)
    assert probability[:6].min() > 0.8
    assert probability[6:].max() < 0.5
    assert 3 < probability.sum() < 9
    assert loss[:6].min() > loss[12:].max()


@pytest.mark.parametrize("count", [0, 59, 200])
def test_without_measured_change_nothing_changed(count: int) -> None:
    for change in (np.zeros((count, 0)), np.full((count, 2), np.nan), np.ones((count, 2))):
        assert not change_evidence.of_change(change)[0].any()


def test_where_hardly_any_value_differs_none_is_out_of_the_usual() -> None:
    values = np.zeros(100)
    values[:5] = 9  # fewer than a tenth: nothing says how the usual ones thin out
    assert (change_evidence.in_the_tail(values) == 0).all()
    values[:25] = np.arange(25)
    assert change_evidence.in_the_tail(values).max() > 0


def test_a_line_is_fitted_to_as_many_rows_as_a_tree_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Counting(LinearDiscriminantAnalysis):
        def fit(self, values: np.ndarray, code: np.ndarray) -> Counting:
            seen.append(np.bincount(code).tolist())
            return super().fit(values, code)

    x = np.random.default_rng(0).normal(size=(300, 2))
    code, fold = np.arange(300) % 3, np.arange(300) // 3 % 5
    x[:, 0] += code
    for rows in (1000, 100):
        monkeypatch.setattr(models, "_TREE_ROWS", rows)
        found = models._probabilities(Counting(), x, code, 3, None, fold, 0)
        assert found.shape == (60, 3)
        assert found.sum(axis=1) == pytest.approx(np.ones(60))
    assert sum(seen[0]) == 240
    assert sum(seen[1]) == 100
    assert min(seen[1]) > 20


def test_leave_one_out_is_what_leaving_one_out_gives() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(40, 3)).astype(np.float32)
    targets = np.eye(2)[(x[:, 0] > 0).astype(int)]
    weight = rng.uniform(0.2, 1, 40)
    kernel = x @ x.T / 3
    _, ridge, left_out = models._tuned([kernel], targets, weight)
    middle = np.average(targets, axis=0, weights=weight)
    keep = np.arange(40) != 7
    inner = kernel[np.ix_(keep, keep)] + ridge * np.diag(1 / weight[keep])
    expected = middle + kernel[7, keep] @ np.linalg.solve(inner, targets[keep] - middle)
    assert np.allclose(left_out[7], expected, atol=1e-6)


def test_landmarks_come_near_to_what_all_samples_give(monkeypatch: pytest.MonkeyPatch) -> None:
    x, given, _ = blobs(5, n=400)
    scaled = prepare.scaled(prepare.filled(prepare.matrix(x)[0]))
    targets, weight = np.eye(3)[given], np.ones(400)
    exact = models.ridges(scaled, targets, weight, 0)
    monkeypatch.setattr(models, "EXACT", 300)
    near = models.ridges(scaled, targets, weight, 0)
    for one, other in zip(exact, near, strict=True):
        assert np.abs(one - other).mean() < 0.06


def test_codes_are_predicted_without_themselves_and_classes_keep_their_columns() -> None:
    x, given, flipped = blobs(6)
    filled = prepare.filled(prepare.matrix(x)[0])
    code = np.array([0, 2, 3])[given]  # no sample has class 1
    ways = models.classified(prepare.tame(filled), prepare.scaled(filled), code, 4, np.ones(N), 0)
    for found in ways:
        assert found.shape == (N, 4)
        assert np.allclose(found.sum(axis=1), 1)
        assert not found[:, 1].any()
        # Trees that had seen a flipped label would give it back.
        assert (found[flipped].argmax(axis=1) == code[flipped]).mean() < 0.2
        assert (found[~flipped].argmax(axis=1) == code[~flipped]).mean() > 0.85


def test_doubt_is_half_self_confidence_and_half_margin() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.2, 0.8, 0.0], [1.0, 0.0, 0.0]])
    # (1 - own)/2 + (1 - own + best other)/4
    expected = [0.15 + (0.3 + 0.2) / 4, 0.4 + (0.8 + 0.8) / 4, 0.0]
    assert np.allclose(issues._doubt(probabilities, np.array([0, 0, 0])), expected)


def test_hard_fractions_are_judged_as_codes_are(judged) -> None:
    x, given, _, found = judged
    table = np.zeros((N, 5))
    table[:, [0, 2, 4]] = np.eye(3)[given]
    by_fractions = issues.judge(x, table, classes=[1, 2, 3, 4, 5])
    assert np.array_equal(by_fractions.scores, found.scores)
    assert not by_fractions.suggested[:, [1, 3]].any()


def test_fractions_that_are_improbable_beside_what_is_usual_raise_a_suspicion_and_never_lower_one() -> None:
    rng = np.random.default_rng(8)
    n = 400
    predicted = np.column_stack([rng.dirichlet([3, 3], n) * 0.6, np.full(n, 0.398), np.full(n, 0.002)])
    table = predicted + 0.01 * rng.normal(size=(n, 4))
    confused = 0.25 * rng.normal(size=n)  # nobody tells the first two classes apart
    table[:, 0] += confused
    table[:, 1] -= confused
    table[:10, 2] -= 0.3
    table[:10, 3] += 0.3
    labels = prepare.Labels(np.clip(table, 0, 1), np.arange(4), False, np.ones(4, bool))
    wrong = np.full(n, 0.05)
    wrong[20] = 0.9
    found = detector.with_misfit(wrong, labels, predicted)
    assert (found >= wrong).all()
    assert found[:10].min() > 0.6
    assert np.delete(found, np.r_[:10, 20]).max() < found[:10].min()


def test_misfit_is_the_largest_residual_beside_what_is_usual_in_a_class() -> None:
    predicted = np.array([[0.5, 0.5, 0.0], [0.9, 0.1, 0.0]])
    table = np.array([[0.5, 0.5, 0.0], [0.6, 0.1, 0.3]])
    usual = 0.3 * np.array([0.045, 0.0, 0.045])  # of the mean squared residual of each class
    expected = 0.09 / (usual[2] + 0.0004)  # of class 0, which is predicted .9, less: .09 / (.09 + ...)
    assert np.allclose(detector.misfit(table, predicted, np.ones(2)), [0, expected])


def test_probabilities_are_moved_to_the_share_they_imply() -> None:
    even = np.r_[np.full(10, 0.99), np.full(190, 0.02)]
    found = detector.with_prior(even)
    assert 0.02 < found.mean() < 0.08
    assert (np.diff(found) <= 0).all()
