"""However a file writes its numbers, what is read is reflectance x 10000, and what was not measured is marked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasterio.io import MemoryFile

from explorer import grid
from explorer.corpus import chips
from explorer.corpus.chips import Chip, Rules
from explorer.corpus.encoding import PF_MISSING, Stated, unused_number
from explorer.errors import ChipError
from explorer.products import PF_QA, PF_SR, S2_SR, Product
from tests import corpora

CELL = grid.parse(corpora.FULL)
MISSING = {PF_SR.id: PF_MISSING, S2_SR.id: 0}


def reflectance(product: Product) -> np.ndarray:
    """Plausible DN `(band, y, x)`, each pixel another."""
    rng = np.random.default_rng(1)
    shape = (len(product.bands), product.size, product.size)
    return rng.integers(200, 4000, shape).astype(product.dtypes[0])


def tagged(data: np.ndarray, product: Product, **said: Any) -> bytes:
    """A chip with scales, offsets, tags or a mask of its own."""
    plain = corpora.geotiff(product, CELL, data, nodata=said.get("nodata"))
    with MemoryFile(plain) as memory:
        with memory.open() as source:
            profile = source.profile
        with MemoryFile() as other:
            with other.open(**profile) as target:
                target.write(data)
                for name in ("scales", "offsets"):
                    if name in said:
                        setattr(target, name, said[name])
                target.update_tags(**said.get("tags", {}))
                if "mask" in said:
                    target.write_mask(said["mask"])
            return bytes(other.read())


def read(data: bytes, product: Product, rules: Rules = chips.NO_RULES) -> Chip:
    return chips.read(data, product, CELL, rules)


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
@pytest.mark.parametrize("dtype", ["uint16", "int16", "int32", "uint32", "float32", "float64"])
def test_no_number_type_is_refused(product: Product, dtype: str) -> None:
    dn = reflectance(product)
    chip = read(corpora.geotiff(product, CELL, dn.astype(dtype)), product)
    np.testing.assert_array_equal(chip.data, dn)
    assert chip.data.dtype == product.dtypes[0]
    assert any("stored as" in note for note in chip.notes) == (dtype not in product.dtypes)


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
def test_floats_are_dn_or_reflectance_by_their_values(product: Product) -> None:
    dn = reflectance(product)
    chip = read(corpora.geotiff(product, CELL, (dn / 1e4).astype("float32")), product)
    np.testing.assert_array_equal(chip.data, dn)
    assert "floats that are reflectance, 0 to 1 by their values" in chip.notes
    assert (
        "floats that are DN by their values"
        in read(corpora.geotiff(product, CELL, dn.astype("float32")), product).notes
    )


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
@pytest.mark.parametrize(
    ("dtype", "fill", "nodata", "told"),
    [
        ("int16", -9999, -9999, False),
        ("int16", -9999, None, True),
        ("int16", -32768, None, True),
        ("int16", -32768, -9999, True),  # the tag names another number
        ("int16", 7777, 7777, False),
        ("uint16", 65535, 65535, False),
        ("uint16", 65535, None, True),
        ("uint16", 0, 0, False),
        ("int32", -2147483648, None, True),
        ("float32", np.nan, None, False),
        ("float32", np.nan, np.nan, False),
        ("float32", -9999, None, True),
        ("float32", -3.4028235e38, None, False),
        ("float32", np.inf, None, False),
    ],
)
def test_what_a_file_or_a_habit_calls_nodata_is_missing(
    product: Product, dtype: str, fill: float, nodata: float | None, told: bool
) -> None:
    stored = reflectance(product).astype(dtype)
    stored[:, 3, 4:9] = fill
    stored[1, 7, 7] = fill
    chip = read(corpora.geotiff(product, CELL, stored, nodata=nodata), product)
    gone = chip.data == MISSING[product.id]
    expected = np.zeros(gone.shape, bool)
    expected[:, 3, 4:9] = expected[1, 7, 7] = True
    np.testing.assert_array_equal(gone, expected)
    assert chip.nodata == MISSING[product.id]
    assert any("no tag calls nodata" in note for note in chip.notes) == told


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
def test_an_internal_mask_is_missing_pixels(product: Product) -> None:
    mask = np.full((product.size, product.size), 255, np.uint8)
    mask[10:20, 5:9] = 0
    dn = reflectance(product)
    chip = read(tagged(dn, product, mask=mask), product)
    np.testing.assert_array_equal((chip.data == MISSING[product.id]).all(axis=0), mask == 0)
    np.testing.assert_array_equal(chip.data[:, mask > 0], dn[:, mask > 0])


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
@pytest.mark.parametrize("by", ["tags of the file", "the catalog", "rapidai4eo.toml"])
def test_an_offset_is_applied_whoever_names_it(product: Product, by: str) -> None:
    dn, count = reflectance(product), len(product.bands)
    stored = dn + 1000
    if by == "tags of the file":
        data, rules = tagged(stored, product, scales=[1e-4] * count, offsets=[-0.1] * count), chips.NO_RULES
    else:
        data = corpora.geotiff(product, CELL, stored)
        rules = (
            Rules(stated=Stated(scales=(1e-4,), offsets=(-0.1,)))
            if by == "the catalog"
            else Rules(scale=1e-4, offset=-0.1)
        )
    chip = read(data, product, rules)
    np.testing.assert_array_equal(chip.data, dn)
    assert any(note.startswith("scale 0.0001 and offset -0.1 of") for note in chip.notes)


def test_a_measured_zero_or_less_is_not_missing_and_what_was_missing_before_the_offset_is() -> None:
    stored = reflectance(S2_SR) + 1000
    stored[:, 0, 0] = 0  # never measured
    stored[:, 0, 1] = 1000  # reflects nothing
    stored[:, 0, 2] = 980  # less than nothing, as dark water can after the atmosphere is taken off
    chip = read(tagged(stored, S2_SR, scales=[1e-4] * 12, offsets=[-0.1] * 12, nodata=0), S2_SR)
    assert chip.data.dtype == np.int16
    assert chip.data[3, 0, :3].tolist() == [0, 1, -20]
    assert chip.nodata == 0


@pytest.mark.parametrize(
    ("tags", "added"),
    [
        ({"BOA_ADD_OFFSET": "-1000", "BOA_QUANTIFICATION_VALUE": "10000"}, 1000),
        ({"scale_factor": "0.0001", "add_offset": "-0.1"}, 1000),
        ({"add_offset": "-1000"}, 1000),
        ({"SCALE": "0.0001", "OFFSET": "0"}, 0),
    ],
)
def test_scale_and_offset_come_by_other_tags_as_well(tags: dict[str, str], added: int) -> None:
    dn = reflectance(S2_SR)
    np.testing.assert_array_equal(read(tagged(dn + added, S2_SR, tags=tags), S2_SR).data, dn)


def test_a_scale_that_no_surface_can_have_is_refused() -> None:
    data = tagged(reflectance(PF_SR), PF_SR, scales=[0.1] * 4, offsets=[0.0] * 4)
    with pytest.raises(
        ChipError, match=r"reflectance would run to .* with scale 0.1 and offset 0 of the file"
    ):
        read(data, PF_SR)
    with pytest.raises(ChipError, match="make no number"):
        read(tagged(reflectance(PF_SR), PF_SR, scales=[np.inf] * 4), PF_SR)


def test_the_operator_is_believed_before_the_file_and_the_file_before_the_catalog() -> None:
    dn = reflectance(PF_SR)
    data = tagged(dn + 1000, PF_SR, scales=[1e-4] * 4, offsets=[-0.1] * 4)
    stated = Stated(scales=(1e-4,), offsets=(-0.05,))
    np.testing.assert_array_equal(read(data, PF_SR, Rules(stated=stated)).data, dn)
    np.testing.assert_array_equal(
        read(data, PF_SR, Rules(scale=1e-4, offset=0.0, stated=stated)).data, dn + 1000
    )


def test_nodata_of_the_catalog_and_of_the_operator() -> None:
    dn = reflectance(PF_SR)
    dn[:, 2, 2], dn[:, 3, 3] = 11, 12
    data = corpora.geotiff(PF_SR, CELL, dn)
    for rules, wanted in (
        (Rules(stated=Stated(nodata=(11,))), [[2, 2]]),
        (Rules(nodata=(11, 12)), [[2, 2], [3, 3]]),
    ):
        chip = read(data, PF_SR, rules)
        assert np.argwhere((chip.data == PF_MISSING).all(axis=0)).tolist() == wanted


def test_quality_chips_keep_their_numbers_and_their_own_nodata() -> None:
    data = corpora.pixels(PF_QA, 0).astype("uint8")
    data[0, 5, 5] = 255
    chip = read(corpora.geotiff(PF_QA, CELL, data, nodata=255), PF_QA)
    np.testing.assert_array_equal(chip.data, data)
    assert chip.nodata == 255
    floats = data.astype("float32")
    floats[1, 6, 6] = np.nan
    chip = read(corpora.geotiff(PF_QA, CELL, floats), PF_QA)
    assert np.isfinite(chip.data).all()
    assert np.argwhere(chip.data == chip.nodata).tolist() == [[1, 6, 6]]


def test_a_number_for_what_is_missing_is_none_that_was_measured() -> None:
    data = np.arange(255, dtype="uint8").reshape(1, 15, 17)
    gone = np.zeros(data.shape, bool)
    assert unused_number(data, gone, [3]) == 255
    full = np.arange(256, dtype="uint8").reshape(1, 16, 16)
    with pytest.raises(ChipError, match="no number of uint8 is left"):
        unused_number(full, np.zeros(full.shape, bool))
