"""The temporal profile: reflectance of the last pin, NDVI of all pins, both sensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from explorer.analysis import profiles
from explorer.analysis.profiles import SENSORS, Series, series, to_s2
from explorer.analysis.tables import to_csv
from explorer.corpus.corpus import Corpus
from explorer.corpus.cubes import Cube
from explorer.products import PF_SR, S2_SR
from explorer.views import charts
from explorer.views.parts import Component, Loop, script, source, whole
from explorer.views.selection import MAX_PIXELS, Pixel, Selection, pins

_MID_MONTH = np.timedelta64(14, "D")
_NOTHING: dict[str, Any] = {"date": [], "value": [], "colour": [], "band": [], "sensor": []}


class Bridge(Component):
    """Carries data to the charts, past Panel's 50 ms of batching."""

    _esm = script("feeding.js", "bridge.js")


class PinList(Component):
    """The legend, and the pins by name."""

    _esm = script("pins.js")
    _stylesheets: ClassVar[list[Any]] = [source("pins.css")]


class ProfileView:
    """Charts over time of the pinned pixels of one sample."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: Loop, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self.bridge = Bridge(loop, bus=bus, width=0, height=0, margin=0, sizing_mode="fixed")
        times = charts.time_range()
        # Built with the page. To build them after the first frame brought that 0.4 s forward, but one page in ten
        # then never showed a chart: Bokeh loses a layout's change that comes while it still renders the last one.
        self.reflectance = charts.pane(
            charts.over_time("reflectance", bus, "Reflectance", times, x_labels=False)
        )
        self.ndvi = charts.pane(charts.over_time("ndvi", bus, "NDVI", times))
        self.legend = PinList(loop, bus=bus, sizing_mode="stretch_width", margin=0)
        self.legend.on = {
            "ready": lambda _data: self._send_legend(),
            "again": lambda _data: self._send_legend(),
            "name": self._name_pin,
            "remove": self._remove_pin,
            "csv": lambda _data: self._send_csv(),
        }
        self._planet: Cube | None = None
        self._sentinel: Cube | None = None
        self._fresh = True
        selection.param.watch(lambda _e: self.draw(), "pixels")
        selection.param.watch(lambda *_e: self._send_pins(), ["pixels", "names"])

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
        """Send the pins' series to the charts. A pixel's series takes about 1 ms: no thread needed."""
        chosen = self._selection.pixels
        planet = _all_series(self._planet, chosen)
        sentinel = _all_series(self._sentinel, [to_s2(*p) for p in chosen])
        colours = [pin["colour"] for pin in pins(chosen)]
        sources: dict[str, Any] = {
            "reflectance-lines": _lines([(t, v, c) for t, v, c, _ in _reflectance(planet)]),
            "reflectance-pf": _dots(_reflectance(planet), PF_SR.id),
            "reflectance-s2": _dots(_reflectance(sentinel), S2_SR.id),
            "ndvi-lines": _lines([(s.times, s.ndvi, c) for s, c in zip(planet, colours, strict=False)]),
            "ndvi-pf": _dots(_ndvi(planet, chosen, colours), PF_SR.id),
            "ndvi-s2": _dots(_ndvi(sentinel, chosen, colours), S2_SR.id),
        }
        drawn = bool(planet or sentinel)
        self.bridge.send(
            "sources",
            sources=sources,
            fresh=self._fresh,
            marks=["profile-drawn"] if drawn else [],
            detail={"pixels": [list(p) for p in chosen]},
        )
        self._fresh = self._fresh and not drawn

    def _send_legend(self) -> None:
        keys: list[dict[str, str]] = [
            {"text": PF_SR.band(name).title, "colour": colour} for name, colour in charts.BAND_COLOURS.items()
        ]
        signs = [{"text": "Planet Fusion", "sign": "●"}, {"text": "Sentinel-2", "sign": "◆"}]
        self.legend.send("keys", keys=keys + signs)
        self._send_pins()

    def _send_pins(self) -> None:
        self.legend.send("pins", pins=pins(self._selection.pixels, self._selection.names))

    def _name_pin(self, data: dict[str, Any]) -> None:
        pin, name = whole(data, "pin", MAX_PIXELS), data.get("name")
        if pin is not None and isinstance(name, str):
            self._selection.name_pin(pin, name)

    def _send_csv(self) -> None:
        corpus, sample_id = self._corpus, self._selection.sample_id
        chosen, names = self._selection.pixels, dict(self._selection.names)
        if sample_id is None:
            return

        def job() -> str:
            tables = [profiles.pixel(corpus, sample_id, row=row, col=col) for row, col in chosen]
            for pixel, table in zip(chosen, tables, strict=True):
                table.insert(0, "pin", names.get(pixel, f"row {pixel[0]}, col {pixel[1]}"))
                # A name is a person's text: a spreadsheet must not take it for a formula.
                table["pin"] = table["pin"].str.replace(r"^([=+\-@\t])", r"'\1", regex=True)
            both = pd.concat(tables, ignore_index=True)
            both.attrs = tables[0].attrs
            return to_csv(both)

        self._loop.work(
            job, lambda text: self.legend.send("file", name=f"{sample_id}_profiles.csv", text=text)
        )

    def _remove_pin(self, data: dict[str, Any]) -> None:
        pin = whole(data, "pin", MAX_PIXELS)
        if pin is not None:
            self._selection.remove_pin(pin)


def _all_series(cube: Cube | None, places: Sequence[Pixel]) -> list[Series]:
    return [series(cube, *place) for place in places] if cube is not None and len(cube.there) else []


_Row = tuple[np.ndarray, np.ndarray, str, str]


def _reflectance(found: list[Series]) -> list[_Row]:
    """Times, values, colour and name of the four common bands of the last pin."""
    if not found:
        return []
    last = found[-1]
    rows = []
    for band, colour in charts.BAND_COLOURS.items():
        name = band if last.product is PF_SR else charts.S2_TWIN[band]
        rows.append((last.times, last.reflectance[last.bands.index(name)], colour, name))
    return rows


def _ndvi(found: list[Series], chosen: tuple[Pixel, ...], colours: list[str]) -> list[_Row]:
    return [
        (s.times, s.ndvi, colour, f"NDVI at {pixel[0]}, {pixel[1]}")
        for s, pixel, colour in zip(found, chosen, colours, strict=False)
    ]


def _milliseconds(times: np.ndarray) -> np.ndarray:
    """Bokeh's time: milliseconds since 1970, float64."""
    return times.astype("datetime64[ms]").astype(np.float64)


