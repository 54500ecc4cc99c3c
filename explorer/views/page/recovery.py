"""Panels that a failing corpus left empty fill again once it answers, without anybody's doing."""

from __future__ import annotations

from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.reading import Reading
from explorer.views.animation.animation import AnimationView
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection
from explorer.views.map.map import MapView
from explorer.views.sentinel2.bands import BandsView
from explorer.views.sentinel2.spectrum import SpectrumView


class Recovery:
    """Opens again what failed, for one page, each time the corpus has come back."""

    def __init__(
        self, corpus: Corpus, selection: Selection, loop: SessionScheduler, animation: AnimationView, bands: BandsView,
        map_view: MapView, spectrum: SpectrumView,
    ) -> None:  # fmt: skip
        self._selection, self._loop = selection, loop
        self._animation, self._bands, self._map, self._spectrum = animation, bands, map_view, spectrum
        corpus.watch.listen(self._came_back)

    def _came_back(self) -> None:
        """In the watch's thread."""
        self._loop.call(self._open_again)

    def _open_again(self) -> None:
        self._map.retry_failed_chips()
        self._spectrum.once_more()
        sample_id = self._selection.sample_id
        if sample_id is None:
            return
        if _failed(self._animation.reading):
            self._animation.open(sample_id, stay=True)  # the date that is asked for has not changed
        else:
            self._animation.overlays.again()
        if _failed(self._bands.reading):
            self._bands.open(sample_id)


def _failed(reading: Reading | None) -> bool:
    """Whether it may be better by now: the store failed, or the files of some dates could not be had."""
    return reading is not None and (reading.error is not None or (reading.finished and bool(reading.unread)))
