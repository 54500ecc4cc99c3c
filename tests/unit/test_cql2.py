"""CQL2: text becomes JSON, JSON becomes the samples that meet it; what is not understood is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query import cql2, cql2_text
from explorer.corpus.tables import places
from explorer.demo.opening import open_demo


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return open_demo(count=2000)


def found(corpus: Corpus, text: str) -> np.ndarray:
    return cql2.mask(corpus.filter_table, cql2_text.read_text(text))


def test_a_comparison_is_what_pandas_finds(corpus: Corpus) -> None:
    samples = corpus.samples
    clc, fraction = samples["clc"].to_numpy(), samples["fraction"].to_numpy()
    country = np.array([*places.names(), ""])[corpus.filter_table.country]
    class_211 = corpus.fractions[211].to_numpy()
    for text, wanted in (
        ("clc = 211", clc == 211),
        ("211 = clc", clc == 211),
        ("clc <> 211", clc != 211),
        ("300 <= clc", clc >= 300),
        ("clc IN (211, 312)", np.isin(clc, [211, 312])),
        ("clc IN (211, 211.5, 70000, -1)", clc == 211),
        ("clc NOT IN (211, 312)", ~np.isin(clc, [211, 312])),
        ("purity >= 0.8 AND country = 'France'", (fraction >= 0.8 - 1e-6) & (country == "France")),
        ("fraction BETWEEN 0.2 AND 0.5", (fraction >= 0.2 - 1e-6) & (fraction <= 0.5 + 1e-6)),
        ("clc_211 > 0.5", class_211 > 0.5 + 1e-6),
        (
            "country LIKE 'S%' AND NOT (country = 'Spain')",
            np.char.startswith(country, "S") & (country != "Spain"),
        ),
        ("clc = 211 OR clc = 312 AND fraction > 0.9", (clc == 211) | (clc == 312) & (fraction > 0.9 + 1e-6)),
        ("country IS NULL", country == ""),
        ("country IS NOT NULL", country != ""),
        ("lat > 60", samples["lat"].to_numpy() > 60),
        (f"sample_id = '{samples.index[7]}'", samples.index == samples.index[7]),
        ('"clc" = +2.11e2', clc == 211),
    ):
        assert (found(corpus, text) == wanted).all(), text
        assert wanted.any() or "NULL" in text, text


def test_a_fraction_is_found_as_it_is_written(corpus: Corpus) -> None:
    value = round(float(corpus.samples["fraction"].iloc[3]), 6)
    assert found(corpus, f"fraction = {value}")[3]
    assert not found(corpus, f"fraction <> {value}")[3]
    assert found(corpus, f"fraction IN ({value}, 2)")[3]


def test_an_area_is_that_of_a_query(corpus: Corpus) -> None:
    wanted = set(corpus.query(bbox=(2, 44, 12, 50)).index)
    assert wanted
    for text in (
        "S_INTERSECTS(geometry, BBOX(2, 44, 12, 50))",
        "s_intersects(geometry, POLYGON((2 44, 12 44, 12 50, 2 50, 2 44)))",
        "S_INTERSECTS(POLYGON((2 44, 12 44, 12 50, 2 50, 2 44)), geometry)",
    ):
        assert set(corpus.samples.index[found(corpus, text)]) == wanted


def test_a_box_across_the_antimeridian_is_two(corpus: Corpus) -> None:
    lon = corpus.samples["lon"].to_numpy()
    across = found(corpus, "S_INTERSECTS(geometry, BBOX(20, -90, -5, 90))")
    clear = (abs(lon - 20) > 0.1) & (abs(lon + 5) > 0.1)  # a sample is some 0.01 degrees wide
    assert (across == ((lon > 20) | (lon < -5)))[clear].all()
    assert across.any()


def test_what_is_not_known_is_neither_true_nor_false(corpus: Corpus) -> None:
    unknown = corpus.filter_table.country < 0
    assert not (found(corpus, "country = 'France'") & unknown).any()
    assert not (found(corpus, "NOT (country = 'France')") & unknown).any()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("clc =", "at its end"),
        ("clc = 211 211", "'211'"),
        ("(clc = 211", r"\)"),
        ("shoe = 3", "no property 'shoe'.*clc"),
        ("clc = 'water'", "compared with a number"),
        ("country > 3", "compared with a text"),
        ("clc LIKE '2%'", "compares a text"),
        ("S_INTERSECTS(geometry, POLYGON((2 45)))", "geometry as WKT"),
        ("S_INTERSECTS(clc, POINT(2 45))", "property"),
        ("S_INTERSECTS(geometry, BBOX(1, 2))", "bbox"),
        ("(" * 50 + "clc = 1" + ")" * 50, "deeper than"),
        ("clc = 1 OR " * 300 + "clc = 1", "too long"),
        ("clc = 1 " + "x" * 9000, "characters"),
        ("clc = 1; DROP TABLE samples", "DROP"),
    ],
)
def test_what_is_wrong_is_named(corpus: Corpus, text: str, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        found(corpus, text)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (None, "no condition"),
        ([], "no condition"),
        ({"op": "="}, "no condition"),
        ({"op": "matches", "args": []}, "no operator 'matches'"),
        ({"op": "=", "args": [{"property": "clc"}]}, "takes 2"),
        ({"op": "in", "args": [{"property": "clc"}, []]}, "1 to"),
        ({"op": "=", "args": [{"property": "clc"}, True]}, "number"),
        ({"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point"}]}, "geometry"),
    ],
)
def test_what_is_wrong_in_json_is_named(corpus: Corpus, written: Any, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        cql2.mask(corpus.filter_table, written)


def test_nothing_is_told_of_a_hidden_label(corpus: Corpus) -> None:
    for text in ("clc = 211", "purity > 0.5", "clc_211 > 0.1", "class = 'Vineyards'", "classes > 2"):
        with pytest.raises(InvalidQueryError, match="hides"):
            cql2.mask(corpus.filter_table, cql2_text.read_text(text), cql2.OF_LABELS)
    assert cql2.mask(corpus.filter_table, cql2_text.read_text("country = 'France'"), cql2.OF_LABELS).any()


@given(st.text(alphabet="clc=<>'\"() ,.0123456789ANDORNOTINLIKEBETWEENS_polygon%\n", max_size=60))
def test_any_text_is_a_filter_or_a_named_error(text: str) -> None:
    try:
        cql2_text.read_text(text)
    except InvalidQueryError:
        pass
