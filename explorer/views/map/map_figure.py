"""The map's figure: made once by GeoViews and HoloViews, then fed through its Bokeh sources.

Basemaps, land, the samples' image, axes in degrees and their graticule are HoloViews' and GeoViews'. What changes goes
straight into a source, and what people do goes straight to the page's script. In the usual way (an element in a
DynamicMap for each, fed by a Pipe) the event loop stands still for 25 ms a mark or picture, 0.17 s where footprints are
shown, and for 1 s to show 2,000 footprints; a source takes less than 0.1 ms (tests/bench/bench_map.py). A glyph declared
as an element costs 17 ms of each page, 951 outlines of countries as GeoViews' polygons 2 s.
Models are few, because all of them are made, sent and freed for each visitor: glyphs without variants for what is
selected or muted, one filter and one policy of selection for all of them, one script for all events.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import geoviews as gv
import holoviews as hv
import numpy as np
import panel as pn
from bokeh.models import (
    AllIndices,
    AllLabels,
    BoxSelectTool,
    CDSView,
    ColumnDataSource,
    CustomJS,
    CustomJSTickFormatter,
    HoverTool,
    LassoSelectTool,
    LinearColorMapper,
    PanTool,
    UnionRenderers,
)
from bokeh.models.glyph import Glyph
from bokeh.models.glyphs import ImageRGBA, MultiPolygons, Patches, Scatter
from bokeh.models.renderers import GlyphRenderer, TileRenderer

from explorer.core.theme import THEMES
from explorer.views.common import palettes
from explorer.views.common.components import source
from explorer.views.common.map_state import MapLink
from explorer.views.map import context
from explorer.views.map.raster import View

Data = dict[str, Any]
PICK = "#d6006c"
ALIKE = "#0b57d0"
"""Of samples that look like another one."""
_BORDER_ON_TILES = "#8a8f94"
_RIM = ("#1d2b33", 0.55)
"""What footprints' outlines are darkened with, and how much."""
EMPTY: Mapping[str, Data] = MappingProxyType(
    {
        "image": {"image": [np.zeros((1, 1), np.uint8)], "x": [0], "y": [0], "dw": [1], "dh": [1]},
        "near": {name: [] for name in ("xs", "ys", "c", "alpha", "id", "title", "share", "review")},
        "chips": {name: [] for name in ("image", "x", "y", "dw", "dh")},
        "area": {"xs": [], "ys": []},
        "mark": {"xs": [], "ys": []},
        "dot": {name: [] for name in ("x", "y", "ink", "width", "size")},
    }
)
"""The columns of each source, as they are where there is nothing to show."""
_TIP = """
<div style="font: 12px/1.4 system-ui, 'DejaVu Sans', sans-serif; color: #17262e; max-width: 260px">
<b style="font-family: ui-monospace, 'DejaVu Sans Mono', monospace">@id</b><br>@title<br>@share · @review</div>
"""


class MapFigures(list[Any]):
    """The map's Bokeh figures (one; more where a notebook shows it twice), what they show, and how they look.

    A list of its own, so that what HoloViews keeps (it keeps the hooks that it saw last) can refer to it weakly.
    """

    def __init__(self, view: View, look: MapLink, bus: str) -> None:
        super().__init__()
        self.view, self.look, self.bus = view, look, bus
        self.exact: float | None = None
        """Metres a pixel that a link asks for, until the browser has told the map's size."""
        self.latest: dict[str, Data] = dict(EMPTY)
        self.first = (view.x_range, view.y_range)

    def put(self, pane: Any = None, **parts: Data) -> None:
        """Show data by the name of their source, on all figures; call it on the event loop only."""
        self.latest |= parts
        for one in self:
            for name, data in parts.items():
                one.sources[name].data = data
        push(pane)

    def go(self, x_range: tuple[float, float], y_range: tuple[float, float], pane: Any = None) -> None:
        """Show other ranges (EPSG:3857 metres)."""
        self.view = View(x_range, y_range, self.view.width, self.view.height)
        for one in self:
            one.figure.x_range.update(start=x_range[0], end=x_range[1])
            one.figure.y_range.update(start=y_range[0], end=y_range[1])
        push(pane)

    def tag(self) -> None:
        """Tell the browser, which is not there yet, how many metres a pixel a link asks for."""
        for one in self:
            one.figure.tags = [] if self.exact is None else [f"at:{self.exact}"]

    def style(self, look: MapLink, pane: Any = None) -> None:
        """Wear other colours, or another basemap."""
        self.look = look
        for one in self:
            one.style(look)
        push(pane)


