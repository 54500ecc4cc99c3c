"""Measures of agreement equal published worked examples; ratings that are missing, or never differ, are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.review import agreement
from explorer.review.records import Records
from explorer.review.verdicts import Verdict
from tests import corpora

# Fleiss' kappa in the form that handbooks print: ten subjects, fourteen raters, five categories.
HANDBOOK = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_fleiss_kappa_of_the_handbook() -> None:
    assert agreement.fleiss_kappa(np.array(HANDBOOK)) == pytest.approx(0.210, abs=5e-4)


def test_cohens_kappa_of_a_worked_example() -> None:
    # 50 grant proposals: both yes 20, only the first 5, only the second 10, both no 15; kappa 0.40.
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert agreement.cohen_kappa(first, second) == pytest.approx(0.4)


def test_krippendorffs_alpha_of_his_example() -> None:
    # Krippendorff (2011), section C: four observers, twelve units, five categories, missing data; nominal 0.743.
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    units = [list(row) for row in zip(*observers, strict=True)]
    assert agreement.krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)


def test_two_kappas_agree_where_they_must() -> None:
    # Of two raters with equal shares of the categories, Cohen's and Fleiss' kappa are one.
    table = pd.DataFrame({"a": list("ccwwcw"), "b": list("cwcwcw")}, dtype=object)
    found = agreement.measure(table)
    assert found.pairs["cohen"].tolist() == pytest.approx([found.fleiss])
    assert found.percent == pytest.approx(100 * 4 / 6)


def test_chance_alone_is_no_agreement() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.choice(["correct", "wrong"], (4000, 3)), columns=list("abc"), dtype=object)
    found = agreement.measure(table)
    assert abs(found.fleiss) < 0.03
    assert abs(found.alpha) < 0.03
    assert found.pairs["cohen"].abs().max() < 0.05
    assert found.percent == pytest.approx(50, abs=2)


def test_ratings_that_never_differ_tell_nothing_beyond_chance() -> None:
    found = agreement.measure(pd.DataFrame({"a": ["c"] * 5, "b": ["c"] * 5}, dtype=object))
    assert found.percent == 100
    assert np.isnan([found.fleiss, found.alpha, found.pairs["cohen"].iloc[0]]).all()
    assert any("never differ" in note for note in found.notes)


def test_nobody_shares_a_sample() -> None:
    found = agreement.measure(pd.DataFrame({"a": ["c", None], "b": [None, "w"]}, dtype=object))
    assert found.samples == 0
    assert np.isnan([found.percent, found.fleiss, found.alpha]).all()
    assert found.pairs.empty
    assert any("two reviewers" in note for note in found.notes)


def test_uneven_numbers_of_ratings_are_refused_by_fleiss() -> None:
    with pytest.raises(InvalidQueryError, match="same number"):
        agreement.fleiss_kappa(np.array([[2, 0], [1, 2]]))
    with pytest.raises(InvalidQueryError, match="two or more"):
        agreement.fleiss_kappa(np.array([[1, 0], [0, 1]]))


def test_of_no_ratings_no_kappa_is_known() -> None:
    assert np.isnan(agreement.cohen_kappa(["c", None], [None, "w"]))
    assert np.isnan(agreement.fleiss_kappa(np.zeros((0, 2))))
    assert np.isnan(agreement.krippendorff_alpha([["c", None], [None, "w"]]))


def test_from_verdicts_to_a_list_of_disagreements(tiny_corpus: Corpus, tmp_path: Path) -> None:
    a, b, c = corpora.BROKEN, corpora.BARE, corpora.FULL
    with Records.open(tiny_corpus, tmp_path / "verdicts.sqlite") as records:
        for sample_id, reviewer, judgement, suggested in (
            (a, "Anna", "correct", None), (a, "Ben", "wrong", 311), (a, "Cara", "unsure", None),
            (b, "Anna", "wrong", 211), (b, "Ben", "wrong", 211), (c, "Anna", "correct", None), (c, "Ben", "wrong", 112),
        ):  # fmt: skip
            records.add(
                Verdict(sample_id, reviewer, judgement, suggested=suggested, comment=f"{reviewer} says")
            )
        found = agreement.measure(agreement.ratings(records.current()))
        assert (found.samples, found.fleiss_raters, found.fleiss_samples) == (3, 2, 2)
        assert found.percent == pytest.approx(100 * 1 / 5)
        listed = agreement.disagreements(records.current())
        assert list(listed.index) == [a, c]
        assert listed.loc[a, ["Anna", "Ben", "Cara"]].tolist() == ["correct", "wrong", "unsure"]
        assert listed.loc[a, "comments"] == "Anna: Anna says | Ben: Ben says | Cara: Cara says"
        classes = agreement.ratings(records.current(), "class", level=3)
        assert classes.loc[c].tolist()[:2] == [211, 112]
        records.add(Verdict(a, "Dora", "wrong", kind="adjudication", suggested=311))
        assert list(agreement.disagreements(records.current()).index) == [c]
        with pytest.raises(InvalidQueryError):
            agreement.ratings(records.current(), "mood")


def test_no_verdicts_are_no_ratings(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with Records.open(tiny_corpus, tmp_path / "verdicts.sqlite") as records:
        assert agreement.measure(agreement.ratings(records.current())).samples == 0
        assert agreement.disagreements(records.current()).empty
