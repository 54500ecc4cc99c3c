"""The fast way of decoding gives what rasterio gives, or leaves the file to it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from explorer.core import grid
from explorer.core.errors import ChipError
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.imagery import geotiff, tiff_fast
from tests import corpora

CELL = grid.parse(corpora.FULL)
WHOLE = corpora.good(PF_SR, CELL, 0)


def by_rasterio(data: bytes) -> np.ndarray | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with MemoryFile(data) as memory, memory.open(driver="GTiff") as source:
                return np.asarray(source.read())
    except (RasterioError, ValueError, OSError):
        return None


@st.composite
def images(draw: st.DrawFn, product: Product) -> np.ndarray:
    """Noise, plains and extremes in patches: LZW's codes become long and short, its table full and empty."""
    shape = (len(product.bands), product.size, product.size)
    dtype = np.dtype(product.dtypes[0])
    info = np.iinfo(dtype)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    low = draw(st.integers(info.min, info.max - 1))
    high = draw(st.integers(low + 1, info.max))
    image = rng.integers(low, high, shape, dtype=dtype, endpoint=True)
    top, left, height, width = (draw(st.integers(0, product.size)) for _ in range(4))
    patch = draw(hnp.arrays(dtype, (len(product.bands), 1, 1)))
    image[:, top : top + height, left : left + width] = patch
    return image


@settings(max_examples=40, deadline=None)
@given(image=images(PF_SR), predictor=st.sampled_from([1, 2]), row=st.integers(1, 40), col=st.integers(1, 40))
def test_it_equals_rasterio(image: np.ndarray, predictor: int, row: int, col: int) -> None:
    cell = grid.parse(f"33N_15E-200N_{row:02d}_{col:02d}")
    data = corpora.geotiff(PF_SR, cell, image, predictor=predictor)
    fast = tiff_fast.read(data, PF_SR, cell)
    assert fast is not None
    assert fast.dtype == image.dtype
    assert np.array_equal(fast, image)
    assert np.array_equal(fast, np.asarray(by_rasterio(data)))


@settings(max_examples=15, deadline=None)
@given(image=images(S2_SR))
def test_it_equals_rasterio_for_twelve_bands(image: np.ndarray) -> None:
    fast = tiff_fast.read(corpora.geotiff(S2_SR, CELL, image), S2_SR, CELL)
    assert fast is not None
    assert np.array_equal(fast, image)


@pytest.mark.parametrize(("nodata", "taken"), [(0, True), (1, False), (65535, False)])
def test_the_nodata_of_the_product_may_be_said_by_the_file_too(nodata: int, taken: bool) -> None:
    image = np.random.default_rng(0).integers(100, 4000, (12, S2_SR.size, S2_SR.size), np.uint16)
    data = corpora.geotiff(S2_SR, CELL, image, nodata=nodata)
    assert (tiff_fast.read(data, S2_SR, CELL) is not None) == taken
    assert tiff_fast.read(data, S2_SR, CELL, nodata=False) is None
    assert (geotiff.read(data, S2_SR, CELL).data == image).all()


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7), cut=st.integers(0, len(WHOLE)))
@example(at=0, bit=0, cut=8)
def test_of_damaged_files_it_takes_none_that_rasterio_reads_otherwise(at: int, bit: int, cut: int) -> None:
    flipped = bytearray(WHOLE)
    flipped[at] ^= 1 << bit
    for data in (bytes(flipped), WHOLE[:cut], WHOLE[:at] + WHOLE[at + 1 :]):
        fast = tiff_fast.read(data, PF_SR, CELL)
        if fast is not None:
            slow = by_rasterio(data)
            assert slow is not None
            assert np.array_equal(fast, slow)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400))
def test_no_bytes_are_a_surprise(data: bytes) -> None:
    assert tiff_fast.read(b"II*\x00" + data, PF_SR, CELL) is None


@pytest.mark.parametrize("name", sorted(corpora.damaged(PF_SR, CELL)))
def test_what_is_wrong_is_left_to_rasterio_to_say(name: str) -> None:
    data, reason = corpora.damaged(PF_SR, CELL)[name]
    assert tiff_fast.read(data, PF_SR, CELL) is None
    with pytest.raises(ChipError, match=reason):
        geotiff.read(data, PF_SR, CELL)


@pytest.mark.parametrize(
    "profile",
    [
        {"compress": "deflate"},
        {"compress": None, "predictor": None},
        {"interleave": "band"},
        {"tiled": False, "blockxsize": None, "blockysize": None},
        {"blockxsize": 128, "blockysize": 128},
        {"nodata": -1},
        {"BIGTIFF": "YES"},
        {"ENDIANNESS": "BIG"},
        {"sparse_ok": True},
        {"crs": "EPSG:3857"},
        {"crs": "EPSG:32733"},
        {"crs": "+proj=utm +zone=33 +ellps=intl +units=m"},
        {"transform": Affine(3, 0.1, 0, 0.1, -3, 0)},
    ],
    ids=str,
)
def test_other_encodings_are_left_to_rasterio(profile: dict[str, Any]) -> None:
    data = corpora.geotiff(PF_SR, CELL, corpora.pixels(PF_SR, 0), **profile)
    assert tiff_fast.read(data, PF_SR, CELL) is None


def test_band_names_and_layers_of_quality_are_left_to_rasterio() -> None:
    named = corpora.geotiff(PF_SR, CELL, corpora.pixels(PF_SR, 0), PF_SR.band_names)
    assert tiff_fast.read(named, PF_SR, CELL) is None
    assert geotiff.read(named, PF_SR, CELL).bands == PF_SR.band_names
    assert tiff_fast.read(corpora.good(PF_QA, CELL, 0), PF_QA, CELL) is None


def test_another_cell_or_product_is_none() -> None:
    for other in ("33N_15E-200N_01_10", "33N_15E-200N_02_09", "32N_15E-200N_01_09"):
        assert tiff_fast.read(WHOLE, PF_SR, grid.parse(other)) is None
    assert tiff_fast.read(WHOLE, S2_SR, CELL) is None


def test_the_real_chip_is_taken(real_folder: Path) -> None:
    (path,) = real_folder.glob("imagery/33N/15E-200N/33N_15E-200N_01_09/PF-SR/2018-01-03.tif")
    fast = tiff_fast.read(path.read_bytes(), PF_SR, CELL)
    assert fast is not None
    with rasterio.open(path) as source:
        assert np.array_equal(fast, source.read())
