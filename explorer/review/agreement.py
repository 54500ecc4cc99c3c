"""How far reviewers agree, beyond chance; and where they do not.

Percent: share of pairs that agree. Cohen's kappa: Cohen (1960) Educational and Psychological Measurement 20, 37-46.
Fleiss' kappa: Fleiss (1971) Psychological Bulletin 76, 378-382. Krippendorff's alpha, nominal: Krippendorff (2011)
Computing Krippendorff's alpha-reliability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from explorer.core.errors import InvalidQueryError
from explorer.review import consensus

OF = ("judgement", "class")


@dataclass(frozen=True)
class Agreement:
    """Measures of one set of ratings; NaN where `notes` says why."""

    samples: int
    """Rated by two reviewers or more."""
    percent: float
    """Of all pairs of ratings of one sample, the part that agrees, 0 to 100."""
    pairs: pd.DataFrame
    """A row a pair of reviewers: `first`, `second`, `samples` (both rated), `percent`, `cohen`."""
    fleiss: float
    fleiss_samples: int
    """Rated by the same number of reviewers, which is what Fleiss' kappa needs."""
    fleiss_raters: int
    alpha: float
    """Krippendorff's; samples may have any number of ratings."""
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """The measures of all reviewers together: `measure`, `value`, `samples`."""
        return pd.DataFrame(
            {
                "measure": ["agreement of pairs, %", "Fleiss' kappa", "Krippendorff's alpha"],
                "value": [self.percent, self.fleiss, self.alpha],
                "samples": [self.samples, self.fleiss_samples, self.samples],
            }
        )


def ratings(current: pd.DataFrame, of: str = "judgement", level: int = 3) -> pd.DataFrame:
    """What each reviewer said of each sample: rows `sample_id`, columns reviewers, None where nothing.

    From `Records.current()`; adjudications are left out. `of`: the `judgement`, or the reference `class` on a level.
    """
    own = current[current["kind"] == "verdict"]
    if of == "judgement":
        said = own["judgement"].astype(object)
    elif of == "class":
        classes = consensus.reference_classes(own, level).reindex(own["id"])
        said = pd.Series([None if pd.isna(c) else int(c) for c in classes], index=own.index, dtype=object)
    else:
        raise InvalidQueryError(f"agreement is told of {' or '.join(OF)}, not of {of[:20]!r}")
    wide = own.assign(said=said).pivot(index="sample_id", columns="reviewer", values="said")
    return wide.astype(object).where(wide.notna(), None)


def measure(table: pd.DataFrame) -> Agreement:
    """Agreement of `ratings`: a row a sample, a column a reviewer, any values, None where not rated.

    >>> found = measure(pd.DataFrame({"Anna": [1, 1, 2, 2, 1], "Ben": [1, 1, 2, 1, 1]}))
    >>> found.percent, round(found.alpha, 2)
    (80.0, 0.57)
    """
    codes, kinds = _codes(table)
    rated = codes >= 0
    several = rated.sum(axis=1) >= 2
    codes, rated = codes[several], rated[several]
    counts = (
        np.stack([(codes == kind).sum(axis=1) for kind in range(kinds)], axis=1)
        if kinds
        else np.zeros((0, 0))
    )
    notes = []
    if not len(codes):
        notes.append("No sample was rated by two reviewers: let a part of a queue be seen by several.")
    elif kinds == 1:
        notes.append(
            "All ratings are the same: agreement beyond chance cannot be told from ratings that never differ."
        )
    n = rated.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum()
    percent = 100 * float(agreeing / (n * (n - 1)).sum()) if len(codes) else np.nan
    sizes = np.bincount(n) if len(n) else np.zeros(1, np.int64)
    raters = int(sizes.argmax())
    same = counts[n == raters]
    if raters and len(same) < len(codes):
        notes.append(
            f"Fleiss' kappa is of the {len(same)} samples that {raters} reviewers rated; it needs as many of each."
        )
    return Agreement(
        samples=len(codes),
        percent=percent,
        pairs=_pairs(table),
        fleiss=fleiss_kappa(same) if raters >= 2 else np.nan,
        fleiss_samples=len(same) if raters >= 2 else 0,
        fleiss_raters=raters,
        alpha=_alpha(counts),
        notes=tuple(notes),
    )


