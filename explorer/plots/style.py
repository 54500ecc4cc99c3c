"""What all figures share: size of type, quiet grid, whom to name below, missing pixels hatched."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any, Literal

from bokeh.models import AllLabels, MercatorTicker, MercatorTickFormatter
from bokeh.models.annotations import BoxAnnotation, ColorBar, Title

from explorer.core.theme import LIGHT

Hook = Callable[[Any, Any], None]
"""What HoloViews calls with a plot and its element once it is drawn."""

INK, QUIET, AXIS, GRID = (LIGHT[name] for name in ("ink", "muted", "axis", "grid"))
TYPE = {"title": "10pt", "labels": "9pt", "ticks": "8pt", "legend": "8pt"}
BAR = {
    "width": 12, "bar_line_color": None, "major_label_text_font_size": "7pt", "title_text_font_style": "normal",
    "major_tick_line_color": AXIS, "title_text_color": QUIET,
}  # fmt: skip
"""How a colour scale looks."""
_CREDIT_PT = 7.5
_WIDTH_OF_LETTER = 0.72  # of the type's size in px a pt; a line that is too long would be cut
MISSING = LIGHT["hatch-b"]
_HATCH = "#c3ccd2"
_GROUND = "missing"


def credited(text: str, width: int) -> Hook:
    """Write whom to name below a figure whose frame is `width` px wide, in as many lines as it takes."""
    lines = textwrap.fill(text, max(20, int(width / (_CREDIT_PT * _WIDTH_OF_LETTER))))

    def hook(plot: Any, _element: Any) -> None:
        figure = plot.state
        if any(isinstance(part, Title) and part.text == lines for part in figure.below):
            return  # drawn before: a hook runs at each change
        figure.add_layout(
            Title(
                text=lines, text_font_size=f"{_CREDIT_PT}pt", text_font_style="normal", text_color=QUIET, standoff=6
            ),
            "below",
        )  # fmt: skip

    return hook


def quiet(plot: Any, _element: Any) -> None:
    """Axes and grid stand back behind what is shown."""
    figure = plot.state
    figure.outline_line_color = None
    figure.toolbar.logo = None
    figure.toolbar.autohide = True
    for axis in (*figure.xaxis, *figure.yaxis):
        axis.update(
            axis_line_color=AXIS, major_tick_line_color=AXIS, minor_tick_line_color=None,
            axis_label_text_font_style="normal", axis_label_text_color=QUIET, major_label_text_color=QUIET,
        )  # fmt: skip
    for grid in figure.grid:
        grid.grid_line_color = GRID
    figure.title.update(text_color=INK)
    for legend in figure.legend:
        legend.update(border_line_color=None, location="top_right", padding=0, margin=4)


def in_degrees(plot: Any, _element: Any) -> None:
    """Axes and graticule of a map in web mercator, in degrees of longitude and latitude."""
    figure = plot.state
    sides: tuple[tuple[Any, Any, Literal["lon", "lat"]], ...] = (
        (figure.xaxis, figure.xgrid, "lon"),
        (figure.yaxis, figure.ygrid, "lat"),
    )
    for axes, grids, kind in sides:
        for axis in axes:
            if not isinstance(axis.ticker, MercatorTicker):
                axis.update(
                    ticker=MercatorTicker(dimension=kind), formatter=MercatorTickFormatter(dimension=kind)
                )
        for grid in grids:
            grid.ticker = axes[0].ticker


def hatched_where_missing(plot: Any, _element: Any) -> None:
    """A ground that no surface looks like: it shows wherever a picture is transparent."""
    figure = plot.state
    if any(part.name == _GROUND for part in figure.center):
        return
    # Not the figure's own background: its hatching fails in the browser (Bokeh 3.9).
    ground = BoxAnnotation(
        name=_GROUND, level="underlay", fill_color=MISSING, fill_alpha=1.0, line_color=None,
        hatch_pattern="right_diagonal_line", hatch_color=_HATCH, hatch_alpha=1.0, hatch_scale=9,
    )  # fmt: skip
    figure.add_layout(ground)


def all_classes_named(plot: Any, _element: Any) -> None:
    """A name at each colour of a bar of classes; Bokeh leaves out those that are near each other."""
    for part in plot.state.right:
        if isinstance(part, ColorBar):
            part.major_label_policy = AllLabels()
