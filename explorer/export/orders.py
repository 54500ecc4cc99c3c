"""Files that a page asks for: one order a file, its words checked before anything is read, its name made here."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis import recipes
from explorer.errors import InvalidQueryError
from explorer.export import animation, files, scene
from explorer.export.stories import State, Story
from explorer.products import PF_SR, S2_SR, Product

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus
    from explorer.export.plates import Plate
    from explorer.export.scene import Progress

FIGURE = (".png", ".svg", ".pdf")
ENDINGS = {
    "animation": tuple(animation.FORMATS),
    "cube": (".nc", ".zarr.zip"),
    "frame": (".tif",),
    "values": (".tif",),
    "picture": FIGURE,
    "sheet": FIGURE,
    "pair": FIGURE,
    "profile": (".csv",),
    "page": (".html",),
    "slides": (".pptx",),
}
"""What can be ordered -> how its file ends."""
MEDIA = animation.FORMATS | {
    ".nc": "application/x-netcdf", ".zarr.zip": "application/zip", ".tif": "image/tiff", ".png": "image/png",
    ".svg": "image/svg+xml", ".pdf": "application/pdf", ".csv": "text/csv", ".html": "text/html",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
"""Ending -> media type."""
COUNTS = (6, 12, 24, 48)
"""Dates that a contact sheet can have."""
_EXTRAS = {
    ".mp4": ("av", "video"), ".webm": ("av", "video"), ".nc": ("netCDF4", "data"), ".zarr.zip": ("zarr", "data"),
    ".pptx": ("pptx", "slides"),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What of a corpus is on the page: the part of an order that nobody has to type."""

    sample_id: str
    date: dt.date = PF_SR.dates[36]
    composite: str = "true"
    stretch: str = "fixed"
    s2_composite: str = ""
    pins: tuple[tuple[int, int, str], ...] = ()
    indices: tuple[str, ...] = ("NDVI",)
    link: str = ""
    story: Story | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Order:
    """One file: its kind and ending (`ENDINGS`), what is shown, and what was chosen for it.

    `first` and `last` bound the dates of animations, cubes and sheets; `other` is a pair's second date; `count` a
    sheet's dates; `scale` (1 to 4) and `fps` are of animations, `skip` leaves out dates that are not there.
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
            return recipes.parse(self.shown.s2_composite or self.shown.composite, S2_SR.id).text
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
        if self.kind in ("page", "slides"):
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
    order = Order(
        kind, ending, shown, product, first, last, other, int(count), int(scale), float(fps),
        pins=words.get("pins", True) is True, chart=words.get("chart", True) is True, skip=words.get("skip") is True,
    )  # fmt: skip
    if not order.days:
        raise InvalidQueryError(
            f"{product.id} has no date from {first} to {last}; {product.id} {product.calendar}"
        )
    return order


def lacking() -> dict[str, str]:
    """Endings that cannot be written here -> what to install."""
    return {
        ending: f"{ending.removesuffix('.zip')} needs {library}: pip install 'rapidai4eo-explorer[{extra}]'"
        for ending, (library, extra) in _EXTRAS.items()
        if find_spec(library) is None
    }


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
    _MAKERS[order.kind](corpus, order, path, told, cancel)
    files.check(cancel)
    return path


def _animation(corpus: Corpus, order: Order, path: Path, progress: Progress, cancel: threading.Event) -> None:
    shown = order.shown
    curve = shown.indices[0] if shown.indices else "NDVI"
    animation.write(
        corpus, shown.sample_id, path, product=order.product.id, composite=order.composite, stretch=shown.stretch,
        dates=order.days, missing="skip" if order.skip else "mark", fps=order.fps, scale=order.scale,
        pins=shown.pins if order.pins else (), chart=curve if order.chart and order.pins and shown.pins else False,
        progress=progress, cancel=cancel,
    )  # fmt: skip


def _cube(corpus: Corpus, order: Order, path: Path, progress: Progress, cancel: threading.Event) -> None:
    from explorer.export import data

    zipped = order.ending == ".zarr.zip"
    target = path.with_suffix("") if zipped else path
    data.write_cube(
        corpus, order.shown.sample_id, target, product=order.product.id, dates=order.days, progress=progress,
        cancel=cancel,
    )  # fmt: skip
    if zipped:
        # Stored, not packed again; the store is at the root, as Zarr's own ZipStore has it.
        import zipfile

        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
            for part in sorted(target.rglob("*")):
                if part.is_file():
                    packed.write(part, part.relative_to(target).as_posix())
        shutil.rmtree(target)


def _frame(corpus: Corpus, order: Order, path: Path, progress: Progress, cancel: threading.Event) -> None:
    from explorer.export import data

    data.write_frame(
        corpus, order.shown.sample_id, order.date, path, product=order.product.id, composite=order.composite,
        stretch=order.shown.stretch, values=order.kind == "values", progress=progress, cancel=cancel,
    )  # fmt: skip


def _figure(corpus: Corpus, order: Order, path: Path, progress: Progress, cancel: threading.Event) -> None:
    from explorer.export import figures

    shown = order.shown
    look: dict[str, Any] = {
        "product": order.product.id, "composite": order.composite, "stretch": shown.stretch,
        "pins": shown.pins if order.pins else (), "progress": progress, "cancel": cancel,
    }  # fmt: skip
    plate: Plate
    if order.kind == "picture":
        plate = figures.picture(corpus, shown.sample_id, order.date, **look)
    elif order.kind == "pair":
        plate = figures.pair(corpus, shown.sample_id, order.date, _in(order.product, order.other), **look)
    else:
        plate = figures.sheet(
            corpus, shown.sample_id, count=order.count, start=order.days[0], end=order.days[-1], **look,
        )  # fmt: skip
    plate.save(path)


def _profile(corpus: Corpus, order: Order, path: Path, progress: Progress, cancel: threading.Event) -> None:
    from explorer.export import data

    shown = order.shown
    scene.read(corpus, shown.sample_id, PF_SR, progress, cancel)
    data.write_table(
        corpus, data.profile_table(corpus, shown.sample_id, shown.pins, indices=shown.indices), path
    )


def _page(corpus: Corpus, order: Order, path: Path, progress: Progress, cancel: threading.Event) -> None:
    from explorer.export import page

    scene.read(corpus, order.shown.sample_id, PF_SR, progress, cancel)
    made = page.make(corpus, (order.shown.sample_id,), story=order.shown.story, progress=progress)
    path.write_text(made.html, encoding="utf-8")


def _slides(corpus: Corpus, order: Order, path: Path, progress: Progress, cancel: threading.Event) -> None:
    from explorer.export import slides

    shown = order.shown
    alone = Story(shown.sample_id, (State(shown.link, f"{shown.sample_id}, {order.date:%-d %B %Y}"),))
    slides.write(corpus, shown.story or alone, path, progress=progress)


_MAKERS: dict[str, Callable[[Corpus, Order, Path, Progress, threading.Event], None]] = {
    "animation": _animation, "cube": _cube, "frame": _frame, "values": _frame, "picture": _figure, "sheet": _figure,
    "pair": _figure, "profile": _profile, "page": _page, "slides": _slides,
}  # fmt: skip


def _in(product: Product, date: dt.date) -> dt.date:
    """A date of Planet Fusion's calendar in a product's own: its month in 2018."""
    return date if product is PF_SR else product.dates[date.month - 1]


def parts(path: Path, size: int) -> Iterator[bytes]:
    """A file in pieces of a size in bytes."""
    with path.open("rb") as source:
        while piece := source.read(size):
            yield piece
