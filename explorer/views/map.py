"""The sample map: half a million samples by datashader, on a GeoViews background, with the selected one marked."""

from __future__ import annotations

import weakref
from html import escape
from typing import Any

import geoviews as gv
import holoviews as hv
import numpy as np
import panel as pn
from bokeh.models import CustomJS
from holoviews import streams

from explorer import nomenclature
from explorer.corpus.corpus import Corpus
from explorer.errors import ExplorerError
from explorer.grid import parse
from explorer.views import context
from explorer.views.parts import Loop
from explorer.views.raster import SampleRaster, View
from explorer.views.selection import Selection

_FIRST_SIZE = (470, 500)
_PICK = "#d6006c"
_CLICK_REACH = 8  # px around the pointer within which a sample counts as meant


class _Figures(list[Any]):
    """The map's Bokeh figures (one; more where a notebook shows it twice): a list that can be referred to weakly."""


class MapView:
    """Draws the samples for the ranges in view; a click selects the nearest one."""

    def __init__(
        self, corpus: Corpus, selection: Selection, loop: Loop, raster: SampleRaster, tiles: bool
    ) -> None:
        self._corpus, self._selection, self._loop, self._raster = corpus, selection, loop, raster
        self._colours = nomenclature.colour_table(3)
        self._ticket = 0
        self._figures = _Figures()
        ranges = first_ranges(corpus)
        self.view = View(*ranges, *_FIRST_SIZE)
        self._picture = streams.Pipe(data=(self.view, raster.draw(self.view, self._colours)))
        self._marker = streams.Pipe(data=None)
        samples = hv.DynamicMap(self._samples, streams=[self._picture])
        marker = hv.DynamicMap(self._mark, streams=[self._marker])
        self._range = streams.RangeXY(source=samples)
        self._size = streams.PlotSize(source=samples)
        self._taps = [streams.Tap(source=samples), streams.DoubleTap(source=samples)]
        background = [gv.tile_sources.CartoLight()] if tiles else []
        chart = context.land() * samples * marker
        for tile in background:
            chart = tile * chart
        self.chart = chart.opts(
            responsive=True, min_height=80, xaxis=None, yaxis=None, toolbar="right", active_tools=["pan", "wheel_zoom"],
            default_tools=["pan", "wheel_zoom", "box_zoom", "reset"], title="", hooks=[self._dress(ranges)],
            projection=context.MERCATOR,
        )  # fmt: skip
        self.pane = pn.pane.HoloViews(
            self.chart, sizing_mode="stretch_both", min_height=0, margin=0, backend="bokeh", linked_axes=False
        )
        for stream in (self._range, self._size):
            stream.add_subscriber(self._moved)
        for tap in self._taps:
            tap.add_subscriber(self._tapped)
        self.legend = pn.pane.HTML(
            legend(corpus), sizing_mode="stretch_width", margin=0, css_classes=["map-legend"]
        )

    def open(self, sample_id: str | None) -> None:
        """Mark a sample's footprint."""
        self._marker.send(sample_id if sample_id in self._corpus.samples.index else None)

    def show(self, sample_id: str) -> None:
        """Move the map so that a sample is in view, if it is not."""
        if sample_id not in self._corpus.samples.index:
            return
        row = self._corpus.samples.loc[sample_id]
        (x0, x1), (y0, y1) = self.view.x_range, self.view.y_range
        if x0 < row["x"] < x1 and y0 < row["y"] < y1:
            return
        half_x, half_y = (x1 - x0) / 2, (y1 - y0) / 2
        for figure in self._figures:
            figure.x_range.update(start=row["x"] - half_x, end=row["x"] + half_x)
            figure.y_range.update(start=row["y"] - half_y, end=row["y"] + half_y)

    def _dress(self, ranges: tuple[tuple[float, float], tuple[float, float]]) -> Any:
        # HoloViews keeps the hooks that it saw last: they may know the map's figures, never the map and its session.
        figures = weakref.ref(self._figures)

        def hook(plot: Any, _element: Any) -> None:
            figure = plot.state
            known = figures()
            if known is not None and all(figure is not other for other in known):
                known.append(figure)
                (x0, x1), (y0, y1) = ranges
                figure.x_range.update(start=x0, end=x1, reset_start=x0, reset_end=x1)
                figure.y_range.update(start=y0, end=y1, reset_start=y0, reset_end=y1)
                figure.html_attributes = {"role": "img", "aria-label": "Map of samples by land cover class"}
                figure.aspect_ratio = None
                for axis in (figure.x_range, figure.y_range):
                    axis.min_interval = 2_000  # a few cells; nothing to see closer
                    axis.max_interval = 30_000_000
                figure.match_aspect = False
                callback = CustomJS(args={"figure": figure}, code=_FILL)
                figure.js_on_change("inner_width", callback)
                figure.js_on_change("inner_height", callback)
            figure.background_fill_color = "#c9dae4"
            figure.outline_line_color = None
            figure.border_fill_color = None
            figure.toolbar.logo = None
            figure.toolbar.autohide = True
            figure.min_border = figure.min_border_left = figure.min_border_right = 0
            figure.min_border_top = figure.min_border_bottom = 0
            figure.toolbar_inner = True

        return hook

    def _samples(self, data: tuple[View, np.ndarray]) -> gv.RGB:
        view, rgba = data
        (x0, x1), (y0, y1) = view.x_range, view.y_range
        return gv.RGB(
            rgba[::-1], bounds=(x0, y0, x1, y1), crs=context.MERCATOR, vdims=list(gv.RGB.vdims)
        ).opts(hooks=[_mark_when_drawn], default_tools=[])

    def _mark(self, data: str | None) -> hv.Overlay:
        rings, centre = [], []
        if data is not None:
            cell = parse(data)
            outline = np.asarray(cell.footprint(3857).exterior.coords)
            rings = [outline]
            centre = [tuple(outline[:4].mean(axis=0))]
        ring = hv.Path(rings, ["x", "y"]).opts(color=_PICK, line_width=2.5, apply_ranges=False)
        dots = {"size": 17, "fill_alpha": 0, "apply_ranges": False}
        halo = hv.Points(centre).opts(line_color="white", line_width=5, **dots)
        circle = hv.Points(centre).opts(line_color=_PICK, line_width=2.5, **dots)
        return ring * halo * circle

    def _moved(self, **_: Any) -> None:
        """Pan, zoom or another size: draw anew in a thread; what comes too late is dropped."""
        x_range = self._range.x_range or self.view.x_range
        y_range = self._range.y_range or self.view.y_range
        width, height = self._size.width or self.view.width, self._size.height or self.view.height
        if not all(np.isfinite([*x_range, *y_range])) or x_range[0] >= x_range[1] or y_range[0] >= y_range[1]:
            return
        view = View(tuple(x_range), tuple(y_range), min(int(width), 4000), min(int(height), 4000))
        if view == self.view:
            return
        self.view = view
        self._ticket += 1
        ticket = self._ticket

        def done(rgba: np.ndarray) -> None:
            if ticket == self._ticket:
                self._picture.send((view, rgba))

        self._loop.work(lambda: self._raster.draw(view, self._colours), done)

    def _tapped(self, x: float | None = None, y: float | None = None) -> None:
        if x is None or y is None:
            return
        reach = max(_CLICK_REACH, self.view.cell_pixels * 0.75) * self.view.resolution
        row = self._raster.nearest(x, y, reach)
        if row is not None:
            self._selection.sample_id = str(self._corpus.samples.index[row])


