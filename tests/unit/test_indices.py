"""Spectral indices equal their formulas, and are NaN where they are undefined."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from explorer.analysis import indices


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
