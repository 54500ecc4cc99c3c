"""Numbers about a set of samples: classes, which lie together, how pure labels are, where samples lie, what is reviewed.

Each function takes rows: positions in the sample table `(n,)`, or None for all, as `rows_of` gives them. Tables hold plain numbers, so that
the page, the data card, a notebook's figure and a CSV file say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.query.filter_table import UNREVIEWED
from explorer.corpus.query.filters import ROUNDING
from explorer.corpus.tables import places

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

Rows = np.ndarray | None
"""Positions in the sample table `(n,)`; None: all samples."""
ELSEWHERE = "Elsewhere"
"""In place of a country: samples that no outline of one comes near."""
LATITUDE_STEP = 2
"""Degrees."""
ENTROPY_STEP = 0.25
"""Bits."""


def rows_of(corpus: Corpus, samples: pd.DataFrame | Iterable[str] | None = None) -> Rows:
    """Positions of samples (ids, or rows of a query; None: all). Raises as `Corpus.cell` for ids that are not there."""
    if samples is None:
        return None
    ids = (
        samples.index
        if isinstance(samples, pd.DataFrame)
        else pd.Index([samples] if isinstance(samples, str) else list(samples))
    )
    found = corpus.index.rows(ids)
    for sample_id in ids[found < 0][:1]:
        corpus.cell(str(sample_id))
    return found  # fmt: skip


def count(corpus: Corpus, rows: Rows) -> int:
    """How many samples there are."""
    return len(corpus.samples) if rows is None else len(rows)


def class_shares(corpus: Corpus, rows: Rows = None, level: int = 3) -> pd.DataFrame:
    """A row a class of a level, largest share first, by `code`, without those that are nowhere.

    `title`, `share` (of the area that has a label, 0 to 1), `largest` (samples of which it is the largest class) and `present` (samples
    that have any of it).
    """
    codes, found = _fractions(corpus, rows, level)
    largest = _of(corpus.filter_table.largest(level), rows)
    there = _presence(found)
    counts = np.bincount(corine.positions(largest, level), minlength=len(codes) + 1)[1:]
    sums = np.asarray(found.sum(axis=0), np.float64).ravel()
    table = pd.DataFrame(
        {
            "title": [corine.land_cover(code).title for code in codes],
            "share": sums / max(sums.sum(), 1e-12),
            "largest": counts,
            "present": np.asarray(there.sum(axis=0)).ravel().astype(np.int64),
        },
        index=pd.Index(codes, name="code"),
    )
    return table[table["present"] > 0].sort_values("share", ascending=False, kind="stable")


def co_occurrence(corpus: Corpus, rows: Rows = None, level: int = 3) -> pd.DataFrame:
    """Of the samples that have the class of a row, the share that have that of a column too: float64, 0 to 1, codes in order.

    Classes that are nowhere are left out; the diagonal is 1.
    """
    codes, found = _fractions(corpus, rows, level)
    there = _presence(found)
    both = np.asarray((there.T @ there).toarray(), np.float64)
    kept = np.flatnonzero(both.diagonal() > 0)
    names = pd.Index([codes[i] for i in kept], name="code")
    both = both[np.ix_(kept, kept)]
    return pd.DataFrame(both / both.diagonal()[:, None], index=names, columns=names)


def purity(corpus: Corpus, rows: Rows = None) -> pd.DataFrame:
    """Samples by the fraction of their largest level-3 class: `low`, `high` (0 to 1), `samples`. Those without a label are left out."""
    table = corpus.filter_table
    values, labelled = _of(table.purity, rows), _of(table.largest(3), rows) > 0
    return _histogram(values[labelled], np.linspace(0, 1, 11))


def entropy(corpus: Corpus, rows: Rows = None) -> pd.DataFrame:
    """Samples by the entropy of their level-3 fractions in bits (0: one class alone): `low`, `high`, `samples`.

    -sum(p log2 p) (Shannon, C. E. (1948) A mathematical theory of communication), of fractions made to add up to 1.
    """
    _, found = _fractions(corpus, rows, 3)
    total = np.asarray(found.sum(axis=1), np.float64).ravel()
    row = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    there = found.data > 0
    share = found.data[there] / total[row[there]]
    bits = np.bincount(row[there], -share * np.log2(share), minlength=found.shape[0])[total > 0]
    top = max(ENTROPY_STEP, float(np.ceil(bits.max(initial=0) / ENTROPY_STEP)) * ENTROPY_STEP)
    return _histogram(np.clip(bits, 0, None), np.arange(0, top + ENTROPY_STEP / 2, ENTROPY_STEP))


def countries(corpus: Corpus, rows: Rows = None, level: int = 1) -> pd.DataFrame:
    """A row a country, most samples first, by its name: `samples`, and a column a code, the class's share of their area, 0 to 1."""
    names = [country.name for country in places.countries()]
    group = _of(corpus.filter_table.country, rows).astype(np.int64)
    group[group == places.NOWHERE] = len(names)
    found = _by_group(corpus, rows, level, group, pd.Index([*names, ELSEWHERE], name="country"))
    return found.sort_values("samples", ascending=False, kind="stable")