# The map fills its panel, whatever its shape, at the same metres a pixel in x and y.
_FILL = """
const width = figure.inner_width, height = figure.inner_height
if (!width || !height) return
const { x_range: x, y_range: y } = figure
const now = Math.max((x.end - x.start) / width, figure.tags.includes("sized") ? 0 : (y.end - y.start) / height)
if (!figure.tags.includes("sized")) figure.tags.push("sized")
const middle = { x: (x.start + x.end) / 2, y: (y.start + y.end) / 2 }
x.setv({ start: middle.x - now * width / 2, end: middle.x + now * width / 2 })
y.setv({ start: middle.y - now * height / 2, end: middle.y + now * height / 2 })
"""


def _mark_when_drawn(plot: Any, _element: Any) -> None:
    """Set the User Timing mark once the browser has the image on the screen."""
    source = plot.handles["source"]
    if "explorer-map" in source.tags:
        return
    source.tags = [*source.tags, "explorer-map"]
    code = "requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('explorer:map-drawn')))"
    callback = CustomJS(code=code)
    source.js_on_change("data", callback)
    plot.state.js_on_event("document_ready", callback)


def first_ranges(corpus: Corpus) -> tuple[tuple[float, float], tuple[float, float]]:
    """Europe; or closer where a corpus is a small part of it. x and y ranges, EPSG:3857 metres."""
    samples = corpus.samples
    (x0, x1), _ = context.EUROPE
    if not len(samples):
        return context.EUROPE
    left, right = float(samples["x"].min()), float(samples["x"].max())
    bottom, top = float(samples["y"].min()), float(samples["y"].max())
    span = max(right - left, top - bottom)
    if span > 0.35 * (x1 - x0):
        return context.EUROPE
    half = max(span * 0.7, 250_000.0)  # never so close that one does not see where in Europe it is
    x, y = (left + right) / 2, (bottom + top) / 2
    return (x - half, x + half), (y - half, y + half)


def legend(corpus: Corpus) -> str:
    """The classes that the corpus has, most frequent first, with official colours and counts, HTML."""
    counts = corpus.samples["clc"].value_counts()
    rows = []
    for code, count in counts.items():
        try:
            cover = nomenclature.land_cover(int(str(code)))
        except ExplorerError:
            continue
        rows.append(
            f'<li title="{cover.code} {escape(cover.title)}: {count:,} samples"><i style="background:{cover.hex}"></i>'
            f"<span>{escape(cover.title)}</span><em>{count:,}</em></li>"
        )
    return f'<ul aria-label="Legend">{"".join(rows)}</ul>'
