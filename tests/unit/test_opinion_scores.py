"""Scores of opinions equal scikit-learn's numbers and formulas written out; parts and comparisons add up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.opinions import scores
from explorer.opinions.opinion import Opinion
from explorer.review import groupings
from explorer.review.groupings import NOT_NAMED, OUTSIDE

COUNT = 3_000


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=COUNT)
    yield found
    found.close()


@pytest.fixture(scope="module")
def confused(corpus: Corpus) -> Opinion:
    return corpus.opinions["made-up-confused"]


def truth(corpus: Corpus, opinion: Opinion, grouping: groupings.Grouping) -> tuple[np.ndarray, np.ndarray]:
    """Dense fractions of label and opinion in groups, float64, added up by hand; what is left is last."""
    labels, said = corpus.index.fractions.matrix.toarray(), opinion.values
    of = {
        code: group for group, codes in zip(grouping.codes, grouping.members, strict=True) for code in codes
    }
    found = []
    for table in (labels, said):
        sums = np.zeros((len(table), len(grouping.codes) + 1))
        for column, code in enumerate(opinion.legend.values):
            place = grouping.codes.index(of[code]) if code in of else -1  # type: ignore[index]
            sums[:, place] += table[:, column]
        found.append(sums)
    return found[0], found[1]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_cross_table_and_scores_by_class_are_scikit_learns(
    corpus: Corpus, confused: Opinion, level: int
) -> None:
    grouping = groupings.of_level(level)
    label, said = truth(corpus, confused, grouping)
    codes = np.array(grouping.codes)
    true, predicted = codes[label[:, :-1].argmax(axis=1)], codes[said[:, :-1].argmax(axis=1)]
    table = confused.confusion(level)
    assert (table.to_numpy() == metrics.confusion_matrix(true, predicted, labels=table.index)).all()
    found = confused.scores(level)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        true, predicted, labels=codes, zero_division=np.nan
    )
    rows = found.classes.reindex(codes)
    for name, wanted in (("precision", precision), ("recall", recall), ("f1", f1)):
        np.testing.assert_allclose(rows[name], wanted, err_msg=name)
    np.testing.assert_array_equal(rows["labelled"].fillna(0), support)
    assert found.agreement == pytest.approx(metrics.accuracy_score(true, predicted))
    assert found.macro_f1 == pytest.approx(
        metrics.f1_score(true, predicted, labels=codes, average="macro", zero_division=np.nan)
    )
    assert found.weighted_f1 == pytest.approx(metrics.f1_score(true, predicted, average="weighted"))
    there = (label[:, :-1] > 0).any(axis=0)
    wanted = metrics.average_precision_score(
        label[:, :-1][:, there] > 0, said[:, :-1][:, there], average="macro"
    )
    assert found.mean_average_precision == pytest.approx(wanted, abs=1e-6)
    assert found.notes == ("It is made up.",)


def test_the_cross_table_of_fractions_is_the_composite_operator_written_out(
    corpus: Corpus, confused: Opinion
) -> None:
    grouping = groupings.find("bigearthnet-19")
    label, said = truth(corpus, confused, grouping)
    wanted = np.zeros((len(grouping.codes) + 1,) * 2)
    for a, b in zip(label, said, strict=True):
        same = np.minimum(a, b)
        wanted += np.diag(same)
        if (left := 1 - same.sum()) > 1e-9:
            wanted += np.outer(a - same, b - same) / left
    table = confused.confusion(grouping="bigearthnet-19", by="fractions")
    codes = [*grouping.codes, OUTSIDE]
    found = table.reindex(index=codes, columns=codes, fill_value=0).to_numpy()
    np.testing.assert_allclose(found, wanted, atol=0.02)
    assert found.sum() == pytest.approx(COUNT, rel=1e-5)


def test_scores_by_fractions_are_those_of_their_cross_table(corpus: Corpus, confused: Opinion) -> None:
    found = confused.scores(2, by="fractions")
    table = confused.confusion(2, by="fractions").reindex(
        index=found.classes.index, columns=found.classes.index
    )
    hits = np.diag(table)
    np.testing.assert_allclose(found.classes["recall"], hits / table.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(found.classes["precision"], hits / table.sum(axis=0), rtol=1e-6)
    assert found.agreement == pytest.approx(1 - found.disagreement, abs=1e-5)


def test_a_mask_leaves_only_its_samples(corpus: Corpus, confused: Opinion) -> None:
    mask = corpus.filter_table.zone == 33
    part = corpus.opinions.show("part", confused.fractions[mask])
    assert part.confusion(2).equals(confused.confusion(2, mask=mask))
    pd.testing.assert_series_equal(part.disagreement(2), confused.disagreement(2, mask=mask), atol=1e-6)
    good = corpus.opinions["made-up-good"]
    for ours, wanted in (
        (part.scores_by("country", 2), confused.scores_by("country", 2, mask=mask)),
        (part.calibration(2).table, confused.calibration(2, mask=mask).table),
        (good.compare(part, 2).table, good.compare(confused, 2, mask=mask).table),
    ):
        pd.testing.assert_frame_equal(ours, wanted, atol=1e-6)


def test_disagreement_is_half_the_sum_of_absolute_differences(corpus: Corpus, confused: Opinion) -> None:
    label, said = truth(corpus, confused, groupings.of_level(3))
    found = confused.disagreement(3)
    np.testing.assert_allclose(
        found, np.abs(label - said).sum(axis=1) / 2, atol=2e-3
    )  # labels are thousandths
    assert found.index.equals(corpus.samples.index)
    assert confused.scores(3).disagreement == pytest.approx(found.mean(), abs=1e-6)
    # Coarser classes can only agree more.
    assert (confused.disagreement(1) <= found + 1e-5).all()


def test_calibration_is_scikit_learns(corpus: Corpus, confused: Opinion) -> None:
    label, said = truth(corpus, confused, groupings.of_level(3))
    codes = np.array(groupings.of_level(3).codes)
    at = codes.tolist().index(211)
    true = label[:, :-1].argmax(axis=1) == at
    found = confused.calibration(3, code=211)
    share, mean = calibration_curve(true, said[:, at], n_bins=10)
    there = found.table[found.table["samples"] > 0]
    np.testing.assert_allclose(there["found"], share)
    np.testing.assert_allclose(there["said"], mean, atol=1e-6)
    largest = confused.calibration(3)
    gap = (largest.table["said"] - largest.table["found"]).abs() * largest.table["samples"]
    assert largest.error == pytest.approx(gap.sum() / COUNT)
    assert largest.table["samples"].sum() == COUNT
    for wrong in ({"code": 219}, {"bins": 1}):
        with pytest.raises(InvalidQueryError):
            confused.calibration(3, **wrong)  # type: ignore[arg-type]


def test_parts_of_the_corpus_add_up_to_it(corpus: Corpus, confused: Opinion) -> None:
    whole = confused.scores(2)
    for by in scores.BY:
        table = confused.scores_by(by, 2)
        assert table["samples"].sum() == COUNT
        assert np.average(table["agreement"], weights=table["samples"]) == pytest.approx(whole.agreement)
        assert np.average(table["disagreement"], weights=table["samples"]) == pytest.approx(
            whole.disagreement, abs=1e-6
        )
    zone = confused.scores_by("zone", 2)
    mask = corpus.filter_table.zone == 33
    assert zone.loc[33, "macro_f1"] == pytest.approx(confused.scores(2, mask=mask).macro_f1)
    assert confused.scores_by("class", 2).loc["Pastures", "agreement"] == pytest.approx(
        whole.classes.loc[23, "recall"]
    )
    with pytest.raises(InvalidQueryError, match="country, zone, purity, class, not by 'moon'"):
        confused.scores_by("moon")


def test_two_models_are_compared_on_what_both_speak_of(corpus: Corpus, confused: Opinion) -> None:
    good = corpus.opinions["made-up-good"]
    found = good.compare(confused, 3, seed=1)
    label = groupings.of_level(3).of_corpus(corpus)
    right = [one.of_corpus(groupings.of_level(3)) == label for one in (good, confused)]
    assert (found.first_only, found.second_only) == (
        int((right[0] & ~right[1]).sum()),
        int((right[1] & ~right[0]).sum()),
    )
    assert found.p_value == pytest.approx(
        stats.binomtest(found.first_only, found.first_only + found.second_only).pvalue
    )
    assert found.p_value < 1e-6
    row = found.table.loc["agreement"]
    difference = right[0].astype(float) - right[1]
    assert row["difference"] == pytest.approx(difference.mean())
    half = 1.96 * difference.std(ddof=1) / np.sqrt(COUNT)
    assert row["low"] == pytest.approx(
        difference.mean() - half, abs=half / 5
    )  # the bootstrap knows nothing else
    assert row["high"] == pytest.approx(difference.mean() + half, abs=half / 5)
    f1 = found.table.loc["macro_f1"]
    assert f1["first"] == pytest.approx(good.scores(3).macro_f1)
    assert f1["low"] < f1["difference"] < f1["high"]
    assert found.table.loc["disagreement", "difference"] < 0
    assert found.between.to_numpy().sum() == COUNT
    rows = found.classes
    for name, model in (("first", good), ("second", confused)):
        np.testing.assert_allclose(rows[name], model.scores(3).classes["f1"].reindex(rows.index))
    few = rows[rows["labelled"] < 2]
    assert len(few)
    assert few[["low", "high"]].isna().all(axis=None)  # the same sample drawn each time is no interval
    telling = rows[rows["labelled"] > 30]
    assert (telling["low"] <= telling["difference"]).all()
    assert (telling["difference"] <= telling["high"]).all()
    assert rows.loc[231, "low"] > 0  # pastures, which the second confuses
    same = good.compare(good, 3)
    assert (same.p_value, same.first_only, same.table.loc["agreement", "high"]) == (1.0, 0, 0.0)
    half_of_it = corpus.opinions.show("half", confused.fractions.iloc[::2])
    assert good.compare(half_of_it, 3).samples == COUNT / 2


def test_what_is_not_said_agrees_with_nothing(corpus: Corpus) -> None:
    ids = corpus.samples.index[:2]
    found = corpus.opinions.show("map", pd.DataFrame({"30": [0.4, 1.0]}, index=ids), "esa-worldcover")
    pair = found.beside_labels(1)
    matrix = pair.second.by_group(pair.grouping).toarray()
    np.testing.assert_allclose(matrix[:, -2:], [[0.4, 0.6], [1, 0]], atol=1e-6)
    np.testing.assert_allclose(found.disagreement(1), 1, atol=2e-3)
    assert found.confusion(1)[NOT_NAMED].sum() == found.confusion(1).to_numpy().sum() == 2
    assert pair.title(NOT_NAMED) == "Of several groups"


def test_questions_that_make_no_sense_are_refused(corpus: Corpus, confused: Opinion) -> None:
    with pytest.raises(InvalidQueryError, match="by largest or by fractions, not by 'magic'"):
        confused.confusion(3, by="magic")
    with pytest.raises(InvalidQueryError, match="no sample has both"):
        confused.scores(3, mask=np.zeros(COUNT, bool))
    with pytest.raises(InvalidQueryError, match="levels 1, 2 and 3, not 4"):
        confused.confusion(4)
