"""The selection: what the page shows. Every view draws it, every action changes it, the URL is it written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, TypeVar
from urllib.parse import parse_qs, urlencode

import param
from cachetools import LRUCache

from explorer.analysis import colours, picture_view, playback, render_spec
from explorer.analysis import curves as curve_texts
from explorer.analysis import stretch as stretches
from explorer.analysis.curves import Curves
from explorer.analysis.picture_view import PictureView
from explorer.analysis.playback import Playback
from explorer.analysis.profiles import check_pixel
from explorer.analysis.shapes import Shape, clean_name
from explorer.analysis.stretch import StretchSpec
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.products import PF_SR
from explorer.opinions import overlay_look
from explorer.opinions import question as questions
from explorer.opinions.overlay_look import OverlayLook
from explorer.opinions.question import Question
from explorer.review.queue import MAX_TEXT as MAX_QUEUE
from explorer.review.queue import QueueSpec
from explorer.similar import search as searches
from explorer.similar.search import Search
from explorer.views.common import chart_zoom, embedding_look, gallery_look, sentinel_look, table_look
from explorer.views.common.chart_zoom import ChartZoom
from explorer.views.common.embedding_look import EmbeddingLook
from explorer.views.common.gallery_look import GalleryLook
from explorer.views.common.map_state import MapLink, MapState
from explorer.views.common.sentinel_look import SentinelLook
from explorer.views.common.session_state import SessionState
from explorer.views.common.table_look import TableLook

Pixel = tuple[int, int]
"""(row, col) from the top left of the Planet Fusion chip, 0 to 199."""

MAX_PIXELS = 8
MAX_REGIONS = 4
MAX_TEXT = 400
"""Longest composite or stretch that is read from a link or a message."""
MAX_NAME = 60
"""Longest name of an opinion."""
MAX_PROBLEM = 400
"""What is said of a part of a link is shorter."""
DEFAULT_DATE = dt.date(2018, 7, 2)
DEFAULT_PIXELS: tuple[Pixel, ...] = ((150, 110),)
T = TypeVar("T")
BESIDE: Mapping[str, Any] = {"judge": None, "dataset": False, "embedding": None}
"""Panels that stand beside the map, in one place, so that one of them is open at most; and what each is while it is closed."""
MARKS = ("pixels", "names", "regions")
"""Parameters of the selection that belong to one sample: its pins, their names, its regions."""
_REMEMBERED = 200
"""Samples whose pins and regions a session remembers."""
PANELS = ("", "map", "planet", "sentinel", "profile")
"""What may have the page for itself; empty: nothing."""
PIN_COLOURS = colours.PINS
# Far from the pins' colours and from each other (CIELAB distance 39 and more), readable on light, dark and imagery.
REGION_COLOURS = ("#e619e6", "#00a300", "#7c4dff", "#8a9a00")
REGION_LETTERS = "ABCD"
"""Regions have letters where pins have numbers."""


class Selection(param.Parameterized):
    """Sample, date, pinned pixels and regions, and composite of one session.

    `pixels` are at most 8, `regions` at most 4 (`Shape`, in the order they were drawn; empty on a fresh page). They belong to
    their sample: another one has those that it had before, else the usual pin, unless `keep_marks`, or unless they are set together with `sample_id`.
    Watch `pixels`, `names` and `regions`; `pins` and `drawn` give them their colours for the browser.
    """

    sample_id: str | None = param.String(default=None, allow_None=True)  # type: ignore[assignment]
    date: dt.date = param.CalendarDate(default=DEFAULT_DATE)  # type: ignore[assignment]
    pixels: tuple[Pixel, ...] = param.Parameter(default=DEFAULT_PIXELS)  # type: ignore[assignment]
    names: Mapping[Pixel, str] = param.Dict(default={})  # type: ignore[assignment]
    regions: tuple[Shape, ...] = param.Parameter(default=())  # type: ignore[assignment]
    composite: str = param.String(default="true")  # type: ignore[assignment]
    stretch: str = param.String(default=str(StretchSpec()))  # type: ignore[assignment]
    curves: Curves = param.ClassSelector(default=Curves(), class_=Curves)  # type: ignore[assignment]
    sentinel: SentinelLook = param.ClassSelector(default=SentinelLook(), class_=SentinelLook)  # type: ignore[assignment]
    view: PictureView = param.ClassSelector(default=PictureView(), class_=PictureView)  # type: ignore[assignment]
    playback: Playback = param.ClassSelector(default=Playback(), class_=Playback)  # type: ignore[assignment]
    charts: ChartZoom = param.ClassSelector(
        default=ChartZoom(), class_=ChartZoom, doc="What is seen of the charts over time."
    )  # type: ignore[assignment]
    table: TableLook | None = param.ClassSelector(
        default=None, class_=TableLook, doc="How the table of samples is sorted; None while it is closed."
    )  # type: ignore[assignment]
    gallery: GalleryLook | None = param.ClassSelector(
        default=None, class_=GalleryLook, doc="What the gallery shows; None while it is closed."
    )  # type: ignore[assignment]
    dataset: bool = param.Boolean(
        default=False, doc="Whether the panel about what is in the dataset is open."
    )  # type: ignore[assignment]
    embedding: EmbeddingLook | None = param.ClassSelector(
        default=None,
        class_=EmbeddingLook,
        doc="How the embedding map is drawn, which lies beside the map; None while it is closed.",
    )  # type: ignore[assignment]
    panel: str = param.Selector(default="", objects=list(PANELS))  # type: ignore[assignment]
    similar: Search | None = param.ClassSelector(
        default=None, class_=Search, doc="What the map and the gallery show samples like; None: nothing."
    )  # type: ignore[assignment]
    judge: Question | None = param.ClassSelector(
        default=None,
        class_=Question,
        doc="What is asked of an opinion, in the panel that judges models; None while it is closed.",
    )  # type: ignore[assignment]
    opinion: str = param.String(
        default="", doc="The opinion that is shown beside the label, by its name; empty: none."
    )  # type: ignore[assignment]
    ground_marks: bool = param.Boolean(
        default=False, doc="Whether points and polygons seen on the ground are drawn over the pictures."
    )  # type: ignore[assignment]
    overlay: OverlayLook = param.ClassSelector(
        default=OverlayLook(), class_=OverlayLook, doc="The map of land cover that lies over the pictures."
    )  # type: ignore[assignment]
    story: str = param.String(
        default="", doc="The story that is played, of those that come with the explorer."
    )  # type: ignore[assignment]
    review: str = param.String(
        default="", doc="The queue under review, as `explorer.review.queue` writes it."
    )  # type: ignore[assignment]
    blind: bool = param.Boolean(default=False, doc="Whether the queue is reviewed without seeing its labels.")  # type: ignore[assignment]
    keep_marks: bool = param.Boolean(
        default=False, doc="Whether pins and regions stay when another sample is selected."
    )  # type: ignore[assignment]
    settled = param.Event(doc="The date has come to rest: worth a new URL, unlike a frame of an animation.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.map = MapState()
        """What the map shows beside the sample."""
        self.session = SessionState()
        """What the panels tell each other; nothing of it is in a link."""
        self._marks: LRUCache[str, dict[str, Any]] = LRUCache(_REMEMBERED)
        # Before anybody else hears of the sample; queued, so that they hear of its pins after it.
        self.param.watch(self._show_own_marks, ["sample_id", *MARKS], queued=True)
        self.param.watch(self._close_others, list(BESIDE))

    @property
    def date_index(self) -> int:
        """Position of the date in Planet Fusion's calendar."""
        return PF_SR.dates.index(self.date)

    @property
    def is_beside_the_map(self) -> bool:
        """Whether a panel stands beside the map, and over it where the page is narrow."""
        return any(getattr(self, name) != closed for name, closed in BESIDE.items())

    def _close_others(self, *events: param.parameterized.Event) -> None:
        """A panel has opened beside the map: those in its place give way; of several in one link the last stays."""
        opened = [event.name for event in events if event.new != BESIDE[event.name]]
        if opened:
            stays = max(opened, key=list(BESIDE).index)
            self.param.update(**{name: closed for name, closed in BESIDE.items() if name != stays})

    def remember_marks(
        self,
        sample_id: str,
        pixels: tuple[Pixel, ...],
        names: Mapping[Pixel, str],
        regions: tuple[Shape, ...],
    ) -> None:
        """From now on these are a sample's own pins and regions, as if they had been set while it was shown."""
        self._marks[sample_id] = {"pixels": pixels, "names": names, "regions": regions}

    def _show_own_marks(self, *events: param.parameterized.Event) -> None:
        """Another sample: remember the pins and regions of the last one, and show its own."""
        changed = {event.name: event for event in events}
        if "sample_id" not in changed:
            return
        if (left := changed["sample_id"].old) is not None:
            self._marks[left] = {
                name: changed[name].old if name in changed else getattr(self, name) for name in MARKS
            }
        if not self.keep_marks:
            usual = {name: self.param[name].default for name in MARKS}
            own = usual if self.sample_id is None else self._marks.get(self.sample_id, usual)
            self.param.update(**{name: value for name, value in own.items() if name not in changed})

    def pin(self, pixel: Pixel, *, add: bool = False) -> None:
        """Select a pixel alone, or beside those that are (`add`); the oldest gives way to a ninth."""
        pixel = check_pixel(*pixel)
        others = [p for p in self.pixels if p != pixel] if add else []
        self.pixels = (*others, pixel)[-MAX_PIXELS:]

    def move_pin(self, index: int, pixel: Pixel) -> None:
        """Move one of the pins; onto another one it stays where it is."""
        pixel = check_pixel(*pixel)
        if 0 <= index < len(self.pixels) and pixel not in self.pixels:
            names = {pixel if p == self.pixels[index] else p: name for p, name in self.names.items()}
            pixels = (*self.pixels[:index], pixel, *self.pixels[index + 1 :])
            self.param.update(pixels=pixels, names=names)

    def name_pin(self, index: int, name: str) -> None:
        """Name one of the pins; an empty name takes it away."""
        if 0 <= index < len(self.pixels):
            others = {p: n for p, n in self.names.items() if p != self.pixels[index]}
            name = clean_name(name)
            self.names = {**others, self.pixels[index]: name} if name else others

    def remove_pin(self, index: int) -> None:
        """Remove one of the pins; the last one stays."""
        if 0 <= index < len(self.pixels) > 1:
            self.pixels = (*self.pixels[:index], *self.pixels[index + 1 :])

    def keep_last_pixel(self) -> None:
        """Remove all pins but the last."""
        self.pixels = self.pixels[-1:]

    def add_region(self, shape: Shape) -> None:
        """Pin a drawn region beside those that are. Raises `InvalidQueryError` where there are four."""
        if any(shape.points == region.points for region in self.regions):
            return
        if len(self.regions) >= MAX_REGIONS:
            raise InvalidQueryError(f"{MAX_REGIONS} regions are the most that are shown: remove one first")
        self.regions = (*self.regions, shape)

    def move_region(self, index: int, shape: Shape) -> None:
        """Give one of the regions another place or form; it keeps its name and colour."""
        if 0 <= index < len(self.regions) and all(shape.points != region.points for region in self.regions):
            self._put_region(index, shape.named(self.regions[index].name))

    def name_region(self, index: int, name: str) -> None:
        """Name one of the regions; an empty name takes it away."""
        if 0 <= index < len(self.regions):
            self._put_region(index, self.regions[index].named(name))

    def remove_region(self, index: int) -> None:
        """Remove one of the regions; there may be none."""
        if 0 <= index < len(self.regions):
            self.regions = (*self.regions[:index], *self.regions[index + 1 :])

    def _put_region(self, index: int, shape: Shape) -> None:
        self.regions = (*self.regions[:index], shape, *self.regions[index + 1 :])

    def link(self) -> Link:
        """What a URL says of the selection."""
        return Link(
            sample=self.sample_id,
            date=self.date,
            pixels=self.pixels,
            names=tuple(self.names.get(pixel, "") for pixel in self.pixels) if self.names else (),
            regions=self.regions,
            keep_marks=self.keep_marks,
            composite=self.composite,
            stretch=self.stretch,
            curves=self.curves,
            sentinel=self.sentinel,
            view=self.view,
            playback=self.playback,
            charts=self.charts,
            table=self.table,
            gallery=self.gallery,
            similar=self.similar,
            judge=self.judge,
            dataset=self.dataset,
            embedding=self.embedding,
            panel=self.panel,
            opinion=self.opinion,
            overlay=self.overlay,
            ground_marks=self.ground_marks,
            review=self.review,
            blind=self.blind,
            story=self.story,
            map=self.map.link(),
        )

    def to_query(self, *, review: bool = True) -> str:
        """The selection as a URL's query, `?` included; `review`: with the queue under review."""
        link = self.link()
        return encode(link if review else replace(link, review="", blind=False))