def push(pane: Any) -> None:
    """Send what changed to a notebook's cells; a server's page needs no push."""
    if pane is not None:
        pn.io.push_notebook(pane)


def dot(x: float, y: float) -> Data:
    """The circle that finds a sample from afar, in a white rim; EPSG:3857 metres."""
    return {"x": [x, x], "y": [y, y], "ink": ["white", PICK], "width": [5.0, 2.5], "size": [17.0, 17.0]}


def rings(x: np.ndarray, y: np.ndarray) -> Data:
    """Smaller circles that find samples which look like another one, in a white rim; EPSG:3857 metres, `(n,)` each, the most alike first."""
    n = len(x)
    xs, ys = x[::-1].tolist(), y[::-1].tolist()  # the most alike lie on top
    return {
        "x": [*xs, *xs], "y": [*ys, *ys], "ink": ["white"] * n + [ALIKE] * n, "width": [4.5] * n + [2.0] * n, "size": [10.0] * 2 * n,
    }  # fmt: skip


def _without_variants(renderer: Any) -> None:
    """Nothing on the map is selected, muted or pointed at by Bokeh: copies of its glyph would be models for nothing."""
    renderer.update(nonselection_glyph=None, selection_glyph=None, hover_glyph=None, muted_glyph=None)


def _rims(palette: list[str]) -> list[str]:
    """Colours of footprints' outlines: the classes' own, darkened, so that neighbours of a class stand apart."""
    dark, share = _RIM
    ends = [int(dark[i : i + 2], 16) for i in (1, 3, 5)]

    def mixed(colour: str) -> str:
        own = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return "#" + "".join(
            f"{round((1 - share) * a + share * b):02x}" for a, b in zip(own, ends, strict=True)
        )

    return [mixed(colour) if len(colour) == 7 else colour for colour in palette]  # clear stays clear


