"""Cubes as scientists ask for them: dates in any words, lazy arrays, stacks of samples, reflectance, another CRS."""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from explorer.core.errors import (
    ExplorerError,
    InvalidQueryError,
    UnknownBandError,
    UnknownDateError,
    UnknownSampleError,
)
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from tests import corpora
from tests.corpora import BARE, BROKEN, FULL


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2018-07", ["2018-07-02", "2018-07-07", "2018-07-12", "2018-07-17", "2018-07-22", "2018-07-27"]),
        (slice("2018-01-10", "2018-01"), ["2018-01-13", "2018-01-18", "2018-01-23", "2018-01-28"]),
        (slice(None, dt.date(2018, 1, 8)), ["2018-01-03", "2018-01-08"]),
        (slice("2019-12-20", None), ["2019-12-24", "2019-12-29"]),
        (["2018-01-08", "2018-01-03", "2018-01-03"], ["2018-01-03", "2018-01-08"]),
        (np.datetime64("2018-01-03"), ["2018-01-03"]),
        (
            np.datetime64("2019-12"),
            ["2019-12-04", "2019-12-09", "2019-12-14", "2019-12-19", "2019-12-24", "2019-12-29"],
        ),
        (
            pd.Period("2019-12"),
            ["2019-12-04", "2019-12-09", "2019-12-14", "2019-12-19", "2019-12-24", "2019-12-29"],
        ),
    ],
)
def test_dates_are_days_months_years_and_slices(given: object, expected: list[str]) -> None:
    assert [date.isoformat() for date in PF_SR.parse_dates(given)] == expected


def test_months_are_whole_numbers_too() -> None:
    assert [d.month for d in S2_SR.parse_dates([6, np.int64(7)])] == [6, 7]
    assert [d.month for d in S2_SR.parse_dates(range(3, 6))] == [3, 4, 5]
    assert {(d.year, d.month) for d in PF_SR.parse_dates(7)} == {(2018, 7), (2019, 7)}
    assert len(PF_SR.parse_dates("2018")) == 73


@pytest.mark.parametrize(
    "given", [13, 0, True, "2020", "2018-13", slice("2018-08", "2018-07"), slice("x", None), 7.5, None, ["2018-01-04"]]
)  # fmt: skip
def test_what_means_no_date_is_named(given: object) -> None:
    with pytest.raises(UnknownDateError, match="it has every fifth day from 2018-01-03"):
        PF_SR.parse_dates(given)


def test_a_corpus_is_a_collection_of_its_samples(tiny_corpus: Corpus) -> None:
    assert len(tiny_corpus) == 3
    assert list(tiny_corpus) == list(tiny_corpus.samples.index)
    assert FULL in tiny_corpus
    assert "33N_15E-200N_01_10" not in tiny_corpus
    assert 7 not in tiny_corpus


def test_fractions_are_a_table(tiny_corpus: Corpus) -> None:
    table = tiny_corpus.fractions
    assert table.shape == (3, 44)
    for sample_id in tiny_corpus:
        row = table.loc[sample_id]
        assert row[row > 0].to_dict() == pytest.approx(tiny_corpus.labels(sample_id).to_dict())


def test_fractions_are_made_once_and_stay_the_corpus_s(tiny_corpus: Corpus) -> None:
    mine = tiny_corpus.fractions
    assert np.shares_memory(mine[211].to_numpy(), tiny_corpus.fractions[211].to_numpy())
    before = tiny_corpus.fractions.copy()
    mine["mine"] = 1.0
    mine[211] = 7.0
    with contextlib.suppress(ValueError):  # pandas before 3
        mine.loc[FULL, 311] = 7.0
    pd.testing.assert_frame_equal(tiny_corpus.fractions, before)
    assert len(pickle.dumps(tiny_corpus)) < 1_000_000
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(tiny_corpus)).fractions, before)


def test_a_lazy_cube_has_every_date_and_reads_when_computed(tiny_corpus: Corpus) -> None:
    there = tiny_corpus.planet_fusion(FULL)
    lazy = tiny_corpus.planet_fusion(FULL, chunks={"time": 10})
    assert dask.is_dask_collection(lazy)
    assert lazy.sizes["time"] == len(PF_SR.dates)
    assert lazy.chunks is not None
    assert lazy.chunks[0][0] == 10
    assert lazy.rio.crs == there.rio.crs
    xr.testing.assert_equal(
        lazy.sel(time=there.time).compute().drop_vars("spatial_ref"), there.drop_vars("spatial_ref")
    )
    np.testing.assert_array_equal(lazy.y, there.y)
    np.testing.assert_array_equal(lazy.x, there.x)
    assert (lazy.isel(time=slice(10, None)) == lazy.rio.nodata).all()


