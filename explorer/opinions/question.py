"""What is asked of an opinion beside the labels, as one short text: `made-up-good,3,table;fractions;rows`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import numpy as np
import pandas as pd

from explorer.analysis.link_words import read_words
from explorer.core.errors import InvalidQueryError
from explorer.opinions import kept_files, scores
from explorer.review import groupings
from explorer.review.groupings import Grouping

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.opinions.opinion import Opinion

PARTS: Mapping[str, str] = {
    "table": "Cross-table",
    "classes": "Class by class",
    "calibration": "Calibration",
    "parts": "Part by part",
    "two": "Two models",
}
"""What can be asked, and its title."""
VALUES: Mapping[str, str] = {
    "counts": "Samples",
    "rows": "Share of the label",
    "columns": "Share of the model",
}
"""What stands in a cross-table's cells."""
OWN = "own"
"""The finest groups of classes that the opinion's legend tells apart."""
LEVELS = ("1", "2", "3")
_LONGEST = 120
_CODE = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """What of an opinion (`opinion`, a name) is asked: a `part` of `PARTS`.

    `groups` are the classes: `1`, `2` or `3` for a level of CORINE's, the name of a grouping, or `own`. `by` is of `scores.WAYS`,
    `values` of `VALUES`, `of` (of `scores.BY`) says which parts of the corpus, `code` whose calibration (0: the largest class'),
    `other` the opinion that it is compared with (empty: none is chosen). Raises `InvalidQueryError`.
    """

    opinion: str
    groups: str = "3"
    part: str = "table"
    by: str = "largest"
    values: str = "counts"
    of: str = "country"
    code: int = 0
    other: str = ""

    def __post_init__(self) -> None:
        """Check every value."""
        for name in filter(None, (self.opinion, self.other)):
            if not kept_files.NAME.fullmatch(name):
                raise InvalidQueryError(f"judge: {name[:60]!r} is no name of an opinion")
        if not 0 < len(self.groups) <= _LONGEST or not self.groups.isprintable():
            raise InvalidQueryError(f"judge: {self.groups[:40]!r} is no name of a grouping")
        for value, known in (
            (self.part, PARTS),
            (self.by, scores.WAYS),
            (self.values, VALUES),
            (self.of, scores.BY),
        ):
            if value not in known:
                raise InvalidQueryError(f"judge: {value[:20]!r} is none of {', '.join(known)}")
        if not 0 <= self.code <= 999:
            raise InvalidQueryError(f"judge: {self.code} is no code of a class")

    def __str__(self) -> str:
        """The short text that `parse` reads."""
        words = [
            ",".join((self.opinion, quote(self.groups, safe=" "), self.part)),
            self.by if self.by != "largest" else "",
            self.values if self.values != "counts" else "",
            f"of:{self.of}" if self.of != "country" else "",
            f"class:{self.code}" if self.code else "",
            f"with:{self.other}" if self.other else "",
        ]
        return ";".join(filter(None, words))

    def grouping(self, opinion: Opinion) -> Grouping:
        """The groups of classes that are asked for. Raises `InvalidQueryError`."""
        if self.groups == OWN:
            return opinion.choose()
        return groupings.of_level(int(self.groups)) if self.groups in LEVELS else groupings.find(self.groups)

    def table(self, corpus: Corpus, mask: np.ndarray | None = None) -> pd.DataFrame:
        """The answer as a table, of all samples or of a mask, bool `(n,)`. Raises `UnknownOpinionError`, `InvalidQueryError`.

        >>> Question("made-up-good", "1").table(corpus).shape
        (5, 5)
        >>> Question("made-up-good", "1", "two", other="made-up-confused").table(corpus).columns.tolist()[:2]
        ['title', 'labelled']
        """
        opinion = corpus.opinions[self.opinion]
        grouping = self.grouping(opinion)
        if self.part == "table":
            return opinion.confusion(grouping=grouping, by=self.by, mask=mask)
        if self.part == "classes":
            return opinion.scores(grouping=grouping, by=self.by, mask=mask).classes
        if self.part == "calibration":
            return opinion.calibration(grouping=grouping, code=self.code or None, mask=mask).table
        if self.part == "parts":
            return opinion.scores_by(self.of, grouping=grouping, mask=mask)
        if not self.other:
            raise InvalidQueryError("choose the model that it is to be compared with")
        return opinion.compare(corpus.opinions[self.other], grouping=grouping, mask=mask).classes


def parse(text: str) -> Question:
    """A question from its short text: opinion, groups and part, then other words in any order. Raises `InvalidQueryError`.

    >>> parse("made-up-good,2,parts;of:zone")
    Question(opinion='made-up-good', groups='2', part='parts', by='largest', values='counts', of='zone', code=0, other='')
    """
    head, _, rest = text.partition(";")
    opinion, _, more = head.partition(",")
    groups, comma, part = more.partition(",")
    if not comma:
        raise InvalidQueryError(f"judge: {head[:60]!r} is no opinion, classes and part, as my-model,3,table")
    found = read_words(rest, _read, "judge: ")
    return Question(opinion.strip(), unquote(groups.strip()), part.strip(), **found)  # type: ignore[arg-type]  # the keys are written below


def _read(word: str) -> dict[str, object]:
    if word in scores.WAYS:
        return {"by": word}
    if word in VALUES:
        return {"values": word}
    key, _, value = word.partition(":")
    if key == "of":
        return {"of": value}
    if key == "class" and _CODE.fullmatch(value):
        return {"code": int(value)}
    if key == "with":
        return {"other": value}
    raise InvalidQueryError(f"judge: {word[:30]!r} is not understood")
