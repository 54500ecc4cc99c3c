"""From a reading to pictures: paints each date as it comes, the wanted one first, in batches, in threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass

from explorer.analysis import stretch as stretches
from explorer.analysis.composite import Legend, Picture, legend, make
from explorer.analysis.render_spec import Recipe
from explorer.analysis.stretch import StretchSpec
from explorer.corpus.imagery.cube_cache import Cube, Reading, Status
from explorer.views.common.components import RETRY_HINT

BATCH = 16
"""Frames a message: few enough to show early, many enough not to flood."""
EVERY = 0.05
"""Seconds between two messages that are not full: a frame a message cost the loop 2 ms and the browser two messages."""
YIELD = 0.02
"""Seconds that the first picture has alone: those who paint the rest would keep the loop from sending it."""
BYTES_A_SAMPLE = 1_450_000
"""What all frames of a sample may take on their way; the more detail a landscape has, the more they are compressed."""
_SHARES = ((85, 1.0), (80, 0.87), (75, 0.77), (70, 0.71), (65, 0.66), (60, 0.61))
"""JPEG qualities, and the bytes that each leaves of the first's (measured on the demo); below the last it is seen."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a feed has to say: painted frames, and how far the reading is. `error` ends a feed;
    `legend` comes once it is known.
    """

    paint: int
    """The version of the painting: of two pictures of a date the higher one counts."""
    indices: tuple[int, ...]
    images: tuple[bytes, ...]
    status: bytes
    reasons: dict[int, str]
    done: int
    total: int
    settled: bool
    error: str | None = None
    legend: Legend | None = None


class FrameFeed:
    """Paints a reading's dates in one composite and hands batches to `emit` (called from worker threads).

    Natural colour is known from the start: each date is painted once, as it comes. Of a stretch that is measured, the
    first picture uses that of what has been read by then; as soon as the dates that it is measured on are settled,
    everything is painted with that (a higher `paint`), so that the end result does not depend on where the viewer began.
    `other` is another sensor's cube, whole, for a choice of one stretch for both.
    """

    def __init__(
        self,
        reading: Reading,
        recipe: Recipe,
        choice: StretchSpec,
        first: int,
        paint: int,
        emit: Callable[[Batch], None],
        workers: Executor,
        other: Cube | None = None,
    ) -> None:
        self._reading, self._first, self._emit, self._workers = reading, first, emit, workers
        self._recipe, self._choice, self._other = recipe, choice, other
        self._legend: Legend | None = None
        self._paint_version = paint
        self._painter: Picture | None = None
        self._final = False
        self._quality: int | None = None
        self._sent = [0, 0]  # frames, bytes
        self._lock = threading.Lock()
        self._todo: dict[int, None] = {}
        self._painted: set[int] = set()
        self._told: set[int] = set()
        self._busy = self._closed = self._ended = False
        self._yields = self._waits = False
        self._next_at = 0.0
        for index in reading.subscribe(self._settled):
            self._todo.setdefault(index)
        self._kick()

    def close(self) -> None:
        """Hear and say no more."""
        self._closed = True
        self._reading.unsubscribe(self._settled)

    def _settled(self, _reading: Reading, index: int) -> None:
        with self._lock:
            if index >= 0 and index not in self._painted:  # a repaint can be ahead of the news
                self._todo.setdefault(index)
        self._kick()

    def _kick(self) -> None:
        with self._lock:
            early = self._early()
            if self._busy or self._closed or (early > 0 and self._waits):
                return
            self._busy, self._waits = early <= 0, early > 0
        if early > 0:  # no thread waits: all visitors share them
            timer = threading.Timer(early, self._waited)
            timer.daemon = True
            timer.start()
        else:
            self._workers.submit(self._work)

    def _waited(self) -> None:
        self._waits = False
        with suppress(RuntimeError):  # the workers have gone home: the server ends
            self._kick()

    def _work(self) -> None:
        try:
            self._say(self._next())
        except Exception as error:  # noqa: BLE001  (whatever goes wrong, the panel says so and the page lives on)
            self._say(self._batch((), (), f"the frames could not be made ({type(error).__name__}: {error})"))
        with self._lock:
            self._busy = False
            more = bool(self._todo) or (self._reading.finished and not self._ended)
        if more:
            self._kick()

    def _early(self) -> float:
        """Seconds until the next message may be made: it is to be full, or others shall have gone first."""
        if self._first in self._todo:
            return 0.0
        full = (self._final and len(self._todo) >= BATCH) or self._reading.finished
        return 0.0 if full and not self._yields else self._next_at - time.monotonic()

    def _say(self, batch: Batch) -> None:
        self._yields = batch.indices == (self._first,)
        self._next_at = time.monotonic() + (YIELD if self._yields else EVERY)
        if batch.settled or batch.error:
            self._ended = True
        if not self._closed:
            self._emit(batch)

    def _next(self) -> Batch:
        cube = self._reading.cube
        with self._lock:
            self._choose_stretch()
            there = [i for i in self._todo if cube.status[i] == Status.THERE]
            if self._first in there:
                there.remove(self._first)
                there.insert(0, self._first)
            # The wanted picture goes alone, so that nothing delays it; the others once they need not be painted twice.
            chosen = there[: 1 if there[:1] == [self._first] else BATCH if self._final else 0]
            self._painted.update(chosen)
            settled = [i for i in self._todo if cube.status[i] != Status.THERE]
            for i in (*chosen, *settled):
                del self._todo[i]
        if not chosen or self._painter is None:
            return self._batch((), ())
        return self._batch(tuple(chosen), self._encoded(self._painter, chosen))

    def _encoded(self, painter: Picture, indices: list[int]) -> tuple[bytes, ...]:
        """Frames as JPEG: the wanted one as good as can be, the others as good as the bytes for all allow."""
        if indices == [self._first]:
            return (painter.jpeg(self._first),)
        cube = self._reading.cube
        if self._quality is None:
            there = cube.there
            some = there[:: max(1, len(there) // 6)].tolist()  # the year round: snow and fields differ
            whole = sum(len(painter.jpeg(i)) for i in some) / len(some) * len(cube.status)
            fits = [quality for quality, share in _SHARES if whole * share <= BYTES_A_SAMPLE]
            self._quality = fits[0] if fits else _SHARES[-1][0]
        images = tuple(painter.jpeg(i, self._quality) for i in indices)
        # What was guessed from some dates is held against what all take.
        self._sent = [self._sent[0] + len(images), self._sent[1] + sum(map(len, images))]
        left = len(cube.status) - self._sent[0]
        if self._sent[1] / self._sent[0] * left + self._sent[1] > BYTES_A_SAMPLE:
            self._quality = next((q for q, _ in _SHARES if q < (self._quality or 0)), _SHARES[-1][0])
        return images

    def _choose_stretch(self) -> None:
        if self._final:
            return
        cube = self._reading.cube
        positions = stretches.measured_on(self._recipe, self._choice, len(cube.product.dates))
        coarse = cube.status[list(positions)]
        # Where none of those dates is there, the stretch comes from what is: not before all of that is known.
        known = not positions or (coarse.all() and (coarse == Status.THERE).any())
        ready = self._reading.finished or known
        if not len(cube.there) or not (ready or self._painter is None):
            return
        stretch = stretches.choose_together(cube, self._recipe, self._choice, self._other)
        if ready:
            self._final = True
            if self._painter is not None and self._painter.stretch != stretch:
                self._paint_version += 1
                self._todo |= dict.fromkeys(cube.there.tolist())
                self._painted.clear()
        self._painter, self._quality, self._sent = (
            make(cube, self._recipe, self._choice, stretch),
            None,
            [0, 0],
        )
        self._legend = legend(self._recipe, stretch)

    def _batch(self, indices: tuple[int, ...], images: tuple[bytes, ...], why: str | None = None) -> Batch:
        reading, cube = self._reading, self._reading.cube
        with self._lock:
            fresh = {i: why for i, why in list(cube.reasons.items()) if i not in self._told}
            self._told.update(fresh)
            settled = reading.finished and not self._todo
        if reading.error is not None:
            why = f"{reading.error}. {RETRY_HINT}"
        status = cube.status.tobytes()
        told, self._legend = self._legend, None
        return Batch(
            self._paint_version,
            indices,
            images,
            status,
            fresh,
            reading.done,
            reading.total,
            settled,
            why,
            told,
        )