def cohen_kappa(first: Sequence[Any], second: Sequence[Any]) -> float:
    """Cohen's kappa of two raters over the same samples; NaN where both always say one and the same thing."""
    table = pd.DataFrame({"a": list(first), "b": list(second)}, dtype=object)
    codes, kinds = _codes(table)
    both = codes[(codes >= 0).all(axis=1)]
    if not len(both):
        return np.nan
    observed = float((both[:, 0] == both[:, 1]).mean())
    shares = [np.bincount(column, minlength=kinds) / len(both) for column in both.T]
    chance = float((shares[0] * shares[1]).sum())
    return np.nan if chance >= 1 else (observed - chance) / (1 - chance)


def fleiss_kappa(counts: np.ndarray) -> float:
    """Fleiss' kappa of `(samples, categories)` counts of ratings, as many a sample; NaN where all are the same.

    Raises `InvalidQueryError` where samples have different numbers of ratings, or fewer than two.
    """
    table = np.asarray(counts, np.float64)
    if not table.size:
        return np.nan
    n = table.sum(axis=1)
    if (n != n[0]).any() or n[0] < 2:
        raise InvalidQueryError("Fleiss' kappa needs the same number of ratings of each sample, two or more")
    observed = float(((table * (table - 1)).sum(axis=1) / (n * (n - 1))).mean())
    chance = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return np.nan if chance >= 1 - 1e-12 else (observed - chance) / (1 - chance)


def krippendorff_alpha(table: pd.DataFrame | Sequence[Sequence[Any]]) -> float:
    """Krippendorff's alpha (nominal) of ratings: a row a sample, a column a reviewer, None where not rated."""
    codes, kinds = _codes(pd.DataFrame(table, dtype=object))
    several = (codes >= 0).sum(axis=1) >= 2
    return (
        _alpha(np.stack([(codes[several] == kind).sum(axis=1) for kind in range(kinds)], axis=1))
        if kinds
        else np.nan
    )


def disagreements(current: pd.DataFrame, of: str = "judgement", level: int = 3) -> pd.DataFrame:
    """Samples to adjudicate, by `sample_id`: those whose reviewers differ and nobody decided yet.

    A column a reviewer with what was said, and `comments`; the most divided first, then by id.
    """
    decided = set(current.loc[current["kind"] == "adjudication", "sample_id"])
    table = ratings(current, of, level)
    open_ = table[(table.nunique(axis=1) > 1) & ~table.index.isin(decided)].copy()
    own = current[(current["kind"] == "verdict") & (current["comment"] != "")]
    comments = {
        str(sample_id): " | ".join(
            f"{who}: {text}" for who, text in zip(rows["reviewer"], rows["comment"], strict=True)
        )
        for sample_id, rows in own[own["sample_id"].isin(open_.index)].groupby("sample_id")
    }
    divided = -open_.nunique(axis=1) if len(open_) else pd.Series(dtype=int)
    open_["comments"] = [comments.get(str(sample_id), "") for sample_id in open_.index]
    return open_.iloc[np.lexsort((open_.index.to_numpy(str), divided.to_numpy()))] if len(open_) else open_


def _codes(table: pd.DataFrame) -> tuple[np.ndarray, int]:
    """Ratings as numbers from 0, -1 where there is none, `(samples, reviewers)`; and how many kinds there are."""
    flat = [None if value is None or pd.isna(value) else value for value in table.to_numpy(object).ravel()]
    known = {value: i for i, value in enumerate(sorted({v for v in flat if v is not None}, key=str))}
    codes = np.array([-1 if value is None else known[value] for value in flat], np.int64)
    return codes.reshape(table.shape), len(known)


def _alpha(counts: np.ndarray) -> float:
    """Krippendorff's alpha from how often each sample was given each category, `(samples, categories)`."""
    if not counts.size or (counts.sum(axis=0) > 0).sum() < 2:
        return np.nan
    import krippendorff  # only those who ask for agreement pay for it

    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def _pairs(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for first, second in combinations(table.columns, 2):
        both = table[[first, second]].dropna()
        if len(both):
            same = 100 * float((both[first] == both[second]).mean())
            rows.append(
                (first, second, len(both), same, cohen_kappa(both[first].tolist(), both[second].tolist()))
            )
    return pd.DataFrame(rows, columns=["first", "second", "samples", "percent", "cohen"])
