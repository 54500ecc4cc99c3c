"""The Planet Fusion panel: frames go to the browser once, and play there."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import param

from explorer.analysis import render_spec
from explorer.analysis import stretch as stretches
from explorer.analysis.picture_view import PictureView, view_of
from explorer.analysis.playback import Playback, playback_of
from explorer.analysis.quality import filled_share
from explorer.analysis.telling_date import telling_date
from explorer.core.errors import ExplorerError
from explorer.core.products import PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Reading, Status
from explorer.corpus.query import cover_change
from explorer.corpus.query.cover_change import CoverChange
from explorer.views.animation.feed import Batch, FrameFeed
from explorer.views.animation.land_cover import LandCover
from explorer.views.animation.messages import FromPlayer, ToPlayer
from explorer.views.animation.overlays import Overlays
from explorer.views.common.components import Component, SessionScheduler, bounded_int, source
from explorer.views.common.picture_marks import PictureMarks
from explorer.views.common.pixel_text import bands_text
from explorer.views.common.selection import MAX_TEXT, Selection, drawn, pins

_REST = 0.25
"""Seconds that the browser has to decode the frames before the quality layers are read."""
_AHEAD = 0.5
"""Seconds of quiet before the next sample is read ahead."""
_SLOW = 0.3
"""A cube that takes longer to read (seconds) has its profile drawn from a quarter of its dates meanwhile."""


class Player(Component):
    """The browser's side of the panel."""

    _stylesheets: ClassVar[list[Any]] = [source("combobox.css"), source("stage.css"), source("animation.css")]
    script = ToPlayer()
    from_script = FromPlayer


