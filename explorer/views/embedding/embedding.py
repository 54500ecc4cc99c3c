"""The embedding map: samples as points, like ones together; it follows the map's filters, and what is drawn in it is one of them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from explorer.core.errors import ExplorerError, InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.embedding_area import EmbeddingArea
from explorer.similar.embedding_maps import METHODS
from explorer.views.common import embedding_look
from explorer.views.common.components import Component, LatestOnly, SessionScheduler, source
from explorer.views.common.embedding_look import COLOURS, EmbeddingLook
from explorer.views.common.selection import Selection
from explorer.views.embedding import embedding_layers
from explorer.views.embedding.embedding_layers import Layers
from explorer.views.embedding.messages import ChoiceShown, FromEmbedding, ToEmbedding

_SETS = ("largest", "countries", "review")
"""Filters that a row of the key sets."""
_FAR = 1e6
_MOST_PIXELS = 3_000
_NOTHING = (
    "No features are known of this corpus; measure some with: python -m explorer features compute CORPUS"
)


class Embedding(Component):
    """The browser's side of the embedding map."""

    _stylesheets: ClassVar[list[Any]] = [source("embedding.css")]
    script = ToEmbedding()
    from_script = FromEmbedding


class EmbeddingView:
    """Draws the embedding map while it is open; nothing of it is told while labels are hidden, whose classes it would show."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = session = selection.session
        self._ticket = 0
        self._is_open = False
        self._layers: Layers | None = None
        self._table = ""
        """The table of `_layers`."""
        self._jobs, self._pictures, self._areas = LatestOnly(loop), LatestOnly(loop), LatestOnly(loop)
        self.panel = Embedding(loop, bus=bus, margin=0, sizing_mode="fixed", width=0, height=0)
        self.panel.on = {
            "area": self._drawn, "choose": self._choose, "closed": lambda _data: self._close(), "filter": self._filter,
            "placed": self._placed, "remove": self._remove, "tap": self._tap, "view": self._viewed, "again": lambda _data: self._draw(),
        }  # fmt: skip
        self._told: EmbeddingLook | None = None
        """The look that the browser has told."""
        selection.param.watch(lambda _e: self._changed(), "embedding")
        selection.param.watch(lambda _e: self._mark(), "sample_id")
        selection.param.watch(lambda _e: self._draw(), "opinion")
        selection.map.param.watch(lambda *_e: self._draw(), ["level", "palette", "theme"])
        session.param.watch(lambda *_e: self._draw(), ["filtered_rows", "blind", "labels_hidden"])
        session.listen("verdicts_changed", self._draw)

    # -- what is shown ------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Another look; the browser is there already where it said so itself."""
        if self._selection.embedding is None or self._selection.embedding != self._told:
            self._draw()

    def _draw(self) -> None:
        session, look, state = self._session, self._selection.embedding, self._selection.map
        self._ticket += 1
        self._told = None
        if look is not None and session.blind:
            self._selection.embedding = None
            return
        if look is None or session.labels_hidden:
            self._jobs.cancel()
            self._pictures.cancel()
            self._layers = None
            if self._is_open:
                self.panel.script.hide()
            self._is_open = False
            return
        if session.filtered_rows is None:
            return  # the map does not know yet what is left
        self._is_open = True
        ticket, rows, filters, opinion = self._ticket, session.filtered_rows, state.filters, self._opinion()
        level, colours, theme = state.level, state.palette, state.theme
        chips = state.chips()
        self.panel.script.busy()

        def job() -> tuple[Layers, str, str, dict[str, list[ChoiceShown]]] | str:
            try:
                table = look.table or self._corpus.features.usual
                if not table:
                    return _NOTHING
                on = embedding_layers.ground(self._corpus, table, look.method)
                found = embedding_layers.layers(
                    self._corpus, on, rows if len(rows) < len(self._corpus.samples) else None, look.by,
                    level=level, colours=colours, theme=theme, opinion=opinion, filters=filters,
                )  # fmt: skip
                about = self._corpus.features[table].about.note
                return found, table, about, self._choices(table, opinion)
            except ExplorerError as error:
                return str(error)

        def done(result: tuple[Layers, str, str, dict[str, list[ChoiceShown]]] | str) -> None:
            if ticket != self._ticket:
                return
            if isinstance(result, str):
                self._layers = None
                self.panel.script.trouble(text=result[:600])
                return
            self._layers, self._table, about, choices = result
            now = self._selection.embedding or look
            area = filters.embedding
            mine = area is not None and (area.name, area.method) == (self._table, look.method)
            self.panel.script.state(
                tables=choices["tables"], methods=choices["methods"], colours=choices["colours"], table=self._table,
                method=look.method, by=look.by, home=list(self._layers.ground.home), place=list(now.place) if now.place else None,
                palette=self._layers.palette, key=self._layers.key,
                area=area.outline.tolist() if area is not None and mine else [], chips=chips, count=len(self._layers.shown),
                placed=len(self._layers.ground.rows), total=len(self._corpus.samples), about=about,
            )  # fmt: skip
            self._mark()

        self._jobs.submit(job, done)

    def _choices(self, table: str, opinion: str) -> dict[str, list[ChoiceShown]]:
        features, offers = self._corpus.features, self._corpus.filter_table.offers
        ready = features.maps.methods(features[table])
        off = {
            "suspicion": "" if "suspicion" in offers else "labels are not scored",
            "disagreement": "" if opinion else "no opinion is beside the label",
        }
        return {
            "tables": [_choice(name, name) for name in features],
            "methods": [
                _choice(one, text, "" if one in ready else "not made yet") for one, text in METHODS.items()
            ],
            "colours": [_choice(one, text, off.get(one, "")) for one, text in COLOURS.items()],
        }

    def _opinion(self) -> str:
        name = self._selection.opinion
        return name if name and name in self._corpus.opinions else ""

    def _mark(self) -> None:
        layers, sample_id = self._layers, self._selection.sample_id
        if layers is None:
            return
        place = None
        if sample_id is not None and sample_id in self._corpus:
            (row,) = self._corpus.index.rows([sample_id])
            at = int(np.searchsorted(layers.ground.rows, row))
            if at < len(layers.ground.rows) and layers.ground.rows[at] == row:
                place = layers.ground.places[at].tolist()
        self.panel.script.mark(place=place)

    def _viewed(self, data: dict[str, Any]) -> None:
        """The next picture; the browser asks for one at a time."""
        layers = self._layers
        found = _numbers(data, "x0", "x1", "y0", "y1", "width", "height", "frame")
        if layers is None or found is None:
            return
        x0, x1, y0, y1, width, height, frame = found
        if min(x1 - x0, y1 - y0) * layers.ground.scale < 1 or min(width, height) < 1:
            return
        ticket, box = self._ticket, (x0, x1, y0, y1)
        view = layers.ground.view(box, min(int(width), _MOST_PIXELS), min(int(height), _MOST_PIXELS))

        def done(pixels: np.ndarray) -> None:
            if ticket == self._ticket and self._is_open:
                self.panel.script.picture(
                    frame=int(frame),
                    pixels=pixels.tobytes(),
                    width=view.width,
                    height=view.height,
                    box=list(box),
                )

        self._pictures.submit(lambda: layers.picture(view), done)

    # -- what people do -----------------------------------------------------------------------------------------

    def _close(self) -> None:
        self._selection.embedding = None

    def _choose(self, data: dict[str, Any]) -> None:
        look, name, value = self._selection.embedding, data.get("name"), str(data.get("value", ""))
        if look is None:
            return
        if name == "by" and value in COLOURS:
            self._selection.embedding = replace(look, by=value)
        elif name == "method" and value in METHODS:
            self._selection.embedding = replace(look, method=value, place=None)
        elif name == "table" and value in self._corpus.features:
            self._selection.embedding = EmbeddingLook(table=value, by=look.by)

    def _placed(self, data: dict[str, Any]) -> None:
        look, found = self._selection.embedding, _numbers(data, "x", "y", "width")
        if look is None or found is None:
            return
        try:
            place = embedding_look.checked_place(*found) if found[2] else None
        except InvalidQueryError:
            return
        self._told = replace(look, place=place)
        self._selection.embedding = self._told

    def _tap(self, data: dict[str, Any]) -> None:
        layers, found = self._layers, _numbers(data, "x", "y", "reach")
        if layers is None or found is None:
            return
        width = layers.ground.home[1] - layers.ground.home[0]
        row = layers.nearest(found[0], found[1], min(abs(found[2]), width or 1.0))
        if row is not None:
            self._selection.sample_id = str(self._corpus.samples.index[row])

    def _drawn(self, data: dict[str, Any]) -> None:
        look, layers, table = self._selection.embedding, self._layers, self._table
        xs, ys = data.get("x"), data.get("y")
        if look is None or layers is None or not isinstance(xs, list) or not isinstance(ys, list):
            return

        def job() -> EmbeddingArea | str:
            try:
                return EmbeddingArea.ring(table, look.method, xs, ys)
            except InvalidQueryError as error:
                return f"No area: {error}."

        def done(area: EmbeddingArea | str) -> None:
            if isinstance(area, str):
                self.panel.script.trouble(text=area)
            elif self._layers is not None and self._table == table:
                state = self._selection.map
                state.filters = replace(state.filters, embedding=area)

        self._areas.submit(job, done)

    def _filter(self, data: dict[str, Any]) -> None:
        if self._layers is not None:
            self._selection.map.toggle(data.get("text"), _SETS)

    def _remove(self, data: dict[str, Any]) -> None:
        self._selection.map.remove_chip(data.get("name"))


def _choice(value: str, text: str, off: str = "") -> ChoiceShown:
    return {"value": value, "text": text, "off": off}


def _numbers(data: dict[str, Any], *names: str) -> list[float] | None:
    """Fields of a message as numbers; None where one is none, or no place on any map."""
    try:
        found = [float(data[name]) for name in names]
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return found if all(math.isfinite(one) and abs(one) < _FAR for one in found) else None
