"""Products: calendars, file names and bands."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest

from explorer.core import grid
from explorer.core.errors import UnknownBandError, UnknownDateError
from explorer.core.products import CELL_SIZE_M, PF_QA, PF_SR, PRODUCTS, S2_SR, Product


def test_calendars_are_those_that_the_publishers_state() -> None:
    assert (len(PF_SR.dates), PF_SR.date_keys[0], PF_SR.date_keys[-1]) == (146, "2018-01-03", "2019-12-29")
    assert PF_QA.dates == PF_SR.dates
    assert {b - a for a, b in zip(PF_SR.dates, PF_SR.dates[1:], strict=False)} == {dt.timedelta(days=5)}
    assert S2_SR.date_keys == tuple(f"2018-{month:02d}" for month in range(1, 13))


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=list(PRODUCTS))
def test_pixels_fill_the_cell(product: Product) -> None:
    assert product.size * product.pixel_size == CELL_SIZE_M


def test_keys_follow_the_corpus_layout() -> None:
    folder = grid.parse("33N_15E-200N_01_09").folder
    assert PF_SR.key(folder, PF_SR.dates[0]) == f"imagery/{folder}/PF-SR/2018-01-03.tif"
    assert S2_SR.key(folder, S2_SR.dates[6]) == f"imagery/{folder}/S2-SR/2018-07.tif"


@pytest.mark.parametrize(
    "value",
    [
        "2018-01-08",
        dt.date(2018, 1, 8),
        dt.datetime(2018, 1, 8, 10, 30, tzinfo=dt.UTC),
        np.datetime64("2018-01-08T10:30", "ns"),
        "2018-01-08T10:30:00Z",
    ],
)
def test_a_date_is_read_in_every_usual_form(value: object) -> None:
    assert PF_SR.parse_date(value) == dt.date(2018, 1, 8)


@pytest.mark.parametrize("value", ["2018-07", "2018-07-02", dt.date(2018, 7, 31)])
def test_any_day_names_its_month(value: object) -> None:
    assert S2_SR.parse_date(value) == dt.date(2018, 7, 1)


@pytest.mark.parametrize(
    "value", ["2018-01-04", "2020-01-03", "2018-13-01", "2018-02-30", "yesterday", "", None, 7, "2018-01-08x"]
)
def test_a_date_outside_the_calendar_is_named_with_what_exists(value: object) -> None:
    with pytest.raises(UnknownDateError, match=re.escape(str(value)) + r".*2018-01-03 to 2019-12-29 \(146\)"):
        PF_SR.parse_date(value)


def test_an_unknown_band_is_named_with_what_exists() -> None:
    with pytest.raises(UnknownBandError, match=r"PF-SR has no band 'swir'.*blue, green, red, nir"):
        PF_SR.band("swir")


def test_the_nearest_date_of_a_product() -> None:
    assert PF_SR.nearest(dt.date(2018, 1, 5)) == dt.date(2018, 1, 3)
    assert PF_SR.nearest(dt.date(2018, 1, 6)) == dt.date(2018, 1, 8)
    assert PF_SR.nearest(dt.date(2030, 1, 1)) == PF_SR.dates[-1]
    assert S2_SR.nearest(dt.date(2018, 3, 31)) == dt.date(2018, 3, 1)  # its own month, not the nearer April
    assert S2_SR.nearest(dt.date(2019, 6, 1)) == dt.date(2018, 12, 1)


def test_wavelengths_are_in_nanometres_and_bands_differ() -> None:
    for product in (PF_SR, S2_SR):
        assert len(set(product.band_names)) == len(product.bands)
        for band in product.bands:
            assert 400 < band.wavelength < 2500
            assert 10 < band.width < 200
    assert PF_SR.band_names == ("blue", "green", "red", "nir")
    assert set(S2_SR.band_names) == {"B8A", "B11", "B12", *(f"B{number:02d}" for number in range(1, 10))}


def test_what_wavelengths_are_of_is_said() -> None:
    # ESA's spectral response functions v3: the two satellites differ most in B12.
    differ = {band.name: abs(band.wavelength - (band.wavelength_s2b or 0)) for band in S2_SR.bands}
    assert max(differ, key=lambda name: differ[name]) == "B12"
    assert differ["B12"] == pytest.approx(2202.4 - 2185.7)
    assert "2185.7" in S2_SR.wavelengths
    assert "nominal" in PF_SR.wavelengths
    assert all(band.wavelength_s2b is None for band in PF_SR.bands)
