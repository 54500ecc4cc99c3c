"""The spectra of the pinned pixels: reflectance against wavelength, both sensors."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import numpy as np
from bokeh.models import Range1d

from explorer.analysis.profiles import to_s2
from explorer.corpus.cubes import Cube
from explorer.products import PF_SR, REFLECTANCE_SCALE, S2_SR
from explorer.views import charts
from explorer.views.parts import Component, Loop, script
from explorer.views.selection import Selection, pins

_S2_ORDER = sorted(S2_SR.bands, key=lambda band: band.wavelength)


class SpectrumBridge(Component):
    """Carries data to the chart, past Panel's 50 ms of batching."""

    _esm = script("feeding.js", "spectrum.js")


class SpectrumView:
    """The chart against wavelength of the pinned pixels of one sample."""

    def __init__(self, selection: Selection, loop: Loop, bus: str) -> None:
        self._selection = selection
        self.bridge = SpectrumBridge(loop, bus=bus, width=0, height=0, margin=0, sizing_mode="fixed")
        self.chart = charts.pane(chart(bus))
        self._planet: Cube | None = None
        self._sentinel: Cube | None = None
        self._fresh = True
        selection.param.watch(lambda _e: self.draw(), "pixels")

    def reset(self) -> None:
        """Another sample: nothing is known of it yet, and nothing of the last one may stay."""
        self._planet = self._sentinel = None
        self._fresh = True
        self.draw()

    def show(self, planet: Cube | None = None, sentinel: Cube | None = None) -> None:
        """Draw what has been read of the sample so far; may be called again as more comes."""
        self._planet = planet or self._planet
        self._sentinel = sentinel or self._sentinel
        self.draw()

    def draw(self) -> None:
        """Send the pins' spectra of all dates to the chart."""
        chosen = self._selection.pixels
        planet = [_pixel(self._planet, *place) for place in chosen] if _some(self._planet) else []
        sentinel = [_pixel(self._sentinel, *to_s2(*p)) for p in chosen] if _some(self._sentinel) else []
        colours = [pin["colour"] for pin in pins(chosen)]
        self.bridge.send("spectra", fresh=self._fresh, **_spectra(planet, sentinel, colours))
        self._fresh = self._fresh and not (planet or sentinel)


def chart(bus: str) -> hv.Overlay:
    """Reflectance against wavelength: Sentinel-2's month as line and dots, Planet Fusion's date as open rings."""
    lines = hv.Contours(
        [{"wavelength": [400, 400], "reflectance": [charts.NAN, charts.NAN], "colour": "#000000"}],
        ["wavelength", "reflectance"], "colour",
    ).opts(color="colour", line_width=1.5, hooks=[charts.fed_by_message(f"spectrum-lines-{bus}", line_color="colour")], cmap=["#000000"])  # fmt: skip
    tips = [
        ("", "@sensor @band"),
        ("Wavelength", "@wavelength{0} nm"),
        ("Reflectance", "@reflectance{0.0000}"),
    ]
    dots = hv.Points(
        [(400, charts.NAN, "#000000", "#000000", "", "")],
        ["wavelength", "reflectance"], ["fill", "edge", "band", "sensor"],
    ).opts(
        color="fill", line_color="edge", size=6, line_width=1.6, tools=charts.tools(tips), default_tools=[],
        hooks=[charts.fed_by_message(f"spectrum-dots-{bus}", fill_color="fill", line_color="edge")],
    )  # fmt: skip
    widest = max(band.wavelength + band.width for band in (*S2_SR.bands, *PF_SR.bands))

    def fixed_x(plot: Any, _element: Any) -> None:
        plot.state.x_range = Range1d(start=400, end=widest)
        # Where the panels stand under each other, no height is left over for it: it asks for its own.
        plot.state.stylesheets = ["@media (max-width: 1250px) { :host { min-height: 190px !important; } }"]

    return (lines * dots).opts(
        responsive=True, min_height=90, xlabel="Wavelength (nm)", ylabel="Reflectance", toolbar="right",
        show_grid=True, show_legend=False, active_tools=[], default_tools=[],
        hooks=[fixed_x, charts.styled(charts.y_range("spectrum", bus), "Spectrum: reflectance against wavelength")],
    )  # fmt: skip


def _some(cube: Cube | None) -> bool:
    return cube is not None and len(cube.there) > 0


def _pixel(cube: Cube | None, row: int, col: int) -> np.ndarray:
    """Reflectance of one pixel on every date of the calendar, float32 `(band, time)`, NaN where nothing was measured."""
    assert cube is not None
    dn = np.full((len(cube.bands), len(cube.product.dates)), np.nan, np.float32)
    there = cube.there  # once: the cube may be filling meanwhile
    dn[:, there] = cube.data[there, :, row, col].T
    if cube.nodata is not None:
        dn[dn == cube.nodata] = np.nan
    return dn * np.float32(REFLECTANCE_SCALE)


def _spectra(planet: list[np.ndarray], sentinel: list[np.ndarray], colours: list[str]) -> dict[str, Any]:
    """Every pin's spectra of all dates, so that the browser can follow the animation by itself."""
    order = [S2_SR.band_names.index(band.name) for band in _S2_ORDER]
    found = []
    for i in range(max(len(planet), len(sentinel))):
        s2 = sentinel[i][order].T if sentinel else np.full((12, len(order)), np.nan)
        pf = planet[i].T if planet else np.full((len(PF_SR.dates), len(PF_SR.bands)), np.nan)
        found.append(
            {
                "colour": colours[i],
                "s2": [row.astype(np.float64) for row in s2],
                "pf": [row.astype(np.float64) for row in pf],
            }
        )
    return {
        "pins": found,
        "s2": {"names": [b.name for b in _S2_ORDER], "wavelengths": [b.wavelength for b in _S2_ORDER]},
        "pf": {"names": list(PF_SR.band_names), "wavelengths": [b.wavelength for b in PF_SR.bands]},
    }
