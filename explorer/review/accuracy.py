"""How good the labels are: confusion matrix, accuracies and areas with confidence intervals, from verdicts.

The estimators and their sources are in `explorer.review.estimators`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer import nomenclature
from explorer.errors import ExplorerError, InvalidQueryError
from explorer.products import CELL_SIZE_M
from explorer.review import consensus, sampling
from explorer.review.estimators import Accuracy, Label, from_counts, from_units
from explorer.review.queue import QueueSpec

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.review.records import Records

__all__ = ["Accuracy", "estimate", "from_records", "weights_of"]

NOT_NAMED = 0
"""The reference class where a reviewer says that the label is wrong, and not what is there."""
SAMPLE_HECTARES = CELL_SIZE_M**2 / 10_000
CITATION = (
    "Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E. & Wulder, M. A. (2014) Good practices for "
    "estimating area and assessing accuracy of land change. Remote Sensing of Environment 148, 42-57, "
    "https://doi.org/10.1016/j.rse.2014.02.015"
)
STEHMAN = (
    "Stehman, S. V. (2014) Estimating area and map accuracy for stratified random sampling when the strata are different "
    "from the map classes. International Journal of Remote Sensing 35, 4923-4939, "
    "https://doi.org/10.1080/01431161.2014.930207"
)


def estimate(
    confusion: np.ndarray | pd.DataFrame | Sequence[Sequence[int]],
    weights: np.ndarray | pd.Series | Mapping[Label, float] | Sequence[float],
    classes: Sequence[Label] | None = None,
    *,
    confidence: float = 0.95,
    total_area: float | None = None,
    titles: Mapping[Label, str] | None = None,
) -> Accuracy:
    """Accuracies and areas from counts of a sample that is stratified by the map's classes, after Olofsson et al. (2014).

    `confusion[i][j]`: samples of class i in the map and class j in the reference (rows map, columns reference).
    `weights`: share of the area that the map gives each class, in the order of the rows or by class; areas in any unit
    are made shares. `total_area` in hectares. A class of the map with no sample, or one, gives NaN, and `notes` says so.
    Raises `InvalidQueryError` for what is no such matrix.
    >>> found = estimate([[90, 10], [5, 95]], weights=[0.3, 0.7])
    >>> round(found.overall, 3), round(found.overall_ci, 3)
    (0.935, 0.035)
    """
    if isinstance(confusion, pd.DataFrame):
        own = [*confusion.index, *(c for c in confusion.columns if c not in confusion.index)]
        classes = list(classes or own)
        confusion = confusion.reindex(index=pd.Index(classes), columns=pd.Index(classes), fill_value=0)
    try:
        counts = np.array(confusion, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidQueryError("a confusion matrix has numbers only, as many in each row") from None
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise InvalidQueryError(f"a confusion matrix has as many rows as columns, not {counts.shape}")
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise InvalidQueryError("a confusion matrix holds counts: whole numbers from 0")
    names = tuple(range(len(counts)) if classes is None else classes)
    if len(names) != len(counts) or len(set(names)) < len(names):
        raise InvalidQueryError(f"{len(counts)} classes need {len(counts)} different names, not {len(names)}")
    if not 0 < confidence < 1:
        raise InvalidQueryError(f"a confidence lies between 0 and 1, not {confidence}")
    found = from_counts(
        counts.astype(np.int64), _shares(weights, names), names, confidence, dict(titles or {})
    )
    return _with(found, total_area=total_area)


def _with(found: Accuracy, **given: Any) -> Accuracy:
    return Accuracy(**(vars(found) | given))


def _shares(weights: Any, classes: tuple[Label, ...]) -> np.ndarray:
    if isinstance(weights, (pd.Series, Mapping)):
        missing = [label for label in classes if label not in weights]
        if missing:
            raise InvalidQueryError(f"no weight is given for class {missing[0]}")
        weights = [weights[label] for label in classes]
    try:
        shares = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidQueryError("weights are numbers, one a class") from None
    if shares.shape != (len(classes),):
        raise InvalidQueryError(f"{len(classes)} classes need {len(classes)} weights, not {shares.shape}")
    if not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0:
        raise InvalidQueryError("weights are shares or areas: from 0, and not all 0")
    return shares / shares.sum()


def weights_of(corpus: Corpus, level: int = 1, by: str = "samples") -> pd.Series:
    """Share of each class of a level (1 to 3) in the labels of a corpus, by code; only classes that are there.

    By `samples` (whose largest class it is), or by `area` (its fractions). Samples without a label are left out.
    """
    if by == "area":
        codes, matrix = corpus.index.fractions.at_level(level)
        shares = pd.Series(np.asarray(matrix.sum(axis=0), np.float64).ravel(), index=codes)
    elif by == "samples":
        largest = corpus.filter_table.largest(level)
        shares = pd.Series(largest[largest > 0]).value_counts().sort_index().astype(np.float64)
    else:
        raise InvalidQueryError(f"shares are counted by samples or by area, not by {by[:20]!r}")
    shares = shares[shares > 0]
    shares.index = pd.Index(shares.index, dtype=np.int64, name="class")
    return (shares / shares.sum()).rename("weight")


def from_records(
    corpus: Corpus,
    records: Records,
    level: int = 1,
    *,
    queue: str | None = None,
    drawn_only: bool = True,
    confidence: float = 0.95,
) -> Accuracy:
    """Accuracy of a corpus's labels by what the records hold true of its samples (`Records.final`), on a level (1 to 3).

    Only samples of one random draw count (the `queue` named, else the one with most verdicts): what was looked at
    because it was suspect says nothing of the rest. `drawn_only=False` takes all, and `notes` warns. A wrong label whose
    true class nobody named counts as wrong, in column 0. Unsure and disputed samples are left out, and counted in `notes`.
    Raises `InvalidQueryError` where there is no such verdict.
    """
    current = records.current()
    final = consensus.final(current)
    decided = final[final["state"].isin(["correct", "wrong"])]
    rows = current.set_index("id").loc[decided["verdict_id"]]
    reference = consensus.reference_classes(rows.reset_index(), level).reindex(rows.index)
    table = pd.DataFrame(
        {
            "map": pd.Series(corpus.filter_table.largest(level), index=corpus.samples.index).reindex(
                decided.index
            ),
            "reference": reference.fillna(NOT_NAMED).to_numpy(np.int64),
        },
        index=decided.index,
    ).astype(np.int64)
    notes: list[str] = []
    spec, sizes, strata = None, dict[int, int](), pd.Series(dtype=np.int64)
    if drawn_only:
        name = queue or _drawn_queue(current)
        spec = _spec(name)
        table, strata, sizes = _of_draw(corpus, spec, table)
        left = final.index.intersection(pd.Index(_ids(corpus, spec))).difference(table.index)
        notes.append(f"{len(table):,} decided samples of the draw {name}.")
        if spec.filter or spec.area or spec.classes:
            notes.append(
                "The draw was from a part of the corpus (its filters); the estimates are of that part."
            )
    else:
        left = final.index.difference(decided.index)
        notes.append(
            "Not a random draw: all verdicts count, also of samples chosen because they looked wrong. These numbers "
            "describe the reviewed samples, not the corpus."
        )
    states = final.loc[left, "state"].value_counts()
    if states.sum():
        notes.append("Left out: " + ", ".join(f"{count} {state}" for state, count in states.items()) + ".")
    if not len(table):
        raise InvalidQueryError(
            "no sample of this draw has been judged correct or wrong yet; review some first"
        )
    return _estimated(corpus, table, strata, sizes, spec, level, confidence, notes)


def _estimated(
    corpus: Corpus,
    table: pd.DataFrame,
    strata: pd.Series,
    sizes: dict[int, int],
    spec: QueueSpec | None,
    level: int,
    confidence: float,
    notes: list[str],
) -> Accuracy:
    if spec is None or not (spec.filter or spec.area or spec.classes):
        weights = weights_of(corpus, level)
        population = int((corpus.filter_table.largest(level) > 0).sum())
    else:
        inside = sampling.strata(corpus, level, _population(corpus, spec))
        weights = inside.value_counts(normalize=True).sort_index()
        population = len(inside)
    classes = tuple(sorted({*map(int, weights.index), *table["map"].tolist(), *table["reference"].tolist()}))
    shares = weights.reindex(classes, fill_value=0.0).to_numpy(np.float64)
    titles: dict[Label, str] = {c: nomenclature.land_cover(c).title for c in classes if c}
    titles[NOT_NAMED] = "Another class, not named"
    if spec is not None and spec.by != level:
        found = from_units(
            strata.to_numpy(), table["map"].to_numpy(), table["reference"].to_numpy(), sizes, shares, classes,
            confidence, titles,
        )  # fmt: skip
    else:
        counts = np.zeros((len(classes), len(classes)), np.int64)
        places = pd.Index(classes)
        np.add.at(counts, (places.get_indexer(table["map"]), places.get_indexer(table["reference"])), 1)
        members = np.rint(shares * population).astype(np.int64)
        found = from_counts(counts, shares, classes, confidence, titles, members if spec else None)
    return _with(found, notes=(*notes, *found.notes), total_area=population * SAMPLE_HECTARES)


def _drawn_queue(current: pd.DataFrame) -> str:
    drawn = current[current["probability"].notna() & current["queue"].str.startswith("random")]
    if not len(drawn):
        raise InvalidQueryError(
            "no verdict is of a random draw, so nothing can be said of the corpus as a whole; review a queue such as "
            "random:n=200, or take in samples that were chosen, not drawn (--all, drawn_only=False)"
        )
    return str(drawn.groupby("queue")["sample_id"].nunique().sort_values(kind="stable").index[-1])


def _spec(name: str) -> QueueSpec:
    try:
        spec = QueueSpec.parse(name)
    except ExplorerError as error:
        raise InvalidQueryError(
            f"the queue {name[:60]!r} of these verdicts cannot be understood: {error}"
        ) from error
    if spec.kind != "random":
        raise InvalidQueryError(f"{name[:60]} is no random draw; name one, as random:n=200,seed=3")
    return spec


def _population(corpus: Corpus, spec: QueueSpec) -> pd.Index:
    return corpus.samples.index[spec.mask(corpus)]


def _ids(corpus: Corpus, spec: QueueSpec) -> tuple[str, ...]:
    return QueueSpec(**(vars(spec) | {"team": ()})).build(corpus).ids


def _of_draw(
    corpus: Corpus, spec: QueueSpec, table: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series, dict[int, int]]:
    """The rows of a draw's samples, the stratum of each, and how many samples each stratum has."""
    of = sampling.strata(corpus, spec.by, _population(corpus, spec))
    sizes = {int(str(stratum)): int(size) for stratum, size in of.value_counts().sort_index().items()}
    drawn = pd.Index(_ids(corpus, spec))
    inside = table.index[(drawn.get_indexer(table.index) >= 0) & (of.index.get_indexer(table.index) >= 0)]
    return table.loc[inside], of.loc[inside], sizes
