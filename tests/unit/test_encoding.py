"""However a file writes its numbers, what is read is reflectance x 10000, and what was not measured is marked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasterio.enums import ColorInterp
from rasterio.io import MemoryFile

from explorer.core import grid
from explorer.core.errors import ChipError
from explorer.core.products import PF_QA, PF_SR, S2_SR, Product
from explorer.corpus.imagery import chip_grid, geotiff
from explorer.corpus.imagery.cube import Cube
from explorer.corpus.imagery.encoding import PF_MISSING, unused_number
from explorer.corpus.imagery.geotiff import Chip, Rules
from explorer.corpus.imagery.stated import Stated
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
                for number, tags in enumerate(said.get("band_tags", ()), start=1):
                    target.update_tags(number, **tags)
                if "mask" in said:
                    target.write_mask(said["mask"])
            return bytes(other.read())


def read(data: bytes, product: Product, rules: Rules = geotiff.NO_RULES) -> Chip:
    return geotiff.read(data, product, CELL, rules)


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
        data, rules = tagged(stored, product, scales=[1e-4] * count, offsets=[-0.1] * count), geotiff.NO_RULES
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
        ({"RADIO_ADD_OFFSET": "-1000"}, 1000),
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


@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
@pytest.mark.parametrize("dtype", ["int16", "uint16", "float32"])
@pytest.mark.parametrize("nodata", [None, 7777])
def test_an_alpha_band_behind_the_products_is_a_mask(
    product: Product, dtype: str, nodata: float | None
) -> None:
    dn = reflectance(product).astype(dtype)
    alpha = np.full((1, product.size, product.size), 255, dtype)
    alpha[0, 4:9, :7] = 0
    with MemoryFile(corpora.geotiff(product, CELL, np.concatenate([dn, alpha]), nodata=nodata)) as memory:
        with memory.open() as source:
            profile = source.profile
        with MemoryFile() as other:
            with other.open(**profile) as target:
                kinds = list(target.colorinterp)
                target.colorinterp = [*kinds[:-1], ColorInterp.alpha]
                target.write(np.concatenate([dn, alpha]))
            chip = read(bytes(other.read()), product)
    np.testing.assert_array_equal((chip.data == chip.nodata).all(axis=0), alpha[0] == 0)
    np.testing.assert_array_equal(chip.data[:, alpha[0] > 0], dn[:, alpha[0] > 0])


@pytest.mark.parametrize("dtype", ["float32", "int16", "uint16", "int32"])
@pytest.mark.parametrize("product", [PF_SR, S2_SR], ids=["PF", "S2"])
def test_percent_is_no_dn(product: Product, dtype: str) -> None:
    percent = (reflectance(product) / 100).astype(dtype)
    data = corpora.geotiff(product, CELL, percent)
    with pytest.raises(ChipError, match=r"if it is percent: scale = 0\.01"):
        read(data, product)
    chip = read(data, product, Rules(scale=0.01))
    np.testing.assert_array_equal(chip.data, np.rint(percent.astype(float) * 100))


def test_an_offset_in_reflectance_is_that_of_float_dn_too() -> None:
    dn = reflectance(S2_SR)
    chip = read(tagged((dn + 1000).astype("float32"), S2_SR, offsets=[-0.1] * 12), S2_SR)
    np.testing.assert_array_equal(chip.data, dn)


def test_another_nodata_does_not_make_sentinels_zeros_measurements() -> None:
    stored = reflectance(S2_SR)
    stored[:, :5, :5], stored[9], stored[3, 8, 8] = 65535, 0, 0
    data = corpora.geotiff(S2_SR, CELL, stored, nodata=65535)
    for chip in (
        read(data, S2_SR),
        read(corpora.geotiff(S2_SR, CELL, stored), S2_SR, Rules(nodata=(65535,))),
    ):
        gone = chip.data == 0
        assert gone[:, :5, :5].all()
        assert gone[9].all()
        assert gone[3, 8, 8]
        assert gone.sum() == 12 * 25 + 3600 - 25 + 1
        assert not any("beyond" in note for note in chip.notes)
    signed = stored.astype("int32")
    signed[signed == 65535] = -9999
    chip = read(corpora.geotiff(S2_SR, CELL, signed, nodata=-9999), S2_SR)
    assert (chip.data[9] == 0).all()
    assert chip.data[3, 8, 8] == 1  # a signed 0 beside another nodata was measured


def test_a_processing_baseline_without_an_offset_is_told() -> None:
    chip = read(tagged(reflectance(S2_SR), S2_SR, tags={"PROCESSING_BASELINE": "04.00"}), S2_SR)
    assert any("processing baseline adds 1000 DN" in note for note in chip.notes)
    assert not read(tagged(reflectance(S2_SR), S2_SR, tags={"PROCESSING_BASELINE": "02.14"}), S2_SR).notes


def test_days_of_minus_9999_are_no_days() -> None:
    days = np.zeros((2, 200, 200), "int16")
    days[1, :3] = -9999
    chip = read(corpora.geotiff(PF_QA, CELL, days, ["a", "days"]), PF_QA)
    assert (chip.data[1, :3] == chip.nodata).all()
    assert chip.notes == ("pixels of -9999, which no tag calls nodata, are taken as missing",)


def quality_cube(*files: tuple[np.ndarray, float | None]) -> Cube:
    cube = Cube(CELL, PF_QA)
    for index, (data, nodata) in enumerate(files):
        cube.place(index, read(corpora.geotiff(PF_QA, CELL, data, nodata=nodata), PF_QA))
    return cube


def test_quality_layers_whose_files_call_different_numbers_nodata() -> None:
    first, second = (np.zeros((1, 200, 200), "uint8") for _ in range(2))
    first[0, 0, :4], first[0, 1, 0] = 255, 1
    second[0, 0, :5], second[0, 1, 0] = 255, 7
    for cube in (quality_cube((first, 255), (second, 7)), quality_cube((second, 7), (first, 255))):
        tagged_255, tagged_7 = (0, 1) if (cube.data[0, 0, 0, :5] != cube.data[0, 0, 1, 0]).any() else (1, 0)
        measured = [(cube.data[i] != cube.nodata).sum() for i in cube.there]
        assert sorted(measured) == [40_000 - 4, 40_000 - 1]
        assert {tagged_255, tagged_7} == {0, 1}
        assert (cube.data == 255).sum() in (5, 0)
        assert 255 in np.unique(cube.data[cube.there]) or cube.nodata == 255


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_some_files_call_nodata_is_missing_in_those_that_call_nothing_so(order: tuple[int, int]) -> None:
    data = np.zeros((1, 200, 200), "uint8")
    data[0, 0, :4] = 255
    files = [(data, 255.0), (data.copy(), None)]
    cube = quality_cube(*(files[i] for i in order))
    for index in (0, 1):
        assert (cube.data[index] == cube.nodata).sum() == 4
    assert any("files of other dates call it nodata" in note for note in cube.notes)


def test_numbers_that_do_not_fit_beside_negative_ones_are_told() -> None:
    bright, dark = reflectance(S2_SR), reflectance(S2_SR).astype("int16")
    bright[0, 0, 0], dark[0, 0, 0] = 40_000, -30
    for order in ((bright, dark), (dark, bright)):
        cube = Cube(CELL, S2_SR)
        for index, data in enumerate(order):
            cube.place(index, read(corpora.geotiff(S2_SR, CELL, data), S2_SR))
        assert cube.data.dtype == np.int16
        place = next(i for i, data in enumerate(order) if data is bright)
        assert cube.notes["reflectance beyond 3.28 is shown as that"] == [place]
        assert cube.data[place, 0, 0, 0] == 32767
        assert cube.data[1 - place, 0, 0, 0] == -30


def test_bands_that_a_file_lacks_are_missing_there() -> None:
    data = reflectance(S2_SR)
    kept = [i for i, name in enumerate(S2_SR.band_names) if name not in ("B01", "B09")]
    names = [S2_SR.band_names[i] for i in kept]
    chip = read(corpora.geotiff(S2_SR, CELL, data[kept], names), S2_SR)
    np.testing.assert_array_equal(chip.data[kept], data[kept])
    lost = [i for i in range(len(S2_SR.bands)) if i not in kept]
    assert chip.nodata == 0
    assert (chip.data[lost] == 0).all()
    assert any("B01" in note and "B09" in note and "missing there" in note for note in chip.notes)


def test_an_order_that_only_the_catalog_states_is_taken_of_files_with_as_many_bands() -> None:
    data = reflectance(PF_SR)
    stated = Rules(stated=Stated(bands=("red", "green", "blue", "nir")))
    chip = read(corpora.geotiff(PF_SR, CELL, data), PF_SR, stated)
    np.testing.assert_array_equal(chip.data, data[[2, 1, 0, 3]])
    assert "the bands stand in another order, as the catalog names them" in chip.notes
    named = read(corpora.geotiff(PF_SR, CELL, data, PF_SR.band_names), PF_SR, stated)
    np.testing.assert_array_equal(named.data, data)  # the file's own names count more


def test_names_for_another_number_of_quality_bands_are_refused() -> None:
    file = corpora.geotiff(PF_QA, CELL, np.zeros((2, 200, 200), "uint8"))
    assert read(file, PF_QA, Rules(bands=("a", "b"))).bands == ("a", "b")
    with pytest.raises(ChipError, match=r"2 bands, rapidai4eo\.toml names 3 of PF-QA"):
        read(file, PF_QA, Rules(bands=("a", "b", "c")))


def test_a_mask_of_a_file_with_a_row_more_lies_where_its_pixels_are() -> None:
    data = np.pad(reflectance(PF_SR), ((0, 0), (0, 1), (0, 1)), mode="edge")
    mask = np.full(data.shape[1:], 255, "uint8")
    mask[5, 7] = mask[200, :] = 0
    chip = read(tagged(data, PF_SR, mask=mask), PF_SR)
    gone = (chip.data == PF_MISSING).all(axis=0)
    assert np.argwhere(gone).tolist() == [[5, 7]]
    np.testing.assert_array_equal(chip.data[:, ~gone], data[:, :200, :200][:, ~gone])


@pytest.mark.parametrize(("unit", "tag"), [(1, "wavelength_nm"), (1_000, "CENTRAL_WAVELENGTH_UM")])
def test_wavelengths_in_the_tags_of_bands_tell_their_order(unit: int, tag: str) -> None:
    data = reflectance(PF_SR)
    tags = [{tag: f"{wave / unit:g}"} for wave in (665, 560, 490, 865)]
    chip = read(tagged(data, PF_SR, band_tags=tags), PF_SR)
    np.testing.assert_array_equal(chip.data, data[[2, 1, 0, 3]])


def test_a_wavelength_that_is_none_tells_nothing() -> None:
    data = reflectance(PF_SR)
    chip = read(tagged(data, PF_SR, band_tags=[{"wavelength": "99999"}] * 4), PF_SR)
    np.testing.assert_array_equal(chip.data, data)


def test_what_is_brighter_than_the_product_can_hold_is_told() -> None:
    data = reflectance(PF_SR).astype("uint16")
    data[0, 0, 0] = 40_000
    chip = read(corpora.geotiff(PF_SR, CELL, data), PF_SR)
    assert chip.data[0, 0, 0] == 32767
    assert "reflectance beyond 3.28 is shown as that" in chip.notes
    np.testing.assert_array_equal(chip.data[1:], data[1:])


def test_tiles_that_unpack_to_far_more_than_a_chip_are_refused() -> None:
    file = corpora.geotiff(PF_SR, CELL, reflectance(PF_SR), blockxsize=2048, blockysize=1024)
    with pytest.raises(ChipError, match="tiles of 2048 x 1024 px, far more than a chip has"):
        read(file, PF_SR)


def test_numbers_of_the_catalog_for_other_bands_are_refused() -> None:
    file = corpora.geotiff(PF_SR, CELL, reflectance(PF_SR))
    with pytest.raises(ChipError, match="for 3 bands, the file has 4"):
        read(file, PF_SR, Rules(stated=Stated(scales=(1e-4, 2e-4, 1e-4))))


def test_bytes_are_no_reflectance_unless_they_are_scaled() -> None:
    data = (reflectance(PF_SR) // 20).astype("uint8")
    with pytest.raises(ChipError, match="dtype uint8, not int16 or another 16 or 32 bit number"):
        read(corpora.geotiff(PF_SR, CELL, data), PF_SR)
    chip = read(tagged(data, PF_SR, scales=[0.002] * 4, offsets=[0.0] * 4), PF_SR)
    np.testing.assert_array_equal(chip.data, data.astype(int) * 20)


def test_pixels_of_nothing_but_zero_beside_another_nodata_are_told_and_kept() -> None:
    """In the product's own type; what a program of floats left empty is missing."""
    data = reflectance(PF_SR)
    data[:, 0, :3], data[:, 1, 0] = 0, -9999
    note = "pixels of 0 in every band, without a tag: if they mean nodata, say so in rapidai4eo.toml"
    chip = read(corpora.geotiff(PF_SR, CELL, data, nodata=-9999), PF_SR)
    assert note in chip.notes
    assert (chip.data[:, 0, :3] == 0).all()
    assert (chip.data == PF_MISSING).all(axis=0).sum() == 1
    floats = read(corpora.geotiff(PF_SR, CELL, data.astype("float32"), nodata=-9999), PF_SR)
    assert (floats.data == PF_MISSING).all(axis=0).sum() == 4


