"""Accuracies, areas and sample sizes equal the published worked example; what cannot be told is not a number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review import accuracy, estimators, intervals, planning, queue
from explorer.review.records import Records
from explorer.review.verdicts import Verdict

# Olofsson et al. (2014), section 5: deforestation, forest gain, stable forest, stable non-forest.
COUNTS = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
WEIGHTS = [0.02, 0.015, 0.32, 0.645]
HECTARES = 900_000


@pytest.fixture(scope="module")
def paper() -> accuracy.Accuracy:
    return accuracy.estimate(COUNTS, WEIGHTS, total_area=HECTARES)


def test_overall_accuracy_of_the_paper(paper: accuracy.Accuracy) -> None:
    assert round(paper.overall, 3) == 0.947
    assert round(paper.overall_ci, 3) == 0.018
    assert paper.n == 640
    assert paper.notes == ()


def test_accuracies_by_class_of_the_paper(paper: accuracy.Accuracy) -> None:
    assert np.round(paper.users, 2).tolist() == [0.88, 0.73, 0.93, 0.96]
    assert np.round(paper.users_ci, 2).tolist() == [0.07, 0.10, 0.04, 0.02]
    assert np.round(paper.producers, 2).tolist() == [0.75, 0.85, 0.93, 0.96]
    assert np.round(paper.producers_ci, 2).tolist() == [0.21, 0.25, 0.03, 0.02]


def test_areas_of_the_paper(paper: accuracy.Accuracy) -> None:
    assert np.round(paper.proportions, 4).tolist() == [
        [0.0176, 0.0, 0.0013, 0.0011],
        [0.0, 0.0110, 0.0016, 0.0024],
        [0.0019, 0.0, 0.2967, 0.0213],
        [0.0040, 0.0020, 0.0179, 0.6212],
    ]
    table = paper.table()
    assert table["area_ha"].round().tolist() == [21158, 11686, 285770, 581386]
    assert table["area_ha_ci"].round().tolist() == [6158, 3756, 15510, 16281]
    assert table["mapped_ha"].tolist() == pytest.approx([18000, 13500, 288000, 580500])


def test_sample_size_of_the_paper() -> None:
    # Section 5.1.1: a standard error of 0.01 with user's accuracies of 0.70, 0.60, 0.90 and 0.95.
    z = 1.959963984540054
    assert planning.sample_size([0.7, 0.6, 0.9, 0.95], WEIGHTS, 0.01 * z) == 641


def test_strata_that_are_the_classes_give_the_same_by_the_other_estimator(paper: accuracy.Accuracy) -> None:
    row, column = (np.repeat(axis.ravel(), np.ravel(COUNTS)) for axis in np.indices((4, 4)))
    # So large that the finite population correction, which only the other knows, is nothing.
    sizes = dict(enumerate(int(w * 10**15) for w in WEIGHTS))
    other = estimators.from_units(row, row, column, sizes, np.array(WEIGHTS), (0, 1, 2, 3), 0.95, {})
    for name in (
        "overall",
        "overall_se",
        "users",
        "users_se",
        "producers",
        "producers_se",
        "areas",
        "areas_se",
    ):
        assert getattr(other, name) == pytest.approx(getattr(paper, name), rel=1e-9), name
    assert other.proportions == pytest.approx(paper.proportions)


def test_strata_that_are_not_the_classes_as_in_stehmans_example() -> None:
    # Stehman (2014), section 3: four strata of 40000, 30000, 20000 and 10000, ten samples of each.
    strata = np.repeat([0, 1, 2, 3], 10)
    mapped = ["ABCD".index(c) for c in "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD"]
    reference = ["ABCD".index(c) for c in "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB"]
    sizes = {0: 40_000, 1: 30_000, 2: 20_000, 3: 10_000}
    found = estimators.from_units(
        strata, np.array(mapped), np.array(reference), sizes, np.full(4, 0.25), (0, 1, 2, 3), 0.95, {}
    )
    assert round(found.overall, 2) == 0.63
    assert round(found.overall_se, 3) == 0.085
    assert np.round(found.areas[[0, 2]], 2).tolist() == [0.35, 0.20]
    assert np.round(found.areas_se[[0, 2]], 3).tolist() == [0.082, 0.064]
    assert (round(found.users[1], 3), round(found.users_se[1], 3)) == (0.574, 0.125)
    assert round(found.producers[1], 3) == 0.794
    assert found.producers_se[1] == pytest.approx(0.116, abs=1e-3)
    assert round(found.proportions[1, 2], 2) == 0.08


STEHMAN_STRATA = np.repeat([0, 1, 2, 3], 10)
STEHMAN_MAP = np.array(["ABCD".index(c) for c in "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD"])
STEHMAN_TRUTH = np.array(["ABCD".index(c) for c in "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB"])


@pytest.mark.parametrize(
    ("sizes", "error"),
    # Stehman's samples in strata of which much was drawn: R's survey, svymean with fpc. Of large ones: mapaccuracy 0.1.2.
    [((40, 30, 20, 12), 0.0683), ((40_000, 30_000, 20_000, 10_000), 0.0846422)],
)
def test_the_finite_population_correction(sizes: tuple[int, ...], error: float) -> None:
    found = estimators.from_units(
        STEHMAN_STRATA,
        STEHMAN_MAP,
        STEHMAN_TRUTH,
        dict(enumerate(sizes)),
        np.full(4, 0.25),
        (0, 1, 2, 3),
        0.95,
        {},
    )
    assert found.overall_se == pytest.approx(error, abs=0.00005 if error < 0.07 else 5e-8)
    assert 0 < found.overall_low < found.overall < found.overall_high < 1


def test_a_simple_draw_stratified_afterwards_as_in_acatamas_example() -> None:
    # AcATaMa's documentation and tests: "Simple post-stratify exercise, 2019-2020 change, Tinigua"; 500 samples, three classes.
    counts = np.array([[325, 0, 15], [0, 17, 0], [7, 1, 135]])
    hectares = np.array([145_078.56, 5_703.75, 64_029.69])
    row, column = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices((3, 3)))
    sampled = estimators.Sampled.after(row, hectares / 0.09)
    share = hectares / hectares.sum()
    codes = np.array([1, 2, 5])
    found = estimators.from_sampled(sampled, codes[row], codes[column], share, (1, 2, 5), 0.95, {}, "")
    assert round(found.overall, 5) == 0.95353
    assert np.round(found.users, 5).tolist() == [0.95588, 1.0, 0.94406]
    assert np.round(found.producers, 5).tolist() == [0.9779, 0.92721, 0.90425]
    areas, errors = found.areas * hectares.sum(), found.areas_se * hectares.sum()
    assert np.round(areas).tolist() == [141_812, 6_152, 66_848]
    # Cochran's 5A.42 gives 439.6; AcATaMa prints 438.04, as it leaves the zeros out of each stratum's variance.
    assert errors[1] == pytest.approx(438.04, rel=0.004)
    assert errors[1] == pytest.approx(439.58, abs=0.01)
    # As a simple draw the same samples say 7733 ± 1789 (the program's simple estimator).
    simple = estimators.Sampled.stratified(row * 0, np.ones(1), hectares.sum(keepdims=True) / 0.09)
    plain = simple.mean(column == 1)
    assert (round(plain.value * hectares.sum()), round(plain.se * hectares.sum(), -1)) == (7_733, 1_790)


def test_intervals_stay_between_0_and_1_and_have_a_width() -> None:
    for right in (0, 1, 99, 100):
        found = accuracy.estimate([[right, 100 - right], [100 - right, right]], [0.5, 0.5])
        for low, high in (
            (found.overall_low, found.overall_high),
            (found.users_low[0], found.users_high[0]),
            (found.areas_low[0], found.areas_high[0]),
        ):
            assert 0 <= low < high <= 1
        assert found.overall_ci > 0
        assert not found.exact


def test_rounding_is_no_certainty() -> None:
    # The second stratum is judged in full; of the first only a part, and all of one class: of its spread rounding leaves 1e-33.
    for judged in range(2, 40):
        strata, reference = np.repeat([0, 1], [judged, 7]), np.array([0] * judged + [1] + [0] * 6)
        found = estimators.from_units(
            strata, np.zeros(judged + 7, int), reference, {0: judged + 20, 1: 7}, np.array([1.0, 0]), (0, 1), 0.95, {}
        )  # fmt: skip
        assert (found.areas_low < found.areas_high).all(), judged
        assert (found.areas_ci > 0).all(), judged


def test_all_judged_is_exact() -> None:
    found = accuracy.estimate([[8, 2], [1, 9]], [0.5, 0.5], sizes=[10, 10])
    assert (found.overall, found.overall_low, found.overall_high) == pytest.approx((0.85, 0.85, 0.85))
    assert found.exact
    assert not any("exact" in note for note in found.notes)


def test_wilsons_interval_of_his_formula() -> None:
    # Brown, Cai & DasGupta (2001): of 0 of n its upper end is z2 / (n + z2).
    assert intervals.wilson(0.0, 50) == (0.0, pytest.approx(1.959964**2 / (50 + 1.959964**2)))
    low, high = intervals.wilson(0.9, 100)
    assert (round(low, 4), round(high, 4)) == (0.8256, 0.9448)  # prop.test(90, 100, correct = FALSE) of R
    assert intervals.korn_graubard(0.9, 100) == (
        pytest.approx(0.8238, abs=1e-4),
        pytest.approx(0.9510, abs=1e-4),
    )  # binom.test


def test_intervals_hold_what_they_promise() -> None:
    rng = np.random.default_rng(3)
    weights, users = np.array([0.2, 0.8]), np.array([0.7, 0.95])
    truth, hits, runs = float((weights * users).sum()), 0, 400
    for _ in range(runs):
        right = rng.binomial(100, users)
        found = accuracy.estimate([[right[0], 100 - right[0]], [100 - right[1], right[1]]], weights)
        hits += abs(found.overall - truth) <= found.overall_ci
    assert 0.92 <= hits / runs <= 0.98


def test_a_class_that_nobody_judged_is_not_a_number() -> None:
    found = accuracy.estimate([[5, 1, 0], [0, 0, 0], [0, 2, 8]], [0.5, 0.2, 0.3], ["a", "b", "c"])
    assert np.isnan(
        [found.overall, found.overall_ci, found.users[1], found.producers[0], found.areas[0]]
    ).all()
    assert found.users[0] == pytest.approx(5 / 6)
    assert any("b: no sample of this class was judged (20 %" in note for note in found.notes)


def test_a_class_with_one_sample_has_an_estimate_and_no_interval() -> None:
    found = accuracy.estimate([[1, 0], [1, 8]], [0.1, 0.9], ["a", "b"])
    assert found.overall == pytest.approx(0.1 + 0.9 * 8 / 9)
    assert np.isnan([found.overall_ci, found.users_ci[0], found.areas_ci[0]]).all()
    assert found.users_ci[1] > 0
    assert any("one sample" in note for note in found.notes)


def test_perfect_agreement_is_not_taken_for_certainty() -> None:
    found = accuracy.estimate([[10, 0], [0, 20]], [0.5, 0.5], ["a", "b"])
    assert found.overall == 1
    assert 0.1 < found.overall_ci < 0.2
    assert (found.overall_low, found.overall_high) == (pytest.approx(1 - found.overall_ci), 1)
    # Clopper and Pearson: 0.025 ** (1 / 10) = 0.69
    assert found.users_low[0] == pytest.approx(0.025 ** (1 / 10))
    assert any("a: all of 10 agree" in note and "0.69 to 1.00" in note for note in found.notes)


def test_a_class_that_the_map_does_not_have_changes_nothing_else() -> None:
    found = accuracy.estimate([[8, 1, 1], [1, 9, 0], [0, 0, 0]], [0.4, 0.6, 0], ["a", "b", "c"])
    assert found.areas.sum() == pytest.approx(1)
    assert found.areas[2] == pytest.approx(0.04)
    assert found.producers[2] == 0
    assert np.isfinite(found.overall_ci)


def test_tables_say_which_class_is_which() -> None:
    frame = pd.DataFrame(COUNTS, index=list("abcd"), columns=list("abcd"))
    found = accuracy.estimate(frame, {"d": 645, "c": 320, "b": 15, "a": 20})
    assert found.overall == pytest.approx(0.9465, abs=1e-4)
    assert found.table().loc["b", "users"] == pytest.approx(55 / 75)
    assert found.matrix().loc["d", "a"] == 2
    turned = accuracy.estimate(frame.loc[list("dcba"), list("bacd")], {"d": 645, "c": 320, "b": 15, "a": 20})
    assert turned.overall == pytest.approx(found.overall)


@pytest.mark.parametrize(
    ("confusion", "weights"),
    [
        ([[1, 2]], [1.0]), ([], []), ([[1, -1], [0, 1]], [0.5, 0.5]), ([[0.5, 1], [0, 1]], [0.5, 0.5]),
        ([[1, 0], [0, 1]], [1.0]), ([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [0, 1]], [float("nan"), 1]),
        ([["x", 0], [0, 1]], [0.5, 0.5]), ([[1, 0], [0, 1]], {0: 1}),
    ],
)  # fmt: skip
def test_what_is_no_matrix_is_refused(confusion: Any, weights: Any) -> None:
    with pytest.raises(InvalidQueryError):
        accuracy.estimate(confusion, weights)


# -- how many more --------------------------------------------------------------------------------------------


def test_a_plan_that_is_carried_out_gives_the_width(paper: accuracy.Accuracy) -> None:
    for allocation in ("neyman", "proportional", "equal"):
        planned = planning.plan(paper, 0.01, allocation=allocation)
        grown = np.array(COUNTS) * (planned.classes["need"].to_numpy() / np.sum(COUNTS, axis=1))[:, None]
        found = accuracy.estimate(np.round(grown), WEIGHTS)
        assert found.overall_ci == pytest.approx(0.01, rel=0.12), allocation
        assert planned.more > 0


def test_a_plan_by_class(paper: accuracy.Accuracy) -> None:
    planned = planning.plan(paper, 0.05, "users")
    assert planned.classes["more"].tolist()[3] == 0  # 325 give it ± 0.02 already
    first = planned.classes.iloc[0]
    u = 67 / 77
    assert first["need"] == np.ceil(1.959964**2 * u * (1 - u) / 0.05**2 + 1)
    assert first["more"] == first["need"] - 75


def test_a_plan_asks_for_no_more_than_there_is(paper: accuracy.Accuracy) -> None:
    planned = planning.plan(paper, 0.005, "users", sizes=[100, 80, 10**6, 10**6])
    assert planned.classes["need"].tolist()[:2] == [100, 80]


def test_a_plan_asks_for_nothing_where_the_goal_is_met(paper: accuracy.Accuracy) -> None:
    # The overall accuracy is known to ± 0.018 already.
    for allocation in ("neyman", "proportional", "equal"):
        assert planning.plan(paper, 0.02, allocation=allocation).met
        assert planning.plan(paper, 0.01, allocation=allocation).more > 0
    rare = planning.plan(paper, 0.11, "users").classes
    assert rare["more"].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("half_width", [0, 1, -0.1, float("nan")])
def test_widths_that_are_none_are_refused(paper: accuracy.Accuracy, half_width: float) -> None:
    with pytest.raises(InvalidQueryError):
        planning.plan(paper, half_width)


# -- from what reviewers said ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo() -> Iterator[Corpus]:
    corpus = open_demo(count=5_000)
    yield corpus
    corpus.close()


def review(corpus: Corpus, records: Records, text: str) -> None:
    """A reviewer who knows the truth goes through a queue."""
    todo, truth = queue.build(text, corpus), corpus.store.truth()["true_fractions"]
    said = []
    for sample_id in todo.ids:
        stratum, probability = todo.drawn(sample_id)
        given: dict[str, Any] = {"queue": todo.text, "stratum": stratum, "probability": probability}
        if sample_id in truth.index:
            there = dict(part.split(":") for part in truth[sample_id].split(";"))
            fractions = {int(code): float(value) for code, value in there.items()}
            given["suggested"] = max(fractions, key=lambda code: fractions[code])
        said.append(Verdict(sample_id, "Anna", "wrong" if sample_id in truth.index else "correct", **given))
    records.add_many(said)


def true_accuracy(corpus: Corpus, level: int) -> float:
    """Of all samples, by what the demo planted."""
    truth = corpus.store.truth()["true_fractions"]
    wrong = 0
    for sample_id, text in truth.items():
        there = {int(code): float(value) for code, value in (part.split(":") for part in text.split(";"))}
        best = max(there, key=lambda code: there[code])
        mapped = corpus.filter_table.largest(level)[corpus.samples.index.get_loc(sample_id)]
        wrong += corine.parent(best, level) != mapped
    return 1 - wrong / len(corpus.samples)


@pytest.mark.parametrize(
    ("text", "level", "estimator"),
    [
        ("random:n=600,seed=1", 1, "Olofsson"),
        ("random:n=600,seed=2,alloc=equal", 1, "Olofsson"),
        ("random:n=600,seed=3,by=0", 1, "Stehman"),
        ("random:n=600,seed=4,by=3,minimum=5", 1, "Stehman"),
        ("random:n=900,seed=5,by=3,minimum=5", 3, "Olofsson"),
    ],
)
def test_a_reviewer_who_knows_finds_the_planted_accuracy(
    demo: Corpus, tmp_path: Path, text: str, level: int, estimator: str
) -> None:
    with Records.open(demo, tmp_path / "verdicts.sqlite") as records:
        review(demo, records, text)
        # What was looked at because it looked wrong must not count.
        wrong = demo.store.truth().index
        records.add_many(Verdict(str(one), "Ben", "wrong", queue="suspicion") for one in wrong[-150:])
        drawn = set(queue.build(text, demo).ids)
        for one in wrong[-150:]:
            if one in drawn:  # of these Ben may be right, and says not what is there: Anna decides
                records.undo("Ben", verdict_id=str(records.current(str(one), "Ben")["id"].iloc[0]))
        found = accuracy.from_records(demo, records, level)
    assert estimator in found.design
    assert found.n == len(drawn)
    assert abs(found.overall - true_accuracy(demo, level)) < 2 * found.overall_ci
    assert found.overall_ci < 0.05
    assert found.total_area == pytest.approx(36 * len(demo.samples))


def test_weights_are_the_corpuss_real_shares(demo: Corpus) -> None:
    by_samples = accuracy.weights_of(demo, 1)
    counted = demo.samples["clc"].floordiv(100).value_counts(normalize=True)
    assert by_samples.sum() == pytest.approx(1)
    assert list(by_samples.index) == [1, 2, 3, 4, 5]
    assert abs(by_samples - counted.sort_index()).max() < 0.05  # the largest class sums a branch's fractions
    by_area = accuracy.weights_of(demo, 3, "area")
    shares = np.asarray(demo.index.fractions.matrix.sum(axis=0)).ravel()
    assert by_area[211] == pytest.approx(shares[corine.codes(3).index(211)] / shares.sum())


def test_nothing_reviewed_at_random_is_no_estimate(demo: Corpus, tmp_path: Path) -> None:
    with Records.open(demo, tmp_path / "verdicts.sqlite") as records:
        with pytest.raises(InvalidQueryError, match="random draw"):
            accuracy.from_records(demo, records)
        records.add(Verdict(str(demo.samples.index[0]), "Anna", "wrong", queue="suspicion"))
        with pytest.raises(InvalidQueryError, match="random draw"):
            accuracy.from_records(demo, records)
        found = accuracy.from_records(demo, records, drawn_only=False)
        assert any("Not a random draw" in note for note in found.notes)


def test_a_wrong_label_without_a_name_is_wrong_all_the_same(demo: Corpus, tmp_path: Path) -> None:
    todo = queue.build("random:n=40,by=1,minimum=2,seed=7", demo)
    with Records.open(demo, tmp_path / "verdicts.sqlite") as records:
        for number, sample_id in enumerate(todo.ids):
            judgement = "unsure" if number == 0 else "wrong" if number % 4 == 1 else "correct"
            stratum, probability = todo.drawn(sample_id)
            records.add(
                Verdict(
                    sample_id, "Anna", judgement, queue=todo.text, stratum=stratum, probability=probability
                )
            )
        found = accuracy.from_records(demo, records, 1)
    assert 0 in found.classes
    assert found.n == 39
    assert found.confusion[:, found.classes.index(0)].sum() == 10
    assert any("Left out: 1 unsure" in note for note in found.notes)
    assert found.overall < 0.9


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"classes": [1, 2, 3]}, "2 classes need 2 different names, not 3"),
        ({"classes": [1, 1]}, "2 classes need 2 different names"),
        ({"sizes": [10, -1]}, "2 classes need 2 sizes"),
        ({"sizes": [10]}, "2 classes need 2 sizes"),
        ({"weights": {0: 0.3}}, "no weight is given for class 1"),
        ({"weights": ["much", "little"]}, "weights are numbers"),
        ({"confidence": 1.0}, "a confidence lies between 0 and 1, not 1.0"),
    ],
)
def test_counts_with_other_names_sizes_or_weights_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        accuracy.estimate([[9, 1], [2, 8]], **({"weights": [0.3, 0.7]} | given))


def test_sizes_by_class_and_by_place_are_the_same() -> None:
    by_place = accuracy.estimate([[9, 1], [2, 8]], [0.3, 0.7], classes=["a", "b"], sizes=[30, 20])
    by_class = accuracy.estimate([[9, 1], [2, 8]], [0.3, 0.7], classes=["a", "b"], sizes={"b": 20, "a": 30})
    endless = accuracy.estimate([[9, 1], [2, 8]], [0.3, 0.7], classes=["a", "b"])
    assert by_place.overall_ci == by_class.overall_ci < endless.overall_ci


def test_shares_are_counted_by_samples_or_area(demo: Corpus) -> None:
    with pytest.raises(InvalidQueryError, match="not by 'weight'"):
        accuracy.weights_of(demo, by="weight")


def test_a_stratum_that_nobody_judged_leaves_the_whole_unknown() -> None:
    one = np.array([1, 1, 1, 1])
    found = estimators.from_units(
        one, one, np.array([1, 1, 1, 2]), {1: 60, 2: 40}, np.array([0.6, 0.4]), [1, 2], 0.95, {}
    )
    assert np.isnan([found.overall, found.overall_low, found.overall_high]).all()
    assert np.isnan(found.proportions).all()
    assert any(
        "1 of 2 strata of the draw (40 % of the samples) have no verdict yet" in one for one in found.notes
    )


def test_a_stratum_with_one_verdict_has_an_accuracy_and_no_interval() -> None:
    found = estimators.from_units(
        np.array([1, 1, 1, 2]), np.array([1, 1, 1, 2]), np.array([1, 1, 2, 2]), {1: 60, 2: 40}, np.array([0.6, 0.4]), [1, 2], 0.95, {}
    )  # fmt: skip
    assert found.overall == pytest.approx(0.6 * 2 / 3 + 0.4)
    assert np.isnan(found.overall_low)
    assert any("have one verdict: no interval can be given" in note for note in found.notes)


@pytest.mark.parametrize("interval", [intervals.wilson, intervals.korn_graubard, intervals.of_share])
def test_intervals_of_what_is_not_known_and_of_what_is_all_known(interval: Any) -> None:
    assert np.isnan(interval(float("nan"), 10)).all()
    assert np.isnan(interval(0.5, float("nan"))).all()
    assert np.isnan(interval(0.5, 0)).all()
    assert interval(0.3, float("inf")) == (0.3, 0.3)
    assert interval(1.0, float("inf")) == (1.0, 1.0)


def test_few_degrees_of_freedom_widen_an_interval() -> None:
    for share in (0.7, 1.0):
        wide, narrow = (intervals.of_share(share, 20, freedom=free, judged=20) for free in (3, 19))
        assert wide[1] - wide[0] > narrow[1] - narrow[0]
    # As published, it leaves 0 to 1.
    assert intervals.wald(0.99, 0.02) == pytest.approx((0.9508, 1.0292), abs=1e-4)


def test_all_verdicts_may_count_of_blind_ones_alone(demo: Corpus, tmp_path: Path) -> None:
    ids = demo.samples.index[:30]
    with Records.open(demo, tmp_path / "v.sqlite") as kept:
        kept.add_many(Verdict(one, "Anna", "correct", blind=True) for one in ids[:10])
        kept.add_many(Verdict(one, "Anna", "wrong", blind=False) for one in ids[10:20])
        kept.add_many(Verdict(one, "Anna", "wrong") for one in ids[20:])
        found = accuracy.from_records(demo, kept, drawn_only=False)
        blind = accuracy.from_records(demo, kept, drawn_only=False, blind_only=True)
        assert (found.n, blind.n) == (30, 10)
        assert (found.confusion.trace(), blind.confusion.trace()) == (10, 10)
        assert any("Not a random draw" in note for note in blind.notes)
    with Records.open(demo, tmp_path / "w.sqlite") as kept:
        kept.add(Verdict(ids[0], "Anna", "unsure", blind=True))
        with pytest.raises(InvalidQueryError, match="review some first"):
            accuracy.from_records(demo, kept, drawn_only=False)


def test_areas_of_one_verdict_have_no_interval_and_of_all_no_width(demo: Corpus, tmp_path: Path) -> None:
    todo = queue.build("random:n=500,classes=511+512", demo)
    with Records.open(demo, tmp_path / "v.sqlite") as kept:
        for place, sample_id in enumerate(todo.ids):
            stratum, chance = todo.drawn(sample_id)
            kept.add(
                Verdict(sample_id, "Anna", "correct", queue=todo.text, stratum=stratum, probability=chance)
            )
            if place == 0:
                one = accuracy.from_records(demo, kept)
                assert np.isfinite(one.areas).all()
                assert np.isnan(one.areas_low).all()
        found = accuracy.from_records(demo, kept)
    assert found.n == len(todo)
    assert found.areas_low.tolist() == found.areas.tolist() == found.areas_high.tolist()


@pytest.mark.parametrize(
    ("users", "weights", "how", "why"),
    [
        ([0.9], [0.5, 0.5], "neyman", "for each class"),
        ([0.9, 1.1], [0.5, 0.5], "neyman", "for each class"),
        ([0.9, 0.8], [0, 0], "neyman", "for each class"),
        ([], [], "neyman", "for each class"),
        ([0.9, 0.8], [0.5, 0.5], "optimal", "no allocation 'optimal'; there are proportional, equal, neyman"),
    ],
)
def test_plans_of_nothing_are_refused(users: list[float], weights: list[float], how: str, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        planning.sample_size(users, weights, 0.02, allocation=how)


def test_a_plan_for_nobody_is_refused_by_name(paper: accuracy.Accuracy) -> None:
    with pytest.raises(InvalidQueryError, match="plans are made for overall or users, not 'producers'"):
        planning.plan(paper, 0.02, "producers")


def test_a_plan_without_a_known_population_offers_the_larger_draw(paper: accuracy.Accuracy) -> None:
    planned = planning.plan(paper, 0.005)
    assert planned.population is None
    further = planning.next_draw(planned, queue.QueueSpec("random", 640, seed=3))
    assert further is not None
    assert (further.n, further.seed) == (planned.need, 3)
