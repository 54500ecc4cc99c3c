"""What the map, its legend and its table, and their scripts, tell each other. Coordinates x and y are EPSG:3857 metres."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, TypedDict, Unpack

from explorer.corpus.query.filters import MAX_VALUES
from explorer.views.common.message_fields import Most, Number, Word
from explorer.views.common.messages import FromBrowser, ToBrowser

Line: TypeAlias = Annotated[list[Number], Most(5_000)]
"""Of a line that is drawn around samples, one coordinate of its points."""
Condition: TypeAlias = Number | Word | Annotated[list[Number | Word], Most(MAX_VALUES)] | None
FilterName: TypeAlias = Literal[
    "largest", "classes", "min_fraction", "max_fraction", "purity", "mixture", "countries", "regions", "near", "zones", "review",
    "suspicion", "change", "imagery", "disagreement", "says", "class_pair", "differ", "embedding", "alike",
]  # fmt: skip
"""The fields of `query.filters.Filters`."""


class ClassOffered(TypedDict):
    """A class of CORINE to filter by."""

    code: int
    title: str
    level: int


class FilterOptions(TypedDict):
    """What the filters can be set to in this corpus."""

    classes: list[ClassOffered]
    countries: list[str]
    zones: list[int]
    imagery: list[str]
    review: list[str]
    suspicion: bool
    change: bool
    opinions: list[str]


class Looks(TypedDict):
    """How the map looks (names in `map_state`)."""

    shade: str
    palette: str
    theme: str
    base: str
    names: str
    ground: str


class NamesLook(TypedDict):
    """How names are drawn on the map: colours of what lies on land, of seas, and around their letters."""

    shown: bool
    ink: str
    water: str
    halo: str


class NameShown(TypedDict):
    """A name and its place (EPSG:3857 metres); `kind` is `country`, `sea`, `city` or `town`; seen from `start` to `end` metres a pixel."""

    text: str
    kind: str
    x: float
    y: float
    start: float
    end: float


class MapMark(TypedDict):
    """Something that was seen on the ground, or `count` that lie together: its place (EPSG:3857 metres), its class's colour, what is said of it.

    `rings` are the outlines of a polygon that is seen from close by, holes too, corners as [x, y].
    """

    x: float
    y: float
    count: int
    colour: str
    text: str
    rings: list[list[list[float]]]


class LooksOffered(TypedDict):
    """What it can be set to: name -> title."""

    shade: dict[str, str]
    palette: dict[str, str]
    theme: dict[str, str]
    base: dict[str, str]
    names: dict[str, str]
    ground: dict[str, str]


class MapShown(TypedDict):
    """How the popovers stand; `off` says of looks that cannot be chosen why not. `opinion`: of `opinions`, the one beside the label."""

    filters: dict[str, Any]
    look: Looks
    looks: LooksOffered
    off: dict[str, str]
    opinions: list[str]
    opinion: str
    names: NamesLook
    area: bool


class Overview(TypedDict):
    """A small picture of Europe: a `data:` URL, its box (x0, x1, y0, y1), its side in pixels."""

    src: str
    box: list[float]
    size: int


class ToMapTools(ToBrowser):
    """What lies over the map."""

    def busy(self) -> None: ...
    def drawn(self, *, number: int | None) -> None:
        """The view of this number is on its way; None: the one that the server wanted."""

    def acknowledged(self, *, number: int) -> None: ...
    def fly(self, *, x0: float, x1: float, y0: float, y1: float) -> None:
        """The map moves to these ranges."""

    def ground(self, *, marks: list[MapMark], credits: list[str], problems: list[str]) -> None:
        """All that was seen on the ground in view and near it, in place of what was told before; whom to name for it, and what cannot be read."""

    def names(self, *, names: list[NameShown]) -> None:
        """Names in view and near it, without those that were told before."""

    def notice(self, *, text: str) -> None: ...
    def options(self, **options: Unpack[FilterOptions]) -> None: ...
    def overview(self, **overview: Unpack[Overview]) -> None: ...
    def state(self, **state: Unpack[MapShown]) -> None: ...


class FromMapTools(FromBrowser):
    """Ranges, pointer, keys, and the popovers' controls."""

    def area(
        self,
        *,
        kind: Word,
        x0: Number = 0,
        x1: Number = 0,
        y0: Number = 0,
        y1: Number = 0,
        x: Line | None = None,
        y: Line | None = None,
    ) -> None:
        """Drawn around samples: a `rect` by its ends, or a `poly` by its points."""

    def clear_area(self) -> None: ...
    def filter(
        self, *, values: dict[FilterName, Condition] | None = None, clear: bool = False, number: Number
    ) -> None: ...
    def look(self, *, name: Word, value: Word, number: Number) -> None: ...
    def options(self) -> None: ...
    def place(self, *, lon: Number, lat: Number, resolution: Number) -> None:
        """Where the map came to rest: degrees, EPSG:3857 metres a pixel."""

    def step(self, *, east: Number, north: Number) -> None: ...
    def tap(self, *, x: Number, y: Number) -> None: ...
    def view(
        self, *, x0: Number, x1: Number, y0: Number, y1: Number, width: Number, height: Number, number: Number,
        moving: bool = False,
    ) -> None:  # fmt: skip
        """The ranges in view, and the size in pixels; `number` counts them; `moving`: on the way to where `fly` said."""


