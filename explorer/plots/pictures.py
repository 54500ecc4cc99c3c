"""Pictures of a sample on axes in metres of its UTM zone: an animation over dates, Sentinel-2's bands; and of many samples on one date."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

import holoviews as hv
import numpy as np

from explorer.analysis import colours, render_spec, spectra
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import ValuePainter
from explorer.analysis.profiles import SENSORS
from explorer.analysis.stretch import StretchSpec
from explorer.analysis.thumbnails import ThumbnailSpec
from explorer.core.errors import InvalidQueryError
from explorer.core.grid import Cell
from explorer.core.products import PF_SR, REFLECTANCE_SCALE, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery import one_date
from explorer.corpus.imagery.cube import Status
from explorer.corpus.imagery.one_date import OneDate
from explorer.export import credit, scene
from explorer.export.scene import Scene, Step
from explorer.plots import style

_LARGE, _SMALL = 420, 190
_MOST_PICTURES = 100


def animation(
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
    embed: bool = False,
) -> hv.DynamicMap | hv.HoloMap:
    """A sample's pictures with a slider of dates (Sentinel-2: months); `animation(...)[np.datetime64("2018-07-02")]` is one.

    What is shown is chosen as for `export.scene.scene`: `composite` and `stretch` as links have them, `dates`, or
    `start`, `end` and every `step`-th. A colour composite gives `hv.RGB` (uint8, alpha 0 where nothing was measured),
    one value a pixel gives `hv.Image` (reflectance, or the index; NaN) with its colour scale. Dates that are not there
    say why, and how much of a date was gap-filled stands in its title. A `DynamicMap` asks Python for each frame; `embed` gives a `HoloMap` with all of them, for a notebook that
    is read without Python (160 kB a date of Planet Fusion). Blocks while it reads, raises as `export.scene.scene`.
    >>> movie = animation(corpus, corpus.default_sample, start="2018-06", end="2018-08")
    >>> movie[np.datetime64("2018-07-02")]
    :RGB   [...]   (R,G,B,A)
    """
    shown = scene.scene(
        corpus, sample_id, product=product, composite=composite, stretch=stretch, dates=dates, start=start, end=end, step=step,
    )  # fmt: skip
    shown = scene.with_gaps(shown)
    steps = {found.date: found for found in shown.steps}

    def step_of(date: np.datetime64) -> Step:
        return steps[shown.product.parse_date(date)]

    given = credit.of(corpus, [product])
    # Animations of one product move together where they stand side by side; days and months have a slider each.
    along = "month" if shown.product.monthly else "date"
    dates_shown = [np.datetime64(date) for date in steps]  # numbers or times have a slider, text has a menu
    slider = hv.Dimension(
        along, label=along.title(), values=dates_shown, value_format=lambda date: step_of(date).text
    )

    def frame(date: np.datetime64) -> hv.RGB | hv.Image:
        found = step_of(date)
        marks = [found.mark] if found.there else [f"missing: {found.why}"]
        title = ", ".join([sample_id, found.text, *filter(None, marks)])
        return _picture(shown, found, _LARGE).opts(
            title=textwrap.fill(title, 56), hooks=[*_HOOKS, style.credited(f"{shown.recipe.title}, {shown.sensor}. {given.line}", _LARGE)],
        )  # fmt: skip

    if embed:
        return hv.HoloMap({date: frame(date) for date in dates_shown}, kdims=[slider])
    return hv.DynamicMap(frame, kdims=[slider])


def bands(corpus: Corpus, sample_id: str, month: Any = "2018-07") -> hv.Layout:
    """Sentinel-2's bands of one month by wavelength, a `hv.Image` of reflectance each, stretched by itself over all months.

    `month` is 1 to 12, a date or text (`2018-07`). Pixels without a measurement are NaN and transparent.
    Raises `InvalidQueryError` where there is no mosaic (and why), `UnknownDateError`, and as `export.scene.read`.
    >>> len(bands(corpus, corpus.default_sample, month=7))
    12
    """
    wanted = spectra.parse_months([month])
    positions = scene.positions(S2_SR, wanted)
    ordered = sorted(S2_SR.bands, key=lambda band: band.wavelength)
    looks = [(render_spec.parse(f"band:{band.name}", S2_SR.id), StretchSpec()) for band in ordered]
    cube = scene.read_for(corpus, sample_id, S2_SR, positions, looks)
    if positions[0] not in cube.there:
        raise InvalidQueryError(
            f"{sample_id} has no Sentinel-2 mosaic of {wanted[0]:%Y-%m}: {cube.reasons[positions[0]]}"
        )
    found = []
    for band, look in zip(ordered, looks, strict=True):
        shown = scene.paint(corpus, cube, *look, positions)
        picture = _picture(shown, shown.steps[0], _SMALL)
        found.append(
            picture.opts(title=f"{band.name}, {band.wavelength:g} nm", xticks=2, yticks=2, hooks=_HOOKS)
        )
    # Below the last one: what is written on the layout is lost where it is put beside others.
    given = credit.of(corpus, [S2_SR.id])
    found[-1] = found[-1].opts(hooks=[*_HOOKS, style.credited(given.line, _SMALL)])
    return hv.Layout(found).cols(4).opts(title=f"{sample_id}, Sentinel-2, {wanted[0]:%Y-%m}")


def gallery(
    corpus: Corpus,
    ids: Iterable[str],
    *,
    date: Any = "2018-07-02",
    composite: str = "true",
    stretch: str = "",
    columns: int = 4,
) -> hv.Layout:
    """Samples on one date, a picture each, as the page's gallery shows them: read from that date's chips alone.

    `date` is one of Planet Fusion, or a month as text (`2018-07`), which is Sentinel-2's; `composite` and `stretch` as links have them.
    A colour composite gives `hv.RGB` (uint8, alpha 0 where nothing was measured), one value a pixel `hv.Image` (reflectance, or the
    index; NaN). A sample that lacks the date is hatched and says why. Blocks while it reads.
    Raises `InvalidQueryError` for no sample or more than 100, `UnknownSampleError`, `UnknownDateError`, `StoreError`.
    >>> fields = corpus.query(largest=[211], purity=(0.9, 1)).index[:3]
    >>> len(gallery(corpus, fields, date="2018-07", composite="swir"))
    3
    """
    spec = ThumbnailSpec.parse(str(date), composite, stretch)
    chosen = [ids] if isinstance(ids, str) else list(ids)
    if not 0 < len(chosen) <= _MOST_PICTURES:
        raise InvalidQueryError(
            f"{len(chosen)} samples; from 1 to {_MOST_PICTURES} are shown side by side: choose some of them"
        )
    cells = [corpus.cell(sample_id) for sample_id in chosen]
    pictures: list[Any] = [None] * len(cells)
    for found in one_date.read_each(corpus.cubes, cells, spec.product, spec.index):
        pictures[found.position] = _of_one_date(corpus, spec, cells[found.position], found)
    # Below the last one: what is written on the layout is lost where it is put beside others.
    given = credit.of(corpus, [spec.product.id])
    pictures[-1] = pictures[-1].opts(hooks=[*_HOOKS, style.credited(given.line, _SMALL)])
    sensor = f"{SENSORS[spec.product.id]}, {spec.product.pixel_size:g} m"
    return hv.Layout(pictures).cols(columns).opts(title=f"{spec.recipe.title}, {sensor}, {spec.date_text}")


def _of_one_date(corpus: Corpus, spec: ThumbnailSpec, cell: Cell, found: OneDate) -> hv.RGB | hv.Image:
    """A sample's picture, or what stands in its place where the date is not there."""
    there, size = found.status == Status.THERE, spec.product.size
    if there:
        day = spec.product.dates[spec.index]
        step = Step(spec.index, day, spec.date_text, np.datetime64(day), True)
        shown = Scene(corpus, cell, found.cube, spec.recipe, spec.choice, spec.painter(found.cube), (step,))
        picture = _picture(shown, step, _SMALL)
    else:
        empty = np.zeros((size, size, 4), np.uint8)
        picture = hv.RGB(empty, bounds=cell.bounds, kdims=_axes(cell)).opts(
            frame_width=_SMALL, frame_height=_SMALL, fontsize=style.TYPE, xformatter=_METRES, yformatter=_METRES,
        )  # fmt: skip
    title = cell.sample_id if there else textwrap.fill(f"{cell.sample_id}, missing: {found.why}", 30)
    return picture.opts(title=title, xticks=2, yticks=2, hooks=_HOOKS)


