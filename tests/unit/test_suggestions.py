"""What is suggested while somebody types: groups, completions, counts, and nothing of labels where they are hidden."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from explorer.corpus.query import suggestions
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.suggestions import Suggestion, suggest
from explorer.corpus.tables.index import SampleIndex
from explorer.corpus.tables.labels import Fractions

ROWS = {
    "33N_15E-200N_01_09": {211: 0.6, 311: 0.4},
    "33N_15E-200N_02_09": {221: 1.0},
    "33N_15E-201N_02_09": {},
    "31N_10E-220N_05_05": {221: 0.3, 312: 0.7},
}


@pytest.fixture(scope="module")
def table() -> FilterTable:
    return FilterTable(SampleIndex.of(Fractions.from_rows(ROWS), "a test"))


def titles(found: list[Suggestion], group: str) -> list[str]:
    return [one.title for one in found if one.group == group]


def test_ids_are_suggested_by_their_beginning(table: FilterTable) -> None:
    found = suggest(table, "33n_15e-200")
    assert titles(found, "Samples") == ["33N_15E-200N_01_09", "33N_15E-200N_02_09"]
    assert found[0].detail == "Non-irrigated arable land 60 %"
    assert found[0].colour == "#ffffa8"
    assert found[1].phrase.sample == "33N_15E-200N_02_09"
    assert titles(suggest(table, "33N_15E-200N_01_09"), "Samples") == ["33N_15E-200N_01_09"]
    assert suggest(table, "99N_") == []


def test_ids_are_found_in_any_order() -> None:
    mixed = pd.Index(["b2", "a1", "b1"])
    assert suggestions.ids_from(mixed, "b") == ["b2", "b1"]
    assert suggestions.ids_from(mixed.sort_values(), "b", 1) == ["b1"]


@pytest.mark.parametrize(
    ("text", "group", "first"),
    [
        ("tou", "Places", "Toulouse"), ("Tours", "Places", "Tours"), ("Tours, Fr", "Places", "Tours"), ("ital", "Places", "Italy"), ("tusc", "Places", "Tuscany"),
        ("vin", "Classes", "Vineyards"), ("forest", "Classes", "Forests"), ("221", "Classes", "Vineyards"),
        ("50.8, 3.25", "Places", "50.8000° N, 3.2500° E"), ("vineyards", "Filters", "≥ 80 % Vineyards"),
        ("vineyards Ita", "Filters", "Mostly Vineyards · Italy"), ("vineyards Tou", "Filters", "Mostly Vineyards · Within 50 km of Toulouse"),
        ("Tours", "Filters", "Within 50 km of Tours"), ("purity >= 80 %", "Filters", "Purity ≥ 80 %"), ("Italy fore", "Filters", "Mostly Forests · Italy"),
    ],
)  # fmt: skip
def test_the_likeliest_comes_first(table: FilterTable, text: str, group: str, first: str | None) -> None:
    assert next(iter(titles(suggest(table, text), group)), None) == first


def test_what_is_not_understood_is_said(table: FilterTable) -> None:
    (one,) = (s for s in suggest(table, "blue vineyards Italy") if s.group == "Filters")
    assert one.detail == "not understood: 'blue'"


def test_samples_are_counted_where_that_can_be_told(table: FilterTable) -> None:
    found = suggest(table, "vineyards")
    counted = dict(zip([one.title for one in found], suggestions.counts(table, found), strict=True))
    assert counted["Vineyards"] == 1
    assert counted["≥ 80 % Vineyards"] == 1
    for text in ("33N_15E-200N_01_09", "Tours", "reviewed"):
        asked = [
            one
            for one in suggest(table, text)
            if one.title in (text, "Tours") or one.title.startswith("Review")
        ]
        assert suggestions.counts(table, asked) == [None] * len(asked)
        assert asked


def test_nothing_tells_of_labels_that_are_hidden(table: FilterTable) -> None:
    for text in (
        "vin",
        "forest",
        "221",
        "vineyards Italy",
        "purity > 0.8",
        "mixed",
        "reviewed",
        "near Munich vineyards",
    ):
        assert {one.group for one in suggest(table, text, labels=False)} <= {"Places", "Samples"}
    (one,) = suggest(table, "33N_15E-200N_01_09", labels=False)
    assert one.colour == ""
    assert "arable" not in one.detail
    assert [s.title for s in suggest(table, "Tours", labels=False) if s.group == "Filters"] == [
        "Within 50 km of Tours"
    ]


@pytest.mark.parametrize("text", ["", "   ", "91, 0", "x" * 10_000, "<b>", "\u202e", "'; --", "0", "-", "N"])
def test_any_text_is_borne(table: FilterTable, text: str) -> None:
    found = suggest(table, text)
    assert len(found) <= 5 * suggestions.MOST
    assert all(np.isin(one.group, ["Samples", "Places", "Classes", "Filters"]) for one in found)
