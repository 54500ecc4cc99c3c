"""How far two classifications of the same samples agree: an opinion and the labels, or two opinions.

By the largest class of each sample, or weighted by fractions. The cross-table of fractions is that of the composite operator of
Pontius, R. G. & Cheuk, M. L. (2006) A generalized cross-tabulation matrix to compare soft-classified maps at multiple resolutions.
International Journal of Geographical Information Science 20, 1-30. Of a sample with fractions a (label) and b (opinion), each adding
up to 1, its cell (i, i) gets min(a_i, b_i), and its cell (i, j)

    (a_i - min(a_i, b_i)) (b_j - min(b_j, a_j)) / (1 - sum_k min(a_k, b_k)):

what both say is agreement, and the rest of one is spread over the rest of the other.

Disagreement of a sample is half the sum of the absolute differences of its fractions, 0 to 1 (total variation distance), which is 1
less the sum of min(a_k, b_k). What is in no group, or not said, is a class of its own, so that it never counts as agreement with one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core.errors import InvalidQueryError
from explorer.corpus.tables import places
from explorer.review import intervals
from explorer.review.groupings import NOT_NAMED, OUTSIDE, Grouping

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

NO_OPINION = -3
"""The class of a sample of which nothing is said."""
WAYS = ("largest", "fractions")
BY = ("country", "zone", "purity", "class")
BINS = 10
DRAWS = 1_000
"""Of a bootstrap."""
TITLES = {NOT_NAMED: "Of several groups", OUTSIDE: "Of no group, or not said"}
KEPT = 8
"""Groupings whose classes of all samples stay in memory, 4 MB each of 500,000."""
KEPT_FRACTIONS = 3
"""Groupings whose fractions do: 10 to 30 MB each of 500,000."""
_ROWS = 32_768
_ROUNDING = 1e-5
"""What is less of a cell is what float32 leaves of 1."""
_PURITY = np.array([0.0, 0.2, 0.4, 0.6, 0.8])


class Side(Protocol):
    """One of two classifications: `rows` are positions in `corpus.samples`, int64 `(m,)`, ascending."""

    @property
    def rows(self) -> np.ndarray:
        """Samples of which something is said."""

    def of_corpus(self, grouping: Grouping) -> np.ndarray:
        """The group of each sample of the corpus, int64 `(n,)`; `NOT_NAMED`, `OUTSIDE` or `NO_OPINION` where it is none."""

    def by_group(self, grouping: Grouping) -> sparse.csr_matrix:
        """Fractions by group, then of several groups, then of none, float32 `(m, groups + 2)`; rows add up to 1. Not to be written to."""


class Labels:
    """The labels of a corpus as one side; groups that were asked for are kept."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._classes: dict[Grouping, np.ndarray] = {}
        self._by_group: dict[Grouping, sparse.csr_matrix] = {}

    @cached_property
    def rows(self) -> np.ndarray:
        """Samples with a label, int64."""
        return np.flatnonzero(self.corpus.samples["clc"].to_numpy() > 0)

    def of_corpus(self, grouping: Grouping) -> np.ndarray:
        """As `Side`."""
        kept = self._classes.get(grouping)
        if kept is None:
            found = grouping.of_corpus(self.corpus)
            none = np.where(self.corpus.samples["clc"].to_numpy() > 0, OUTSIDE, NO_OPINION)
            kept = np.where(found > 0, found, none)
            kept.setflags(write=False)
            if len(self._classes) > KEPT:
                self._classes.clear()
            self._classes[grouping] = kept
        return kept

    def by_group(self, grouping: Grouping) -> sparse.csr_matrix:
        """As `Side`."""
        kept = self._by_group.get(grouping)
        if kept is None:
            matrix = self.corpus.index.fractions.matrix
            kept = in_blocks(
                len(self.rows),
                lambda part: with_rest(grouping.add_up(matrix[self.rows[part]]), len(grouping.codes)),
            )
            keep(self._by_group, grouping, kept, KEPT_FRACTIONS)
        return kept