def _lines(rows: list[tuple[np.ndarray, np.ndarray, str]]) -> dict[str, Any]:
    """One line a row, broken where a date is missing."""
    return {
        "xs": [_milliseconds(times) for times, _, _ in rows],
        "ys": [values.astype(np.float64) for _, values, _ in rows],
        "colour": [colour for _, _, colour in rows],
    }


def _dots(rows: list[_Row], product: str) -> dict[str, Any]:
    """Only what was measured; a mosaic stands in the middle of its month."""
    if not rows:
        return dict(_NOTHING)
    shift = _MID_MONTH if product == S2_SR.id else np.timedelta64(0, "D")
    measured = [np.isfinite(values) for _, values, _, _ in rows]
    counts = [int(ok.sum()) for ok in measured]
    return {
        "date": np.concatenate(
            [_milliseconds(t[ok] + shift) for (t, _, _, _), ok in zip(rows, measured, strict=True)]
        ),
        "value": np.concatenate(
            [v[ok].astype(np.float64) for (_, v, _, _), ok in zip(rows, measured, strict=True)]
        ),
        "colour": [c for (_, _, c, _), n in zip(rows, counts, strict=True) for _ in range(n)],
        "band": [b for (_, _, _, b), n in zip(rows, counts, strict=True) for _ in range(n)],
        "sensor": [SENSORS[product]] * sum(counts),
    }