@dataclass(frozen=True)
class Link:
    """What a URL asks for; `None` where it does not say. `problems` are sentences for the user."""

    sample: str | None = None
    date: dt.date | None = None
    pixels: tuple[Pixel, ...] | None = None
    composite: str | None = None
    stretch: str | None = None
    curves: Curves = field(default_factory=Curves)  # of the charts over time
    panel: str = ""
    opinion: str = ""  # shown beside the label, by its name
    overlay: OverlayLook = field(default_factory=OverlayLook)  # over the pictures
    ground_marks: bool = False  # what was seen on the ground is drawn over the pictures
    review: str = ""
    blind: bool = False  # the queue is reviewed without its labels
    story: str = ""
    names: tuple[str, ...] = ()  # of the pixels, in their order; empty where one has none
    regions: tuple[Shape, ...] = ()
    keep_marks: bool = False  # pins and regions stay when another sample is selected
    sentinel: SentinelLook = field(default_factory=SentinelLook)
    view: PictureView = field(default_factory=PictureView)
    playback: Playback = field(default_factory=Playback)
    charts: ChartZoom = field(default_factory=ChartZoom)
    table: TableLook | None = None
    gallery: GalleryLook | None = None
    similar: Search | None = None  # what samples are shown that look like it
    judge: Question | None = None  # of an opinion
    dataset: bool = False  # what is in it
    embedding: EmbeddingLook | None = None  # the embedding map
    map: MapLink = field(default_factory=MapLink)
    problems: tuple[str, ...] = field(default=())


