"""Profiles of a pixel equal what the files hold, of both sensors on the same ground, with what is missing named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st

from explorer import open_corpus
from explorer.analysis import profiles
from explorer.core.errors import InvalidQueryError, InvalidSampleIdError, UnknownSampleError
from explorer.core.grid import parse
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from tests import corpora

PIXELS = [(0, 0), (199, 0), (0, 199), (199, 199), (10, 20), (120, 80)]


def at(root: Path, product: Product, index: int, row: int, col: int) -> np.ndarray:
    """What rasterio reads there."""
    key = product.key(parse(corpora.FULL).folder, product.dates[index])
    with rasterio.open(root / key) as source:
        return np.asarray(source.read()[:, row, col])


@pytest.mark.parametrize(("row", "col"), PIXELS)
def test_a_profile_equals_the_files(tiny_corpus: Corpus, tiny_folder: Path, row: int, col: int) -> None:
    table = profiles.pixel(tiny_corpus, corpora.FULL, row=row, col=col)
    for product, index in ((PF_SR, 0), (PF_SR, 9), (S2_SR, 0), (S2_SR, 11)):
        day = pd.Timestamp(product.dates[index]) + pd.Timedelta(hours=10, minutes=30)
        here = table[(table["product"] == product.id) & (table["date"] == day)].set_index("band")
        place = (row, col) if product is PF_SR else profiles.to_s2(row, col)
        stored = at(tiny_folder, product, index, *place)
        assert here.loc[list(product.band_names), "dn"].tolist() == stored.tolist()
        assert here.loc[list(product.band_names), "value"].tolist() == pytest.approx(
            (stored / 10_000).tolist()
        )
        assert here["row"].eq(place[0]).all()
        assert here["col"].eq(place[1]).all()
        nir, red = here["dn"][list(profiles.NDVI_BANDS[product.id])].astype(float)
        assert here.loc["NDVI", "value"] == pytest.approx((nir - red) / (nir + red), abs=1e-5)
        assert here["dn"].isna()["NDVI"]
        # The corpus's quality layer is named gap_filled, and is there for the first dates.
        filled = product is PF_SR and index < 4 and corpora.pixels(PF_QA, index)[0, row, col] != 0
        assert here["flag"].eq("gap-filled" if filled else "measured").all()


def test_a_profile_has_a_row_for_every_band_and_date_with_units(tiny_corpus: Corpus) -> None:
    table = profiles.pixel(tiny_corpus, corpora.FULL, row=3, col=4)
    assert len(table) == 146 * (4 + 1) + 12 * (12 + 1)
    assert not table.duplicated(["product", "band", "date"]).any()
    assert table.attrs["sample_id"] == corpora.FULL
    assert table.attrs["crs"] == "EPSG:32633"
    assert table.attrs["units"]["wavelength"] == "nm"
    assert len(table.attrs["attribution"]) == 2
    wavelengths = table.drop_duplicates(["product", "band"]).set_index(["product", "band"])["wavelength"]
    assert wavelengths["S2-SR", "B12"] == 2202.4
    assert wavelengths["PF-SR", "nir"] == 865
    assert pd.isna(wavelengths["PF-SR", "NDVI"])
    assert set(table["sensor"]) == {"Planet Fusion", "Sentinel-2"}


def test_what_is_missing_is_empty_and_says_why(tiny_corpus: Corpus) -> None:
    table = profiles.pixel(tiny_corpus, corpora.BROKEN, row=5, col=5)
    planet = table[(table["product"] == "PF-SR") & (table["band"] == "red")].reset_index()
    assert planet["flag"].eq("measured").sum() == 2
    gone = planet[planet["flag"] != "measured"]
    assert gone["value"].isna().all()
    assert gone["dn"].isna().all()
    assert gone["flag"].str.startswith("missing: ").all()
    assert planet["flag"].str.contains("damaged or truncated").any()
    assert planet["flag"].iloc[-1] == "missing: not there"
    sentinel = table[table["product"] == "S2-SR"]
    assert sentinel["flag"].eq("missing: not there").all()
    assert sentinel["value"].isna().all()


def test_bands_stored_in_another_order_come_by_name(tiny_corpus: Corpus) -> None:
    table = profiles.pixel(tiny_corpus, corpora.BARE, row=7, col=9)
    there = table[(table["flag"] == "measured") & (table["product"] == "PF-SR")]
    first = there[there["date"] == there["date"].min()].set_index("band")["dn"]
    assert first[list(PF_SR.band_names)].tolist() == corpora.pixels(PF_SR, 0)[:, 7, 9].tolist()


def test_holes_are_nodata_and_an_empty_band_is_not(tmp_path: Path) -> None:
    cell = parse(corpora.FULL)
    corpora.write_chips(tmp_path, corpora.FULL, PF_SR, range(1))
    hole, half = corpora.pixels(S2_SR, 0), corpora.pixels(S2_SR, 1)
    hole[:, 3, 3] = 0
    half[list(S2_SR.band_names).index("B01")] = 0
    for index, data in enumerate((hole, half)):
        corpora.put(tmp_path, S2_SR.key(cell.folder, S2_SR.dates[index]), corpora.geotiff(S2_SR, cell, data))
    corpus = open_corpus(tmp_path)
    try:
        table = profiles.pixel(corpus, corpora.FULL, row=11, col=11)  # 3 m row 11 lies in 10 m row 3
    finally:
        corpus.close()
    sentinel = table[table["product"] == "S2-SR"]
    january = sentinel[sentinel["date"] == pd.Timestamp("2018-01-01 10:30")]
    assert january["flag"].eq("nodata").all()
    assert january["value"].isna().all()
    february = sentinel[sentinel["date"] == pd.Timestamp("2018-02-01 10:30")].set_index("band")
    assert february["flag"].eq("measured").all()
    assert february["value"].isna()["B01"]
    assert february.loc["B02", "dn"] == half[0, 3, 3]


@pytest.mark.parametrize(("row", "col"), [(-1, 0), (0, -1), (200, 0), (0, 200), (10**9, 10**9)])
def test_a_pixel_outside_the_chip_is_refused_by_name(tiny_corpus: Corpus, row: int, col: int) -> None:
    with pytest.raises(InvalidQueryError, match=f"row {row}, col {col} is outside"):
        profiles.pixel(tiny_corpus, corpora.FULL, row=row, col=col)


def test_an_unknown_sample_is_refused_by_name(tiny_corpus: Corpus) -> None:
    with pytest.raises(UnknownSampleError, match="33N_15E-200N_02_09"):
        profiles.pixel(tiny_corpus, "33N_15E-200N_02_09", row=0, col=0)
    with pytest.raises(InvalidSampleIdError, match="nowhere"):
        profiles.pixel(tiny_corpus, "nowhere", row=0, col=0)


@given(st.integers(0, 199), st.integers(0, 199))
def test_the_coarse_pixel_holds_the_centre_of_the_fine_one(row: int, col: int) -> None:
    for fine, coarse in zip((row, col), profiles.to_s2(row, col), strict=True):
        assert 10 * coarse <= 3 * fine + 1.5 < 10 * (coarse + 1)


@given(st.integers(0, 59), st.integers(0, 59))
def test_from_coarse_to_fine_and_back_is_the_same_ground(row: int, col: int) -> None:
    fine = profiles.to_pf(row, col)
    assert profiles.check_pixel(*fine) == fine
    assert profiles.to_s2(*fine) == (row, col)
    for f, c in zip(fine, (row, col), strict=True):
        assert 3 * f <= 10 * c + 5 <= 3 * (f + 1)  # the fine pixel holds the coarse one's centre


def test_the_real_chip_has_in_its_profile_what_rasterio_reads(real_corpus: Corpus, real_folder: Path) -> None:
    cell = parse("33N_15E-200N_01_09")
    with rasterio.open(real_folder / PF_SR.key(cell.folder, PF_SR.dates[0])) as source:
        stored = source.read()[:, 10, 20]
    table = profiles.pixel(real_corpus, cell.sample_id, row=10, col=20)
    first = table[(table["date"] == pd.Timestamp("2018-01-03 10:30")) & (table["band"] != "NDVI")]
    assert first["dn"].tolist() == stored.tolist()