def keep(kept: dict[Grouping, Any], grouping: Grouping, found: Any, most: int) -> None:
    """Add to what is kept of groupings; the oldest gives way."""
    while len(kept) >= most:
        kept.pop(next(iter(kept)), None)
    kept[grouping] = found


def in_blocks(count: int, dense: Callable[[slice], np.ndarray]) -> sparse.csr_matrix:
    """A sparse matrix of `count` rows from what `dense` gives of some ten thousand at a time: few classes are in a cell."""
    parts = [sparse.csr_matrix(dense(slice(i, i + _ROWS))) for i in range(0, count, _ROWS)]
    return sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix(dense(slice(0, 0)))


def with_rest(sums: np.ndarray, groups: int) -> np.ndarray:
    """Sums by group (and, if there, of several groups) with what is left of 1, float32 `(m, groups + 2)`; more than 1 is made 1."""
    found = np.zeros((len(sums), groups + 2), np.float32)
    found[:, : sums.shape[1]] = sums
    total = sums.sum(axis=1)
    if total.size and total.max() > 1:
        found /= np.maximum(total, 1)[:, None]
    rest = 1 - total
    found[:, -1] = np.where(rest > _ROUNDING, rest, 0)
    return found


@dataclass(frozen=True)
class Pair:
    """The samples of which both sides say something: `rows` are their positions in the corpus, `classes` the groups and what is none."""

    grouping: Grouping
    first: Side
    second: Side
    rows: np.ndarray
    _at: tuple[np.ndarray, np.ndarray] = field(repr=False)

    @classmethod
    def of(cls, first: Side, second: Side, grouping: Grouping, mask: np.ndarray | None = None) -> Pair:
        """Both sides in the same groups, for the samples of a `mask`, bool `(samples of the corpus,)`."""
        count = len(second.of_corpus(grouping))
        there = [np.zeros(count, bool), np.zeros(count, bool)]
        for flags, side in zip(there, (first, second), strict=True):
            flags[side.rows] = True
        both = there[0] & there[1]
        if mask is not None:
            both &= mask
        rows = np.flatnonzero(both)
        places_of = [np.cumsum(flags)[rows] - 1 for flags in there]
        return cls(grouping, first, second, rows, (places_of[0], places_of[1]))

    @property
    def classes(self) -> tuple[int, ...]:
        """Codes of the groups, then `NOT_NAMED` and `OUTSIDE`."""
        return (*self.grouping.codes, NOT_NAMED, OUTSIDE)

    @cached_property
    def largest(self) -> tuple[np.ndarray, np.ndarray]:
        """Places in `classes` of each sample's largest class on both sides, int64 `(m,)` each."""
        lowest = min(self.classes)
        place = np.zeros(max(self.classes) - lowest + 1, np.int64)
        place[np.array(self.classes) - lowest] = np.arange(len(self.classes))
        first, second = (
            place[side.of_corpus(self.grouping)[self.rows] - lowest] for side in (self.first, self.second)
        )
        return first, second

    @cached_property
    def fractions(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Fractions of both sides, float32 `(m, classes)` each; not to be written to."""
        first, second = (
            found if len(at) == found.shape[0] else found[at]
            for at, found in zip(
                self._at, (side.by_group(self.grouping) for side in (self.first, self.second)), strict=True
            )
        )
        return first, second

    @cached_property
    def agreed(self) -> sparse.csr_matrix:
        """Of each class what both sides say, `min(a, b)`, float32 `(m, classes)`."""
        first, second = self.fractions
        return first.minimum(second)

    @cached_property
    def counts(self) -> np.ndarray:
        """How many samples each pair of largest classes has, int64 `(classes, classes)`; rows the first side."""
        k = len(self.classes)
        first, second = self.largest
        return np.bincount(first * k + second, minlength=k * k).reshape(k, k)

    @cached_property
    def shares(self) -> np.ndarray:
        """The same weighted by fractions (the composite operator), float64; adds up to the number of samples."""
        first, second = (side - self.agreed for side in self.fractions)
        left = np.asarray(second.sum(axis=1)).ravel()
        second.data /= np.repeat(np.where(left > 0, left, 1), np.diff(second.indptr))
        # Sparse: few classes are left of a sample, and BLAS shares small products among all cores, which others use.
        table = np.asarray((first.T.astype(np.float64) @ second).todense())
        table[np.diag_indices(len(table))] += _total(self.agreed)
        return table

    @cached_property
    def disagreement(self) -> np.ndarray:
        """Half the sum of absolute differences of fractions of each sample, float32 `(m,)`, 0 to 1."""
        return np.clip(1 - np.asarray(self.agreed.sum(axis=1), np.float32).ravel(), 0, 1)

    def title(self, code: int) -> str:
        """The name of a class."""
        return TITLES[code] if code in TITLES else self.grouping.title(code)

    def table(self, by: str = "largest") -> np.ndarray:
        """`counts` or `shares`, of all `classes`. Raises `InvalidQueryError`."""
        if by not in WAYS:
            raise InvalidQueryError(f"a cross-table is by {' or by '.join(WAYS)}, not by {by[:20]!r}")
        return self.counts if by == "largest" else self.shares

    def confusion(self, by: str = "largest") -> pd.DataFrame:
        """The cross-table: rows the first side, columns the second, by code; only classes that one of them has."""
        table = self.table(by)
        there = (table.sum(axis=0) > 0) | (table.sum(axis=1) > 0)
        codes = pd.Index(np.array(self.classes)[there])
        return pd.DataFrame(table[np.ix_(there, there)], codes.rename("label"), codes.rename("opinion"))


@dataclass(frozen=True)
class Scores:
    """How an opinion fares beside the labels; shares are 0 to 1, NaN where a class has no sample that could tell.

    `classes` has a row a class: `title`, `labelled` and `said` (samples of which it is the largest class), `precision`, `recall`,
    `f1`, `average_precision` (of its fractions, where the label has any of the class), `label_mean` and `opinion_mean` (mean
    fractions) and `error` (mean absolute difference of fractions).
    """

    samples: int
    grouping: str
    by: str
    """Of which cross-table agreement, precision, recall and F1 are: by `largest` class, or by `fractions`."""
    agreement: float
    """Share of the samples whose largest class is the same (overall accuracy, were the labels true); by fractions, of the ground."""
    macro_f1: float
    """Mean of F1 over classes."""
    weighted_f1: float
    """The same, each class weighted by how often the labels have it."""
    mean_average_precision: float
    """Mean of `average_precision` over the classes that labels have (mAP)."""
    disagreement: float
    """Mean over samples of half the sum of absolute differences of fractions."""
    calibration_error: float
    """Expected calibration error of the largest class."""
    classes: pd.DataFrame
    notes: tuple[str, ...] = ()


def by_class(counts: np.ndarray) -> pd.DataFrame:
    """`labelled`, `said`, `precision`, `recall` and `f1` of each class from a cross-table `(k, k)`, rows labels."""
    hits, labelled, said = np.diag(counts).astype(float), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "labelled": labelled,
                "said": said,
                "precision": hits / said,
                "recall": hits / labelled,
                "f1": 2 * hits / (labelled + said),
            }
        )


def scores(pair: Pair, notes: tuple[str, ...] = (), by: str = "largest") -> Scores:
    """All of an opinion's scores beside the labels. `by` as `Pair.confusion`. Raises `InvalidQueryError` where no sample has both."""
    if not len(pair.rows):
        raise InvalidQueryError("no sample has both a label and this opinion")
    k = len(pair.classes)
    counts = pair.table(by)
    table = by_class(counts)
    table.insert(0, "title", [pair.title(code) for code in pair.classes])
    table["average_precision"] = average_precision(pair)
    label, opinion, same = (_total(one) / len(pair.rows) for one in (*pair.fractions, pair.agreed))
    table["label_mean"], table["opinion_mean"] = label, opinion
    table["error"] = np.maximum(label + opinion - 2 * same, 0)  # |a - b| = a + b - 2 min(a, b)
    table.index = pd.Index(pair.classes, name="class")
    groups = table.iloc[: k - 2]
    return Scores(
        samples=len(pair.rows),
        grouping=pair.grouping.name,
        by=by,
        agreement=float(np.trace(counts)) / len(pair.rows),
        macro_f1=_mean(groups["f1"].to_numpy()),
        weighted_f1=_weighted(groups["f1"].fillna(0).to_numpy(), groups["labelled"].to_numpy()),
        mean_average_precision=_mean(table["average_precision"].to_numpy()),
        disagreement=float(pair.disagreement.mean()),
        calibration_error=calibration(pair).error,
        classes=table[(table["label_mean"] > 0) | (table["opinion_mean"] > 0)],
        notes=notes,
    )


def average_precision(pair: Pair) -> np.ndarray:
    """Of each class: its fractions in the second side rank the samples, of which the first has any of it or not; `(classes,)`.

    The sum over ranks of precision times what recall gains there, as scikit-learn's `average_precision_score`. NaN where the first has
    none of a class, and of what is in no group.
    """
    label, said = (side.tocsc() for side in pair.fractions)
    samples, found = len(pair.rows), np.full(len(pair.classes), np.nan)
    there = np.zeros(samples, bool)
    for i in range(len(pair.classes) - 2):
        rows, ranked = (one.indices[one.indptr[i] : one.indptr[i + 1]] for one in (label, said))
        if not len(rows):
            continue
        there[:] = False
        there[rows] = True
        values = said.data[said.indptr[i] : said.indptr[i + 1]]
        order = np.argsort(-values)
        values, hits = values[order], np.cumsum(there[ranked[order]])
        last = np.flatnonzero(np.append(np.diff(values), 1))[
            : len(values)
        ]  # of equal values, which are one rank
        # All samples of which nothing of the class is said are the last rank.
        hits = np.append(hits[last], len(rows))
        precision = hits / np.append(last + 1, samples)
        found[i] = float(np.diff(hits, prepend=0) @ precision) / len(rows)
    return found


def _total(matrix: sparse.csr_matrix) -> np.ndarray:
    """Sum of each column, float64."""
    return np.bincount(matrix.indices, matrix.data, minlength=matrix.shape[1])


def _weighted(values: np.ndarray, weights: np.ndarray) -> float:
    return float(np.average(values, weights=weights)) if weights.sum() > 0 else float("nan")


def _mean(values: np.ndarray) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else float("nan")


@dataclass(frozen=True)
class Calibration:
    """How often what an opinion is so sure of is so: `table` has a row a bin, with `low`, `high`, `samples`, `said` and `found`.

    `said` is the mean of what the opinion says, `found` the share of the samples whose label has it as its largest class; NaN in a bin
    without samples. `error` is the mean of |said - found| over samples (expected calibration error: Naeini, M. P., Cooper, G. F. &
    Hauskrecht, M. (2015) Obtaining Well Calibrated Probabilities Using Bayesian Binning. AAAI 29, 2901-2907).
    """

    table: pd.DataFrame
    error: float


def calibration(pair: Pair, code: int | None = None, bins: int = BINS) -> Calibration:
    """Of the largest class that the opinion says, or of one class (`code` of a group), in bins of equal width.

    Raises `InvalidQueryError`.
    """
    if code is not None and code not in pair.grouping.codes:
        raise InvalidQueryError(f"{code} is no class of the grouping {pair.grouping.name}")
    if not 2 <= bins <= 1_000:
        raise InvalidQueryError(f"a calibration curve has 2 to 1,000 bins, not {bins}")
    labelled, largest = pair.largest
    at = largest if code is None else np.full(len(pair.rows), pair.classes.index(code))
    second = pair.fractions[1]
    # What stands in the column `at` of each row: of a sorted row at most one place.
    rows = np.repeat(np.arange(len(pair.rows)), np.diff(second.indptr))
    wanted = second.indices == at[rows]
    said = np.zeros(len(pair.rows))
    said[rows[wanted]] = second.data[wanted]
    found = labelled == at
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], said)  # as scikit-learn's calibration_curve
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(place, one, minlength=bins) / count for one in (said, found)]
    table = pd.DataFrame(
        {"low": edges[:-1], "high": edges[1:], "samples": count, "said": means[0], "found": means[1]}
    )
    gap = np.abs(means[0] - means[1])
    error = float(np.nansum(gap * count) / max(count.sum(), 1)) if count.sum() else float("nan")
    return Calibration(table, error)


