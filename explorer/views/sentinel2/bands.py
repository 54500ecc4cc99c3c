"""The Sentinel-2 panel: months in colour, and the bands of one month or the months of one band."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from explorer.analysis import render_spec
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import Legend, Painter, legend, make, measure, png
from explorer.analysis.profiles import to_s2
from explorer.analysis.render_spec import Recipe
from explorer.analysis.stretch import StretchSpec
from explorer.core.errors import ExplorerError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Listener, Reading
from explorer.views.common import sentinel_look
from explorer.views.common.components import RETRY_HINT, Component, SessionScheduler, bounded_int, source
from explorer.views.common.picture_marks import PictureMarks
from explorer.views.common.pixel_text import bands_text, recipe_text
from explorer.views.common.selection import MAX_TEXT, Selection, drawn, pins
from explorer.views.common.sentinel_look import LargePicture, SentinelLook, large_of
from explorer.views.sentinel2.messages import BandShown, FromGrid, ToGrid


class Grid(Component):
    """The browser's side: two grids of small pictures, or one of them large."""

    _stylesheets: ClassVar[list[Any]] = [source("combobox.css"), source("stage.css"), source("bands.css")]
    script = ToGrid()
    from_script = FromGrid


@dataclass(frozen=True, slots=True)
class Pictures:
    """All pictures of one sample: `rgb` a row of months, `grey` a row a month and a column a band; PNG bytes.

    `empty` names `month,band` where nothing was measured at all; `legend` is of `rgb`, None for a composite.
    """

    rgb: bytes | None
    grey: bytes | None
    empty: tuple[str, ...]
    legend: Legend | None = None


def paint(
    cube: Cube, recipe: Recipe, choice: StretchSpec, grey: bool = True, other: Cube | None = None
) -> Pictures:
    """Pictures of a cube; holes are transparent. `other` is Planet Fusion's cube, for one stretch for both."""
    rows = cube.there.tolist()
    if not rows:
        return Pictures(None, None, ())
    size, count = S2_SR.size, len(cube.bands)
    stretch = stretches.choose_together(cube, recipe, choice, other)
    key = legend(recipe, stretch)
    colour = make(cube, recipe, choice, stretch)
    months = np.zeros((size, size * len(cube.status), 4), np.uint8)
    for i in rows:
        months[:, i * size : (i + 1) * size] = colour.rgba(i)
    if not grey:
        return Pictures(png(months), None, (), key)
    sheet = np.zeros((size * len(cube.status), size * count, 2), np.uint8)
    empty = []
    for b, name in enumerate(cube.bands):
        painter = Painter(cube, [name], measure(cube, [name]))  # one range a band, over all months
        for i in rows:
            rgba = painter.rgba(i)
            if not rgba[..., 3].any():
                empty.append(f"{i},{b}")
            sheet[i * size : (i + 1) * size, b * size : (b + 1) * size] = rgba[..., [0, 3]]
    return Pictures(png(months), png(sheet), tuple(empty), key)


