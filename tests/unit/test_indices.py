"""Spectral indices equal their formulas, and are NaN where they are undefined."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import spyndex

from explorer.analysis import indices
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PRODUCTS


@pytest.mark.parametrize(("product", "nir", "red"), [("PF-SR", "nir", "red"), ("S2-SR", "B08", "B04")])
@pytest.mark.parametrize("dtype", ["int16", "uint16", "float32"])
def test_ndvi_equals_its_formula(product: str, nir: str, red: str, dtype: str) -> None:
    rng = np.random.default_rng(0)
    n, r = (rng.integers(1, 9000, (5, 7)).astype(dtype) for _ in range(2))
    found = indices.compute("NDVI", product, {nir: n, red: r})
    n64, r64 = n.astype(float), r.astype(float)
    assert np.allclose(found, (n64 - r64) / (n64 + r64), atol=1e-5)
    assert found.dtype == np.float32
    assert found.shape == (5, 7)


def test_ndvi_is_nan_where_it_is_undefined_and_nobody_is_warned() -> None:
    nir = np.array([0, 500, np.nan, 3000], np.float32)
    red = np.array([0, -500, 800, 1000], np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = indices.compute("NDVI", "PF-SR", {"nir": nir, "red": red})
    assert np.isnan(found[:3]).all()
    assert found[3] == pytest.approx(0.5)


def test_the_red_edge_index_gets_the_red_edge() -> None:
    bands = {
        "B8A": np.array([4000.0]),
        "B05": np.array([1000.0]),
        "B04": np.array([500.0]),
        "B08": np.array([1.0]),
    }
    # NDREI of the catalogue: (N - RE1) / (N + RE1)
    found = indices.compute("NDREI", "S2-SR", bands)
    assert found[0] == pytest.approx((1.0 - 1000.0) / (1.0 + 1000.0), abs=1e-5)


def test_an_index_without_its_bands_or_without_a_name_says_so() -> None:
    with pytest.raises(KeyError, match=r"NDVI needs R.*PF-SR"):
        indices.compute("NDVI", "PF-SR", {"nir": np.ones(3)})
    with pytest.raises(KeyError, match="NOPE"):
        indices.compute("NOPE", "PF-SR", {"nir": np.ones(3)})


def test_the_table_is_spyndex_s_own() -> None:
    entries, constants = indices._catalogue()
    assert set(entries) == set(spyndex.indices)
    for name, entry in entries.items():
        theirs = spyndex.indices[name]
        assert entry == {
            "long_name": theirs.long_name,
            "application_domain": theirs.application_domain,
            "bands": list(theirs.bands),
            "formula": theirs.formula,
            "reference": theirs.reference,
        }
    assert constants == {k: v.default for k, v in spyndex.constants.items() if v.default is not None}


@pytest.mark.parametrize("product", ["PF-SR", "S2-SR"])
def test_every_index_equals_what_spyndex_computes(product: str) -> None:
    rng = np.random.default_rng(1)
    letters = indices._LETTERS[product]
    dn = {name: rng.integers(200, 6000, 50).astype(np.int16) for name in PRODUCTS[product].band_names}
    values = {letters[name]: array / 1e4 for name, array in dn.items()}
    values |= {f"lambda{letters[name]}": PRODUCTS[product].band(name).wavelength for name in dn}
    values |= {k: v.default for k, v in spyndex.constants.items() if v.default is not None}
    found = indices.available(product)
    for name, entry in found.items():
        params = values | indices._CONSTANTS.get(name, {})
        for symbol in spyndex.indices[name].bands:
            if len(symbol) == 3 and symbol[0] == "k":
                a, b = values[symbol[1]], values[symbol[2]]
                kernel = {"a": a, "b": b, "sigma": (a + b) / 2}
                params[symbol] = 1.0 if symbol[1] == symbol[2] else spyndex.computeKernel("RBF", kernel)
        with np.errstate(all="ignore"):
            expected = np.asarray(spyndex.computeIndex(name, params), float)
        expected[~np.isfinite(expected)] = np.nan
        result = indices.compute(name, product, {band: dn[band] for band in entry.bands})
        both = np.isfinite(expected) & np.isfinite(result)
        assert (np.isnan(result) == np.isnan(expected)).mean() > 0.9, name
        # A ratio to a difference of near-equals is not for float32 to know.
        assert np.isclose(result[both], expected[both], rtol=2e-3, atol=2e-3).mean() > 0.9, name


def test_the_list_of_indices_says_what_they_are_and_need() -> None:
    planet, sentinel = indices.available("PF-SR"), indices.available("S2-SR")
    assert len(planet) > 90
    assert len(sentinel) > 200
    assert set(planet) <= set(sentinel)
    assert planet["NDVI"].title == "Normalized Difference Vegetation Index"
    assert planet["NDVI"].bands == ("nir", "red")
    assert planet["NDVI"].reference.startswith("https://")
    assert sentinel["NBR"].bands == ("B08", "B12")
    assert "NBR" not in planet
    assert planet["SAVI"].domain == "vegetation"
    for product, found in (("PF-SR", planet), ("S2-SR", sentinel)):
        for entry in found.values():
            assert entry.bands, entry.name
            assert set(entry.bands) <= set(PRODUCTS[product].band_names)


def test_known_values_of_indices_with_constants_and_kernels() -> None:
    dn = {"nir": np.array([4000.0]), "red": np.array([1000.0]), "blue": np.array([500.0])}
    evi = 2.5 * (0.4 - 0.1) / (0.4 + 6 * 0.1 - 7.5 * 0.05 + 1)
    assert indices.compute("EVI", "PF-SR", dn)[0] == pytest.approx(evi, abs=1e-5)
    savi = 1.5 * (0.4 - 0.1) / (0.4 + 0.1 + 0.5)
    assert indices.compute("SAVI", "PF-SR", dn)[0] == pytest.approx(savi, abs=1e-5)
    # With s = (a + b) / 2, kNDVI is tanh(NDVI ** 2) (Camps-Valls et al. 2021).
    assert indices.compute("kNDVI", "PF-SR", dn)[0] == pytest.approx(np.tanh(0.6**2), abs=1e-5)


def test_an_index_is_found_in_any_case_and_refused_by_name() -> None:
    assert indices.find("ndvi", "S2-SR").name == "NDVI"
    with pytest.raises(InvalidQueryError, match=r"NBR needs S2, which PF-SR does not have"):
        indices.find("NBR", "PF-SR")
    with pytest.raises(InvalidQueryError, match="no index 'NOPE'"):
        indices.find("NOPE", "PF-SR")