def encode(link: Link) -> str:
    """A link as a URL's query: `?sample=...&date=2018-07-02&pixels=120,80;30,40`."""
    parts: dict[str, str] = {}
    if link.sample:
        parts["sample"] = link.sample
    if link.date:
        parts["date"] = link.date.isoformat()
    if link.pixels:
        parts["pixels"] = ";".join(f"{row},{col}" for row, col in link.pixels)
        if any(link.names):
            parts["names"] = ";".join(link.names).rstrip(";")
    if link.regions:
        parts["regions"] = ";".join(region.format() for region in link.regions)
    if link.keep_marks:
        parts["keep"] = "1"
    if link.composite and link.composite != "true":
        parts["composite"] = link.composite
    if link.stretch and link.stretch != str(StretchSpec()):
        parts["stretch"] = link.stretch
    if text := link.curves.format():
        parts["curves"] = text
    if str(link.sentinel):
        parts["sentinel"] = str(link.sentinel)
    if str(link.view):
        parts["view"] = str(link.view)
    if str(link.playback):
        parts["play"] = str(link.playback)
    if str(link.charts):
        parts["charts"] = str(link.charts)
    if link.table is not None:
        parts["table"] = str(link.table)
    if link.gallery is not None:
        parts["gallery"] = str(link.gallery)
    if link.similar is not None:
        parts["similar"] = str(link.similar)
    if link.judge is not None:
        parts["judge"] = str(link.judge)
    if link.dataset:
        parts["dataset"] = "1"
    if link.embedding is not None:
        parts["embedding"] = str(link.embedding)
    if link.panel:
        parts["panel"] = link.panel
    if link.opinion:
        parts["opinion"] = link.opinion
    if str(link.overlay):
        parts["overlay"] = str(link.overlay)
    if link.ground_marks:
        parts["marks"] = "ground"
    if link.review:
        parts["review"] = link.review
        if link.blind:
            parts["blind"] = "1"
    if link.story:
        parts["story"] = link.story
    parts |= link.map.parts()
    return "?" + urlencode(parts, safe=",;:") if parts else ""