class BandsView:
    """Feeds the grids, and the picture that is large, with the selected sample."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = selection.session
        self.grid = Grid(loop, bus=bus, sizing_mode="stretch_width")
        self._ticket = 0
        self._reading: Reading | None = None
        self._listener: Listener | None = None
        self._empty: tuple[str, ...] = ()
        self._marks = PictureMarks(selection, self._send_regions)
        self._large_seen: LargePicture | None = None
        """What the browser shows large, as far as is known here."""
        self.grid.on = self._marks.on | {
            "look": self._set_look,
            "large": self._set_large,
            "under": self._under,
            "ready": lambda _data: self._send_menu(),
            "retry": lambda _data: self.open(selection.sample_id),
            "again": lambda _data: self.open(selection.sample_id),
        }
        self._shown = self._asked
        selection.param.watch(lambda *_e: self._send_pins(), ["pixels", "names"])
        selection.param.watch(lambda *_e: self._send_regions(), "regions")
        selection.param.watch(lambda *_e: self._look_changed(), ["composite", "stretch", "sentinel"])
        self._session.listen("planet_drawable", self._planet_came)

    @property
    def reading(self) -> Reading | None:
        """What is shown, or being read."""
        return self._reading

    def _planet_came(self) -> None:
        """Once Planet Fusion's cube has been read: paint anew where both share a stretch."""
        choice = stretches.parse(self._selection.stretch)
        if self._session.planet_settled and stretches.is_shared(_recipe(*self._asked[::2])[0], choice):
            self._send_pictures(grey=False)

    def open(self, sample_id: str | None) -> None:
        """Show a sample's mosaics as soon as they are read."""
        self.close()
        problem, bounds, corners = None, None, None
        if sample_id is not None:
            try:
                cell = self._corpus.cell(sample_id)
                bounds, corners = cell.bounds, cell.corners
                self._reading = self._session.sentinel = self._corpus.read(sample_id, S2_SR)
            except ExplorerError as error:
                problem = str(error)
        bands: list[BandShown] = [
            {"name": b.name, "title": b.title, "wavelength": b.wavelength} for b in S2_SR.bands
        ]
        self.grid.script.open(
            ticket=self._ticket,
            sample=sample_id,
            bands=bands,
            bounds=bounds,
            corners=corners,
            credit=self._corpus.attribution(S2_SR.id),
            planet_credit=self._corpus.attribution(PF_SR.id),
        )
        self._send_look()
        self._send_pins()
        self._send_regions()
        if problem:
            self.grid.script.error(ticket=self._ticket, text=problem)
        elif self._reading is not None:
            ticket, reading = self._ticket, self._reading
            self._listener = reading.when_finished(
                lambda: self._loop.call(lambda: self._finished(ticket, reading))
            )

    def close(self) -> None:
        """Let go of the reading; what is under way is dropped when it comes."""
        self._ticket += 1
        if self._reading is not None:
            if self._listener is not None:  # or the cube, which is kept for others, would keep this page
                self._reading.unsubscribe(self._listener)
            self._reading.release()
        self._reading = self._listener = self._session.sentinel = None

    def _finished(self, ticket: int, reading: Reading) -> None:
        if ticket != self._ticket:
            return
        if reading.error is not None:
            self.grid.script.error(ticket=ticket, text=f"{reading.error}. {RETRY_HINT}")
            return
        self._send_pictures()
        self._session.sentinel_read = True

    @property
    def _asked(self) -> tuple[str, str, str]:
        return self._selection.composite, self._selection.stretch, self._selection.sentinel.composite

    def _look_changed(self) -> None:
        self._send_look()
        self._send_large()
        if self._asked != self._shown:
            self._send_pictures(grey=False)

    def _send_pictures(self, grey: bool = True) -> None:
        self._shown = asked = self._asked
        reading, ticket = self._reading, self._ticket
        if reading is None or not reading.complete:
            return
        (recipe, _), choice = _recipe(*asked[::2]), stretches.parse(asked[1])
        other = self._session.whole_planet if choice.same and not asked[2] else None

        def done(pictures: Pictures) -> None:
            if ticket != self._ticket or asked != self._asked:
                return
            self._empty = pictures.empty if grey else self._empty
            self.grid.script.pictures(
                ticket=ticket,
                sample=reading.cube.cell.sample_id,
                status=reading.cube.status.tolist(),
                reasons={str(i): why for i, why in reading.cube.reasons.items()},
                rgb=pictures.rgb,
                grey=pictures.grey,
                empty=list(self._empty),
                legend=pictures.legend,
            )

        self._loop.work(lambda: paint(reading.cube, recipe, choice, grey, other), done)

    def _send_menu(self) -> None:
        self.grid.script.menu(groups=render_spec.menu(S2_SR.id))
        self._send_look()

    def _send_look(self, problem: str = "") -> None:
        look = self._selection.sentinel
        recipe, twin = _recipe(self._selection.composite, look.composite)
        self.grid.script.look(
            composite=look.composite, title=recipe.title, twin=twin, by=look.by, band=look.band, room=look.room,
            problem=problem,
        )  # fmt: skip

    def _set_look(self, data: dict[str, Any]) -> None:
        """Take what somebody chose of the panel, each a word as in a link, or say what is wrong with it."""
        look = self._selection.sentinel
        for key in ("composite", "by", "band", "room"):
            word = data.get(key)
            if not isinstance(word, str):
                continue
            try:
                given = sentinel_look.parse(word[:MAX_TEXT])
            except ExplorerError as error:
                self._send_look(str(error))
                return
            if given in (SentinelLook(), replace(SentinelLook(), **{key: getattr(given, key)})):
                look = replace(look, **{key: getattr(given, key)})
        self._selection.sentinel = look

    def _send_large(self) -> None:
        """Show large what the selection says, unless the browser said so itself: it may be further by now."""
        large = self._selection.sentinel.large
        if large == self._large_seen:
            return
        self._large_seen = large
        shown = large or LargePicture()
        self.grid.script.large(
            mode=shown.mode if large else "", month=shown.month, band=shown.band,
            scale=shown.scale, row=shown.row, col=shown.col,
        )  # fmt: skip

    def _set_large(self, data: dict[str, Any]) -> None:
        """Note which picture is large and how it is looked at: a link shows it so again."""
        large = self._large_seen = large_of(
            *(data.get(key) for key in ("mode", "month", "band", "scale", "row", "col"))
        )
        self._selection.sentinel = replace(self._selection.sentinel, large=large)

    def _send_pins(self) -> None:
        self.grid.script.pins(pins=pins(self._selection.pixels, self._selection.names))

    def _send_regions(self, problem: str = "") -> None:
        if not self._marks.dragged:  # the browser is ahead
            self.grid.script.regions(regions=drawn(self._selection.regions), problem=problem)

    def _under(self, data: dict[str, Any]) -> None:
        """Tell what is measured under the pointer, in the large picture or in Planet Fusion's that it is compared with."""
        of, planet = data.get("of"), data.get("of") == "planet"
        index = bounded_int(data, "index", len((PF_SR if planet else S2_SR).dates))
        row, col = bounded_int(data, "row", PF_SR.size), bounded_int(data, "col", PF_SR.size)
        reading = self._session.planet if planet else self._reading
        if reading is None or data.get("ticket") != self._ticket:
            return
        if row is None or col is None or index is None or not isinstance(of, str):
            return
        cube = reading.cube
        if planet:
            text = bands_text(cube, index, row, col)
        elif of in cube.bands:
            text = bands_text(cube, index, *to_s2(row, col), [of])
        else:
            recipe, _ = _recipe(self._selection.composite, self._selection.sentinel.composite)
            text = recipe_text(cube, index, *to_s2(row, col), recipe)
        self.grid.script.under(row=row, col=col, index=index, of=of, text=text)


def _recipe(composite: str, own: str) -> tuple[Recipe, bool]:
    """What Sentinel-2 shows: its own, or the same as Planet Fusion; and False where it has no bands for that."""
    try:
        return render_spec.parse(own or composite, S2_SR.id), True
    except ExplorerError:
        return render_spec.parse("true", S2_SR.id), False
