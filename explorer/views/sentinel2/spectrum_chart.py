"""The chart against wavelength: built once, empty, fed by `spectrum.js`."""

from __future__ import annotations

from typing import Any

import holoviews as hv
from bokeh.models import HoverTool, PrintfTickFormatter, Range1d

from explorer.core.products import PF_SR, S2_SR
from explorer.views.profile.charts import NAN, fed_by_message, styled, y_range

_TIPS = """
<div style="font-size: 12px; line-height: 1.35; white-space: nowrap;">
  <b style="color: @edge;">■</b> <b>@band</b> @reflectance{0.0000}@spread
  <span style="color: #5a6a74;">@wavelength{0} nm, @width{0} nm wide · @sensor @date · @place</span>
</div>
"""
_PATH = ["wavelength", "reflectance"]


def _paths(name: str, columns: dict[str, str], **options: Any) -> hv.Contours:
    empty = [{"wavelength": [400, 400], "reflectance": [NAN, NAN], "colour": "#000000"}]
    return hv.Contours(empty, _PATH, "colour").opts(
        color="colour", cmap=["#000000"], hooks=[fed_by_message(name, line_color="colour", **columns)], **options
    )  # fmt: skip


def chart(bus: str) -> hv.Overlay:
    """Sentinel-2's months as lines with dots, Planet Fusion's dates as rings, widths of bands as bars, the class in grey."""
    area = hv.Area([(400, NAN, NAN), (401, NAN, NAN)], "wavelength", ["low", "high"]).opts(
        color="#8a979f", alpha=0.28, line_alpha=0, hooks=[fed_by_message(f"spectrum-class-{bus}")]
    )
    median = _paths(f"spectrum-class-line-{bus}", {}, line_width=1.4)
    bars = _paths(f"spectrum-bars-{bus}", {"line_alpha": "alpha"}, line_width=3)
    lines = _paths(f"spectrum-lines-{bus}", {"line_alpha": "alpha", "line_dash": "dash"}, line_width=1.5)
    vdims = ["fill", "edge", "band", "sensor", "place", "date", "width", "spread"]
    dots = hv.Points([(400, NAN, "#000000", "#000000", "", "", "", "", 0, "")], _PATH, vdims).opts(
        color="fill", line_color="edge", size=6, line_width=1.6, default_tools=[],
        tools=[HoverTool(tooltips=_TIPS, mode="vline", attachment="horizontal"), "xpan", "xbox_zoom", "reset"],
        hooks=[fed_by_message(f"spectrum-dots-{bus}", fill_color="fill", line_color="edge")],
    )  # fmt: skip
    labels = hv.Labels([(400, NAN, "", "#000000")], _PATH, ["text", "colour"]).opts(
        text_font_size="12px", text_align="left", text_font_style="bold",
        hooks=[fed_by_message(f"spectrum-labels-{bus}", text_color="colour")],
    )  # fmt: skip
    widest = (
        max(band.wavelength + band.width for band in (*S2_SR.bands, *PF_SR.bands)) + 140
    )  # room for labels

    def fixed(plot: Any, _element: Any) -> None:
        plot.state.name = f"spectrum-figure-{bus}"
        plot.state.x_range = Range1d(start=400, end=widest)
        plot.state.min_border_top = 4
        # The unit stands at the numbers: a line for it alone would take a fifth of the plot where height is scarce.
        plot.state.xaxis.formatter = PrintfTickFormatter(format="%d nm")

    return hv.Overlay([area, median, bars, lines, dots, labels]).opts(
        responsive=True, min_height=90, xlabel="", ylabel="Reflectance", toolbar="right",
        show_grid=True, show_legend=False, active_tools=[], default_tools=[],
        hooks=[fixed, styled(y_range("spectrum", bus), "Spectrum: reflectance against wavelength")],
    )  # fmt: skip
