"""The map: where it begins, what its legend says, and which sample a click means."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document

from explorer.core import corine
from explorer.core.errors import StoreError, UnreadableError
from explorer.core.theme import THEMES
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.filters import Filters
from explorer.views.common import palettes
from explorer.views.common.components import SessionScheduler
from explorer.views.common.map_state import Place
from explorer.views.common.selection import Selection
from explorer.views.map import context, map_figure
from explorer.views.map.map import MapView, first_ranges
from explorer.views.map.raster import SampleRaster
from tests import corpora
from tests.talk import say, sent, until


def corpus_of(xs: list[float], ys: list[float], clc: list[int] | None = None) -> Corpus:
    """What the map's functions read of a corpus."""
    samples = pd.DataFrame({"x": xs, "y": ys, "clc": clc or [211] * len(xs)})
    return SimpleNamespace(samples=samples)  # type: ignore[return-value]


def test_a_corpus_all_over_europe_begins_with_europe() -> None:
    assert first_ranges(corpus_of([-1e6, 3e6], [4.5e6, 1e7])) == context.EUROPE


def test_an_empty_corpus_begins_with_europe() -> None:
    assert first_ranges(corpus_of([], [])) == context.EUROPE


def test_a_small_corpus_fills_the_map_with_a_margin() -> None:
    (x0, x1), (y0, y1) = first_ranges(corpus_of([1e6, 1.9e6], [6e6, 6.2e6]))
    assert x0 < 1e6 < 1.9e6 < x1
    assert y0 < 6e6 < 6.2e6 < y1
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert x1 - x0 < 2 * 0.9e6


def test_a_single_sample_shows_where_in_europe_it_is() -> None:
    (x0, x1), (y0, y1) = first_ranges(corpus_of([1e6], [6e6]))
    assert (x0 + x1) / 2 == 1e6
    assert (y0 + y1) / 2 == 6e6
    assert 300_000 < x1 - x0 < 2_000_000


@pytest.fixture
def view(tiny_corpus: Corpus) -> MapView:
    hv.extension("bokeh", logo=False)
    raster = SampleRaster(tiny_corpus.samples, tiny_corpus.filter_table.position)
    found = MapView(tiny_corpus, Selection(), SessionScheduler(), raster, tiles=False)
    until(lambda: sent(found.legend.legend, "rows"))
    return found


@pytest.fixture
def figure(view: MapView) -> Any:
    """The map's figure, as a server makes it."""
    document = Document()
    view.pane.server_doc(document)
    return view._figures[0].figure


def rows(view: MapView) -> dict[str, Any]:
    """What the legend was told last."""
    return sent(view.legend.legend, "rows")[-1]


def close_by(view: MapView, sample_id: str, half: float = 1500.0) -> None:
    """Look at a sample from so near that it is a footprint."""
    x, y = view._corpus.samples.loc[sample_id, ["x", "y"]]
    say(
        view.tools,
        "view",
        number=1,
        x0=x - half,
        x1=x + half,
        y0=y - half,
        y1=y + half,
        width=400,
        height=400,
    )


def test_a_click_selects_the_nearest_sample_and_a_far_one_none(view: MapView, tiny_corpus: Corpus) -> None:
    x, y = tiny_corpus.samples[["x", "y"]].loc[corpora.BROKEN].to_numpy()
    say(view.tools, "tap", x=x + 3 * view.view.resolution, y=y - 3 * view.view.resolution)
    assert view._selection.sample_id == corpora.BROKEN
    there = tiny_corpus.samples.loc[corpora.FULL]
    say(view.tools, "tap", x=there["x"] + 40 * view.view.resolution, y=there["y"])
    assert view._selection.sample_id == corpora.BROKEN  # sea: the selection stays
    say(view.tools, "tap", x=there["x"], y=there["y"])
    assert view._selection.sample_id == corpora.FULL


def test_a_filtered_sample_cannot_be_clicked(view: MapView, tiny_corpus: Corpus) -> None:
    view._state.filters = Filters(zones=(33,))
    until(lambda: rows(view)["count"] == 1)
    x, y = tiny_corpus.samples[["x", "y"]].loc[corpora.BROKEN].to_numpy()
    say(view.tools, "tap", x=x, y=y)
    assert view._selection.sample_id is None


