"""The sample map: half a million samples by datashader on a GeoViews background, with the selected one marked."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import panel as pn

from explorer.analysis.map_place import Place
from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.core.grid import transformer
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.area import Area
from explorer.corpus.query.cover_change import LACKING
from explorer.corpus.query.filters import OF_FEATURES, OF_OPINIONS
from explorer.views.common.components import LatestOnly, SessionScheduler
from explorer.views.common.embedding_look import EmbeddingLook
from explorer.views.common.map_state import OF_OPINION, SHADES, MapState
from explorer.views.common.selection import Selection
from explorer.views.map import context, map_figure, map_ground, map_names, map_near, map_tools
from explorer.views.map.legend import LegendView
from explorer.views.map.map_shown import Shown, shown
from explorer.views.map.raster import Layer, SampleRaster, View
from explorer.views.map.sample_table import SampleTableView

_FIRST_SIZE = (470, 500)
_CLICK_REACH = 8  # px around the pointer within which a sample counts as meant
_CHIPS_EVERY = 0.15  # seconds; what comes faster is laid on the map together
_OUTLINE_PIXELS = 24.0  # a sample this wide is found by its outline
_FAR = 1e8  # metres; beyond, whatever a message says, there is no map
_TOLD = 400  # characters of a notice
_CLEAR = {"image": [np.zeros((1, 1), np.uint8)], "x": [0], "y": [0], "dw": [1], "dh": [1]}


class MapView:
    """Draws the samples for the ranges in view, under the filters; turns what people do in it into selection."""

    def __init__(
        self,
        corpus: Corpus,
        selection: Selection,
        loop: SessionScheduler,
        raster: SampleRaster,
        tiles: bool,
        bus: str = "",
    ) -> None:
        self._corpus, self._selection, self._loop, self._raster = corpus, selection, loop, raster
        self._state: MapState = selection.map
        self._tiles = tiles
        self._ticket = self._asked = 0
        self._areas, self._sets, self._names = LatestOnly(loop), LatestOnly(loop), LatestOnly(loop)
        self._names_sent: set[int] = set()
        self._chip_overlay = map_near.ChipOverlay(corpus)
        self._layer: Layer = raster.layer()
        self._steps: np.ndarray | None = None
        self._dot = self._alike = map_figure.EMPTY["dot"]
        view = View(*first_ranges(corpus), *_FIRST_SIZE)
        self._figures = map_figure.MapFigures(view, self._state.link(), bus)
        self._figures.put(image=_image(view, self._layer.image(view)))
        self.pane = map_figure.pane(self._figures, tiles)
        self.tools = map_tools.MapTools(
            loop,
            bus=bus,
            margin=0,
            styles={
                "position": "absolute",
                "inset": "0",
                "width": "100%",
                "height": "100%",
                "pointer-events": "none",
            },
        )
        self._ground = map_ground.GroundLayer(corpus, self._state, loop, self.tools.script)
        self.tools.on = {
            "view": self._viewed, "tap": self._tapped, "area": self._drawn, "step": self._step, "place": self._placed,
            "filter": self._filter, "look": self._look, "options": lambda _data: self._options(), "again": lambda _data: self._send_all_again(),
            "clear_area": lambda _data: self._cleared(),
        }  # fmt: skip
        self.sample_table = SampleTableView(corpus, selection, loop, bus)
        self.legend = LegendView(selection, loop, bus)
        self.legend.legend.on["table"] = lambda _data: self._list_set()
        self.legend.legend.on["gallery"] = lambda _data: selection.session.ask_for_gallery("map")
        self.legend.legend.on["dataset"] = self._open_dataset
        self.legend.legend.on["embedding"] = self._open_embedding
        self.whole = pn.Column(
            self.pane, self.tools, margin=0, min_height=0, sizing_mode="stretch_both",
            styles={"position": "relative", "flex": "1", "min-height": "0", "overflow": "hidden"},
        )  # fmt: skip
        watch = self._state.param.watch
        watch(lambda *_e: self._change(), ["filters", "level", "area", "shade"])
        watch(lambda *_e: self._restyle(), ["palette", "theme", "base", "shade", "level", "names"])
        watch(lambda *_e: self._ground_changed(), "ground")
        watch(lambda _e: self._go(self._state.place), "place")
        selection.param.watch(lambda _e: self._redraw(), "settled")
        selection.param.watch(lambda _e: self._opinion_changed(), "opinion")
        selection.session.param.watch(lambda _e: self._alike_changed(), "similar_found")
        selection.session.listen("box_to_fit", self._fit_asked)
        selection.session.listen("sample_to_show", self._show_asked)
        selection.session.listen("rows_to_list", self._list_asked)
        self._reported: Place | None = None
        self._send_all_again()
        self._change()

    @property
    def view(self) -> View:
        """What is shown, or will be once the map has moved there."""
        return self._figures.view

    # -- what the page asks -----------------------------------------------------------------------------------

    def set_exact_view(self) -> None:
        """Before the browser is there: the map will stand as a link says, whatever its size."""
        self._figures.tag()

    def open(self, sample_id: str | None) -> None:
        """Mark a sample's footprint."""
        mark, dot = map_figure.EMPTY["mark"], map_figure.EMPTY["dot"]
        if sample_id is not None and sample_id in self._corpus:
            outline = map_near.outlines([sample_id])[0]
            mark = {"xs": [outline[:, 0]], "ys": [outline[:, 1]]}
            dot = map_figure.dot(*outline.mean(axis=0).tolist())
        self._dot = dot
        self._figures.put(self.pane, mark=mark, dot=self._dot_in(self.view))

    def _dot_in(self, view: View) -> map_figure.Data:
        """The circles that find a sample, and those that look like it, from afar; close by outlines do, and a circle would hide a picture."""
        if view.cell_pixels >= _OUTLINE_PIXELS:
            return map_figure.EMPTY["dot"]
        return {name: [*self._alike[name], *self._dot[name]] for name in self._dot}

    def _alike_changed(self) -> None:
        """Mark the samples that were found to look like others."""
        found = self._selection.session.similar_found
        self._alike = map_figure.EMPTY["dot"]
        if found is not None:
            x, y = self._corpus.samples[["x", "y"]].to_numpy()[found.rows].T
            self._alike = map_figure.rings(x, y)
        self._figures.put(self.pane, dot=self._dot_in(self.view))

    def show(self, sample_id: str) -> None:
        """Move the map so that a sample is in view, if it is not."""
        if sample_id not in self._corpus:
            return
        x, y = self._place_of(sample_id)
        (x0, x1), (y0, y1) = self.view.x_range, self.view.y_range
        if x0 < x < x1 and y0 < y < y1:
            return
        half_x, half_y = (x1 - x0) / 2, (y1 - y0) / 2
        self._move((x - half_x, x + half_x), (y - half_y, y + half_y))

    def _fit_asked(self) -> None:
        if (box := self._selection.session.box_to_fit) is not None:
            self.fit(*box)

    def _show_asked(self) -> None:
        if (sample_id := self._selection.session.sample_to_show) is not None:
            self.show(sample_id)

    def _open_dataset(self, _data: dict[str, Any]) -> None:
        self._selection.dataset = True

    def _open_embedding(self, _data: dict[str, Any]) -> None:
        self._selection.embedding = self._selection.embedding or EmbeddingLook()

    def _list_set(self) -> None:
        """The table of what filters and area leave."""
        if (rows := self._selection.session.filtered_rows) is not None:
            self.sample_table.show(rows)
        self.sample_table.open()

    def _list_asked(self) -> None:
        """The table of samples that another panel names."""
        if (rows := self._selection.session.rows_to_list) is not None:
            self.sample_table.show(rows)
            self.sample_table.open()

    def _place_of(self, sample_id: str) -> tuple[float, float]:
        row, samples = self._corpus.index.row(sample_id), self._corpus.samples
        assert row is not None  # who asks has looked
        return float(samples["x"].to_numpy()[row]), float(samples["y"].to_numpy()[row])

    def retry_failed_chips(self) -> None:
        """Lay those chips on the map that the corpus could not give before."""
        if self._chip_overlay.failed:
            self._chip_overlay.failed = False
            self._redraw()

    def fit(self, west: float, south: float, east: float, north: float) -> None:
        """Show a box in degrees, whole, with a margin."""
        (x0, x1), (y0, y1) = transformer(4326, 3857).transform(
            [west, east], [max(south, -80), min(north, 84)]
        )
        resolution = 1.1 * max((x1 - x0) / self.view.width, (y1 - y0) / self.view.height, 1.0)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        self._around(x, y, resolution)
        lon, lat = transformer(3857, 4326).transform(x, y)
        self._reported = self._state.place = Place.parse(f"{lat:.4f},{lon:.4f},{resolution:.4g}")

    def _go(self, place: Place | None) -> None:
        if place == self._reported:
            return  # the browser told us: it is there
        self._reported = place
        if place is None:
            self._move(*self._figures.first)
            return
        x, y = transformer(4326, 3857).transform(place.lon, place.lat)
        self._figures.exact = place.resolution
        self._around(x, y, place.resolution)

    def _around(self, x: float, y: float, resolution: float) -> None:
        half_x, half_y = self.view.width * resolution / 2, self.view.height * resolution / 2
        self._move((x - half_x, x + half_x), (y - half_y, y + half_y))

    def _move(self, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        if not self._loop.joined:
            self._figures.go(x_range, y_range, self.pane)
            self._redraw()
            return
        # The browser moves there, and says what is in view on the way.
        self._figures.view = View(x_range, y_range, self.view.width, self.view.height)
        self.tools.script.fly(x0=x_range[0], x1=x_range[1], y0=y_range[0], y1=y_range[1])

    # -- drawing ----------------------------------------------------------------------------------------------

    def _change(self) -> None:
        """Other filters, level or area: find out in a thread what passes, then draw it."""
        self._asked += 1
        asked, state = self._asked, self._state
        table = self._corpus.filter_table
        absent = state.filters.lacking(table)
        if absent:
            self.tools.script.notice(
                text=f"This corpus knows nothing of {', '.join(absent.values())}: not filtered by that."
            )
            state.filters = state.filters.without(*absent)
            return
        if state.shade == "change" and "change" not in table.offers:
            self.tools.script.notice(text=f"Cover that was lost cannot be drawn: {LACKING}.")
            state.shade = "class"
            return
        opinion = self._opinion()
        if state.shade in OF_OPINION and not opinion:
            name = self._selection.opinion
            why = f"no opinion is called {name}" if name else "no opinion is beside the label"
            self.tools.script.notice(text=f"{SHADES[state.shade]}: {why}; choose one under Layers.")
            state.shade = "class"
            return
        outline = [] if state.area is None else [state.area.outline]
        self._figures.put(
            self.pane, area={"xs": [o[:, 0] for o in outline], "ys": [o[:, 1] for o in outline]}
        )
        self._send_state()
        self.tools.script.busy()
        filters, area, level, shade = state.filters, state.area, state.level, state.shade

        def done(found: Shown) -> None:
            if asked != self._asked:
                return
            self._layer, self._steps = found.layer, found.steps
            self.legend.show(found, len(self._corpus.samples))
            self._selection.session.filtered_rows = found.set
            self.sample_table.show(found.set)
            self._redraw()

        def failed() -> None:
            """An opinion cannot be asked so (a class that it does not have, a damaged file), or an embedding map: the map shows what else is asked."""
            of_others = filters.of_opinions() or not OF_FEATURES.isdisjoint(filters.names())
            if asked == self._asked and (of_others or shade in OF_OPINION):
                shade_left = "class" if shade in OF_OPINION else shade
                state.param.update(filters=filters.without(*OF_OPINIONS, *OF_FEATURES), shade=shade_left)

        self._sets.submit(
            lambda: shown(self._corpus, self._raster, filters, area, level, shade=shade, opinion=opinion),
            done,
            failed,
        )

    def _opinion(self) -> str:
        """The opinion beside the label, where there is one of that name."""
        name = self._selection.opinion
        return name if name and name in self._corpus.opinions else ""

    def _opinion_changed(self) -> None:
        if self._state.shade in OF_OPINION:
            self._change()
        else:
            self._redraw()
            self._send_state()

    def _ground_changed(self) -> None:
        self._send_state()
        self._ground.show(self.view)

    def _redraw(self, number: int | None = None, view: View | None = None) -> None:
        """Draw anew in a thread; the last image stays until the new one is there, what comes too late is dropped."""
        self._ticket += 1
        ticket, view, layer = self._ticket, view or self.view, self._layer
        density, level = self._state.shade == "density", self._state.level
        self._ground.show(view)
        steps, shade, opinion = self._steps, self._state.shade, self._opinion()

        def draw() -> tuple[dict[str, map_figure.Data], np.ndarray, int] | None:
            if ticket != self._ticket:
                return None
            rows = None if density else map_near.rows_near(layer, view)
            if rows is not None:
                return (
                    {
                        "near": map_near.footprints(self._corpus, rows, level, steps=steps, opinion=opinion),
                        "image": _CLEAR,
                    },
                    rows,
                    0,
                )
            image, most = layer.density(view) if density else (layer.image(view), 0)
            parts = {"image": _image(view, image)}
            if self._figures.latest["near"]["xs"]:
                parts["near"] = map_figure.EMPTY["near"]
            return parts, np.zeros(0, np.int32), most

        def done(result: tuple[dict[str, map_figure.Data], np.ndarray, int] | None) -> None:
            if result is None or ticket != self._ticket:
                return
            parts, rows, most = result
            if not len(rows) and self._figures.latest["chips"]["x"]:
                parts["chips"] = map_figure.EMPTY["chips"]
            if len(self._figures.latest["dot"]["x"]) != len(self._dot_in(view)["x"]):
                parts["dot"] = self._dot_in(view)
            self._figures.put(self.pane, **parts)
            self.legend.density(most if density else None)
            self.legend.scale(shade, opinion)
            self.tools.script.drawn(number=number)
            self._lay_chips(ticket, view, rows)
            self._send_names(view)

        self._loop.work(draw, done)

    def _send_names(self, view: View) -> None:
        """Names of what a view shows and of what is near it, each once."""
        if not map_names.look(self._state)["shown"]:
            return

        def done(found: np.ndarray) -> None:
            new = [i for i in found.tolist() if i not in self._names_sent]
            self._names_sent.update(new)
            if new:
                self.tools.script.names(names=map_names.all_names().rows(new))

        self._names.submit(lambda: map_names.all_names().near(view), done)

    def _lay_chips(self, ticket: int, view: View, rows: np.ndarray) -> None:
        """Lay pictures of the samples in the middle of a close view on the map, one by one as they are read."""
        wanted = self._chip_overlay.wanted(rows, view)
        if not len(wanted):
            if self._figures.latest["chips"]["x"]:
                self._figures.put(self.pane, chips=map_figure.EMPTY["chips"])
            return
        ids, day = [str(i) for i in self._corpus.samples.index[wanted]], self._selection.date
        laid: list[dict[str, Any]] = []
        shown = [0.0]
        alpha = self._figures.latest["near"]["alpha"].copy()
        places = {name: i for i, name in enumerate(self._figures.latest["near"]["id"])}

        def read(position: int) -> None:
            def done(picture: dict[str, Any] | None) -> None:
                if ticket != self._ticket:
                    return
                if picture is not None:
                    laid.append(picture)
                    alpha[places[ids[position]]] = 0.0
                last = position + 1 == len(ids)
                if last or time.monotonic() - shown[0] > _CHIPS_EVERY:
                    shown[0] = time.monotonic()
                    chips = {name: [p[name] for p in laid] for name in ("image", "x", "y", "dw", "dh")}
                    near = self._figures.latest["near"] | {"alpha": alpha.copy()}
                    self._figures.put(self.pane, chips=chips, near=near)
                if not last:
                    read(position + 1)

            job = lambda: self._chip_overlay.picture(ids[position], day) if ticket == self._ticket else None  # noqa: E731
            self._loop.work(job, done)

        read(0)

    def _restyle(self) -> None:
        self._send_names(self.view)
        self._figures.style(self._state.link(), self.pane)
        self.legend.restyle()
        self.tools.script.overview(**map_tools.overview(self._state.theme))
        self._send_state()

    def _send_state(self) -> None:
        opinions, table = list(self._corpus.opinions), self._corpus.filter_table
        self.tools.script.state(
            **map_tools.state(
                self._state,
                self._tiles,
                table.offers,
                opinions,
                self._selection.opinion,
                len(self._corpus.ground) > 0,
            )
        )

    def _send_all_again(self) -> None:
        self._names_sent.clear()
        self._send_names(self.view)
        self._ground.show(self.view, again=True)
        self.tools.script.overview(**map_tools.overview(self._state.theme))
        self._send_state()

    # -- what people do ---------------------------------------------------------------------------------------

    def _viewed(self, data: dict[str, Any]) -> None:
        """Pan, zoom or another size."""
        try:
            x0, x1, y0, y1, width, height = (
                float(data[k]) for k in ("x0", "x1", "y0", "y1", "width", "height")
            )
        except (KeyError, TypeError, ValueError):
            return
        if (
            not all(map(math.isfinite, (x0, x1, y0, y1, width, height)))
            or max(map(abs, (x0, x1, y0, y1))) > _FAR
            or min(x1 - x0, y1 - y0) < 1
            or min(width, height) < 1
        ):
            return
        view = View((x0, x1), (y0, y1), min(int(width), 4000), min(int(height), 4000))
        if not data.get("moving"):
            self._figures.view = view
        self._redraw(data.get("number"), view)

    def _tapped(self, data: dict[str, Any]) -> None:
        x, y = data.get("x"), data.get("y")
        if not isinstance(x, (int, float)) or not isinstance(y, (int, float)):
            return
        reach = max(_CLICK_REACH, self.view.cell_pixels * 0.75) * self.view.resolution
        row = self._layer.nearest(x, y, reach)
        if row is not None:
            self._selection.sample_id = str(self._corpus.samples.index[row])  # app.Explorer opens it

    def _step(self, data: dict[str, Any]) -> None:
        """To the neighbouring sample in a direction."""
        step = (data.get("east"), data.get("north"))
        sample_id = self._selection.sample_id
        if step not in ((1, 0), (-1, 0), (0, 1), (0, -1)) or sample_id is None:
            return
        if sample_id not in self._corpus:
            return
        x, y = self._place_of(sample_id)
        row = self._layer.neighbour(x, y, int(step[0] or 0), int(step[1] or 0))
        if row is not None:
            self._selection.sample_id = str(self._corpus.samples.index[row])

    def _drawn(self, data: dict[str, Any]) -> None:
        """A box or a line around samples; what a line encloses is found out in a thread, whatever was drawn."""

        def done(area: Area | str) -> None:
            if isinstance(area, str):
                self.tools.script.notice(text=area)
                return
            self._state.area = area
            self.sample_table.open()

        self._areas.submit(lambda: _area(data), done)

    def _cleared(self) -> None:
        self._areas.cancel()
        self._state.area = None

    def _placed(self, data: dict[str, Any]) -> None:
        try:
            place = Place.parse(
                f"{float(data['lat']):.4f},{float(data['lon']):.4f},{float(data['resolution']):.4g}"
            )
        except (KeyError, TypeError, ValueError):
            return
        self._reported = place
        self._state.place = place

    def _filter(self, data: dict[str, Any]) -> None:
        """One condition, or several that belong together, set or taken away; a wrong value is told."""
        values = data.get("values")
        if data.get("clear"):
            self._state.remove_chip("all")
        elif isinstance(values, dict) and set(values) <= set(type(self._state.filters).__dataclass_fields__):
            try:
                self._state.filters = replace(self._state.filters, **values)
            except (ExplorerError, TypeError, ValueError) as error:
                self.tools.script.notice(text=str(error)[:_TOLD])  # it can quote what was sent

    def _look(self, data: dict[str, Any]) -> None:
        name, value = data.get("name"), data.get("value")
        if name == "opinion" and (not value or value in self._corpus.opinions):
            self._selection.opinion = str(value or "")
            return
        if name == "shade" and value in OF_OPINION and not self._opinion():
            self._selection.opinion = next(iter(self._corpus.opinions), "")
        if (
            name in ("shade", "palette", "theme", "base", "names", "ground")
            and value in self._state.param[name].objects
        ):
            self._state.param.update(**{name: value})

    def _options(self) -> None:
        self._loop.work(
            lambda: map_tools.options(self._corpus), lambda found: self.tools.script.options(**found)
        )


def _area(data: dict[str, Any]) -> Area | str:
    """The area that was drawn, or what is wrong with it, for the person who drew it."""
    try:
        if data.get("kind") == "rect":
            return Area.box(*(float(data[k]) for k in ("x0", "y0", "x1", "y1")))
        return Area.ring(data["x"], data["y"])
    except InvalidQueryError as error:
        return f"No area: {error}."
    except (KeyError, TypeError, ValueError, OverflowError):
        return "No area: what was drawn did not arrive whole."


def _image(view: View, pixels: np.ndarray) -> map_figure.Data:
    (x0, x1), (y0, y1) = view.x_range, view.y_range
    return {"image": [pixels], "x": [x0], "y": [y0], "dw": [x1 - x0], "dh": [y1 - y0]}


def first_ranges(corpus: Corpus) -> tuple[tuple[float, float], tuple[float, float]]:
    """Europe; or closer where a corpus is a small part of it. x and y ranges, EPSG:3857 metres."""
    samples = corpus.samples
    (x0, x1), _ = context.EUROPE
    if not len(samples):
        return context.EUROPE
    left, right = float(samples["x"].min()), float(samples["x"].max())
    bottom, top = float(samples["y"].min()), float(samples["y"].max())
    span = max(right - left, top - bottom)
    if span > 0.35 * (x1 - x0):
        return context.EUROPE
    half = max(span * 0.7, 250_000.0)  # never so close that one does not see where in Europe it is
    x, y = (left + right) / 2, (bottom + top) / 2
    return (x - half, x + half), (y - half, y + half)