def test_a_crs_with_heights_is_its_own_without() -> None:
    """As of a compound system; one that cannot be read, or none, is refused."""
    data = reflectance(PF_SR)
    chip = read(corpora.geotiff(PF_SR, CELL, data, crs=f"EPSG:{CELL.epsg}+5773"), PF_SR)
    np.testing.assert_array_equal(chip.data, data)
    assert any(
        f"UTM zone 33N (World Geodetic System 1984), taken as EPSG:{CELL.epsg}" in note for note in chip.notes
    )
    place = corpora.transform(PF_SR, CELL)
    with pytest.raises(ChipError, match="its CRS is not readable, the id says EPSG:32633"):
        chip_grid.find_window(200, 200, place, "PROJCS[broken", None, PF_SR, CELL)
    with pytest.raises(ChipError, match="no coordinate reference system"):
        chip_grid.find_window(200, 200, place, "", None, PF_SR, CELL)


def test_a_cube_of_two_types_says_only_what_was_changed() -> None:
    """Nothing is beyond what both hold; what one file calls nodata, no other has."""
    low = reflectance(S2_SR).astype("int16")
    low[0, 0, 0] = -30
    for order in ((reflectance(S2_SR), low), (low, reflectance(S2_SR))):
        cube = Cube(CELL, S2_SR)
        for index, data in enumerate(order):
            cube.place(index, read(corpora.geotiff(S2_SR, CELL, data), S2_SR))
            np.testing.assert_array_equal(cube.data[index], data)
        assert cube.data.dtype == np.int16
        assert not cube.notes
    days = np.full((1, 200, 200), -3, "int16")
    other = np.full((1, 200, 200), 9, "uint8")
    for files in ((days, other), (other, days)):
        wide = quality_cube(*((data, None) for data in files))
        assert wide.data.dtype == np.int16
        assert [int(wide.data[i].max()) for i in (0, 1)] == [int(data.max()) for data in files]
    tagged_one = np.zeros((1, 200, 200), "uint8")
    tagged_one[0, 0, 0] = 255
    assert not quality_cube((tagged_one, 255), (other, None)).notes
    assert not quality_cube((other, None), (tagged_one, 255)).notes
