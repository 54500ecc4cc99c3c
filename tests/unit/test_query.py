"""Queries by space, label and time against plain geopandas, and the chips that they need."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from explorer.core import corine, grid
from explorer.core.errors import (
    InvalidQueryError,
    InvalidSampleIdError,
    UnknownClassError,
    UnknownSampleError,
)
from explorer.corpus.query import query as queries
from explorer.corpus.query.filter_table import FilterTable
from explorer.corpus.query.query import iter_keys, keys, to_geopandas
from explorer.corpus.tables.index import SampleIndex
from explorer.corpus.tables.labels import Fractions

A, B, C = "33N_15E-200N_01_09", "31N_20E-234N_18_36", "32N_22E-222N_40_40"


@pytest.fixture(scope="module")
def index() -> SampleIndex:
    """Two whole tiles, and three samples elsewhere, with one to three classes each."""
    rng = np.random.default_rng(5)
    ids = [f"32N_20E-225N_{r:02d}_{c:02d}" for r in range(1, 41) for c in range(1, 41)]
    ids += [f"32N_21E-225N_{r:02d}_{c:02d}" for r in range(1, 41) for c in range(1, 41)]
    rows: dict[str, dict[int, float]] = {}
    for sample_id in ids:
        chosen = rng.choice([112, 211, 231, 311, 312, 512], rng.integers(1, 4), replace=False)
        parts = rng.dirichlet(np.ones(len(chosen)))
        rows[sample_id] = dict(zip(map(int, chosen), map(float, parts), strict=True))
    rows |= {A: {211: 1.0}, B: {112: 0.45, 211: 0.55}, C: {}}
    return SampleIndex.of(Fractions.from_rows(rows), "a test")


def query(index: SampleIndex, **conditions: Any) -> pd.DataFrame:
    """A query of a table that has answered none before."""
    return queries.query(FilterTable(index), **conditions)


@pytest.fixture(scope="module")
def frame(index: SampleIndex) -> gpd.GeoDataFrame:
    return to_geopandas(index)


# -- space ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_bbox_is_whose_footprint_intersects_it(
    index: SampleIndex, frame: gpd.GeoDataFrame, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    west, south = rng.uniform([8.7, 48.7], [9.4, 48.95])
    size = [0, 0.0001, 0.004, 0.05, 0.4, 1][seed % 6]
    bbox = (west, south, west + size, south + size / 2)
    expected = frame.index[frame.intersects(shapely.box(*bbox))]
    assert list(query(index, bbox=bbox).index) == list(expected)


def test_random_boxes_are_not_all_empty(index: SampleIndex) -> None:
    counts = [len(query(index, bbox=(8.9, 48.8, 8.9 + s, 48.8 + s))) for s in (0.0001, 0.05, 0.4)]
    assert 0 < counts[0] < counts[1] < counts[2] < len(index)


SHAPES: dict[str, Any] = {
    "point": shapely.Point(9.05, 48.8),
    "line": shapely.LineString([(8.7, 48.75), (9.4, 48.95)]),
    "disc": shapely.Point(9.05, 48.85).buffer(0.1),
    "ring": shapely.Point(9.05, 48.85).buffer(0.1) - shapely.Point(9.05, 48.85).buffer(0.06),
    "islands": shapely.union_all([shapely.Point(8.9 + i / 20, 48.8).buffer(0.004) for i in range(8)]),
    "bow tie": shapely.Polygon([(8.9, 48.8), (9.2, 48.9), (9.2, 48.8), (8.9, 48.9)]),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_geometry_is_whose_footprint_intersects_it(
    index: SampleIndex, frame: gpd.GeoDataFrame, shape: Any
) -> None:
    expected = frame.index[frame.intersects(shapely.make_valid(shape))]
    assert len(expected) > 0
    assert list(query(index, geometry=shape).index) == list(expected)


def test_a_geometry_in_each_of_its_forms(index: SampleIndex) -> None:
    shape = SHAPES["disc"]
    expected = list(query(index, geometry=shape).index)
    series = gpd.GeoSeries([shape], crs=4326)
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}
    forms = [
        feature["geometry"],
        feature,
        {"type": "FeatureCollection", "features": [feature]},
        series,
        series.to_frame("geometry"),
        series.to_crs(3857),
    ]
    for form in forms:
        assert list(query(index, geometry=form).index) == expected


@pytest.mark.parametrize(
    ("bbox", "why"),
    [
        ((10, 48, 9, 49), "antimeridian"),
        ((9, 49, 10, 48), "south is north"),
        ((9, 48, 10), "west, south, east, north"),
        ((9, 48, 10, 49, 50), "west, south, east, north"),
        ("9,48,10,49", "west, south, east, north"),
        (7, "west, south, east, north"),
        ((9, 48, 10, "x"), "west, south, east, north"),
        ((9, 48, float("nan"), 49), "finite"),
        ((500000, 48, 600000, 49), "180"),
        ((9, -91, 10, 49), "90"),
    ],
)
def test_a_bad_bbox_says_what_is_wrong(index: SampleIndex, bbox: Any, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        query(index, bbox=bbox)


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        (shapely.Polygon(), "empty"),
        (shapely.Point(500000, 5400000), "degrees"),
        (gpd.GeoSeries([shapely.Point(9, 48)]), "no CRS"),
        ("POINT (9 48)", "str that is neither"),
        ({"type": "Nonsense"}, "neither"),
        ({"type": "Polygon", "coordinates": [[1]]}, "neither"),
        ({"type": "FeatureCollection", "features": [None]}, "neither"),
        (3, "int that is neither"),
    ],
)
def test_a_bad_geometry_says_what_is_wrong(index: SampleIndex, geometry: Any, why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        query(index, geometry=geometry)


# -- labels ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("classes", "level", "columns"),
    [
        ([211], 3, ["211"]),
        (211, 3, ["211"]),
        (["211", "Coniferous forest"], 3, ["211", "312"]),
        (["clc_112"], 3, ["112"]),
        ([31], 2, ["311", "312"]),
        ([2, 5], 1, ["211", "231", "512"]),
        ("Agricultural areas", 1, ["211", "231"]),
    ],
)
@pytest.mark.parametrize("floor", [0.0, 0.5, 1.0])
def test_classes_add_up(
    index: SampleIndex, classes: Any, level: int, columns: list[str], floor: float
) -> None:
    dense = index.fractions.matrix.toarray()
    codes = [str(code) for code in corine.codes(3)]
    total = dense[:, [codes.index(column) for column in columns]].sum(axis=1)
    expected = total >= floor - 1e-6 if floor else total > 0
    assert 0 < expected.sum() < len(index)
    assert list(query(index, classes=classes, level=level, min_fraction=floor).index) == list(
        index.samples.index[expected]
    )


def test_a_fraction_as_it_was_written_is_at_least_itself(index: SampleIndex) -> None:
    assert B in query(index, classes=[112], min_fraction=0.45).index
    assert B in query(index, classes=[112, 211], min_fraction=1).index
    assert B not in query(index, classes=[112], min_fraction=0.46).index


def test_no_label_can_be_asked_for(index: SampleIndex) -> None:
    assert list(query(index, classes=[0]).index) == [C]
    assert set(query(index, classes=[0, 211], min_fraction=1).index) >= {A, C}


def test_min_fraction_alone_is_of_the_largest_class(index: SampleIndex) -> None:
    found = query(index, min_fraction=0.9)
    assert 0 < len(found) < len(index)
    assert (found["fraction"] >= 0.9 - 1e-6).all()
    assert set(found.index) < set(query(index, min_fraction=0.9, level=1).index)


def test_a_class_counts_under_the_filters_as_in_a_query(index: SampleIndex) -> None:
    whole = query(index, filters="with:211;min:0.5", bbox=(8.9, 48.7, 9.2, 48.9))
    named = query(index, classes="Non-irrigated arable land", min_fraction=0.5, bbox=(8.9, 48.7, 9.2, 48.9))
    assert 0 < len(whole) < len(index)
    pd.testing.assert_frame_equal(whole, named)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_largest_class_of_a_level_has_the_sum_of_its_branch(index: SampleIndex, level: int) -> None:
    dense = pd.DataFrame(index.fractions.matrix.toarray(), index=index.samples.index)
    summed = dense.T.groupby([corine.parent(code, level) for code in corine.codes(3)]).sum().T.max(axis=1)
    expected = summed.index[summed >= 0.7 - 1e-6]
    assert 0 < len(expected) < len(index)
    assert list(query(index, min_fraction=0.7, level=level).index) == list(expected)


@pytest.mark.parametrize("classes", [[217], ["Sea of tranquillity"], [21], [2.5], [None], [True], ["²11"]])
def test_unknown_classes_are_named(index: SampleIndex, classes: list[Any]) -> None:
    with pytest.raises(UnknownClassError, match="at level 3"):
        query(index, classes=classes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"classes": []},
        {"classes": 2.5},
        {"level": 4},
        {"level": "3"},
        {"level": True},
        {"min_fraction": -0.1},
        {"min_fraction": 50},
        {"min_fraction": "0.5"},
        {"min_fraction": float("nan")},
    ],
)
def test_bad_label_conditions_are_named(index: SampleIndex, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidQueryError, match=next(iter(wrong))):
        query(index, **wrong)


# -- ids, time, and all together --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["largest", "countries", "regions", "zones", "review", "imagery", "disagreement", "says", "class_pair", "differ"],
)  # fmt: skip
@pytest.mark.parametrize("nothing", [[], (), iter(())])
def test_a_condition_without_values_is_not_all_samples(index: SampleIndex, name: str, nothing: Any) -> None:
    with pytest.raises(InvalidQueryError, match=f"^{name} is empty; leave it out"):
        query(index, **{name: nothing})
    assert len(query(index, **{name: None})) == len(index)


def test_a_phrase_is_a_text(index: SampleIndex) -> None:
    wrong: Any = 5
    with pytest.raises(InvalidQueryError, match="find is 5"):
        query(index, find=wrong)


def test_ids(index: SampleIndex) -> None:
    assert list(query(index, ids=[A, B]).index) == [B, A]  # in the order of the table
    assert list(query(index, ids=A).index) == [A]
    assert query(index, ids=[]).empty
    with pytest.raises(UnknownSampleError, match="33N_15E-200N_01_10"):
        query(index, ids=[A, "33N_15E-200N_01_10"])
    with pytest.raises(InvalidSampleIdError, match="nonsense"):
        query(index, ids=["nonsense"])


def test_without_conditions_all_are_found(index: SampleIndex) -> None:
    pd.testing.assert_frame_equal(query(index), index.samples)


def test_conditions_combine(index: SampleIndex) -> None:
    bbox = (8.9, 48.7, 9.2, 48.9)
    both = query(index, bbox=bbox, classes=[211], min_fraction=0.5, start="2018-07", end="2018-07")
    one, other = query(index, bbox=bbox), query(index, classes=[211], min_fraction=0.5)
    assert set(both.index) == set(one.index) & set(other.index)
    assert 0 < len(both) < min(len(one), len(other))
    assert both.attrs == {"start": "2018-07-01", "end": "2018-07-31"}


def test_a_moment_stands_for_its_day(index: SampleIndex) -> None:
    moment = dt.datetime(2018, 7, 2, 23, 59, tzinfo=dt.UTC)
    assert query(index, start=moment, end=moment).attrs == {"start": "2018-07-02", "end": "2018-07-02"}


def test_the_table_is_not_touched_by_what_is_done_to_a_result(index: SampleIndex) -> None:
    before = index.samples.copy()
    found = query(index, start="2018-07")
    found.loc[:, "lon"] = 0.0
    pd.testing.assert_frame_equal(index.samples, before)
    assert index.samples.attrs == {}


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ({"start": "2020-01-01"}, "no date from 2020-01-01 to the end.*every fifth day from 2018-01-03"),
        ({"end": "2017"}, "no date from the start to 2017-12-31"),
        ({"start": "2019-01-04", "end": "2019-01-05"}, "no date from 2019-01-04 to 2019-01-05"),
        ({"start": "2018-08-01", "end": "2018-07-01"}, "ends before"),
        ({"start": "summer"}, "start is 'summer'"),
        ({"end": "2018-02-30"}, "end is '2018-02-30'"),
        ({"end": 2018.5}, "end is 2018.5"),
    ],
)
def test_a_bad_range_says_what_is_wrong(index: SampleIndex, period: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        query(index, **period)


# -- what it gives --------------------------------------------------------------------------------------------


def test_to_geopandas(index: SampleIndex) -> None:
    found = query(index, ids=[A])
    frame = to_geopandas(index, found)
    assert frame.crs == "EPSG:4326"
    assert frame.geometry.iloc[0].equals(grid.parse(A).footprint())
    assert frame["clc"].tolist() == [211]
    assert "GCYDKJ" in frame.attrs["citation"]
    assert "geometry" not in found.columns


def test_keys_of_all_dates() -> None:
    found = keys([A])
    assert len(found) == 146 + 12
    assert found[0] == f"imagery/33N/15E-200N/{A}/PF-SR/2018-01-03.tif"
    assert found[-1] == f"imagery/33N/15E-200N/{A}/S2-SR/2018-12.tif"


def test_keys_between_dates_with_labels(index: SampleIndex) -> None:
    found = keys([A, B], ("S2-SR", "PF-QA"), start="2018-07-02", end=dt.date(2018, 7, 9), labels=True)
    assert found == [
        f"labels/33N/15E-200N/labels_{A}.geojson",
        f"imagery/33N/15E-200N/{A}/S2-SR/2018-07.tif",
        f"imagery/33N/15E-200N/{A}/PF-QA/2018-07-02.tif",
        f"imagery/33N/15E-200N/{A}/PF-QA/2018-07-07.tif",
        f"labels/31N/20E-234N/labels_{B}.geojson",
        f"imagery/31N/20E-234N/{B}/S2-SR/2018-07.tif",
        f"imagery/31N/20E-234N/{B}/PF-QA/2018-07-02.tif",
        f"imagery/31N/20E-234N/{B}/PF-QA/2018-07-07.tif",
    ]
    rows = query(index, ids=[A, B], start="2018-07-02", end="2018-07-09")
    assert sorted(keys(rows, ("S2-SR", "PF-QA"), labels=True)) == sorted(found)  # the query's range holds
    assert len(keys(rows, "PF-SR", start="2018", end="2018")) == 2 * 73


def test_keys_that_cannot_be() -> None:
    with pytest.raises(InvalidQueryError, match="no product 'PF'; the corpus has PF-SR, PF-QA, S2-SR"):
        keys([A], ["PF"])
    with pytest.raises(InvalidQueryError, match="S2-SR: it has every month"):
        keys([A], ["S2-SR"], start="2019-01-01")
    with pytest.raises(InvalidSampleIdError):
        keys(["../../etc/passwd"])


def test_a_list_of_the_whole_corpus_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_KEYS", 200)
    with pytest.raises(InvalidQueryError, match="2 samples need 316 files"):
        keys([A, B])
    assert sum(1 for _ in iter_keys([A, B])) == 316


def test_a_query_of_a_tile_takes_no_time(index: SampleIndex) -> None:
    query(index, classes=[211])
    start = time.thread_time()  # what others of a busy machine take is no matter
    for _ in range(10):
        query(index, bbox=(8.9, 48.7, 9.2, 48.9), classes=[211], min_fraction=0.5)
    assert (time.thread_time() - start) / 10 < 0.1
