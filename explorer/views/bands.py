"""The Sentinel-2 panel: months in colour, the bands of one month, and spectra."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from explorer.analysis import recipes
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import Painter, make, measure, png
from explorer.analysis.profiles import to_pf
from explorer.analysis.recipes import Recipe
from explorer.analysis.stretch import Choice
from explorer.corpus.corpus import Corpus
from explorer.corpus.cubes import Cube, Listener, Reading
from explorer.errors import ExplorerError
from explorer.products import S2_SR
from explorer.views.parts import Component, Loop, script, source, whole
from explorer.views.selection import Selection, pins


class Grid(Component):
    """The browser's side: two grids of small pictures."""

    _esm = script("bands.js")
    _stylesheets: ClassVar[list[Any]] = [source("bands.css")]


@dataclass(frozen=True, slots=True)
class Pictures:
    """All pictures of one sample: `rgb` a row of months, `grey` a row a month and a column a band; PNG bytes."""

    rgb: bytes | None
    grey: bytes | None
    empty: tuple[str, ...]


def paint(cube: Cube, recipe: Recipe, choice: Choice, grey: bool = True) -> Pictures:
    """Pictures of a cube; holes are transparent. `empty` names `month,band` where nothing was measured at all."""
    rows = cube.there.tolist()
    if not rows:
        return Pictures(None, None, ())
    size, count = S2_SR.size, len(cube.bands)
    colour = make(cube, recipe, choice)
    months = np.zeros((size, size * len(cube.status), 4), np.uint8)
    for i in rows:
        months[:, i * size : (i + 1) * size] = colour.rgba(i)
    if not grey:
        return Pictures(png(months), None, ())
    sheet = np.zeros((size * len(cube.status), size * count, 2), np.uint8)
    empty = []
    for b, name in enumerate(cube.bands):
        painter = Painter(cube, [name], measure(cube, [name]))  # one range a band, over all months
        for i in rows:
            rgba = painter.rgba(i)
            if not rgba[..., 3].any():
                empty.append(f"{i},{b}")
            sheet[i * size : (i + 1) * size, b * size : (b + 1) * size] = rgba[..., [0, 3]]
    return Pictures(png(months), png(sheet), tuple(empty))


class BandsView:
    """Feeds the grids with the selected sample; a click on a picture selects that ground."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: Loop, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self.grid = Grid(loop, bus=bus, sizing_mode="stretch_width")
        self._ticket = 0
        self._reading: Reading | None = None
        self._listener: Listener | None = None
        self.on_cube: list[Callable[[Reading, bool], None]] = []
        self.grid.on = {
            "pick": self._pick,
            "retry": lambda _data: self.open(selection.sample_id),
        }
        selection.param.watch(lambda _e: self._send_pins(), "pixels")
        selection.param.watch(lambda *_e: self._send_pictures(grey=False), ["composite", "stretch"])

    @property
    def reading(self) -> Reading | None:
        """What is shown, or being read."""
        return self._reading

    def open(self, sample_id: str | None) -> None:
        """Show a sample's mosaics as soon as they are read."""
        self.close()
        problem = None
        if sample_id is not None:
            try:
                self._reading = self._corpus.read(sample_id, S2_SR)
            except ExplorerError as error:
                problem = str(error)
        bands = [{"name": b.name, "title": b.title, "wavelength": b.wavelength} for b in S2_SR.bands]
        self.grid.send("open", ticket=self._ticket, sample=sample_id, bands=bands)
        self._send_pins()
        if problem:
            self.grid.send("error", ticket=self._ticket, text=problem)
        elif self._reading is not None:
            self._listen(self._ticket, self._reading)

    def close(self) -> None:
        """Let go of the reading; what is under way is dropped when it comes."""
        self._ticket += 1
        if self._reading is not None:
            if self._listener is not None:  # or the cube, which is kept for others, would keep this page
                self._reading.unsubscribe(self._listener)
            self._reading.release()
        self._reading = self._listener = None

    def _listen(self, ticket: int, reading: Reading) -> None:
        told = False

        def settled(_reading: Reading, _index: int) -> None:
            nonlocal told
            if reading.finished and not told:
                told = True
                self._loop.call(lambda: self._finished(ticket, reading))

        self._listener = settled
        reading.subscribe(settled)
        if reading.finished:
            settled(reading, -1)

    def _finished(self, ticket: int, reading: Reading) -> None:
        if ticket != self._ticket:
            return
        if reading.error is not None:
            self.grid.send("error", ticket=ticket, text=str(reading.error))
            return
        self._send_pictures()
        for listener in self.on_cube:
            listener(reading, True)

    def _send_pictures(self, grey: bool = True) -> None:
        reading, ticket = self._reading, self._ticket
        if reading is None or not reading.complete:
            return
        asked = (self._selection.composite, self._selection.stretch)
        recipe, choice = _twin(asked[0]), stretches.parse(asked[1])

        def done(pictures: Pictures) -> None:
            if ticket != self._ticket or asked != (self._selection.composite, self._selection.stretch):
                return
            self._empty = pictures.empty if grey else self._empty
            self.grid.send(
                "pictures",
                ticket=ticket,
                sample=reading.cube.cell.sample_id,
                status=reading.cube.status.tolist(),
                reasons={str(i): why for i, why in reading.cube.reasons.items()},
                rgb=pictures.rgb,
                grey=pictures.grey,
                empty=list(self._empty),
            )

        self._loop.work(lambda: paint(reading.cube, recipe, choice, grey), done)

    _empty: tuple[str, ...] = ()

    def _send_pins(self) -> None:
        self.grid.send("pins", pins=pins(self._selection.pixels, self._selection.names))

    def _pick(self, data: dict[str, Any]) -> None:
        row, col = whole(data, "row", S2_SR.size), whole(data, "col", S2_SR.size)
        if row is not None and col is not None:
            self._selection.pin(to_pf(row, col), add=bool(data.get("add")))


def _twin(composite: str) -> Recipe:
    """What Sentinel-2 shows beside Planet Fusion: the same, or true colour where it cannot."""
    try:
        return recipes.parse(composite, S2_SR.id)
    except ExplorerError:
        return recipes.parse("true", S2_SR.id)