class AnimationView:
    """Feeds the player with the selected sample and turns what people do in it into selection."""

    def __init__(self, corpus: Corpus, selection: Selection, loop: SessionScheduler, bus: str) -> None:
        self._corpus, self._selection, self._loop = corpus, selection, loop
        self._session = selection.session
        self.player = Player(loop, bus=bus, sizing_mode="stretch_both", min_height=0)
        self._stay = False
        self._seen = PictureView()
        """How the browser looks at the picture, as far as is known here."""
        self._played = Playback()
        """How it plays, as far as is known here."""
        self._ticket = 0
        self._paint_version = 0
        self._reading: Reading | None = None
        self._feed: FrameFeed | None = None
        self._opened, self._drawn_early = 0.0, False
        self.player.on = {
            "date": self._date,
            "again": lambda _data: self._draw_again(),
            "shown": self._is_seen,
            "composite": lambda data: self._set_look(composite=data.get("value")),
            "stretch": lambda data: self._set_look(stretch=data.get("value")),
            "ready": lambda _data: self._send_menus(),
            "retry": lambda _data: self.open(selection.sample_id),
            "clear": lambda _data: selection.keep_last_pixel(),
            "under": self._under,
            "view": self._looked_at,
            "playback": self._plays,
            "telling": self._telling,
        }
        self.overlays = Overlays(corpus, selection, loop, self.player.script)
        self._land_cover = LandCover(corpus, selection, loop, self.player.script)
        self._marks = PictureMarks(selection, self._send_regions)
        self.player.on["ground"] = lambda data: setattr(selection, "ground_marks", bool(data.get("shown")))
        self.player.on |= self.overlays.on | self._land_cover.on | self._marks.on
        selection.param.watch(lambda *_e: self._send_pins(), ["pixels", "names"])
        selection.param.watch(lambda *_e: self._send_regions(), "regions")
        selection.param.watch(lambda *_e: self._send_ground(), "ground_marks")
        self._session.param.watch(lambda _e: self._send_ground(), "ground")
        selection.param.watch(lambda *_e: self._start_feed(), ["composite", "stretch"])
        selection.param.watch(self._sentinel_changed, "sentinel")
        self._session.listen("sentinel_read", self._other_came)
        self._session.param.watch(lambda _e: self._send_lost(), "labels_hidden")

    @property
    def reading(self) -> Reading | None:
        """What is shown, or being read."""
        return self._reading

    def open(self, sample_id: str | None, *, stay: bool = False) -> None:
        """Show a sample: its wanted date first, then the rest as they come.

        Where the sample lacks that date, the animation moves to the nearest, unless it is to `stay` (a link asked).
        """
        self._stay = stay
        self._seen = replace(self._seen, scale=1.0, row=0.0, col=0.0, layer="")
        self._played = replace(self._played, motion="")
        self._let_go()
        self._ticket += 1
        self._paint_version = 0
        self._opened, self._drawn_early = time.monotonic(), False
        first = self._selection.date_index
        problem, bounds, corners = None, None, None
        if sample_id is not None:
            try:
                cell = self._corpus.cell(sample_id)
                bounds, corners = cell.bounds, cell.corners
                self._reading = self._session.planet = self._corpus.read(sample_id, PF_SR, first)
            except ExplorerError as error:
                problem = str(error)
        self.player.script.open(
            ticket=self._ticket,
            sample=sample_id,
            dates=list(PF_SR.date_keys) if self._reading is not None else [],
            index=first,
            bounds=bounds,
            corners=corners,
            credit=self._corpus.attribution(PF_SR.id),
        )
        self._send_pins()
        self._send_regions()
        self._land_cover.open(sample_id)
        self._send_ground()
        if problem:
            self.player.script.error(ticket=self._ticket, text=problem)
        self._start_feed()
        self._send_lost()

    def _send_lost(self) -> None:
        """Mark the date since which cover is lost; nothing while a review is blind, since it speaks of the label."""
        sample_id, ticket = self._selection.sample_id, self._ticket
        if self._reading is None or sample_id is None or self._corpus.extras is None:
            return

        def done(found: CoverChange | None) -> None:
            if ticket != self._ticket:
                return
            index, text = -1, ""
            if found is not None and found.probable and not self._session.labels_hidden:
                text = found.text
                if found.seen is not None:
                    index = PF_SR.dates.index(PF_SR.nearest(found.seen))
            self.player.script.lost(ticket=ticket, index=index, text=text)

        self._loop.work(lambda: cover_change.of_sample(self._corpus, sample_id), done)

    def _other_came(self) -> None:
        """The other sensor's cube has been read, or shows something else: paint anew where both share a stretch."""
        recipe = render_spec.parse(self._selection.composite, PF_SR.id)
        if stretches.is_shared(recipe, stretches.parse(self._selection.stretch)):
            self._start_feed()

    def _sentinel_changed(self, event: param.parameterized.Event) -> None:
        if event.old.composite != event.new.composite:
            self._other_came()

    def seek(self, index: int) -> None:
        """Show another date of the same sample."""
        self.player.script.seek(ticket=self._ticket, index=index)

    def show_view(self) -> None:
        """Look at the picture as the selection says: two dates, zoom, quality layer. After the sample was opened, which shows the whole."""
        view = self._selection.view
        if view == self._seen:
            return
        self._seen = view
        other = PF_SR.dates.index(view.other) if view.other else -1
        self.player.script.view(
            mode=view.mode,
            other=other,
            scale=view.scale,
            row=view.row,
            col=view.col,
            layer=view.layer,
            split=view.split,
        )

    def show_playback(self) -> None:
        """Play, or hold, as the selection says. After the sample was opened, which holds."""
        wanted = self._selection.playback
        if wanted == self._played:
            return
        self._played = wanted
        first, last = wanted.indices
        self.player.script.playback(
            first=first, last=last, speed=wanted.speed, loop=wanted.loop, running=wanted.motion == "run"
        )

    def close(self) -> None:
        """Let go of the reading; nothing is sent any more."""
        self._ticket += 1
        self._land_cover.close()
        self._let_go()

    def _draw_again(self) -> None:
        self._send_menus()
        self.open(self._selection.sample_id, stay=True)

    def _send_menus(self) -> None:
        self.player.script.menu(groups=render_spec.menu(PF_SR.id))
        self._land_cover.offer()

    def _let_go(self) -> None:
        self.overlays.close()
        if self._feed is not None:
            self._feed.close()
        if self._reading is not None:
            self._reading.release()
        self._feed = self._reading = self._session.planet = None
        self._session.planet_settled = False

    def _start_feed(self) -> None:
        recipe = render_spec.parse(self._selection.composite, PF_SR.id)
        choice = stretches.parse(self._selection.stretch)
        self.player.script.look(
            composite=recipe.text, mode=choice.mode, low=choice.low, high=choice.high, gamma=choice.gamma, same=choice.same
        )  # fmt: skip
        self.player.script.legend(ticket=self._ticket, legend=None)
        if self._reading is None:
            return
        if self._feed is not None:
            self._feed.close()
        self._paint_version += 10  # leaves room for the repaint of an early first picture
        ticket, reading = self._ticket, self._reading

        def emit(batch: Batch) -> None:
            self._loop.call(lambda: self._send(ticket, reading, batch))

        self._feed = FrameFeed(
            reading, recipe, choice, self._selection.date_index, self._paint_version, emit, self._loop.jobs,
            self._shared_sentinel() if stretches.is_shared(recipe, choice) else None,
        )  # fmt: skip

    def _shared_sentinel(self) -> Cube | None:
        """Sentinel-2's cube for a stretch that both sensors share: once it is whole, while its panel shows what Planet shows."""
        return None if self._selection.sentinel.composite else self._session.whole_sentinel

    def _send(self, ticket: int, reading: Reading, batch: Batch) -> None:
        if ticket != self._ticket:
            return  # the selection has moved on
        if batch.indices:
            self.player.script.frames(
                ticket=ticket,
                paint=batch.paint,
                indices=list(batch.indices),
                sizes=[len(image) for image in batch.images],
                bytes=b"".join(batch.images),
            )
        if batch.legend is not None:
            self.player.script.legend(ticket=ticket, legend=batch.legend)
        if batch.error:
            self.player.script.error(ticket=ticket, text=batch.error)
            return
        self.player.script.status(
            ticket=ticket,
            status=batch.status,
            reasons={str(i): why for i, why in batch.reasons.items()},
            done=batch.done,
            total=batch.total,
            settled=batch.settled,
        )
        if batch.settled:
            self._loop.after(_REST, lambda: self._read_quality(ticket, reading))
            self._move_to_a_date_that_is_there(reading)
            self._loop.after(_AHEAD, lambda: self._rest(reading))
        self._session.planet_settled = batch.settled
        # While a cube fills slowly, the profile is drawn once with its coarse dates, and again when it is whole.
        slow = time.monotonic() - self._opened > _SLOW
        early = slow and not self._drawn_early and reading.done >= reading.total // 4
        if batch.settled or early:
            self._drawn_early = True
            self._session.planet_drawable = True
        self._session.planet_sent = True

    def _rest(self, reading: Reading) -> None:
        if reading is self._reading:
            self._session.at_rest = True

    def _is_seen(self, data: dict[str, Any]) -> None:
        if data.get("ticket") == self._ticket:
            self._session.first_picture = True

    def _read_quality(self, ticket: int, reading: Reading) -> None:
        if ticket == self._ticket:
            self.overlays.open(ticket, reading.cube)

    def _move_to_a_date_that_is_there(self, reading: Reading) -> None:
        there, index = reading.cube.there, self._selection.date_index
        if self._stay or not len(there) or reading.cube.status[index] == Status.THERE:
            return
        nearest = int(there[np.abs(there - index).argmin()])
        self.player.script.seek(ticket=self._ticket, index=nearest)

    def _send_pins(self) -> None:
        self.player.script.pins(pins=pins(self._selection.pixels, self._selection.names))

    def _send_ground(self) -> None:
        found = self._session.ground
        own = found is not None and found.sample_id == self._selection.sample_id
        self.player.script.ground(
            shown=self._selection.ground_marks, marks=list(found.marks) if found is not None and own else []
        )

    def _send_regions(self, problem: str = "") -> None:
        if not self._marks.dragged:  # the browser is ahead
            self.player.script.regions(regions=drawn(self._selection.regions), problem=problem)

    def _date(self, data: dict[str, Any]) -> None:
        index = bounded_int(data, "index", len(PF_SR.dates))
        if data.get("ticket") == self._ticket and index is not None:
            self._session.date_chosen = bool(data.get("chosen", True))
            self._selection.date = PF_SR.dates[index]
            self._session.date_chosen = True
            if data.get("settled"):
                self._selection.param.trigger("settled")

    def _looked_at(self, data: dict[str, Any]) -> None:
        """Note how the picture is looked at: a link, and the evidence of a verdict, show it so again."""
        other = bounded_int(data, "other", len(PF_SR.dates))
        self._seen = self._selection.view = view_of(
            data.get("mode"), None if other is None else PF_SR.dates[other],
            data.get("scale"), data.get("row"), data.get("col"), data.get("layer"),
            data.get("split", 0.5),
        )  # fmt: skip

    def _plays(self, data: dict[str, Any]) -> None:
        """Note what plays and how: a link, and a story's view, play it so again."""
        motion = "run" if data.get("running") is True else ""
        self._played = self._selection.playback = playback_of(
            motion, data.get("first"), data.get("last"), data.get("speed"), data.get("loop")
        )

    def _under(self, data: dict[str, Any]) -> None:
        """Tell the reflectance under the pointer: the picture in the browser is stretched and compressed."""
        row, col = bounded_int(data, "row", PF_SR.size), bounded_int(data, "col", PF_SR.size)
        index, reading = bounded_int(data, "index", len(PF_SR.dates)), self._reading
        if reading is None or data.get("ticket") != self._ticket:
            return
        if row is None or col is None or index is None:
            return
        text = bands_text(reading.cube, index, row, col)
        if text:
            self.player.script.under(row=row, col=col, index=index, text=text)

    def _telling(self, data: dict[str, Any]) -> None:
        """Tell at which date most can be told apart, of the whole cube and what its quality layers say so far."""
        ticket, cube, quality = self._ticket, self._session.whole_planet, self._session.quality
        if data.get("ticket") != ticket or cube is None:
            return

        def done(index: int | None) -> None:
            if ticket == self._ticket:
                self.player.script.telling(ticket=ticket, index=index)

        self._loop.work(
            lambda: telling_date(cube, filled_share(quality) if quality is not None else None), done
        )

    def _set_look(self, composite: Any = None, stretch: Any = None) -> None:
        """Take a composite or stretch that somebody chose or typed, or say what is wrong with it."""
        try:
            if composite is not None:
                self._selection.composite = render_spec.parse(str(composite)[:MAX_TEXT], PF_SR.id).text
            if stretch is not None:
                self._selection.stretch = str(stretches.parse(str(stretch)[:MAX_TEXT]))
        except ExplorerError as error:
            self.player.script.look(problem=str(error))
