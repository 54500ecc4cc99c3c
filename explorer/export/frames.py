"""Frames of an animation with all that a picture needs to stand alone: date, scale, label, profile, whom to name.

A frame is a template that is drawn once, into which the date's picture, its text and the cursor are set.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image

from explorer.analysis import colours, profiles, regions
from explorer.analysis.curves import TWINS
from explorer.analysis.picture_view import MOST_ZOOM
from explorer.analysis.quality import QualityPainter
from explorer.core.errors import InvalidQueryError
from explorer.core.products import CELL_SIZE_M, PF_QA, PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Status
from explorer.corpus.imagery.to_xarray import timestamps
from explorer.export import credit, on_top, scene, text, tiles, timeline_strip
from explorer.export.on_top import OnTop
from explorer.export.scene import MID_MONTH, Missing, Progress, Scene, Step
from explorer.export.text import Colour
from explorer.opinions import overlay_look

SCALES = (1, 2, 3, 4)
GAP_KEY = "gap-filled: the share of pixels that were not measured on the date"
BANDS = "bands"
"""The chart of the four bands that both sensors have, instead of one index."""
_TYPE = {1: 9, 2: 11, 3: 13, 4: 16}
_PICTURE = 200


@dataclass(frozen=True, slots=True)
class Style:
    """What a frame has beside its picture.

    `scale` is 1 to 4: a Planet Fusion pixel becomes that many on the screen. `chart` names the curve beneath (`NDVI`, any
    index, `expr:FORMULA`, or `bands`), None for none; it needs pins. `type_size` is in pixels, by default as the scale has it.
    `window` is the part of the picture that is seen: how many times as large (1 to 16), and the 3 m row and column in its upper
    left corner. `layer` names the quality layer that lies on top, `overlay` the map of land cover as a link says it
    (`worldcover,40`); `ground`: what was seen on the ground is marked.
    """

    scale: int = 3
    header: bool = True
    scale_bar: bool = True
    class_bar: bool = True
    chart: str | None = "NDVI"
    attribution: bool = True
    type_size: int | None = None
    window: tuple[float, float, float] = (1.0, 0.0, 0.0)
    layer: str = ""
    overlay: str = ""
    ground: bool = False

    def __post_init__(self) -> None:
        """Check the numbers. Raises `InvalidQueryError`."""
        if self.scale not in SCALES or isinstance(self.scale, bool):
            raise InvalidQueryError(f"scale is {self.scale!r}; pictures come 1, 2, 3 or 4 times as large")
        if self.type_size is not None and not 6 <= self.type_size <= 40:
            raise InvalidQueryError(f"type of {self.type_size} pixels; it can have 6 to 40")
        if not 1 <= self.window[0] <= MOST_ZOOM:
            raise InvalidQueryError(f"a zoom of {self.window[0]!r}; it can be 1 to {MOST_ZOOM:g}")
        overlay_look.parse(self.overlay)


class FramePainter:
    """Paints the frames of a scene, in any order and from many threads."""

    def __init__(
        self,
        shown: Scene,
        style: Style,
        pins: Sequence[tuple[int, int, str]],
        curves: Sequence[timeline_strip.Curve],
        layer: QualityPainter | None = None,
        over: OnTop | None = None,
    ) -> None:
        self.scene, self.style, self.pins = shown, style, tuple(pins)
        self._layer, self.over = layer, over
        product = shown.product
        self.factor = max(1, round(_PICTURE * style.scale / product.size))
        """Pixels on the screen for one of the product's."""
        self.picture_size = product.size * self.factor
        self._size = style.type_size or _TYPE[style.scale]
        self._pad = max(4, round(self._size * 0.6))
        used = [product.id]
        if curves:
            used += [
                PF_SR.id,
                *([S2_SR.id] if any(np.isfinite(c.other_values).any() for c in curves) else []),
            ]
        self.credit = credit.of(shown.corpus, [*used, *(["labels"] if style.class_bar else [])])
        if over is not None:
            self.credit = replace(self.credit, lines=(*self.credit.lines, *over.credits))
        self._curves = curves
        self._hatch = tiles.hatched(self.picture_size, self._size)
        self._ground = None if over is None else over.marks_tile(self.picture_size, style.window, self._size)
        self._compose()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The dates, one a frame."""
        return self.scene.steps

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        return self._template.shape[1], self._template.shape[0]

    @property
    def picture_box(self) -> tuple[int, int, int, int]:
        """Where the picture is in a frame: left, top, right, bottom."""
        return 0, self._top, self.picture_size, self._top + self.picture_size

    @cached_property
    def about(self) -> dict[str, str]:
        """What a file of these frames says of itself."""
        sample_id, steps = self.scene.cell.sample_id, self.steps
        shows = self.scene.shows() | self.scene.shows_marks()
        if self.pins:
            shows["pixels"] = "; ".join(f"row {row}, col {col}" for row, col, _ in self.pins) + " (3 m grid)"
        if self.over is not None:
            shows["over_it"] = " ".join(self.over.lines)
        title = f"{sample_id}, {self.scene.sensor}, {self.scene.recipe.title}, {steps[0].text} to {steps[-1].text}"
        return credit.about(
            self.credit, title, sample_id=sample_id, dates=[step.text for step in steps], shows=shows
        )

    def frame(self, number: int) -> np.ndarray:
        """One frame, uint8 `(height, width, 3)`, of the step at this position."""
        step = self.steps[number]
        canvas = self._template.copy()
        left, top, right, bottom = self.picture_box
        canvas[top:bottom, left:right] = self.picture(step)
        for y, x, tile in self._marks if step.there else ():
            tiles.blend(canvas[top:bottom, left:right], y, x, tile)
        if self.style.header:
            self._date(canvas, step)
        elif step.mark:
            tiles.blend(canvas, top + self._pad, self._pad, self._badge(step))
        if self._strip is not None:
            self._strip.mark(canvas[self._chart_top :, self._pad :], step.time)
        return canvas

    def image(self, number: int) -> Image.Image:
        """The same as a Pillow image."""
        return Image.fromarray(self.frame(number))

    def picture(self, step: Step) -> np.ndarray:
        """The picture of a date alone, crisp at the frame's size: uint8 `(n, n, 3)`; hatched where nothing was measured."""
        if not step.there:
            return tiles.nothing_here(self._hatch, credit.plain(step.lack, 120), self._size)
        rgba = self.scene.rgba(step)
        found = self._enlarged(rgba[..., :3])
        gone = rgba[..., 3] == 0
        if gone.any():
            large = self._enlarged(gone)
            found[large] = self._hatch[large]
        if self._layer is not None:
            tiles.blend(found, 0, 0, self._enlarged(self._layer.rgba(step.index)))
        if self.over is not None and self.over.cover is not None:
            tiles.blend(found, 0, 0, self._enlarged(self.over.cover))
        if self._ground is not None:
            tiles.blend(found, 0, 0, self._ground)
        return found

    def _enlarged(self, pixels: np.ndarray) -> np.ndarray:
        """The part of `(y, x, ...)` pixels of the product that is seen, each as large as the frame has it."""
        zoom, row, col = self.style.window
        if zoom == 1:
            return pixels.repeat(self.factor, axis=0).repeat(self.factor, axis=1)
        size = pixels.shape[0]
        steps = (np.arange(self.picture_size) + 0.5) * size / (self.picture_size * zoom)
        rows, cols = (
            np.clip(np.floor(start * size / PF_SR.size + steps), 0, size - 1).astype(int)
            for start in (row, col)
        )
        return pixels[rows[:, None], cols[None, :]]

    # -- drawn once ---------------------------------------------------------------------------------------------

    def _compose(self) -> None:
        """Draw all that does not change, from top to bottom."""
        width, pad, style = self.picture_size, self._pad, self.style
        room = width - 2 * pad
        header = self._header(room) if style.header else None
        below: list[tuple[Image.Image, int]] = []
        if (legend := self.scene.legend) is not None:
            below.append((tiles.ramp(legend, room, self._size), 0))
        entries: list[tuple[np.ndarray | Colour, str]] = []
        if self._layer is not None:  # a mask has one colour; of others, that of its highest values
            entries.append((tiles.rgb(self._layer.legend.colours[-1]), self._layer.legend.title))
        if self.scene.hatching:  # a missing date says so in its picture
            entries.append((self._hatch, self.scene.hatching))
        if style.header and any(step.filled for step in self.steps):
            entries.append((tiles.GAP, GAP_KEY))
        if self.over is not None:
            entries += self.over.key
        if entries:
            below.append((tiles.key(entries, room, self._size), 0))
        if style.class_bar:
            labels = self.scene.corpus.labels(self.scene.cell.sample_id)
            fractions = [(int(code), float(value)) for code, value in labels.items()]  # type: ignore[call-overload]
            below.append((tiles.class_bar(fractions, room, self._size), 0))
        self._strip = None
        if self._curves:
            high = max(48, round(width * 0.2))
            self._strip = timeline_strip.Strip(
                room, high, self._size, self._curves, self._title(), _span(self.steps)
            )
            below.append((Image.fromarray(self._strip.image), 1))
        if style.attribution:
            below.append((self._attribution(room), 0))
        self._top = header.height + 2 * pad if header is not None else 0
        height = self._top + width + sum(image.height + pad for image, _ in below) + (pad if below else 0)
        canvas = Image.new("RGB", (width, height + height % 2), tiles.PAPER)
        if header is not None:
            canvas.paste(header, (pad, pad))
        top = self._top + width + pad
        for image, is_chart in below:
            canvas.paste(image, (pad, top))
            if is_chart:
                self._chart_top = top
            top += image.height + pad
        self._template = np.asarray(canvas)
        self._template.setflags(write=False)
        self._marks = self._overlay()

    def _header(self, room: int) -> Image.Image:
        """The header without its date: the sensor on the right, the picture's name and the sample beneath."""
        size, shown = self._size, self.scene
        marks = [self._badge(step).shape[1] + self._pad for step in self.steps if step.mark]
        left = text.width(self.steps[0].text, self._date_size, bold=True) + self._pad + max(marks, default=0)
        above = not marks or left + text.width(shown.sensor, size) <= room
        told = (
            [shown.recipe.title, shown.cell.sample_id]
            if above
            else [shown.sensor, shown.recipe.title, shown.cell.sample_id]
        )
        lines = text.wrap(" · ".join(told), size, room)
        high, line = text.line_height(self._date_size), text.line_height(size)
        image = Image.new("RGB", (room, high + line * len(lines)), tiles.PAPER)
        if above:
            sensor = text.shortened(shown.sensor, size, room - left)
            text.draw(image, (room, self._date_base), sensor, size, tiles.QUIET, anchor="rs")
        for number, words in enumerate(lines):
            text.draw(image, (0, high + line * number + round(size * 0.98)), words, size, tiles.INK)
        return image

    @property
    def _date_size(self) -> int:
        return round(self._size * 1.6)

    @property
    def _date_base(self) -> int:
        return round(self._date_size * 0.98)

    def _date(self, canvas: np.ndarray, step: Step) -> None:
        size = self._date_size
        wide, high = text.width(step.text, size, bold=True) + 2, text.line_height(size)
        words = Image.new("RGB", (wide, high), tiles.PAPER)
        text.draw(words, (0, self._date_base), step.text, size, tiles.INK, bold=True)
        pad = self._pad
        part = canvas[pad : pad + high, pad : pad + wide]
        part[:] = np.asarray(words)[: part.shape[0], : part.shape[1]]
        if step.mark:
            badge = self._badge(step)
            tiles.blend(canvas, pad + (high - badge.shape[0]) // 2, 2 * pad + wide, badge)

    def _badge(self, step: Step) -> np.ndarray:
        return tiles.badge(step.mark, self._size, tiles.GAP if step.there else tiles.HATCH)

    def _attribution(self, room: int) -> Image.Image:
        size = max(8, round(self._size * 0.85))
        lines = [words for line in self.credit.lines for words in text.wrap(line, size, room)]
        image = Image.new("RGB", (room, text.line_height(size) * len(lines)), tiles.PAPER)
        for number, words in enumerate(lines):
            at = (0, text.line_height(size) * number + round(size * 0.98))
            text.draw(image, at, words, size, tiles.QUIET)
        return image

    def _overlay(self) -> list[tuple[int, int, np.ndarray]]:
        """Scale bar and pins: top and left in the picture, and the tile."""
        size, found = self.picture_size, []
        zoom, top_row, left_col = self.style.window
        if self.style.scale_bar:
            bar = tiles.scale_bar(CELL_SIZE_M / size / zoom, size, self._size)
            edge = max(3, self._pad // 2)
            found.append((size - bar.tile.shape[0] - edge, edge, bar.tile))
        metre = size / CELL_SIZE_M * zoom
        for number, (row, col, name) in enumerate(self.pins):
            colour = tiles.rgb(colours.PINS[number])
            tile = tiles.pin(2.2 + 1.3 * self.style.scale, colour)
            half = tile.shape[0] // 2
            y, x = (
                int((v - start + 0.5) * PF_SR.pixel_size * metre)
                for v, start in ((row, top_row), (col, left_col))
            )
            if not (0 <= y < size and 0 <= x < size):
                continue
            found.append((y - half, x - half, tile))
            label = credit.pin_text(number, "" if self._curves else name, len(self.pins))
            if label:
                words = self._pin_label(label)
                right = x + half + 1 + words.shape[1] <= size
                left = x + half + 1 if right else x - half - 1 - words.shape[1]
                found.append((min(max(y - words.shape[0] // 2, 0), size - words.shape[0]), left, words))
        return found

    def _pin_label(self, words: str) -> np.ndarray:
        size = self._size
        image = Image.new(
            "RGBA", (text.width(words, size, bold=True) + 4, text.line_height(size)), (0, 0, 0, 0)
        )
        text.draw(
            image, (2, image.height / 2), words, size, (255, 255, 255), bold=True, anchor="lm", halo=tiles.INK
        )
        return np.asarray(image)

    def _title(self) -> str:
        if self.style.chart != BANDS:
            return curve_name(self.style.chart or "")
        return "Reflectance" if len(self.pins) == 1 else f"Reflectance at {len(self.pins)}"


def _span(steps: Sequence[Step]) -> tuple[np.datetime64, np.datetime64]:
    """The time that the chart shows: that of the frames, a little more, and never less than three months."""
    first, last = steps[0].time, steps[-1].time
    least = np.timedelta64(90, "D")
    air = np.maximum((last - first) // 40, (least - (last - first)) // 2)
    return first - air, last + air


def _charted(steps: Sequence[Step]) -> list[int]:
    """Positions in Planet Fusion's calendar that the chart shows, and one on each side, to which its lines lead."""
    first, last = _span(steps)
    inside = np.flatnonzero((timestamps(PF_SR) >= first) & (timestamps(PF_SR) <= last))
    if not len(inside):
        return []
    return list(range(max(int(inside[0]) - 1, 0), min(int(inside[-1]) + 2, len(PF_SR.dates))))


def painter(
    corpus: Corpus,
    sample_id: str,
    *,
    product: str = PF_SR.id,
    composite: str = "true",
    stretch: str = "natural",
    dates: Iterable[Any] | None = None,
    start: Any = None,
    end: Any = None,
    step: int = 1,
    missing: Missing = "mark",
    pins: Iterable[Sequence[Any]] = (),
    style: Style | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> FramePainter:
    """Read a sample and make the painter of its frames; arguments as `scene.scene`.

    `pins` are (row, col) or (row, col, name) of the 3 m grid; their curves are charted where the style has a chart.
    Raises as `scene.scene`.
    """
    style = style or Style()
    named = scene.check_pins(pins)
    if named and style.chart is not None:
        _check_chart(style.chart)
    shown = scene.scene(
        corpus, sample_id, product=product, composite=composite, stretch=stretch, dates=dates, start=start,
        end=end, step=step, missing=missing, progress=progress, cancel=cancel,
    )  # fmt: skip
    shown = scene.with_gaps(shown, cancel=cancel)
    drawn: list[timeline_strip.Curve] = []
    if named and style.chart is not None:
        drawn = curves(corpus, sample_id, style.chart, named, cancel, _charted(shown.steps))
    layer = None
    if style.layer:
        if shown.product is not PF_SR:
            raise InvalidQueryError(
                f"the layer {style.layer[:30]!r} lies on Planet Fusion alone, not on {product}"
            )
        # All dates, as on the page: the range of its colours is theirs.
        layer = QualityPainter(scene.read(corpus, sample_id, PF_QA, cancel=cancel), style.layer)
    over = on_top.read(corpus, sample_id, style.overlay, style.ground, shown.product.size)
    return FramePainter(shown, style, named, drawn, layer, over)


def curves(
    corpus: Corpus,
    sample_id: str,
    chart: str,
    pins: Sequence[tuple[int, int, str]],
    cancel: threading.Event | None = None,
    positions: Collection[int] | None = None,
) -> list[timeline_strip.Curve]:
    """The curves of a chart: one a pin of an index, or four bands of the last pin; both sensors.

    With `positions`, of Planet Fusion only these dates are read; the curves have gaps elsewhere.
    Raises `InvalidQueryError` for an index that neither sensor can have, or no index.
    """
    wanted = _check_chart(chart)
    planet = scene.read(corpus, sample_id, PF_SR, cancel=cancel, positions=positions)
    sentinel = scene.read(corpus, sample_id, S2_SR, cancel=cancel)
    quality = scene.read(corpus, sample_id, PF_QA, cancel=cancel, positions=positions)
    asked = np.isin(
        np.arange(len(PF_SR.dates)), range(len(PF_SR.dates)) if positions is None else list(positions)
    )
    missing = asked & (planet.status != Status.THERE)
    found = []
    for number, (row, col, name) in enumerate(pins):
        one = profiles.series(planet, row, col, wanted[PF_SR.id], quality)
        marks = np.array([flag == "gap-filled" for flag in one.flags]), missing
        other = profiles.series(sentinel, *profiles.to_s2(row, col), wanted[S2_SR.id])
        late = other.times + MID_MONTH
        if chart == BANDS:
            if number == len(pins) - 1:
                for band, twin in TWINS.items():
                    dn = other.reflectance[other.bands.index(twin)]
                    own = one.reflectance[one.bands.index(band)]
                    title = PF_SR.band(band).title
                    found.append(
                        timeline_strip.Curve(title, colours.BANDS[band], one.times, own, late, dn, *marks)
                    )
            continue
        label = f"{number + 1} " if len(pins) > 1 else ""
        label += credit.plain(name, 24) or f"row {row}, col {col}"
        none = np.full(len(one.times), np.nan), np.full(len(late), np.nan)
        values = next(iter(one.extra.values()), none[0])
        others = next(iter(other.extra.values()), none[1])
        found.append(
            timeline_strip.Curve(label, colours.PINS[number], one.times, values, late, others, *marks)
        )
    return found


def _check_chart(chart: str) -> dict[str, list[str]]:
    """What each sensor can show of a chart. Raises `InvalidQueryError`."""
    if chart == BANDS:
        return {PF_SR.id: [], S2_SR.id: []}
    found: dict[str, list[str]] = {}
    problems = []
    for product_id in (PF_SR.id, S2_SR.id):
        try:
            regions.measures([chart], product_id)
            found[product_id] = [chart]
        except InvalidQueryError as error:
            found[product_id] = []
            problems.append(error)
    if len(problems) == len(found):
        raise problems[0]
    return found


def curve_name(chart: str) -> str:
    """What people call an index or formula that a chart shows."""
    return chart.removeprefix("index:").removeprefix("expr:")
