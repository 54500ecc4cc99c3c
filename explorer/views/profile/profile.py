"""The temporal profile: bands of the last pin, indices of all pins and regions, both sensors, and what is found in them.
What a click changes goes out at once; what takes longer (smoothing, seasons, breaks; the whole sample, regions) is
computed in threads, the newest only, and follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pandas as pd
import panel as pn

from explorer.analysis import curves as curve_texts
from explorer.analysis import profiles
from explorer.analysis.curves import Curves
from explorer.analysis.profiles import Series, series, to_s2
from explorer.analysis.regions import Spread
from explorer.analysis.tables import to_csv
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.to_xarray import timestamps
from explorer.similar import search
from explorer.views.common.chart_zoom import ChartZoom, zoom_of
from explorer.views.common.components import (
    Component,
    Debounced,
    LatestOnly,
    SessionScheduler,
    bounded_int,
    source,
)
from explorer.views.common.selection import MARKS, MAX_PIXELS, MAX_REGIONS, Selection, drawn, pins
from explorer.views.profile import profile_data, profile_tables
from explorer.views.profile.messages import (
    FromFindings,
    FromPinList,
    FromProfileCharts,
    Key,
    ToFindings,
    ToPinList,
    ToProfileCharts,
)
from explorer.views.profile.profile_data import Packed, Pin

UsualSeason = Callable[[str, Curves, str], Packed]

_LATER = 0.05  # seconds within which what comes of a sample is drawn together


class ProfileCharts(Component):
    """Bands and indices over both years, one chart over the other."""

    _stylesheets: ClassVar[list[Any]] = [source("chart.css"), source("profile.css")]
    script = ToProfileCharts()
    from_script = FromProfileCharts


class PinList(Component):
    """The legend, the pins and regions by name, and the menu of the curves."""

    _stylesheets: ClassVar[list[Any]] = [source("combobox.css"), source("pins.css")]
    script = ToPinList()
    from_script = FromPinList


class Findings(Component):
    """Tables of the seasons and breaks beside the charts; not there while there are none."""

    _stylesheets: ClassVar[list[Any]] = [source("profile_tables.css")]
    script = ToFindings()
    from_script = FromFindings


class ProfileView:
    """Charts over time of the pins and regions of one sample.

    `usual_season` makes the season that is usual for a sample's class, of sample, curves and theme; it is called in a thread.
    """

    def __init__(
        self,
        corpus: Corpus,
        selection: Selection,
        loop: SessionScheduler,
        bus: str,
        usual_season: UsualSeason | None = None,
    ) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = selection.session
        self._usual_season = usual_season
        self.charts = ProfileCharts(loop, bus=bus, margin=0, min_height=0, sizing_mode="stretch_both")
        self.findings = Findings(loop, bus=bus, margin=0)
        self.whole = pn.Row(self.charts, self.findings, margin=0, min_height=0, sizing_mode="stretch_both")
        self.legend = PinList(loop, bus=bus, sizing_mode="stretch_width", margin=0)
        self.legend.on = {
            "again": lambda _data: self._send_menu(),
            "name": self._name,
            "remove": self._remove,
            "alike": self._look_for_alike,
            "keep": self._keep,
            "csv": lambda _data: self._send_csv(),
            "curves": self._choose,
        }
        self.findings.on = {"csv": self._send_findings}
        self.charts.on = {
            "save": self._send_about,
            "zoom": self._zoomed,
            "again": lambda _data: self.again(),
        }
        self._zoom = ChartZoom()
        """What is seen of the charts, as far as is known here."""
        self._planet: Cube | None = None
        self._sentinel: Cube | None = None
        self._quality: Cube | None = None
        self._whole = self._fresh = self._spread_changed = False
        self._later = Debounced(loop, _LATER)
        self._ticket = 0
        self._over, self._behind = LatestOnly(loop), LatestOnly(loop)
        self._series: dict[Any, Series] = {}
        self._spreads: dict[Any, Spread] = {}
        self._found: dict[str, pd.DataFrame] = {}
        self._send_menu()  # they wait until the browser is there, and come before all that needs them
        self._send_calendar()
        selection.param.watch(lambda *_e: self.draw(), ["pixels", "names"])
        selection.param.watch(lambda *_e: self._send_pins(), [*MARKS, "keep_marks"])
        selection.param.watch(lambda _e: self.draw_behind(), "regions")
        selection.param.watch(lambda _e: self._chosen(), "curves")
        selection.map.param.watch(lambda _e: self._wear(), "theme")
        self._session.listen("planet_drawable", self._planet_came)
        self._session.listen("sentinel_read", self._sentinel_came)
        self._session.param.watch(lambda _e: self._quality_came(), "quality")
        self._session.param.watch(lambda _e: self._labels_come_or_go(), "labels_hidden")
        self._session.param.watch(lambda _e: self._send_pins(), "blind")

    # --- what is known of the sample ---------------------------------------------------------------
    def forget(self, *, keep_zoom: bool = False) -> None:
        """Another sample: nothing is known of it yet. `reset` takes from the charts what is of the last one.

        What is seen of the y axes was of that one too, unless a link says it of this one (`keep_zoom`).
        """
        if not keep_zoom:
            self._selection.charts = replace(self._selection.charts, bands=None, index=None)
        self._planet = self._sentinel = self._quality = None
        self._whole, self._fresh, self._series, self._spreads = False, True, {}, {}

    def reset(self) -> None:
        """Nothing of the last sample may stay."""
        self._send_calendar()
        self._send_behind([])
        self.show_zoom()
        self.draw()

    def show_zoom(self) -> None:
        """Show as much of the charts as the selection says."""
        wanted = self._selection.charts
        if wanted != self._zoom:
            self._zoom = wanted
            self.charts.script.zoom(times=wanted.times, bands=wanted.bands, index=wanted.index)

    def _zoomed(self, data: dict[str, Any]) -> None:
        self._zoom = self._selection.charts = zoom_of(data.get("times"), data.get("bands"), data.get("index"))

    def show(
        self,
        planet: Cube | None = None,
        sentinel: Cube | None = None,
        quality: Cube | None = None,
        *,
        settled: bool = True,
    ) -> None:
        """Draw what has been read of the sample so far; may be called again as more comes.

        `settled` is False while `planet` still fills: its statistics have to wait.
        """
        self._planet, self._sentinel = planet or self._planet, sentinel or self._sentinel
        self._quality = quality or self._quality
        if planet is not None:
            self._whole = settled
        self._series = {}
        self._spread_changed |= quality is None
        self._later.ask(self._draw_all)  # the two sensors often come one upon the other

    def _planet_came(self) -> None:
        if self._session.planet is not None:
            self.show(planet=self._session.planet.cube, settled=self._session.planet_settled)

    def _sentinel_came(self) -> None:
        if self._session.sentinel is not None:
            self.show(sentinel=self._session.sentinel.cube)

    def _quality_came(self) -> None:
        if self._session.quality is not None:
            self.show(quality=self._session.quality)

    def _draw_all(self) -> None:
        self._send_calendar()
        self.draw()
        changed, self._spread_changed = self._spread_changed, False
        if changed:
            self.draw_behind()

    def again(self) -> None:
        """The browser draws the charts anew and knows nothing."""
        self._fresh, self._zoom = True, ChartZoom()
        self.show_zoom()
        self._send_calendar()  # first: curves without it are nothing
        self._wear()

    # --- what is drawn -------------------------------------------------------------------------------
    def draw(self) -> None:
        """Send the pins' series to the charts. A pixel's series takes about 1 ms, once: no thread needed."""
        curves, theme = self._selection.curves, self._selection.map.theme
        found = self._pins()
        self._ticket += 1
        known = any(pin.series for pin in found)
        self.charts.script.curves(
            ticket=self._ticket,
            fresh=self._fresh,
            show={"label": ", ".join(curves.labels), "bands": bool(curves.bands), "years": curves.years},
            marks=["profile-drawn"] if known else [],
            detail={"pixels": [list(p) for p in self._selection.pixels]},
            **profile_data.pin_curves(curves, found, theme).message(),
        )
        self._fresh = self._fresh and not known
        self._draw_over(found)

    def _pins(self) -> list[Pin]:
        """The pins with their series; those of a pin that did not move are kept."""
        selection, kept = self._selection, self._series
        self._series = {}
        wanted = {cube.product.id: selection.curves.of(cube.product.id) for cube in self._cubes()}

        def of(cube: Cube | None, place: tuple[int, int]) -> Series | None:
            if cube is None or not len(cube.there):
                return None
            key = (cube.product.id, place, wanted[cube.product.id])
            if key not in kept:
                quality = self._quality if cube.product is PF_SR else None
                kept[key] = series(cube, *place, wanted[cube.product.id], quality)
            self._series[key] = kept[key]
            return kept[key]

        return [
            Pin(
                self._pin_name(pixel),
                pin["colour"],
                of(self._planet, pixel),
                of(self._sentinel, to_s2(*pixel)),
            )
            for pixel, pin in zip(selection.pixels, pins(selection.pixels), strict=True)
        ]

    def _pin_name(self, pixel: tuple[int, int]) -> str:
        return self._selection.names.get(pixel) or f"row {pixel[0]}, col {pixel[1]}"

    def _cubes(self) -> list[Cube]:
        return [cube for cube in (self._planet, self._sentinel) if cube is not None and len(cube.there)]

    def _draw_over(self, found: list[Pin]) -> None:
        """Smoothing, seasons and breaks of the pins: computed in a thread, for the newest pins only."""
        curves, theme, ticket = self._selection.curves, self._selection.map.theme, self._ticket
        if not (curves.smooth or curves.seasons or curves.breaks) or not self._whole:
            self._over.cancel()
            self._show_found({})
            return

        def job() -> tuple[Packed, dict[str, profile_data.Found]]:
            tables = {
                "seasons": profile_data.seasons(curves, found) if curves.seasons else None,
                "breaks": profile_data.breakpoints(curves, found) if curves.breaks else None,
            }
            return profile_data.smooth_curves(curves, found, theme), {
                k: v for k, v in tables.items() if v is not None
            }

        def done(result: tuple[Packed, dict[str, profile_data.Found]]) -> None:
            if ticket != self._ticket:
                return
            smooth, tables = result
            seasons, breaks = (tables[name].marks if name in tables else [] for name in ("seasons", "breaks"))
            self.charts.script.over(ticket=ticket, seasons=seasons, breaks=breaks, **smooth.message())
            self._show_found({name: found.table for name, found in tables.items()})

        self._over.submit(job, done)

    def draw_behind(self) -> None:
        """The whole sample's spread and the regions: once a sample and region, kept, not with every pin."""
        selection = self._selection
        curves, theme, shapes = selection.curves, selection.map.theme, selection.regions
        cubes = [cube for cube in self._cubes() if cube is not self._planet or self._whole]
        kept = self._spreads
        points = {shape.points for shape in shapes}
        # A list first: a thread that computes may add to it meanwhile.
        for key in [key for key in list(kept) if key[2] is not None and key[2] not in points]:
            del kept[key]
        names = [self._region_name(i) for i in range(len(shapes))]
        inks = [region["colour"] for region in drawn(shapes)]

        usual, sample_id = "class" in curves.behind, selection.sample_id

        def job() -> list[Packed]:
            parts = []
            if usual and sample_id is not None:
                parts.append(self._usual_of(sample_id, curves))
            if curves.whole:
                found = {
                    c.product.id: profile_data.spread_of(kept, c, None, curves)
                    for c in cubes
                    if profile_data.wants_whole(c, curves)
                }
                parts.append(
                    profile_data.spread_curves(found, curves, who="", colour=None, kind="sample", theme=theme)
                )
            for shape, name, ink in zip(shapes, names, inks, strict=True):
                found = {c.product.id: profile_data.spread_of(kept, c, shape, curves) for c in cubes}
                parts.append(profile_data.spread_curves(found, curves, who=name, colour=ink, kind="region"))
            return parts

        def done(parts: list[Packed]) -> None:
            if kept is self._spreads:  # still the same sample
                self._send_behind(parts)

        if cubes:
            self._behind.submit(job, done)

    def _usual_of(self, sample_id: str, curves: Curves) -> Packed:
        """In a thread. Nothing while labels are hidden: a season tells its class."""
        if self._usual_season is None or self._session.labels_hidden:
            return Packed()
        return self._usual_season(sample_id, curves, self._selection.map.theme)

    def _labels_come_or_go(self) -> None:
        if "class" in self._selection.curves.behind:
            self.draw_behind()

    def _send_behind(self, parts: list[Packed]) -> None:
        both = Packed()
        for part in parts:
            both.extend(part)
        self.charts.script.behind(**both.message())

    def _region_name(self, i: int) -> str:
        region = drawn(self._selection.regions)[i]
        return region["name"] or f"region {region['letter']}"

    # --- what is said about it -----------------------------------------------------------------------
    def _send_calendar(self) -> None:
        cubes = ((PF_SR, self._planet), (S2_SR, self._sentinel))
        pf, s2 = (profile_data.calendar(cube, product, timestamps(product)) for product, cube in cubes)
        if self._selection.sample_id is None:
            pf["waiting"], s2["waiting"] = [], []  # nothing is on its way
        self.charts.script.calendar(pf=pf, s2=s2)

    def _send_about(self, data: dict[str, Any]) -> None:
        """What a picture of the charts says beside them; the browser makes the picture."""
        selection, wanted = self._selection, data.get("format")
        if selection.sample_id is not None and wanted in ("svg", "png"):
            shown = selection.sample_id, selection.curves, selection.map.theme
            about = profile_tables.about(self._corpus, *shown, self._named())
            self.charts.script.save(format=wanted, about=about)

    def _named(self) -> list[Key]:
        """Pins and regions as keys of a picture."""
        selection = self._selection
        looks = pins(selection.pixels)
        found: list[Key] = [
            {
                "text": f"{i} {self._pin_name(p)}" if len(looks) > 1 else self._pin_name(p),
                "colour": look["colour"],
            }
            for i, (p, look) in enumerate(zip(selection.pixels, looks, strict=True), 1)
        ]
        return found + [
            {"text": self._region_name(i), "colour": region["colour"]}
            for i, region in enumerate(drawn(selection.regions))
        ]

    def _wear(self) -> None:
        self.draw()
        self.draw_behind()
        self._send_legend()

    def _send_menu(self) -> None:
        self.legend.script.menu(menu=profile_tables.menu())
        self._send_legend()

    def _send_legend(self, problem: str = "") -> None:
        curves, theme = self._selection.curves, self._selection.map.theme
        keys, chosen = profile_tables.keys(curves, theme), profile_tables.chosen(curves)
        self.legend.script.state(keys=keys, chosen=chosen, problem=problem)
        self._send_pins()

    def _send_pins(self) -> None:
        selection = self._selection
        self.legend.script.pins(
            pins=pins(selection.pixels, selection.names),
            regions=drawn(selection.regions),
            keep=selection.keep_marks,
            alike_off="Not while the review hides labels" if self._session.blind else "",
        )

    # --- what people do ------------------------------------------------------------------------------
    def _choose(self, data: dict[str, Any]) -> None:
        """Other curves, as the menu asks for them in a link's words."""
        text = data.get("text")
        if not isinstance(text, str):
            return
        found, problems = curve_texts.parse(text)
        if problems:
            self._send_legend(" ".join(problems).replace("This link's curve", "Curve"))
            return
        self._selection.curves = found

    def _chosen(self) -> None:
        self._fresh = True
        self._send_legend()
        self.draw()
        self.draw_behind()

    def _name(self, data: dict[str, Any]) -> None:
        pin, region, name = (
            bounded_int(data, "pin", MAX_PIXELS),
            bounded_int(data, "region", MAX_REGIONS),
            data.get("name"),
        )
        if pin is not None and isinstance(name, str):
            self._selection.name_pin(pin, name)
        elif region is not None and isinstance(name, str):
            self._selection.name_region(region, name)

    def _remove(self, data: dict[str, Any]) -> None:
        pin, region = bounded_int(data, "pin", MAX_PIXELS), bounded_int(data, "region", MAX_REGIONS)
        if pin is not None:
            self._selection.remove_pin(pin)
        elif region is not None:
            self._selection.remove_region(region)

    def _look_for_alike(self, data: dict[str, Any]) -> None:
        """Open the gallery with what is like a pin, by its season, or like a region."""
        selection, sample_id = self._selection, self._selection.sample_id
        pin, region = bounded_int(data, "pin", MAX_PIXELS), bounded_int(data, "region", MAX_REGIONS)
        if sample_id is None or self._session.blind:
            return
        wanted = None
        if pin is not None and pin < len(selection.pixels):
            wanted = search.like_part(self._corpus, sample_id, pixel=selection.pixels[pin])
        elif region is not None and region < len(selection.regions):
            wanted = search.like_part(self._corpus, sample_id, region=selection.regions[region].named(""))
        if wanted is not None:
            self._session.alike_wanted = wanted

    def _keep(self, data: dict[str, Any]) -> None:
        if isinstance(on := data.get("on"), bool):
            self._selection.keep_marks = on

    # --- what is taken away ----------------------------------------------------------------------------
    def _send_csv(self) -> None:
        corpus, selection = self._corpus, self._selection
        sample_id, asked = selection.sample_id, selection.curves.indices
        places = [(self._pin_name(pixel), pixel) for pixel in selection.pixels]
        shapes = [(self._region_name(i), shape.where) for i, shape in enumerate(selection.regions)]
        if sample_id is None:
            return

        def job() -> str:
            tables = [
                (name, profiles.pixel(corpus, sample_id, row=row, col=col, indices=asked))
                for name, (row, col) in places
            ]
            tables += [(name, profiles.region(corpus, sample_id, **at, indices=asked)) for name, at in shapes]
            return to_csv(profile_tables.together(tables))

        self._loop.work(
            job, lambda text: self.legend.script.file(name=f"{sample_id}_profiles.csv", text=text)
        )

    def _show_found(self, tables: dict[str, pd.DataFrame]) -> None:
        if tables or self._found:
            self._found = tables
            shown = {name: profile_tables.for_people(name, table) for name, table in tables.items()}
            self.findings.script.tables(tables=shown)

    def _send_findings(self, data: dict[str, Any]) -> None:
        name, sample_id = str(data.get("name")), self._selection.sample_id
        if name in self._found and sample_id is not None:
            cell = self._corpus.cell(sample_id)
            text = profile_tables.findings_csv(self._corpus, cell, self._found[name])
            self.findings.script.file(name=f"{sample_id}_{name}.csv", text=text)
