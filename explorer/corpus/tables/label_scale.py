"""The scale of labels: what stands for a whole cell, decided from what each sample's values add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

TOLERANCE = 0.05
"""How far a label may add up beyond a whole cell: rounding of many small classes."""
MAX_VALUE = 1e7
"""No scale gives a 600 m cell more than 360,000 (m2)."""
PERCENT = 100.0

_FIT = 0.025
"""How near a total lies to a whole cell that counts for a scale."""
_TIGHT = 0.01
"""How near totals lie to each other that are taken for a constant."""
_FEW = 10
_APART = 10.0
"""How many times larger a scale is that a label of another one cannot be taken for, where it is no round number."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How labels are written: a stored value divided by `whole` is a fraction; `what` says it to people.

    `presence`: values only say that a class is there, and each class of a sample gets an equal part. `counted`: totals
    of whole cells differ by this share, since pixels on their edges are counted or not. `certain`: it is one of the
    scales that are known, or was given.
    """

    whole: float
    what: str
    presence: bool = False
    counted: float = 0.0
    certain: bool = True


FRACTION = Scale(1.0, "fractions run to 1")
PRESENCE = "presence only (multi-hot): shares are equal parts, not measured"

KNOWN = (
    FRACTION,
    Scale(36.0, "areas in hectares (or pixels of 100 m): 36 is a whole cell", counted=0.12),
    Scale(PERCENT, "fractions run to 100"),
    Scale(144.0, "pixels of 50 m: 144 is a whole cell"),
    Scale(400.0, "pixels of 30 m: 400 is a whole cell"),
    Scale(900.0, "pixels of 20 m: 900 is a whole cell"),
    Scale(1_000.0, "per mille: 1,000 is a whole cell"),
    Scale(3_600.0, "pixels of 10 m: 3,600 is a whole cell"),
    Scale(10_000.0, "ten-thousandths: 10,000 is a whole cell"),
    Scale(40_000.0, "pixels of 3 m: 40,000 is a whole cell"),
    Scale(360_000.0, "areas in square metres: 360,000 is a whole cell"),
)
"""Scales that a label of a 600 x 600 m cell can be written on."""
SQUARE_KM = Scale(0.36, "areas in square kilometres: 0.36 is a whole cell")


def given_scale(whole: float) -> Scale:
    """The scale that somebody names."""
    known = next((s for s in (*KNOWN, SQUARE_KM) if np.isclose(s.whole, whole, rtol=1e-6)), None)
    return known or Scale(float(whole), f"{whole:,g} is a whole cell, as given")


def find_scale(totals: np.ndarray, values: np.ndarray | None = None) -> Scale | None:
    """The scale of labels from what each sample's values add up to `(n,)`, any order; None where they fit none.

    What is unclassified belongs to a total. `values` are all stored values, which tell presence (0 and 1) from
    fractions. The scale is the one that most totals come near, not their mean: a part of the samples may be labelled
    in part, and some may be wrong.
    """
    totals = np.sort(totals[np.isfinite(totals) & (totals > 0)])
    if not totals.size:
        return FRACTION
    if values is not None and _is_presence(totals, values):
        return Scale(1.0, PRESENCE, presence=True)
    n = totals.size
    if n >= 2 and totals[-1] <= 0.36 * (1 + _FIT) and 2 * _near(totals, 0.36, _FIT) >= n:
        return SQUARE_KM
    counts = values is not None and _are_counts(values)
    scales = KNOWN if counts else [replace(scale, counted=0.0) for scale in KNOWN]
    found = _best(totals, scales, _FIT) or _constant(totals)
    if found is not None:
        return found
    if totals[-1] <= 1 + TOLERANCE:
        return FRACTION
    loose = _best(totals, scales, TOLERANCE)
    return loose and replace(loose, certain=False)


def other_scales(
    totals: np.ndarray, parted: np.ndarray, scale: Scale
) -> tuple[list[tuple[Scale, np.ndarray]], np.ndarray]:
    """Which samples are written on a smaller scale than the others, which would make them tiny parts of a cell.

    `totals` `(n,)` as in `find_scale`, 0 for none; `parted` `(n,)` is whether a sample has a value that is no whole
    number. Returns the scales to read some on, each with bool `(n,)`, and bool `(n,)` of those that could be either.
    They must stand out: where other totals lie around them, cells are labelled in part.
    """
    read: list[tuple[Scale, np.ndarray]] = []
    doubtful = np.zeros(len(totals), bool)
    low = (totals > 0) & (totals < 0.9 * scale.whole)
    if not low.any():
        return read, doubtful
    for other in KNOWN:
        if other.whole * 1.5 > scale.whole:
            continue
        near = low & (np.abs(totals - other.whole) <= _FIT * other.whole)
        around = low & ~near & (totals >= other.whole / 2) & (totals <= other.whole * 2)
        if not near.any() or around.sum() >= near.sum():
            continue
        if scale.whole >= _APART * other.whole and parted[near].any():
            read.append((other, near))
        elif near.sum() > (low & ~near).sum():
            doubtful |= near
    return read, doubtful


def is_of_another_scale(values: Sequence[float], whole: float) -> bool:
    """Whether one label adds up to a whole cell on a smaller scale than `whole`, where it would be next to nothing."""
    total = sum(values)
    parted = any(value % 1 for value in values)
    return parted and any(
        whole >= _APART * other.whole and abs(total - other.whole) <= _TIGHT * other.whole for other in KNOWN
    )


def _near(totals: np.ndarray, whole: float, part: float) -> int:
    """How many of the sorted totals lie within a part of it."""
    low, high = np.searchsorted(totals, [whole * (1 - part), whole * (1 + part)])
    return int(high - low)


def _above(totals: np.ndarray, scale: Scale) -> int:
    limit = scale.whole * (1 + max(TOLERANCE, scale.counted))
    return int(totals.size - np.searchsorted(totals, limit, "right"))


def _best(totals: np.ndarray, scales: Sequence[Scale], fit: float) -> Scale | None:
    ranked = []
    for scale in scales:
        support, above = _near(totals, scale.whole, max(fit, scale.counted)), _above(totals, scale)
        # some coasts are labelled in part: a few whole cells tell the scale where nothing lies above it
        enough = 0.05 if above <= 0.01 * totals.size else 0.2
        if support and support >= above and support >= enough * totals.size:
            ranked.append((support - above, support, scale.whole, scale))
    return max(ranked)[3] if ranked else None


def _constant(totals: np.ndarray) -> Scale | None:
    counts = np.searchsorted(totals, totals * (1 + _TIGHT), "right") - np.searchsorted(
        totals, totals * (1 - _TIGHT)
    )
    count = int(counts.max())
    whole = float(np.median(totals[counts == count]))
    above = totals.size - int(np.searchsorted(totals, whole * (1 + TOLERANCE), "right"))
    # what stays below 1 may well be fractions of cells that are labelled in part
    least = max(2, 0.5 * totals.size) if whole > 1 else max(_FEW, 0.9 * totals.size)
    if count < least or count < above or abs(whole - 1) <= TOLERANCE:
        return None
    return Scale(whole, f"{whole:,.6g} is taken as a whole cell, since labels add up to it", certain=False)


def _are_counts(values: np.ndarray) -> bool:
    return bool((values[np.isfinite(values)] % 1 == 0).all())


def _is_presence(totals: np.ndarray, values: np.ndarray) -> bool:
    values = values[np.isfinite(values) & (values != 0)]
    if not values.size or values[0] not in (1.0, PERCENT) or not (values == values[0]).all():
        return False
    return bool(totals[-1] > 1.5 * values[0])
