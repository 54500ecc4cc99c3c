"""Filters that ask opinions: against plain computations, as texts and chips, with opinions that come, go and are replaced."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from explorer.core.errors import (
    ExplorerError,
    InvalidQueryError,
    UnknownClassError,
    UnknownOpinionError,
)
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.filters import MAX_OF_OPINIONS, Filters
from explorer.corpus.query.opinion_conditions import ClassPair, Differ, Disagreement, Says
from explorer.demo import open_demo
from explorer.opinions import columns, legends
from explorer.review import groupings

COUNT = 400
GOOD, CONFUSED = "made-up-good", "made-up-confused"


@pytest.fixture(scope="module")
def corpus() -> Iterator[Corpus]:
    found = open_demo(count=COUNT)
    yield found
    found.close()


def fractions(corpus: Corpus, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Label and opinion, each adding up to 1 with what is not said."""
    label = corpus.fractions.to_numpy(np.float64)
    label = np.column_stack([label, 1 - label.sum(axis=1)])
    said = corpus.opinions[name].fractions.to_numpy(np.float64)
    return label, np.column_stack([said, 1 - said.sum(axis=1)])


def test_disagreement_is_half_the_sum_of_differences(corpus: Corpus) -> None:
    label, said = fractions(corpus, GOOD)
    labelled = corpus.samples["clc"].to_numpy() > 0
    expected = labelled & (np.abs(label - said).sum(axis=1) / 2 >= 0.2)
    found = Filters(disagreement=(Disagreement(GOOD, 0.2),)).mask(corpus.filter_table)
    assert 0 < expected.sum() < COUNT
    assert (found == expected).all()
    both = Filters(disagreement=(Disagreement(GOOD, 0.2), Disagreement(CONFUSED, 0, 0.4)))
    other = corpus.opinions[CONFUSED].disagreement()
    assert set(corpus.samples.index[both.mask(corpus.filter_table)]) == (
        set(corpus.samples.index[found]) & set(other.index[other <= 0.4])
    )


@pytest.mark.parametrize("codes", [("231",), ("23",), ("2", "311"), ("211", "212")])
def test_what_is_said_is_the_largest_class_on_the_level_of_the_code(
    corpus: Corpus, codes: tuple[str, ...]
) -> None:
    said = corpus.opinions[GOOD].fractions
    expected = np.zeros(COUNT, bool)
    for code in codes:
        by_level = said.T.groupby([str(one)[: len(code)] for one in said.columns]).sum().T
        expected |= (by_level.idxmax(axis=1) == code).to_numpy()
    assert (Filters(says=(Says(GOOD, codes),)).mask(corpus.filter_table) == expected).all()
    assert 0 < expected.sum() < COUNT


def test_every_cell_of_a_cross_table_is_a_filter_that_finds_its_samples(corpus: Corpus) -> None:
    model = corpus.opinions[CONFUSED]
    for grouping in (groupings.of_level(1), groupings.of_level(2), groupings.find("bigearthnet-19")):
        table = model.confusion(grouping=grouping)
        total = 0
        for label in table.index:
            for said in table.columns:
                condition = columns.class_pair(model, grouping, int(label), int(said))
                again = Filters.parse(Filters(class_pair=(condition,)).format())
                assert again == (Filters(class_pair=(condition,)), ())
                found = int(again[0].mask(corpus.filter_table).sum())
                assert found == table.loc[label, said], condition
                total += found
        assert total == table.to_numpy().sum()


