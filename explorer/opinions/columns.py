"""What opinions say of all samples of a corpus, in columns that filters, orders and layers of the map ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import InvalidQueryError
from explorer.corpus.query import opinion_conditions as conditions
from explorer.opinions.scores import NO_OPINION, TITLES, Labels
from explorer.review import groupings
from explorer.review.groupings import NOT_NAMED, OUTSIDE, Grouping

if TYPE_CHECKING:
    from explorer.opinions.collection import Opinions
    from explorer.opinions.opinion import Opinion

_SPECIAL = {conditions.SEVERAL: NOT_NAMED, conditions.NONE: OUTSIDE}


class Columns:
    """See `explorer.corpus.query.opinion_conditions.OpinionColumns`. Opinions are looked up each time: they come and go while a page is open.

    What was found out of an opinion is kept with it. It may be used from many threads.
    """

    def __init__(self, opinions: Opinions, labels: Labels) -> None:
        self._opinions, self._labels = opinions, labels

    def __contains__(self, name: object) -> bool:
        """Whether there is an opinion of that name."""
        return name in self._opinions

    def disagreement(self, name: str, groups: str = conditions.OWN) -> np.ndarray:
        """Half the sum of absolute differences of fractions from the label's, 0 to 1, float32 `(n,)`; NaN where one of both is lacking.

        Raises `UnknownOpinionError`, `InvalidQueryError`, as all of these do.
        """
        found = self._opinions[name]
        return found.apart_of_corpus(grouping_of(found, groups))

    def said(self, name: str, classes: tuple[str, ...], groups: str = "") -> np.ndarray:
        """Whether the largest class of what is said is one of these, bool `(n,)`."""
        found = self._opinions[name]
        mask = np.zeros(len(found.corpus.samples), bool)
        for one in classes:
            grouping = _grouping_for(found, one, groups)
            mask |= found.of_corpus(grouping) == code_of(one, grouping)
        return mask

    def labelled(self, name: str, classes: tuple[str, ...], groups: str = "") -> np.ndarray:
        """The same of the label, in the same groups."""
        found = self._opinions[name]
        mask = np.zeros(len(found.corpus.samples), bool)
        for one in classes:
            grouping = _grouping_for(found, one, groups)
            mask |= self._labels.of_corpus(grouping) == code_of(one, grouping)
        return mask

    def classes(self, name: str, level: int) -> np.ndarray:
        """The code of the largest class of what is said, of a level of CORINE's, int64 `(n,)`; 0 where it names none of them."""
        return np.maximum(self._opinions[name].of_corpus(groupings.of_level(level)), 0)

    def titles(self, name: str, rows: np.ndarray) -> np.ndarray:
        """The largest class of what is said of some samples (positions `(m,)`), by its title, object `(m,)`; empty where nothing is."""
        found = self._opinions[name]
        grouping = found.choose()
        names = {**dict(zip(grouping.codes, grouping.titles, strict=True)), **TITLES, NO_OPINION: ""}
        return np.array([names[code] for code in found.of_corpus(grouping)[rows].tolist()], object)

    def differ(self, name: str, other: str = "", groups: str = conditions.OWN) -> np.ndarray:
        """Whether two opinions name different largest classes, in the groups of the first; without `other`, an opinion and the label."""
        found = self._opinions[name]
        grouping = grouping_of(found, groups)
        first = found.of_corpus(grouping)
        second = self._opinions[other].of_corpus(grouping) if other else self._labels.of_corpus(grouping)
        return np.asarray((first != second) & (first != NO_OPINION) & (second != NO_OPINION))


def grouping_of(opinion: Opinion, groups: str) -> Grouping:
    """The groups that a condition names: a level, a grouping, or the finest that the opinion's legend tells apart. Raises `InvalidQueryError`."""
    if groups in ("", conditions.OWN):
        return opinion.choose()
    return groupings.of_level(int(groups)) if groups in conditions.LEVELS else groupings.find(groups)


def _grouping_for(opinion: Opinion, one: str, groups: str) -> Grouping:
    """Where nothing is said, a code has the groups of its own level."""
    if not groups and one.isdigit():
        return groupings.of_level(len(one))
    return grouping_of(opinion, groups)


def code_of(one: str, grouping: Grouping) -> int:
    """The code of a class that a condition names by code, title, `several` or `none`. Raises `InvalidQueryError`."""
    if one in _SPECIAL:
        return _SPECIAL[one]
    if one.isdigit() and int(one) in grouping.codes:
        return int(one)
    for code, title in zip(grouping.codes, grouping.titles, strict=True):
        if title.casefold() == one.casefold():
            return code
    raise InvalidQueryError(
        f"the grouping {grouping.name} has no class {one[:60]!r}; it has {', '.join(grouping.titles)[:300]}"
    )


def class_pair(opinion: Opinion, grouping: Grouping, label: int, said: int) -> conditions.ClassPair:
    """The condition that is a cell of a cross-table, by its codes in a grouping.

    >>> from explorer.review.groupings import find, of_level
    >>> model = corpus.opinions["made-up-good"]
    >>> str(class_pair(model, of_level(2), 23, 21)), str(class_pair(model, find("bigearthnet-19"), 5, -1))
    ('made-up-good:23:21', 'made-up-good:Pastures:none:bigearthnet-19')
    """
    names = {code: name for name, code in _SPECIAL.items()}
    if grouping.level:
        special = label in names or said in names
        groups = str(grouping.level) if special else ""
        texts = [names.get(code, str(code)) for code in (label, said)]
    else:
        groups = conditions.OWN if grouping == opinion.choose() else grouping.name
        texts = [names[code] if code in names else grouping.title(code) for code in (label, said)]
    return conditions.ClassPair(opinion.name, texts[0], texts[1], groups)
