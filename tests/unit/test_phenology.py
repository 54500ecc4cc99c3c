"""Seasons: dates of curves whose season is known, and nothing where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from explorer.analysis.phenology import seasons, year_over_year
from explorer.analysis.smoothing import smooth
from explorer.core.products import PF_SR
from explorer.corpus.imagery.to_xarray import timestamps

TIMES = timestamps(PF_SR)
DAYS = 2 + 5.0 * np.arange(146)


def hump(up: float, down: float, width: float = 8.0) -> np.ndarray:
    """A season between two days of each year, as a double logistic: half way up and down on those days."""
    t = DAYS % 365
    return np.asarray(1 / (1 + np.exp(-(t - up) / width)) - 1 / (1 + np.exp(-(t - down) / width)))


def day_of(date: pd.Timestamp) -> int:
    return int(date.day_of_year)


@pytest.mark.parametrize("threshold", [0.2, 0.5])
def test_dates_of_a_double_logistic(threshold: float) -> None:
    table = seasons(TIMES, 0.2 + 0.6 * hump(110, 290), threshold=threshold)
    assert table["year"].tolist() == [2018, 2019]
    shift = 8 * np.log(1 / threshold - 1)  # where a logistic crosses the threshold
    for _, row in table.iterrows():
        assert day_of(row["start"]) == pytest.approx(111 - shift, abs=3)
        assert day_of(row["end"]) == pytest.approx(291 + shift, abs=3)
        assert 130 < day_of(row["peak"]) < 270
        assert row["length"] == (row["end"] - row["start"]).days
        assert row["base"] == pytest.approx(0.2, abs=0.01)
        assert row["peak_value"] == pytest.approx(0.8, abs=0.01)
        assert row["amplitude"] == pytest.approx(0.6, abs=0.01)
        assert row["note"] == ""
    # The area under a logistic hump is its height times the distance of its flanks.
    if threshold == 0.2:
        assert table["integral"].tolist() == pytest.approx([0.6 * 180] * 2, rel=0.03)
    assert table.attrs["threshold"] == threshold
    assert "TIMESAT" in table.attrs["source"]


def test_a_shifted_year_shows() -> None:
    curve = 0.2 + 0.6 * hump(110, 290)
    curve[73:] = (0.2 + 0.6 * hump(95, 290))[73:]
    table = seasons(TIMES, curve)
    assert day_of(table["start"][0]) - day_of(table["start"][1]) == pytest.approx(15, abs=3)


def test_the_main_season_of_two_counts() -> None:
    curve = 0.2 + 0.6 * hump(90, 190) + 0.3 * hump(240, 320)
    table = seasons(TIMES, curve)
    assert [day_of(d) for d in table["peak"]] == pytest.approx([140, 140], abs=12)
    assert (table["end"].dt.day_of_year < 230).all()


@pytest.mark.parametrize(
    ("curve", "why"),
    [
        (np.full(146, 0.82), "no season: it varies by 0.00"),
        (0.8 + 0.03 * np.sin(DAYS / 58), "no season: it varies by 0.06"),
        (-0.3 + 0.15 * hump(110, 290), "no vegetation: its peak is"),
        (np.full(146, np.nan), "too few measurements"),
        (0.2 + 0.0008 * DAYS, "no peak that the series shows both sides of"),
    ],
)
def test_where_there_is_no_season_nothing_is_made_up(curve: np.ndarray, why: str) -> None:
    table = seasons(TIMES, curve)
    assert len(table) == 2
    assert table[["start", "peak", "end"]].isna().all(axis=None)
    assert table[["amplitude", "integral", "length", "base"]].isna().all(axis=None)
    assert table["note"].str.startswith(why).all()


def test_a_season_that_the_series_cuts_off_says_so() -> None:
    curve = 0.2 + 0.6 * hump(200, 335)
    table = seasons(TIMES[:68], curve[:68])
    assert table["note"].tolist() == ["its fall may go on after the series"]
    early = 0.2 + 0.6 * hump(20, 150)
    assert seasons(TIMES[5:73], early[5:73])["note"].tolist() == ["its rise may begin before the series"]


def test_a_gap_within_a_season_leaves_the_integral_unknown() -> None:
    curve = 0.2 + 0.6 * hump(110, 290)
    curve[30:40] = np.nan
    table = seasons(TIMES, curve)
    assert np.isnan(table["integral"][0])
    assert "a gap in it" in table["note"][0]
    assert table["integral"][1] == pytest.approx(108, rel=0.03)


def test_a_smoothed_noisy_season_is_found_within_days() -> None:
    rng = np.random.default_rng(0)
    noisy = 0.2 + 0.6 * hump(110, 290) + rng.normal(0, 0.04, 146)
    for method in ("whittaker", "savitzky-golay"):
        table = seasons(TIMES, smooth(TIMES, noisy, method).values)
        assert [day_of(d) for d in table["start"]] == pytest.approx([100, 100], abs=8)
        assert [day_of(d) for d in table["end"]] == pytest.approx([302, 302], abs=8)


def test_years_lie_over_each_other_by_day() -> None:
    table = year_over_year(TIMES, np.arange(146.0))
    assert table["year"].value_counts().to_dict() == {2018: 73, 2019: 73}
    pairs = table.pivot(index="day_of_year", columns="year", values="value")
    assert (pairs[2019] - pairs[2018]).eq(73).all()
    assert table["day_of_year"].iloc[0] == 3