def test_a_legend_of_its_own_is_asked_by_its_titles(corpus: Corpus) -> None:
    legend = legends.find("esa-worldcover")
    values = np.zeros((COUNT, len(legend.classes)))
    values[np.arange(COUNT), np.arange(COUNT) % 2] = 1  # trees and shrubs by turns
    frame = pd.DataFrame(values, corpus.samples.index, list(legend.values))
    model = corpus.opinions.show("worldcover", frame.iloc[: COUNT // 2], legend)
    try:
        title = model.choose().titles[3]
        found = Filters(says=(Says("worldcover", (title,), "own"),)).mask(corpus.filter_table)
        assert found.sum() == (model.of_corpus(model.choose()) == model.choose().codes[3]).sum() > 0
        assert not found[COUNT // 2 :].any()
        table = model.confusion()
        cell = columns.class_pair(model, model.choose(), int(table.index[0]), int(table.columns[0]))
        assert cell.groups == "own"
        assert Filters(class_pair=(cell,)).mask(corpus.filter_table).sum() == table.iloc[0, 0]
        with pytest.raises(InvalidQueryError, match="no class 'Glaciers'"):
            Filters(says=(Says("worldcover", ("Glaciers",), "own"),)).mask(corpus.filter_table)
    finally:
        corpus.opinions.remove("worldcover")


def test_two_that_differ_and_one_that_differs_from_the_label(corpus: Corpus) -> None:
    one, two = (corpus.opinions[name].of_corpus(groupings.of_level(2)) for name in (GOOD, CONFUSED))
    found = Filters(differ=(Differ(GOOD, CONFUSED, "2"),)).mask(corpus.filter_table)
    assert (found == (one != two)).all()
    assert 0 < found.sum() < COUNT
    from_label = Filters(differ=(Differ(GOOD, groups="1"),)).mask(corpus.filter_table)
    table = corpus.opinions[GOOD].confusion(level=1).to_numpy()
    assert from_label.sum() == table.sum() - np.trace(table)


def test_an_opinion_that_is_replaced_or_removed_is_asked_as_it_is_now(corpus: Corpus) -> None:
    filters = Filters(says=(Says("mine", ("211",)),))
    assert filters.lacking(corpus.filter_table) == {"says": "the opinion mine"}
    with pytest.raises(UnknownOpinionError, match="mine"):
        filters.mask(corpus.filter_table)
    ids = corpus.samples.index
    try:
        corpus.opinions.show("mine", pd.DataFrame({"sample_id": ids[:5], "class": 211}))
        assert filters.lacking(corpus.filter_table) == {}
        assert filters.mask(corpus.filter_table).sum() == 5
        corpus.opinions.show("mine", pd.DataFrame({"sample_id": ids[:7], "class": 211}))
        assert filters.mask(corpus.filter_table).sum() == 7
    finally:
        corpus.opinions.remove("mine")
    with pytest.raises(UnknownOpinionError):
        filters.mask(corpus.filter_table)


def test_queries_take_them_as_values_and_as_texts(corpus: Corpus) -> None:
    text = corpus.query(disagreement=f"{GOOD}:0.3", countries="France")
    value = corpus.query(disagreement=[Disagreement(GOOD, 0.3)], countries="France")
    link = corpus.query(filters=f"country:France;disagree:{GOOD}:0.3-1")
    assert list(text.index) == list(value.index) == list(link.index)
    apart = corpus.opinions[GOOD].disagreement()
    assert len(text) > 0
    assert (apart[text.index] >= 0.3 - 1e-6).all()


def test_chips_say_what_is_asked_in_words() -> None:
    filters = Filters(
        disagreement=(Disagreement(GOOD, 0.3), Disagreement(CONFUSED, 0, 0.25, "2")),
        says=(Says(GOOD, ("231", "211")),), class_pair=(ClassPair(GOOD, "Pastures", "none", "bigearthnet-19"),),
        differ=(Differ(GOOD),),
    )  # fmt: skip
    assert dict(filters.chips()) == {
        "disagreement": f"Differs from {GOOD} by ≥ 30 %; Differs from {CONFUSED} by ≤ 25 % (level 2)",
        "says": f"{GOOD} says Pastures + 1 more",
        "class_pair": f"Labelled Pastures, {GOOD} says no class of the groups (bigearthnet-19)",
        "differ": f"{GOOD} and the label name different classes",
    }
    assert Filters(**filters.values()) == filters


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({"disagreement": f"{GOOD}:0.6-0.2"}, "runs from 0.6 to 0.2"),
        ({"disagreement": f"{GOOD}:nan"}, "from nan"),
        ({"disagreement": GOOD}, "NAME:FROM-TO"),
        ({"disagreement": f"{GOOD}:much"}, "'much' is no range"),
        ({"disagreement": "../secret:0.2"}, "'../secret' is no name"),
        ({"says": f"{GOOD}:999"}, "999"),
        ({"says": f"{GOOD}:"}, "name one to"),
        ({"says": f"{GOOD}:231:2"}, "class 231 is of level 3"),
        ({"class_pair": f"{GOOD}:231"}, "NAME:LABEL:SAID"),
        ({"differ": f"{GOOD}:{GOOD}"}, "does not differ from itself"),
        ({"differ": [f"a{i}" for i in range(MAX_OF_OPINIONS + 1)]}, "more than 10 values"),
    ],
)
def test_what_is_wrong_is_refused_and_named(conditions: dict[str, object], told: str) -> None:
    with pytest.raises(ExplorerError, match=told):
        Filters(**conditions)  # type: ignore[arg-type]


def test_a_title_with_any_signs_comes_back_from_a_link() -> None:
    odd = "Trees, shrubs; 50% + more: all"
    filters = Filters(
        says=(Says(GOOD, (odd, "none"), "my, groups"),), class_pair=(ClassPair(GOOD, odd, odd, "a:b"),)
    )
    assert Filters.parse(filters.format()) == (filters, ())


def test_a_link_with_an_unknown_class_says_so() -> None:
    filters, problems = Filters.parse(f"says:{GOOD}:77;country:France")
    assert filters == Filters(countries=("France",))
    assert "77" in problems[0]
    with pytest.raises(UnknownClassError):
        Says(GOOD, ("77",))


def test_samples_without_a_corpus_have_no_opinions(corpus: Corpus) -> None:
    table = FilterTable(corpus.index)
    filters = Filters(differ=(Differ(GOOD),))
    assert filters.lacking(table) == {"differ": f"the opinion {GOOD}"}
    with pytest.raises(InvalidQueryError, match="no opinions are kept"):
        filters.mask(table)