def test_arrows_go_to_the_neighbouring_sample(view: MapView) -> None:
    view._selection.sample_id = corpora.BROKEN  # 3 E, 50.9 N
    say(view.tools, "step", east=1, north=0)
    assert view._selection.sample_id == corpora.BARE  # 9 E
    say(view.tools, "step", east=1, north=0)
    assert (
        view._selection.sample_id == corpora.BARE
    )  # nothing within 45 degrees of east: the next one lies south
    say(view.tools, "step", east=0, north=-1)
    assert view._selection.sample_id == corpora.FULL
    say(view.tools, "step", east="<", north=None)
    assert view._selection.sample_id == corpora.FULL


@pytest.mark.usefixtures("figure")
def test_the_mark_is_the_sample_s_footprint(view: MapView, tiny_corpus: Corpus) -> None:
    view.open(corpora.FULL)
    outline = np.asarray(tiny_corpus.cell(corpora.FULL).footprint(3857).exterior.coords)[:4]
    (drawn,) = view._figures
    mark, dot = drawn.sources["mark"].data, drawn.sources["dot"].data
    assert np.allclose(np.column_stack([mark["xs"][0], mark["ys"][0]]), outline)
    assert (dot["x"][0], dot["y"][0]) == pytest.approx(tuple(outline.mean(axis=0)))
    view.open("<script>")
    assert len(drawn.sources["mark"].data["xs"]) == 0
    view.show("<script>")


def test_a_link_s_place_is_where_the_map_goes(view: MapView, figure: Any) -> None:
    view._state.place = Place(13.33, 43.554, 100.0)
    assert sum(view.view.x_range) / 2 == pytest.approx(1_483_888, abs=50)
    assert view.view.resolution == pytest.approx(100)
    assert (figure.x_range.start, figure.x_range.end) == view.view.x_range
    say(view.tools, "place", lon=13.4, lat=43.6, resolution=80.0)  # the browser was there: nothing moves
    assert view._state.place == Place(13.4, 43.6, 80.0)
    assert view.view.resolution == pytest.approx(100)
    view._state.place = None
    assert (view.view.x_range, view.view.y_range) == view._figures.first


def test_the_ground_is_land_or_sea_wherever_one_looks(view: MapView, figure: Any) -> None:
    """Land reaches around the world: what is no land has the sea's colour, without an edge, in each theme."""
    land = next(r for r in figure.renderers if r.name == "land")
    x, y = (np.concatenate([ring[0][0] for ring in land.data_source.data[axis]]) for axis in ("xs", "ys"))
    assert x.min() < -2e7 < 2e7 < x.max()
    assert y.min() < -5e6
    assert y.max() > 1.7e7  # 83 degrees north
    seas = set()
    for name, colours in THEMES.items():
        say(view.tools, "look", name="theme", value=name)
        assert (figure.background_fill_color, land.glyph.fill_color) == (
            colours["map-sea"],
            colours["map-land"],
        )
        seas.add(figure.background_fill_color)
    assert len(seas) == 2


def test_coasts_and_borders_lie_over_the_samples_and_land_below(figure: Any) -> None:
    names = [renderer.name for renderer in figure.renderers]
    assert names.index("land") < names.index("samples") < names.index("borders") < names.index("mark")
    land, borders = (next(r for r in figure.renderers if r.name == name) for name in ("land", "borders"))
    assert borders.data_source is land.data_source  # sent once
    assert (land.glyph.line_color, borders.glyph.fill_color) == (None, None)
    assert borders.glyph.line_width < 1.5