def decode(query: str | Mapping[str, Any]) -> Link:
    """What a URL's query asks for. What cannot be understood is left out and named in `problems`."""
    if isinstance(query, str):
        given = {key: values[-1] for key, values in parse_qs(query.lstrip("?")).items()}
    else:
        given = {str(key): _text(value) for key, value in query.items()}
    problems: list[str] = []

    def read(key: str, parse: Callable[[str], T], usual: T, wrong: str, most: int | None = MAX_TEXT) -> T:
        """What a key says; `usual` where it says nothing, or what cannot be understood."""
        try:
            return parse(given[key][:most]) if given.get(key) else usual
        except ExplorerError as error:
            problems.append(f"This link's {wrong}: {error}.")
            return usual

    date = read("date", PF_SR.parse_date, None, "date cannot be shown", 40)
    pixels = None
    if given.get("pixels"):
        try:
            pixels = _pixels(given["pixels"]) or None
        except (ExplorerError, ValueError) as error:
            problems.append(f"This link's pixels cannot be shown: {error}.")
    composite = read(
        "composite", lambda text: render_spec.parse(text, PF_SR.id).text, None, "picture cannot be shown"
    )
    stretch = read("stretch", lambda text: str(stretches.parse(text)), None, "stretch cannot be used")
    sentinel = read("sentinel", sentinel_look.parse, SentinelLook(), "Sentinel-2 panel cannot be shown")
    view = read("view", picture_view.parse, PictureView(), "view of the picture cannot be shown")
    play = read("play", playback.parse, Playback(), "dates cannot play so")
    charts = read("charts", chart_zoom.parse, ChartZoom(), "part of the charts cannot be shown")
    table = read("table", table_look.parse, None, "table cannot be shown")
    gallery = read("gallery", gallery_look.parse, None, "gallery cannot be shown")
    similar = read("similar", searches.parse, None, "search for what is alike cannot be understood", None)
    judge = read("judge", questions.parse, None, "question to a model cannot be answered")
    embedding = read("embedding", embedding_look.parse, None, "embedding map cannot be shown")
    overlay = read("overlay", overlay_look.parse, OverlayLook(), "map over the pictures cannot be shown")
    panel = given.get("panel", "")
    if panel not in PANELS:
        problems.append(f"This link's panel {panel[:20]!r} is none of {', '.join(PANELS[1:])}.")
        panel = ""
    review = read(
        "review", lambda text: QueueSpec.parse(text).format(), "", "queue cannot be opened", MAX_QUEUE
    )
    names = [clean_name(name) for name in given.get("names", "").split(";")[: len(pixels or ())]]
    while names and not names[-1]:
        names.pop()
    regions, told = _regions(given.get("regions", ""))
    problems += told
    curves, unknown = curve_texts.parse(given.get("curves", ""))
    problems += unknown
    map_link = MapLink.read(given)
    problems += map_link.problems
    return Link(
        sample=given.get("sample") or None,
        date=date,
        pixels=pixels,
        composite=composite,
        stretch=stretch,
        curves=curves,
        panel=panel,
        opinion=given.get("opinion", "")[:MAX_NAME],
        overlay=overlay,
        ground_marks=given.get("marks") == "ground",
        review=review,
        blind=given.get("blind") == "1" and bool(review),
        story=given.get("story", "")[:60],
        names=tuple(names),
        regions=regions,
        keep_marks=given.get("keep") == "1",
        sentinel=sentinel,
        view=view,
        playback=play,
        charts=charts,
        table=table,
        gallery=gallery,
        similar=similar,
        judge=judge,
        dataset=given.get("dataset") == "1",
        embedding=embedding,
        map=map_link,
        problems=tuple(map(_bounded, problems)),
    )


