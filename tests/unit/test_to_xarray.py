"""Cubes as xarray: the coordinates, CRS and transform that other programs rely on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr

from explorer.core import grid
from explorer.core.errors import UnknownBandError
from explorer.core.products import PF_QA, PF_SR, REFLECTANCE_SCALE, S2_SR, Product
from explorer.corpus.imagery.cube_cache import CubeCache
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.imagery.to_xarray import read_notes, timestamps, to_dataarray
from explorer.corpus.stores.store import DirectoryStore
from tests import corpora

FULL, BROKEN, BARE = (grid.parse(i) for i in (corpora.FULL, corpora.BROKEN, corpora.BARE))


@pytest.fixture(scope="module")
def cubes(tiny_folder: Path) -> Iterator[CubeCache]:
    pool = ReaderPool(2)
    yield CubeCache(DirectoryStore(tiny_folder), pool, 10**9)
    pool.close()


@pytest.mark.parametrize("product", [PF_SR, S2_SR, PF_QA], ids=lambda p: p.id)
def test_grid_and_pixels_are_what_rasterio_reads(
    cubes: CubeCache, tiny_folder: Path, product: Product
) -> None:
    array = to_dataarray(cubes.get(FULL, product))
    with rasterio.open(tiny_folder / product.key(FULL.folder, product.dates[2])) as source:
        np.testing.assert_array_equal(array.isel(time=2).values, source.read())
        assert array.rio.transform() == source.transform
        assert array.rio.crs == source.crs
        assert array.rio.bounds() == tuple(source.bounds)
        assert array.dtype == source.dtypes[0]
        # Coordinates are the centres of pixels.
        assert (array.x.values[7], array.y.values[3]) == source.xy(3, 7)


def test_dimensions_coordinates_and_units(cubes: CubeCache) -> None:
    array = to_dataarray(cubes.get(FULL, PF_SR))
    assert array.dims == ("time", "band", "y", "x")
    assert array.shape == (10, 4, 200, 200)
    assert array.band.values.tolist() == ["blue", "green", "red", "nir"]
    assert array.wavelength.values.tolist() == [490, 565, 665, 865]
    assert array.wavelength.attrs["units"] == "nm"
    assert array.time.dtype == "datetime64[ns]"
    assert array.time.values[0] == np.datetime64("2018-01-03T10:30")
    assert array.x.attrs["units"] == array.y.attrs["units"] == "metre"
    assert array.attrs["units"] == "1"
    assert array.attrs["reflectance_scale"] == REFLECTANCE_SCALE
    assert array.attrs["sample_id"] == corpora.FULL
    assert "GCYDKJ" in array.attrs["references"]


def test_what_is_missing_is_listed_with_reasons_and_is_not_in_the_array(cubes: CubeCache) -> None:
    array = to_dataarray(cubes.get(BROKEN, PF_SR))
    there = array.time.dt.strftime("%Y-%m-%d").values.tolist()
    assert len(there) == 2
    assert sorted([*there, *array.attrs["missing"]]) == list(PF_SR.date_keys)
    kinds = corpora.damaged(PF_SR, BROKEN)
    empty = PF_SR.date_keys[list(kinds).index("empty")]
    assert f"{empty}: empty file" in array.attrs["missing_reasons"]
    assert f"{PF_SR.date_keys[-1]}: not there" in array.attrs["missing_reasons"]


def test_only_the_dates_asked_for_can_be_missing(cubes: CubeCache) -> None:
    asked = [PF_SR.dates[12], PF_SR.dates[2], PF_SR.dates[2]]
    array = to_dataarray(cubes.get(FULL, PF_SR), asked)
    assert array.time.dt.strftime("%Y-%m-%d").values.tolist() == [PF_SR.date_keys[2]]
    assert array.attrs["missing"] == [PF_SR.date_keys[12]]


def test_months_are_named_as_their_files(cubes: CubeCache) -> None:
    array = to_dataarray(cubes.get(BARE, S2_SR))
    assert array.attrs["missing"] == list(S2_SR.date_keys[2:])
    assert array.rio.nodata == 0


@pytest.mark.parametrize("dates", [None, [0, 1, 2], [1, 3, 8], [5], []])
@pytest.mark.parametrize("bands", [None, ["nir"], ["red", "green", "blue"], ["blue", "nir"], []])
def test_any_choice_of_dates_and_bands_gives_those_pixels(
    cubes: CubeCache, dates: list[int] | None, bands: list[str] | None
) -> None:
    chosen = None if dates is None else [PF_SR.dates[i] for i in dates]
    array = to_dataarray(cubes.get(FULL, PF_SR), chosen, bands)
    rows = range(10) if dates is None else dates
    columns = [PF_SR.band_names.index(name) for name in (PF_SR.band_names if bands is None else bands)]
    assert array.shape == (len(rows), len(columns), 200, 200)
    assert array.dtype == "int16"
    for row, index in enumerate(rows):
        np.testing.assert_array_equal(array.values[row], corpora.pixels(PF_SR, index)[columns])


def test_arrays_cannot_be_written(cubes: CubeCache) -> None:
    cube = cubes.get(FULL, PF_SR)
    for dates, bands in ((None, None), ([PF_SR.dates[0]], None), ([PF_SR.dates[3], PF_SR.dates[1]], ["nir"])):
        array = to_dataarray(cube, dates, bands)
        with pytest.raises(ValueError, match="read-only"):
            array.values[...] = 0


def test_a_contiguous_choice_shares_the_cubes_memory(cubes: CubeCache) -> None:
    cube = cubes.get(FULL, PF_SR)
    assert np.shares_memory(to_dataarray(cube).values, cube.data)


def test_an_unknown_band_is_named_with_what_exists(cubes: CubeCache) -> None:
    with pytest.raises(UnknownBandError, match=r"PF-QA has no band 'cloud'.*gap_filled, days_to_clear"):
        to_dataarray(cubes.get(FULL, PF_QA), bands=["cloud"])


def test_a_sample_without_chips_is_an_empty_array_of_the_right_kind(cubes: CubeCache) -> None:
    array = to_dataarray(cubes.get(BARE, PF_QA))
    assert array.shape == (0, 0, 200, 200)
    assert len(array.attrs["missing"]) == 146
    empty = to_dataarray(cubes.get(BROKEN, S2_SR))
    assert empty.shape == (0, 12, 60, 60)
    assert empty.dtype == "uint16"
    assert empty.rio.crs.to_epsg() == BROKEN.epsg


@pytest.mark.parametrize("product", [PF_SR, S2_SR, PF_QA], ids=lambda p: p.id)
def test_netcdf_keeps_everything(cubes: CubeCache, tmp_path: Path, product: Product) -> None:
    array = to_dataarray(cubes.get(FULL, product))
    array.to_netcdf(tmp_path / "cube.nc", engine="netcdf4")
    with xr.open_dataarray(
        tmp_path / "cube.nc", engine="netcdf4", decode_coords="all", mask_and_scale=False
    ) as back:
        np.testing.assert_array_equal(back.values, array.values)
        assert back.rio.crs == array.rio.crs
        assert back.rio.transform() == array.rio.transform()
        assert back.time.values.tolist() == array.time.values.tolist()
        assert [str(name) for name in back.band.values] == array.band.values.tolist()


def test_timestamps_are_the_calendar_at_the_stated_hour() -> None:
    times = timestamps(S2_SR)
    assert times.dtype == "datetime64[ns]"
    assert times[6] == np.datetime64(dt.datetime(2018, 7, 1, 10, 30), "ns")  # noqa: DTZ001  numpy has no zones


def test_of_what_was_read_otherwise_only_that_of_the_dates_is_told() -> None:
    cube = corpora.cube_of(PF_SR, {0: corpora.pixels(PF_SR, 0)})
    cube.notes.clear()
    cube.notes.update({"a scale": [0, 1, 2], "a mask": [5]})
    assert read_notes(cube, [3, 4]) == []
    assert read_notes(cube, [0, 2, 3]) == ["2 dates from 2018-01-03 to 2018-01-13: a scale"]
    assert read_notes(cube, [5]) == ["2018-01-28: a mask"]