def test_a_stack_has_all_samples_on_one_grid(tiny_corpus: Corpus) -> None:
    stack = tiny_corpus.stack([FULL, BARE], dates=slice("2018-01-03", "2018-01-13"), bands=["nir", "blue"])
    assert stack.dims == ("sample", "time", "band", "y", "x")
    assert stack.chunks is not None
    assert stack.chunks[0] == (1, 1)
    whole = stack.compute()
    for sample_id in (FULL, BARE):
        one = whole.sel(sample=sample_id)
        cube = tiny_corpus.planet_fusion(
            sample_id, dates=slice("2018-01-03", "2018-01-13"), bands=["nir", "blue"]
        )
        np.testing.assert_array_equal(one.sel(time=cube.time), cube)
        np.testing.assert_allclose(one.x + one.left, cube.x)
        np.testing.assert_allclose(one.y + one.bottom, cube.y)
        assert int(one.epsg) == cube.rio.crs.to_epsg()
    now = tiny_corpus.stack(tiny_corpus.samples, "S2-SR", months_of_summer(), chunks=None)
    assert isinstance(now.data, np.ndarray)
    assert now.shape == (3, 3, 12, 60, 60)


def months_of_summer() -> list[int]:
    return [6, 7, 8]


def test_missing_is_missing_in_reflectance_and_never_a_number(tiny_corpus: Corpus) -> None:
    cube = tiny_corpus.planet_fusion(BROKEN, chunks=-1)
    there = tiny_corpus.planet_fusion(BROKEN)
    assert 0 < there.sizes["time"] < len(PF_SR.dates)
    found = cube.rapidai4eo.reflectance()
    assert dask.is_dask_collection(found)
    assert found.dtype == np.float32
    assert found.attrs["units"] == "1"
    assert "reflectance_scale" not in found.attrs
    computed = found.compute()
    gone = ~np.isin(computed.time, there.time)
    assert np.isnan(computed[gone]).all()
    expected = there.where(there != -32768) * 1e-4
    np.testing.assert_allclose(computed[~gone], expected, rtol=1e-6)
    with pytest.raises(ExplorerError, match="takes the integers of a corpus"):
        found.rapidai4eo.reflectance()
    with pytest.raises(ExplorerError, match="float64"):
        (there * 1e-4).rapidai4eo.reflectance()
    with pytest.raises(ExplorerError, match="int64"):  # a sum, of which -32768 may be a part
        there.astype(np.int16).sum("time").rapidai4eo.reflectance()


@pytest.mark.parametrize("kind", ["cube", "lazy", "stack"])
def test_reflectance_is_of_what_was_chosen_and_refuses_what_was_computed(
    tiny_corpus: Corpus, tmp_path: Path, kind: str
) -> None:
    given = {
        "cube": lambda: tiny_corpus.sentinel2(FULL),
        "lazy": lambda: tiny_corpus.sentinel2(FULL, chunks={"time": 1}),
        "stack": lambda: tiny_corpus.stack([FULL, BROKEN], "S2-SR", [6, 7]),
    }[kind]()
    expected = given.rapidai4eo.reflectance().compute()

    def of_netcdf(cube: xr.DataArray) -> xr.DataArray:
        cube.to_netcdf(tmp_path / "cube.nc")
        return xr.open_dataset(tmp_path / "cube.nc", mask_and_scale=False, decode_coords="all")[cube.name]

    def of_zarr(cube: xr.DataArray) -> xr.DataArray:
        cube.to_dataset().to_zarr(tmp_path / "cube.zarr")
        return xr.open_zarr(tmp_path / "cube.zarr", mask_and_scale=False)[cube.name]

    same: list[Callable[[xr.DataArray], xr.DataArray]] = [
        lambda cube: cube.isel(time=slice(None)).sel(band=cube.band.to_numpy()),
        lambda cube: cube.stack(pixel=("y", "x")).unstack("pixel"),
        lambda cube: xr.concat([cube.isel(time=[0]), cube.isel(time=slice(1, None))], "time"),
        lambda cube: cube.transpose("band", ...).rename(time="date").rename(date="time"),
        lambda cube: cube.sortby("time", ascending=False).sortby("time"),
        lambda cube: cube.chunk(time=1).compute(),
        lambda cube: pickle.loads(pickle.dumps(cube.copy(deep=True))),
        lambda cube: cube.to_dataset()[cube.name].expand_dims("more").squeeze("more"),
        of_netcdf,
        of_zarr,
    ]
    for number, change in enumerate(same):
        found = change(given).rapidai4eo.reflectance().transpose(*expected.dims).compute()
        np.testing.assert_array_equal(found, expected, err_msg=str(number))
    with xr.set_options(keep_attrs=True):  # as newer versions do by themselves
        computed = [
            given + given,
            given.sel(band="B04") - given.sel(band="B08"),
            given.diff("time"),
            given * 2,
            np.add(given, 1),
            -given,
            given.max("time"),
            given.astype(np.int32),
            (given + given).chunk(time=1).isel(band=0),
        ]
        if kind != "stack":
            computed.append((given + given).rio.write_crs(given.rio.crs))
            computed.append((given + given).rapidai4eo.reproject(3035))
    for one in computed:
        with pytest.raises(ExplorerError, match=r"reflectance\(\) first, and do arithmetic after"):
            one.rapidai4eo.reflectance()
    if kind != "stack":
        assert given.rapidai4eo.reproject(3035).rapidai4eo.reflectance().dtype == np.float32


