"""What the panel that judges models and its script tell each other. `ticket` counts what was asked for: what has an older one is dropped.

Shares are 0 to 1, None where there is nothing that could tell. Classes are said by their place in `JudgeAsked.classes`.
"""

from __future__ import annotations

from typing import TypedDict, Unpack

from explorer.views.common.message_fields import Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser


class JudgeChoice(TypedDict):
    """What can be chosen."""

    value: str
    text: str


class JudgeClass(TypedDict):
    """A class: `code` is its number, which is shown where it says something (`numbered`)."""

    code: int
    title: str
    colour: str


class JudgeAsked(TypedDict):
    """What is asked, and what can be. `samples` have a label and an opinion; `of` are those that the map's filters leave.

    `source` says whose samples they are, `chosen` how many are in what of the answer the map is filtered by (None: by nothing of it), `about` whom to name for the opinion, `notes` what is to be known of it. `python` gives the same. `may_add`: the visitor may add opinions; `may_remove`: they added this one.
    """

    opinion: str
    groups: str
    part: str
    by: str
    values: str
    of_part: str
    code: int
    other: str
    opinions: list[str]
    groupings: list[JudgeChoice]
    classes: list[JudgeClass]
    numbered: bool
    samples: int
    of: int
    source: str
    chosen: int | None
    about: str
    notes: list[str]
    python: str
    may_add: bool
    may_remove: bool


class JudgeScore(TypedDict):
    """One class of a model: how many samples the labels and the model have of it, and how they agree."""

    place: int
    labelled: float
    said: float
    precision: float | None
    recall: float | None
    f1: float | None
    average_precision: float | None
    label_mean: float
    opinion_mean: float
    error: float


class JudgeBin(TypedDict):
    """A bin of a calibration curve: what is said on average in it, and how often it is so."""

    low: float
    high: float
    samples: int
    said: float | None
    found: float | None


class JudgePart(TypedDict):
    """A part of the corpus, by its name."""

    name: str
    samples: int
    agreement: float | None
    macro_f1: float | None
    disagreement: float | None


class JudgeMeasure(TypedDict):
    """A measure of two models, their difference and its interval."""

    name: str
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None


class JudgePair(TypedDict):
    """A class of two models: their F1, its difference and interval."""

    place: int
    labelled: float
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None


class ToJudge(ToBrowser):
    """The answer to what is asked: first what it is, then one of the parts, then the numbers of the head."""

    def asked(self, *, ticket: int, focus: bool, **asked: Unpack[JudgeAsked]) -> None:
        """`focus`: somebody has asked for the panel, and goes on in it; a link or a story that opens it takes no keys away."""

    def busy(self) -> None:
        """Something is being computed."""

    def calibration(self, *, ticket: int, bins: list[JudgeBin], error: float | None) -> None: ...
    def classes(self, *, ticket: int, rows: list[JudgeScore]) -> None: ...
    def cross(
        self,
        *,
        ticket: int,
        rows: list[int],
        columns: list[int],
        values: list[list[float]],
        label: int | None,
        said: int | None,
    ) -> None:
        """Samples (or parts of them) by class of label and model. `label` and `said` are classes that the map is filtered by."""

    def file(self, *, name: str, media: str, bytes: bytes) -> None: ...
    def form(self, *, legends: list[JudgeChoice], names: list[str], most_bytes: int) -> None:
        """The form to add an opinion opens: which legends are known, which names are taken, how large a file may be."""

    def hide(self) -> None: ...
    def parts(self, *, ticket: int, rows: list[JudgePart]) -> None: ...
    def summary(
        self,
        *,
        ticket: int,
        agreement: float | None,
        macro_f1: float | None,
        weighted_f1: float | None,
        mean_average_precision: float | None,
        disagreement: float | None,
        calibration_error: float | None,
    ) -> None: ...
    def trouble(self, *, text: str) -> None: ...
    def two(
        self,
        *,
        ticket: int,
        other: str,
        samples: int,
        first_only: int,
        second_only: int,
        p_value: float,
        confidence: float,
        measures: list[JudgeMeasure],
        rows: list[JudgePair],
        differ: bool,
    ) -> None:
        """`differ`: the map is filtered by where the two differ."""


class FromJudge(FromBrowser):
    """Another question; what of the answer the map is filtered by; what is taken away."""

    def add(self) -> None:
        """Somebody wants to add an opinion."""

    def added(self, *, name: Word) -> None:
        """The server has taken an opinion from here: it is to be shown."""

    def choose(
        self,
        *,
        opinion: Word = "",
        groups: Word = "",
        part: Word = "",
        by: Word = "",
        values: Word = "",
        of_part: Word = "",
        code: Number | None = None,
        other: Word | None = None,
    ) -> None:
        """What is left out stays."""

    def closed(self) -> None: ...
    def differ(self) -> None:
        """Filter the map by where the two models differ, or no more."""

    def filter(self, *, label: Number | None, said: Number | None) -> None:
        """Filter the map by a cell of the cross-table, a row or a column, by codes; or no more where it is already."""

    def gallery(self) -> None: ...
    def removed(self, *, name: Word) -> None:
        """An opinion was removed from here."""

    def save(self, *, file: Word, format: Word) -> None: ...
    def select(self, *, name: Word) -> None:
        """Filter the map by a part of the corpus."""

    def table(self) -> None:
        """List what the map shows."""
