"""The map of land cover that lies over a sample's pictures: read in a thread, sent to the player, which gives it to Sentinel-2's panel too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.core.errors import ExplorerError
from explorer.corpus.corpus import Corpus
from explorer.opinions import overlay_look
from explorer.opinions.overlay_look import OverlayLook
from explorer.opinions.overlays import Cover, Overlay
from explorer.views.animation.messages import ToPlayer
from explorer.views.common.components import FAILED, SessionScheduler, bounded_int
from explorer.views.common.selection import Selection

HIDDEN = "Hidden: the review is blind, and this map has the label's classes"
_READERS = ThreadPoolExecutor(2, thread_name_prefix="explorer-land-cover")
"""Apart from the views' own: a raster that is slow to read keeps nobody else waiting."""


@dataclass(frozen=True)
class _Found:
    """What a thread found: a map and what it says of the sample, or what is to be said instead."""

    overlay: Overlay | None = None
    cover: Cover | None = None
    text: str = ""


class LandCover:
    """Shows the map that the selection names over the sample that is open."""

    def __init__(
        self, corpus: Corpus, selection: Selection, loop: SessionScheduler, script: ToPlayer
    ) -> None:
        self._corpus, self._selection, self._loop, self._script = corpus, selection, loop, script
        self._sample_id: str | None = None
        self._ticket = 0
        self._known = OverlayLook()
        """What the browser shows, as far as is known here."""
        self.on = {"land_cover": self._choose}
        selection.param.watch(lambda _e: self._changed(), "overlay")
        selection.session.param.watch(lambda _e: self._show(), "labels_hidden")

    def offer(self) -> None:
        """Tell the browser which maps there are."""

        def done(names: list[str]) -> None:
            self._script.land_covers(names=names)

        self._loop.work(lambda: list(self._corpus.overlays), done, workers=_READERS)

    def open(self, sample_id: str | None) -> None:
        """Another sample."""
        self._sample_id = sample_id
        self._show()

    def close(self) -> None:
        """What is being read is dropped when it comes."""
        self._ticket += 1

    def _choose(self, data: dict[str, Any]) -> None:
        name, opacity = str(data.get("name") or ""), bounded_int(data, "opacity", 101)
        try:
            look = overlay_look.parse(name)
        except ExplorerError:  # nothing that a list offers
            return
        look = OverlayLook(look.name, overlay_look.OPACITY if opacity is None else opacity)
        only_fades = look.name == self._known.name
        self._known = look if only_fades else self._known
        self._selection.overlay = look

    def _changed(self) -> None:
        if self._selection.overlay != self._known:
            self._show()

    def _show(self) -> None:
        """Read what is to be shown; until it is there, nothing is, and that is said."""
        self._ticket += 1
        ticket, sample_id, look = self._ticket, self._sample_id, self._selection.overlay
        before, self._known = self._known, look
        if not look.name or sample_id is None:
            if before.name:
                self._send(_Found())
            return
        hidden = self._selection.session.labels_hidden
        self._send(_Found(text="reading …"))

        def read() -> _Found | None:
            if ticket != self._ticket:
                return None
            try:
                overlay = self._corpus.overlays[look.name]
                if hidden and overlay.tells_label:
                    return _Found(text=HIDDEN)
                return _Found(overlay, overlay.cover(self._corpus.cell(sample_id)))
            except ExplorerError as error:
                return _Found(text=str(error))

        def done(found: _Found | None) -> None:
            if found is not None and ticket == self._ticket:
                self._send(found)

        def failed() -> None:
            if ticket == self._ticket:
                self._send(_Found(text=FAILED))

        self._loop.work(read, done, failed, workers=_READERS)

    def _send(self, found: _Found) -> None:
        look = self._selection.overlay
        cover = found.cover
        self._script.land_cover(
            name=look.name,
            opacity=look.opacity,
            title="" if found.overlay is None else found.overlay.legend.title,
            credit="" if found.overlay is None else found.overlay.credit,
            classes=[]
            if cover is None
            else [{"title": c.title, "colour": c.colour, "share": round(c.share, 5)} for c in cover.classes],
            missing=0.0 if cover is None else round(cover.missing, 5),
            pixels=b"" if cover is None else cover.pixels.astype(np.dtype("<u2")).tobytes(),
            problem=found.text,
        )
