"""Suspicion with opinions as further evidence: what they add on the demo's planted errors, how they are told, and that nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from explorer.core.corine import codes
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review import issues, score
from explorer.review.issues import Heard, Judgement

N = 300
GOOD, CONFUSED = "made-up-good", "made-up-confused"


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=N, seed=7)
    yield found
    found.close()


def truth(corpus: Corpus) -> np.ndarray:
    return np.asarray(corpus.store.table.true.toarray(), float) / 1000  # type: ignore[attr-defined]


def features(corpus: Corpus) -> np.ndarray:
    """What imagery might tell of the ground: a mixture of its classes, with noise."""
    rng = np.random.default_rng(0)
    seen = np.sqrt(truth(corpus)) @ rng.normal(size=(44, 16))
    return seen + rng.normal(scale=0.9, size=seen.shape)


def judged(corpus: Corpus, *names: str) -> Judgement:
    labels = corpus.fractions.to_numpy(np.float64)
    heard = {name: score._heard(corpus.opinions[name], corpus.samples.index) for name in names}
    return issues.judge(features(corpus), labels, classes=np.array(codes(3)), opinions=heard)


@pytest.fixture(scope="module")
def found(corpus: Corpus) -> Judgement:
    """With a good model as evidence, and with one that confuses two classes."""
    return judged(corpus, GOOD, CONFUSED)


def wrong(corpus: Corpus) -> np.ndarray:
    """Samples whose label is wrong by a tenth of the cell or more, bool `(n,)`."""
    return np.asarray(np.abs(truth(corpus) - corpus.fractions.to_numpy()).sum(axis=1) > 0.2)


@pytest.mark.nightly
def test_models_find_more_of_the_planted_errors(corpus: Corpus, found: Judgement) -> None:
    there = wrong(corpus)
    assert 10 <= there.sum() <= 30
    alone, with_models = (average_precision_score(there, one) for one in (found.alone, found.scores))
    assert with_models > alone + 0.08, (with_models, alone)


def test_what_an_opinion_says_against_a_label_is_told_with_its_share(
    corpus: Corpus, found: Judgement
) -> None:
    names = [str(code) for code in codes(3)]
    label, said = corpus.fractions.to_numpy(), corpus.opinions[GOOD].fractions.to_numpy()
    for row in np.flatnonzero(~found.cannot_judge):
        text = found.said(int(row), names)
        most = int((said[row] - label[row]).argmax())
        if said[row, most] - label[row, most] > 0.1 + 1e-6:
            assert f"{GOOD} says {said[row, most]:.0%} {names[most]}" in text
            assert text.endswith(f"({found.scores[row]:.2f} with that, {found.alone[row]:.2f} without)")
        elif said[row, most] - label[row, most] < 0.1 - 1e-6:
            assert GOOD not in text


def test_groups_are_divided_as_the_features_have_it_and_what_is_not_said_is_left_to_them() -> None:
    members = np.array([[True, True, False], [False, False, True]])
    predicted = np.array([[0.6, 0.2, 0.2], [0.6, 0.2, 0.2], [0.1, 0.1, 0.8]])
    values = np.array([[0.4, 0.6], [np.nan, np.nan], [0.5, 0.0]])
    found = Heard(values, members).beside(predicted)
    assert found == pytest.approx(np.array([[0.3, 0.1, 0.6], [0.6, 0.2, 0.2], [0.3, 0.3, 0.4]]), abs=1e-6)


def test_opinions_are_no_evidence_of_class_codes() -> None:
    heard = {"a": Heard(np.zeros((40, 1)), np.ones((1, 2), bool))}
    with pytest.raises(InvalidQueryError, match="labels that are fractions"):
        issues.judge(np.zeros((40, 2)), np.repeat([1, 2], 20), opinions=heard)
