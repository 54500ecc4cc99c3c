"""What the panel that judges models is told: the numbers of `explorer.opinions.scores`, in the form that its script draws."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.opinion_conditions import Says
from explorer.opinions import scores as scoring
from explorer.opinions.columns import class_pair, code_of
from explorer.opinions.opinion import Opinion
from explorer.opinions.question import LEVELS, OWN, Question
from explorer.opinions.scores import Pair, Scores
from explorer.review import groupings
from explorer.review.groupings import Grouping
from explorer.views.common import palettes
from explorer.views.judge.messages import (
    JudgeBin,
    JudgeChoice,
    JudgeClass,
    JudgeMeasure,
    JudgePair,
    JudgePart,
    JudgeScore,
)

_MEASURES = {
    "agreement": "Agreement",
    "macro_f1": "Macro F1",
    "disagreement": "Disagreement of fractions",
}


@dataclass
class Held:
    """An opinion held against the labels of some samples in some groups of classes; what has been computed of it is kept."""

    opinion: Opinion
    grouping: Grouping
    mask: np.ndarray
    """Which samples are asked for, bool `(n,)`."""
    pair: Pair
    _scores: dict[str, Scores] = field(default_factory=dict)

    @classmethod
    def of(cls, corpus: Corpus, question: Question, mask: np.ndarray) -> Held:
        """Raises `UnknownOpinionError`, `InvalidQueryError`."""
        opinion = corpus.opinions[question.opinion]
        grouping = question.grouping(opinion)
        return cls(opinion, grouping, mask, opinion.beside_labels(grouping=grouping, mask=mask))

    def scores(self, by: str) -> Scores:
        """As `scores.scores`."""
        if by not in self._scores:
            self._scores[by] = scoring.scores(self.pair, self.opinion.notes, by)
        return self._scores[by]


def offered_groupings(corpus: Corpus, names: list[str]) -> list[JudgeChoice]:
    """Levels of CORINE, the finest groups of an opinion's legend where these are others, and the groupings that are known."""
    found: list[JudgeChoice] = [{"value": level, "text": f"CORINE, level {level}"} for level in LEVELS]
    if any(not corpus.opinions[name].choose().level for name in names if name in corpus.opinions):
        found.append({"value": OWN, "text": "The model’s own classes"})
    found += [{"value": name, "text": name} for name in groupings.known()]
    return found


def classes(pair: Pair, palette: str) -> list[JudgeClass]:
    """The classes of a cross-table, with what is none; in the colours of the map."""
    grouping = pair.grouping
    if grouping.level:
        colours = palettes.hexes(palettes.class_table(grouping.level, palette))[1:]
    else:
        colours = [palettes.of_class(members[0], palette) for members in grouping.members]
    return [
        {"code": code, "title": pair.title(code), "colour": colour}
        for code, colour in zip(pair.classes, [*colours, "", ""], strict=True)
    ]


def cross(pair: Pair, question: Question) -> dict[str, Any]:
    """Places of rows and columns that have samples, and what stands in the cells: samples, or shares of a row or column."""
    table = np.asarray(pair.table(question.by), np.float64)
    rows, columns = (np.flatnonzero(table.sum(axis=axis) > 0.05) for axis in (1, 0))
    there = np.union1d(rows, columns)
    values = table[np.ix_(there, there)]
    places = there.tolist()
    return {"rows": places, "columns": places, "values": values.round(2).tolist()}


def condition(held: Held, label: int | None, said: int | None) -> dict[str, Any] | None:
    """The filter of a cell (both codes), a row (`label`) or a column (`said`) of the cross-table; None where there is none."""
    if said is None:
        return {"largest": (label,)} if held.grouping.level and label in held.grouping.codes else None
    if label is None:
        same = class_pair(held.opinion, held.grouping, said, said)
        return {"says": (Says(same.name, (same.said,), same.groups),)}
    return {"class_pair": (class_pair(held.opinion, held.grouping, label, said),)}