class LegendRow(TypedDict):
    """A class: how many samples of the set have it, their share of the set (0 to 1), whether it is isolated."""

    code: int
    title: str
    colour: str
    count: int
    share: float
    on: bool


class ToLegend(ToBrowser):
    """What is shown on the map."""

    def density(self, *, most: int | None, colours: list[str]) -> None:
        """The key to the number of samples a pixel, up to `most`; None where classes are shown."""

    def scale(self, *, colours: list[str], words: str, title: str) -> None:
        """The key to a share from 0 to 1 (colours), or what the classes are of; no `words` where that needs none."""

    def rows(
        self, *, rows: list[LegendRow], level: int, chips: list[dict[str, str]], count: int, total: int
    ) -> None:
        """`chips` are the active filters: `name` and `text`; `count` of `total` samples pass."""


class FromLegend(FromBrowser):
    """Other classes, fewer filters, and the set as pictures, as a table, or in figures."""

    def dataset(self) -> None: ...
    def embedding(self) -> None: ...
    def gallery(self) -> None: ...
    def isolate(self, *, code: Number, add: bool) -> None: ...
    def level(self, *, level: Number) -> None: ...
    def remove(self, *, name: Word) -> None: ...
    def table(self) -> None: ...


class BarShown(TypedDict):
    """A class of the set, and how many samples have it."""

    title: str
    colour: str
    count: int


class PageShown(TypedDict):
    """A page of the table: of each sample a cell a column, and the colour of its class; `count` samples in all, `size` a page.

    `asked`: columns that the set is sorted or filtered by, which stay where there is no room for all.
    """

    colours: list[str]
    columns: list[dict[str, str]]
    cells: list[list[Any]]
    page: int
    count: int
    size: int
    sort: str
    down: bool
    asked: list[str]


class ToSampleTable(ToBrowser):
    """The set of samples."""

    def current(self, *, id: str | None) -> None:
        """The sample that the page shows."""

    def file(self, *, name: str, media: str, bytes: bytes) -> None: ...
    def hide(self) -> None: ...
    def page(self, *, bars: list[BarShown], focus: bool, judge: bool, **page: Unpack[PageShown]) -> None:
        """A page of it; `focus`: somebody has asked for the table, and goes on in it."""

    def trouble(self, *, text: str) -> None: ...


class FromSampleTable(FromBrowser):
    """Which page in which order, and files to take away."""

    def closed(self) -> None: ...
    def gallery(self) -> None: ...
    def judge(self) -> None:
        """Judge a model by what the map shows."""

    def open(self, *, id: Word) -> None: ...
    def page(self, *, page: Number, sort: Word, down: bool) -> None: ...
    def save(self, *, format: Word) -> None: ...
