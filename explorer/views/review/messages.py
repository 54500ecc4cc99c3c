"""What the review of labels and its script tell each other."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypedDict, Unpack

from explorer.review.queue import MAX_TEXT
from explorer.views.common.class_search import ClassNamed
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser
from explorer.views.review.review_service import Suspicion
from explorer.views.review.review_words import MAX_IDS_TEXT, LabelRow, OwnVerdict

MAX_GIVEN = 100
"""Verdicts that a tab can take back."""
Link: TypeAlias = Annotated[str, Most(MAX_TEXT)]


class KindOffered(TypedDict):
    """A kind of queue; `needs` are names of the form's fields, `off` says why it cannot be chosen."""

    id: str
    title: str
    text: str
    needs: list[str]
    off: str


class Choice(TypedDict):
    """An entry of a list to choose from."""

    value: str
    text: str


class Stratum(TypedDict):
    """A stratum of a draw; `half` is half the width of its accuracy's interval, 0 to 1."""

    title: str
    size: int
    drawn: int
    few: bool
    half: float | None


class StrataOption(TypedDict):
    """Other strata for the same draw: whether each gets enough, and from which size of the draw on."""

    value: str
    works: bool
    enough: int | None
    text: str


class DrawForecast(TypedDict, total=False):
    """What a draw can tell."""

    sentence: str
    notes: list[str]
    strata: list[Stratum]
    n: int
    works: bool
    options: list[StrataOption]
    advised: str
    chosen: str


class Forecast(DrawForecast):
    """The same, or alone the problem why it cannot be made."""

    problem: str


class Closing(TypedDict):
    """What the review of a queue has found, what is left, and queues that could be next (`text`, `why`, `resume`)."""

    found: list[str]
    left: list[str]
    estimate: str
    notes: list[str]
    next: list[dict[str, str]]
    disputed: int
    unsure: list[str]


class Work(TypedDict):
    """The sample under review, as the browser may know it: without its label where the review is blind."""

    sample: str
    queue: str
    position: int
    total: int
    done: int
    undoable: bool
    hidden: bool
    blind: bool
    scope: str
    revealed: bool
    labels: list[LabelRow]
    mine: OwnVerdict | None
    base: str | None
    others: list[dict[str, str]]
    suspicion: Suspicion | None
    suggestion: str
    told: str
    classes: list[ClassNamed]
    resume: str
    reviewer: str


class SeasonShown(TypedDict):
    """The sample at a date."""

    index: int
    date: str
    jpeg: bytes


class Neighbour(TypedDict):
    """A sample around; `ring` of x and y in km from the one that is shown, y to the south."""

    id: str
    ring: list[list[float]]
    colour: str
    title: str


class Around(TypedDict):
    """The samples around one, up to `reach` km away to each side."""

    cells: list[Neighbour]
    reach: float


class Chip(TypedDict):
    """A sample of a class, and how many km it is away."""

    id: str
    km: float
    jpeg: bytes


class ClassShown(TypedDict):
    """What a class looks like close by."""

    code: int
    title: str
    chips: list[Chip]


class SampleShown(TypedDict, total=False):
    """The sample's seasons, and what is around."""

    strip: list[SeasonShown]
    around: Around


class ChipsShown(SampleShown):
    """What classes look like close by; the first time also the sample itself."""

    classes: list[ClassShown]


class ToReviewPanel(ToBrowser):
    """The form, the sample under review, and what became of verdicts, which have ids."""

    def chips(self, *, sample: str, hidden: bool, **shown: Unpack[ChipsShown]) -> None: ...
    def closing(self, **closing: Unpack[Closing]) -> None: ...
    def file(self, *, name: str, media: str, bytes: bytes) -> None: ...
    def forecast(self, **forecast: Unpack[Forecast]) -> None: ...
    def off(self) -> None: ...
    def pong(self) -> None: ...
    def progress(self, *, done: int, total: int) -> None: ...
    def refused(self, *, id: str, text: str) -> None: ...
    def report(self, *, name: str, media: str, bytes: bytes) -> None: ...
    def saved(self, *, id: str, sample: str) -> None: ...
    def setup(
        self,
        *,
        kinds: list[KindOffered],
        classes: list[ClassNamed],
        reviewer: str,
        fixed: bool,
        resume: str,
        blind: bool,
        trouble: str,
        strata: list[Choice],
        opinions: list[str],
        opinion: str,
    ) -> None:
        """The form; `opinion`: the one of `opinions` that is beside the label; `fixed`: the reviewer is who has logged in."""

    def told(self, *, text: str) -> None: ...
    def trouble(self, *, text: str, id: str = "") -> None: ...
    def work(self, **work: Unpack[Work]) -> None: ...


Form = TypedDict(
    "Form",
    {
        "kind": Word,
        "class": Word,
        "count": Number,
        "seed": Number,
        "strata": Word,
        "allocation": Word,
        "opinion": Word,
        "label": Word,
        "said": Word,
    },
)
"""Which samples to review."""


class Begin(Form):
    """The form, or in `resume` the queue of a link; `given` are ids of verdicts that the tab can take back."""

    resume: Link
    ids: Annotated[str, Most(MAX_IDS_TEXT)]
    reviewer: Word
    blind: bool
    given: Annotated[list[Word], Most(MAX_GIVEN)]


class Adjustment(TypedDict):
    """What is said of a class."""

    code: Number
    action: Word
    fraction: Number | None


class Verdict(TypedDict):
    """A verdict on a sample; `link` is what was looked at."""

    id: Word
    sample: Word
    judgement: Word
    adjustments: Annotated[list[Adjustment], Most(200)]
    confidence: Number | None
    comment: Annotated[str, Most(4000)]
    link: Link


class LateVerdict(Verdict):
    """One whose answer did not come: `scope` names the queue, `base` the verdict that it was given after."""

    scope: Word
    base: Word | None


class FromReviewPanel(FromBrowser):
    """Which samples, the way through them, and verdicts."""

    def begin(self, **form: Unpack[Begin]) -> None: ...
    def chips(self, *, sample: Word, codes: Annotated[list[Number], Most(100)], first: bool) -> None: ...
    def close(self) -> None: ...
    def closing(self) -> None: ...
    def forecast(self, **form: Unpack[Form]) -> None: ...
    def gallery(self) -> None: ...
    def jump(self, *, position: Number) -> None: ...
    def late(self, **verdict: Unpack[LateVerdict]) -> None: ...
    def look(self) -> None: ...
    def map(self) -> None: ...
    def open(self) -> None: ...
    def ping(self) -> None: ...
    def rejudge(self) -> None: ...
    def report(self, *, classes: Word, all: bool, blind: bool) -> None: ...
    def save(self, *, format: Word) -> None: ...
    def step(self, *, by: Number) -> None: ...
    def undo(self) -> None: ...
    def verdict(self, **verdict: Unpack[Verdict]) -> None: ...
