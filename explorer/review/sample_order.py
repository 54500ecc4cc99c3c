"""Samples in an order that people look at them in: by suspicion, class, purity, change, similarity to one of them, or by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from explorer.core import forking
from explorer.core.errors import InvalidQueryError
from explorer.review import score

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

ORDERS = {
    "suspicion": "Suspicion", "class": "Class", "purity": "Purity", "change": "Change", "similarity": "Similarity", "random": "Random",
    "disagreement": "Distance from an opinion",
}  # fmt: skip
"""Names of orders and their titles: most suspect, by code and then purest, purest, most likely changed, most alike, by chance, farthest from an opinion come first."""
MAX_FEATURES = 20_000
"""Samples whose features are compared; of more, their labels: the features' table would take gigabytes."""
_COMPONENTS = 24
_OUTLIER = 5.0  # deviations that a feature may count
_NO_SCORES = "no scores yet: explorer score"
_NO_OPINIONS = "no opinions yet: explorer opinion add"


@dataclass(frozen=True, slots=True)
class Ordered:
    """`rows` are positions in the sample table, `how` says in a few words what they are ordered by."""

    rows: np.ndarray
    how: str


def unavailable(corpus: Corpus, like: str | None = None, opinion: str = "") -> dict[str, str]:
    """Why a corpus cannot be put in some of the orders, by their names; `like` is the sample that others would be compared to.

    `opinion` is the one whose disagreement with the labels would be asked.
    """
    offers = corpus.filter_table.offers
    found = {name: _NO_SCORES for name in ("suspicion", "change") if name not in offers}
    if like is None or like not in corpus:
        found["similarity"] = "no sample is open"
    if not opinion:
        found["disagreement"] = "choose an opinion in the panel Labels" if corpus.opinions else _NO_OPINIONS
    elif not corpus.filter_table.has_opinion(opinion):
        found["disagreement"] = f"no opinion is called {opinion}"
    return found


def ordered(
    corpus: Corpus,
    rows: np.ndarray,
    by: str,
    *,
    reverse: bool = False,
    seed: int = 0,
    like: str | None = None,
    opinion: str = "",
) -> Ordered:
    """Rows of the sample table (positions `(n,)`) in one of `ORDERS`; what is not known of a sample puts it last, reversed or not.

    `opinion` is the one for `disagreement` with the labels. `like` is the sample for `similarity`: by the imagery's features where `explorer score` has measured it, else by the label.
    By chance a sample has the same place before others in every set (`seed`). Equal ones keep the order of `rows`.
    Raises `InvalidQueryError` for an order that there is not, or that the corpus cannot give.
    >>> rows = np.flatnonzero(corpus.samples["clc"] == 211)
    >>> purest = ordered(corpus, rows, "purity").rows
    >>> bool((np.diff(corpus.samples["fraction"].to_numpy()[purest]) <= 0).all())
    True
    """
    if by not in ORDERS:
        raise InvalidQueryError(f"no order {by[:20]!r}; there are {', '.join(ORDERS)}")
    if why := unavailable(corpus, like, opinion).get(by):
        raise InvalidQueryError(f"samples cannot be ordered by {by}: {why}")
    table = corpus.filter_table
    how = ORDERS[by].lower()
    keys: list[np.ndarray]
    if by == "suspicion":
        keys = [-table.suspicion[rows]]
    elif by == "change":
        keys, how = [-table.change[rows]], "probability that cover was lost from 2018 to 2019"
    elif by == "class":
        codes = table.largest(3)[rows].astype(np.float64)
        keys = [np.where(codes > 0, codes, np.nan), -table.purity[rows]]
    elif by == "purity":
        purity = table.purity[rows]
        keys, how = [-np.where(purity > 0, purity, np.nan)], "fraction of the largest class"
    elif by == "disagreement":
        keys, how = [-table.opinions.disagreement(opinion)[rows]], f"distance of {opinion} from the label"
    elif by == "random":
        keys, how = [np.random.default_rng(seed).random(len(corpus.samples))[rows]], "chance"
    else:
        assert like is not None  # `unavailable` has refused it
        keys, how = _distance(corpus, rows, like)
    first = keys[0]
    keys[0] = np.where(np.isnan(first), np.inf, -first if reverse else first)
    return Ordered(rows[np.lexsort(keys[::-1])], how)


def _distance(corpus: Corpus, rows: np.ndarray, like: str) -> tuple[list[np.ndarray], str]:
    """How far samples are from one; first by features, where those of both are there, then by their labels."""
    here = int(corpus.index.rows([like])[0])
    labels = label_distance(corpus, rows, here)
    places = _features_of(corpus)
    if places is None or like not in places.index:
        return [labels], f"label's fractions, to {like}"
    known = places.index.get_indexer(corpus.samples.index[rows])
    values = places.to_numpy()
    away = np.linalg.norm(values[known] - values[places.index.get_loc(like)], axis=1)
    away[known < 0] = np.nan
    lacking = int((known < 0).sum())
    more = f", {lacking:,} without features last" if lacking else ""
    return [away, labels], f"imagery's features (explorer score), to {like}{more}"


def label_distance(corpus: Corpus, rows: np.ndarray, here: int) -> np.ndarray:
    """Share of the cell in which two labels differ: half the sum of their fractions' differences, float64 `(n,)`, 0 to 1."""
    matrix = corpus.index.fractions.matrix
    own = np.asarray(matrix[here].toarray(), np.float64).ravel()
    chosen = matrix[rows]
    there = own[chosen.indices]
    # What a row does not hold differs by all of the sample's own fraction.
    more = np.abs(chosen.data - there) - there
    sums = np.concatenate([[0.0], np.cumsum(more)])
    return np.asarray((own.sum() + sums[chosen.indptr[1:]] - sums[chosen.indptr[:-1]]) / 2)


_FEATURES: WeakKeyDictionary[Corpus, tuple[int, pd.DataFrame]] = WeakKeyDictionary()
_LOCK = forking.Lock()


def _features_of(corpus: Corpus) -> pd.DataFrame | None:
    """Measured samples by `sample_id` in a space in which near ones are alike; None where too few or too many are measured."""
    into = score.folder(corpus.where)
    parts = len(list((into / score.PARTS).glob("*.parquet")))
    if not 0 < parts <= MAX_FEATURES // score.PART:
        return None
    with _LOCK:
        kept = _FEATURES.get(corpus)
        if kept is None or kept[0] != parts:
            kept = _FEATURES[corpus] = (parts, components(score.measured(into)))
        return kept[1]


def components(features: pd.DataFrame) -> pd.DataFrame:
    """Principal components of features, a row a sample, float32 `(n, 24)` at most: distances in them count correlated features once.

    Features are centred by their medians and divided by their median absolute deviations; what is missing counts as usual.
    """
    values = features.to_numpy(np.float64)
    with np.errstate(all="ignore"):
        known = values[:, np.isfinite(values).any(axis=0)]
        middle = np.nanmedian(known, axis=0)
        spread = 1.4826 * np.nanmedian(np.abs(known - middle), axis=0)
    usable = spread > 0
    scaled = np.nan_to_num((known[:, usable] - middle[usable]) / spread[usable])
    scaled = np.clip(scaled, -_OUTLIER, _OUTLIER)
    scaled -= scaled.mean(axis=0)
    _, axes = np.linalg.eigh(scaled.T @ scaled)
    found = scaled @ axes[:, ::-1][:, :_COMPONENTS]
    return pd.DataFrame(found.astype(np.float32), index=features.index)
