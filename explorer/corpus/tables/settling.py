"""Values as they are stored become fractions: one way for tables, GeoJSON and STAC, so that all decide alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.corpus.tables.label_scale import (
    KNOWN,
    MAX_VALUE,
    PERCENT,
    PRESENCE,
    TOLERANCE,
    Scale,
    find_scale,
    given_scale,
    other_scales,
)
from explorer.corpus.tables.labels import Fractions, LabelsFound

_WHERE = "in rapidai4eo.toml: [labels] scale = ..."
_PIVOT_ROWS = 20
"""A table of this many samples can have a way of its own to write 0."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Labels on one scale: `fractions`, how they were `found`, `warnings`, and which samples `lost` theirs, bool `(n,)`."""

    fractions: Fractions
    found: LabelsFound
    warnings: list[str]
    lost: np.ndarray


@dataclass(frozen=True, slots=True)
class Blanks:
    """Empty cells of a table: which samples have some, bool `(n,)`, and whether the table writes `zeros` elsewhere."""

    samples: np.ndarray
    zeros: bool


def settle(
    ids: pd.Index,
    stored: sparse.csr_matrix,
    shape: str,
    where: str,
    scale: float | LabelsFound | None = None,
    *,
    empty_cells: str | None = None,
    blanks: Blanks | None = None,
) -> Settled:
    """Fractions of stored values, CSR `(n, 45)`, the last column what has no class.

    NaN stands for no value and counts as 0; infinity for one that could not be read, which costs that sample's label
    (and is said by who read it). `scale` is what a whole cell is written as, where somebody named it, or how labels
    of the same corpus were written. `where` begins each warning.
    `empty_cells`, of a table, says which cell without a value was the first: a sample that has one, and does not add up
    to a whole cell without it, then has no label. So it is with its `blanks`, if the table writes 0 as such.
    """
    stored = stored.tocsr().astype(np.float64)
    rows = np.repeat(np.arange(stored.shape[0]), np.diff(stored.indptr))
    empty = np.isnan(stored.data)
    stored.data[empty] = 0.0
    unread = _rows_with(rows, np.isinf(stored.data), len(ids))
    wrong = _rows_with(rows, (stored.data < 0) | (stored.data > MAX_VALUE), len(ids)) & ~unread
    stored.data[unread[rows]] = 0.0
    totals = np.asarray(stored.sum(axis=1), np.float64).ravel()
    warnings: list[str] = []
    decided = _decide(totals[~wrong], stored.data[~wrong[rows]], scale)
    if decided is None:
        warnings.append(f"{where}: {_unfit(totals)}")
        nothing = LabelsFound(shape, 0.0, len(ids), "on no scale that is known", lost=int((totals > 0).sum()))
        return Settled(Fractions.empty(ids), nothing, warnings, totals > 0)
    if not decided.certain or decided.presence:
        warnings.append(f"{where}: {decided.what}{'' if decided.presence else _remedy()}")
    elif decided.whole == 1 and scale is None and 0 < totals.max(initial=0) < 1 - TOLERANCE:
        warnings.append(
            f"{where}: no sample adds up to a whole cell (at most {totals.max():.3g}); taken as fractions{_remedy()}"
        )
    wholes = np.full(len(ids), decided.whole)
    if decided.presence:
        wholes = np.maximum(totals, 1.0)
    elif decided.counted:
        wholes = np.where(totals > decided.whole * (1 + TOLERANCE), totals, wholes)
    elif decided.whole == 1:
        # one may be written to 100 among others to 1: what adds up to 100 can be nothing else
        percent = np.abs(totals - PERCENT) <= PERCENT * TOLERANCE
        if percent.any():
            warnings.append(
                _named(where, "samples are written to 100 among others to 1; read so", ids, percent)
            )
        wholes[percent] = PERCENT
    doubtful = np.zeros(len(ids), bool)
    if scale is None and not decided.presence:
        parted = _rows_with(rows, stored.data % 1 != 0, len(ids))
        read, doubtful = other_scales(np.where(wrong, 0, totals), parted, decided)
        for other, which in read:
            what = f"samples are written to {other.whole:,g} among others to {decided.whole:,g}; read so"
            warnings.append(_named(where, what, ids, which, totals))
            wholes[which] = other.whole
    limit = 1 + max(TOLERANCE, decided.counted)
    wrong |= totals > wholes * limit if not decided.counted else totals > decided.whole * limit
    if wrong.any():
        what = f"samples have values that are not fractions to {decided.whole:g}; taken as without label"
        warnings.append(_named(where, what, ids, wrong, totals))
    if doubtful.any():
        what = (
            f"samples may be written to another scale than {decided.whole:,g}, or have a class in a small part only; "
            "taken as without label"
        )
        warnings.append(_named(where, what, ids, doubtful, totals))
    lost = unread | wrong | doubtful
    if blanks is not None:
        short = blanks.samples & (totals < wholes * (1 - max(TOLERANCE, decided.counted))) & (totals > 0)
        lost |= _blank(blanks, short & ~lost, ids, where, warnings)
    if empty.any():
        short = _rows_with(rows, empty, len(ids)) & ~lost
        lost |= _empty(short, totals < wholes * (1 - TOLERANCE), ids, where, empty_cells, warnings)
    stored.data[lost[rows]] = 0.0
    # tables are read as float32: what is divided is rounded to what that can tell, so that 19.8 ha reads 0.55
    shares = np.where(wholes[rows] == 1, stored.data, np.round(stored.data / wholes[rows], 6))
    stored.data = np.minimum(shares, 1.0)
    return _finished(ids, stored, shape, where, decided, warnings, lost)


