"""What the charts over time draw, as few flat arrays that travel as they are: pins, what lies over and behind them.

The browser gets one list of entries (what each curve is) and one array of values behind each other, in that order:
two binary frames a message, however many curves. A list an array (the first design) took two frames for each.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from explorer.analysis import breaks, colours, phenology, regions, smoothing
from explorer.analysis.curves import S2_ONLY, TWINS, Curves
from explorer.analysis.profiles import Series
from explorer.analysis.regions import Spread
from explorer.analysis.shapes import Shape
from explorer.core.products import PF_SR, REFLECTANCE_SCALE, S2_SR, Product
from explorer.corpus.imagery.cube_cache import Cube, Status
from explorer.corpus.imagery.to_xarray import timestamps
from explorer.views.profile.messages import Calendar

SENSOR_KEYS = {PF_SR.id: "pf", S2_SR.id: "s2"}
MISSING, MEASURED, GAP_FILLED, NODATA = range(4)
"""What the browser knows of each date of a curve, uint8."""
_FLAGS = {"measured": MEASURED, "gap-filled": GAP_FILLED, "nodata": NODATA}
DASHES = ("solid", "dashed", "dotted", "dotdash")
MARKERS = ("diamond", "square", "triangle", "inverted_triangle")
"""Of several indices, the first, the second, ... as lines of Planet Fusion and points of Sentinel-2."""
_DAY = 86_400_000.0


@dataclass
class Packed:
    """Curves as a message takes them: `entries` say what each is, `values` float32 hold them behind each other.

    `flags` uint8 as long as `values` (`MISSING` to `NODATA`), for measurements only.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    _values: list[np.ndarray] = field(default_factory=list)
    _flags: list[np.ndarray] = field(default_factory=list)

    def add(self, values: np.ndarray, flags: np.ndarray | None = None, **entry: Any) -> None:
        """One curve; `values` is `(time,)`, or `(3, time)` for a middle, a lower and an upper line."""
        self.entries.append(entry)
        self._values.append(np.asarray(values, np.float32).ravel())
        if flags is not None:
            self._flags.append(flags)

    def extend(self, other: Packed) -> None:
        """Another's curves behind these."""
        self.entries += other.entries
        self._values += other._values
        self._flags += other._flags

    def message(self) -> dict[str, Any]:
        """Keys and values for `Component.send`."""
        nothing = np.zeros(0, np.float32)
        found: dict[str, Any] = {
            "curves": self.entries,
            "values": np.concatenate(self._values) if self._values else nothing,
        }
        if self._flags:
            found["flags"] = np.concatenate(self._flags)
        return found


@dataclass(frozen=True)
class Pin:
    """One pin as the charts show it: what it is called, its colour, and its series of both sensors."""

    name: str
    colour: str
    planet: Series | None
    sentinel: Series | None

    @property
    def series(self) -> tuple[Series, ...]:
        """The profiles that are there, Planet Fusion's first."""
        return tuple(s for s in (self.planet, self.sentinel) if s is not None)


def milliseconds(times: np.ndarray) -> np.ndarray:
    """Bokeh's time: milliseconds since 1970, float64."""
    return np.asarray(times).astype("datetime64[ms]").astype(np.float64)


def calendar(cube: Cube | None, product: Product, times: np.ndarray) -> Calendar:
    """A sensor's dates for the browser: `times`, `left` and `right` (float64, milliseconds) of what each stands for,
    why some are missing, and which are still to come (`waiting`, positions). A mosaic stands in the middle of its month.
    """
    left = milliseconds(times)
    right = left
    if product.monthly:
        months = np.asarray(times).astype("datetime64[M]")
        left, right = milliseconds(months), milliseconds(months + 1)
    absent: dict[str, str] = {}
    waiting = list(range(len(product.dates)))
    if cube is not None:
        waiting = np.flatnonzero(cube.status == Status.WAITING).tolist()
        absent = {
            str(i): cube.reasons.get(i, "not there")
            for i, state in enumerate(cube.status)
            if state in (Status.ABSENT, Status.BROKEN)
        }
    middle = milliseconds(times) + (14 * _DAY if product.monthly else 0)
    return {"times": middle, "left": left, "right": right, "missing": absent, "waiting": waiting}


def colours_of_bands(theme: str) -> Mapping[str, str]:
    """Band -> colour that is legible on a theme's ground."""
    return colours.DARK_BANDS if theme == "dark" else colours.BANDS