def _picture(shown: Scene, step: Step, size: int) -> hv.RGB | hv.Image:
    """One date, `size` px wide; all transparent where it is missing."""
    axes, bounds = _axes(shown.cell), shown.cell.bounds
    options: dict[str, Any] = {"frame_width": size, "frame_height": size, "fontsize": style.TYPE}
    options |= {"xformatter": _METRES, "yformatter": _METRES, "xticks": 3, "yticks": 3}
    shape = (shown.product.size, shown.product.size)
    if shown.recipe.kind == "rgb":
        rgba = shown.rgba(step) if step.there else np.zeros((*shape, 4), np.uint8)
        return hv.RGB(rgba, bounds=bounds, kdims=axes).opts(**options)
    painter = ValuePainter(shown.cube, shown.recipe, shown.choice, shown.painter.stretch)
    values = painter.values(step.index) if step.there else np.full(shape, np.nan, np.float32)
    stretch = painter.stretch
    if stretch is None:  # each date by itself
        stretch = stretches.of_frame(shown.cube, shown.recipe, shown.choice, step.index)
    scale = REFLECTANCE_SCALE if shown.recipe.kind == "band" else 1.0
    name = shown.recipe.text.partition(":")[2]
    unit = "dimensionless" if shown.recipe.unit == "1" else "0 to 1"
    label = name if shown.recipe.kind != "band" else f"Reflectance, {name}"
    value = hv.Dimension((name, label), unit=unit)
    return hv.Image(values, bounds=bounds, kdims=axes, vdims=value).opts(
        cmap=list(colours.hexes(shown.recipe.colours or "grey", colours.LEVELS, stretch.gamma)),
        clim=(stretch.low[0] * scale, stretch.high[0] * scale), colorbar=True, colorbar_opts=style.BAR, tools=["hover"],
        **options,
    )  # fmt: skip


def _axes(cell: Cell) -> list[hv.Dimension]:
    # HoloViews links axes of one name: pictures of one place move together, those of two places do not.
    zone = f"UTM {cell.zone_name}"
    return [
        hv.Dimension((f"{axis}_{cell.sample_id}", f"{label}, {zone}"), unit="m")
        for axis, label in (("x", "Easting"), ("y", "Northing"))
    ]


_METRES = "%d"
_HOOKS = [style.quiet, style.hatched_where_missing]