def _bounded(problem: str) -> str:
    """A sentence that quotes a link: one character that cannot be shown takes ten in quotes."""
    return problem if len(problem) < MAX_PROBLEM else f"{problem[: MAX_PROBLEM - 2]}…"


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)) and value:
        value = value[-1]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _pixels(text: str) -> tuple[Pixel, ...]:
    pairs = [part for part in text.split(";") if part]
    if len(pairs) > MAX_PIXELS:
        raise ValueError(f"{len(pairs)} pixels, at most {MAX_PIXELS} are shown")
    found: list[Pixel] = []
    for pair in pairs:
        numbers = pair.split(",")
        if len(numbers) != 2 or not all(n.strip().isdecimal() and len(n) < 8 for n in numbers):
            raise ValueError(f"{pair[:20]!r} is not row,col")
        found.append(check_pixel(int(numbers[0]), int(numbers[1])))
    return tuple(dict.fromkeys(found))


def _regions(text: str) -> tuple[tuple[Shape, ...], list[str]]:
    """The regions of a link, and what is wrong with the others."""
    found: dict[Any, Shape] = {}
    problems = []
    parts = [part for part in text.split(";", MAX_REGIONS + 1) if part.strip()]
    for part in parts[:MAX_REGIONS]:
        try:
            shape = Shape.parse(part)
            found.setdefault(shape.points, shape)
        except InvalidQueryError as error:
            problems.append(f"One of this link's regions cannot be shown: {error}.")
    if len(parts) > MAX_REGIONS:
        problems.append(f"Of this link's regions only {MAX_REGIONS} are shown.")
    return tuple(found.values()), problems