def pin_curves(curves: Curves, pins: Sequence[Pin], theme: str = "light") -> Packed:
    """The last pin's bands and every pin's indices, of both sensors."""
    found = Packed()
    inks = colours_of_bands(theme)
    for series in pins[-1].series if pins else ():
        flags = _codes(series)
        for band in curves.bands:
            own = band if series.product is PF_SR else TWINS.get(band, band)
            if own in series.bands:
                found.add(
                    series.reflectance[series.bands.index(own)], flags,
                    chart="bands", sensor=SENSOR_KEYS[series.product.id], name=band, label=own, colour=inks[band],
                    dash=DASHES[0], marker=MARKERS[0], who=pins[-1].name, pin=len(pins),
                )  # fmt: skip
    for number, pin in enumerate(pins, 1):
        for series in pin.series:
            flags = _codes(series)
            for i, label in enumerate(curves.labels):
                if label in series.extra:
                    found.add(
                        series.extra[label], flags,
                        chart="index", sensor=SENSOR_KEYS[series.product.id], name=label, label=label, colour=pin.colour,
                        dash=DASHES[i], marker=MARKERS[i], who=pin.name, pin=number,
                    )  # fmt: skip
    return found


def spread_curves(
    spreads: Mapping[str, Spread], curves: Curves, *, who: str, colour: str | None, kind: str, theme: str = "light"
) -> Packed:  # fmt: skip
    """Middle and 10th to 90th percentile of many pixels: the whole sample's median, or a region's mean.

    `colour` None: bands in their own, indices in the page's grey. What both sensors have is shown of Planet Fusion.
    """
    found = Packed()
    inks = colours_of_bands(theme)
    charts = curves.behind if kind == "sample" else ("index",)
    wanted = [("bands", band, colour or inks[band], 0) for band in curves.bands if "bands" in charts]
    wanted += [
        ("index", label, colour or "", i) for i, label in enumerate(curves.labels) if "index" in charts
    ]
    for chart, name, ink, place in wanted:
        for product_id, spread in spreads.items():
            own = name if chart == "index" or product_id == PF_SR.id else TWINS.get(name, name)
            if own not in spread.names or (
                kind == "sample" and product_id != PF_SR.id and _in(spreads, name)
            ):
                continue
            i = spread.names.index(own)
            middle = spread.median if kind == "sample" else spread.mean
            found.add(
                np.stack([middle[i], spread.p10[i], spread.p90[i]]),
                kind=kind, chart=chart, sensor=SENSOR_KEYS[product_id], name=name, label=own, colour=ink,
                dash=DASHES[place], marker=MARKERS[place], who=who,
            )  # fmt: skip
    return found


def class_curves(curves: Curves, seasons: Mapping[str, pd.DataFrame], who: str, colour: str) -> Packed:
    """The usual season of a class, from months (`envelopes.of_class`) to Planet Fusion's dates; `seasons` by name.

    Between the middles of two months lies a straight line; before the first and after the last, nothing.
    """
    found = Packed()
    times = milliseconds(timestamps(PF_SR))
    wanted = [("bands", band) for band in curves.bands] + [("index", label) for label in curves.labels]
    for chart, name in wanted:
        season = seasons.get(name)
        if season is None or not season["median"].notna().any():
            continue
        middles = milliseconds(season["month"].to_numpy()) + 14 * _DAY
        lines = [
            np.interp(times, middles, season[part], left=np.nan, right=np.nan)
            for part in ("median", "p10", "p90")
        ]
        found.add(
            np.stack(lines) * (REFLECTANCE_SCALE if chart == "bands" else 1.0),
            kind="class", chart=chart, sensor=SENSOR_KEYS[PF_SR.id], name=name, label=name, colour=colour,
            dash="dotted", marker=MARKERS[0], who=who,
        )  # fmt: skip
    return found


def wants_whole(cube: Cube, curves: Curves) -> bool:
    """Whether something that is drawn is known from this sensor alone, or from Planet Fusion."""
    if cube.product is PF_SR:
        return True
    alone = set(curves.indices) - set(curves.of(PF_SR.id)) if "index" in curves.behind else set()
    return bool(alone or ("bands" in curves.behind and set(curves.bands) & set(S2_ONLY)))


def spread_of(kept: dict[Any, Spread], cube: Cube, shape: Shape | None, curves: Curves) -> Spread:
    """Statistics of a region or the whole sample, computed once (0.2 s and 0.3 s for Planet Fusion's 146 dates)."""
    wanted = curves.of(cube.product.id)
    key = (cube.product.id, wanted, shape and shape.points)
    found = kept.get(key)
    if found is None:
        if shape is None:
            found = regions.sample_band_envelope(cube, wanted)
        else:
            found = regions.statistics(cube, shape.pixels(cube.product), wanted)
        kept[key] = found  # a region that is taken away meanwhile goes from here, too
    return found


