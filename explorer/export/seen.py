"""A view of a story as the page shows it: two dates that are compared, a sheet, the part that is zoomed to, a quality layer.

What a link says that cannot be understood is as on a fresh page: a plain picture is better than none.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from PIL import Image

from explorer.analysis import curves as curve_texts
from explorer.analysis import render_spec
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import Legend
from explorer.analysis.difference import Difference, difference
from explorer.analysis.picture_view import COMPARING, PictureView
from explorer.analysis.playback import Playback
from explorer.core.errors import ExplorerError, InvalidQueryError, StoryError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Status
from explorer.export import frames, map_picture, on_top, scene, text, tiles
from explorer.export.credit import Credit
from explorer.export.frames import FramePainter, Style
from explorer.export.scene import Scene, Step
from explorer.export.stories import State, Story
from explorer.opinions import overlay_look

DEFAULT_DATE = dt.date(2018, 7, 2)
MOST_PINS = 8
_SHEET_SCALE = 1
_GAP = 6
"""Pixels between pictures."""


@dataclass(frozen=True)
class SeenView:
    """What a story's state shows of a sample; `pins` are (row, col, name) of the 3 m grid."""

    sample_id: str
    date: dt.date = DEFAULT_DATE
    composite: str = "true"
    stretch: str = "natural"
    view: PictureView = field(default_factory=PictureView)
    playback: Playback = field(default_factory=Playback)
    pins: tuple[tuple[int, int, str], ...] = ()
    indices: tuple[str, ...] = ("NDVI",)
    panel: str = ""
    overlay: str = ""
    ground: bool = False
    query: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False, repr=False)
    """What the whole link says, for the map."""

    @property
    def other(self) -> dt.date | None:
        """The date that is compared; as on the page the same season of the other year, where the link names none."""
        if self.view.mode not in COMPARING:
            return None
        return self.view.other or PF_SR.dates[(PF_SR.dates.index(self.date) + 73) % len(PF_SR.dates)]

    @property
    def window(self) -> tuple[float, float, float]:
        """The part of the picture that is seen, as `frames.Style` has it."""
        return self.view.scale, self.view.row, self.view.col


def samples(story: Story) -> list[str]:
    """The sample of each state: one that names none shows the last one's. Raises `StoryError` where the first names none."""
    found: list[str] = []
    for state in story.states:
        sample = state.sample or (found[-1] if found else None)
        if sample is None:
            raise StoryError(story.title, None, "its first state names no sample: nothing can be shown")
        found.append(sample)
    return found


def read(state: State, sample_id: str) -> SeenView:
    """What a state shows of a sample.

    >>> seen = read(State("?view=swipe:2018-04-03;zoom:2,10,20&pixels=1,2&names=field", ""), corpus.default_sample)
    >>> seen.other, seen.window, seen.pins
    (datetime.date(2018, 4, 3), (2.0, 10.0, 20.0), ((1, 2, 'field'),))
    """
    query = state.query
    names = query.get("names", "").split(";")
    pins = tuple(
        (row, col, names[i][:24] if i < len(names) else "")
        for i, (row, col) in enumerate(state.pixels[:MOST_PINS])
    )
    found = SeenView(
        sample_id,
        state.date or DEFAULT_DATE,
        pins=pins,
        panel=query.get("panel", ""),
        query=query,
        view=state.view,
        playback=state.playback,
        ground=query.get("marks") == "ground",
    )
    curves, _ = curve_texts.parse(query.get("curves", ""))
    found = replace(found, indices=curves.indices)
    try:
        found = replace(found, composite=render_spec.parse(query.get("composite", "true"), PF_SR.id).text)
    except ExplorerError:
        pass
    try:
        found = replace(found, stretch=str(stretches.parse(query.get("stretch", "natural"))))
    except ExplorerError:
        pass
    try:
        found = replace(found, overlay=str(overlay_look.parse(query.get("overlay", ""))))
    except ExplorerError:
        pass
    return found


def overlay_of(corpus: Corpus, seen: SeenView) -> str:
    """The map of land cover that a view shows, as a link says it; empty where there is none of that name, or it cannot be read."""
    try:
        on_top.read(corpus, seen.sample_id, seen.overlay)
    except ExplorerError:
        return ""
    return seen.overlay


