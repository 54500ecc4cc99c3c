"""Chips: what is not the image that its id says is refused with a reason."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core import grid
from explorer.core.errors import ChipError
from explorer.core.products import PF_QA, PF_SR, PRODUCTS, S2_SR, Product
from explorer.corpus.imagery import encoding, geotiff
from explorer.corpus.stores.store import MAX_CHIP_BYTES
from tests import corpora

CELL = grid.parse(corpora.FULL)
KINDS = sorted(corpora.damaged(PF_SR, CELL))


@cache
def damaged(product_id: str) -> dict[str, tuple[bytes, str]]:
    return corpora.damaged(PRODUCTS[product_id], CELL)


@cache
def whole(product_id: str) -> bytes:
    return corpora.good(PRODUCTS[product_id], CELL, 3)


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=list(PRODUCTS))
def test_a_good_chip_gives_its_pixels_as_stored(product: Product) -> None:
    chip = geotiff.read(whole(product.id), product, CELL)
    np.testing.assert_array_equal(chip.data, corpora.pixels(product, 3))
    assert chip.bands == (product.band_names or corpora.QA_BANDS)
    assert chip.nodata == product.nodata
    assert not chip.notes


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF-SR", "S2-SR"])
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_refused_with_its_reason(product: Product, kind: str) -> None:
    data, reason = damaged(product.id)[kind]
    with pytest.raises(ChipError) as caught:
        geotiff.read(data, product, CELL)
    assert re.search(reason, caught.value.reason)
    assert len(caught.value.reason) < 160
    assert "\n" not in caught.value.reason


def test_a_reason_is_the_same_each_time_and_shows_no_name_of_the_decoders_own() -> None:
    for data, _ in damaged("PF-SR").values():
        reasons = set()
        for _ in range(2):
            with pytest.raises(ChipError) as caught:
                geotiff.read(data, PF_SR, CELL)
            reasons.add(caught.value.reason)
        assert len(reasons) == 1
        assert "vsimem" not in reasons.pop()


def test_a_chip_whose_pixels_were_never_written_is_not_read_as_zeros() -> None:
    zeros = np.zeros((4, 200, 200), "int16")
    for interleave in ("pixel", "band"):
        data = corpora.geotiff(PF_SR, CELL, zeros, sparse_ok=True, interleave=interleave)
        with pytest.raises(ChipError, match="never written"):
            geotiff.read(data, PF_SR, CELL)
        written = corpora.geotiff(PF_SR, CELL, zeros, interleave=interleave)
        assert not geotiff.read(written, PF_SR, CELL).data.any()


def test_an_unwritten_chip_whose_nodata_is_zero_is_a_month_without_measurements() -> None:
    data = corpora.geotiff(S2_SR, CELL, np.zeros((12, 60, 60), "uint16"), sparse_ok=True)
    assert not geotiff.read(data, S2_SR, CELL).data.any()


def test_a_chip_of_another_sample_is_refused() -> None:
    other = grid.parse(corpora.BROKEN)
    with pytest.raises(ChipError, match="the id says EPSG:32631"):
        geotiff.read(whole("PF-SR"), PF_SR, other)
    neighbour = grid.Cell(CELL.zone, CELL.tile_x, CELL.tile_y, CELL.row, CELL.col + 1)
    with pytest.raises(ChipError, match=r"corner is \(364800, 4824000\).*the id says \(365400, 4824000\)"):
        geotiff.read(whole("PF-SR"), PF_SR, neighbour)


def test_a_file_too_large_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(ChipError, match="far more than a chip can have"):
        geotiff.read(b"II*\x00" + b"\0" * MAX_CHIP_BYTES, PF_SR, CELL)


def test_a_small_file_that_claims_a_huge_image_is_refused_unread() -> None:
    data = corpora.geotiff(
        PF_SR, CELL, np.zeros((4, 4, 4), "int16"), width=30_000, height=30_000, sparse_ok=True
    )
    assert len(data) < 2**20
    with pytest.raises(ChipError, match="30000 x 30000 px"):
        geotiff.read(data, PF_SR, CELL)


def test_quality_layers_of_too_many_bands_are_refused() -> None:
    data = corpora.geotiff(PF_QA, CELL, np.zeros((geotiff.MAX_BANDS + 1, 200, 200), "uint8"))
    with pytest.raises(ChipError, match="65 bands, more than 64"):
        geotiff.read(data, PF_QA, CELL)


@pytest.mark.parametrize(
    ("given_names", "order"),
    [
        (["blue", "green", "red", "nir"], [0, 1, 2, 3]),
        (["NIR", "Red", "Green", "Blue"], [3, 2, 1, 0]),
        ([None] * 4, [0, 1, 2, 3]),
        (["blue", None, "red", "nir"], [0, 1, 2, 3]),
        (["same"] * 4, [0, 1, 2, 3]),
        (["Band 1", "Band 2", "Band 3", "Band 4"], [0, 1, 2, 3]),
    ],
)
def test_a_files_own_band_names_win(given_names: list[str | None], order: list[int]) -> None:
    pixels = corpora.pixels(PF_SR, 0)
    chip = geotiff.read(corpora.geotiff(PF_SR, CELL, pixels, given_names), PF_SR, CELL)
    assert chip.bands == PF_SR.band_names
    np.testing.assert_array_equal(chip.data, pixels[order])


def test_sentinel_bands_are_known_with_and_without_the_zero() -> None:
    short = ["B" + name[1:].lstrip("0") for name in S2_SR.band_names]
    data = corpora.geotiff(S2_SR, CELL, corpora.pixels(S2_SR, 0), short)
    assert geotiff.read(data, S2_SR, CELL).bands == S2_SR.band_names


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF-SR", "S2-SR"])
def test_some_names_that_are_not_the_products_are_refused(product: Product) -> None:
    names = [*product.band_names[:-1], "thermal"]
    data = corpora.geotiff(product, CELL, corpora.pixels(product, 0), names)
    with pytest.raises(ChipError, match=f"its bands are named thermal, not as {product.id}'s"):
        geotiff.read(data, product, CELL)


def test_nameless_quality_layers_are_numbered() -> None:
    data = corpora.geotiff(PF_QA, CELL, corpora.pixels(PF_QA, 0, count=3))
    assert geotiff.read(data, PF_QA, CELL).bands == ("band_1", "band_2", "band_3")


def test_a_files_nodata_becomes_the_one_number_that_means_not_measured() -> None:
    pixels = corpora.pixels(PF_SR, 0)
    pixels[1, 5, 7] = -9999
    chip = geotiff.read(corpora.geotiff(PF_SR, CELL, pixels, nodata=-9999), PF_SR, CELL)
    assert chip.nodata == encoding.PF_MISSING
    assert np.argwhere(chip.data == chip.nodata).tolist() == [[1, 5, 7]]
    assert not chip.notes  # the tag says it all


def check(data: bytes, product: Product) -> None:
    """Read damaged bytes: a named error, or pixels of the right kind."""
    try:
        chip = geotiff.read(data, product, CELL)
    except ChipError:
        pass
    else:
        assert chip.data.shape[1:] == (product.size, product.size)
        assert len(chip.bands) == chip.data.shape[0]
        if product.bands:
            assert chip.data.shape[0] == len(product.bands)
            assert str(chip.data.dtype) in product.dtypes


products = st.sampled_from(list(PRODUCTS))


@settings(deadline=None, max_examples=150)
@given(products, st.floats(0, 1))
def test_a_chip_cut_off_anywhere_is_a_reason_or_whole(product_id: str, part: float) -> None:
    data = whole(product_id)
    check(data[: int(len(data) * part)], PRODUCTS[product_id])


@settings(deadline=None, max_examples=300)
@given(products, st.data())
def test_flipped_bytes_never_give_pixels_of_another_shape(product_id: str, drawn: st.DataObject) -> None:
    data = bytearray(whole(product_id))
    # Half of the flips in the header and directory, where they hurt most: GDAL writes both at the front.
    places = st.integers(0, min(1500, len(data) - 1)) | st.integers(0, len(data) - 1)
    for place, value in drawn.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)):
        data[place] = value
    check(bytes(data), PRODUCTS[product_id])


@settings(deadline=None, max_examples=50)
@given(products, st.binary(max_size=2000))
def test_noise_after_the_magic_number_is_refused(product_id: str, noise: bytes) -> None:
    with pytest.raises(ChipError):
        geotiff.read(b"II*\x00" + noise, PRODUCTS[product_id], CELL)
