"""Smoothing: the published filters where nothing is missing, honest about what is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from explorer.analysis import smoothing
from explorer.analysis.smoothing import savitzky_golay, smooth, whittaker
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.imagery.to_xarray import timestamps

TIMES = timestamps(PF_SR)
DAYS = np.arange(146) * 5.0
CLEAN = 0.5 + 0.3 * np.sin(2 * np.pi * DAYS / 365.25)
NOISY = CLEAN + np.random.default_rng(0).normal(0, 0.05, 146)


def test_savitzky_golay_is_scipys_where_nothing_is_missing() -> None:
    expected = signal.savgol_filter(NOISY, 9, 2)
    np.testing.assert_allclose(savitzky_golay(TIMES, NOISY), expected)
    np.testing.assert_allclose(savitzky_golay(DAYS, NOISY, 65, 3), signal.savgol_filter(NOISY, 13, 3))


def test_one_missing_date_changes_only_its_surroundings() -> None:
    values = NOISY.copy()
    values[70] = np.nan
    found, whole = savitzky_golay(TIMES, values), savitzky_golay(TIMES, NOISY)
    far = np.abs(np.arange(146) - 70) > 4
    np.testing.assert_allclose(found[far], whole[far], atol=1e-9)
    assert np.isfinite(found).all()
    assert found[70] == pytest.approx(CLEAN[70], abs=0.06)


def test_whittaker_is_eilers_formula() -> None:
    weight = np.ones(146)
    values = NOISY.copy()
    values[[20, 21, 90]] = np.nan
    weight[np.isnan(values)] = 0
    d = np.diff(np.eye(146), 2, axis=0)
    expected = np.linalg.solve(np.diag(weight) + 35 * d.T @ d, np.where(np.isnan(values), 0, values))
    np.testing.assert_allclose(whittaker(TIMES, values, 35), expected, atol=1e-9)


@pytest.mark.parametrize("method", list(smoothing.METHODS))
def test_a_parabola_stays_a_parabola_and_a_line_a_line(method: str) -> None:
    rng = np.random.default_rng(1)
    irregular = np.sort(rng.choice(730, 120, replace=False)).astype(float)
    line = 0.2 + 0.0004 * irregular
    found = smooth(irregular, line, method).values
    known = np.isfinite(found)
    assert known.mean() > 0.9
    np.testing.assert_allclose(found[known], line[known], atol=1e-8)
    if method == "savitzky-golay":
        curve = 0.2 + 1e-6 * (irregular - 300) ** 2
        found = smooth(irregular, curve, method).values
        np.testing.assert_allclose(found[np.isfinite(found)], curve[np.isfinite(found)], atol=1e-8)


@pytest.mark.parametrize("method", list(smoothing.METHODS))
def test_noise_falls_and_the_season_stays(method: str) -> None:
    found = smooth(TIMES, NOISY, method).values
    assert np.sqrt(np.mean((found - CLEAN) ** 2)) < 0.6 * np.sqrt(np.mean((NOISY - CLEAN) ** 2))
    assert np.ptp(found) == pytest.approx(0.6, abs=0.08)


@pytest.mark.parametrize("method", list(smoothing.METHODS))
def test_a_curve_never_goes_beyond_its_measurements(method: str) -> None:
    values = NOISY.copy()
    values[:10] = np.nan
    values[140:] = np.nan
    values[60:80] = np.nan  # a hundred days
    values[30] = np.nan
    found = smooth(TIMES, values, method).values
    assert np.isnan(found[:10]).all()
    assert np.isnan(found[140:]).all()
    assert np.isnan(found[60:80]).all()
    assert np.isfinite(found[[10, 30, 59, 80, 139]]).all()


@pytest.mark.parametrize("method", list(smoothing.METHODS))
def test_months_with_a_hole_are_bridged(method: str) -> None:
    values = 0.5 + 0.2 * np.sin(np.arange(12) / 2)
    values[4] = np.nan
    found = smooth(
        timestamps(S2_SR), values, method, **({"window_days": 150} if "gol" in method else {})
    ).values
    assert np.isfinite(found).all()
    assert found[4] == pytest.approx(0.5 + 0.2 * np.sin(2), abs=0.06)


@pytest.mark.parametrize("method", list(smoothing.METHODS))
@pytest.mark.parametrize("there", [[], [5], [5, 6]])
def test_too_little_gives_nothing(method: str, there: list[int]) -> None:
    values = np.full(146, np.nan)
    values[there] = 0.5
    assert np.isnan(smooth(TIMES, values, method).values).all()


def test_a_result_says_how_it_was_made() -> None:
    found = smooth(TIMES, NOISY, "savitzky-golay", window_days=65)
    assert found.parameters == "window days 65, order 2"
    assert "10.1021/ac60214a047" in found.source
    with pytest.raises(InvalidQueryError, match="no smoothing 'loess'; there are savitzky-golay, whittaker"):
        smooth(TIMES, NOISY, "loess")
    with pytest.raises(InvalidQueryError, match="whittaker takes roughness, not order"):
        smooth(TIMES, NOISY, "whittaker", order=2)
    with pytest.raises(InvalidQueryError, match="above 0"):
        smooth(TIMES, NOISY, "whittaker", roughness=0)
    with pytest.raises(InvalidQueryError, match="order 9"):
        smooth(TIMES, NOISY, "savitzky-golay", order=9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=146, max_size=146), st.sampled_from(list(smoothing.METHODS)))
def test_any_holes_give_numbers_between_measurements_only(holes: list[bool], method: str) -> None:
    values = np.where(holes, np.nan, NOISY)
    found = smooth(TIMES, values, method).values
    known = np.flatnonzero(np.isfinite(found))
    if len(known):
        there = np.flatnonzero(np.isfinite(values))
        assert there[0] <= known[0]
        assert known[-1] <= there[-1]
        assert np.abs(found[known]).max() < 3


@pytest.mark.parametrize(
    ("places", "named"),
    [
        ([0, 1, 1, 2], r"date 3 of 4 \(2018-01-08\) is there twice"),
        ([0, 2, 1, 3], r"date 3 of 4 \(2018-01-08\) comes after"),
    ],
)
def test_dates_that_are_there_twice_are_named(places: list[int], named: str) -> None:
    with pytest.raises(InvalidQueryError, match=named):
        whittaker(TIMES[places], np.array([0.1, 0.2, 0.3, 0.4]))
    with pytest.raises(InvalidQueryError, match=r"\(5\.0\)"):
        whittaker(np.array([0.0, 5.0, 5.0]), np.array([0.1, 0.2, 0.3]))