def test_a_browser_flies_where_the_map_is_to_go(view: MapView, figure: Any) -> None:
    view._loop.join()
    before = (figure.x_range.start, figure.x_range.end)
    view.fit(5.0, 46.0, 10.0, 48.0)
    flown = sent(view.tools, "fly")[-1]
    assert (flown["x0"], flown["x1"]) == view.view.x_range
    assert (flown["y0"], flown["y1"]) == view.view.y_range
    assert (figure.x_range.start, figure.x_range.end) == before  # the browser moves it
    target = view.view
    way = {"x0": 0.0, "x1": 4e6, "y0": 5e6, "y1": 9e6, "width": 400, "height": 400}
    say(view.tools, "view", number=1, moving=True, **way)
    assert view.view == target  # on the way, what is in view is drawn and nothing else
    say(view.tools, "view", number=2, **way)
    assert view.view.x_range == (0.0, 4e6)


def test_each_name_is_told_once_and_again_to_a_page_that_is_drawn_anew(view: MapView) -> None:
    def told() -> list[str]:
        return [name["text"] for message in sent(view.tools, "names") for name in message["names"]]

    around = {"x0": -2e6, "x1": 4e6, "y0": 4e6, "y1": 10e6, "width": 400, "height": 400}
    say(view.tools, "view", number=1, **around)
    until(lambda: "France" in told())
    say(view.tools, "view", number=2, x0=0.0, x1=4e5, y0=5.95e6, y1=6.35e6, width=400, height=400)
    until(lambda: "Paris" in told())
    assert told().count("France") == 1
    say(view.tools, "again")
    until(lambda: told().count("Paris") == 2)
    say(view.tools, "look", name="names", value="none")
    assert not sent(view.tools, "state")[-1]["names"]["shown"]


def test_a_sample_s_circle_has_a_white_rim(view: MapView, figure: Any) -> None:
    view.open(corpora.FULL)
    dot = view._figures[0].sources["dot"].data
    assert dot["ink"] == ["white", map_figure.PICK]  # the rim first, wider, below the circle
    assert dot["width"][0] > dot["width"][1]
    assert set(dot["x"]) == {dot["x"][0]}
    (circle,) = [r for r in figure.renderers if r.name == "dot"]
    assert circle.data_source.data == dot
    assert circle.level == "overlay"


def test_footprints_have_rims_between_their_class_and_dark(view: MapView, figure: Any) -> None:
    near = next(r for r in figure.renderers if r.name == "near").glyph
    fill, rim = near.fill_color.transform.palette, near.line_color.transform.palette
    assert rim[0] == fill[0] == "#00000000"

    def channels(colour: str) -> list[int]:
        return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]

    for own, edge in zip(fill[1:45], rim[1:45], strict=True):
        ends = zip(channels(own), channels("#1d2b33"), channels(edge), strict=True)
        assert all(min(a, b) <= found <= max(a, b) for a, b, found in ends)
        assert np.abs(np.subtract(channels(own), channels(edge))).max() > 15
    say(view.tools, "look", name="palette", value="safe")
    assert near.line_color.transform.palette[1:45] != rim[1:45]


@pytest.mark.usefixtures("figure")
def test_close_by_samples_are_footprints_with_their_class_and_picture(
    view: MapView, tiny_corpus: Corpus
) -> None:
    close_by(view, corpora.FULL)
    (drawn,) = view._figures
    until(lambda: len(drawn.sources["chips"].data["x"]))
    with view._loop.lock():  # who puts them puts more in the same turn
        near = drawn.sources["near"].data
    assert near["id"] == [corpora.FULL]
    assert near["review"] == ["not reviewed"]
    outline = np.asarray(tiny_corpus.cell(corpora.FULL).footprint(3857).exterior.coords)[:4]
    assert np.allclose(np.column_stack([near["xs"][0], near["ys"][0]]), outline)
    position = corine.positions(np.array([tiny_corpus.samples.loc[corpora.FULL, "clc"]]))[0]
    assert near["c"][0] == position + 1
    assert near["alpha"][0] == 0  # its picture lies there
    assert drawn.sources["image"].data["image"][0].max() == 0
    chips = drawn.sources["chips"].data
    assert chips["x"][0] == pytest.approx(outline[:, 0].min())
    assert chips["dh"][0] == pytest.approx(np.ptp(outline[:, 1]))
    say(view.tools, "view", number=2, x0=-2e6, x1=4e6, y0=4e6, y1=1e7, width=400, height=400)
    until(lambda: not len(drawn.sources["near"].data["xs"]))
    with view._loop.lock():
        assert not len(drawn.sources["chips"].data["x"])
    assert drawn.sources["image"].data["image"][0].any()


