"""What was seen on the ground of one sample: listed, drawn where it is, taken away as files that name whom to credit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from explorer.core.config import Settings
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.opinions import ground_marks
from explorer.views.animation.animation import AnimationView
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection
from explorer.views.labels.labels import LabelsView
from tests.talk import say, sent, until


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """A demo with a point and a polygon with a hole in its first sample."""
    found = open_demo(count=200, config=Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache"))
    cell = found.cell(found.samples.index[0])
    left, _, _, top = cell.bounds
    field = shapely.Polygon(
        [(left - 50, top - 60), (left + 90, top - 60), (left + 90, top - 300), (left - 50, top - 300)],
        [[(left + 30, top - 90), (left + 60, top - 90), (left + 60, top - 120), (left + 30, top - 120)]],
    )
    rows = gpd.GeoDataFrame(
        {"id": ["p1", "=f1"], "class": ["211", "231"], "date": ["2018-06-12", ""]},
        geometry=[shapely.Point(left + 151.5, top - 301.5), field], crs=cell.epsg,
    )  # fmt: skip
    rows.to_file(tmp_path / "seen.geojson")
    found.ground.add("seen", tmp_path / "seen.geojson", source="Somebody", licence="CC BY 4.0")
    yield found
    found.close()


def test_marks_are_where_they_are_in_the_chip(corpus: Corpus) -> None:
    found = ground_marks.of_sample(corpus, corpus.samples.index[0])
    marks = {one.id: one for one in found.marks if one.set == "seen"}
    point, field = marks["p1"], marks["=f1"]
    assert (point.row, point.col, point.rings) == (
        pytest.approx(100.5, abs=0.02),
        pytest.approx(50.5, abs=0.02),
        [],
    )
    assert (point.title, point.colour, point.date) == ("Non-irrigated arable land", "#ffffa8", "2018-06-12")
    outline, hole = field.rings
    assert np.ptp(np.array(outline), axis=0) == pytest.approx([80, 30], abs=0.2)  # cut to the cell
    assert np.array(hole).mean(axis=0) == pytest.approx([34, 14], abs=3)
    assert [bool(one.rings) for one in found.marks] == sorted(bool(one.rings) for one in found.marks)
    assert "seen: Somebody; CC BY 4.0" in found.credits
    assert (
        ground_marks.of_sample(corpus, corpus.samples.index[150]).credits.count("seen: Somebody; CC BY 4.0")
        == 0
    )


def test_of_many_a_bounded_number_is_listed_and_the_rest_counted(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = corpus.samples.index[0]
    everything = ground_marks.of_sample(corpus, sample)
    monkeypatch.setattr(ground_marks, "MAX_MARKS", 1)
    found = ground_marks.of_sample(corpus, sample)
    assert len(found.marks) == 1
    assert found.more == len(everything.marks) - 1


def test_files_hold_all_of_a_sample_and_whom_to_name(corpus: Corpus, tmp_path: Path) -> None:
    table = ground_marks.frame(corpus, [corpus.samples.index[0]], ["seen"])
    assert table["set"].tolist() == ["seen", "seen"]
    text = ground_marks.encode(table, "csv").decode()
    read = pd.read_csv(io.StringIO(text))
    assert read["licence"].tolist() == ["CC BY 4.0"] * 2
    assert "'=f1" in text  # no formula for a spreadsheet
    assert shapely.from_wkt(read["wkt"].to_numpy()).tolist()[0].geom_type in ("Point", "Polygon")
    told = json.loads(ground_marks.encode(table, "geojson"))
    assert told["attribution"] == "seen: Somebody; CC BY 4.0"
    assert {one["geometry"]["type"] for one in told["features"]} == {"Point", "Polygon"}
    file = tmp_path / "back.gpkg"
    file.write_bytes(ground_marks.encode(table, "gpkg"))
    points, areas = (gpd.read_file(file, layer=layer) for layer in ("points", "polygons"))
    assert points["id"].tolist() == ["p1"]
    assert areas["source"].tolist() == ["Somebody"]
    assert areas.geometry.iloc[0].equals_exact(table.geometry[table["id"] == "=f1"].iloc[0], 1e-9)
    with pytest.raises(InvalidQueryError, match="no format 'exe'"):
        ground_marks.encode(table, "exe")
    with pytest.raises(InvalidQueryError, match="nothing was seen"):
        ground_marks.encode(table[:0], "csv")


def test_the_demos_are_in_the_first_sample_and_say_that_they_are_made_up(corpus: Corpus) -> None:
    sample = corpus.default_sample
    assert sample is not None
    found = ground_marks.of_sample(corpus, sample)
    assert {one.set for one in found.marks} == {"made-up-parcels", "made-up-visits"}
    assert all("made up" in line for line in found.credits)
    visits = corpus.ground["made-up-visits"]
    inside = shapely.contains(
        np.array([corpus.cell(one).footprint() for one in visits.table["sample_id"][:40]]), visits.table.geometry[:40].to_numpy()
    )  # fmt: skip
    assert inside.all()


def test_the_panels_list_draw_and_save_it(corpus: Corpus) -> None:
    sample = corpus.samples.index[0]
    selection, loop = Selection(sample_id=sample), SessionScheduler()
    labels, animation = (
        LabelsView(corpus, selection, loop, "bus"),
        AnimationView(corpus, selection, loop, "bus"),
    )
    animation.open(sample)
    labels.open(sample)
    listed = until(lambda: next((one for one in sent(labels.pane, "ground")[-1:] if one["marks"]), None))
    assert "p1" in [one["id"] for one in listed["marks"]]
    assert not listed["shown"]
    drawn = until(lambda: next((one for one in sent(animation.player, "ground")[-1:] if one["marks"]), None))
    assert drawn["marks"] == listed["marks"]
    say(labels.pane, "show_ground", shown=True)
    assert selection.ground_marks
    assert sent(animation.player, "ground")[-1]["shown"]
    say(animation.player, "ground", shown=False)
    assert not sent(labels.pane, "ground")[-1]["shown"]
    say(labels.pane, "save", format="csv")
    file = until(lambda: sent(labels.pane, "file"))[-1]
    assert (file["name"], file["media"]) == (f"{sample}_ground.csv", "text/csv")
    say(labels.pane, "save", format="../../x")
    selection.sample_id = other = corpus.samples.index[150]
    animation.open(other)
    assert sent(animation.player, "ground")[-1]["marks"] == []  # at once, before the other panels follow
    labels.open(other)
    until(lambda: selection.session.ground is not None and selection.session.ground.sample_id == other)
    assert "p1" not in [one["id"] for one in sent(animation.player, "ground")[-1]["marks"]]
    assert len(sent(labels.pane, "file")) == 1
    animation.close()