class _MapFigure:
    """One Bokeh figure and the sources of what lies on it."""

    def __init__(self, figure: Any, figures: MapFigures) -> None:
        self.figure = figure
        self._all, self._policy = AllIndices(), UnionRenderers()
        self._land = next(r for r in figure.renderers if r.name == "land")
        self._tiles = [r for r in figure.renderers if isinstance(r, TileRenderer)]
        image = next(r for r in figure.renderers if r.name == "samples")
        for renderer in (self._land, image):
            _without_variants(renderer)
            renderer.data_source.selection_policy = self._policy
            renderer.view.filter = self._all
        image.data_source.data = dict(figures.latest["image"])
        self.mapper: LinearColorMapper = image.glyph.color_mapper
        self._rim = LinearColorMapper(low=self.mapper.low, high=self.mapper.high)
        self.sources = {
            name: ColumnDataSource(data=dict(data), selection_policy=self._policy)
            for name, data in figures.latest.items()
            if name != "image"
        }
        self.sources["image"] = image.data_source
        self._glyphs()
        self._graticule()
        self._tools()
        self._events(figures.bus)
        self._frame(figures)
        self.style(figures.look)

    def _glyphs(self) -> None:
        glyphs: dict[str, Glyph] = {
            "borders": MultiPolygons(fill_color=None, line_width=0.8),
            "chips": ImageRGBA(),
            "near": Patches(
                fill_color={"field": "c", "transform": self.mapper}, fill_alpha="alpha",
                line_color={"field": "c", "transform": self._rim}, line_width=1.0,
            ),
            "area": Patches(
                fill_color=PICK, fill_alpha=0.07, line_color=PICK, line_width=1.6, line_dash=[6, 3]
            ),
            "mark": Patches(fill_alpha=0, line_color=PICK, line_width=2.5),
            "dot": Scatter(size="size", fill_alpha=0, line_color="ink", line_width="width"),
        }  # fmt: skip
        # On the overlay: another selected sample must not have all of Europe painted anew (40 ms).
        above = ("mark", "dot")
        made = {
            name: GlyphRenderer(
                data_source=self._land.data_source if name == "borders" else self.sources[name], glyph=glyph, view=CDSView(filter=self._all), name=name,
                level="overlay" if name in above else "glyph",
            )
            for name, glyph in glyphs.items()
        }  # fmt: skip
        for renderer in made.values():
            _without_variants(renderer)
        self.near, self._borders = made["near"], made["borders"]
        self.figure.renderers = [*self.figure.renderers, *made.values()]

    def _graticule(self) -> None:
        """GeoViews' axes and tickers for web mercator; a grid at their ticks, and labels that say east and north."""
        figure, labels = self.figure, AllLabels()
        self._axes, self._grids = [*figure.xaxis, *figure.yaxis], [*figure.xgrid, *figure.ygrid]
        for kind, axis, grid in zip(("lon", "lat"), self._axes, self._grids, strict=True):
            axis.ticker.desired_num_ticks = 5
            axis.update(
                axis_line_color=None, major_tick_line_color=None, minor_tick_line_color=None, axis_label=None,
                major_label_text_font_size="12px", major_label_standoff=1, major_label_policy=labels,
                formatter=CustomJSTickFormatter(args={"kind": kind}, code=_DEGREES),
            )  # fmt: skip
            grid.update(
                ticker=axis.ticker, level="guide", grid_line_alpha=0.28, grid_line_width=0.7, visible=True
            )

    def _tools(self) -> None:
        """Pan as HoloViews made it (wheel and pinch are the script's own: Bokeh's jump), and what a person may draw."""
        ways = {type(tool): tool for tool in self.figure.toolbar.tools}
        drawn: list[Any] = [BoxSelectTool(), LassoSelectTool(continuous=False)]
        for tool in drawn:
            tool.update(renderers=[])
            tool.overlay.update(fill_color=PICK, fill_alpha=0.1, line_color=PICK, line_width=1.6)
        hover = HoverTool(renderers=[self.near], tooltips=_TIP, visible=False, point_policy="follow_mouse")
        self.figure.toolbar.tools = [ways[PanTool], hover, *drawn]
        self.figure.toolbar_location = None

    def _events(self, bus: str) -> None:
        told = CustomJS(args={"bus": bus}, code=_EVENTS)
        for event in _TOLD:
            self.figure.js_on_event(event, told)
        drawn = CustomJS(
            code="requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('explorer:map-drawn')))"
        )
        self.sources["image"].js_on_change("data", drawn)
        self.figure.js_on_event("document_ready", drawn)

    def _frame(self, figures: MapFigures) -> None:
        figure = self.figure
        figure.name = f"map-{figures.bus}"
        (x0, x1), (y0, y1) = figures.view.x_range, figures.view.y_range
        (fx0, fx1), (fy0, fy1) = figures.first
        figure.x_range.update(
            start=x0, end=x1, reset_start=fx0, reset_end=fx1, min_interval=500, max_interval=3e7
        )
        figure.y_range.update(
            start=y0, end=y1, reset_start=fy0, reset_end=fy1, min_interval=500, max_interval=3e7
        )
        figure.html_attributes = {"role": "img", "aria-label": "Map of samples by land cover class"}
        figure.aspect_ratio = None
        figure.match_aspect = False
        figure.tags = [] if figures.exact is None else [f"at:{figures.exact}"]
        figure.js_on_change("inner_width", fill := CustomJS(args={"figure": figure}, code=_FILL))
        figure.js_on_change("inner_height", fill)
        figure.outline_line_color = figure.border_fill_color = None
        figure.toolbar.logo = figure.title = None
        figure.min_border = figure.min_border_left = figure.min_border_right = 0
        figure.min_border_top = figure.min_border_bottom = 0

    def style(self, look: MapLink) -> None:
        """The colours of a theme, palette and basemap."""
        colours = THEMES["dark" if look.theme == "dark" else "light"]
        plain = look.base == "plain" or not self._tiles
        self.figure.background_fill_color = colours["map-sea"]
        self._land.glyph.update(fill_color=colours["map-land"], fill_alpha=1.0 if plain else 0.0)
        borders: Any = self._borders.glyph
        borders.line_color = colours["map-border"] if plain else _BORDER_ON_TILES
        for name, renderer in zip(("light", "dark", "satellite"), self._tiles, strict=False):
            renderer.visible = look.base == name
        for grid in self._grids:
            grid.grid_line_color = colours["map-grid"]
        for axis in self._axes:
            axis.major_label_text_color = colours["map-text"]
        by_look = {
            "density": palettes.of_density,
            "change": palettes.of_change,
            "disagreement": palettes.of_change,
        }
        palette = (
            by_look[look.shade](look.theme)
            if look.shade in by_look
            else palettes.of_classes(look.level, look.palette)
        )
        self.mapper.palette, self._rim.palette = palette, _rims(palette)


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
_TOLD = {
    "tap": "tap", "doubletap": "tap", "mousemove": "point", "mouseleave": "leave", "selectiongeometry": "area",
    "rangesupdate": "moved", "panstart": "drag", "panend": "let-go", "pinchstart": "pinch", "pinch": "pinch", "pinchend": "pinched",
}  # fmt: skip
"""Bokeh's events, and what the page's script knows them as. A second click within 300 ms is a doubletap, not a tap."""
# Sends `map-tap`, `map-point` and so on to `map_tools.js`, which listens by `on("map-tap", ...)`.
_EVENTS = (
    f"""
const kind = {json.dumps(_TOLD)}[cb_obj.event_name]
"""
    """
if (kind === "area" && !cb_obj.final) return
const place = kind === "tap" || kind === "point"
const detail = kind === "area" ? { ...cb_obj.geometry } : place ? { x: cb_obj.x, y: cb_obj.y }
  : kind === "pinch" ? { sx: cb_obj.sx, sy: cb_obj.sy, scale: cb_obj.scale ?? 1, first: cb_obj.event_name === "pinchstart" } : {}
window.dispatchEvent(new CustomEvent(`explorer:${bus}:map-${kind}`, { detail }))
"""
)
_DEGREES = """
const degrees = kind == "lon" ? tick / 111319.49079327358 : Math.atan(Math.sinh(tick / 6378137)) * 180 / Math.PI
const rounded = Math.round(Math.abs(degrees) * 1e4) / 1e4
return `${rounded}°${rounded == 0 ? "" : degrees < 0 ? (kind == "lon" ? "W" : "S") : (kind == "lon" ? "E" : "N")}`
"""


