"""The map's figure: made once by GeoViews and HoloViews, then fed through its Bokeh sources.

A redraw by HoloViews costs tens of milliseconds on the event loop; data put into a source costs almost none.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import geoviews as gv
import holoviews as hv
import numpy as np
import panel as pn
from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    CustomJS,
    CustomJSTickFormatter,
    Grid,
    HoverTool,
    LassoSelectTool,
    LinearColorMapper,
    MercatorTicker,
)
from bokeh.models.annotations import BoxAnnotation
from bokeh.models.axes import LinearAxis
from bokeh.models.renderers import TileRenderer

from explorer.views.common import palettes
from explorer.views.common.components import source
from explorer.views.common.map_state import MapLink
from explorer.views.map import context
from explorer.views.map.raster import View

Data = dict[str, Any]
PICK = "#d6006c"
_LOOKS = {
    "light": {
        "beyond": "#e8edef",
        "sea": "#c9dae4",
        "land": "#dde1da",
        "line": "#97a5ab",
        "grid": "#5b7480",
        "text": "#4a5a64",
    },
    "dark": {
        "beyond": "#0f181e",
        "sea": "#14212a",
        "land": "#27343c",
        "line": "#5b6c76",
        "grid": "#8fa5b1",
        "text": "#a9b8c0",
    },
}
_EMPTY: dict[str, Data] = {
    "image": {"image": [np.zeros((1, 1), np.uint8)], "x": [0], "y": [0], "dw": [1], "dh": [1]},
    "near": {name: [] for name in ("xs", "ys", "c", "alpha", "id", "title", "share", "review")},
    "chips": {name: [] for name in ("image", "x", "y", "dw", "dh")},
    "area": {"xs": [], "ys": []},
    "mark": {"xs": [], "ys": []},
    "dot": {"x": [], "y": []},
}
_TIP = """
<div style="font: 12px/1.4 system-ui, 'DejaVu Sans', sans-serif; color: #17262e; max-width: 260px">
<b style="font-family: ui-monospace, 'DejaVu Sans Mono', monospace">@id</b><br>@title<br>@share · @review</div>
"""


class Sheets(list[Any]):
    """The map's figures (one; more where a notebook shows it twice), what they show, and how they look.

    A list of its own, so that what HoloViews keeps (it keeps the hooks that it saw last) can refer to it weakly.
    """

    def __init__(self, view: View, look: MapLink, bus: str) -> None:
        super().__init__()
        self.view, self.look, self.bus = view, look, bus
        self.exact: float | None = None
        """Metres a pixel that a link asks for, until the browser has told the map's size."""
        self.latest: dict[str, Data] = dict(_EMPTY)
        self.first = (view.x_range, view.y_range)

    def put(self, pane: Any = None, **parts: Data) -> None:
        """Show data by the name of their source, on all figures; call it on the event loop only."""
        self.latest |= parts
        for sheet in self:
            for name, data in parts.items():
                sheet.sources[name].data = data
        push(pane)

    def go(self, x_range: tuple[float, float], y_range: tuple[float, float], pane: Any = None) -> None:
        """Show other ranges (EPSG:3857 metres)."""
        self.view = View(x_range, y_range, self.view.width, self.view.height)
        for sheet in self:
            sheet.figure.x_range.update(start=x_range[0], end=x_range[1])
            sheet.figure.y_range.update(start=y_range[0], end=y_range[1])
        push(pane)

    def tag(self) -> None:
        """Tell the browser, which is not there yet, how many metres a pixel a link asks for."""
        for sheet in self:
            sheet.figure.tags = [] if self.exact is None else [f"at:{self.exact}"]

    def style(self, look: MapLink, pane: Any = None) -> None:
        """Wear other colours, or another basemap."""
        self.look = look
        for sheet in self:
            sheet.style(look)
        push(pane)


