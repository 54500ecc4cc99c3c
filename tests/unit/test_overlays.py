"""Maps of land cover over a sample's pictures: cut to the chip's grid, in the legend's classes; only those that the server's owner named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from explorer.commands import opinion as commands
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import InvalidQueryError, LegendError, RasterError, UnknownOverlayError
from explorer.corpus.corpus import Corpus
from explorer.demo import open_demo
from explorer.opinions import legends, raster
from explorer.opinions.overlays import Overlay
from tests import rasters

COVER = legends.find("esa-worldcover")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    found = open_demo(count=200, config=Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache"))
    yield found
    found.close()


def over(path: Path, cell: grid.Cell, data: np.ndarray, **profile: object) -> Path:
    """A raster whose pixels of 10 m are exactly those of a cell."""
    left, _, _, top = cell.bounds
    return rasters.write(path, data, f"EPSG:{cell.epsg}", Affine(10, 0, left, 0, -10, top), **profile)


def test_a_raster_is_cut_to_the_pictures_grid_with_shares_and_what_is_missing(
    corpus: Corpus, tmp_path: Path
) -> None:
    cell = corpus.cell(corpus.samples.index[0])
    data = np.full((60, 60), 30, np.uint8)
    data[:30, :15], data[:6], data[50:] = 10, 77, 0  # 77 is no class of the legend, 0 is its nodata
    found = corpus.overlays.show("cover", over(tmp_path / "cover.tif", cell, data), "esa-worldcover").cover(
        cell
    )
    assert [(one.title, one.colour) for one in found.classes] == [
        ("Grassland", "#ffff4c"),
        ("Tree cover", "#006400"),
    ]
    assert [one.share for one in found.classes] == pytest.approx(
        [(44 * 60 - 24 * 15) / 3600, 24 * 15 / 3600], abs=0.005
    )
    assert found.missing == pytest.approx(16 / 60, abs=0.01)
    assert sum(one.share for one in found.classes) + found.missing == pytest.approx(1)
    assert found.pixels.shape == (200, 200)
    assert found.pixels.dtype == np.uint16
    assert found.pixels[[10, 60, 60, 190], [100, 10, 100, 100]].tolist() == [0, 2, 1, 0]
    assert found.rgba[[10, 60, 60], [100, 10, 100]].tolist() == [
        [0, 0, 0, 0],
        [0, 100, 0, 255],
        [255, 255, 76, 255],
    ]


@pytest.mark.parametrize(("crs", "pixel"), [("EPSG:3035", 10), ("EPSG:4326", 1 / 12_000), ("EPSG:32632", 30)])
def test_each_pixel_has_the_class_that_the_raster_has_there(tmp_path: Path, crs: str, pixel: float) -> None:
    file = rasters.write_over(tmp_path / "map.tif", [10, 20, 30, 40], crs, pixel)
    cell = rasters.CELL
    found = Overlay("map", COVER, raster=str(file)).cover(cell)
    left, _, _, top = cell.bounds
    rng = np.random.default_rng(1)
    rows, cols = rng.integers(0, 200, (2, 300))
    x, y = grid.transformer(cell.epsg, int(crs[5:])).transform(
        left + 3 * (cols + 0.5), top - 3 * (rows + 0.5)
    )
    with rasterio.open(file) as opened:
        wanted = [int(value[0]) for value in opened.sample(zip(x, y, strict=True))]
    titles = {one.value: one.title for one in COVER.classes}
    got = [found.classes[i - 1].title for i in found.pixels[rows, cols].tolist()]
    same = np.mean([titles[value] == title for value, title in zip(wanted, got, strict=True)])
    assert same > 0.99  # a centre on the line between two pixels may fall on either side


def test_beyond_the_edge_is_no_class(corpus: Corpus, tmp_path: Path) -> None:
    cell = corpus.cell(corpus.samples.index[0])
    file = over(tmp_path / "cover.tif", cell, np.full((60, 20), 10, np.uint8))
    found = Overlay("cover", COVER, raster=str(file)).cover(cell)
    assert found.missing == pytest.approx(2 / 3, abs=0.01)
    assert (found.pixels[:, :66] == 1).all()
    assert (found.pixels[:, 67:] == 0).all()


def test_an_opinion_counted_in_a_raster_brings_it_along_while_it_is_there(
    corpus: Corpus, tmp_path: Path
) -> None:
    sample = corpus.samples.index[0]
    file = over(tmp_path / "cover.tif", corpus.cell(sample), np.full((60, 60), 10, np.uint8))
    corpus.opinions.add_raster(
        "counted", file, "esa-worldcover", ids=[sample], source="Somebody", licence="CC0"
    )
    corpus.opinions.add("table", corpus.opinions["counted"].fractions, "esa-worldcover")
    assert list(corpus.overlays) == ["counted", "made-up-cover"]
    found = corpus.overlays["counted"]
    assert (found.credit, found.raster) == ("Somebody; CC0", str(file.resolve()))
    assert found.cover(corpus.cell(sample)).classes[0].share == 1
    file.unlink()
    assert "counted" not in corpus.overlays
    with pytest.raises(UnknownOverlayError, match="'counted'; there are made-up-cover"):
        corpus.overlays["counted"]


def test_a_url_with_a_password_or_signature_is_not_kept() -> None:
    assert raster.to_remember("https://maps.example/cover.tif") == "https://maps.example/cover.tif"
    for place in ("https://anna:secret@maps.example/cover.tif", "https://maps.example/cover.tif?sig=abc"):
        assert raster.to_remember(place) == ""


def test_serve_takes_them_by_name_file_and_legend(corpus: Corpus, tmp_path: Path) -> None:
    file = over(tmp_path / "cover.tif", corpus.cell(corpus.samples.index[0]), np.full((60, 60), 10, np.uint8))
    commands.show_overlays(
        corpus, [f"my cover={file},esa-worldcover", "far=https://maps.example/c.tif,dynamic-world"]
    )
    assert list(corpus.overlays) == ["far", "made-up-cover", "my cover"]
    assert corpus.overlays["my cover"].legend is COVER
    for text, error, said in (
        ("cover.tif", InvalidQueryError, "NAME=FILE,LEGEND"),
        (f"x={file}", InvalidQueryError, "NAME=FILE,LEGEND"),
        (f"x={file},nothing", LegendError, "no legend is called so"),
        (f"x={tmp_path}/gone.tif,esa-worldcover", RasterError, "no such file"),
        (f"<b>={file},esa-worldcover", InvalidQueryError, "no name"),
    ):
        with pytest.raises(error, match=said):
            commands.show_overlays(corpus, [text])


@pytest.mark.parametrize(("legend", "tells"), [("corine", True), ("corine-1", True), ("corine-raster", True), ("esa-worldcover", False), ("dynamic-world", False), ("clcplus-backbone", False)])  # fmt: skip
def test_corines_own_classes_tell_the_label(legend: str, tells: bool) -> None:
    assert Overlay("map", legends.find(legend)).tells_label is tells


def test_the_demos_map_says_that_it_is_made_up_and_leaves_a_corner_out(corpus: Corpus) -> None:
    cell = corpus.cell(corpus.samples.index[3])
    found = corpus.overlays["made-up-cover"]
    cover = found.cover(cell)
    assert "made up" in found.credit
    assert (cover.pixels[:9, :9] == 0).all()
    assert cover.missing == pytest.approx(0.0025, abs=0.01)
    assert sum(one.share for one in cover.classes) > 0.5
