"""The page in a notebook's cell: sized by the cell, and what it shows had in Python."""

from __future__ import annotations

import re

import geopandas as gpd
import pytest
import shapely
from bokeh.document import Document

from explorer import Explorer
from explorer.analysis.shapes import Shape
from explorer.core import grid
from explorer.core.errors import ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.views.common.cell import CLASS, of_cell
from tests import corpora


def sheets(root: object) -> list[str]:
    found = [getattr(model, "stylesheets", None) or [] for model in root.references()]  # type: ignore[attr-defined]
    return [one for some in found for one in some if isinstance(one, str)]


def test_no_style_sheet_of_a_cell_asks_for_the_window_s_size(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus, f"?sample={corpora.FULL}", height="700px")
    try:
        root = page.__panel__().get_root(Document())
        assert CLASS in root.css_classes
        told = sheets(root)
        assert any("@container explorer (max-width: 900px)" in one for one in told)
        assert any("container: explorer / size" in one and "height: 700px" in one for one in told)
        for one in told:
            for line in one.split("@media")[1:]:
                assert not {"width", "height"} & set(re.findall(r"[a-z]+", line.split("{")[0])), line[:60]
        grids = [one for one in told if "--page-height" in one]
        assert grids
        assert not any("100vh" in one or "100vw" in one for one in grids)
    finally:
        page.close()


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("@media (min-width: 9px) and (max-height: 8px) {a{}}", "@container explorer (min-width: 9px) and (max-height: 8px) {a{}}"),
        ("@media (forced-colors: active) { a { width: 5vw } }", "@media (forced-colors: active) { a { width: 5vw } }"),
        ("@media screen { a {} }", "@media screen { a {} }"),
        (":host { height: var(--page-height, 100vh); width: calc(50vw - 1px) }", ":host { height: var(--page-height, 100cqh); width: calc(50cqw - 1px) }"),
    ],
)  # fmt: skip
def test_a_style_sheet_asks_for_the_cell_in_place_of_the_window(css: str, expected: str) -> None:
    assert of_cell(css) == expected


def test_pins_and_regions_are_tables_with_places(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus, f"?sample={corpora.FULL}")
    try:
        page.selection.param.update(pixels=((0, 0), (199, 100)), names={(0, 0): "corner"})
        page.selection.add_region(Shape.of("box", [(0, 0), (200, 200)], "all"))
        pins, regions = page.pins, page.regions
        assert isinstance(pins, gpd.GeoDataFrame)
        assert list(pins["name"]) == ["corner", ""]
        assert list(zip(pins["row"], pins["col"], strict=True)) == [(0, 0), (199, 100)]
        cell = grid.parse(corpora.FULL)
        for place, (row, col) in zip(pins.geometry, page.selection.pixels, strict=True):
            assert cell.pixel(place.x, place.y, 3) == (row, col)
        assert regions.loc[0, "area_m2"] == pytest.approx(600 * 600)
        assert shapely.hausdorff_distance(regions.geometry[0], cell.footprint()) < 1e-6
        assert (regions.crs, pins.crs) == ("EPSG:4326", "EPSG:4326")
        cube = page.cube
        assert cube.dims == ("time", "band", "y", "x")
        assert cube.attrs["sample_id"] == corpora.FULL
    finally:
        page.close()


def test_without_a_sample_there_is_nothing_to_take(tiny_corpus: Corpus) -> None:
    page = Explorer(tiny_corpus)
    try:
        page.selection.sample_id = None
        assert len(page.pins) == len(page.regions) == 0
        with pytest.raises(ExplorerError, match="no sample is shown"):
            _ = page.cube
    finally:
        page.close()
