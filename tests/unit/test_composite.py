"""Pictures of cubes: the right bands through the right lookup table, the same stretch on every date."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explorer.analysis import composite
from explorer.analysis.composite import Painter, Stretch, bands_of, measure, png, stretch_positions
from explorer.core import grid
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.imagery.cube_cache import Cube
from tests import corpora
from tests.corpora import cube_of

CELL = grid.parse(corpora.FULL)


def textured(product: Product, level: float, seed: int = 0) -> np.ndarray:
    """A chip of gentle texture around a level, each band a little brighter than the one before."""
    rng = np.random.default_rng(seed)
    base = rng.normal(level, level / 10, (1, product.size, product.size))
    return np.asarray(base * (1 + 0.1 * np.arange(len(product.bands)))[:, None, None])


def test_composites_name_bands_of_both_products_red_first() -> None:
    assert bands_of("true", "PF-SR") == ("red", "green", "blue")
    assert bands_of("false", "PF-SR") == ("nir", "red", "green")
    assert bands_of("true", "S2-SR") == ("B04", "B03", "B02")
    assert bands_of("false", "S2-SR") == ("B08", "B04", "B03")
    for name in composite.COMPOSITES:
        for product in (PF_SR, S2_SR):
            assert set(bands_of(name, product.id)) <= set(product.band_names)
    with pytest.raises(KeyError):
        bands_of("infrared", "PF-SR")


@pytest.mark.parametrize(("dtype", "low", "high"), [("int16", -200.0, 3000.0), ("uint16", 0.0, 9000.0), ("uint16", 100.0, 60000.0)])  # fmt: skip
def test_a_lookup_table_equals_the_formula_for_every_number(dtype: str, low: float, high: float) -> None:
    stretch = Stretch((low,), (high,), gamma=1.25)
    values = np.arange(65536, dtype=np.uint16).view(dtype)
    plain = 255 * np.clip((values.astype(float) - low) / (high - low), 0, 1) ** (1 / 1.25)
    table = stretch.lookup(0, np.dtype(dtype))
    assert np.abs(table[values.view(np.uint16)] - plain).max() <= 0.51
    assert table.dtype == np.uint8


def test_a_picture_equals_the_formula_band_by_band() -> None:
    cube = cube_of(PF_SR, {0: textured(PF_SR, 1000)})
    stretch = Stretch((0.0, 100.0, 200.0), (3000.0, 2500.0, 2000.0))
    picture = Painter(cube, bands_of("true", "PF-SR"), stretch).rgb(0)
    assert picture.shape == (200, 200, 3)
    for channel, name in enumerate(("red", "green", "blue")):
        dn = cube.data[0, PF_SR.band_names.index(name)].astype(float)
        low, high = stretch.low[channel], stretch.high[channel]
        plain = 255 * np.clip((dn - low) / (high - low), 0, 1) ** (1 / stretch.gamma)
        assert np.abs(picture[..., channel] - plain).max() <= 0.51


def test_negative_numbers_are_black_and_numbers_beyond_int16_white() -> None:
    dark = textured(PF_SR, 1000)
    dark[:, 0, 0] = -700
    dark[:, 0, 1] = 32767
    picture = Painter(cube_of(PF_SR, {0: dark}), bands_of("true", "PF-SR")).rgb(0)
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert picture[0, 1].tolist() == [255, 255, 255]

    bright = textured(S2_SR, 1000)
    bright[:, 0, 0] = 50_000  # a uint16 that read as int16 would be negative, and black
    picture = Painter(cube_of(S2_SR, {0: bright}), bands_of("true", "S2-SR")).rgb(0)
    assert picture[0, 0].tolist() == [255, 255, 255]


def test_the_stretch_is_one_for_all_dates() -> None:
    """What does not change on the ground does not change in the picture, and a darker date looks darker."""
    dates = {i: textured(PF_SR, 600 if i % 2 else 1200) for i in range(0, 146, 1)}
    painter = Painter(cube_of(PF_SR, dates), bands_of("true", "PF-SR"))
    assert np.array_equal(painter.rgb(0), painter.rgb(2))
    assert painter.rgb(1).mean() < painter.rgb(0).mean() - 20


def test_the_stretch_is_measured_on_coarse_dates_alone() -> None:
    """So that it is known before the last chip has come, and stays as it is when that comes."""
    coarse = {i: textured(PF_SR, 800, seed=i) for i in stretch_positions(146)}
    whole = {**coarse, **{i: textured(PF_SR, 3000) for i in range(146) if i not in coarse}}
    bands = bands_of("false", "PF-SR")
    assert measure(cube_of(PF_SR, coarse), bands) == measure(cube_of(PF_SR, whole), bands)
    assert list(stretch_positions(12)) == list(range(12))


def test_a_stretch_holds_most_pixels_and_spares_flat_scenes_their_noise() -> None:
    cube = cube_of(PF_SR, {0: textured(PF_SR, 1000)})
    stretch = measure(cube, ("nir",))
    nir = cube.data[0, 3]
    assert ((nir > stretch.low[0]) & (nir < stretch.high[0])).mean() == pytest.approx(0.98, abs=0.01)

    lake = cube_of(PF_SR, {0: np.random.default_rng(0).normal(100, 3, (4, 200, 200))})
    picture = Painter(lake, bands_of("true", "PF-SR")).rgb(0)
    assert picture.std() < 12


def test_a_cube_without_dates_still_has_a_stretch() -> None:
    stretch = measure(Cube(CELL, PF_SR), bands_of("true", "PF-SR"))
    assert all(low < high for low, high in zip(stretch.low, stretch.high, strict=True))


def test_holes_are_transparent_and_count_for_no_stretch() -> None:
    data = textured(S2_SR, 1000)
    data[:, :10, :20] = 0  # a hole in every band
    data[0, 30, 30] = 0  # and one in B02 alone
    cube, whole = cube_of(S2_SR, {0: data}), cube_of(S2_SR, {0: textured(S2_SR, 1000)})
    colour = Painter(cube, bands_of("true", "S2-SR")).rgba(0)
    assert (colour[:10, :20, 3] == 0).all()
    assert colour[30, 30, 3] == 0  # of two bands out of three there is no colour
    colour[30, 30, 3] = 255
    assert (colour[10:, :, 3] == 255).all()
    assert (colour[:10, 20:, 3] == 255).all()
    grey = Painter(cube, ["B02"]).rgba(0)
    assert grey[30, 30, 3] == 0
    assert (grey[..., 0] == grey[..., 1]).all()
    assert (grey[..., 0] == grey[..., 2]).all()
    for a, b in zip(measure(cube, ["B04"]).low, measure(whole, ["B04"]).low, strict=True):
        assert a == pytest.approx(b, rel=0.05)


def test_planet_fusion_has_no_holes() -> None:
    data = textured(PF_SR, 1000)
    data[:, 0, 0] = 0  # black water, not a hole: the product has no nodata
    assert (Painter(cube_of(PF_SR, {0: data}), bands_of("true", "PF-SR")).rgba(0)[..., 3] == 255).all()


def test_a_jpeg_decodes_to_the_picture_and_a_png_exactly() -> None:
    y, x = np.mgrid[:200, :200]
    smooth = np.stack([800 + 5 * x + 2 * y, 900 + 4 * y, 1000 + 3 * x, 2500 - 4 * y])
    painter = Painter(cube_of(PF_SR, {3: smooth}), bands_of("true", "PF-SR"))
    picture = painter.rgb(3)
    with Image.open(io.BytesIO(painter.jpeg(3))) as image:
        assert image.format == "JPEG"
        decoded = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(decoded - picture).mean() < 3
    assert np.abs(decoded - picture).max() < 30
    rgba = painter.rgba(3)
    with Image.open(io.BytesIO(png(rgba))) as image:
        assert np.array_equal(np.asarray(image), rgba)
