"""What was seen on the ground, on the map: nothing lost from afar, each place by itself close by, told once while it serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import geopandas as gpd
import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import shapely

from explorer.core.config import Settings
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.opinions.ground import GroundTruth
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection
from explorer.views.map import map_ground
from explorer.views.map.map import MapView
from explorer.views.map.raster import SampleRaster, View
from tests.talk import say, sent, until

EUROPE = View((-2.5e6, 4.5e6), (4e6, 11e6), 500, 500)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """A demo with made-up visits and parcels, and a field of one sample that somebody drew."""
    folder = tmp_path_factory.mktemp("ground")
    found = open_demo(count=400, config=Settings(data_dir=folder / "data", cache_dir=folder / "cache"))
    cell = found.cell(found.samples.index[7])
    left, _, _, top = cell.bounds
    field = shapely.box(left + 100, top - 400, left + 400, top - 100) - shapely.box(
        left + 200, top - 300, left + 300, top - 200
    )
    rows = gpd.GeoDataFrame({"id": ["f1"], "class": ["231"]}, geometry=[field], crs=cell.epsg)
    rows.to_file(folder / "field.geojson")
    found.ground.add("field", folder / "field.geojson", source="Somebody")
    yield found
    found.close()


def near(corpus: Corpus, position: int, metres: float = 1_500) -> View:
    x, y = corpus.samples[["x", "y"]].to_numpy()[position]
    return View((x - metres, x + metres), (y - metres, y + metres), 500, 500)


def test_from_afar_all_places_are_in_some_mark_whose_colour_is_that_of_most(corpus: Corpus) -> None:
    found = map_ground.of_view(corpus, EUROPE)
    tables = [corpus.ground[name] for name in corpus.ground]
    assert sum(mark["count"] for mark in found.marks) == sum(len(one) for one in tables)
    assert len(found.credits) == 3
    largest = max(found.marks, key=lambda mark: mark["count"])
    edge = 2.0**found.zoom
    colours: Counter[str] = Counter()
    for one in tables:
        same = (np.floor(one.mercator / edge) == np.floor(np.array([largest["x"], largest["y"]]) / edge)).all(
            axis=1
        )
        colours.update(one.legend.classes[i].colour for i in one.table["place"][same])
    assert sum(colours.values()) == largest["count"]
    assert colours[largest["colour"]] == max(colours.values())
    assert largest["text"].startswith(
        f"{largest['count']:,} places seen on the ground: {max(colours.values())} "
    )


def test_marks_stay_what_they_are_as_the_map_is_moved(corpus: Corpus) -> None:
    moved = View((-2.1e6, 4.9e6), (4e6, 11e6), 500, 500)
    before, after = (
        {(m["x"], m["y"]): m for m in map_ground.of_view(corpus, view).marks if -2e6 < m["x"] < 4e6}
        for view in (EUROPE, moved)
    )
    assert before == after


def test_however_many_there_are_marks_are_bounded(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    every = map_ground.of_view(corpus, EUROPE)
    monkeypatch.setattr(map_ground, "MOST_MARKS", 20)
    fewer = map_ground.of_view(corpus, EUROPE)
    assert len(fewer.marks) <= 20 < len(every.marks)
    assert sum(m["count"] for m in fewer.marks) == sum(m["count"] for m in every.marks)


def test_close_by_a_polygon_has_its_outline_and_what_it_is(corpus: Corpus) -> None:
    found = map_ground.of_view(corpus, near(corpus, 7))
    (mark,) = [one for one in found.marks if one["text"].startswith("field")]
    assert mark["text"] == "field: Pastures · f1"
    outline, hole = (np.array(ring) for ring in mark["rings"])
    assert np.ptp(outline, axis=0) / np.ptp(hole, axis=0) == pytest.approx(3, rel=0.05)
    inner = shapely.Polygon(outline, [hole])
    assert inner.contains(shapely.Point(mark["x"], mark["y"]))
    assert any(line.startswith("field: Somebody; ") for line in found.credits)


def test_a_polygon_in_two_samples_is_one_place(corpus: Corpus) -> None:
    (name,) = (name for name in corpus.ground if name == "field")
    one = corpus.ground[name]
    twice = gpd.GeoDataFrame(pd.concat([one.table, one.table], ignore_index=True), crs=one.table.crs)
    double = GroundTruth(corpus, one.about, one.legend, lambda: twice)
    assert double.first_rows.tolist() == [True, False]


def test_a_set_that_cannot_be_read_is_named_and_the_others_are_shown(corpus: Corpus) -> None:
    path = corpus.ground.folder / "broken.parquet"
    path.write_bytes(b"no table")
    try:
        found = map_ground.of_view(corpus, EUROPE)
    finally:
        path.unlink()
    assert [text.partition(":")[0] for text in found.problems] == ["broken"]
    assert found.marks


def test_the_page_is_told_marks_while_they_are_shown_and_once_while_they_serve(corpus: Corpus) -> None:
    hv.extension("bokeh", logo=False)
    selection = Selection()
    raster = SampleRaster(corpus.samples, corpus.filter_table.position)
    view = MapView(corpus, selection, SessionScheduler(), raster, tiles=False)
    assert sent(view.tools, "ground") == []
    assert sent(view.tools, "state")[-1]["looks"]["ground"]
    way = {"x0": -2.5e6, "x1": 4.5e6, "y0": 4e6, "y1": 11e6, "width": 500, "height": 500}
    say(view.tools, "view", number=1, **way)
    say(view.tools, "look", name="ground", value="places")
    until(lambda: len(sent(view.tools, "ground")) == 1)
    assert selection.map.ground == "places"
    say(view.tools, "view", number=2, **{**way, "x0": -2.4e6, "x1": 4.6e6})
    say(view.tools, "view", number=3, x0=0.0, x1=4e5, y0=5.95e6, y1=6.35e6, width=400, height=400)
    until(lambda: len(sent(view.tools, "ground")) == 2)  # the second view needed no others
    say(view.tools, "look", name="ground", value="none")
    assert sent(view.tools, "ground")[-1] == {"type": "ground", "marks": [], "credits": [], "problems": []}
    say(view.tools, "view", number=4, **way)
    until(lambda: sent(view.tools, "drawn")[-1]["number"] == 4)
    assert len(sent(view.tools, "ground")) == 3
