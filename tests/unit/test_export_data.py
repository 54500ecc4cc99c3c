"""Data read back by other programs: the same numbers in the same place at the same time, with units and terms."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from typing import Any

import geopandas as gpd
import netCDF4
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import rasterio
import xarray as xr

from explorer.analysis import composite, indices, profiles, render_spec
from explorer.analysis.stretch import StretchSpec
from explorer.core.errors import (
    CancelledError,
    InvalidQueryError,
    OutputError,
    UnknownDateError,
    UnknownSampleError,
)
from explorer.core.products import LICENSE, PF_SR, PRODUCTS
from explorer.corpus.corpus import Corpus
from explorer.export import credit, data
from tests import corpora

SAMPLE = corpora.FULL
PRODUCT_IDS = ["PF-SR", "PF-QA", "S2-SR"]


def opened(path: Path, **options: Any) -> xr.Dataset:
    engine = "zarr" if path.suffix == ".zarr" else "netcdf4"
    return xr.open_dataset(path, engine=engine, decode_coords="all", **options)


@pytest.mark.parametrize("ending", data.CUBES)
@pytest.mark.parametrize("product", PRODUCT_IDS)
def test_cubes_come_back_as_they_were(tiny_corpus: Corpus, tmp_path: Path, ending: str, product: str) -> None:
    path = tmp_path / f"cube{ending}"
    data.write_cube(tiny_corpus, SAMPLE, path, product=product)
    read = {"PF-SR": tiny_corpus.planet_fusion, "PF-QA": tiny_corpus.quality, "S2-SR": tiny_corpus.sentinel2}
    expected = read[product](SAMPLE)
    with opened(path, mask_and_scale=False) as found:
        name = "quality" if product == "PF-QA" else "surface_reflectance"
        stored = found[name]
        assert stored.dtype == expected.dtype
        assert (stored.values == expected.values).all()
        assert stored.dims == ("time", "band", "y", "x")
        assert list(found["band"].values) == list(expected["band"].values)
        assert (found["time"].values == expected["time"].values).all()
        assert (found["x"].values == expected["x"].values).all()
        assert (found["y"].values == expected["y"].values).all()
        assert stored.rio.crs.to_epsg() == 32633
        assert stored.rio.transform() == expected.rio.transform()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", data.CUBES)
@pytest.mark.parametrize("product", ["PF-SR", "S2-SR"])
def test_scaled_they_are_reflectance_and_holes_are_nan(
    tiny_corpus: Corpus, tmp_path: Path, ending: str, product: str
) -> None:
    path = tmp_path / f"cube{ending}"
    data.write_cube(tiny_corpus, SAMPLE, path, product=product, end="2018-02")
    with opened(path) as found:
        raw = opened(path, mask_and_scale=False)["surface_reflectance"]
        scaled = found["surface_reflectance"]
        holes = raw.values == raw.attrs["_FillValue"]
        assert (np.isnan(scaled.values) == holes).all()
        np.testing.assert_allclose(scaled.values[~holes], raw.values[~holes] * 1e-4, rtol=1e-6)
        assert scaled.attrs["units"] == "1"
        assert scaled.attrs["standard_name"] == "surface_bidirectional_reflectance"
        assert found["wavelength"].attrs == {
            "units": "nm", "long_name": "central wavelength", "standard_name": "radiation_wavelength",
        }  # fmt: skip
        assert found.attrs["Conventions"].startswith("CF-1.")
        assert found.attrs["license"] == LICENSE[product]
        assert found.attrs["sample_id"] == SAMPLE
        assert "RapidAI4EO explorer" in found.attrs["history"]
        assert ("comment" in found.attrs) == (product == "PF-SR")
        if product == "S2-SR":
            months = found["time_bnds"].values[0].astype("datetime64[M]").astype(str).tolist()
            assert months == ["2018-01", "2018-02"]


def test_holes_of_sentinel_2_are_filled_with_nothing(tiny_corpus: Corpus) -> None:
    found = data.dataset(tiny_corpus, SAMPLE, product="S2-SR")["surface_reflectance"]
    assert found.attrs["_FillValue"] == 0
    assert data.dataset(tiny_corpus, SAMPLE)["surface_reflectance"].attrs["_FillValue"] == -32768


def test_missing_dates_are_named_with_their_reasons(tiny_corpus: Corpus) -> None:
    found = data.dataset(tiny_corpus, corpora.BROKEN, end="2018-04")
    assert found.sizes["time"] == 2
    assert "2018-01-03" in found.attrs["missing_dates"]
    assert "damaged or truncated" in found.attrs["missing_reasons"]


@pytest.mark.parametrize("product", ["PF-SR", "S2-SR", "PF-QA"])
def test_only_the_cube_says_what_is_missing(tiny_corpus: Corpus, tmp_path: Path, product: str) -> None:
    """CF 2.5.1: coordinates lack nothing. 8.1: what stands for a missing number has the type of the packed ones, the scale is a double."""
    path = tmp_path / "cube.nc"
    data.write_cube(tiny_corpus, SAMPLE, path, product=product, end="2018-01-31")
    with netCDF4.Dataset(path) as found:
        filled = {name for name, one in found.variables.items() if "_FillValue" in one.ncattrs()}
        assert filled <= {"surface_reflectance", "quality"}
        assert ("surface_reflectance" in filled) == (product != "PF-QA")
        for name in filled - {"quality"}:
            one = found[name]
            assert one.getncattr("_FillValue").dtype == one.dtype
            assert one.getncattr("scale_factor").dtype == "float64"


def test_gdal_reads_a_netcdf_in_its_place(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "cube.nc"
    data.write_cube(tiny_corpus, SAMPLE, path, dates=["2018-01-03"], bands=["red"])
    expected = tiny_corpus.planet_fusion(SAMPLE, ["2018-01-03"], ["red"]).values[0, 0]
    with rasterio.open(f"netcdf:{path}:surface_reflectance") as found:
        assert found.crs.to_epsg() == 32633
        assert found.bounds == tiny_corpus.cell(SAMPLE).bounds
        assert (found.read(1) == expected).all()
        assert found.scales == (1e-4,)


def test_dates_and_bands_are_chosen(tiny_corpus: Corpus) -> None:
    found = data.dataset(tiny_corpus, SAMPLE, start="2018-01-08", end="2018-01-13", bands=["nir", "red"])
    assert found["band"].values.tolist() == ["nir", "red"]
    assert [str(t)[:10] for t in found["time"].values] == ["2018-01-08", "2018-01-13"]
    assert found.attrs["bands"] == "nir, red"


def test_a_zarr_store_is_replaced_and_nothing_else_is(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "cube.zarr"
    data.write_cube(tiny_corpus, SAMPLE, path, dates=["2018-01-03"])
    data.write_cube(tiny_corpus, SAMPLE, path, dates=["2018-01-08"])
    with opened(path) as found:
        assert [str(t)[:10] for t in found["time"].values] == ["2018-01-08"]
    other = tmp_path / "thesis.zarr"
    other.mkdir()
    (other / "chapter1.txt").write_text("years of work")
    with pytest.raises(OutputError, match="something else"):
        data.write_cube(tiny_corpus, SAMPLE, other, dates=["2018-01-03"])
    assert (other / "chapter1.txt").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cube.zarr", "thesis.zarr"]


def test_cancelled_or_impossible_cubes_leave_nothing(tiny_corpus: Corpus, tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        data.write_cube(tiny_corpus, SAMPLE, tmp_path / "a.nc", cancel=cancel)
    for path, options, error in (
        ("a.hdf", {}, OutputError),
        ("no/a.nc", {}, OutputError),
        ("a.nc", {"product": "PF"}, InvalidQueryError),
        ("a.nc", {"start": "2019"}, InvalidQueryError),
        ("a.nc", {"dates": ["1999-01-01"]}, UnknownDateError),
    ):
        with pytest.raises(error):
            data.write_cube(tiny_corpus, SAMPLE, tmp_path / path, **options)
    assert list(tmp_path.iterdir()) == []


def test_without_its_library_a_cube_says_how_to_get_it(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    for name in ("a.nc", "a.zarr"):
        with pytest.raises(OutputError, match=r"rapidai4eo-explorer\[data\]"):
            data.write_cube(tiny_corpus, SAMPLE, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("product", ["PF-SR", "S2-SR"])
def test_a_frame_is_the_picture_in_its_place(tiny_corpus: Corpus, tmp_path: Path, product: str) -> None:
    path = tmp_path / "frame.tif"
    date = "2018-01-08" if product == "PF-SR" else "2018-01"
    data.write_frame(tiny_corpus, SAMPLE, date, path, product=product, composite="false", stretch="fixed")
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(SAMPLE), PRODUCTS[product])
    index = cube.product.dates.index(cube.product.parse_date(date))
    expected = composite.make(cube, render_spec.parse("false", product), StretchSpec("vivid")).rgb(index)
    with rasterio.open(path) as found:
        assert (np.moveaxis(found.read()[:3], 0, -1) == expected).all()
        assert found.crs.to_epsg() == 32633
        assert found.bounds == tiny_corpus.cell(SAMPLE).bounds
        tags = found.tags()
        assert [str(c) for c in found.colorinterp[:3]] == ["3", "4", "5"] or found.photometric.name == "rgb"
    assert tags["SAMPLE_ID"] == SAMPLE
    assert tags["DATES"] == date
    assert LICENSE[product] in tags["TIFFTAG_COPYRIGHT"]
    assert (credit.NON_COMMERCIAL in tags["TIFFTAG_COPYRIGHT"]) == (product == "PF-SR")
    assert tags["STRETCH"].startswith("vivid: ")
    assert tags["TIFFTAG_DATETIME"].startswith("2018:01:0")


def test_a_frame_of_values_holds_them(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "ndvi.tif"
    data.write_frame(tiny_corpus, SAMPLE, "2018-01-03", path, composite="index:NDVI", values=True)
    cube = tiny_corpus.cubes.get(tiny_corpus.cell(SAMPLE), PF_SR)
    dn = {name: cube.data[0, i] for i, name in enumerate(cube.bands)}
    with rasterio.open(path) as found:
        assert found.dtypes == ("float32",)
        assert np.isnan(found.nodata)
        assert found.descriptions == ("NDVI",)
        np.testing.assert_allclose(found.read(1), indices.compute("NDVI", "PF-SR", dn))
    with pytest.raises(InvalidQueryError):
        data.write_frame(tiny_corpus, SAMPLE, "2018-01-03", path, values=True)


def test_profiles_and_spectra_are_tables_with_their_terms(tiny_corpus: Corpus, tmp_path: Path) -> None:
    pins = [(120, 80, "=cmd()"), (0, 0)]
    table = data.profile_table(tiny_corpus, SAMPLE, pins, indices=["NDVI"])
    data.write_table(tiny_corpus, table, tmp_path / "profile.csv")
    text = (tmp_path / "profile.csv").read_text()
    assert credit.NON_COMMERCIAL in text
    assert "reflectance x 10000" in text
    found = pd.read_csv(tmp_path / "profile.csv", comment="#")
    assert set(found["pin"]) == {"'=cmd()", "row 0, col 0"}
    alone = profiles.pixel(tiny_corpus, SAMPLE, row=0, col=0)
    own = found[found["pin"] == "row 0, col 0"].reset_index()
    np.testing.assert_allclose(own["value"], alone["value"])
    region = data.profile_table(tiny_corpus, SAMPLE, box=(0, 0, 20, 20))
    assert {"mean", "p10"} <= set(region.columns)
    spectrum = data.spectrum_table(tiny_corpus, SAMPLE, pins, months=[1])
    data.write_table(tiny_corpus, spectrum, tmp_path / "spectrum.csv")
    assert set(pd.read_csv(tmp_path / "spectrum.csv", comment="#")["product"]) == {"PF-SR", "S2-SR"}
    assert set(data.spectrum_table(tiny_corpus, SAMPLE, box=(0, 0, 20, 20), months=[1])["product"])
    for wrong in ({}, {"pins": pins, "box": (0, 0, 1, 1)}):
        with pytest.raises(InvalidQueryError):
            data.profile_table(tiny_corpus, SAMPLE, **wrong)
        with pytest.raises(InvalidQueryError):
            data.spectrum_table(tiny_corpus, SAMPLE, **wrong)


def test_samples_are_written_as_geoparquet(tiny_corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "samples.parquet"
    data.write_samples(tiny_corpus, [corpora.BARE, SAMPLE, SAMPLE], path)
    found = gpd.read_parquet(path)
    assert found.index.tolist() == [corpora.BARE, SAMPLE]
    assert found.crs.to_epsg() == 4326
    assert b"attribution" in pq.read_schema(path).metadata
    data.write_samples(tiny_corpus, tiny_corpus.query(classes=[211]), tmp_path / "few.csv")
    assert SAMPLE in (tmp_path / "few.csv").read_text()
    with pytest.raises(UnknownSampleError):
        data.write_samples(tiny_corpus, ["33N_15E-200N_01_10"], path)
    with pytest.raises(OutputError):
        data.write_samples(tiny_corpus, [SAMPLE], tmp_path / "samples.shp")
