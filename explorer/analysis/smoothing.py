"""Smooth curves through a pixel's measurements, to be drawn over them and never in their place.

Dates are taken as they are, regular or not; a curve ends with the first and last measurement and breaks where
measurements are too far apart to say what happened between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from explorer.core.errors import InvalidQueryError

LEAST_GAP = 30.0
"""Days without a measurement that a curve may always bridge; three steps of the calendar, where those are longer."""
_STEP = 5.0  # days of Planet Fusion's calendar
METHODS = {
    "savitzky-golay": "Savitzky & Golay (1964), doi:10.1021/ac60214a047; where dates are missing, the same local "
    "least-squares polynomial through those that are there",
    "whittaker": "Whittaker smoother, Eilers (2003), doi:10.1021/ac034173t, second differences, divided by the dates' "
    "true distances",
}
"""Name -> source."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """A curve at its measurements' dates: `values` float64 `(time,)`, NaN where it does not say anything."""

    values: np.ndarray
    method: str
    parameters: str
    source: str


def smooth(times: np.ndarray, values: np.ndarray, method: str = "whittaker", **parameters: float) -> Smoothed:
    """A curve by the name of its method (`METHODS`); `parameters` as `savitzky_golay` and `whittaker` take them.

    Raises `InvalidQueryError` for a method or parameter that is not there.
    >>> days = np.arange(0.0, 50.0, 5.0)
    >>> values = days / 100
    >>> values[4] = np.nan
    >>> smooth(days, values, "whittaker").values[4].round(3)
    np.float64(0.2)
    """
    if method not in _RUN:
        raise InvalidQueryError(f"there is no smoothing {method[:30]!r}; there are {', '.join(METHODS)}")
    run, known = _RUN[method]
    strange = set(parameters) - set(known)
    if strange:
        raise InvalidQueryError(f"{method} takes {', '.join(known)}, not {', '.join(sorted(strange))}")
    used = {**known, **parameters}
    text = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in used.items())
    return Smoothed(run(times, values, **used), method, text, METHODS[method])