def chart(figures: MapFigures, tiles: bool) -> hv.Overlay:
    """The map as an overlay: basemaps (where `tiles`), land, and the samples' image, which `figures` feeds."""
    image = gv.Image(
        np.zeros((2, 2), np.uint8), bounds=(0, 0, 1, 1), crs=context.MERCATOR, kdims=["x", "y"], vdims=["c"]
    ).opts(
        hooks=[_name("samples")], apply_ranges=False, default_tools=[], cmap=["#00000000"] * 256, clim=(-0.5, 255.5),
    )  # fmt: skip
    sources = gv.tile_sources
    basemaps = (sources.CartoLight, sources.CartoDark, sources.EsriImagery) if tiles else ()
    # At once: overlays on the way there hold themselves in reference cycles.
    return hv.Overlay([*basemaps, context.land(), image]).opts(
        responsive=True, min_height=80, xaxis="bottom", yaxis="left", toolbar=None, active_tools=["pan"],
        default_tools=["pan"], title="", hooks=[_collect_figure(figures)], projection=context.MERCATOR,
    )  # fmt: skip


def _name(name: str) -> Callable[[Any, Any], None]:
    def hook(plot: Any, _element: Any) -> None:
        plot.handles["glyph_renderer"].name = name

    return hook


def _collect_figure(figures: MapFigures) -> Callable[[Any, Any], None]:
    known = weakref.ref(figures)

    def hook(plot: Any, _element: Any) -> None:
        found, figure = known(), plot.state
        if found is not None and all(figure is not one.figure for one in found):
            found.append(_MapFigure(figure, found))

    return hook


def pane(figures: MapFigures, tiles: bool) -> pn.pane.HoloViews:
    """The map as a pane that fills its place."""
    return pn.pane.HoloViews(
        chart(figures, tiles), sizing_mode="stretch_both", min_height=0, margin=0, backend="bokeh", linked_axes=False,
        stylesheets=[source("map_pane.css")],
    )  # fmt: skip