class RegionShown(TypedDict):
    """A region for the browser: `points` of row and column, `letter` `A` to `D`, `name` or empty, `size` as `150 × 90 m, 1.35 ha`."""

    kind: str
    points: list[list[float]]
    colour: str
    letter: str
    name: str
    size: str


class PinShown(TypedDict):
    """A pin for the browser; `name` or empty."""

    row: int
    col: int
    colour: str
    name: str


def drawn(regions: Iterable[Shape]) -> list[RegionShown]:
    """Regions with colour, letter, name and size, for the browser."""
    return [
        {
            "kind": shape.kind,
            "points": [list(point) for point in shape.points],
            "colour": REGION_COLOURS[i % len(REGION_COLOURS)],
            "letter": REGION_LETTERS[i % len(REGION_LETTERS)],
            "name": shape.name,
            "size": shape.size,
        }
        for i, shape in enumerate(regions)
    ]


def pins(pixels: Iterable[Pixel], names: Mapping[Pixel, str] | None = None) -> list[PinShown]:
    """Pixels with their colours and names, for the browser."""
    return [
        {
            "row": row,
            "col": col,
            "colour": PIN_COLOURS[i % len(PIN_COLOURS)],
            "name": (names or {}).get((row, col), ""),
        }
        for i, (row, col) in enumerate(pixels)
    ]
