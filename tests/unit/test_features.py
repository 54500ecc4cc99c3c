"""Features: every sample has the same ones, what is missing is NaN, and they move with what the imagery shows."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis import features, pixel_features, texture
from explorer.core.products import PF_SR, S2_SR
from explorer.demo import open_demo

DATES = PF_SR.dates[:: features.EVERY]


def fusion(red: np.ndarray, nir: np.ndarray, size: int = 20) -> features.Chips:
    """Chips whose red and near infrared follow two series, with a little texture."""
    rng = np.random.default_rng(0)
    data = np.empty((len(DATES), 4, size, size), np.int16)
    for i, series in enumerate((red * 0.8, red, red, nir)):
        data[:, i] = (series[:, None, None] + rng.normal(0, 10, (size, size))).astype(np.int16)
    return features.Chips(data, DATES)


def nothing(product) -> features.Chips:
    return features.Chips(np.zeros((0, len(product.bands), product.size, product.size), np.int16), ())


def of(chips: features.Chips) -> dict[str, float]:
    return dict(zip(features.names(), features.measure(chips, nothing(S2_SR)).features.tolist(), strict=True))


def test_a_field_and_water_are_told_apart() -> None:
    day = np.array([d.timetuple().tm_yday for d in DATES])
    season = np.exp(-(((day - 160) / 45) ** 2))
    field = of(fusion(1200 - 800 * season, 1800 + 2500 * season))
    water = of(fusion(np.full(len(DATES), 150.0), np.full(len(DATES), 80.0)))
    assert field["share_field"] == 1
    assert field["share_water"] == 0
    assert 60 < field["season_2018_start"] < field["season_2018_peak"] < field["season_2018_end"] < 260
    assert field["season_2018_amplitude"] > 0.4
    assert water["ndvi_mean_p50"] < 0
    assert np.isnan(water["season_2018_peak"])


def test_a_change_between_the_years_is_measured() -> None:
    late = np.array([d.year == 2019 for d in DATES])
    stays = of(fusion(np.full(len(DATES), 400.0), np.full(len(DATES), 3000.0)))
    felled = of(fusion(np.where(late, 1200.0, 400), np.where(late, 1600.0, 3000)))
    assert abs(stays["change_ndvi_p25"]) < 0.02
    assert felled["change_ndvi_p25"] < -0.5


def test_what_is_missing_is_nan_and_names_stay() -> None:
    found = features.measure(nothing(PF_SR), nothing(S2_SR))
    assert np.isnan(found.features).all()
    assert np.isnan(found.curves).all()
    assert len(found.features) == len(features.names()) == len(set(features.names()))
    assert len(found.curves) == len(features.curve_names())


def test_holes_of_sentinel_stay_out() -> None:
    rng = np.random.default_rng(1)
    data = rng.integers(500, 3000, (12, 12, 60, 60)).astype(np.uint16)
    holes = data.copy()
    holes[0] = 0
    holes[3, :, :30] = 0
    names = features.names()
    for chips in (data, holes):
        found = features.measure(nothing(PF_SR), features.Chips(chips, S2_SR.dates)).features
        by_name = dict(zip(names, found.tolist(), strict=True))
        assert by_name["s2_B11_mean_p50" if "s2_B11_mean_p50" in by_name else "s2_B11_p50"] == pytest.approx(
            1750, rel=0.1
        )


def test_harmonics_find_a_season() -> None:
    days = np.arange(0, 730, 15.0)
    wave = 0.5 + 0.3 * np.cos(2 * np.pi * (days - 180) / 365.25)
    mean, cos, sin, half, rest = pixel_features.harmonics(wave[:, None], days)
    assert mean[0] == pytest.approx(0.5, abs=0.01)
    assert np.hypot(cos[0], sin[0]) == pytest.approx(0.3, abs=0.01)
    assert max(half[0], rest[0]) < 0.01


def test_rows_show_in_the_autocorrelation() -> None:
    rows = np.tile(np.sin(np.arange(60) * 2 * np.pi / 4), (60, 1))
    found = texture.autocorrelation(rows, (2, 4))
    assert found[1] > found[0] + 0.5
    assert np.isnan(texture.autocorrelation(np.ones((8, 8)), (1,))).all()
    middle, spread = texture.blocks(np.ones((4, 11, 10), np.int16))
    assert middle.shape == (4, 4)
    assert (spread == 0).all()


def test_the_demo_has_features_by_name() -> None:
    corpus = open_demo(count=300)
    sample_id = corpus.samples.index[0]
    found = features.of_sample(corpus, sample_id)
    assert found.index.tolist() == list(features.names())
    assert np.isfinite(found).mean() > 0.95
    assert features.table(corpus, [sample_id]).loc[sample_id].equals(found)
    corpus.close()
