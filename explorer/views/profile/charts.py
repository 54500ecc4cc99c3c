"""What the charts share: colours, theme, HoloViews figures built once and empty; data comes by message (see `feeding.js`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import holoviews as hv
import panel as pn
from bokeh.models import HoverTool, Range1d

LOOKS = {
    "light": {"ink": "#0f2a33", "muted": "#4a5a64", "line": "#9aa7b0", "grid": "#dfe5e9", "panel": "#ffffff"},
    "dark": {"ink": "#e3ebef", "muted": "#a9bac3", "line": "#5b6d77", "grid": "#2d3c45", "panel": "#1b272e"},
}
"""Colours of axes and grounds by theme; `dressChart` in the browser puts them on."""
NAN = float("nan")

Hook = Callable[[Any, Any], None]


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


def styled(range_: Range1d, label: str) -> Hook:
    """What all charts share (`apply_theme`), and a range that the browser fits to the data (`feeding.js`)."""

    def hook(plot: Any, _element: Any) -> None:
        plot.state.y_range = range_
        apply_theme(plot.state, label)

    return hook


def apply_theme(figure: Any, label: str) -> None:
    """Quiet grid, small type, no ground of its own; `label` is what it is to assistive technology (and tests)."""
    figure.background_fill_color = None
    figure.border_fill_color = None
    figure.outline_line_color = None
    figure.toolbar.logo = None
    figure.toolbar.autohide = True
    figure.min_border_left = 52
    # Buttons of 30 px do not fit beside a low chart: Bokeh hides them behind an ellipsis.
    figure.toolbar.stylesheets = [":host, div { --button-width: 22px; --button-height: 22px; }"]
    for axis in figure.yaxis:
        axis.ticker.desired_num_ticks = 4  # more touch each other in a low chart
    for axis in (*figure.xaxis, *figure.yaxis):
        axis.axis_line_color = "#9aa7b0"
        axis.major_tick_line_color = "#9aa7b0"
        axis.minor_tick_line_color = None
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = "12px"
        axis.major_label_text_font_size = "12px"
        axis.axis_label_text_color = axis.major_label_text_color = "#4a5a64"
    for grid in figure.grid:
        grid.grid_line_color = "#dfe5e9"
    figure.html_attributes = {"role": "figure", "aria-label": label}


def tools(tooltips: list[tuple[str, str]]) -> list[Any]:
    """Tools of every chart; the hover says what `tooltips` name."""
    hover = HoverTool(tooltips=tooltips, formatters={"@date": "datetime"}, attachment="vertical")
    return [hover, "xpan", "xbox_zoom", "reset", "save"]


def pane(chart: hv.Overlay) -> pn.pane.HoloViews:
    """A chart as a part of the page."""
    return pn.pane.HoloViews(
        chart, sizing_mode="stretch_both", min_height=0, margin=0, linked_axes=False, backend="bokeh"
    )


def y_range(kind: str, bus: str) -> Range1d:
    """A range that the browser finds by its name and fits to the data."""
    return Range1d(start=0, end=0.6, name=f"range-{kind}-{bus}")
