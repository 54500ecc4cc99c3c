"""The spectra of pins and regions: reflectance against wavelength, both sensors, and what is typical of the class."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from explorer.analysis import regions, spectra
from explorer.analysis.profiles import to_s2
from explorer.analysis.shapes import Shape
from explorer.analysis.tables import to_csv
from explorer.analysis.typical import typical_spectrum
from explorer.core import corine
from explorer.core.errors import ExplorerError, StoreError
from explorer.core.products import CITATION, PF_SR, REFLECTANCE_SCALE, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Reading
from explorer.views.common.components import Component, Debounced, SessionScheduler, bounded_int, source
from explorer.views.common.selection import Selection, drawn, pins
from explorer.views.common.sentinel_look import MAX_MONTHS, check_months
from explorer.views.sentinel2.messages import FromSpectrum, PlaceShown, SpectralAxis, ToSpectrum

_ORDERS = {p.id: [p.band_names.index(b.name) for b in sorted(p.bands, key=lambda b: b.wavelength)] for p in (PF_SR, S2_SR)}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MIDDLES = tuple(dt.date(2018, month, 1) for month in range(1, 13))
_LATER = 0.06
"""Seconds: a pin's profile goes first, and a pin that is dragged draws its spectrum as often as an eye reads it."""
_Spread = dict[str, np.ndarray]
"""`mean`, `p10`, `p90` of a region's pixels on every date: reflectance, float32 `(time, band)`, bands by wavelength."""


class Spectrum(Component):
    """The chart against wavelength, with months, class and files."""

    _stylesheets: ClassVar[list[Any]] = [source("chart.css"), source("spectrum.css")]
    script = ToSpectrum()
    from_script = FromSpectrum