def chosen(held: Held, filters: Filters) -> tuple[int | None, int | None]:
    """The classes of label and opinion that filters ask for, as codes; None where they ask for none in these groups."""
    given = {"largest": filters.largest, "says": filters.says, "class_pair": filters.class_pair}
    given = {name: value for name, value in given.items() if value}
    if len(given) != 1:
        return None, None
    for label, said in _candidates(held.grouping, filters):
        if condition(held, label, said) == given:
            return label, said
    return None, None


def _candidates(grouping: Grouping, filters: Filters) -> Iterator[tuple[int | None, int | None]]:
    try:
        for code in filters.largest:
            yield code, None
        for one in filters.says:
            yield None, code_of(one.classes[0], grouping)
        for pair in filters.class_pair:
            yield code_of(pair.label, grouping), code_of(pair.said, grouping)
    except InvalidQueryError:  # of other groups
        return


def class_scores(pair: Pair, found: Scores) -> list[JudgeScore]:
    """The table of all classes."""
    place = {code: i for i, code in enumerate(pair.classes)}
    return [
        {"place": place[row.Index], "labelled": round(float(row.labelled), 2), "said": round(float(row.said), 2),
         "precision": share(row.precision), "recall": share(row.recall), "f1": share(row.f1),
         "average_precision": share(row.average_precision), "label_mean": float(row.label_mean),
         "opinion_mean": float(row.opinion_mean), "error": float(row.error)}
        for row in rows_of(found.classes)
    ]  # fmt: skip


def bins(pair: Pair, code: int) -> tuple[list[JudgeBin], float | None]:
    """The calibration curve of the largest class, or of one (its code). Raises `InvalidQueryError`."""
    found = scoring.calibration(pair, code or None)
    rows: list[JudgeBin] = [
        {"low": row.low, "high": row.high, "samples": int(row.samples), "said": share(row.said), "found": share(row.found)}
        for row in rows_of(found.table)
    ]  # fmt: skip
    return rows, share(found.error)


def parts(corpus: Corpus, pair: Pair, by: str) -> list[JudgePart]:
    """Agreement by part of the corpus, the largest part first but where parts have an order."""
    table = scoring.by_part(pair, corpus, by)
    if by in ("country", "class"):
        table = table.sort_values("samples", ascending=False, kind="stable")
    return [
        {"name": str(row.Index), "samples": int(row.samples), "agreement": share(row.agreement),
         "macro_f1": share(row.macro_f1), "disagreement": share(row.disagreement)}
        for row in rows_of(table)
    ]  # fmt: skip


def two(corpus: Corpus, held: Held, other: str) -> dict[str, Any]:
    """This opinion and another. Raises `UnknownOpinionError`, `InvalidQueryError`."""
    found = held.opinion.compare(corpus.opinions[other], grouping=held.grouping, mask=held.mask)
    place = {code: i for i, code in enumerate(held.pair.classes)}
    measures: list[JudgeMeasure] = [
        {"name": _MEASURES[str(row.Index)], "first": share(row.first), "second": share(row.second),
         "difference": share(row.difference), "low": share(row.low), "high": share(row.high)}
        for row in rows_of(found.table)
    ]  # fmt: skip
    rows: list[JudgePair] = [
        {"place": place[row.Index], "labelled": int(row.labelled), "first": share(row.first), "second": share(row.second),
         "difference": share(row.difference), "low": share(row.low), "high": share(row.high)}
        for row in rows_of(found.classes)
    ]  # fmt: skip
    return {
        "other": other, "samples": found.samples, "first_only": found.first_only, "second_only": found.second_only,
        "p_value": found.p_value, "confidence": found.confidence, "measures": measures, "rows": rows,
    }  # fmt: skip


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table as named tuples, of whatever types."""
    return iter(table.itertuples())


def share(value: Any) -> float | None:
    """A number as a message has it: None where there is none."""
    number = float(value)
    return None if math.isnan(number) else round(number, 5)
