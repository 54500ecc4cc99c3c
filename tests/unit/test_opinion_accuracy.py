"""How right an opinion is by verdicts: the estimators of the labels' accuracy, with another map in their place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from explorer.core import corine
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.opinions.opinion import Opinion
from explorer.review import accuracy, fractions, groupings
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests.unit.test_accuracy import review

DRAWS = ("random:n=400,seed=1", "random:n=400,seed=3,by=0", "random:n=500,seed=4,by=3,minimum=5")


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=3_000)
    yield found
    found.close()


def shown(corpus: Corpus, name: str, values: np.ndarray) -> Opinion:
    frame = pd.DataFrame(values, index=corpus.samples.index, columns=list(corine.codes(3)))
    return corpus.opinions.show(name, frame)


@pytest.fixture(scope="module")
def labels(corpus: Corpus) -> Opinion:
    """An opinion that says what the labels say."""
    return shown(corpus, "labels", corpus.index.fractions.matrix.toarray())


@pytest.fixture(scope="module")
def truth(corpus: Corpus) -> Opinion:
    """One that knows the truth."""
    return shown(corpus, "truth", corpus.store.table.true.toarray() / 1000)


@pytest.mark.parametrize("text", DRAWS)
def test_the_labels_as_an_opinion_are_as_right_as_the_labels(
    corpus: Corpus, labels: Opinion, tmp_path: Path, text: str
) -> None:
    with Records.open(corpus, tmp_path / "v.sqlite") as records:
        review(corpus, records, text)
        own, found = accuracy.from_records(corpus, records, 1), labels.accuracy(records, 1)
    assert found.n == own.n
    # Strata of a draw by the labels' classes are another map's only by chance: Stehman's estimator is the same there.
    assert found.overall == pytest.approx(own.overall)
    np.testing.assert_allclose(found.users, own.users, equal_nan=True)
    np.testing.assert_allclose(found.areas, own.areas, atol=2e-3)
    assert "Reviewers judged the label" in " ".join(found.notes)


@pytest.mark.parametrize("text", DRAWS)
def test_a_model_is_as_right_as_it_is_beside_the_truth(
    corpus: Corpus, truth: Opinion, tmp_path: Path, text: str
) -> None:
    model = corpus.opinions["made-up-confused"]
    level = groupings.of_level(2)
    wanted = float((model.of_corpus(level) == truth.of_corpus(level)).mean())
    with Records.open(corpus, tmp_path / "v.sqlite") as records:
        review(corpus, records, text)
        found, perfect = model.accuracy(records, 2), truth.accuracy(records, 2)
    assert abs(found.overall - wanted) < 1.5 * found.overall_ci
    assert found.overall_ci < 0.06
    assert perfect.overall > found.overall + 0.05
    assert perfect.overall > 0.97  # a verdict names one class, and a branch's sum may be of another
    assert found.notes[0] == "It is made up."


def test_an_opinion_of_a_part_is_estimated_for_that_part(corpus: Corpus, tmp_path: Path) -> None:
    good = corpus.opinions["made-up-good"]
    half = corpus.opinions.show("half", good.fractions.iloc[::2])
    with Records.open(corpus, tmp_path / "v.sqlite") as records:
        review(corpus, records, "random:n=400,seed=3,by=0")
        found = half.accuracy(records, 1)
        every = half.accuracy(records, 1, drawn_only=False)
    assert found.total_area == pytest.approx(36 * 1_500)
    assert 120 < found.n < 280
    assert found.n == every.n
    assert any("1,500 of the 3,000 samples drawn from have a class" in note for note in found.notes)
    assert any("Not a random draw" in note for note in every.notes)


def test_other_fractions_of_the_same_class_say_nothing_against_another_map() -> None:
    said = Verdict("33N_15E-200N_01_09", "Anna", "wrong", suggested=211, label=((211, 0.6), (311, 0.4)))
    level = groupings.of_level(1)
    assert fractions.reference_group(said, level) == groupings.OTHER_FRACTIONS
    assert fractions.reference_group(said, level, of_label=False) == 2
