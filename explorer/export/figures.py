"""Figures of pictures: one date, two dates side by side, a sheet of dates, Sentinel-2's months or bands."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from explorer.analysis import render_spec
from explorer.analysis.stretch import StretchSpec, of_one_date
from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.export import credit, figure_base, frames, on_top, scene, tiles
from explorer.export.figure_base import MARGIN, ExportFigure, Page
from explorer.export.on_top import OnTop
from explorer.export.scene import Progress, Scene, Step

MAX_SHEET = 60
_GAP = 0.1
_CAPTION = 0.2
# Inches in which a chip's pixels are whole pixels of a PNG.
_LARGE = 6.0
_HALF = 4.0
_SMALL = {PF_SR.id: 2.0, S2_SR.id: 1.8}
_RAMP = 0.62
_KEY_COLUMN, _KEY_ROW = 2.8, 0.16
"""Of the key of what lies over the pictures."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a sheet: `rgba` uint8 `(y, x, 4)`, None and `lack` where it is missing; `mark` stands beside the caption."""

    rgba: np.ndarray | None
    caption: str
    lack: str = ""
    mark: str = ""


def picture(
    corpus: Corpus,
    sample_id: str,
    date: Any,
    *,
    product: str = PF_SR.id,
    composite: str = "true",
    stretch: str | None = None,
    pins: Iterable[Sequence[Any]] = (),
    overlay: str = "",
    ground: bool = False,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ExportFigure:
    """One date, large, with scale bar and pins; without a `stretch` no other date is read.

    `overlay` is a map of land cover over it, as a link says it (`worldcover,40`); `ground`: what was seen on the ground is marked.
    Raises as `scene.scene` and `on_top.read`.
    """
    named = scene.check_pins(pins)
    choice = stretch or str(of_one_date(render_spec.parse(composite, scene.product_of(product).id)))
    shown = scene.scene(
        corpus, sample_id, product=product, composite=composite, stretch=choice, dates=[date], progress=progress,
        cancel=cancel,
    )  # fmt: skip
    over = on_top.read(corpus, sample_id, overlay, ground, shown.product.size)
    title = f"{sample_id}, {shown.steps[0].text}"
    return _pictures(shown, shown.steps, _LARGE, 1, named, title, cancel, over)


def pair(
    corpus: Corpus,
    sample_id: str,
    before: Any,
    after: Any,
    *,
    product: str = PF_SR.id,
    composite: str = "true",
    stretch: str = "natural",
    pins: Iterable[Sequence[Any]] = (),
    overlay: str = "",
    ground: bool = False,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ExportFigure:
    """Two dates side by side, the earlier one on the left, in one stretch; `overlay` and `ground` as for `picture`. Raises as it does."""
    named = scene.check_pins(pins)
    shown = scene.scene(
        corpus, sample_id, product=product, composite=composite, stretch=stretch, dates=[before, after],
        progress=progress, cancel=cancel,
    )  # fmt: skip
    if len(shown.steps) != 2:
        raise InvalidQueryError(f"before and after are the same date, {shown.steps[0].text}")
    title = f"{sample_id}, {shown.steps[0].text} and {shown.steps[1].text}"
    over = on_top.read(corpus, sample_id, overlay, ground, shown.product.size)
    return _pictures(shown, shown.steps, _HALF, 2, named, title, cancel, over)


def sheet(
    corpus: Corpus,
    sample_id: str,
    *,
    count: int = 12,
    columns: int = 4,
    product: str = PF_SR.id,
    composite: str = "true",
    stretch: str = "natural",
    dates: Iterable[Any] | None = None,
    start: Any = None,
    end: Any = None,
    pins: Iterable[Sequence[Any]] = (),
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ExportFigure:
    """A contact sheet: the `dates` given, else `count` of those that are there, evenly from `start` to `end`.

    Raises as `scene.scene`.
    >>> figure = sheet(corpus, corpus.default_sample, count=4)
    >>> named = figure.save(folder / "sheet.png")
    """
    if not (1 <= count <= MAX_SHEET and 1 <= columns <= 12):
        raise InvalidQueryError(
            f"a sheet has 1 to {MAX_SHEET} dates in 1 to 12 columns, not {count} in {columns}"
        )
    named = scene.check_pins(pins)
    chosen = None if dates is None else list(dates)
    if chosen is not None and len(chosen) > MAX_SHEET:
        raise InvalidQueryError(f"{len(chosen)} dates; a sheet has at most {MAX_SHEET}")
    shown = scene.scene(
        corpus, sample_id, product=product, composite=composite, stretch=stretch, dates=chosen, start=start, end=end,
        missing="skip" if chosen is None else "mark", progress=progress, cancel=cancel,
    )  # fmt: skip
    steps = shown.steps
    if chosen is None:
        at = np.unique(np.linspace(0, len(steps) - 1, min(count, len(steps))).round().astype(int))
        steps = tuple(steps[i] for i in at)
    title = (
        f"{sample_id}, {steps[0].text} to {steps[-1].text}"
        if len(steps) > 1
        else f"{sample_id}, {steps[0].text}"
    )
    return _pictures(shown, steps, _SMALL[product], min(columns, len(steps)), named, title, cancel)


def months(
    corpus: Corpus,
    sample_id: str,
    *,
    composite: str = "true",
    stretch: str = "natural",
    pins: Iterable[Sequence[Any]] = (),
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ExportFigure:
    """Sentinel-2's twelve months; those that are missing are shown as such. Raises as `scene.scene`."""
    named = scene.check_pins(pins)
    shown = scene.scene(
        corpus,
        sample_id,
        product=S2_SR.id,
        composite=composite,
        stretch=stretch,
        progress=progress,
        cancel=cancel,
    )
    return _pictures(
        shown, shown.steps, _SMALL[S2_SR.id], 4, named, f"{sample_id}, Sentinel-2 in 2018", cancel
    )


def bands(
    corpus: Corpus,
    sample_id: str,
    date: Any,
    *,
    product: str = S2_SR.id,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> ExportFigure:
    """Every band of one date in grey, by wavelength, each with its own stretch over time. Raises as `scene.scene`."""
    spec = scene.product_of(product)
    ordered = sorted(spec.bands, key=lambda band: band.wavelength)
    looks = [(render_spec.parse(f"band:{band.name}", product), StretchSpec()) for band in ordered]
    wanted = scene.positions(spec, [date])
    cube = scene.read_for(corpus, sample_id, spec, wanted, looks, progress, cancel)
    shown = [scene.paint(corpus, cube, *look, wanted) for look in looks]
    step = scene.with_gaps(shown[0], cancel=cancel).steps[0]
    cells = [
        Picture(one.rgba(step), f"{band.name}, {band.wavelength:g} nm")
        for one, band in zip(shown, ordered, strict=True)
    ]
    given = credit.of(corpus, [product])
    title = f"{sample_id}, {step.text}, bands"
    shows = shown[0].shows() | {
        "bands": ", ".join(band.name for band in ordered),
        "composite": "each band in grey",
    }
    shows["stretch"] = "vivid, each band by itself"
    about = credit.about(given, title, sample_id=sample_id, dates=[step.text], shows=shows)
    lines = [f"{spec.title}, {spec.pixel_size:g} m. Each band is stretched by itself, over all dates."]
    if step.mark:
        lines.append(f"{step.text}: {step.mark}. {frames.GAP_KEY.capitalize()}.")
    return _grid(cells, _SMALL[product], 4, title, lines, given, about)


def label_line(corpus: Corpus, sample_id: str) -> str:
    """The label in a line of text."""
    found = corpus.labels(sample_id)
    if not len(found):
        return "No CORINE label."
    parts = [
        f"{tiles.percent(float(v))} {corine.land_cover(int(c)).title}"  # type: ignore[call-overload]
        for c, v in found.items()
    ]
    return "CORINE 2018: " + ", ".join(parts) + "."


def _pictures(
    shown: Scene,
    steps: Sequence[Step],
    size: float,
    columns: int,
    named: Sequence[tuple[int, int, str]],
    title: str,
    cancel: threading.Event | None,
    over: OnTop | None = None,
) -> ExportFigure:
    corpus, sample_id = shown.corpus, shown.cell.sample_id
    shown = scene.with_gaps(shown, steps, cancel)
    given = credit.of(corpus, [shown.product.id, "labels"])
    shows = shown.shows() | shown.shows_marks()
    if over is not None:
        given = replace(given, lines=(*given.lines, *over.credits))
        shows["over_it"] = " ".join(over.lines)
    if named:
        shows["pixels"] = "; ".join(f"row {row}, col {col}" for row, col, _ in named) + " (3 m grid)"
    about = credit.about(given, title, sample_id=sample_id, dates=[s.text for s in steps], shows=shows)
    lines = [
        f"{shown.recipe.title}. {shown.sensor}. Stretch {shows['stretch']}.",
        label_line(corpus, sample_id),
    ]
    if shown.hatched:
        lines.append(f"Hatched: {shown.hatched}.")
    if any(step.filled for step in shown.steps):
        lines.append(f"{frames.GAP_KEY.capitalize()}.")
    cells = [
        Picture(shown.rgba(s) if s.there else None, s.text if len(steps) > 1 else "", s.lack, s.mark)
        for s in shown.steps
    ]
    return _grid(cells, size, columns, title, lines, given, about, named, shown, over)


@figure_base.alone
def _grid(
    cells: Sequence[Picture],
    size: float,
    columns: int,
    title: str,
    lines: Sequence[str],
    given: credit.Credit,
    about: dict[str, str],
    named: Sequence[tuple[int, int, str]] = (),
    shown: Scene | None = None,
    over: OnTop | None = None,
) -> ExportFigure:
    """Pictures in rows with captions; a scale bar on the first; below, a ramp where the pictures are of values, and the key of what is `over` them."""
    rows = -(-len(cells) // columns)
    legend = shown.legend if shown is not None else None
    width = max(columns * size + (columns - 1) * _GAP + 2 * MARGIN, 4.4)
    above = _CAPTION if any(cell.caption or cell.mark for cell in cells) else 0.0
    grid = rows * (size + above) + (rows - 1) * _GAP
    ramp = _RAMP if legend is not None else 0.0
    key = () if over is None else over.key
    across = max(1, int((width - 2 * MARGIN) / _KEY_COLUMN))
    down = 0.1 + _KEY_ROW * -(-len(key) // across) if key else 0.0
    page = Page(width, grid + ramp + down, title, lines, given)
    for number, cell in enumerate(cells):
        row, col = divmod(number, columns)
        left, top = MARGIN + col * (size + _GAP), row * (size + above + _GAP)
        axes = page.axes(left, top + above, size, size)
        figure_base.picture(axes, cell.rgba, cell.lack)
        if over is not None and cell.rgba is not None:
            figure_base.on_top(axes, over.cover, over.marks)
        axes.set_title(cell.caption, fontsize=8.5, loc="left", pad=3, fontweight="bold")
        if cell.mark:
            figure_base.badge(axes, cell.mark, is_gap=cell.rgba is not None)
        if number == 0 or size >= _HALF:
            figure_base.scale_bar(axes, size)
        if cell.rgba is not None:
            figure_base.pins(axes, named)
    if legend is not None:
        figure_base.ramp(page.axes(MARGIN, grid + 0.14, min(width - 2 * MARGIN, 4.0), 0.13), legend)
    if key:
        figure_base.key(page.axes(MARGIN, grid + ramp + 0.08, width - 2 * MARGIN, down - 0.08), key, across)
    return ExportFigure(page.figure, about, given)
