"""Breaks: steps of known date and height are found, seasons and weather are not."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis import breaks
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.imagery.to_xarray import timestamps

TIMES = timestamps(PF_SR)
DAYS = 2 + 5.0 * np.arange(146)
SEASON = 0.5 + 0.25 * np.sin(2 * np.pi * (DAYS - 100) / 365.25)


def noise(seed: int, size: float = 0.03) -> np.ndarray:
    """Weather: noise that stays for some dates."""
    white = np.random.default_rng(seed).normal(0, size, 150)
    return np.convolve(white, [0.5, 0.7, 0.5], "valid")[:146]


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 125), st.sampled_from([-0.45, -0.3, 0.3, 0.45]), st.integers(0, 1000))
def test_a_step_is_found_where_it_is(at: int, step: float, seed: int) -> None:
    series = SEASON + step * (np.arange(146) >= at) + noise(seed)
    found = breaks.find(TIMES, series).found
    assert len(found) == 1
    assert abs(found[0].index - at) <= 2
    assert found[0].date == TIMES[found[0].index]
    assert found[0].step == pytest.approx(step, abs=0.08)
    assert found[0].explained > 0.5


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.35), st.floats(0, 0.04))
def test_a_clean_season_has_none(seed: int, height: float, weather: float) -> None:
    series = 0.5 + height * (SEASON - 0.5) / 0.25 + noise(seed, weather)
    assert breaks.find(TIMES, series).found == ()


def test_two_steps_are_found_earliest_first() -> None:
    index = np.arange(146)
    series = SEASON - 0.35 * (index >= 45) + 0.5 * (index >= 100) + noise(3)
    found = breaks.find(TIMES, series).found
    assert [b.index for b in found] == pytest.approx([45, 100], abs=3)
    assert found[0].step < 0 < found[1].step


def test_season_and_level_add_up_to_the_series() -> None:
    series = SEASON - 0.4 * (np.arange(146) >= 70)
    found = breaks.find(TIMES, series)
    np.testing.assert_allclose(found.season + found.level, series, atol=1e-6)
    assert len(np.unique(found.level.round(6))) == 2


def test_missing_dates_and_snow_are_left_out() -> None:
    rng = np.random.default_rng(0)
    series = SEASON - 0.4 * (np.arange(146) >= 70) + noise(1)
    series[rng.choice(146, 40, replace=False)] = np.nan
    assert [b.index for b in breaks.find(TIMES, series).found] == pytest.approx([70], abs=4)

    winter = SEASON.copy()
    snow = np.zeros(146, bool)
    snow[:14] = True  # one hard winter
    winter[snow] -= 0.7
    assert breaks.find(TIMES, winter).found != ()
    assert breaks.find(TIMES, winter, snow).found == ()


@pytest.mark.parametrize("keep", [0, 10, 47, 90])
def test_too_short_a_series_says_so(keep: int) -> None:
    series = np.where(np.arange(146) < keep, SEASON, np.nan)
    found = breaks.find(TIMES, series)
    assert found.found == ()
    assert found.note.startswith(f"{keep} measurements over")
    assert np.isnan(found.level).all()
    assert breaks.find(timestamps(S2_SR), np.linspace(0, 1, 12)).note.startswith("12 measurements")


def test_flat_series_have_none() -> None:
    for value in (0.0, 0.8):
        assert breaks.find(TIMES, np.full(146, value)).found == ()


def test_a_table_names_method_and_source() -> None:
    series = SEASON - 0.4 * (np.arange(146) >= 70)
    table = breaks.find(TIMES, series).table()
    assert table["date"].tolist() == [pd.Timestamp(TIMES[70])]
    assert table["step"].tolist() == pytest.approx([-0.4], abs=0.02)
    assert "dynamic programming" in table.attrs["method"]
    assert "10.1016/j.rse.2009.08.014" in table.attrs["source"]
    assert len(breaks.find(TIMES, SEASON).table()) == 0


def test_snow_is_white_and_far_brighter_than_the_ground() -> None:
    blue, red = np.full(146, 300.0), np.full(146, 330.0)
    blue[10:14], red[10:14] = 5000, 4900
    expected = np.zeros(146, bool)
    expected[9:15] = True
    np.testing.assert_array_equal(breaks.snowy(blue, red), expected)
    site = np.where(np.arange(146) < 100, 300.0, 1200.0)  # a building site is bright, but red
    assert not breaks.snowy(site, site * 1.4).any()
    assert not breaks.snowy(np.full(146, np.nan), red).any()
    blue[50] = np.nan
    assert not breaks.snowy(blue, red)[50]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_segments_are_the_best_of_all(count: int) -> None:
    random = np.random.default_rng(count)
    for _ in range(20):
        n = int(random.integers(4 * (count + 1), 17))
        values = np.repeat(random.normal(0, 3, n), random.integers(1, 4, n))[:n] + random.normal(0, 0.3, n)
        ways = [
            cuts for cuts in itertools.combinations(range(1, n), count) if min(np.diff([0, *cuts, n])) >= 3
        ]
        left = [sum(float(part.var() * part.size) for part in np.split(values, cuts)) for cuts in ways]
        assert tuple(breaks.segment(values, count, 3)) == ways[int(np.argmin(left))]