def _decide(totals: np.ndarray, values: np.ndarray, scale: float | LabelsFound | None) -> Scale | None:
    if isinstance(scale, LabelsFound):
        if scale.presence:
            return Scale(1.0, PRESENCE, presence=True)
        scale = scale.scale or None
    if scale is not None:
        return given_scale(scale)
    return find_scale(totals, values)


def _finished(
    ids: pd.Index,
    stored: sparse.csr_matrix,
    shape: str,
    where: str,
    scale: Scale,
    warnings: list[str],
    lost: np.ndarray,
) -> Settled:
    unclassified = stored[:, [-1]].toarray().ravel().astype(np.float32)
    if (unclassified > 0).any():
        whole = int((unclassified >= 1 - TOLERANCE).sum())
        wholly = f", {whole:,} of them wholly" if whole else ""
        what = f"samples are unclassified in part (990, 995, 999; kept as such){wholly}"
        warnings.append(_named(where, what, ids, unclassified > 0))
    matrix = sparse.csr_matrix(stored[:, :-1]).astype(np.float32)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    found = LabelsFound(
        shape,
        scale.whole,
        len(ids),
        scale.what,
        scale.presence,
        int((unclassified > 0).sum()),
        int(lost.sum()),
    )
    return Settled(Fractions(ids, matrix, unclassified), found, warnings, lost)


def _empty(
    rows: np.ndarray,
    short: np.ndarray,
    ids: pd.Index,
    where: str,
    cells: str | None,
    warnings: list[str],
) -> np.ndarray:
    """Say which samples have values that are none, and which of them have no label for it."""
    if not rows.any():
        return rows
    if cells is None:
        warnings.append(_named(where, "samples have a class that is NaN; it counts as 0", ids, rows))
        return np.zeros_like(rows)
    if len(ids) >= _PIVOT_ROWS and 3 * rows.sum() > len(
        ids
    ):  # the table's way to write 0, as pivot tables do
        return np.zeros_like(rows)
    lost = rows & short
    warnings.append(
        f"{where}: {rows.sum():,} samples have cells without a value ({cells}); they count as 0"
        + (
            f", but {lost.sum():,} of these samples do not add up to a whole cell without them and are taken as without "
            f"label (first: {ids[lost][0]})"
            if lost.any()
            else ""
        )
    )
    return lost


def _blank(blanks: Blanks, short: np.ndarray, ids: pd.Index, where: str, warnings: list[str]) -> np.ndarray:
    """Say which samples may lack what an empty cell should say, and which of them have no label for it."""
    pivot = len(ids) >= _PIVOT_ROWS and 3 * blanks.samples.sum() > len(ids)
    if pivot or not short.any():
        return np.zeros_like(short)
    what = "samples have empty cells and do not add up to a whole cell without them; "
    what += (
        "taken as without label, since 0 is written elsewhere"
        if blanks.zeros
        else "these cells count as 0, since 0 is written nowhere"
    )
    warnings.append(_named(where, what, ids, short))
    return short if blanks.zeros else np.zeros_like(short)


def _rows_with(rows: np.ndarray, entries: np.ndarray, count: int) -> np.ndarray:
    found = np.zeros(count, bool)
    found[rows[entries]] = True
    return found


def _named(where: str, what: str, ids: pd.Index, which: np.ndarray, totals: np.ndarray | None = None) -> str:
    rows = np.flatnonzero(which)[:3]
    first = ", ".join(
        repr(str(ids[i])[:80]) + ("" if totals is None else f" adds up to {totals[i]:.6g}") for i in rows
    )
    return f"{where}: {which.sum():,} {what} (first: {first})"


def _unfit(totals: np.ndarray) -> str:
    there = np.sort(totals[totals > 0])
    spread = (
        f"{there[0]:.6g} to {there[-1]:.6g} (middle {np.median(there):.6g})"
        if there.size > 1
        else f"{there[0]:.6g}"
    )
    known = ", ".join(f"{scale.whole:,g}" for scale in KNOWN)
    return (
        f"the values of a sample add up to {spread}, and a whole cell would be {known}; no sample has a label. "
        f"Name what a whole cell is written as {_WHERE}"
    )


def _remedy() -> str:
    return f"; if that is wrong, name what a whole cell is written as {_WHERE}"
