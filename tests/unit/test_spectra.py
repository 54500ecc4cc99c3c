"""Spectra against wavelength: the right bands, months and dates of both sensors, and what is typical of a class."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from explorer.analysis import profiles, spectra
from explorer.analysis.tables import to_csv
from explorer.core import grid
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from tests import corpora
from tests.corpora import cube_of

CELL = grid.parse(corpora.FULL)


def test_a_pixels_spectrum_has_both_sensors_on_one_axis(tiny_corpus: Corpus) -> None:
    table = spectra.spectrum(tiny_corpus, corpora.FULL, row=10, col=20, months=["2018-01", 2])
    assert table["unit"].eq("1").all()
    assert table["p10"].isna().all()
    january = table[table["month"] == "2018-01-01"]
    planet = january[january["product"] == "PF-SR"].set_index("band")
    assert planet["date"].eq(pd.Timestamp("2018-01-13")).all()  # the nearest to the 15th, of every fifth day
    stored = corpora.pixels(PF_SR, 2)[:, 10, 20] / 1e4
    assert planet.loc[list(PF_SR.band_names), "value"].tolist() == pytest.approx(stored.tolist())
    assert planet.loc["nir", ["wavelength", "width"]].tolist() == [865, 40]
    sentinel = table[(table["month"] == "2018-02-01") & (table["product"] == "S2-SR")].set_index("band")
    stored = corpora.pixels(S2_SR, 1)[:, 3, 6] / 1e4
    assert sentinel.loc[list(S2_SR.band_names), "value"].tolist() == pytest.approx(stored.tolist())
    assert sentinel["wavelength"].is_monotonic_increasing
    assert sentinel.loc["B12", ["wavelength", "width"]].tolist() == [2202.4, 175]
    assert table.attrs["units"]["wavelength"] == "nm"
    assert to_csv(table).startswith(f"# sample {corpora.FULL} (EPSG:32633)")


def test_a_regions_spectrum_equals_its_profile(tiny_corpus: Corpus) -> None:
    box = (10, 10, 60, 70)
    table = spectra.spectrum(tiny_corpus, corpora.FULL, box=box, months=[1])
    profile = profiles.region(tiny_corpus, corpora.FULL, box=box)
    for _, row in table.iterrows():
        same = profile[
            (profile["product"] == row["product"])
            & (profile["band"] == row["band"])
            & (profile["date"].dt.floor("D") == row["date"])
        ].iloc[0]
        for mine, other in (("value", "mean"), ("p10", "p10"), ("p90", "p90"), ("count", "count")):
            assert row[mine] == pytest.approx(same[other], abs=1e-5)


def test_what_is_missing_has_no_row(tiny_corpus: Corpus) -> None:
    table = spectra.spectrum(tiny_corpus, corpora.FULL, row=0, col=0, months=["2019-07"])
    assert len(table) == 0
    assert "wavelength" in table
    data = np.full((12, 60, 60), 900)
    data[S2_SR.band_names.index("B01")] = 0
    cube = cube_of(S2_SR, {6: data})
    found = spectra.class_spectrum([cube], [7])
    assert "B01" not in set(found["band"])
    assert len(found) == 11


@pytest.mark.parametrize(
    ("months", "why"),
    [
        ([13], "'13' is no month"),
        (["July"], "'July' is no month"),
        (["2017-07"], "outside"),
        ([True], "no month"),
    ],
)
def test_a_month_that_is_none_is_refused(months: list[object], why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        spectra.parse_months(months)


def test_months_come_in_many_forms() -> None:
    july = dt.date(2018, 7, 1)
    for given in (7, "2018-07", "2018-07-13", dt.date(2018, 7, 9), np.int64(7), pd.Timestamp("2018-07-30")):
        assert spectra.parse_months([given]) == (july,)
    assert spectra.parse_months([7, "2018-07", 8]) == (july, dt.date(2018, 8, 1))
    assert spectra.parse_months(7) == (july,)


def test_a_place_is_named_once(tiny_corpus: Corpus) -> None:
    for kwargs in ({}, {"row": 1}, {"row": 1, "col": 1, "box": (0, 0, 9, 9)}):
        with pytest.raises(InvalidQueryError, match="name one place"):
            spectra.spectrum(tiny_corpus, corpora.FULL, **kwargs)  # type: ignore[arg-type]


def test_a_class_has_its_median_and_range_over_samples() -> None:
    rng = np.random.default_rng(0)
    cells = [grid.parse(f"33N_15E-200N_01_{col:02d}") for col in range(9, 14)]
    cubes = [
        cube_of(S2_SR, {6: rng.normal(level, 50, (12, 60, 60))}, cell)
        for level, cell in zip((1000, 1500, 2000, 2500, 3000), cells, strict=True)
    ]
    found = spectra.class_spectrum(cubes, [7]).set_index("band")
    assert found.loc["B08", "median"] == pytest.approx(0.2, abs=0.002)
    assert found.loc["B08", "p10"] == pytest.approx(0.1, abs=0.01)
    assert found.loc["B08", "p90"] == pytest.approx(0.3, abs=0.01)
    assert found["samples"].eq(5).all()
    assert found["count"].eq(5 * spectra.PIXELS_A_CUBE).all()
    assert found["wavelength"].is_monotonic_increasing
    pd.testing.assert_frame_equal(found, spectra.class_spectrum(cubes, [7]).set_index("band"))

    masks = {cell.sample_id: np.zeros((60, 60), bool) for cell in cells}
    masks[cells[0].sample_id][:5] = True
    only = spectra.class_spectrum(cubes, [7], masks)
    assert only["median"].between(0.097, 0.103).all()
    assert only["count"].eq(300).all()
    assert len(spectra.class_spectrum([], [7])) == 0


def test_one_date_of_planet_fusion_beside_a_month_of_mosaics(tiny_corpus: Corpus) -> None:
    day = PF_SR.dates[3]
    table = spectra.spectrum(
        tiny_corpus, corpora.FULL, row=10, col=20, months=[1], planet_date=day + dt.timedelta(days=2)
    )
    planet = table[table["sensor"] == "Planet Fusion"]
    assert set(planet["date"].dt.date) == {day}
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(corpora.FULL), PF_SR)
    wanted = cube.data[3, :, 10, 20] * 1e-4
    assert planet["value"].tolist() == pytest.approx(wanted.tolist())
    far = spectra.spectrum(
        tiny_corpus, corpora.FULL, row=10, col=20, months=[1], planet_date=dt.date(2019, 12, 29)
    )
    assert set(far["sensor"]) == {"Sentinel-2"}
