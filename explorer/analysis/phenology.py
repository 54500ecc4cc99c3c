"""When the green season of each year begins, peaks and ends, from a smoothed vegetation index."""

from __future__ import annotations

import numpy as np
import pandas as pd

METHOD = (
    "seasonal amplitude thresholds: the season begins (ends) where the curve last rose above (first fell below) its "
    "base on that side plus a share of the rise from it to the peak"
)
SOURCE = "Jönsson & Eklundh (2004), TIMESAT, doi:10.1016/j.cageo.2004.05.006"
LEAST_AMPLITUDE = 0.1
"""Of an index between -1 and 1; below, there is no season to speak of (evergreen, water, rock)."""
LEAST_PEAK = 0.25
"""A peak below is no vegetation."""
REACH_DAYS = 300.0
"""How far from a peak its season's bases are looked for."""

COLUMNS = (
    "year", "start", "peak", "end", "length", "base", "peak_value", "amplitude", "integral", "note",
)  # fmt: skip


def seasons(
    times: np.ndarray,
    smoothed: np.ndarray,
    *,
    threshold: float = 0.2,
    least_amplitude: float = LEAST_AMPLITUDE,
) -> pd.DataFrame:
    """The main season of each calendar year, one row a year.

    `times` datetime64 `(n,)`; `smoothed` `(n,)`, a vegetation index such as NDVI by `smoothing`, NaN where it has a
    gap. `start`, `peak`, `end` (dates, NaT where there is none), `length` (days), `base` (mean of the lowest values on
    both sides), `peak_value`, `amplitude` (peak minus base), `integral` (index x days between curve and base, from
    start to end) and `note`, which says why something is empty. `attrs` name method, threshold and source.
    >>> times = np.datetime64("2018-01-03") + np.arange(0, 365, 5)
    >>> ndvi = 0.2 + 0.5 * np.exp(-(((np.arange(0, 365, 5) - 170) / 45) ** 2))
    >>> found = seasons(times, ndvi).iloc[0]
    >>> str(found["peak"])[:10], round(float(found["amplitude"]), 1)
    ('2018-06-22', 0.5)
    """
    times = np.asarray(times).astype("datetime64[D]")
    smoothed = np.asarray(smoothed, np.float64)
    known = np.isfinite(smoothed)
    rows = []
    years = np.unique(times.astype("datetime64[Y]").astype(int) + 1970).tolist()
    if known.sum() >= 3:
        day0 = times[known][0]
        at = (times[known] - day0).astype(np.float64)
        daily = np.arange(int(at[-1]) + 1)
        curve = np.interp(daily, at, smoothed[known])
        # A day is known where the smoothed curve is on both sides of it, at the calendar's own step.
        right = np.clip(np.searchsorted(times, day0 + daily), 1, len(times) - 1)
        curve[~(known[right] & known[right - 1])] = np.nan
        peaks = _peaks(curve, least_amplitude)
        for year in years:
            rows.append(_season(year, day0, curve, peaks, threshold, least_amplitude))
    else:
        rows = [_none(year, "too few measurements") for year in years]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("start", "peak", "end"):
        table[name] = pd.to_datetime(table[name])
    table.attrs = {
        "method": METHOD,
        "threshold": threshold,
        "source": SOURCE,
        "units": {"integral": "index x days"},
    }
    return table


def year_over_year(times: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    """A series with its years laid over each other: `year`, `day_of_year` (1 to 366), `date`, `value`."""
    dates = pd.DatetimeIndex(times)
    return pd.DataFrame(
        {
            "year": dates.year,
            "day_of_year": dates.day_of_year,
            "date": dates,
            "value": np.asarray(values, np.float64),
        }
    )


def _peaks(curve: np.ndarray, least: float) -> np.ndarray:
    """Days of the peaks that stand out of the curve by the least amplitude."""
    from scipy import signal  # half a second of imports, which a server need not have to start

    filled = np.where(np.isfinite(curve), curve, np.nanmin(curve))
    found, _ = signal.find_peaks(filled, prominence=least, plateau_size=1)
    return np.asarray(found[np.isfinite(curve[found])])


def _season(
    year: int, day0: np.datetime64, curve: np.ndarray, peaks: np.ndarray, threshold: float, least: float
) -> tuple[object, ...]:
    first = int((np.datetime64(f"{year}-01-01") - day0).astype(int))
    last = int((np.datetime64(f"{year + 1}-01-01") - day0).astype(int))
    own = curve[max(first, 0) : max(last, 0)]
    if not np.isfinite(own).any():
        return _none(year, "no measurements")
    spread = float(np.nanmax(own) - np.nanmin(own))
    if spread < least:
        return _none(year, f"no season: it varies by {spread:.2f}, less than {least:g}")
    here = peaks[(peaks >= first) & (peaks < last)]
    if not len(here):
        return _none(year, "no peak that the series shows both sides of")
    peak = int(here[np.argmax(curve[here])])
    top = float(curve[peak])
    if top < LEAST_PEAK:
        return _none(year, f"no vegetation: its peak is {top:.2f}, less than {LEAST_PEAK:g}")
    left = _side(curve[: peak + 1][::-1])
    right = _side(curve[peak:])
    low_left, low_right = float(curve[peak - left]), float(curve[peak + right])
    base = (low_left + low_right) / 2
    amplitude = top - base
    if amplitude < least or top - max(low_left, low_right) < least / 2:
        return _none(year, f"no season: its amplitude is {amplitude:.2f}, less than {least:g}")
    begins = _crossing(curve[peak - left : peak + 1][::-1], low_left + threshold * (top - low_left))
    ends = _crossing(curve[peak : peak + right + 1], low_right + threshold * (top - low_right))
    start, end = peak - begins, peak + ends
    notes = []
    # A base at the end of the series is one where the curve is as low as on the other side.
    if peak - left == 0 and (start < 1 or low_left - low_right > 0.25 * amplitude):
        notes.append("its rise may begin before the series")
    if peak + right == len(curve) - 1 and (end > len(curve) - 2 or low_right - low_left > 0.25 * amplitude):
        notes.append("its fall may go on after the series")
    days = np.arange(int(np.ceil(start)), int(np.floor(end)) + 1)
    inside = np.clip(curve[days] - base, 0, None)
    gap = bool(np.isnan(inside).any())
    if gap:
        notes.append("a gap in it leaves its integral unknown")
    return (
        year,
        day0 + np.timedelta64(round(start), "D"),
        day0 + np.timedelta64(peak, "D"),
        day0 + np.timedelta64(round(end), "D"),
        float(round(end) - round(start)),
        base,
        top,
        amplitude,
        np.nan if gap else float(np.trapezoid(inside)),
        "; ".join(notes),
    )


def _side(walk: np.ndarray) -> int:
    """Steps from the peak (first of `walk`) to the lowest value within reach."""
    near = walk[: int(REACH_DAYS) + 1]
    return int(np.nanargmin(near))


def _crossing(walk: np.ndarray, level: float) -> float:
    """Steps from the peak (first of `walk`) to where the curve first comes down to a level, between days too."""
    below = np.flatnonzero(walk <= level)
    step = int(below[0]) if len(below) else len(walk) - 1
    if step and np.isfinite(walk[step - 1]) and walk[step - 1] > walk[step]:
        return (
            float(step - (level - walk[step]) / (walk[step - 1] - walk[step]))
            if walk[step] < level
            else float(step)
        )
    return float(step)


def _none(year: int, why: str) -> tuple[object, ...]:
    return (year, pd.NaT, pd.NaT, pd.NaT, np.nan, np.nan, np.nan, np.nan, np.nan, why)