@pytest.mark.parametrize("error", [StoreError("gone"), UnreadableError("x", "no answer in time")])
@pytest.mark.usefixtures("figure")
def test_a_picture_that_the_corpus_could_not_give_is_tried_again(
    view: MapView, tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch, error: StoreError
) -> None:
    told: list[Exception] = []
    monkeypatch.setattr(tiny_corpus.watch, "failed", told.append)

    def fail(key: str) -> bytes:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(tiny_corpus.store, "get", fail)
        close_by(view, corpora.FULL)
        until(lambda: view._chip_overlay.failed)
    assert bool(told) == (not isinstance(error, UnreadableError))
    (drawn,) = view._figures
    assert not len(drawn.sources["chips"].data["x"])
    view.retry_failed_chips()
    until(lambda: len(drawn.sources["chips"].data["x"]))
    assert not view._chip_overlay.failed


def test_what_the_browser_says_wrongly_is_left_aside(view: MapView) -> None:
    before = view.view
    say(view.tools, "view", x0="a", x1=1, y0=0, y1=1, width=1, height=1)
    say(view.tools, "view", x0=0, x1=float("nan"), y0=0, y1=1, width=1, height=1)
    say(view.tools, "view", x0=2, x1=1, y0=0, y1=1, width=10, height=10)
    say(view.tools, "view", x0=-1e300, x1=1e300, y0=0, y1=1e9, width=10, height=10)
    say(view.tools, "view", x0=0, x1=1e-300, y0=0, y1=1e-300, width=10, height=10)
    say(view.tools, "tap", x=None, y="<")
    say(view.tools, "place", lon="x")
    say(view.tools, "look", name="__class__", value="dark")
    say(view.tools, "filter", values={"__class__": 1})
    say(view.tools, "area", kind="poly", x=["a"], y=[1])
    assert view.view == before
    assert view._state.link().parts() == {}
    say(view.tools, "filter", values={"purity": [0, 7]})
    assert "0 to 1" in sent(view.tools, "notice")[-1]["text"]
    say(view.tools, "filter", values={"purity": "x" * 100_000})
    assert len(sent(view.tools, "notice")[-1]["text"]) <= 400


def test_a_box_and_a_lasso_are_a_set(view: MapView, tiny_corpus: Corpus) -> None:
    x, y = tiny_corpus.samples[["x", "y"]].loc[corpora.BROKEN].to_numpy()
    say(view.tools, "area", kind="rect", x0=x - 1e5, x1=x + 1e5, y0=y - 1e5, y1=y + 1e5)
    until(lambda: rows(view)["count"] == 1)
    assert rows(view)["chips"] == [{"name": "area", "text": "Area"}]
    until(
        lambda: (
            sent(view.sample_table.table, "page") and sent(view.sample_table.table, "page")[-1]["count"] == 1
        )
    )
    assert sent(view.sample_table.table, "page")[-1]["cells"][0][0] == corpora.BROKEN
    x, y = tiny_corpus.samples[["x", "y"]].loc[corpora.FULL].to_numpy()
    say(view.tools, "area", kind="poly", x=[x - 1e5, x + 1e5, x], y=[y - 1e5, y - 1e5, y + 2e5])
    until(lambda: sent(view.sample_table.table, "page")[-1]["cells"][0][0] == corpora.FULL)
    say(view.tools, "clear_area")
    until(lambda: rows(view)["count"] == 3)