@dataclass(frozen=True)
class Picture:
    """One picture of a view: pixels uint8 `(n, n, 3)` with pins and scale bar, its `date` in words, what is to be said beside it."""

    pixels: np.ndarray
    date: str
    mark: str = ""


@dataclass(frozen=True)
class Pictures:
    """The pictures of a view in their order, side by side or in rows of `columns`; `painter` paints its frames."""

    painter: FramePainter
    pictures: tuple[Picture, ...]
    columns: int
    legend: Legend | None

    @property
    def credit(self) -> Credit:
        """Whom to name."""
        return self.painter.credit

    @property
    def key(self) -> tuple[tuple[text.Colour, str], ...]:
        """What colours mean of what lies over the pictures."""
        return () if self.painter.over is None else self.painter.over.key

    @property
    def lines(self) -> list[str]:
        """What is shown and how, in sentences."""
        shown = self.painter.scene
        told = [f"{shown.recipe.title}. {shown.sensor}. Stretch {shown.shows()['stretch']}."]
        if self.painter.style.layer:
            told.append(f"On top: the quality layer {self.painter.style.layer}.")
        if shown.hatched:
            told.append(f"Hatched: {shown.hatched}.")
        if self.painter.over is not None:
            told += self.painter.over.lines
        return told

    @property
    def dates(self) -> str:
        """All dates in words, with what is to be said of each; of many, the first and last."""
        if len(self.pictures) > 2:
            return f"{self.pictures[0].date} to {self.pictures[-1].date} ({len(self.pictures)} dates)"
        return "; ".join(one.date + (f" ({one.mark})" if one.mark else "") for one in self.pictures)

    @cached_property
    def image(self) -> Image.Image:
        """All of them as one image, each under its date."""
        size, pad = 13, 8
        wide = self.pictures[0].pixels.shape[1]
        high = text.line_height(round(size * 1.6)) + pad
        rows = -(-len(self.pictures) // self.columns)
        legend = None if self.legend is None else tiles.ramp(self.legend, min(wide * self.columns, 600), size)
        key = tiles.key(self.key, wide * self.columns, size) if self.key else None
        below = sum(part.height + pad for part in (legend, key) if part is not None)
        across = wide * self.columns + _GAP * (self.columns - 1)
        image = Image.new("RGB", (across, rows * (wide + high + _GAP) - _GAP + below), tiles.PAPER)
        for number, one in enumerate(self.pictures):
            row, col = divmod(number, self.columns)
            left, top = col * (wide + _GAP), row * (wide + high + _GAP)
            type_size = round(size * 1.6) if wide >= 400 else size
            said = text.shortened(one.date, type_size, wide, bold=True)
            text.draw(image, (left, top + high - pad - 4), said, type_size, tiles.INK, bold=True)
            image.paste(Image.fromarray(one.pixels), (left, top + high))
        if legend is not None:
            image.paste(legend, (0, image.height - below + pad))
        if key is not None:
            image.paste(key, (0, image.height - key.height))
        return image


@dataclass(frozen=True)
class _Map(Pictures):
    """The map alone; `painter` is of the sample's picture, for whom to name."""

    words: str = ""

    @property
    def key(self) -> tuple[tuple[text.Colour, str], ...]:
        return ()

    @property
    def lines(self) -> list[str]:
        return [f"{self.words}. Map: Natural Earth, GeoNames (CC BY 4.0)."]

    @property
    def dates(self) -> str:
        return self.words

    @cached_property
    def image(self) -> Image.Image:
        return Image.fromarray(self.pictures[0].pixels)


@dataclass(frozen=True)
class _Change(Scene):
    """A scene whose picture is the change between two dates."""

    change: Difference | None = None

    @property
    def legend(self) -> Legend | None:
        assert self.change is not None
        return self.change.legend

    def rgba(self, step: Step) -> np.ndarray:
        assert self.change is not None
        return self.change.rgba


def pictures(
    corpus: Corpus,
    seen: SeenView,
    *,
    scale: int = 3,
    with_layer: bool = True,
    progress: scene.Progress | None = None,
    cancel: threading.Event | None = None,
) -> Pictures:
    """The pictures of a view, a Planet Fusion pixel `scale` (1 to 4) pixels large; only the dates that are seen are read.

    A quality layer that the sample has not is left out. Raises `InvalidQueryError`, `CancelledError`, and what
    `Corpus.cell` and the store raise.
    """
    view = seen.view
    days = _days(seen)
    sheet = view.mode.startswith("sheet")
    style = Style(
        scale=_SHEET_SCALE if sheet else scale, header=False, class_bar=False, chart=None, attribution=False,
        window=seen.window, layer=view.layer if with_layer else "",
        overlay="" if sheet else overlay_of(corpus, seen), ground=seen.ground and not sheet,
    )  # fmt: skip

    def painter_of(dates: list[dt.date] | None) -> FramePainter:
        return frames.painter(
            corpus, seen.sample_id, composite=seen.composite, stretch=seen.stretch, dates=dates, pins=seen.pins, style=style,
            progress=progress, cancel=cancel,
        )  # fmt: skip

    try:
        try:
            painter = painter_of(days)
        except InvalidQueryError:  # none of these dates is there: with all of them, they are shown as missing
            painter = painter_of(None)
    except ExplorerError:
        if not style.layer:
            raise
        return pictures(corpus, seen, scale=scale, with_layer=False, progress=progress, cancel=cancel)
    if seen.panel == "map":
        drawn = map_picture.draw(corpus, seen.query, seen.sample_id)
        return _Map(painter, (Picture(drawn.pixels, "Sample map"),), 1, None, drawn.words)
    at = {PF_SR.dates[step.index]: number for number, step in enumerate(painter.steps)}
    other = seen.other
    if sheet or other is None or other == seen.date:
        found = tuple(_picture(painter, at[day]) for day in days)
        return Pictures(painter, found, _columns(len(found)), painter.scene.legend)
    if view.mode == "side":
        found = (_picture(painter, at[seen.date]), _picture(painter, at[other]))
        return Pictures(painter, found, 2, painter.scene.legend)
    if view.mode == "swipe":
        left, right = _picture(painter, at[seen.date]), _picture(painter, at[other])
        pixels = left.pixels.copy()
        split = round(view.split * pixels.shape[1])
        pixels[:, split:] = right.pixels[:, split:]
        pixels[:, max(split - 1, 0) : split + 1] = 255
        date = f"{left.date} (left), {right.date} (right)"
        mark = ", ".join(dict.fromkeys(filter(None, (left.mark, right.mark))))
        return Pictures(painter, (Picture(pixels, date, mark),), 1, painter.scene.legend)
    return _changed(painter, at[other], at[seen.date])


def _days(seen: SeenView) -> list[dt.date]:
    """The dates that are seen; of a sheet, evenly over what plays."""
    if seen.view.mode.startswith("sheet"):
        first, last = seen.playback.indices
        count = int(seen.view.mode.partition("-")[2])
        chosen = np.unique(np.linspace(first, last, min(count, last - first + 1)).round().astype(int))
        return [PF_SR.dates[int(i)] for i in chosen]
    return [seen.date] if seen.other is None else sorted({seen.date, seen.other})


def _columns(count: int) -> int:
    return 1 if count == 1 else 6 if count <= 24 else 8


def _picture(painter: FramePainter, number: int) -> Picture:
    step = painter.steps[number]
    left, top, right, bottom = painter.picture_box
    return Picture(painter.frame(number)[top:bottom, left:right], step.text, step.mark)


def _changed(painter: FramePainter, first: int, second: int) -> Pictures:
    """What changed from the one date to the other; side by side where one of them is missing."""
    shown, steps = painter.scene, painter.steps
    before, after = steps[first], steps[second]
    if any(shown.cube.status[step.index] != Status.THERE for step in (before, after)):
        found = (_picture(painter, second), _picture(painter, first))
        return Pictures(painter, found, 2, shown.legend)
    change = difference(shown.cube, shown.recipe, before.index, after.index)
    step = replace(after, text=f"{after.text} minus {before.text}", filled=None)
    parts: Sequence[Step] = (step,)
    other = _Change(
        shown.corpus, shown.cell, shown.cube, shown.recipe, shown.choice, shown.painter, tuple(parts), change
    )
    changed = FramePainter(other, painter.style, painter.pins, (), over=painter.over)
    return Pictures(changed, (_picture(changed, 0),), 1, change.legend)
