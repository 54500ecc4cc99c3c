"""Grids that are the cell's in all but a detail are read, and told; others are refused with the digits that differ."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from explorer.core import grid
from explorer.core.errors import ChipError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.imagery import geotiff
from explorer.corpus.imagery.encoding import PF_MISSING
from tests import corpora

CELL = grid.parse(corpora.FULL)
LEFT, _, _, TOP = CELL.bounds
ESRI = (
    'PROJCS["{name}_UTM_Zone_33N",GEOGCS["GCS_{name}",DATUM["D_{name}",SPHEROID["S",6378137.0,{flattening}]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",0.9996],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
UNNAMED = (
    'PROJCS["unnamed",GEOGCS["unnamed ellipse",DATUM["unknown",SPHEROID["unnamed",6378137,298.257222101]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
    'PARAMETER["central_meridian",15],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
    'PARAMETER["false_northing",0],UNIT["metre",1]]'
)


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:25833",
        "EPSG:3045",  # the same with its axes named in the other order
        ESRI.format(name="WGS_1984", flattening=298.257223563, meridian=15),
        ESRI.format(name="ETRS_1989", flattening=298.257222101, meridian=15),
        UNNAMED,
        "+proj=utm +zone=33 +ellps=GRS80 +units=m",
    ],
    ids=["ETRS89", "ETRS89 N-E", "ESRI WGS84", "ESRI ETRS89", "unnamed", "PROJ"],
)
def test_utm_on_wgs84_or_etrs89_is_the_cells_crs_however_it_is_written(product: Product, crs: str) -> None:
    chip = geotiff.read(corpora.geotiff(product, CELL, corpora.pixels(product, 0), crs=crs), product, CELL)
    np.testing.assert_array_equal(chip.data, corpora.pixels(product, 0))
    assert all("its CRS is" in note for note in chip.notes)


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:32632", "EPSG:25832", "EPSG:23033", "EPSG:32733", "EPSG:3035", "EPSG:4326", "EPSG:5653",
        ESRI.format(name="WGS_1984", flattening=298.257223563, meridian=9),
        ESRI.format(name="European_1950", flattening=297.0, meridian=15),
        ESRI.format(name="North_American_1983", flattening=298.257222101, meridian=15),
    ],
)  # fmt: skip
def test_other_crs_are_refused_by_name(crs: str) -> None:
    data = corpora.geotiff(PF_SR, CELL, corpora.pixels(PF_SR, 0), crs=crs)
    with pytest.raises(ChipError, match=r"its CRS is .*the id says EPSG:32633"):
        geotiff.read(data, PF_SR, CELL)


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
@pytest.mark.parametrize(("east", "north"), [(0.4, -0.3), (-0.49, 0.0), (0.0, 0.2)])
def test_a_corner_less_than_half_a_pixel_away_is_read_and_told(
    product: Product, east: float, north: float
) -> None:
    step, pixels = product.pixel_size, corpora.pixels(product, 0)
    moved = Affine(step, 0, LEFT + east * step, 0, -step, TOP + north * step)
    chip = geotiff.read(corpora.geotiff(product, CELL, pixels, transform=moved), product, CELL)
    np.testing.assert_array_equal(chip.data, pixels)
    assert any("less than half a pixel" in note for note in chip.notes)


@pytest.mark.parametrize("east", [0.5, 0.8, 1.0, -1.0])
def test_a_corner_further_away_is_refused_with_the_digits_that_differ(east: float) -> None:
    moved = Affine(3, 0, LEFT + east * 3 + 0.0001, 0, -3, TOP)
    with pytest.raises(
        ChipError, match=rf"corner is \({LEFT + east * 3 + 0.0001:.10g}, {TOP}\).*says \({LEFT}, {TOP}\)"
    ):
        geotiff.read(corpora.geotiff(PF_SR, CELL, corpora.pixels(PF_SR, 0), transform=moved), PF_SR, CELL)


@pytest.mark.parametrize(
    ("step", "reads"), [(3.0001, True), (3.004, True), (3.0074, True), (3.008, False), (3.01, False)]
)
def test_pixels_a_little_too_large_are_told_and_refused_from_half_a_pixel_on(
    step: float, reads: bool
) -> None:
    data = corpora.geotiff(
        PF_SR, CELL, corpora.pixels(PF_SR, 0), transform=Affine(step, 0, LEFT, 0, -step, TOP)
    )
    if reads:
        assert any("less than half a pixel" in note for note in geotiff.read(data, PF_SR, CELL).notes)
    else:
        with pytest.raises(ChipError, match=rf"at {step:g} m a pixel"):
            geotiff.read(data, PF_SR, CELL)


def test_pixels_of_another_size_are_refused_with_their_digits() -> None:
    step = 600 / 199
    with pytest.raises(ChipError, match=r"at 3\.015075377 m a pixel"):
        geotiff.read(
            corpora.geotiff(PF_SR, CELL, corpora.pixels(PF_SR, 0), transform=Affine(step, 0, LEFT, 0, -step, TOP)),
            PF_SR, CELL,
        )  # fmt: skip


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
@pytest.mark.parametrize(
    ("rows", "cols", "up", "west"), [(1, 0, 0, 0), (1, 0, 1, 0), (0, 1, 0, 1), (1, 1, 1, 0), (0, 1, 0, 0)]
)
def test_one_row_or_column_more_is_cut_off(
    product: Product, rows: int, cols: int, up: int, west: int
) -> None:
    step, pixels = product.pixel_size, corpora.pixels(product, 0)
    padded = np.pad(pixels, ((0, 0), (up, rows - up), (west, cols - west)), constant_values=7777)
    corner = Affine(step, 0, LEFT - west * step, 0, -step, TOP + up * step)
    chip = geotiff.read(corpora.geotiff(product, CELL, padded, transform=corner), product, CELL)
    np.testing.assert_array_equal(chip.data, pixels)
    assert len(chip.notes) == 1


@pytest.mark.parametrize("first", [False, True])
def test_one_row_less_is_missing_pixels(first: bool) -> None:
    pixels = corpora.pixels(PF_SR, 0)
    short = pixels[:, 1:] if first else pixels[:, :-1]
    corner = Affine(3, 0, LEFT, 0, -3, TOP - 3 * first)
    chip = geotiff.read(corpora.geotiff(PF_SR, CELL, short, transform=corner), PF_SR, CELL)
    lost = 0 if first else PF_SR.size - 1
    assert (chip.data[:, lost] == PF_MISSING).all()
    kept = np.delete(np.arange(PF_SR.size), lost)
    np.testing.assert_array_equal(chip.data[:, kept], pixels[:, kept])


def test_bigtiff_and_big_endian_are_tiff() -> None:
    pixels = corpora.pixels(PF_SR, 0)
    for options in ({"BIGTIFF": "YES"}, {"ENDIANNESS": "BIG"}, {"BIGTIFF": "YES", "ENDIANNESS": "BIG"}):
        data = corpora.geotiff(PF_SR, CELL, pixels, **options)
        np.testing.assert_array_equal(geotiff.read(data, PF_SR, CELL).data, pixels)
