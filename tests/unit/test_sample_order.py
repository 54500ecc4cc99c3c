"""Samples in order: what each order means, what is last, and why one cannot be had."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review import sample_order, score
from explorer.review.sample_order import ordered, unavailable


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    found = open_demo(count=300)
    yield found
    found.close()


@pytest.fixture
def rows(demo: Corpus) -> np.ndarray:
    return np.flatnonzero(demo.samples["clc"].to_numpy() > 0)[::-1]


def test_purity_and_class(demo: Corpus, rows: np.ndarray) -> None:
    fraction, codes = demo.samples["fraction"].to_numpy(), demo.samples["clc"].to_numpy()
    pure = ordered(demo, rows, "purity").rows
    assert sorted(pure) == sorted(rows)
    assert (np.diff(fraction[pure]) <= 0).all()
    assert (np.diff(fraction[ordered(demo, rows, "purity", reverse=True).rows]) >= 0).all()
    by_class = ordered(demo, rows, "class").rows
    assert (np.diff(codes[by_class]) >= 0).all()
    same = codes[by_class][1:] == codes[by_class][:-1]
    assert (np.diff(fraction[by_class])[same] <= 0).all()


def test_what_is_not_known_is_last_both_ways(demo: Corpus, rows: np.ndarray) -> None:
    ids = demo.samples.index[rows]
    demo.extras = pd.DataFrame({"suspicion": [0.2, 0.9], "change": [0.7, 0.1]}, index=ids[[4, 7]])
    try:
        assert list(ordered(demo, rows, "suspicion").rows[:2]) == list(rows[[7, 4]])
        assert list(ordered(demo, rows, "suspicion", reverse=True).rows[:2]) == list(rows[[4, 7]])
        assert list(ordered(demo, rows, "change").rows[:2]) == list(rows[[4, 7]])
        rest = [i for i in range(len(rows)) if i not in (4, 7)]
        assert list(ordered(demo, rows, "suspicion").rows[2:]) == list(rows[rest])
    finally:
        demo.extras = None


def test_chance_is_a_sample_s_own_in_every_set(demo: Corpus, rows: np.ndarray) -> None:
    whole = list(ordered(demo, rows, "random", seed=3).rows)
    some = list(ordered(demo, rows[::2], "random", seed=3).rows)
    assert [row for row in whole if row in set(some)] == some
    assert whole != list(ordered(demo, rows, "random", seed=4).rows)


def test_similar_labels_differ_in_a_small_share_of_the_cell(demo: Corpus, rows: np.ndarray) -> None:
    like = str(demo.samples.index[rows[5]])
    found = ordered(demo, rows, "similarity", like=like)
    assert found.rows[0] == rows[5]
    assert like in found.how
    assert "label" in found.how
    dense = demo.index.fractions.matrix.toarray()
    away = np.abs(dense[found.rows] - dense[rows[5]]).sum(axis=1) / 2
    assert (np.diff(away) >= -1e-6).all()
    straight = sample_order.label_distance(demo, rows, int(rows[5]))
    np.testing.assert_allclose(straight, np.abs(dense[rows] - dense[rows[5]]).sum(axis=1) / 2, atol=1e-6)


def test_measured_samples_are_compared_by_their_features(
    demo: Corpus, rows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = demo.samples.index[rows[:60]]
    values = np.random.default_rng(0).normal(size=(60, 40))
    values[1] = values[0] + 0.01
    values[2, :5] = np.nan
    table = sample_order.components(pd.DataFrame(values, index=ids))
    assert table.shape == (60, 24)
    assert np.isfinite(table.to_numpy()).all()
    monkeypatch.setattr(sample_order, "_features_of", lambda _corpus: table)
    found = ordered(demo, rows, "similarity", like=str(ids[0]))
    assert list(found.rows[:2]) == list(rows[:2])
    assert set(found.rows[:60]) == set(rows[:60])
    assert f"{len(rows) - 60} without features last" in found.how


def test_an_order_that_cannot_be_had_says_why(demo: Corpus, rows: np.ndarray) -> None:
    assert set(unavailable(demo)) == {"suspicion", "change", "similarity", "disagreement"}
    assert "similarity" not in unavailable(demo, str(demo.samples.index[0]))
    for order, why in (("suspicion", "explorer score"), ("change", "explorer score"), ("similarity", "no sample is open"), ("size", "no order")):  # fmt: skip
        with pytest.raises(InvalidQueryError, match=why):
            ordered(demo, rows, order)


def test_scores_bring_the_evidence_of_change(demo: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = demo.samples.index[:2]
    frame = pd.DataFrame(
        {"suspicion": [0.5, 0.4], "verdict": ["", "cannot judge"], "change": [0.8, 0.9]}, index=ids
    )
    monkeypatch.setattr(score, "read", lambda _into: frame)
    try:
        assert score.show(demo)
        assert {"suspicion", "change"} <= demo.filter_table.offers
        assert demo.filter_table.change[0] == pytest.approx(0.8)
        assert np.isnan(demo.filter_table.change[1])  # what cannot be judged says nothing
    finally:
        demo.extras = None
