"""The two charts over time: made once, empty; their data comes by message (see `profile_draw.js`).

What changes with every click or date is drawn over them in the browser (`profile_layer.js`): those glyphs and cursors are
not visible here, hold the same values, and are shown while a picture is saved.

Plain Bokeh: the browser fills and moves all of it, and HoloViews' elements, which would own the data, got in its way.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from bokeh.models import ColumnDataSource, CustomJS, DatetimeTickFormatter, Range1d
from bokeh.models.annotations import Span
from bokeh.plotting import figure

from explorer.views.profile.charts import apply_theme, y_range

# Bokeh's axes know no time zone: all dates of the corpus are UTC, so are these.
_START = dt.datetime(2017, 12, 20)  # noqa: DTZ001
_END = dt.datetime(2020, 1, 10)  # noqa: DTZ001
_DOTS = ("date", "value", "colour", "fill", "alpha", "marker", "band", "sensor", "who", "flag")
_LINES = ("xs", "ys", "colour", "dash", "width", "alpha")
COLUMNS = {
    "spread": ("xs", "ys", "colour"),
    "behind": _LINES,
    "lines": _LINES,
    "pf": _DOTS,
    "s2": (*_DOTS, "left", "right"),
    "smooth": _LINES,
    "missing": ("x0", "x1", "y0", "y1", "why"),
    "breaks": ("date", "text", "colour"),
    "seasons": ("date", "value", "marker", "colour", "what"),
}
"""Sources of a chart, back to front, and their columns; a source is named `{kind}-{source}-{bus}`."""


def over_time(
    kind: str, bus: str, y_label: str, label: str, x_range: Range1d, *, x_labels: bool = True
) -> Any:
    """A chart of both sensors over two years (`kind`: `bands` or `index`), with its sources, cursors and events."""
    # The edge: 0 to 1 from bottom to top whatever the values are, for what stands at the frame and not in it.
    edge = Range1d(start=0, end=1)
    options: dict[str, Any] = {
        "x_axis_type": "datetime", "y_axis_label": y_label, "tools": "box_zoom,reset", "toolbar_location": "right",
        "active_drag": None, "active_scroll": None, "active_tap": None,
    }  # fmt: skip
    chart = figure(
        x_range=x_range, y_range=y_range(kind, bus), sizing_mode="stretch_both", min_height=60, min_border_top=4,
        min_border_bottom=4, name=f"{kind}-chart-{bus}", extra_y_ranges={"edge": edge}, **options,
    )  # fmt: skip
    for side in ("start", "end"):  # a zoom takes all ranges with it
        edge.js_on_change(side, CustomJS(code="cb_obj.setv({start: 0, end: 1}, {sync: false})"))
    apply_theme(chart, label)
    chart.toolbar.group = False  # or reset hides behind an ellipsis where the chart is low
    for axis in chart.xaxis:
        axis.formatter = DatetimeTickFormatter(days="%d %b %Y", months="%b %Y", years="%b %Y")
        axis.formatter.name = f"{kind}-dates-{bus}"
        if not x_labels:
            axis.major_label_text_font_size = "0px"
            axis.major_label_text_alpha = 0
    chart.yaxis[0].name = f"{kind}-axis-{bus}"
    _draw(chart, {part: _source(f"{kind}-{part}-{bus}", names) for part, names in COLUMNS.items()})
    for name, dash in (("hover", "dotted"), ("cursor", "solid")):
        chart.add_layout(
            Span(
                location=_START, dimension="height", line_width=1.4 if name == "cursor" else 1, line_dash=dash,
                line_color="#0f2a33", name=f"{name}-{kind}-{bus}", visible=False, level="overlay",
            )
        )  # fmt: skip
    _tell(chart, kind, bus)
    return chart


def time_range(bus: str) -> Range1d:
    """Both years with a little air, shared by the charts over time."""
    return Range1d(start=_START, end=_END, bounds=(_START, _END), name=f"range-time-{bus}")


LAYERED = ("lines", "pf", "s2", "smooth", "seasons")
"""Sources whose glyphs the browser draws by itself."""


def _source(name: str, columns: tuple[str, ...]) -> ColumnDataSource:
    return ColumnDataSource({column: [] for column in columns}, name=name)


def _draw(chart: Any, sources: dict[str, ColumnDataSource]) -> None:
    lines = {"line_color": "colour", "line_dash": "dash", "line_width": "width", "line_alpha": "alpha"}
    points = {"line_color": "colour", "fill_color": "fill", "line_alpha": "alpha", "fill_alpha": "alpha"}
    chart.patches("xs", "ys", source=sources["spread"], fill_color="colour", fill_alpha=0.13, line_color=None)
    chart.multi_line("xs", "ys", source=sources["behind"], **lines)
    chart.multi_line("xs", "ys", source=sources["lines"], **lines)
    chart.scatter("date", "value", source=sources["pf"], marker="circle", size=3.6, line_width=0.9, **points)
    chart.segment(
        "left", "value", "right", "value", source=sources["s2"], line_color="colour", line_width=1.6, line_alpha=0.6
    )  # fmt: skip
    chart.scatter("date", "value", source=sources["s2"], marker="marker", size=8, fill_color="colour",
                  line_color="fill", fill_alpha="alpha", line_alpha="alpha", line_width=0.8)  # fmt: skip
    chart.multi_line("xs", "ys", source=sources["smooth"], **lines)
    chart.segment(
        "x0",
        "y0",
        "x1",
        "y1",
        source=sources["missing"],
        y_range_name="edge",
        line_color="#8b989f",
        line_width=2,
    )
    chart.segment(
        "date", 0, "date", 1, source=sources["breaks"], y_range_name="edge", line_color="colour", line_width=1.4,
        line_dash="dashed",
    )  # fmt: skip
    chart.text(
        "date", 1, "text", source=sources["breaks"], y_range_name="edge", text_color="colour", text_baseline="top",
        text_font_size="12px", text_font_style="bold", x_offset=3, y_offset=1,
    )  # fmt: skip
    chart.scatter("date", "value", source=sources["seasons"], marker="marker", size=10, fill_color="colour",
                  line_color="#ffffff", line_width=1.2)  # fmt: skip

    layered = {id(sources[part]) for part in LAYERED}
    for renderer in chart.renderers:
        renderer.visible = id(renderer.data_source) not in layered


def _tell(chart: Any, kind: str, bus: str) -> None:
    """Say on the page's bus where the pointer is and what it does; `bridge.js` acts on it."""
    send = "window.dispatchEvent(new CustomEvent('explorer:%s:chart', {detail: {act: '%s', kind: '%s', x: cb_obj.x, sx: cb_obj.sx, sy: cb_obj.sy}}))"
    # A second click within 300 ms is a doubletap, not a tap.
    for event, act in (
        ("tap", "seek"),
        ("doubletap", "seek"),
        ("mousemove", "hover"),
        ("mouseleave", "leave"),
    ):
        chart.js_on_event(event, CustomJS(code=send % (bus, act, kind)))
    # A drag moves the date too, unless a tool of the chart (box zoom) has taken the drag.
    free = "if (cb_obj.origin.toolbar.gestures.pan.active === null) "
    for event, act in (("pan", "drag"), ("panend", "seek")):
        chart.js_on_event(event, CustomJS(code=free + send % (bus, act, kind)))
