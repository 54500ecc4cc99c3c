"""Regions and whole samples over time: the right pixels of both grids, plain NumPy's numbers, honest flags."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from explorer import open_corpus
from explorer.analysis import profiles, regions
from explorer.core import grid
from explorer.core.errors import ExpressionError, InvalidQueryError
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.geotiff import Chip
from tests import corpora

TRIANGLE = [(20.2, 30.1), (20.2, 90.35), (80.45, 30.1)]  # no centre lies on an edge


def at(table: pd.DataFrame, product: Product, index: int) -> pd.DataFrame:
    """The rows of one date, by band."""
    day = pd.Timestamp(product.dates[index]) + pd.Timedelta(hours=10, minutes=30)
    return table[(table["product"] == product.id) & (table["date"] == day)].set_index("band")


def triangle(size: int, pixel: float) -> np.ndarray:
    """Pixels whose centre is in the triangle, by its own inequality."""
    centre = (np.arange(size) + 0.5) * pixel / 3
    row, col = np.meshgrid(centre, centre, indexing="ij")
    return np.asarray((row >= 20.2) & (col >= 30.1) & ((row - 20.2) + (col - 30.1) <= 60.25))


@pytest.mark.parametrize(("product", "index"), [(PF_SR, 0), (PF_SR, 9), (S2_SR, 6)])
def test_a_polygon_gives_what_numpy_gives(tiny_corpus: Corpus, product: Product, index: int) -> None:
    table = profiles.region(tiny_corpus, corpora.FULL, polygon=TRIANGLE, indices=("NDVI", "expr:nir-red"))
    here = at(table, product, index)
    mask = triangle(product.size, product.pixel_size)
    stored = corpora.pixels(product, index)[:, mask] / 1e4
    for band, values in zip(product.band_names, stored, strict=True):
        row = here.loc[band]
        assert row["mean"] == pytest.approx(values.mean(), abs=1e-5)
        assert row["std"] == pytest.approx(values.std(), abs=1e-5)
        expected = np.percentile(values, (10, 50, 90))
        assert row[["p10", "median", "p90"]].astype(float).tolist() == pytest.approx(
            expected.tolist(), abs=1e-5
        )
        assert row["count"] == mask.sum()
    names = dict(zip(product.band_names, stored, strict=True))
    nir, red = (names[name] for name in profiles.NDVI_BANDS[product.id])
    assert here.loc["NDVI", "mean"] == pytest.approx(((nir - red) / (nir + red)).mean(), abs=1e-5)
    assert here.loc["nir-red", "median"] == pytest.approx(np.median(nir - red), abs=1e-5)


def test_a_box_and_its_polygon_are_the_same_region(tiny_corpus: Corpus) -> None:
    box = profiles.region(tiny_corpus, corpora.FULL, box=(40, 50, 10, 12))
    corners = [(10, 12), (10, 50), (40, 50), (40, 12)]
    pd.testing.assert_frame_equal(box, profiles.region(tiny_corpus, corpora.FULL, polygon=corners))
    assert at(box, PF_SR, 0).loc["red", "count"] == 30 * 38


def test_a_region_of_one_pixel_is_the_pixel(tiny_corpus: Corpus) -> None:
    region = profiles.region(tiny_corpus, corpora.FULL, box=(10, 20, 11, 21))
    pixel = profiles.pixel(tiny_corpus, corpora.FULL, row=10, col=20)
    mine, other = (t[t["product"] == "PF-SR"].reset_index(drop=True) for t in (region, pixel))
    assert (mine["band"] == other["band"]).all()
    np.testing.assert_allclose(mine["mean"], other["value"], atol=2e-6)
    assert (mine["flag"] == other["flag"]).all()
    assert mine["std"].dropna().eq(0).all()
    # No 10 m pixel has its centre in there: the one under it stands for it.
    mine, other = (t[t["product"] == "S2-SR"].reset_index(drop=True) for t in (region, pixel))
    assert mine["count"].max() == 1
    np.testing.assert_allclose(mine["mean"], other["value"], atol=2e-6)


def test_a_region_has_a_row_for_every_band_and_date_with_units(tiny_corpus: Corpus) -> None:
    table = profiles.region(tiny_corpus, corpora.FULL, box=(0, 0, 200, 200), indices=("NDVI", "NBR"))
    assert len(table) == 146 * (4 + 1) + 12 * (12 + 2)  # Planet Fusion has no band for NBR
    assert not table.duplicated(["product", "band", "date"]).any()
    assert table.attrs["units"]["p10"] == "1"
    assert table.attrs["crs"] == "EPSG:32633"
    assert at(table, PF_SR, 0).loc["blue", "count"] == 40_000
    assert at(table, S2_SR, 0).loc["B02", "count"] == 3600
    assert table[table["flag"].str.startswith("missing")]["mean"].isna().all()


def test_gap_filled_is_said_where_the_layers_name_says_it(tiny_corpus: Corpus) -> None:
    table = profiles.region(tiny_corpus, corpora.FULL, polygon=TRIANGLE)
    mask = triangle(200, 3)
    for index in range(4):
        share = (corpora.pixels(PF_QA, index)[0][mask] != 0).mean()
        row = at(table, PF_SR, index).loc["red"]
        assert row["gap_filled"] == pytest.approx(share, abs=1e-4)
        assert row["flag"] == ("gap-filled" if share > 0.5 else "measured")
    assert pd.isna(at(table, PF_SR, 5).loc["red", "gap_filled"])
    assert at(table, PF_SR, 5).loc["red", "flag"] == "measured"
    assert table[table["product"] == "S2-SR"]["gap_filled"].isna().all()
    without = profiles.region(tiny_corpus, corpora.FULL, polygon=TRIANGLE, quality=False)
    assert without["gap_filled"].isna().all()
    assert set(without["flag"]) == {"measured", "missing: not there"}


def test_layers_of_other_names_are_not_called_gap_filled(tmp_path: Path) -> None:
    cell = grid.parse(corpora.FULL)
    corpora.write_chips(tmp_path, corpora.FULL, PF_SR, range(2))
    for index in range(2):
        data = np.ones((2, 200, 200), np.uint8)
        chip = corpora.geotiff(PF_QA, cell, data, ["cloud_mask", "days_to_gap"])
        corpora.put(tmp_path, PF_QA.key(cell.folder, PF_QA.dates[index]), chip)
    corpus = open_corpus(tmp_path)
    try:
        table = profiles.pixel(corpus, corpora.FULL, row=1, col=1)
    finally:
        corpus.close()
    assert set(table["flag"]) == {"measured", "missing: not there"}


def test_holes_count_for_nothing(tmp_path: Path) -> None:
    cell = grid.parse(corpora.FULL)
    corpora.write_chips(tmp_path, corpora.FULL, PF_SR, range(1))
    data = np.full((12, 60, 60), 1000)
    data[:, :30] = 0
    data[S2_SR.band_names.index("B04"), :, 30:] = 0
    data[:, 45:] = 3000
    chip = corpora.geotiff(S2_SR, cell, data.astype(np.uint16))
    corpora.put(tmp_path, S2_SR.key(cell.folder, S2_SR.dates[0]), chip)
    corpus = open_corpus(tmp_path)
    try:
        table = profiles.region(corpus, corpora.FULL, box=(0, 0, 200, 200))
    finally:
        corpus.close()
    here = at(table, S2_SR, 0)
    assert here.loc["B02", "count"] == 1800
    assert here.loc["B02", "mean"] == pytest.approx(0.2)
    assert here.loc["B04", "count"] == 15 * 30 + 15 * 60
    assert here.loc["NDVI", "count"] == 15 * 30 + 15 * 60
    assert here.loc["NDVI", "mean"] == 0


@pytest.mark.parametrize(
    ("kwargs", "why"),
    [
        ({}, "either polygon= or box="),
        ({"box": (0, 0, 1, 1), "polygon": TRIANGLE}, "either polygon= or box="),
        ({"box": (0, 0, 1)}, "not 3 numbers"),
        ({"polygon": [(0, 0), (1, 1)]}, "3 to 1000"),
        ({"polygon": [(0, 0, 1), (1, 1, 1), (2, 0, 1)]}, "3 to 1000"),
        ({"polygon": [(0, 0)] * 1001}, "not 1001"),
        ({"polygon": [(0, 0), (np.nan, 1), (2, 2)]}, "finite"),
        ({"box": (0, 0, np.inf, 1)}, "finite"),
        ({"polygon": [("a", 0), (1, 1), (2, 2)]}, "numbers"),
        ({"box": (300, 300, 400, 400)}, "holds no pixel"),
        ({"box": (-9, -9, -0.2, -0.2)}, "holds no pixel"),
        ({"polygon": [(5, 5), (5, 5), (5, 5)]}, "holds no pixel"),
        ({"box": (0, 0, 9, 9), "indices": ("NOPE",)}, "no index 'NOPE'"),
        ({"box": (0, 0, 9, 9), "indices": ("true",)}, "no index 'true'"),
        ({"box": (0, 0, 9, 9), "indices": ("band:nir",)}, "neither an index"),
    ],
)
def test_a_region_that_is_none_is_refused(tiny_corpus: Corpus, kwargs: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidQueryError, match=why):
        profiles.region(tiny_corpus, corpora.FULL, **kwargs)  # type: ignore[arg-type]


def test_a_region_beyond_the_chip_is_cut_and_a_crossed_one_is_mended(tiny_corpus: Corpus) -> None:
    wide = profiles.region(tiny_corpus, corpora.FULL, box=(-50, -50, 10, 10))
    assert at(wide, PF_SR, 0).loc["red", "count"] == 100
    bow = [(0, 0), (40, 40), (40, 0), (0, 40)]
    crossed = profiles.region(tiny_corpus, corpora.FULL, polygon=bow)
    assert 700 < at(crossed, PF_SR, 0).loc["red", "count"] < 900


@given(st.lists(st.tuples(st.floats(-20, 220), st.floats(-20, 220)), min_size=3, max_size=12))
def test_any_polygon_holds_pixels_of_both_grids_in_the_same_place(points: list[tuple[float, float]]) -> None:
    shape = regions.polygon_of(points)
    for product in (PF_SR, S2_SR):
        rows, cols = regions.inside(shape, product)
        assert len(rows) == len(cols)
        if len(rows):
            assert 0 <= min(rows.min(), cols.min()) <= max(rows.max(), cols.max()) < product.size
            ratio = product.pixel_size / 3
            centre = (rows + 0.5) * ratio
            if len(rows) == 1:  # the pixel under a region between the centres
                pixel = shapely.box(
                    cols[0] * ratio, rows[0] * ratio, (cols[0] + 1) * ratio, (rows[0] + 1) * ratio
                )
                assert shapely.intersects(shape, pixel)
                continue
            assert min(p[0] for p in points) - 1e-6 <= centre.min()
            assert centre.max() <= max(p[0] for p in points) + 1e-6


def test_a_whole_sample_has_its_median_and_range() -> None:
    rng = np.random.default_rng(0)
    cube = Cube(grid.parse(corpora.FULL), PF_SR)
    for index in (0, 50, 145):
        data = rng.normal(1000 + 10 * index, 200, (4, 200, 200)).astype(np.int16)
        cube.place(index, Chip(data, PF_SR.band_names, None))
    found = regions.sample_band_envelope(cube, ("NDVI", "EVI"))
    assert found.names == ("blue", "green", "red", "nir", "NDVI", "EVI")
    assert found.median.shape == (6, 146)
    assert found.median[:4, [0, 50, 145]].tolist() == [
        pytest.approx([0.1, 0.15, 0.245], abs=2e-3) for _ in range(4)
    ]
    assert (found.p10 < found.median)[:, [0, 50, 145]].all()
    assert (found.p90 > found.median)[:, [0, 50, 145]].all()
    assert found.p90[0, 0] - found.median[0, 0] == pytest.approx(0.0256, abs=2e-3)
    gone = np.setdiff1d(np.arange(146), [0, 50, 145])
    assert np.isnan(found.median[:, gone]).all()
    assert (found.count[:, 0] == 10_000).all()
    empty = regions.sample_band_envelope(Cube(grid.parse(corpora.FULL), PF_SR))
    assert np.isnan(empty.median).all()


def test_a_pixel_gains_indices_and_formulas(tiny_corpus: Corpus) -> None:
    table = profiles.pixel(
        tiny_corpus, corpora.FULL, row=5, col=6, indices=("EVI", "NBR", "expr:(nir-red)/(nir+red)")
    )
    assert len(table) == 146 * (4 + 2) + 12 * (12 + 3)
    here = at(table, PF_SR, 0)["value"]
    nir, red, blue = (here[name] for name in ("nir", "red", "blue"))
    assert here["EVI"] == pytest.approx(2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1), abs=1e-5)
    assert here["(nir-red)/(nir+red)"] == pytest.approx((nir - red) / (nir + red), abs=1e-5)
    month = at(table, S2_SR, 3)["value"]
    assert month["NBR"] == pytest.approx(
        (month["B08"] - month["B12"]) / (month["B08"] + month["B12"]), abs=1e-5
    )
    assert set(table[table["product"] == "PF-SR"]["band"]) == {
        *PF_SR.band_names,
        "EVI",
        "(nir-red)/(nir+red)",
    }
    with pytest.raises(ExpressionError, match="'rde' at character 5"):
        profiles.pixel(tiny_corpus, corpora.FULL, row=5, col=6, indices=("expr:nir-rde",))
    plain = profiles.pixel(tiny_corpus, corpora.FULL, row=5, col=6, indices=())
    assert len(plain) == 146 * 4 + 12 * 12


@pytest.mark.parametrize(
    ("box", "planet", "sentinel"),
    [
        ((0.6, 0.6, 0.9, 0.9), (0, 0), (0, 0)),
        ((120.1, 80.7, 120.4, 80.9), (120, 80), (36, 24)),
        ((199.6, 199.6, 240, 240), None, None),  # its middle lies outside of the chip
    ],
)
def test_a_region_smaller_than_a_pixel_is_the_pixel_under_it(
    box: tuple[float, ...], planet: tuple[int, int] | None, sentinel: tuple[int, int] | None
) -> None:
    shape = regions.polygon_of(box=box)
    for product, expected in ((PF_SR, planet), (S2_SR, sentinel)):
        rows, cols = regions.inside(shape, product)
        found = list(zip(rows.tolist(), cols.tolist(), strict=True))
        assert found == ([] if expected is None else [expected])


def test_an_index_of_negative_reflectance_is_flagged(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = np.full((4, 200, 200), 1000, np.int16)
    data[PF_SR.band_names.index("red"), 10, 20] = -50
    cube = Cube(tiny_corpus.cell(corpora.FULL), PF_SR)
    cube.place(0, Chip(data, PF_SR.band_names, None))
    empty = Cube(cube.cell, S2_SR)
    monkeypatch.setattr(tiny_corpus.cubes, "get", lambda _, product, *__: cube if product is PF_SR else empty)
    for table in (
        profiles.pixel(
            tiny_corpus, corpora.FULL, row=10, col=20, indices=("NDVI", "expr:nir-blue"), quality=False
        ),
        profiles.region(
            tiny_corpus, corpora.FULL, box=(0, 0, 30, 30), indices=("NDVI", "expr:nir-blue"), quality=False
        ),
    ):
        planet = table[table["product"] == "PF-SR"]
        here = planet[planet["date"] == planet["date"].min()].set_index("band")
        assert here.loc["NDVI", "flag"] == profiles.NEGATIVE == "negative reflectance"
        assert here.loc["red", "flag"] == "measured"
        assert here.loc["nir-blue", "flag"] == "measured"  # it does not look at red
        assert (table["flag"] == profiles.NEGATIVE).sum() == 1
        assert any("nominal" in text for text in table.attrs["wavelengths"])
