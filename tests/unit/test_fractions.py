"""What verdicts say of fractions: overlap, areas, and wrong fractions that are never counted as correct."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.review import accuracy, consensus, fractions, groupings, queue, report
from explorer.review.records import Records
from explorer.review.verdicts import Adjustment, Verdict, judgement_of_seen
from tests import corpora

LABEL = ((211, 0.6), (311, 0.3), (112, 0.1))
LEVEL_3, LEVEL_1 = groupings.of_level(3), groupings.of_level(1)


def said(judgement: str, *adjustments: tuple[Any, ...], suggested: int | None = None) -> Verdict:
    made = tuple(Adjustment(*one) for one in adjustments)
    return Verdict(corpora.FULL, "Anna", judgement, suggested=suggested, adjustments=made, label=LABEL)


def test_overlap_is_one_less_half_the_differences() -> None:
    # Pontius & Cheuk (2006), minimum operator; Binaghi et al. (1999): grades of two classes.
    assert fractions.overlap({1: 0.6, 2: 0.4}, {1: 0.3, 2: 0.7}) == pytest.approx(1 - (0.3 + 0.3) / 2)
    assert fractions.overlap({1: 1.0}, {2: 1.0}) == 0
    assert fractions.overlap({1: 0.3, 2: 0.3}, {1: 0.5, 2: 0.5}) == pytest.approx(1)
    assert fractions.overlap({}, {1: 1.0}) == 0


@pytest.mark.parametrize(
    ("verdict", "level_3", "level_1"),
    [
        (said("correct"), 211, 2),
        (said("wrong"), None, None),
        (said("wrong", suggested=311), 311, 3),
        (said("wrong", suggested=31), groupings.NOT_NAMED, 3),
        (said("wrong", suggested=212), 212, 2),  # wrong in level 3, and the same class in level 1
        (said("wrong", suggested=211), groupings.OTHER_FRACTIONS, groupings.OTHER_FRACTIONS),
        (said("wrong", (211, "set", 0.9), (311, "set", 0.1), (112, "reject")), groupings.OTHER_FRACTIONS, groupings.OTHER_FRACTIONS),
        # 0.3 of 311 are 312: in level 1 nothing is left of the objection.
        (said("wrong", (311, "reject"), (312, "add", 0.3)), groupings.OTHER_FRACTIONS, 2),
        (said("wrong", (211, "set", 0.2), (311, "set", 0.7)), 311, 3),
        (said("wrong", (211, "reject")), None, None),
        (said("unsure", suggested=311), None, None),
    ],
)  # fmt: skip
def test_wrong_is_never_the_labels_own_class(
    verdict: Verdict, level_3: int | None, level_1: int | None
) -> None:
    assert fractions.reference_group(verdict, LEVEL_3) == level_3
    assert fractions.reference_group(verdict, LEVEL_1) == level_1


def test_classes_that_are_not_asked_for_are_left_out() -> None:
    rows = [{1: 0.5, 9: 0.5}, {}, {2: 1.0}]
    assert fractions.matrix(rows, (2, 1)).tolist() == [[0, 0.5], [0, 0], [1, 0]]


def test_fractions_that_a_verdict_states() -> None:
    assert fractions.of_verdict(said("correct"), LEVEL_1) == pytest.approx({2: 0.6, 3: 0.3, 1: 0.1})
    assert fractions.of_verdict(said("wrong", suggested=512), LEVEL_1) == pytest.approx(
        {5: 0.6, 3: 0.3, 1: 0.1}
    )
    assert fractions.of_verdict(said("wrong"), LEVEL_1) == pytest.approx({0: 0.6, 3: 0.3, 1: 0.1})
    assert fractions.of_verdict(said("wrong", (211, "set", 0.2)), LEVEL_1) == pytest.approx(
        {2: 0.2, 3: 0.3, 1: 0.1, 0: 0.4}
    )
    own = groupings.find("bigearthnet-19")
    assert fractions.of_verdict(said("wrong", suggested=334), own)[groupings.OUTSIDE] == pytest.approx(0.6)


def test_a_blind_verdict_is_correct_where_the_largest_class_is_the_labels() -> None:
    assert judgement_of_seen({211: 0.4, 512: 0.35}, dict(LABEL)) == "correct"
    assert judgement_of_seen({311: 0.6, 211: 0.4}, dict(LABEL)) == "wrong"
    assert judgement_of_seen({312: 1.0}, {311: 0.5, 312: 0.5}) == "correct"  # both are its largest
    assert judgement_of_seen({}, dict(LABEL)) == "wrong"
    assert judgement_of_seen({212: 1.0}, dict(LABEL), level=1) == "correct"


def frame(*verdicts: Verdict, kept: Records) -> Any:
    kept.add_many(verdicts)
    return kept.current()


@pytest.mark.parametrize(
    ("named", "state", "suggested"),
    [
        ((311, 312), "disputed", None), ((311, 311), "wrong", 311), ((31, 311), "wrong", 311), ((None, 311), "wrong", 311),
        ((311, None), "wrong", 311), ((311, 311, 512), "wrong", 311), ((3, 31, 311), "wrong", 311), ((31, 311, 312), "disputed", None),
        ((311, 512, 211), "disputed", None), ((None, None), "wrong", None),
    ],
)  # fmt: skip
def test_two_who_name_different_classes_are_a_dispute(
    tiny_corpus: Corpus, tmp_path: Any, named: tuple[int | None, ...], state: str, suggested: int | None
) -> None:
    with Records.open(tiny_corpus, tmp_path / "v.sqlite") as kept:
        for number, code in enumerate(named):
            kept.add(Verdict(corpora.FULL, f"r{number}", "wrong", suggested=code))
        final = kept.final().loc[corpora.FULL]
    assert final["state"] == state
    assert (None if final.isna()["suggested"] else final["suggested"]) == suggested


def test_fractions_of_two_reviewers_are_compared_too(tiny_corpus: Corpus, tmp_path: Any) -> None:
    moved = (Adjustment(211, "set", 0.1), Adjustment(311, "set", 0.8))
    with Records.open(tiny_corpus, tmp_path / "v.sqlite") as kept:
        kept.add(Verdict(corpora.FULL, "Anna", "wrong", adjustments=moved))
        kept.add(Verdict(corpora.FULL, "Ben", "wrong", suggested=512))
        assert kept.final().loc[corpora.FULL, "state"] == "disputed"
        assert consensus.final(kept.current(reviewer="Ben")).loc[corpora.FULL, "state"] == "wrong"


def test_wrong_fractions_with_the_same_largest_class_are_wrong_in_the_report(tmp_path: Any) -> None:
    corpus = open_demo(count=2_000)
    with Records.open(corpus, tmp_path / "v.sqlite") as kept:
        todo = queue.build("random:n=60,seed=4", corpus)
        several = [one for one in todo.ids if len(corpus.labels(one)) > 1][:12]
        for sample_id in todo.ids:
            stratum, probability = todo.drawn(sample_id)
            given: dict[str, Any] = {
                "queue": todo.text,
                "stratum": stratum,
                "probability": probability,
                "blind": sample_id in several,
            }
            if sample_id in several:
                first = int(corpus.labels(sample_id).index[0])
                rest = [Adjustment(int(code), "reject") for code in corpus.labels(sample_id).index[1:]]
                given["adjustments"] = (Adjustment(first, "set", 1.0), *rest)
            kept.add(Verdict(sample_id, "Anna", "wrong" if sample_id in several else "correct", **given))
        found = accuracy.from_records(corpus, kept, 3)
        assert found.n == 60
        column = found.classes.index(groupings.OTHER_FRACTIONS)
        assert found.confusion[:, column].sum() == 12
        assert found.overall < 0.95
        assert found.overlap > found.overall  # a part of each is right
        assert 0 < found.overlap_low < found.overlap < found.overlap_high < 1
        assert any(
            "12 samples were judged wrong for their fractions" in note and "100.0 %" in note
            for note in found.notes
        )
        # Areas are of fractions: what the labels say of all, corrected; they add up.
        assert found.area_basis == "fractions"
        assert found.areas.sum() == pytest.approx(1, abs=0.01)
        by_area = accuracy.weights_of(corpus, 3, "area")
        table = found.table()
        assert table.loc[by_area.index, "mapped"].to_numpy() == pytest.approx(by_area.to_numpy(), abs=1e-6)
        assert table.loc[table["area"] > 0, "area_ha_ci"].gt(0).all()
        text = report.html(corpus, kept, 3)
        assert "100.0 ± 0.0" not in text
        assert "Agreement of the fractions" in text
        assert "12 were given blind, 48 with the label in sight" in text
    corpus.close()
