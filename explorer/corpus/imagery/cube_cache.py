"""The cache of cubes (all chips of one sample and product in one array): read once a process, shared, bounded in bytes.

A cube has a row for every date of the product's calendar; `status` says which rows hold pixels. It fills while
it is read (`Reading`), so that the page shows the wanted date long before the last one has come.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from weakref import WeakValueDictionary

from explorer.core import forking, metrics
from explorer.core.errors import CancelledError, StoreError
from explorer.core.grid import Cell
from explorer.core.products import Product
from explorer.corpus.imagery.cube import Cube, Status
from explorer.corpus.imagery.decoder import Decoder
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.imagery.reading import Listener, Reading, reading_order
from explorer.corpus.stores.store import Store

NEARLY_ALL = 0.8
"""Who asks for this part of a calendar gets the whole cube, which is kept; for less, only that is read, and not kept."""

__all__ = ["Cube", "CubeCache", "Listener", "Reading", "Status", "reading_order"]


class CubeCache:
    """Cubes by sample and product, least recently used out first, bounded in bytes.

    Two callers that ask for the same cube at the same time cause one reading; one that is no longer kept, but shown on somebody's
    page, is not read a second time.
    """

    def __init__(
        self,
        store: Store,
        pool: ReaderPool,
        max_bytes: int,
        failed: Callable[[StoreError], None] | None = None,
        doubted: Callable[[str], None] | None = None,
        decoder: Decoder | None = None,
    ) -> None:
        self._store, self._pool, self._failed, self._doubted = store, pool, failed, doubted
        self._decoder = decoder or Decoder()
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._readings: dict[tuple[str, str], Reading] = {}
        self._evicted: WeakValueDictionary[tuple[str, str], Reading] = WeakValueDictionary()
        forking.remake(self)

    def after_fork(self) -> None:
        """In a forked child: keep what is whole; nobody is there who would read on."""
        self._lock = threading.Lock()
        self._readings = {key: reading for key, reading in self._readings.items() if reading.complete}
        self._evicted = WeakValueDictionary()

    def open(self, cell: Cell, product: Product, first: int = 0, behind: bool = False) -> Reading:
        """The reading of a cube, claimed for the caller, who must `release()` it.

        `behind` reads ahead of need: after all that somebody waits for.
        """
        key = (cell.sample_id, product.id)
        with self._lock:
            reading = self._readings.pop(key, None) or self._evicted.pop(key, None)
            useless = reading is not None and (reading.error is not None or reading.stale)
            if reading is not None and (useless or not reading.claim()):
                reading = None
            fresh = reading is None
            if reading is None:
                order = reading_order(len(product.dates), first)
                reading = Reading(
                    self._store, self._pool, Cube(cell, product), order, self._drop, self._failed, self._doubted,
                    self._decoder,
                )  # fmt: skip
                reading.claim()
            self._readings[key] = reading  # newest last
            self._evict(keep=key)
        metrics.CUBES.labels("no" if fresh else "yes").inc()
        if fresh:
            reading.start(behind)
        elif not behind and not reading.finished:
            reading.hurry(first)
        return reading

    def open_some(self, cell: Cell, product: Product, positions: Collection[int]) -> Reading:
        """The reading of some dates, by their positions in the calendar, claimed for the caller, who must `release()` it.

        That of the whole cube where it is in memory or being read, or where they are nearly all of it. Else these dates
        alone are read, and the cube, in which the others are `WAITING`, is the caller's alone.
        """
        wanted = sorted(set(positions))
        if len(wanted) >= NEARLY_ALL * len(product.dates):
            return self.open(cell, product, wanted[0] if wanted else 0)
        key = (cell.sample_id, product.id)
        with self._lock:
            reading = self._readings.get(key)
            usable = reading is not None and reading.error is None and not reading.stale and not reading.ahead
            whole = reading is not None and usable and reading.claim()
            if whole:
                self._readings[key] = self._readings.pop(key)  # newest last
        if reading is not None and whole:
            metrics.CUBES.labels("yes").inc()
            return reading
        metrics.CUBES.labels("no").inc()
        reading = Reading(
            self._store, self._pool, Cube(cell, product), wanted, failed=self._failed, decoder=self._decoder
        )
        reading.claim()
        reading.start(together=True)
        return reading

    def get(self, cell: Cell, product: Product, positions: Collection[int] | None = None) -> Cube:
        """The whole cube, read if need be, or one with at least these dates of it settled: see `open_some`.

        Raises `StoreError`.
        """
        while True:
            if positions is None:
                reading = self.open(cell, product)
            else:
                reading = self.open_some(cell, product, positions)
            try:
                return reading.wait()
            except CancelledError:  # given up by its last claimer just as we came
                continue
            finally:
                reading.release()

    def open_date(self, cell: Cell, product: Product, index: int) -> Reading:
        """The reading of the date at position `index`, claimed for the caller, who must `release()` it; reads no other.

        That of the whole cube where this date of it is in memory; else this date is read alone. `Reading.wait_for` gives the cube.
        """
        with self._lock:
            reading = self._readings.get((cell.sample_id, product.id))
            settled = reading is not None and reading.cube.status[index] != Status.WAITING
            if reading is not None and settled and index not in reading.unread and reading.claim():
                return reading
        alone = Reading(
            self._store, self._pool, Cube(cell, product), [index], failed=self._failed, decoder=self._decoder
        )
        alone.claim()
        alone.start()
        return alone

    def glance(self, cell: Cell, product: Product, index: int) -> Cube:
        """A cube with at least one date settled, that at position `index`; reads no other. Raises `StoreError`."""
        reading = self.open_date(cell, product, index)
        try:
            return reading.wait_for(index)
        finally:
            reading.release()

    def peek(self, cell: Cell, product: Product) -> Cube | None:
        """The cube if it is in memory as a whole."""
        with self._lock:
            reading = self._readings.get((cell.sample_id, product.id))
        return reading.cube if reading is not None and reading.complete else None

    def forget(self, cells: Iterable[Cell] | None = None) -> None:
        """Drop some or all cubes, so that they are read again."""
        with self._lock:
            if cells is None:
                self._readings.clear()
                self._evicted.clear()
                return
            ids = {cell.sample_id for cell in cells}
            for known in (self._readings, self._evicted):
                for key in [k for k in known if k[0] in ids]:
                    known.pop(key, None)

    def forget_unread(self) -> None:
        """Drop the cubes with dates whose files could not be had: they can be by now."""
        with self._lock:
            for known in (self._readings, self._evicted):
                for key in [k for k, r in known.items() if r.finished and r.unread]:
                    known.pop(key, None)

    def close(self) -> None:
        """Give up what is being read and drop what is there."""
        with self._lock:
            readings = list(self._readings.values())
            self._readings.clear()
            self._evicted.clear()
        for reading in readings:
            reading.cancel()

    @property
    def nbytes(self) -> int:
        """Bytes of all cubes, those being read with what they will take."""
        with self._lock:
            return sum(r.nbytes for r in self._readings.values())

    def _drop(self, reading: Reading) -> None:
        key = (reading.cube.cell.sample_id, reading.cube.product.id)
        with self._lock:
            if self._readings.get(key) is reading:
                del self._readings[key]

    def _evict(self, keep: tuple[str, str]) -> None:
        used = sum(r.nbytes for r in self._readings.values())
        for key in list(self._readings):
            if used <= self.max_bytes:
                break
            reading = self._readings[key]
            if key != keep and reading.finished:
                used -= reading.nbytes
                self._evicted[key] = self._readings.pop(key)
        metrics.CUBE_BYTES.set(used)
