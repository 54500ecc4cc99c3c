"""A pixel that was not measured is missing everywhere: picture, pointer, profile, index, region, map, features, files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from PIL import Image

from explorer import open_corpus
from explorer.analysis import colours, composite, difference, features, profiles, render_spec
from explorer.core import grid
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.encoding import PF_MISSING
from explorer.export import data, packing, scene
from explorer.views.map.map_near import ChipOverlay
from tests import corpora

CELL = grid.parse(corpora.FULL)
HOLE = (slice(0, 20), slice(0, 30))
TAGS = (None, -9999, -32768, 7777)
"""Nodata of the four dates: none, three others."""


def dn(product: Product, index: int) -> np.ndarray:
    rng = np.random.default_rng(index)
    return rng.integers(300, 3000, (len(product.bands), product.size, product.size)).astype(product.dtypes[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("missing")
    corpora.write_label(root, corpora.FULL, {211: 1.0})
    for index, nodata in enumerate(TAGS):
        pixels = dn(PF_SR, index)
        if nodata is not None:
            pixels[:, *HOLE] = nodata
        corpora.put(
            root,
            PF_SR.key(CELL.folder, PF_SR.dates[index]),
            corpora.geotiff(PF_SR, CELL, pixels, nodata=nodata),
        )
    for index, fill in enumerate((0, 65535)):
        pixels = dn(S2_SR, index)
        pixels[:, :6, :9] = fill
        corpora.put(
            root,
            S2_SR.key(CELL.folder, S2_SR.dates[index]),
            corpora.geotiff(S2_SR, CELL, pixels, nodata=fill),
        )
    return root


@pytest.fixture
def corpus(folder: Path) -> Iterator[Corpus]:
    with open_corpus(folder) as opened:
        yield opened


@pytest.fixture
def cube(corpus: Corpus) -> Cube:
    return corpus.cubes.get(CELL, PF_SR)


def test_one_number_means_missing_on_all_dates(corpus: Corpus, cube: Cube) -> None:
    assert cube.there.tolist() == [0, 1, 2, 3]
    assert cube.nodata == PF_MISSING
    np.testing.assert_array_equal(cube.data[0], dn(PF_SR, 0))
    for index in (1, 2, 3):
        expected = dn(PF_SR, index)
        expected[:, *HOLE] = PF_MISSING
        np.testing.assert_array_equal(cube.data[index], expected)
    array = corpus.planet_fusion(corpora.FULL)
    assert array.rio.nodata == PF_MISSING
    masked = array.where(array != array.rio.nodata)
    assert np.isnan(masked.values).sum() == 3 * 4 * 20 * 30
    sentinel = corpus.cubes.get(CELL, S2_SR)
    assert (sentinel.data[:2, :, :6, :9] == sentinel.nodata).all()
    assert (sentinel.data[:2] == sentinel.nodata).sum() == 2 * 12 * 54


def test_pictures_mark_it(cube: Cube) -> None:
    for text in ("true", "band:nir", "index:NDVI"):
        painter = composite.make(cube, render_spec.parse(text, "PF-SR"))
        assert (painter.rgba(0)[..., 3] == 255).all()
        alpha = painter.rgba(1)[..., 3]
        assert not alpha[HOLE].any()
        assert (alpha[20:] == 255).all()
        shown = painter.rgb(1)[HOLE].reshape(-1, 3)
        assert {tuple(pixel) for pixel in shown.tolist()} <= {colours.MISSING, (205, 205, 205)}
        with Image.open(io.BytesIO(painter.jpeg(1))) as picture:
            grey = np.asarray(picture.convert("RGB")).astype(int)[
                :12, :14
            ]  # away from the edge, which JPEG blurs
        assert np.ptp(grey, axis=-1).max() < 12  # no colour in it
        assert grey.min() > 110


def test_profiles_indices_and_regions_leave_it_out(corpus: Corpus) -> None:
    table = profiles.pixel(corpus, corpora.FULL, row=5, col=5)
    for product, there in (("PF-SR", [0]), ("S2-SR", [])):
        rows = table[table["product"] == product]
        for name in ("NDVI", "red" if product == "PF-SR" else "B04"):
            values = rows.loc[rows["band"] == name, "value"].to_numpy()
            assert np.flatnonzero(np.isfinite(values)).tolist() == there
    flags = table.loc[(table["product"] == "PF-SR") & (table["band"] == "red"), "flag"].tolist()
    assert flags[:4] == ["measured", "nodata", "nodata", "nodata"]
    region = profiles.region(corpus, corpora.FULL, box=(0, 0, 40, 30))
    red = region[(region["product"] == "PF-SR") & (region["band"] == "red")]
    assert red["count"].tolist()[:4] == [1200, 600, 600, 600]
    expected = dn(PF_SR, 1)[2, 20:40, :30].mean() / 1e4
    assert red["mean"].iloc[1] == pytest.approx(expected, abs=1e-5)
    assert region.loc[region["band"] == "NDVI", "mean"].dropna().between(-1, 1).all()


def test_a_difference_knows_nothing_there(cube: Cube) -> None:
    found = difference.difference(cube, render_spec.parse("band:red", "PF-SR"), 0, 1)
    assert np.isnan(found.values[HOLE]).all()
    assert np.isfinite(found.values[20:]).all()


def test_the_map_shows_the_ground_below(corpus: Corpus) -> None:
    whole = ChipOverlay(corpus).picture(corpora.FULL, PF_SR.dates[0])
    holed = ChipOverlay(corpus).picture(corpora.FULL, PF_SR.dates[1])
    assert whole is not None
    assert holed is not None
    clear = [
        (picture["image"].view(np.uint8).reshape(160, 160, 4)[..., 3] == 0).mean()
        for picture in (whole, holed)
    ]
    assert clear[1] - clear[0] == pytest.approx(600 / 40_000, abs=0.004)


def test_features_and_pages_that_need_no_server(corpus: Corpus, cube: Cube) -> None:
    read = features.read(corpus.store, CELL, PF_SR, PF_SR.dates[:4], corpus.decoder)
    assert np.isnan(read.data).sum() == 3 * 4 * 600
    assert read.data[np.isfinite(read.data)].min() >= 300
    packed = packing.planet(cube)
    assert "valid" in packed.header["streams"]
    assert np.abs(packing.unpack_planet(packed)[1][:, 20:] - cube.data[1][:, 20:]).max() < 400


def test_files_say_it(corpus: Corpus, tmp_path: Path) -> None:
    data.write_frame(corpus, corpora.FULL, PF_SR.dates[1], tmp_path / "frame.tif")
    with rasterio.open(tmp_path / "frame.tif") as source:
        assert source.count == 4
        assert not source.read(4)[HOLE].any()
    data.write_frame(
        corpus, corpora.FULL, PF_SR.dates[1], tmp_path / "ndvi.tif", composite="index:NDVI", values=True
    )
    with rasterio.open(tmp_path / "ndvi.tif") as source:
        assert np.isnan(source.read(1)[HOLE]).all()
    data.write_cube(corpus, corpora.FULL, tmp_path / "cube.nc")
    with xr.open_dataset(tmp_path / "cube.nc") as opened:
        values = opened["reflectance"] if "reflectance" in opened else opened[next(iter(opened.data_vars))]
        assert int(np.isnan(values.values).sum()) == 3 * 4 * 600
        assert float(values.max()) < 1


def test_a_figure_says_that_nothing_was_measured_where_a_band_of_it_is_missing(tmp_path: Path) -> None:
    corpora.write_label(tmp_path, corpora.FULL, {211: 1.0})
    pixels = dn(S2_SR, 0)
    pixels[S2_SR.band_names.index("B04"), :3] = 0
    corpora.put(tmp_path, S2_SR.key(CELL.folder, S2_SR.dates[0]), corpora.geotiff(S2_SR, CELL, pixels))
    with open_corpus(tmp_path) as corpus:
        said = {
            text: scene.scene(
                corpus, corpora.FULL, product="S2-SR", composite=text, dates=["2018-01"]
            ).hatching
            for text in ("true", "band:B08")
        }
    assert said == {"true": "nothing measured", "band:B08": ""}
