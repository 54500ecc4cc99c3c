"""Envelopes: what is usual for a class, by region, and what leaves it, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from explorer.analysis import envelopes, features
from explorer.core.errors import InvalidQueryError, UnknownClassError
from explorer.demo import open_demo


@pytest.fixture(scope="module")
def corpus():
    found = open_demo(count=300)
    yield found
    found.close()


@pytest.fixture(scope="module")
def curves(corpus) -> pd.DataFrame:
    """NDVI of 0.01 a sample and month, so that percentiles are known."""
    names = list(features.curve_names())
    values = np.arange(len(corpus.samples))[:, None] * 0.01 + np.zeros(len(names))
    return pd.DataFrame(values, index=corpus.samples.index, columns=names)


def test_the_envelope_is_the_percentiles_of_pure_samples(corpus, curves) -> None:
    found = envelopes.of_class(corpus, 211, curves=curves)
    pure = corpus.query(classes=[211], min_fraction=envelopes.PURE).index
    assert list(found.columns) == list(envelopes.COLUMNS)
    assert len(found) == 24
    assert (found["count"] == len(pure)).all()
    low, high = np.percentile(curves.loc[pure, "NDVI 2018-05"], (10, 90))
    assert found["p10"].iloc[4] == pytest.approx(low)
    assert found["p90"].iloc[4] == pytest.approx(high)
    assert len(envelopes.of_class(corpus, 211, "B11", curves=curves)) == 12


def test_regions_split_the_samples(corpus, curves) -> None:
    whole = envelopes.of_class(corpus, 211, curves=curves)["count"].iloc[0]
    parts = [
        envelopes.of_class(corpus, 211, region=name, curves=curves)["count"].iloc[0]
        for name in envelopes.CLIMATE
    ]
    assert sum(parts) == whole
    assert envelopes.of_class(corpus, 211, region="france", curves=curves)["count"].iloc[0] < whole


def test_too_few_samples_show_no_range(corpus, curves) -> None:
    found = envelopes.of_class(corpus, 132, curves=curves)
    assert found[["p10", "median", "p90"]].isna().all().all()


def test_what_is_unknown_is_named(corpus, curves) -> None:
    with pytest.raises(InvalidQueryError, match="Atlantis"):
        envelopes.of_class(corpus, 211, region="Atlantis", curves=curves)
    with pytest.raises(InvalidQueryError, match="NDVI"):
        envelopes.of_class(corpus, 211, "XYZ", curves=curves)
    with pytest.raises(UnknownClassError):
        envelopes.of_class(corpus, 999, curves=curves)


def test_what_leaves_the_range_is_told_by_band_and_months() -> None:
    rng = np.random.default_rng(0)
    names = list(features.curve_names())
    values = pd.DataFrame(1000 + rng.normal(0, 20, (40, len(names))), columns=names)
    values.loc[7, ["nir 2018-05", "nir 2018-06", "nir 2018-07"]] = 500
    labels = np.ones((40, 1))
    found = envelopes.deviations(values, labels, np.array([211]))
    assert found[7][0].startswith("nir below usual in 2018-05 to 2018-07, by up to ")
    assert found[7][0].endswith("range of 211")
    assert found[3] == []