def savitzky_golay(
    times: np.ndarray, values: np.ndarray, window_days: float = 45.0, order: float = 2
) -> np.ndarray:
    """Local polynomials of an order (0 to 4) through the measurements in a window of some days.

    `times` datetime64 or days `(n,)`, ascending (a date may be there twice); `values` `(n,)`, NaN where missing. float64 `(n,)`. Equal to
    `scipy.signal.savgol_filter` where nothing is missing; NaN where a window holds too little for its polynomial.
    """
    days, y = _days(times), np.asarray(values, np.float64)
    there = np.isfinite(y)
    out = np.full(len(y), np.nan)
    count = len(y)
    order = int(order)
    if not 0 <= order <= 4 or window_days <= 0:
        raise InvalidQueryError(
            f"order {order} (0 to 4) or a window of {window_days:g} days (above 0) cannot be"
        )
    step = float(np.median(np.diff(days))) if count > 1 else 1.0
    half = max(int(window_days / step / 2), (order + 2) // 2)
    size = 2 * half + 1
    if there.sum() <= order or count < size:
        return out
    if there.all() and np.allclose(np.diff(days), step):
        from scipy import signal  # half a second of imports, which a server need not have to start

        return np.asarray(signal.savgol_filter(y, size, order, mode="interp"), np.float64)
    # The filter's own rule at both ends: the outermost whole window's polynomial.
    first = np.clip(np.arange(count) - half, 0, count - size)
    window = first[:, None] + np.arange(size)
    t = (days[window] - days[:, None]) / (half * step)
    weight = there[window].astype(np.float64)
    powers = t[..., None] ** np.arange(order + 1)
    weighted = powers * weight[..., None]
    normal = np.einsum("nti,ntj->nij", weighted, powers)
    right = np.einsum("nti,nt->ni", weighted, np.where(there, y, 0)[window])
    enough = weight.sum(axis=1) > order
    enough &= np.linalg.cond(normal) < 1e10  # all to one side, or all on one date
    out[enough] = np.linalg.solve(normal[enough], right[enough][..., None])[:, 0, 0]
    return _honest(days, there, out)


def whittaker(times: np.ndarray, values: np.ndarray, roughness: float = 20.0) -> np.ndarray:
    """The curve that is closest to the measurements for its smoothness.

    Minimises sum w (y - z)^2 + lambda sum (second difference of z)^2, with w 0 where a measurement is missing.
    `roughness` is Eilers' lambda on a calendar of five days; on another it is scaled to be as smooth in time.
    `times` datetime64 or days `(n,)`, strictly ascending; `values` `(n,)`. float64 `(n,)`. Raises `InvalidQueryError` for dates that
    are there twice, or not in order: second differences divide by their distance.
    """
    days, y = _days(times), np.asarray(values, np.float64)
    _check_ascending(times, days)
    there = np.isfinite(y)
    out = np.full(len(y), np.nan)
    if roughness <= 0:
        raise InvalidQueryError(f"roughness {roughness:g} cannot be: it has to be above 0")
    if there.sum() < 3:
        return out
    step = float(np.median(np.diff(days)))
    roughness *= (_STEP / step) ** 4  # second differences grow with the square of the step
    gaps = np.diff(days) / step
    # Second divided differences; 1, -2, 1 on a regular calendar.
    a, b = 2 / (gaps[:-1] * (gaps[:-1] + gaps[1:])), 2 / (gaps[1:] * (gaps[:-1] + gaps[1:]))
    d = np.stack([a, -(a + b), b])  # (3, n - 2)
    count = len(y)
    bands = np.zeros((3, count))  # upper form: the diagonal last
    for i in range(3):
        bands[2, i : count - 2 + i] += roughness * d[i] * d[i]
    for i in range(2):
        bands[1, i + 1 : count - 1 + i] += roughness * d[i] * d[i + 1]
    bands[0, 2:] += roughness * d[0] * d[2]
    bands[2] += there
    out = np.asarray(linalg.solveh_banded(bands, np.where(there, y, 0.0)), np.float64)
    return _honest(days, there, out)


_RUN: dict[str, tuple[Callable[..., np.ndarray], dict[str, float]]] = {
    "savitzky-golay": (savitzky_golay, {"window_days": 45.0, "order": 2}),
    "whittaker": (whittaker, {"roughness": 20.0}),
}


def _days(times: np.ndarray) -> np.ndarray:
    """Days since 1970, float64."""
    times = np.asarray(times)
    if times.dtype.kind == "M":
        return np.asarray(times.astype("datetime64[s]").astype(np.float64) / 86_400)
    return times.astype(np.float64)


def _check_ascending(times: np.ndarray, days: np.ndarray) -> None:
    """Raises `InvalidQueryError` that names the first date that is there twice, or comes after a later one."""
    wrong = np.flatnonzero(~(np.diff(days) > 0))
    if not wrong.size:
        return
    place = int(wrong[0]) + 1
    name = str(np.asarray(times)[place]).partition("T")[0]
    what = "is there twice" if days[place] == days[place - 1] else "comes after a later one"
    raise InvalidQueryError(
        f"date {place + 1} of {len(days)} ({name}) {what}: the Whittaker smoother needs every date once, in order; average or drop "
        "one of the two"
    )


def _honest(days: np.ndarray, there: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """The curve without what lies outside the measurements, or in a gap too long to bridge."""
    known = np.flatnonzero(there)
    before = np.searchsorted(known, np.arange(len(days)), side="right") - 1
    after = np.searchsorted(known, np.arange(len(days)), side="left")
    inside = (before >= 0) & (after < len(known))
    out = np.full(len(days), np.nan)
    longest = max(LEAST_GAP, 3 * float(np.median(np.diff(days))))
    gap = days[known[np.minimum(after, len(known) - 1)]] - days[known[np.maximum(before, 0)]]
    keep = inside & (gap <= longest)
    out[keep] = curve[keep]
    return out
