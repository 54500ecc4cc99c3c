"""The HoloViews charts: built once, empty; their data comes by message (see `feeding.js`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import holoviews as hv
import panel as pn
from bokeh.models import CustomJS, HoverTool, Range1d

from explorer.analysis import colours

BAND_COLOURS = colours.BANDS
S2_TWIN = {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08"}
NAN = float("nan")

Hook = Callable[[Any, Any], None]
# Bokeh's axes know no time zone: all dates of the corpus are UTC, so are these.
_START = dt.datetime(2017, 12, 20)  # noqa: DTZ001
_END = dt.datetime(2020, 1, 10)  # noqa: DTZ001


def fed_by_message(name: str, **columns: str) -> Hook:
    """Give the element's data a name by which the browser finds it, and its glyph the columns of its colours.

    Without that, HoloViews maps an empty element's colours to categories that no later data can change.
    """

    def hook(plot: Any, _element: Any) -> None:
        plot.handles["source"].name = name
        renderer = plot.handles["glyph_renderer"]
        for glyph in (renderer.glyph, renderer.nonselection_glyph, renderer.muted_glyph):
            if glyph is not None and glyph != "auto":
                glyph.update(**{role: {"field": column} for role, column in columns.items()})
        renderer.nonselection_glyph = None  # a click moves the animation; it selects nothing
        renderer.selection_glyph = None
        plot.handles["source"].data = {c: [] for c in (*plot.handles["source"].data, *columns.values())}

    return hook


def named_span(name: str) -> Hook:
    """Give a line across the chart a name, and draw it above the data."""

    def hook(plot: Any, _element: Any) -> None:
        span = plot.handles["glyph"]
        span.name = name
        span.level = "overlay"  # moves without the data being painted again

    return hook


def seek_on_tap(bus: str) -> Hook:
    """A click or a drag on a chart over time moves the animation there."""

    def hook(plot: Any, _element: Any) -> None:
        send = "window.dispatchEvent(new CustomEvent('explorer:%s:seek', {detail: {time: cb_obj.x, settled: %s}}))"
        for event in ("tap", "doubletap"):  # a second click within 300 ms is a doubletap, not a tap
            plot.state.js_on_event(event, CustomJS(code=send % (bus, "true")))
        # A drag moves the date too, unless a tool of the chart (box zoom) has taken the drag.
        free = "if (cb_obj.origin.toolbar.gestures.pan.active === null) "
        for event, settled in (("pan", "false"), ("panend", "true")):
            plot.state.js_on_event(event, CustomJS(code=free + send % (bus, settled)))

    return hook


def styled(range_: Range1d, label: str) -> Hook:
    """What all charts share: quiet grid, small type, and a range that the browser fits to the data (`feeding.js`)."""

    def hook(plot: Any, _element: Any) -> None:
        figure = plot.state
        figure.y_range = range_
        figure.background_fill_color = None
        figure.border_fill_color = None
        figure.outline_line_color = None
        figure.toolbar.logo = None
        figure.toolbar.autohide = True
        figure.min_border_left = 52
        for axis in (*figure.xaxis, *figure.yaxis):
            axis.axis_line_color = "#9aa7b0"
            axis.major_tick_line_color = "#9aa7b0"
            axis.minor_tick_line_color = None
            axis.axis_label_text_font_style = "normal"
            axis.axis_label_text_font_size = "11px"
            axis.major_label_text_font_size = "10.5px"
            axis.axis_label_text_color = axis.major_label_text_color = "#4a5a64"
        for grid in figure.grid:
            grid.grid_line_color = "#dfe5e9"
        figure.html_attributes = {"role": "img", "aria-label": label}

    return hook


def tools(tooltips: list[tuple[str, str]]) -> list[Any]:
    """Tools of every chart; the hover says what `tooltips` name."""
    hover = HoverTool(tooltips=tooltips, formatters={"@date": "datetime"}, attachment="vertical")
    return [hover, "xpan", "xbox_zoom", "reset", "save"]


_TIME_TIPS = [("", "@sensor @band"), ("Date", "@date{%F}"), ("Value", "@value{0.0000}")]


def _dots(hooks: list[Hook], marker: str, size: float, **options: Any) -> hv.Points:
    """Measured dates: `date`, `value` and what the hover says; filled by message."""
    empty = [(_START, NAN, "#000000", "", "")]
    return hv.Points(empty, ["date", "value"], ["colour", "band", "sensor"]).opts(
        color="colour", marker=marker, size=size, hooks=hooks, tools=tools(_TIME_TIPS),
        default_tools=[], show_legend=False, **options,
    )  # fmt: skip


def _lines(hooks: list[Hook]) -> hv.Contours:
    empty = [{"date": [_START, _START], "value": [NAN, NAN], "colour": "#000000"}]
    return hv.Contours(empty, ["date", "value"], "colour").opts(
        color="colour", line_width=1.6, hooks=hooks, show_legend=False, cmap=["#000000"]
    )


def over_time(kind: str, bus: str, y_label: str, x_range: Range1d, *, x_labels: bool = True) -> hv.Overlay:
    """A chart of both sensors over two years: lines and dots for Planet Fusion, diamonds for Sentinel-2.

    `kind` (`reflectance` or `ndvi`) names its data sources for the browser: `{kind}-lines`, `{kind}-pf`,
    `{kind}-s2` and the cursor `cursor-{kind}`, each with the page's bus behind it.
    """

    def share_x(plot: Any, _element: Any) -> None:
        plot.state.x_range = x_range
        for axis in plot.state.xaxis:
            axis.major_label_text_alpha = 1.0 if x_labels else 0.0
            if not x_labels:
                axis.major_label_text_font_size = "0px"
        plot.state.min_border_bottom = plot.state.min_border_top = 4

    chart = (
        _lines([fed_by_message(f"{kind}-lines-{bus}", line_color="colour")])
        * _dots([fed_by_message(f"{kind}-pf-{bus}", fill_color="colour")], "circle", 3.2, line_color=None)
        * _dots(
            [fed_by_message(f"{kind}-s2-{bus}", fill_color="colour")],
            "diamond",
            9,
            line_color="white",
            line_width=1,
        )
        * hv.VLine(_START).opts(
            color="#0f2a33", line_width=1.4, hooks=[named_span(f"cursor-{kind}-{bus}")], apply_ranges=False
        )
    )
    return chart.opts(
        responsive=True, min_height=80, show_legend=False, xlabel="", ylabel=y_label, toolbar="right", show_grid=True,
        active_tools=[], hooks=[styled(y_range(kind, bus), y_label + " over time"), share_x, seek_on_tap(bus)],
        default_tools=[],
    )  # fmt: skip


def pane(chart: hv.Overlay) -> pn.pane.HoloViews:
    """A chart as a part of the page."""
    return pn.pane.HoloViews(
        chart, sizing_mode="stretch_both", min_height=0, margin=0, linked_axes=False, backend="bokeh"
    )


def y_range(kind: str, bus: str) -> Range1d:
    """A range that the browser finds by its name and fits to the data."""
    return Range1d(start=0, end=0.6, name=f"range-{kind}-{bus}")


def time_range() -> Range1d:
    """Both years with a little air, shared by the charts over time."""
    return Range1d(start=_START, end=_END, bounds=(_START, _END))
