"""The small real corpus: what we read is what rasterio reads, and what it lacks is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus

REAL = "33N_15E-200N_01_09"
FLANDERS = "31N_20E-234N_18_36"


def test_the_real_chips_pixel_is_what_rasterio_reads(real_corpus: Corpus, real_folder: Path) -> None:
    cube = real_corpus.planet_fusion(REAL, dates="2018-01-03")
    key = PF_SR.key(real_corpus.cell(REAL).folder, PF_SR.dates[0])
    with rasterio.open(real_folder / key) as source:
        pixels = source.read()
        np.testing.assert_array_equal(cube.isel(time=0).values, pixels)
        np.testing.assert_array_equal(cube.isel(time=0, y=10, x=20).values, pixels[:, 10, 20])
        assert cube.rio.transform() == source.transform
        assert cube.rio.crs == source.crs
        assert (cube.x.values[20], cube.y.values[10]) == source.xy(10, 20)
    assert cube.dtype == "int16"


def test_the_real_sample_has_one_date_and_says_which_are_missing(real_corpus: Corpus) -> None:
    cube = real_corpus.planet_fusion(REAL)
    assert cube.shape == (1, 4, 200, 200)
    assert cube.attrs["missing"] == list(PF_SR.date_keys[1:])
    for other in (real_corpus.sentinel2(REAL), real_corpus.quality(REAL)):
        assert other.sizes["time"] == 0
    assert real_corpus.labels(REAL).to_dict() == {211: 1.0}


def test_flanders_has_its_seasons_and_its_holes(real_corpus: Corpus) -> None:
    cube = real_corpus.planet_fusion(FLANDERS)
    assert cube.shape == (66, 4, 200, 200)
    assert len(cube.attrs["missing"]) == 80
    months = real_corpus.sentinel2(FLANDERS)
    assert months.attrs["missing"] == ["2018-12"]
    for band in ("B01", "B09"):
        assert not months.sel(band=band).values.any()
    january = months.isel(time=0).sel(band=["B02", "B03", "B04", "B08"]).values
    assert 0 < (january == 0).all(axis=0).mean() < 0.5  # holes, which stay nodata
    assert real_corpus.labels(FLANDERS).to_dict() == pytest.approx({211: 0.55, 112: 0.45})


def test_reflectances_are_plausible(real_corpus: Corpus) -> None:
    means = real_corpus.planet_fusion(FLANDERS).mean(["time", "y", "x"]).values
    # Blue, green, red and near infrared over the whole corpus are about 528, 744, 849 and 2693.
    np.testing.assert_allclose(means, [528, 744, 849, 2693], rtol=0.2)


@pytest.mark.parametrize(
    ("planet", "sentinel"), [("blue", "B02"), ("green", "B03"), ("red", "B04"), ("nir", "B08")]
)
def test_both_sensors_see_the_same_ground(real_corpus: Corpus, planet: str, sentinel: str) -> None:
    fine = real_corpus.planet_fusion(FLANDERS, "2018-07-02", planet).isel(time=0, band=0).values
    coarse = real_corpus.sentinel2(FLANDERS, "2018-07", sentinel).isel(time=0, band=0).values
    centres = ((np.arange(60) + 0.5) * 10 // 3).astype(int)  # the 3 m pixel at the centre of each 10 m pixel
    here = np.corrcoef(fine[np.ix_(centres, centres)].ravel(), coarse.ravel())[0, 1]
    turned = np.corrcoef(fine[::-1][np.ix_(centres, centres)].ravel(), coarse.ravel())[0, 1]
    assert here > 0.9  # a date against a monthly median
    assert here > turned + 0.3  # the same image upside down is another place


def test_opening_it_finds_nothing_wrong(real_corpus: Corpus) -> None:
    assert real_corpus.index.warnings == []
    assert sorted(real_corpus.samples.index) == [FLANDERS, REAL]