def push(pane: Any) -> None:
    """Send what changed to a notebook's cells; a server's page needs no push."""
    for ref in list(getattr(pane, "_models", ())):
        view = pn.state._views.get(ref)
        if view is not None and view[3] is not None:
            pn.io.push(view[2], view[3])


class _Sheet:
    """One Bokeh figure and the sources of what lies on it."""

    def __init__(self, figure: Any, sheets: Sheets) -> None:
        self.figure = figure
        self.sources = {name: ColumnDataSource(data=dict(sheets.latest[name])) for name in _EMPTY}
        self._grids: list[Grid] = []
        self._axes: list[LinearAxis] = []
        self._land = next(r for r in figure.renderers if r.name == "land")
        self._tiles = [r for r in figure.renderers if isinstance(r, TileRenderer)]
        image = next(r for r in figure.renderers if r.name == "samples")
        image.data_source.data = dict(sheets.latest["image"])
        self.sources["image"] = image.data_source
        self.mapper = LinearColorMapper(low=-0.5, high=255.5, palette=["#00000000"] * 256)
        image.glyph.update(color_mapper=self.mapper, global_alpha=1.0)
        self._glyphs()
        self._beyond()
        self._graticule()
        self._tools(sheets.bus)
        self._frame(sheets)
        self.style(sheets.look)

    def _beyond(self) -> None:
        """Cover what the outlines do not reach: it would look like sea, and land would end in a straight line."""
        left, bottom, right, top = context.known()
        sides: list[dict[str, Any]] = [
            {"right": left}, {"left": right}, {"top": bottom, "left": left, "right": right},
            {"bottom": top, "left": left, "right": right},
        ]  # fmt: skip
        self._covers = [
            BoxAnnotation(**side, level="underlay", line_color=None, fill_alpha=1.0, name="beyond")
            for side in sides
        ]
        for cover in self._covers:
            self.figure.add_layout(cover)

    def _glyphs(self) -> None:
        figure, sources = self.figure, self.sources
        colour = {"field": "c", "transform": self.mapper}
        figure.image_rgba("image", "x", "y", "dw", "dh", source=sources["chips"], anchor="bottom_left")
        self.near = figure.patches(
            "xs", "ys", source=sources["near"], fill_color=colour, fill_alpha="alpha", line_color=colour, line_width=1.2,
        )  # fmt: skip
        rim = figure.patches(
            "xs",
            "ys",
            source=sources["near"],
            fill_alpha=0,
            line_color="#1d2b33",
            line_alpha=0.55,
            line_width=0.8,
        )
        area = figure.patches(
            "xs", "ys", source=sources["area"], fill_color=PICK, fill_alpha=0.07, line_color=PICK, line_width=1.6, line_dash=[6, 3],
        )  # fmt: skip
        # On the overlay: another selected sample must not have all of Europe painted anew (40 ms).
        marks = [
            figure.scatter(
                "x",
                "y",
                source=sources["dot"],
                size=17,
                fill_alpha=0,
                level="overlay",
                line_color=ink,
                line_width=width,
            )
            for ink, width in (("white", 5), (PICK, 2.5))
        ]
        ring = figure.patches(
            "xs", "ys", source=sources["mark"], fill_alpha=0, line_color=PICK, line_width=2.5, level="overlay",
        )  # fmt: skip
        for renderer in (self.near, rim, area, ring, *marks):
            renderer.nonselection_glyph = renderer.selection_glyph = None
        figure.add_tools(
            HoverTool(renderers=[self.near], tooltips=_TIP, visible=False, point_policy="follow_mouse")
        )

    def _graticule(self) -> None:
        sides: tuple[tuple[Any, Any, Any], ...] = ((0, "lon", "below"), (1, "lat", "left"))
        for dimension, kind, side in sides:
            ticker = MercatorTicker(dimension=kind, desired_num_ticks=5)
            grid = Grid(
                dimension=dimension, ticker=ticker, level="guide", grid_line_alpha=0.28, grid_line_width=0.7
            )
            axis = LinearAxis(
                ticker=ticker, axis_line_color=None,
                major_tick_line_color=None, minor_tick_line_color=None, major_label_text_font_size="12px",
                major_label_standoff=1,
            )  # fmt: skip
            axis.update(formatter=CustomJSTickFormatter(args={"kind": kind}, code=_DEGREES))
            self.figure.add_layout(grid)
            self.figure.add_layout(axis, side)
            self._grids.append(grid)
            self._axes.append(axis)

    def _tools(self, bus: str) -> None:
        figure = self.figure
        for tool in (BoxSelectTool(), LassoSelectTool(continuous=False)):
            tool.update(renderers=[])
            tool.overlay.update(fill_color=PICK, fill_alpha=0.1, line_color=PICK, line_width=1.6)
            figure.add_tools(tool)
        figure.toolbar_location = None
        tell = "window.dispatchEvent(new CustomEvent(`explorer:${bus}:map-${kind}`, {detail: Object.assign({}, detail)}))"
        point = "const kind = what, detail = {x: cb_obj.x, y: cb_obj.y};"
        for event in ("tap", "doubletap"):  # a second click within 300 ms is a doubletap, not a tap
            figure.js_on_event(event, CustomJS(args={"bus": bus, "what": "tap"}, code=point + tell))
        figure.js_on_event("mousemove", CustomJS(args={"bus": bus, "what": "point"}, code=point + tell))
        figure.js_on_event(
            "mouseleave", CustomJS(args={"bus": bus}, code="const kind = 'leave', detail = {};" + tell)
        )
        geometry = "if (!cb_obj.final) return; const kind = 'area', detail = cb_obj.geometry;"
        figure.js_on_event("selectiongeometry", CustomJS(args={"bus": bus}, code=geometry + tell))
        figure.js_on_event(
            "rangesupdate", CustomJS(args={"bus": bus}, code="const kind = 'moved', detail = {};" + tell)
        )
        drawn = CustomJS(
            code="requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('explorer:map-drawn')))"
        )
        self.sources["image"].js_on_change("data", drawn)
        figure.js_on_event("document_ready", drawn)

    def _frame(self, sheets: Sheets) -> None:
        figure = self.figure
        figure.name = f"map-{sheets.bus}"
        (x0, x1), (y0, y1) = sheets.view.x_range, sheets.view.y_range
        (fx0, fx1), (fy0, fy1) = sheets.first
        figure.x_range.update(
            start=x0, end=x1, reset_start=fx0, reset_end=fx1, min_interval=500, max_interval=3e7
        )
        figure.y_range.update(
            start=y0, end=y1, reset_start=fy0, reset_end=fy1, min_interval=500, max_interval=3e7
        )
        figure.html_attributes = {"role": "img", "aria-label": "Map of samples by land cover class"}
        figure.aspect_ratio = None
        figure.match_aspect = False
        figure.tags = [] if sheets.exact is None else [f"at:{sheets.exact}"]
        figure.js_on_change("inner_width", fill := CustomJS(args={"figure": figure}, code=_FILL))
        figure.js_on_change("inner_height", fill)
        figure.outline_line_color = figure.border_fill_color = None
        figure.toolbar.logo = None
        figure.min_border = figure.min_border_left = figure.min_border_right = 0
        figure.min_border_top = figure.min_border_bottom = 0

    def style(self, look: MapLink) -> None:
        """The colours of a theme, palette and basemap."""
        colours = _LOOKS[look.theme]
        self.figure.background_fill_color = colours["sea"]
        plain = look.base == "plain" or not self._tiles
        self._land.glyph.update(
            fill_color=colours["land"],
            fill_alpha=1.0 if plain else 0.0,
            line_color=colours["line"] if plain else "#8a8f94",
        )
        for cover in self._covers:
            cover.update(visible=plain, fill_color=colours["beyond"])
        for name, renderer in zip(("light", "dark", "satellite"), self._tiles, strict=False):
            renderer.visible = look.base == name
        for grid in self._grids:
            grid.grid_line_color = colours["grid"]
        for axis in self._axes:
            axis.major_label_text_color = colours["text"]
        density = look.shade == "density"
        self.mapper.palette = (
            palettes.of_density(look.theme) if density else palettes.of_classes(look.level, look.palette)
        )


