"""The map: where it begins, what its legend says, and which sample a click means."""

from __future__ import annotations

import re
from types import SimpleNamespace

import holoviews as hv
import numpy as np
import pandas as pd
import pytest

from explorer import nomenclature
from explorer.corpus.corpus import Corpus
from explorer.views import context
from explorer.views.map import MapView, first_ranges, legend
from explorer.views.parts import Loop
from explorer.views.raster import SampleRaster
from explorer.views.selection import Selection
from tests import corpora


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


def test_the_legend_has_the_classes_there_are_most_frequent_first() -> None:
    html = legend(corpus_of([0.0] * 1204, [0.0] * 1204, [311] * 1001 + [211] * 200 + [0] * 2 + [999]))
    items = re.findall(r"<i style=\"background:(#\w+)\"></i><span>([^<]+)</span><em>([\d,]+)</em>", html)
    assert items == [
        ("#80ff00", "Broad-leaved forest", "1,001"),
        ("#ffffa8", "Non-irrigated arable land", "200"),
        (nomenclature.land_cover(0).hex, "No label", "2"),
    ]
    assert 'aria-label="Legend"' in html


@pytest.fixture
def view(tiny_corpus: Corpus) -> MapView:
    hv.extension("bokeh", logo=False)
    raster = SampleRaster(tiny_corpus.samples, nomenclature.positions(tiny_corpus.samples["clc"].to_numpy()))
    return MapView(tiny_corpus, Selection(), Loop(), raster, tiles=False)


def test_a_click_selects_the_nearest_sample_and_a_far_one_none(view: MapView, tiny_corpus: Corpus) -> None:
    x, y = tiny_corpus.samples[["x", "y"]].loc[corpora.BROKEN].to_numpy()
    tap = view._taps[0]
    tap.event(x=x + 3 * view.view.resolution, y=y - 3 * view.view.resolution)
    assert view._selection.sample_id == corpora.BROKEN
    there = tiny_corpus.samples.loc[corpora.FULL]
    tap.event(x=there["x"] + 40 * view.view.resolution, y=there["y"])
    assert view._selection.sample_id == corpora.BROKEN  # sea: the selection stays
    view._taps[1].event(x=there["x"], y=there["y"])  # a second click within 300 ms is a double one
    assert view._selection.sample_id == corpora.FULL


def test_the_mark_is_the_sample_s_footprint(view: MapView, tiny_corpus: Corpus) -> None:
    ring, halo, _ = view._mark(corpora.FULL)
    outline = np.asarray(tiny_corpus.cell(corpora.FULL).footprint(3857).exterior.coords)
    assert np.allclose(np.column_stack([ring.dimension_values(0), ring.dimension_values(1)]), outline)
    centre = tiny_corpus.samples.loc[corpora.FULL]
    assert halo.dimension_values(0)[0] == pytest.approx(centre["x"], abs=5)
    assert halo.dimension_values(1)[0] == pytest.approx(centre["y"], abs=5)
    assert len(view._mark(None).get(0).data) == 0


def test_a_sample_that_the_corpus_lacks_is_not_marked(view: MapView) -> None:
    view.open("<script>")
    assert view._marker.data is None
    view.show("<script>")
    view.open(corpora.FULL)
    assert view._marker.data == corpora.FULL


def test_land_is_there_without_a_network() -> None:
    rings = context.outlines()
    assert len(rings["xs"]) == len(rings["ys"]) > 100
    # 3.0 E, 50.8 N lies in Belgium: in x and y of one ring's box at least
    x, y = 334_000.0, 6_580_000.0
    boxes = [(xs[0][0].min(), xs[0][0].max(), ys[0][0].min(), ys[0][0].max()) for xs, ys in zip(rings["xs"], rings["ys"], strict=True)]  # fmt: skip
    assert any(x0 < x < x1 and y0 < y < y1 for x0, x1, y0, y1 in boxes)
