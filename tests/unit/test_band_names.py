"""Bands are known by any words that people use for them; words that contradict each other are refused."""

from __future__ import annotations

import pytest

from explorer.core.errors import ChipError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.corpus.imagery.band_names import chosen_order, find_order

ESA = ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B11", "B12"]
ESA_ORDER = tuple(ESA.index(name) for name in S2_SR.band_names)


def order(
    names: list[str], product: Product = S2_SR, waves: tuple[float, ...] = ()
) -> tuple[int | None, ...] | None:
    found = find_order(names, product, waves)
    return None if found is None else found.places


@pytest.mark.parametrize(
    "names",
    [
        ESA,
        [name.lower() for name in ESA],
        [name.replace("B0", "B") for name in ESA],
        [name.replace("B8A", "B08A") for name in ESA],
        [f"{name}_10m" for name in ESA],
        [f"S2_{name}_2018-07" for name in ESA],
        [f"Sentinel-2 L2A band {name}" for name in ESA],
        ["coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir08", "nir09", "swir16", "swir22"],
        ["coastal", "blue", "green", "red", "rededge", "rededge", "rededge", "nir", "nir08", "nir09", "swir16", "swir22"],
        ["coastal", "blue", "green", "red", "rededge071", "rededge075", "rededge078", "nir", "nir08", "nir09", "swir16", "swir22"],
        ["Coastal aerosol", "Blue", "Green", "Red", "Red edge 1", "Red edge 2", "Red edge 3", "Near infrared",
         "Narrow near infrared", "Water vapour", "Shortwave infrared 1", "Shortwave infrared 2"],
        ["Aerosols", "Blue", "Green", "Red", "Vegetation Red Edge 1", "Vegetation Red Edge 2", "Vegetation Red Edge 3", "NIR",
         "Narrow NIR", "Water vapor", "SWIR 1", "SWIR 2"],
        ["443", "490", "560", "665", "705", "740", "783", "842", "865", "945", "1610", "2190"],
        [f"{w} nm" for w in (442.7, 492.4, 559.8, 664.6, 704.1, 740.5, 782.8, 832.8, 864.7, 945.1, 1613.7, 2202.4)],
        ["0.443", "0.490", "0.560", "0.665", "0.705", "0.740", "0.783", "0.842", "0.865", "0.945", "1.610", "2.190"],
        ["B01 coastal 443nm", *ESA[1:8], "B8A (narrow NIR, 865 nm)", *ESA[9:]],
        [*ESA[:11], ""],  # eleven are told, the last can be no other
    ],
)  # fmt: skip
def test_the_order_of_esa_in_all_kinds_of_words(names: list[str]) -> None:
    assert order(names) == ESA_ORDER


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (["Band 1 - Red", "Band 2 - Green", "Band 3 - Blue", "Band 4 - NIR"], (2, 1, 0, 3)),
        (["red", "green", "blue", "nir"], (2, 1, 0, 3)),
        (["R", "G", "B", "N"], (2, 1, 0, 3)),
        (["red of 3000", "green of 3000", "blue of 3000", "nir of 3000"], (2, 1, 0, 3)),  # no wavelength
        (["Red (665 nm)", "Green", "Blue", "Near-Infrared"], (2, 1, 0, 3)),
        (["surface reflectance red", "... green", "... blue", "... nir"], (2, 1, 0, 3)),
    ],
)
def test_planet_fusions_bands(names: list[str], places: tuple[int, ...]) -> None:
    assert order(names, PF_SR) == places


def test_wavelengths_alone_tell() -> None:
    assert order(["", "", "", ""], PF_SR, (665, 560, 490, 865)) == (2, 1, 0, 3)


@pytest.mark.parametrize(
    "names",
    [
        [f"Band {i}" for i in range(1, 13)],
        [f"B{i}" for i in range(1, 13)],  # B10 is none of the corpus's: a count, not bands
        [f"band_{i}" for i in range(12)],
        ["Sentinel-2 monthly mosaic"] * 12,
        ["reflectance"] * 12,
        [""] * 12,
    ],
)
def test_words_that_say_nothing_leave_the_usual_order(names: list[str]) -> None:
    assert order(names) is None


def test_more_bands_than_the_products_stay_aside_and_fewer_are_missing() -> None:
    found = find_order([*ESA[:10], "B10", *ESA[10:], "SCL"], S2_SR)
    assert found is not None
    assert found.places == tuple((*ESA[:10], "B10", *ESA[10:]).index(name) for name in S2_SR.band_names)
    assert "bands that S2-SR does not have stay aside: B10, SCL" in found.notes
    ten = find_order([name for name in ESA if name not in ("B01", "B09")], S2_SR)
    assert ten is not None
    assert [name for name, place in zip(S2_SR.band_names, ten.places, strict=True) if place is None] == [
        "B01",
        "B09",
    ]
    assert "the file has no band that is named as B01, B09: missing there" in ten.notes


def test_bands_without_a_name_are_not_guessed_where_the_others_stand_in_no_usual_order() -> None:
    turned = [name if name not in ("B03", "B11") else "" for name in ESA[::-1]]
    found = find_order(turned, S2_SR)
    assert found is not None
    assert [n for n, place in zip(S2_SR.band_names, found.places, strict=True) if place is None] == [
        name for name in S2_SR.band_names if name in ("B03", "B11")
    ]
    assert any("missing there" in note for note in found.notes)


def test_a_second_band_of_a_group_that_is_told_stays_aside() -> None:
    found = find_order([*ESA, "rededge"], S2_SR)
    assert found is not None
    assert found.places == ESA_ORDER
    assert "bands that S2-SR does not have stay aside: rededge" in found.notes


def test_a_wavelength_that_no_band_has_is_none_of_the_products() -> None:
    assert order([*(f"{w} nm" for w in (490, 560, 665, 865)), "1380 nm"], PF_SR) == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("names", "product", "reason"),
    [
        (["red", "red", "blue", "nir"], PF_SR, "two of its bands are named as red"),
        (["blue", "green", "red", "thermal"], PF_SR, "named thermal, not as PF-SR's"),
        (["blue", "green", "yellow", "nir"], PF_SR, "named yellow, not as PF-SR's"),
        ([*ESA[:9], "B10", *ESA[10:]], S2_SR, "named B10, not as S2-SR's"),
        (["blue", "z1", "z2", "z3"], PF_SR, "named z1, z2, z3, not as PF-SR's"),
        (["B02 red", *ESA[1:]], S2_SR, r"'B02 red', which contradicts itself \(B02 and B04\)"),
        ([*ESA[:8], "B8A 2202 nm", *ESA[9:]], S2_SR, "contradicts itself"),
        ([*ESA[:4], "rededge", "rededge", "", *ESA[7:]], S2_SR, "can be any of B05, B06, B07"),
    ],
)
def test_what_contradicts_itself_is_refused(names: list[str], product: Product, reason: str) -> None:
    with pytest.raises(ChipError, match=reason):
        find_order(names, product)


def test_an_operators_order_is_taken_as_it_is() -> None:
    assert chosen_order(("nir", "-", "red", "green", "blue"), 5, PF_SR).places == (4, 3, 2, 0)
    with pytest.raises(ChipError, match=r"4 bands, rapidai4eo.toml names 3"):
        chosen_order(("red", "green", "blue"), 4, PF_SR)