# The map fills its panel, whatever its shape, at the same metres a pixel in x and y.
_FILL = """
const width = figure.inner_width, height = figure.inner_height
if (!width || !height) return
const { x_range: x, y_range: y } = figure
const sized = figure.tags.includes("sized")
if (!sized) figure.tags.push("sized")
const at = sized ? null : figure.tags.find((tag) => tag.startsWith("at:"))
// All samples are in sight until somebody moves the map: the panel's height changes while legend and label come.
const ranges = () => JSON.stringify([x.start, x.end, y.start, y.end])
const whole = !at && (!sized || figure.all_in_sight === ranges())
const [left, right, low, high] = whole && sized ? [x.reset_start, x.reset_end, y.reset_start, y.reset_end] : [x.start, x.end, y.start, y.end]
const now = at ? Number(at.slice(3)) : Math.max((right - left) / width, whole ? (high - low) / height : 0)
x.setv({ start: (left + right) / 2 - now * width / 2, end: (left + right) / 2 + now * width / 2 })
y.setv({ start: (low + high) / 2 - now * height / 2, end: (low + high) / 2 + now * height / 2 })
if (whole) figure.all_in_sight = ranges()
"""
_DEGREES = """
const degrees = kind == "lon" ? tick / 111319.49079327358 : Math.atan(Math.sinh(tick / 6378137)) * 180 / Math.PI
const rounded = Math.round(Math.abs(degrees) * 1e4) / 1e4
return `${rounded}°${rounded == 0 ? "" : degrees < 0 ? (kind == "lon" ? "W" : "S") : (kind == "lon" ? "E" : "N")}`
"""