def by_part(pair: Pair, corpus: Corpus, by: str) -> pd.DataFrame:
    """Agreement by part of the corpus: a row each with `samples`, `agreement`, `macro_f1` and `disagreement` (mean).

    `by` is `country`, `zone` (UTM), `purity` (fraction of the label's largest class) or `class` (the label's). Raises `InvalidQueryError`.
    """
    table = corpus.filter_table
    if by == "country":
        names: list[object] = [*places.names(), "none"]
        of = table.country[pair.rows].astype(np.int64)
    elif by == "zone":
        names = [*range(61)]
        of = table.zone[pair.rows].astype(np.int64)
    elif by == "purity":
        names = [f"{low:.1f} to {low + 0.2:.1f}" for low in _PURITY]
        of = np.searchsorted(_PURITY, table.purity[pair.rows], side="right") - 1
    elif by == "class":
        names = [pair.title(code) for code in pair.classes]
        of = pair.largest[0]
    else:
        raise InvalidQueryError(f"agreement is told by {', '.join(BY)}, not by {by[:20]!r}")
    of = np.where(of < 0, len(names) - 1, of)
    k = len(pair.classes)
    first, second = pair.largest
    counts = np.bincount((of * k + first) * k + second, minlength=len(names) * k * k).reshape(-1, k, k)
    total = np.bincount(of, minlength=len(names))
    apart = np.bincount(of, pair.disagreement, minlength=len(names))
    there = np.flatnonzero(total)
    return pd.DataFrame(
        {
            "samples": total[there],
            "agreement": np.trace(counts[there], axis1=1, axis2=2) / total[there],
            "macro_f1": [_mean(by_class(counts[i])["f1"].to_numpy()[: k - 2]) for i in there],
            "disagreement": apart[there] / total[there],
        },
        index=pd.Index([names[i] for i in there], name=by),
    )