def latitudes(corpus: Corpus, rows: Rows = None, level: int = 1) -> pd.DataFrame:
    """A row a belt of 2 degrees from north to south, by its southern edge: `samples`, and a column a code, the share of their area."""
    lat = _of(corpus.samples["lat"].to_numpy(), rows)
    if not len(lat):
        return _by_group(corpus, rows, level, np.zeros(0, np.int64), pd.Index([], name="latitude"))
    belt = np.floor(lat / LATITUDE_STEP).astype(np.int64)
    lowest = int(belt.min())
    edges = pd.Index(np.arange(lowest, int(belt.max()) + 1) * LATITUDE_STEP, name="latitude")
    return _by_group(corpus, rows, level, belt - lowest, edges)[::-1]


def reviews(corpus: Corpus, rows: Rows = None) -> pd.DataFrame:
    """Samples by the state of their review: `samples` by `state`, `none` for those nobody reviewed; most first."""
    table = corpus.filter_table
    if "review" not in table.offers:
        found = pd.Series({UNREVIEWED: count(corpus, rows)})
    else:
        found = pd.Series(_of(table.review, rows)).value_counts()
    return pd.DataFrame({"samples": found.astype(np.int64)}).rename_axis("state")


def _fractions(corpus: Corpus, rows: Rows, level: int) -> tuple[tuple[int, ...], sparse.csr_matrix]:
    if level not in (1, 2, 3):
        raise InvalidQueryError(f"CORINE has levels 1 to 3, not {level}")
    codes, found = corpus.index.fractions.at_level(level)
    return codes, found if rows is None else found[rows]


def _presence(found: sparse.csr_matrix) -> sparse.csr_matrix:
    return sparse.csr_matrix((found > 0).astype(np.float32))


def _of(values: np.ndarray, rows: Rows) -> np.ndarray:
    return values if rows is None else values[rows]


def _histogram(values: np.ndarray, edges: np.ndarray) -> pd.DataFrame:
    """Counts between edges: what lies on one belongs above it, but on the last. float32 may miss an edge by `ROUNDING`, as filters know."""
    limits = edges - ROUNDING
    limits[-1] = edges[-1] + ROUNDING
    counts, _ = np.histogram(values.astype(np.float64), limits)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "samples": counts.astype(np.int64)})


def _by_group(corpus: Corpus, rows: Rows, level: int, group: np.ndarray, names: pd.Index) -> pd.DataFrame:
    codes, found = _fractions(corpus, rows, level)
    member = sparse.csr_matrix(
        (np.ones(len(group), np.float32), (group, np.arange(len(group)))), shape=(len(names), len(group))
    )
    sums = np.asarray((member @ found).toarray(), np.float64)
    total = sums.sum(axis=1, keepdims=True)
    shares = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)
    samples = np.bincount(group, minlength=len(names)).astype(np.int64)
    table = pd.DataFrame(shares, index=names, columns=list(codes))
    table.insert(0, "samples", samples)
    return table[table["samples"] > 0]  # fmt: skip
