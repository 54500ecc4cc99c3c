"""Files that a page asks for: one order a file, its words checked before anything is read, its name made here."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis import render_spec
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR, Product
from explorer.export import animation, base_address, files, registry, scene, tour
from explorer.export.stories import State, Story

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.export.scene import Progress

ENDINGS = {
    "animation": registry.EXPORTS["animation"].endings,
    "tour": registry.EXPORTS["tour"].endings,
    "cube": (".nc", ".zarr.zip"),  # a browser takes files, no folders
    "frame": (".tif",),
    "values": (".tif",),
    "picture": registry.FIGURE,
    "sheet": registry.FIGURE,
    "pair": registry.FIGURE,
    "profile": (".csv",),
    "page": (".html",),
    "slides": (".pptx",),
    "handout": (".pdf",),
}
"""What can be ordered -> how its file ends."""
_KINDS = {"values": "frame", "picture": "frame"}
"""Kinds of the page that `registry` knows by another name."""
COUNTS = (6, 12, 24, 48)
"""Dates that a contact sheet can have."""


@dataclass(frozen=True)
class Shown:
    """What of a corpus is on the page: the part of an order that nobody has to type. `overlay` and `ground` as in `frames.Style`."""

    sample_id: str
    date: dt.date = PF_SR.dates[36]
    composite: str = "true"
    stretch: str = "natural"
    s2_composite: str = ""
    pins: tuple[tuple[int, int, str], ...] = ()
    indices: tuple[str, ...] = ("NDVI",)
    link: str = ""
    title: str = ""
    overlay: str = ""
    ground: bool = False
    story: Story | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Order:
    """One file: its kind and ending (`ENDINGS`), what is shown, and what was chosen for it.

    `first` and `last` bound the dates of animations, cubes and sheets; `other` is a pair's second date; `count` a
    sheet's dates; `scale` (1 to 4) and `fps` are of animations, `skip` leaves out dates that are not there. `base_url` is the address to which a
    handout's links are added; `seconds` are a tour's.
    """

    kind: str
    ending: str
    shown: Shown
    product: Product = PF_SR
    first: dt.date = PF_SR.dates[0]
    last: dt.date = PF_SR.dates[-1]
    other: dt.date = PF_SR.dates[0]
    count: int = 12
    scale: int = 3
    fps: float = animation.FPS
    pins: bool = True
    chart: bool = True
    skip: bool = False
    base_url: str = ""
    seconds: float = tour.SECONDS

    @property
    def days(self) -> list[dt.date]:
        """Dates of the product's calendar from the first to the last; of Sentinel-2, whole months."""
        start = self.first.replace(day=1) if self.product.monthly else self.first
        return [day for day in self.product.dates if start <= day <= self.last]

    @property
    def date(self) -> dt.date:
        """The date shown: of Sentinel-2, its month."""
        return _in(self.product, self.shown.date)

    @property
    def composite(self) -> str:
        """What is painted: of Sentinel-2, what its panel shows, or true colour where it cannot show the same."""
        if self.product is PF_SR:
            return self.shown.composite
        try:
            return render_spec.parse(self.shown.s2_composite or self.shown.composite, S2_SR.id).text
        except InvalidQueryError:
            return "true"

    @property
    def name(self) -> str:
        """The file's name: sample, product, dates."""
        sample, product = self.shown.sample_id, "" if self.product is PF_SR else f"_{self.product.id}"
        stem = self.product.stem
        if self.kind in ("animation", "sheet"):
            when = f"{stem(self.days[0])}_{stem(self.days[-1])}"
            kind = "_sheet" if self.kind == "sheet" else ""
            return f"{sample}{product}_{when}{kind}{self.ending}"
        if self.kind == "cube":
            return f"{sample}_{self.product.id}_{stem(self.days[0])}_{stem(self.days[-1])}{self.ending}"
        if self.kind == "pair":
            days = sorted((self.date, _in(self.product, self.other)))
            return f"{sample}{product}_{stem(days[0])}_{stem(days[1])}{self.ending}"
        if self.kind == "profile":
            return f"{sample}_profiles.csv"
        if self.kind == "tour":
            return f"{sample}_tour{self.ending}"
        if self.kind in ("page", "slides", "handout"):
            return f"{'story' if self.shown.story else sample}{self.ending}"
        what = "_values" if self.kind == "values" else ""
        return f"{sample}{product}_{stem(self.date)}{what}{self.ending}"


