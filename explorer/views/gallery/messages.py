"""What the gallery and its script tell each other. `ticket` counts the pages that were asked for: what has an older one is dropped."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypedDict, Unpack

from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser

MAX_MARKED = 200
"""Samples that are marked at once: as many as a page can have, and a link to a queue of them can hold."""
Ids: TypeAlias = Annotated[list[Word], Most(MAX_MARKED)]


class Tile(TypedDict):
    """A sample: its largest class with colour and share (0 to 1), and the verdict on it with whose it is; empty and None where hidden or unknown."""

    id: str
    title: str
    colour: str
    share: float | None
    verdict: str
    by: str


class GalleryChoice(TypedDict):
    """What can be chosen; `off` says why not, where it cannot."""

    value: str
    text: str
    group: str
    off: str


class SimilarShown(TypedDict):
    """How a search for what is alike stands: for what (`ofs`; the first is what is shown), by what, of which label, how many.

    `middle` says how several samples count, `mean` or `medoid`; empty: there is one. `only`: the map shows nothing but what was found.
    """

    ofs: list[GalleryChoice]
    by: str
    bys: list[GalleryChoice]
    label: str
    labels: list[GalleryChoice]
    count: int
    counts: list[int]
    middle: str
    only: bool


class GalleryPage(TypedDict):
    """`page` counts from 1, `count` samples in all; `source` and `how` say whose they are, and their order, in words.

    `date` and `composite` are the chosen values, empty: the page's; `date_shown` and `composite_shown` in words.
    `sample` is the one that the page shows. `hidden`: labels are. `similar`: these are samples that look like others. `nothing` says why there are none.
    """

    tiles: list[Tile]
    page: int
    size: int
    count: int
    source: str
    sort: str
    reverse: bool
    how: str
    sorts: list[GalleryChoice]
    dates: list[GalleryChoice]
    composites: list[GalleryChoice]
    date: str
    composite: str
    date_shown: str
    composite_shown: str
    sample: str | None
    hidden: bool
    similar: SimilarShown | None
    nothing: str


class Lack(TypedDict):
    """Why a sample has no picture: it is `absent`, or `broken`."""

    place: int
    state: str
    why: str


class ToGallery(ToBrowser):
    """A page of samples, and their pictures as they come. Places are positions on the page."""

    def ended(self, *, ticket: int) -> None:
        """All pictures of the page have come."""

    def file(self, *, name: str, media: str, bytes: bytes) -> None: ...
    def filled(self, *, ticket: int, places: list[int], shares: list[float]) -> None:
        """How much of some pictures is gap-filled, 0 to 1."""

    def hide(self) -> None: ...
    def likes(self, *, choices: list[GalleryChoice], only: bool) -> None:
        """What else could be searched for: the open sample, its pins and regions; and whether the map shows only what was found."""

    def page(self, *, ticket: int, **page: Unpack[GalleryPage]) -> None: ...
    def pictures(
        self, *, ticket: int, places: list[int], sizes: list[int], bytes: bytes, lacks: list[Lack]
    ) -> None:
        """`bytes` holds pictures one after another (JPEG), of these `sizes`."""

    def sample(self, *, id: str | None) -> None:
        """The page shows another sample."""

    def tiles(self, *, ticket: int, tiles: list[Tile]) -> None:
        """What is said of the page's samples has changed."""

    def trouble(self, *, text: str) -> None: ...


class FromGallery(FromBrowser):
    """Another page, order, size or picture; what to do with marked samples (all of the set, where `ids` is empty)."""

    def alike(self, *, of: Word, by: Word, label: Word, count: Number, ids: Ids, middle: Word = "") -> None:
        """Search for what looks like a sample, a pin, a region, or marked samples; `middle`: how several count, `mean` or `medoid`."""

    def closed(self) -> None: ...
    def composite(self, *, value: Annotated[str, Most(400)]) -> None: ...
    def date(self, *, value: Word) -> None: ...
    def list(self, *, ids: Ids) -> None: ...
    def map(self) -> None:
        """Close the gallery, and keep what is alike on the map."""

    def only(self, *, on: bool) -> None:
        """Whether the map shows only what was found."""

    def open(self, *, id: Word) -> None: ...
    def page(self, *, page: Number) -> None: ...
    def review(self, *, ids: Ids) -> None: ...
    def save(self, *, format: Word, ids: Ids) -> None: ...
    def shuffle(self) -> None: ...
    def size(self, *, size: Number) -> None: ...
    def sort(self, *, sort: Word, reverse: bool) -> None: ...