def test_a_scribble_is_drawn_off_the_loop_and_what_is_no_area_is_told(
    view: MapView, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: list[str] = []
    ring = Area.ring

    def noted(xs: Any, ys: Any) -> Area:
        where.append(threading.current_thread().name)
        return ring(xs, ys)

    monkeypatch.setattr(Area, "ring", noted)
    places = np.random.default_rng(0).uniform(0, 1.8e4, (2, 66))
    say(view.tools, "area", kind="poly", x=(places[0] + 1e6).tolist(), y=(places[1] + 6e6).tolist())
    until(lambda: view._state.area is not None)
    assert all(name.startswith("explorer-view") for name in where)
    for x, y, why in (
        ([0, 1e6, 2e6], [6e6, 6e6, 6e6], "encloses nothing"), ([0, None, 2e6], [6e6] * 3, "numbers"),
        ([1, 2], [1, 2], "three points"),
    ):  # fmt: skip
        before = len(sent(view.tools, "notice"))
        say(view.tools, "area", kind="poly", x=x, y=y)
        until(lambda before=before: len(sent(view.tools, "notice")) > before)
        assert why in sent(view.tools, "notice")[-1]["text"]
    say(view.tools, "area", kind="rect", x0=1)
    until(lambda: "whole" in sent(view.tools, "notice")[-1]["text"])


def test_the_legend_isolates_adds_and_releases(view: MapView, tiny_corpus: Corpus) -> None:
    counts = tiny_corpus.samples["clc"].value_counts()
    told = {row["code"]: row["count"] for row in rows(view)["rows"]}
    assert told == counts.to_dict()
    first, second = list(counts.index)[:2]
    legend = view.legend.legend
    say(legend, "isolate", code=int(first))
    assert view._state.filters.largest == (first,)
    until(lambda: rows(view)["count"] == counts[first])
    assert {
        row["code"]: row["count"] for row in rows(view)["rows"]
    } == told  # what could be added is still there
    say(legend, "isolate", code=int(second), add=True)
    assert view._state.filters.largest == (first, second)
    say(legend, "isolate", code=int(first), add=True)
    assert view._state.filters.largest == (second,)
    say(legend, "isolate", code=int(second))
    assert not view._state.filters
    say(legend, "isolate", code=999)
    assert not view._state.filters


def test_levels_change_classes_and_colours(view: MapView, figure: Any) -> None:
    say(view.legend.legend, "isolate", code=0)
    say(view.legend.legend, "level", level=1)
    assert view._state.filters.largest == ()
    until(lambda: all(row["code"] < 10 for row in rows(view)["rows"]))
    palette = view._figures[0].mapper.palette
    assert [c.lower() for c in palette[2:7]] == [c.hex for c in corine.classes(1)]
    say(view.tools, "look", name="palette", value="safe")
    assert [c.lower() for c in view._figures[0].mapper.palette[2:7]] == [
        "#d55e00",
        "#f0c000",
        "#009e73",
        "#cc79a7",
        "#0072b2",
    ]
    say(view.tools, "look", name="theme", value="dark")
    assert figure.background_fill_color == "#14212a"


def test_basemaps_are_there_only_where_they_are_asked_for(tiny_corpus: Corpus) -> None:
    hv.extension("bokeh", logo=False)
    raster = SampleRaster(tiny_corpus.samples, tiny_corpus.filter_table.position)
    for tiles in (False, True):
        found = MapView(tiny_corpus, Selection(), SessionScheduler(), raster, tiles=tiles)
        found.pane.server_doc(Document())
        (drawn,) = found._figures
        urls = [renderer.tile_source.url for renderer in drawn._tiles]
        assert len(urls) == (3 if tiles else 0)
        assert bool(sent(found.tools, "state")[-1]["looks"]["base"]) == tiles
        assert not any(renderer.visible for renderer in drawn._tiles)
        assert drawn._land.glyph.fill_alpha == 1
        if tiles:
            assert ["light" in urls[0], "dark" in urls[1], "Imagery" in urls[2]] == [True] * 3
            say(found.tools, "look", name="base", value="satellite")
            assert [renderer.visible for renderer in drawn._tiles] == [False, False, True]
            assert drawn._land.glyph.fill_alpha == 0  # borders stay
            assert all(renderer.tile_source.attribution for renderer in drawn._tiles)


def test_density_counts_samples_and_has_a_key(view: MapView) -> None:
    say(view.tools, "look", name="shade", value="density")
    until(lambda: [m for m in sent(view.legend.legend, "density") if m["most"]])
    assert sent(view.legend.legend, "density")[-1]["most"] == 1
    say(view.tools, "look", name="shade", value="class")
    until(lambda: sent(view.legend.legend, "density")[-1]["most"] is None)


def test_filters_show_as_chips_that_can_be_removed(view: MapView) -> None:
    say(view.tools, "filter", values={"zones": ["33"], "purity": [0.1, 1]})
    until(lambda: rows(view)["count"] == 1)
    assert [chip["name"] for chip in rows(view)["chips"]] == ["purity", "zones"]
    say(view.legend.legend, "remove", name="zones")
    until(lambda: [chip["name"] for chip in rows(view)["chips"]] == ["purity"])
    say(view.legend.legend, "remove", name="all")
    until(lambda: rows(view)["count"] == 3)
    assert not view._state.filters


def test_what_the_corpus_cannot_tell_is_said_and_not_asked(view: MapView) -> None:
    view._state.filters = Filters(review=("accepted",), zones=(33,))
    assert view._state.filters == Filters(zones=(33,))
    assert "review" in sent(view.tools, "notice")[-1]["text"]
    say(view.tools, "options")
    until(lambda: sent(view.tools, "options"))
    offered = sent(view.tools, "options")[-1]
    assert offered["zones"] == [31, 32, 33]
    assert offered["countries"] == ["Belgium", "Germany", "Italy"]
    assert offered["imagery"]  # it is a folder
    assert offered["review"] == []


def test_the_table_is_sorted_and_paged_and_written(view: MapView, tiny_corpus: Corpus) -> None:
    say(view.legend.legend, "table")
    picked = view.sample_table.table
    until(lambda: sent(picked, "page"))
    page = sent(picked, "page")[-1]
    assert [cells[0] for cells in page["cells"]] == sorted(tiny_corpus.samples.index)
    assert sum(bar["count"] for bar in page["bars"]) == 3
    say(picked, "page", page=0, sort="fraction", down=True)
    until(lambda: sent(picked, "page")[-1]["sort"] == "fraction")
    fractions = [cells[2] for cells in sent(picked, "page")[-1]["cells"]]
    assert fractions == sorted(fractions, reverse=True)
    assert sent(picked, "page")[-1]["asked"] == ["fraction"]
    view._state.filters = Filters(mixture=(1, 44), countries=("Italy", "Germany", "Belgium"))
    until(lambda: sent(picked, "page")[-1]["asked"] == ["fraction", "classes", "country"])
    view._state.filters = Filters()
    for ending in ("csv", "geojson", "parquet"):
        say(picked, "save", format=ending)
        until(
            lambda name=f"rapidai4eo-samples.{ending}": [m for m in sent(picked, "file") if m["name"] == name]
        )  # type: ignore[misc]
    say(picked, "save", format="exe")
    until(lambda: sent(picked, "trouble"))
    say(picked, "open", id=corpora.BARE)
    assert view._selection.sample_id == corpora.BARE


def test_the_table_wears_the_colours_of_the_map_and_stays_on_its_page(view: MapView) -> None:
    table = view.sample_table.table
    say(view.legend.legend, "table")
    until(lambda: sent(table, "page"))
    first = sent(table, "page")[-1]
    codes = view._corpus.samples["clc"].loc[[cells[0] for cells in first["cells"]]]
    assert first["colours"] == [palettes.of_class(int(code), "official") for code in codes]
    view._state.palette = "safe"
    until(lambda: len(sent(table, "page")) > 1)
    again = sent(table, "page")[-1]
    assert again["colours"] == [palettes.of_class(int(code), "safe") for code in codes]
    assert again["cells"] == first["cells"]


def test_land_is_there_without_a_network() -> None:
    rings = context.outlines()
    assert len(rings["xs"]) == len(rings["ys"]) > 100
    # 3.0 E, 50.8 N lies in Belgium: in x and y of one ring's box at least
    x, y = 334_000.0, 6_580_000.0
    boxes = [(xs[0][0].min(), xs[0][0].max(), ys[0][0].min(), ys[0][0].max()) for xs, ys in zip(rings["xs"], rings["ys"], strict=True)]  # fmt: skip
    assert any(x0 < x < x1 and y0 < y < y1 for x0, x1, y0, y1 in boxes)