@dataclass(frozen=True)
class Comparison:
    """Two opinions beside the same labels. Differences are the first less the second, with intervals `low` to `high`.

    `first_only` and `second_only` count the samples of which that one alone has the label's largest class; `p_value` is McNemar's exact
    test of them (McNemar, Q. (1947) Psychometrika 12, 153-157). Intervals of `agreement` and `macro_f1` come from a paired bootstrap over
    samples (Efron, B. & Tibshirani, R. J. (1993) An Introduction to the Bootstrap, percentiles), that of `disagreement` from paired
    differences. They take samples for independent of each other.
    """

    samples: int
    confidence: float
    first_only: int
    second_only: int
    p_value: float
    table: pd.DataFrame
    """Rows `agreement`, `macro_f1` and `disagreement`; columns `first`, `second`, `difference`, `low`, `high`."""
    between: pd.DataFrame
    """Cross-table of the two: rows the first, columns the second."""
    classes: pd.DataFrame
    """A row a class: `title`, `labelled`, F1 of the `first` and the `second`, their `difference` with `low` and `high`."""


def compare(first: Pair, second: Pair, *, confidence: float = 0.95, seed: int = 0) -> Comparison:
    """Two opinions of the same samples (pairs with the same labels, groups and rows). Raises `InvalidQueryError`."""
    intervals.check(confidence)
    if not np.array_equal(first.rows, second.rows):
        raise InvalidQueryError("two opinions are compared on the samples that both speak of")
    if not len(first.rows):
        raise InvalidQueryError("no sample has a label and both opinions")
    k = len(first.classes)
    (label, one), (_, two) = first.largest, second.largest
    from scipy import stats  # half a second of imports, which a server need not have to start

    right = (one == label, two == label)
    only = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    p_value = float(stats.binomtest(only[0], sum(only)).pvalue) if sum(only) else 1.0
    cells, counted = np.unique((label * k + one) * k + two, return_counts=True)
    at = np.stack(np.unravel_index(cells, (k, k, k)))
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(counted.sum(), counted / counted.sum(), size=DRAWS)
    here, there = _of_cells(counted[None].astype(float), at, k), _of_cells(drawn.astype(float), at, k)
    tail = (1 - confidence) / 2
    rows = {}
    for name, now, later in zip(("agreement", "macro_f1"), here, there, strict=False):
        low, high = np.quantile(later[0] - later[1], [tail, 1 - tail])
        rows[name] = (now[0][0], now[1][0], now[0][0] - now[1][0], low, high)
    f1 = [one[0] for one in here[2]]
    apart_by_class = there[2][0] - there[2][1]
    labelled = np.bincount(label, minlength=k)[: k - 2]
    # A class that one of them says, or the labels have; with a single label the same sample is drawn each time, which looks certain.
    told = np.isfinite(apart_by_class).any(axis=0) & (labelled > 1)
    ends = np.full((2, k - 2), np.nan)
    ends[:, told] = np.nanquantile(apart_by_class[:, told], [tail, 1 - tail], axis=0)
    classes = pd.DataFrame(
        {
            "title": [first.title(code) for code in first.classes[: k - 2]],
            "labelled": labelled,
            "first": f1[0], "second": f1[1], "difference": f1[0] - f1[1], "low": ends[0], "high": ends[1],
        },
        pd.Index(first.classes[: k - 2], name="class"),
    )  # fmt: skip
    apart = first.disagreement.astype(np.float64) - second.disagreement
    half = (
        intervals.normal_quantile(confidence) * float(apart.std(ddof=1)) / np.sqrt(len(apart))
        if len(apart) > 1
        else np.nan
    )
    mean = float(apart.mean())
    rows["disagreement"] = (
        float(first.disagreement.mean()), float(second.disagreement.mean()), mean, mean - half, mean + half
    )  # fmt: skip
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["first", "second", "difference", "low", "high"]
    )
    between = np.bincount(one * k + two, minlength=k * k).reshape(k, k)
    there_ = (between.sum(axis=0) > 0) | (between.sum(axis=1) > 0)
    codes = pd.Index(np.array(first.classes)[there_])
    return Comparison(
        len(first.rows), confidence, *only, p_value, table.astype(float),
        pd.DataFrame(between[np.ix_(there_, there_)], codes.rename("first"), codes.rename("second")),
        classes[(classes["labelled"] > 0) | np.isfinite(classes["difference"])],
    )  # fmt: skip


def _of_cells(counts: np.ndarray, at: np.ndarray, k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Agreement, macro F1, then F1 of each class, of both opinions from counts `(draws, cells)` of cells (label, first, second) `at` `(3, cells)`."""
    own = np.eye(k)
    labelled = counts @ own[at[0]]
    agreement, macro, each = [], [], []
    for said in (at[1], at[2]):
        hits = counts @ (own[at[0]] * (said == at[0])[:, None])
        agreement.append(hits.sum(axis=1) / counts.sum(axis=1))
        both = (labelled + counts @ own[said])[:, : k - 2]
        with np.errstate(invalid="ignore"):
            f1 = 2 * hits[:, : k - 2] / both
        macro.append(np.nanmean(f1, axis=1))
        each.append(f1)
    return [(agreement[0], agreement[1]), (macro[0], macro[1]), (each[0], each[1])]
