"""The date at which most can be told apart: from cubes whose NDVI is known."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis.telling_date import STEP, ndvi_spread, telling_date
from explorer.core import grid
from explorer.core.products import PF_SR
from explorer.corpus.imagery.cube import Cube, Status

FIRST_OF_2019 = next(i for i, date in enumerate(PF_SR.dates) if date.year == 2019)


def cube_of(contrasts: dict[int, int], bright: int = 3000) -> Cube:
    """A cube of these dates: half of each picture bare (red as near infrared), half green by so many DN."""
    cube = Cube(grid.parse("33N_15E-200N_01_09"), PF_SR, PF_SR.band_names)
    cube.data = np.full((len(PF_SR.dates), len(PF_SR.bands), 16, 16), bright, np.int16)
    red, nir = (PF_SR.band_names.index(name) for name in ("red", "nir"))
    for index, contrast in contrasts.items():
        cube.status[index] = Status.THERE
        cube.data[index, nir, :, 8:] = bright + contrast
        cube.data[index, red, :, 8:] = bright - contrast
    return cube


def test_the_spread_is_that_of_the_ndvi() -> None:
    cube = cube_of({3: 1500})
    assert ndvi_spread(cube, 3) == pytest.approx(1500 / 3000)


def test_pixels_that_are_not_measured_do_not_count() -> None:
    cube = cube_of({3: 1500})
    cube.nodata = -999
    cube.data[3, :, :, :8] = cube.nodata
    assert ndvi_spread(cube, 3) == pytest.approx(0)
    cube.data[3] = cube.nodata
    assert np.isnan(ndvi_spread(cube, 3))
    cube.data[3] = 0
    assert np.isnan(ndvi_spread(cube, 3))


def test_the_picture_is_looked_at_by_every_fourth_pixel() -> None:
    cube = cube_of({3: 0})
    red = PF_SR.band_names.index("red")
    cube.data[3, red, 1::STEP] = 100
    assert ndvi_spread(cube, 3) == 0


def test_it_is_the_date_whose_ndvi_spreads_furthest_and_the_earliest_of_equals() -> None:
    assert telling_date(cube_of({3: 800, 30: 1500, 31: 1500, 60: 1200})) == 30


def test_what_was_filled_in_gives_way_to_what_is_clear() -> None:
    cube = cube_of({3: 800, 30: 1500, 60: 1200})
    filled = np.full(len(PF_SR.dates), np.nan, np.float32)
    assert telling_date(cube, filled) == 30  # nobody says that anything was filled in
    filled[[3, 30, 60]] = 0.0, 0.4, 0.05
    assert telling_date(cube, filled) == 60
    filled[[3, 30, 60]] = 0.9
    assert telling_date(cube, filled) == 30


def test_it_is_a_date_of_the_year_that_both_sensors_have() -> None:
    assert telling_date(cube_of({10: 500, FIRST_OF_2019 + 30: 1500})) == 10
    assert telling_date(cube_of({FIRST_OF_2019: 1500})) is None
    assert telling_date(cube_of({})) is None


def test_a_date_without_one_measured_pixel_is_the_last_choice() -> None:
    cube = cube_of({10: 0, 20: 0})
    cube.nodata = -999
    cube.data[10] = cube.nodata
    assert telling_date(cube) == 20