def test_what_is_not_there_is_an_error_before_anything_is_read(tiny_corpus: Corpus) -> None:
    with pytest.raises(InvalidQueryError, match="PF-QA"):
        tiny_corpus.stack([FULL], "PF-QA")
    with pytest.raises(UnknownBandError, match="swir"):
        tiny_corpus.stack([FULL], bands=["swir"])
    with pytest.raises(UnknownSampleError):
        tiny_corpus.stack(["33N_15E-200N_01_10"])
    with pytest.raises(UnknownDateError):
        tiny_corpus.planet_fusion(FULL, dates=["2018-01-04"], chunks=1)
    for chunks in (None, 1):
        with pytest.raises(UnknownBandError, match="no band 3"):
            tiny_corpus.planet_fusion(FULL, "2018-01", 3, chunks=chunks)  # type: ignore[arg-type]


@pytest.mark.parametrize("chunks", [{"tiem": 1}, {"time": 0}, {"time": -5}, {"time": 1.5}, "much", 0])
def test_chunks_that_mean_nothing_are_named(tiny_corpus: Corpus, chunks: Any) -> None:
    with pytest.raises(InvalidQueryError, match=r"chunks (is|names)"):
        tiny_corpus.planet_fusion(FULL, chunks=chunks)


def test_another_crs_keeps_dates_bands_and_what_is_missing(tiny_corpus: Corpus) -> None:
    cube = tiny_corpus.planet_fusion(FULL)
    moved = cube.rapidai4eo.reproject(3035, resolution=3)
    assert moved.rio.crs.to_epsg() == 3035
    assert moved.dims == cube.dims
    assert moved.band.to_numpy().tolist() == cube.band.to_numpy().tolist()
    assert (moved.isel(y=0, x=0) == moved.attrs["_FillValue"]).all()  # a corner outside the turned cell
    layer = (
        cube.isel(time=3, band=2)
        .rio.write_nodata(moved.attrs["_FillValue"])
        .rio.reproject(3035, resolution=3)
    )
    np.testing.assert_array_equal(moved.isel(time=3, band=2), layer)
    with pytest.raises(ExplorerError, match="one sample's cube"):
        tiny_corpus.stack([FULL]).rapidai4eo.reproject(3035)


def mean_of(given: tuple[Corpus, str]) -> float:
    corpus, sample_id = given
    return float(corpus.stack([sample_id], dates="2018-01", chunks=None).rapidai4eo.reflectance().mean())


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_four_workers_read_as_one_process_does(tiny_corpus: Corpus, method: str) -> None:
    ids = [FULL, BARE, FULL, BARE]
    expected = [mean_of((tiny_corpus, sample_id)) for sample_id in ids]
    context: Any = multiprocessing.get_context(method)
    with context.Pool(4) as pool:
        assert pool.map(mean_of, [(tiny_corpus, sample_id) for sample_id in ids]) == expected


def test_a_lazy_array_goes_to_another_process(tiny_corpus: Corpus) -> None:
    lazy = tiny_corpus.stack([FULL], dates="2018-01", bands=["red"])
    again = pickle.loads(pickle.dumps(lazy))
    expected = np.array([corpora.pixels(PF_SR, i)[2] for i in range(6)])
    np.testing.assert_array_equal(again.compute(scheduler="synchronous")[0, :, 0], expected)