def _in(spreads: Mapping[str, Spread], name: str) -> bool:
    return PF_SR.id in spreads and name in spreads[PF_SR.id].names


def smooth_curves(curves: Curves, pins: Sequence[Pin], theme: str = "light") -> Packed:
    """The smoothed curves of all that Planet Fusion measures of the pins, as `smoothing.smooth` makes them."""
    found = Packed()
    if not curves.smooth:
        return found
    for number, pin in enumerate(pins):
        series = pin.planet
        if series is None:
            continue
        if number == len(pins) - 1:
            for band in curves.bands:
                if band in series.bands:
                    values = series.reflectance[series.bands.index(band)]
                    curve = smoothing.smooth(series.times, values, curves.smooth).values
                    found.add(curve, chart="bands", sensor="pf", name=band, label=band, colour=colours_of_bands(theme)[band], who=pin.name, pin=number + 1)  # fmt: skip
        for label in curves.labels:
            if label in series.extra:
                curve = smoothing.smooth(series.times, series.extra[label], curves.smooth).values
                found.add(
                    curve,
                    chart="index",
                    sensor="pf",
                    name=label,
                    label=label,
                    colour=pin.colour,
                    who=pin.name,
                    pin=number + 1,
                )
    return found


@dataclass(frozen=True)
class Found:
    """Seasons or breaks of all pins: a table for people and for CSV, and what to mark on the curves."""

    table: pd.DataFrame
    marks: list[Any]


def seasons(curves: Curves, pins: Sequence[Pin]) -> Found | None:
    """Start, peak and end of each pin's seasons, of the first index that Planet Fusion has; None where none is."""
    label = _first_index(curves, pins)
    if label is None:
        return None
    tables, marks = [], []
    about: dict[Hashable | None, Any] = {}
    for pin in pins:
        if pin.planet is None:
            continue
        times = pin.planet.times
        smoothed = smoothing.smooth(times, pin.planet.extra[label], curves.smooth or "whittaker")
        table = phenology.seasons(times, smoothed.values)
        about = {
            **table.attrs,
            "index": label,
            "smoothing": f"{smoothed.method} ({smoothed.parameters}): {smoothed.source}",
        }
        known = np.isfinite(smoothed.values)
        for row in table.itertuples():
            for word in ("start", "peak", "end"):
                date = getattr(row, word)
                if pd.notna(date):
                    at = milliseconds(np.array([date]))[0]
                    value = np.interp(at, milliseconds(times)[known], smoothed.values[known])
                    marks.append({"date": at, "value": float(value), "what": word, "colour": pin.colour})
        tables.append((pin, table))
    return _of_pins(tables, marks, about)


def breakpoints(curves: Curves, pins: Sequence[Pin]) -> Found | None:
    """Breaks of each pin's first index that Planet Fusion has, snow left out; None where it has none."""
    label = _first_index(curves, pins)
    if label is None:
        return None
    tables, marks = [], []
    about: dict[Hashable | None, Any] = {}
    for pin in pins:
        if pin.planet is None:
            continue
        series = pin.planet
        snow = breaks.snowy(series.dn[series.bands.index("blue")], series.dn[series.bands.index("red")])
        result = breaks.find(series.times, series.extra[label], snow)
        table = result.table()
        about = {
            **table.attrs,
            "index": label,
            "note": about.get("note") or result.note,
        }
        for item in result.found:
            at = milliseconds(np.array([item.date]))[0]
            marks.append({"date": at, "step": item.step, "colour": pin.colour})
        tables.append((pin, table))
    return _of_pins(tables, marks, about)


def _first_index(curves: Curves, pins: Sequence[Pin]) -> str | None:
    """The first of the indices that Planet Fusion has."""
    known = pins[0].planet.extra if pins and pins[0].planet else {}
    return next((name for name in curves.labels if name in known), None)


def _of_pins(
    tables: Sequence[tuple[Pin, pd.DataFrame]], marks: list[dict[str, Any]], about: dict[Hashable | None, Any]
) -> Found | None:
    """All pins' rows in one table, each with its pin; None where no pin has any."""
    if not tables:
        return None
    for pin, table in tables:
        table.insert(0, "pin", pin.name)
        table.insert(1, "colour", pin.colour)
    whole = pd.concat([table for _, table in tables], ignore_index=True)
    whole.attrs = about
    return Found(whole, marks)


def _codes(series: Series) -> np.ndarray:
    return np.array([_FLAGS.get(flag, MISSING) for flag in series.flags], np.uint8)