def chart(sheets: Sheets, tiles: bool) -> hv.Overlay:
    """The map as an overlay: basemaps (where `tiles`), land, and the samples' image, which `sheets` feeds."""
    image = gv.Image(
        np.zeros((2, 2), np.uint8), bounds=(0, 0, 1, 1), crs=context.MERCATOR, kdims=["x", "y"], vdims=["c"]
    ).opts(hooks=[_name("samples")], apply_ranges=False, default_tools=[])
    sources = gv.tile_sources
    basemaps = (sources.CartoLight, sources.CartoDark, sources.EsriImagery) if tiles else ()
    # At once: overlays on the way there hold themselves in reference cycles.
    return hv.Overlay([*basemaps, context.land(), image]).opts(
        responsive=True, min_height=80, xaxis=None, yaxis=None, toolbar=None, active_tools=["pan", "wheel_zoom"],
        default_tools=["pan", "wheel_zoom"], title="", hooks=[_dress(sheets)], projection=context.MERCATOR,
    )  # fmt: skip


def _name(name: str) -> Callable[[Any, Any], None]:
    def hook(plot: Any, _element: Any) -> None:
        plot.handles["glyph_renderer"].name = name

    return hook


def _dress(sheets: Sheets) -> Callable[[Any, Any], None]:
    known = weakref.ref(sheets)

    def hook(plot: Any, _element: Any) -> None:
        found, figure = known(), plot.state
        if found is not None and all(figure is not sheet.figure for sheet in found):
            found.append(_Sheet(figure, found))

    return hook


def pane(sheets: Sheets, tiles: bool) -> pn.pane.HoloViews:
    """The map as a pane that fills its place."""
    return pn.pane.HoloViews(
        chart(sheets, tiles), sizing_mode="stretch_both", min_height=0, margin=0, backend="bokeh", linked_axes=False,
        stylesheets=[source("map_pane.css")],
    )  # fmt: skip
