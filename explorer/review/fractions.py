"""What a verdict says of classes and fractions, in the groups of a grouping; and how far label and reference overlap.

Overlap: the part of a sample that label and reference give the same class, `sum(min(label, reference))`, which is 1 less half the sum
of their absolute differences where both add up to 1. It is the agreement of the minimum operator in fuzzy error matrices: Binaghi, E.,
Brivio, P. A., Ghezzi, P. & Rampini, A. (1999) A fuzzy set-based accuracy assessment of soft classification. Pattern Recognition Letters
20, 935-948; Pontius, R. G. & Cheuk, M. L. (2006) A generalized cross-tabulation matrix to compare soft-classified maps at multiple
resolutions. International Journal of Geographical Information Science 20, 1-30.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from explorer.review.groupings import NOT_NAMED, OTHER_FRACTIONS, OUTSIDE, Grouping
from explorer.review.verdicts import Verdict, largest

_SAME = 1e-6


def overlap(label: Mapping[int, float], reference: Mapping[int, float]) -> float:
    """The part of a sample that both give the same class, 0 to 1; each is made to add up to 1 first. 0 where one is empty.

    >>> round(overlap({211: 0.6, 311: 0.4}, {211: 0.3, 311: 0.7}), 2)
    0.7
    """
    first, second = sum(label.values()), sum(reference.values())
    if first <= 0 or second <= 0:
        return 0.0
    return sum(min(value / first, reference.get(code, 0.0) / second) for code, value in label.items())


def reference_group(verdict: Verdict, grouping: Grouping, *, of_label: bool = True) -> int | None:
    """The group that a verdict says is there; None where it says nothing of it (unsure, or wrong and no more).

    `OTHER_FRACTIONS` where it is wrong although the largest class is the label's own and its fractions differ in these groups: wrong is
    never counted as correct. Without `of_label` (another map is judged, whose fractions nobody spoke of) it is that class. `OUTSIDE` for
    a class in no group. `NOT_NAMED` where a class above the groups is named (31 for 311).
    """
    if verdict.judgement not in ("correct", "wrong"):
        return None
    label = dict(verdict.label or ())
    if verdict.suggested is not None:
        found = grouping.group(verdict.suggested)
        own = largest(label) if label else None
        if of_label and verdict.judgement == "wrong" and own is not None and verdict.suggested == own:
            return _if_same(verdict, grouping, found)
        return found
    if verdict.judgement == "wrong" and not verdict.adjustments:
        return None
    stated = verdict.reference()
    main = grouping.largest(stated)
    if main is None:
        return OUTSIDE if stated else None
    # What was rejected, with nothing in its place, may be the larger part.
    open_part = sum(label.values()) - sum(stated.values())
    if grouping.sums(stated)[main] < open_part - 1e-9:
        return None
    if of_label and verdict.judgement == "wrong" and largest(stated) == largest(label):
        return _if_same(verdict, grouping, main)
    return main


def _if_same(verdict: Verdict, grouping: Grouping, found: int) -> int:
    """The group, if in these groups nothing is left of what the reviewer objects to."""
    label, stated = grouping.sums(dict(verdict.label or ())), of_verdict(verdict, grouping)
    return found if verdict.adjustments and overlap(label, stated) > 1 - _SAME else OTHER_FRACTIONS


def of_verdict(verdict: Verdict, grouping: Grouping) -> dict[int, float]:
    """The fractions that a verdict says are there, by group, adding up to 1; `NOT_NAMED` is what it leaves open, `OUTSIDE` in no group.

    Stated fractions count; what they leave of the label is open. Where only a class was named, it takes the place of the label's
    largest one, and the rest of the label stands; where nothing was named, that place is open.
    """
    label = dict(verdict.label or ())
    total = sum(label.values())
    found: dict[int, float] = {}
    if verdict.judgement == "wrong" and not verdict.adjustments and label:
        main = largest(label)
        for code, value in label.items():
            into = code if code != main else verdict.suggested
            _add(found, NOT_NAMED if into is None else grouping.group(into), value)
    else:
        stated = verdict.reference()
        for code, value in stated.items():
            _add(found, grouping.group(code), value)
        left = (total or 1.0) - sum(stated.values())
        if left > _SAME:
            _add(found, NOT_NAMED, left)
    whole = sum(found.values())
    return {code: value / whole for code, value in found.items()} if whole > 0 else {}


def _add(sums: dict[int, float], code: int, value: float) -> None:
    sums[code] = sums.get(code, 0.0) + value


def matrix(rows: list[dict[int, float]], classes: tuple[int, ...]) -> np.ndarray:
    """Fractions by class, float64 `(rows, classes)`; classes that are not asked for are left out."""
    place = {code: i for i, code in enumerate(classes)}
    found = np.zeros((len(rows), len(classes)))
    for i, row in enumerate(rows):
        for code, value in row.items():
            if code in place:
                found[i, place[code]] = value
    return found