class SpectrumView:
    """The chart against wavelength of the pinned pixels and regions of one sample."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = session = selection.session
        self.chart = Spectrum(loop, bus=bus, margin=0, min_height=0, sizing_mode="stretch_both")
        self._cubes: dict[str, Cube] = {}
        self._spreads: dict[tuple[str, int, Any], _Spread] = {}
        self._under_way: set[tuple[str, int, Any]] = set()
        self._fresh = True
        self._ticket = 0
        self._lacking = False
        self.chart.on = {
            "again": lambda _data: self._again(),
            "look": self._set_look,
            "typical": self._typical,
            "csv": self._send_csv,
        }
        self._later = Debounced(loop, _LATER)
        selection.param.watch(lambda *_e: self._later.ask(self.draw), ["pixels", "names", "regions"])
        selection.param.watch(lambda _e: self._send_look(), "sentinel")
        session.listen("planet_drawable", lambda: self._show(session.planet))
        session.listen("sentinel_read", lambda: self._show(session.sentinel))
        self._send_axes()  # it waits until the browser is there, and comes before what needs it

    def forget(self) -> None:
        """Another sample: nothing is known of it yet. `draw` takes from the chart what is of the last one."""
        self._ticket += 1
        self._cubes, self._spreads, self._under_way = {}, {}, set()
        self._fresh = True

    def _show(self, reading: Reading | None) -> None:
        """Draw what has been read of the sample so far; may be called again as more comes."""
        if reading is not None and len(reading.cube.there):
            self._cubes[reading.cube.product.id] = reading.cube
        self._later.ask(self.draw)

    def draw(self) -> None:
        """Send all spectra of all dates, so that the browser can follow the animation by itself.

        One flat array for all: an array a date took two frames of the websocket for each, 316 a pin.
        """
        selection = self._selection
        places: list[PlaceShown] = []
        values: list[np.ndarray] = []
        for i, (pin, place) in enumerate(zip(pins(selection.pixels, selection.names), selection.pixels, strict=True)):  # fmt: skip
            name = pin["name"] or f"row {place[0]}, col {place[1]}"
            places.append({"colour": pin["colour"], "short": f"{i + 1} {pin['name']}".strip(), "name": name, "spread": False})  # fmt: skip
            values += [self._pixel(S2_SR, to_s2(*place)), self._pixel(PF_SR, place)]
        for look, shape in zip(drawn(selection.regions), selection.regions, strict=True):
            title = look["name"] or f"region {look['letter']}"
            ink, short = look["colour"], look["name"] or look["letter"]
            places.append({"colour": ink, "short": short, "name": f"{title}, mean", "spread": True})
            spreads = [self._spread(p, shape) for p in (S2_SR, PF_SR)]
            values += [spread[kind] for kind in ("mean", "p10", "p90") for spread in spreads]
        planet = self._cubes.get(PF_SR.id)
        known = bool(self._cubes and values)
        self.chart.script.spectra(
            fresh=self._fresh,
            sample=selection.sample_id,
            places=places if known else [],
            values=np.concatenate([v.ravel() for v in values]) if known else np.zeros(0, np.float32),
            there=planet.there.tolist() if planet is not None else [],
            middles=[spectra.position(planet, month) for month in _MIDDLES] if planet is not None else [],
        )
        self._fresh = self._fresh and not self._cubes

    # --- values ------------------------------------------------------------------------------------
    def _pixel(self, product: Product, place: tuple[int, int]) -> np.ndarray:
        """Reflectance of one pixel, float32 `(time, band)`, bands by wavelength; NaN where nothing was measured."""
        found = np.full((len(product.dates), len(product.bands)), np.nan, np.float32)
        cube = self._cubes.get(product.id)
        if cube is not None:
            there = cube.there  # once: the cube may be filling meanwhile
            found[there] = cube.data[there, :, place[0], place[1]][:, _ORDERS[product.id]]
            if cube.nodata is not None:
                found[found == cube.nodata] = np.nan
        return found * np.float32(REFLECTANCE_SCALE)

    def _spread(self, product: Product, shape: Shape) -> _Spread:
        """Of a region: NaN until a thread has computed it, then all is drawn again."""
        nothing = np.full((len(product.dates), len(product.bands)), np.nan, np.float32)
        cube = self._cubes.get(product.id)
        if cube is None:
            return dict.fromkeys(("mean", "p10", "p90"), nothing)
        key, ticket = (product.id, len(cube.there), shape.points), self._ticket
        if key in self._spreads:
            return self._spreads[key]
        if key not in self._under_way:
            self._under_way.add(key)

            def job() -> _Spread:
                found = regions.statistics(cube, shape.pixels(product), indices=())
                return {n: getattr(found, n)[_ORDERS[product.id]].T for n in ("mean", "p10", "p90")}

            def done(spread: _Spread) -> None:
                if ticket == self._ticket:
                    self._under_way.discard(key)
                    self._spreads[key] = spread
                    while len(self._spreads) > 32:  # a region that is dragged leaves many behind
                        del self._spreads[next(iter(self._spreads))]
                    self.draw()

            self._loop.work(job, done)
        return dict.fromkeys(("mean", "p10", "p90"), nothing)

    # --- what is chosen ----------------------------------------------------------------------------
    def _again(self) -> None:
        self._send_axes()
        self.draw()

    def _send_axes(self) -> None:
        """What is the same for all samples."""
        notes = [*dict.fromkeys(self._corpus.attribution(p.id) for p in (PF_SR, S2_SR)), CITATION]
        self.chart.script.axes(s2=_axis(S2_SR), pf=_axis(PF_SR), dates=list(PF_SR.date_keys), notes=notes)
        self._send_look()

    def _send_look(self) -> None:
        look = self._selection.sentinel
        self.chart.script.look(months=list(look.months), typical=look.typical, most=MAX_MONTHS)

    def _set_look(self, data: dict[str, Any]) -> None:
        look = self._selection.sentinel
        if isinstance(data.get("months"), list):
            try:
                look = replace(look, months=check_months(data["months"][:24]))
            except ExplorerError:
                self._send_look()  # as it was
                return
        if isinstance(data.get("typical"), bool):
            look = replace(look, typical=data["typical"])
        self._selection.sentinel = look

    def _typical(self, data: dict[str, Any]) -> None:
        """Tell what is typical of the sample's largest class in a month; reads some samples' mosaics the first time."""
        month, ticket, sample_id = bounded_int(data, "month", 13), self._ticket, self._selection.sample_id
        if not month or sample_id is None or not self._selection.sentinel.typical:
            return

        if self._session.labels_hidden:
            self.chart.script.typical(month=month, text="hidden: the review is blind")
            return

        def job() -> dict[str, Any]:
            try:
                return self._of_class(sample_id, month)
            except ExplorerError as error:
                if isinstance(error, StoreError):
                    self._corpus.watch.failed(error)
                return {"text": f"what is typical of the class cannot be told: {error}", "failed": True}

        def done(found: dict[str, Any]) -> None:
            if ticket == self._ticket:
                self._lacking = found.pop("failed", False)
                self.chart.script.typical(month=month, **found)

        self._loop.work(job, done)

    def once_more(self) -> None:
        """The corpus answers again: have what is typical of the class asked for again, if that failed."""
        if self._lacking:
            self._lacking = False
            self.chart.script.typical(month=0, text="")
            self._send_look()

    def _of_class(self, sample_id: str, month: int) -> dict[str, Any]:
        label = self._corpus.labels(sample_id)
        if label.empty:
            return {"text": "no label, no class"}
        code = int(str(label.index[0]))
        title = f"{code} {corine.land_cover(code).title}"
        table = typical_spectrum(self._corpus, code, _MIDDLES[month - 1])
        if table.empty:
            return {"text": f"no sample of {title} has this month"}
        table = table.sort_values("wavelength")
        count = int(table["samples"].max())
        samples = "1 sample" if count == 1 else f"{count} samples"
        return {
            "short": f"{code}, {_MONTHS[month - 1]}: {samples}",
            "text": f"grey: {title}, median and 10–90 % of {samples}",
            "wavelengths": table["wavelength"].tolist(),
            **{name: table[kind].tolist() for name, kind in (("median", "median"), ("low", "p10"), ("high", "p90"))},
        }  # fmt: skip

    # --- a table -----------------------------------------------------------------------------------
    def _send_csv(self, data: dict[str, Any]) -> None:
        """What the chart shows, as `spectra.spectrum` gives it."""
        index, sample_id = bounded_int(data, "index", len(PF_SR.dates)), self._selection.sample_id
        if index is None or sample_id is None:
            return
        corpus, months, date = self._corpus, self._selection.sentinel.months, PF_SR.dates[index]
        named: list[tuple[str, dict[str, Any]]] = [
            (pin["name"] or f"row {row}, col {col}", {"row": row, "col": col})
            for pin, (row, col) in zip(pins(self._selection.pixels, self._selection.names), self._selection.pixels, strict=True)
        ]  # fmt: skip
        named += [
            (look["name"] or f"region {look['letter']}", shape.where)
            for look, shape in zip(drawn(self._selection.regions), self._selection.regions, strict=True)
        ]

        def job() -> str:
            tables = []
            for name, where in named:
                found = spectra.spectrum(
                    corpus, sample_id, **where, months=months or [date.month], planet_date=None if months else date
                )  # fmt: skip
                found.insert(0, "place", name)
                tables.append(found)
            both = pd.concat(tables, ignore_index=True)
            both.attrs = tables[0].attrs
            return to_csv(both)

        self._loop.work(job, lambda text: self.chart.script.file(text=text))


def _axis(product: Product) -> SpectralAxis:
    bands = sorted(product.bands, key=lambda band: band.wavelength)
    return {
        "names": [band.name for band in bands],
        "wavelengths": [band.wavelength for band in bands],
        "widths": [band.width for band in bands],
    }