def parse(shown: Shown, words: Mapping[str, Any]) -> Order:
    """An order from what a browser sent. Raises `InvalidQueryError`, `UnknownDateError`."""
    kind, ending = words.get("kind"), words.get("ending")
    if not isinstance(kind, str) or kind not in ENDINGS:
        raise InvalidQueryError(
            f"there is no file of kind {str(kind)[:20]!r}; there are {', '.join(ENDINGS)}"
        )
    if not isinstance(ending, str) or ending not in ENDINGS[kind]:
        raise InvalidQueryError(
            f"{kind} cannot end in {str(ending)[:12]!r}; it can be {', '.join(ENDINGS[kind])}"
        )
    product = scene.product_of(str(words.get("product", PF_SR.id))[:20])
    first, last, other = (
        PF_SR.parse_date(str(words[name])[:40]) if words.get(name) else default
        for name, default in (("first", PF_SR.dates[0]), ("last", PF_SR.dates[-1]), ("other", PF_SR.dates[0]))
    )
    if first > last:
        raise InvalidQueryError(f"the dates go from {first} to {last}: the first one has to be the earlier")
    count, scale, fps = words.get("count", 12), words.get("scale", 3), words.get("fps", animation.FPS)
    if count not in COUNTS:
        raise InvalidQueryError(
            f"a sheet of {str(count)[:12]} dates; it can have {', '.join(map(str, COUNTS))}"
        )
    if isinstance(scale, bool) or scale not in (1, 2, 3, 4):
        raise InvalidQueryError(f"a size of {str(scale)[:12]!r}; it can be 1 to 4")
    if isinstance(fps, bool) or not isinstance(fps, (int, float)) or not 0.1 <= fps <= animation.MAX_FPS:
        raise InvalidQueryError(
            f"{str(fps)[:12]!r} frames a second; there can be 0.1 to {animation.MAX_FPS:g}"
        )
    seconds = words.get("seconds", tour.SECONDS)
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, (int, float))
        or not tour.LEAST_SECONDS <= seconds <= tour.MOST_SECONDS
    ):
        raise InvalidQueryError(
            f"a tour of {str(seconds)[:12]!r} seconds; it can have {tour.LEAST_SECONDS:g} to {tour.MOST_SECONDS:g}"
        )
    order = Order(
        kind, ending, shown, product, first, last, other, int(count), int(scale), float(fps),
        pins=words.get("pins", True) is True, chart=words.get("chart", True) is True, skip=words.get("skip") is True,
        base_url=base_address.check(str(words.get("base_url", ""))), seconds=float(seconds),
    )  # fmt: skip
    if not order.days:
        raise InvalidQueryError(
            f"{product.id} has no date from {first} to {last}; {product.id} {product.calendar}"
        )
    return order


def make(corpus: Corpus, order: Order, folder: Path, progress: Progress, cancel: threading.Event) -> Path:
    """Write the file into a folder and return its path. Blocks.

    Raises `CancelledError`, `OutputError` where a library is missing, and what reading a sample raises.
    """

    def told(done: int, total: int) -> None:
        files.check(cancel)  # also where a writer cannot be given up otherwise
        progress(done, total)

    files.check(cancel)
    corpus.cell(order.shown.sample_id)
    path = folder / order.name
    what, shown = _KINDS.get(order.kind, order.kind), order.shown
    sample: str | tuple[str, ...] = shown.sample_id
    if registry.EXPORTS[what].of_many:
        scene.read(corpus, shown.sample_id, PF_SR, told, cancel)
        sample = (shown.sample_id,)
    takes = registry.EXPORTS[what].arguments
    asked = {name: value for name, value in _asked(order).items() if name in takes}
    if order.ending == ".tif":  # bands or colours of a picture alone
        for name in ("overlay", "ground"):
            asked.pop(name, None)
    registry.write(corpus, what, sample, path, progress=told, cancel=cancel, **asked)
    files.check(cancel)
    return path


def _asked(order: Order) -> dict[str, Any]:
    """What an order says, by the names of `registry`; each kind takes some of it."""
    shown, pins = order.shown, order.shown.pins if order.pins else ()
    asked: dict[str, Any] = {
        "product": order.product.id, "composite": order.composite, "stretch": shown.stretch, "pins": pins, "date": order.date,
        "values": order.kind == "values", "count": order.count, "story": shown.story, "link": shown.link,
        "base_url": order.base_url, "overlay": shown.overlay, "ground": shown.ground,
        "missing": "skip" if order.skip else "mark", "fps": order.fps, "scale": order.scale,
        "chart": (shown.indices[0] if shown.indices else "NDVI") if order.chart and pins else False,
    }  # fmt: skip
    if order.kind == "pair":
        asked["dates"] = (order.date, _in(order.product, order.other))
    elif order.kind == "sheet":
        asked |= {"start": order.days[0], "end": order.days[-1]}
    elif order.kind in ("animation", "cube"):
        asked["dates"] = order.days
    elif order.kind == "tour":
        asked |= {
            "pins": shown.pins[-1:],
            "chart": shown.indices[0] if shown.indices else "NDVI",
            "seconds": order.seconds,
        }
    elif order.kind == "profile":
        asked |= {"pins": shown.pins, "curves": shown.indices}
        del asked["date"]
    elif order.kind in ("slides", "handout") and shown.story is None:
        title = shown.title or f"{shown.sample_id}, {order.date.day} {order.date:%B %Y}"
        asked["story"] = Story(shown.sample_id, (State(shown.link, title),))
    return asked


def _in(product: Product, date: dt.date) -> dt.date:
    """A date of Planet Fusion's calendar in a product's own: its month in 2018."""
    return date if product is PF_SR else product.dates[date.month - 1]
