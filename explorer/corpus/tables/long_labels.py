"""Tables with a row per sample and class: rows that repeat a class add up, or count once, as the totals tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.corpus.tables.label_scale import Scale, find_scale, given_scale

_FIT = 0.025
_CLASSES = 45


@dataclass(frozen=True, slots=True)
class Joined:
    """Which rows count, positions into those given, and what was decided of rows that repeat a sample and class, in words."""

    rows: np.ndarray
    warnings: list[str]


def join(
    sample: np.ndarray,
    column: np.ndarray,
    value: np.ndarray,
    names: np.ndarray,
    scale: float | None = None,
    *,
    presence: bool = False,
) -> Joined:
    """Decide which rows of a long table count.

    `sample` (positions in `names`), `column` (0 to 44) and `value` are `(n,)`. Rows of one sample and class add up, as
    those of several polygons do, unless a table that was joined twice explains them better: then each counts once,
    as it does where rows only say which classes are there (`presence`).
    """
    place = sample.astype(np.int64) * _CLASSES + column
    everything = np.arange(place.size)
    order = np.lexsort((everything, value, place))
    same_place = np.append(False, place[order][1:] == place[order][:-1])
    if not same_place.any():
        return Joined(everything, [])
    same_value = np.append(False, value[order][1:] == value[order][:-1]) & same_place
    repeated = np.zeros(place.size, bool)
    repeated[order[same_value]] = True
    if presence:
        return Joined(np.flatnonzero(~repeated), _said(sample, names, ~repeated, repeated, repeated))
    by_file = np.lexsort((everything, place))
    later = np.zeros(place.size, bool)
    later[by_file[np.append(False, place[by_file][1:] == place[by_file][:-1])]] = True
    # in the order of preference, where the totals tell nothing
    variants = (~repeated, np.ones(place.size, bool), ~later)
    totals = [np.bincount(sample[kept], value[kept], len(names)) for kept in variants]
    scales = [
        given_scale(scale) if scale is not None else _scale(place[kept], value[kept], t)
        for kept, t in zip(variants, totals, strict=True)
    ]
    scores = [_score(found, t) for found, t in zip(scales, totals, strict=True)]
    best = int(np.argmax(scores))
    chosen = np.full(len(names), best)
    found = scales[best]
    if found is not None and found.certain and not found.presence:
        fits = [np.abs(t / found.whole - 1) <= _FIT for t in totals]
        for other in (0, 1, 2):
            chosen[~fits[best] & fits[other] & (chosen == best)] = other
    kept = np.choose(chosen[sample], variants)
    return Joined(np.flatnonzero(kept), _said(sample, names, kept, repeated, later))


def _scale(place: np.ndarray, value: np.ndarray, totals: np.ndarray) -> Scale | None:
    _, where = np.unique(place, return_inverse=True)
    return find_scale(totals, np.bincount(where, value))


def _score(scale: Scale | None, totals: np.ndarray) -> float:
    """How well totals are explained, 0 to 1."""
    if scale is None:
        return 0.0
    if scale.presence:
        return 0.5
    there = totals[np.isfinite(totals) & (totals > 0)]
    near = np.abs(there / scale.whole - 1) <= _FIT
    return float(near.mean()) * (1.0 if scale.certain else 0.25) if near.size else 0.0


def _said(
    sample: np.ndarray, names: np.ndarray, kept: np.ndarray, repeated: np.ndarray, later: np.ndarray
) -> list[str]:
    kinds = (
        (repeated & ~kept, "rows repeat a sample, class and value; each counts once"),
        (later & ~repeated & ~kept, "rows give a class of a sample another value; the first counts"),
        (
            repeated & kept,
            "rows repeat a sample, class and value and are added, since samples then are whole cells",
        ),
    )
    said = []
    for rows, what in kinds:
        if rows.any():
            first = str(names[sample[np.flatnonzero(rows)[0]]])[:80]
            said.append(f"{rows.sum():,} {what} (first: {first!r})")
    return said
