"""What lies over the animation's pictures: quality layers by their own names, and the change between two dates."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.analysis import render_spec
from explorer.analysis.composite import Legend, png
from explorer.analysis.difference import Difference, difference
from explorer.analysis.quality import QualityPainter, filled_share, layer_means
from explorer.core.errors import ExplorerError
from explorer.core.products import PF_QA, PF_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.imagery.cube_cache import Cube, Listener, Reading
from explorer.views.animation.messages import ToPlayer
from explorer.views.common.components import SessionScheduler
from explorer.views.common.selection import Selection


class Overlays:
    """Reads the quality layers of the shown sample when nothing else is to be read, and paints what is asked for."""

    def __init__(
        self, corpus: Corpus, selection: Selection, loop: SessionScheduler, script: ToPlayer
    ) -> None:
        self._corpus, self._selection, self._loop, self._script = corpus, selection, loop, script
        self._ticket = 0
        self._quality: Reading | None = None
        self._listener: Listener | None = None
        self._shown: Cube | None = None
        self.on = {"overlay": self._overlay, "difference": self._difference}
        """What the script asks for here."""

    def open(self, ticket: int, shown: Cube) -> None:
        """A sample's frames are all there: now its quality layers, which many samples do not have."""
        self.close()
        self._ticket, self._shown = ticket, shown
        reading = self._corpus.prefetch(shown.cell.sample_id, PF_QA)
        self._quality = reading
        self._listener = reading.when_finished(lambda: self._loop.call(lambda: self._came(ticket, reading)))

    def again(self) -> None:
        """Read the quality layers again, if that failed."""
        reading = self._quality
        if reading is not None and (reading.error is not None or reading.unread) and self._shown is not None:
            self.open(self._ticket, self._shown)

    def close(self) -> None:
        """Let go of what is read."""
        self._ticket = -1
        if self._quality is not None:
            if self._listener is not None:
                self._quality.unsubscribe(self._listener)  # others share the reading, and keep it
            self._quality.release()
        self._quality = self._shown = self._listener = self._selection.session.quality = None

    def _came(self, ticket: int, reading: Reading) -> None:
        if ticket != self._ticket:
            return
        if reading.error is not None:
            self._script.quality(ticket=ticket, layers=[], gaps=None, means={}, problem=str(reading.error))
            return
        cube = reading.cube
        self._selection.session.quality = cube

        def done(found: tuple[np.ndarray, dict[str, np.ndarray]]) -> None:
            if ticket == self._ticket:
                gaps = _rounded(found[0])
                self._script.quality(
                    ticket=ticket,
                    layers=list(cube.bands),
                    gaps=gaps if any(v is not None for v in gaps) else None,
                    means={name: _rounded(values) for name, values in found[1].items()},
                )

        self._loop.work(lambda: (filled_share(cube), layer_means(cube)), done)

    def _overlay(self, data: dict[str, Any]) -> None:
        """Paint one layer of all dates: masks are small, and play with the frames."""
        ticket, reading, layer = self._ticket, self._quality, data.get("value")
        if data.get("ticket") != ticket or reading is None or layer not in reading.cube.bands:
            return

        def job() -> tuple[list[int], list[bytes], Legend]:
            painter = QualityPainter(reading.cube, layer)
            rows = reading.cube.there.tolist()
            return rows, [png(painter.rgba(i)) for i in rows], painter.legend

        def done(result: tuple[list[int], list[bytes], Legend]) -> None:
            rows, images, legend = result
            if ticket == self._ticket:
                self._script.overlays(
                    ticket=ticket, layer=layer, indices=rows, sizes=[len(i) for i in images],
                    bytes=b"".join(images), legend=legend,
                )  # fmt: skip

        self._loop.work(job, done)

    def _difference(self, data: dict[str, Any]) -> None:
        ticket, cube = self._ticket, self._shown
        first, second = data.get("first"), data.get("second")
        if data.get("ticket") != ticket or cube is None:
            return
        if not isinstance(first, int) or not isinstance(second, int):
            return
        recipe = render_spec.parse(self._selection.composite, PF_SR.id)

        def job() -> tuple[Difference, bytes] | ExplorerError:
            try:
                found = difference(cube, recipe, first, second)
            except ExplorerError as error:
                return error
            return found, png(found.rgba)

        def done(result: tuple[Difference, bytes] | ExplorerError) -> None:
            if ticket != self._ticket:
                return
            if isinstance(result, ExplorerError):
                self._script.difference(ticket=ticket, first=first, second=second, problem=str(result))
                return
            found, image = result
            self._script.difference(
                ticket=ticket,
                first=first,
                second=second,
                image=image,
                legend=found.legend,
            )

        self._loop.work(job, done)


def _rounded(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 3) for v in values]
