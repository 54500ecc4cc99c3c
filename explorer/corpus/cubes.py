"""Cubes: all chips of one sample and product in one array, read once a process and shared.

A cube has a row for every date of the product's calendar; `status` says which rows hold pixels. It fills while
it is read (`Reading`), so that the page shows the wanted date long before the last one has come.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from explorer.corpus import chips
from explorer.corpus.readers import ReaderPool
from explorer.corpus.store import Store, until
from explorer.errors import CancelledError, ChipError, NotThereError, StoreError, UnreadableError
from explorer.grid import Cell
from explorer.products import Product


class Status(IntEnum):
    """What is known of one date of a cube."""

    WAITING = 0
    THERE = 1
    ABSENT = 2
    BROKEN = 3


@dataclass
class Cube:
    """`data` is `(time, band, y, x)` over the whole calendar, integers as stored; only rows whose `status` is
    `THERE` hold pixels. Read-only for everybody but the reading that fills it.
    """

    cell: Cell
    product: Product
    bands: tuple[str, ...] = ()
    data: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0, 0), np.int16))
    status: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    reasons: dict[int, str] = field(default_factory=dict)
    nodata: float | None = None
    _writable: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.status = np.zeros(len(self.product.dates), np.uint8)
        self.nodata = self.product.nodata

    @property
    def there(self) -> np.ndarray:
        """Positions in the calendar of the dates that hold pixels, ascending."""
        return np.flatnonzero(self.status == Status.THERE)

    @property
    def missing(self) -> dict[dt.date, str]:
        """Dates that were read and are not there, with the reason."""
        return {self.product.dates[i]: why for i, why in sorted(self.reasons.items())}

    @property
    def nbytes(self) -> int:
        return self.data.nbytes

    def valid(self, index: int | slice) -> np.ndarray:
        """Where every band of a date is measured: bool `(y, x)` (or `(time, y, x)` for a slice)."""
        if self.nodata is None:
            shape = self.data[index].shape
            return np.ones(shape[:-3] + shape[-2:], bool)
        # A Sentinel-2 band can be empty as a whole (B01, B09); a hole is where all bands are nodata.
        return np.asarray((self.data[index] != self.nodata).any(axis=-3))

    def place(self, index: int, chip: chips.Chip) -> None:
        """Put one date's pixels in; raises `ChipError` where its bands are not those of the others."""
        if self._writable is None:
            self.bands = self.product.band_names or chip.bands
            shape = (len(self.product.dates), len(self.bands), *chip.data.shape[1:])
            self._writable = np.zeros(shape, chip.data.dtype)  # pages are only used once written
            self.data = self._writable.view()
            self.data.setflags(write=False)
            if chip.nodata is not None:
                self.nodata = chip.nodata
        if chip.data.dtype != self._writable.dtype:
            raise ChipError(f"dtype {chip.data.dtype}, the other dates have {self._writable.dtype}")
        if chip.bands == self.bands:
            self._writable[index] = chip.data
        elif set(chip.bands) == set(self.bands):
            self._writable[index] = chip.data[[chip.bands.index(name) for name in self.bands]]
        else:
            raise ChipError(f"bands {', '.join(chip.bands)}, the other dates have {', '.join(self.bands)}")
        self.status[index] = Status.THERE


BEHIND = 1_000_000
"""Added to the rank of what is read ahead: behind all that somebody waits for."""

Listener = Callable[["Reading", int], None]
"""Called from a reader thread with the reading and the position of the date that was just settled."""


class Reading:
    """One cube being read. Shared by all that ask for it; given up when the last of them lets go."""

    def __init__(
        self,
        store: Store,
        pool: ReaderPool,
        cube: Cube,
        order: Sequence[int],
        given_up: Callable[[Reading], None] | None = None,
    ) -> None:
        self.cube = cube
        self.error: StoreError | None = None
        self._store, self._pool = store, pool
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._left = len(order)
        self._claims = 0
        self._finished = threading.Event()
        self._cancelled = False
        self._order = tuple(order)
        self._unread = set(order)
        self._behind = False
        self._given_up = given_up
        if not order:
            self._finished.set()

    @property
    def total(self) -> int:
        return len(self._order)

    @property
    def done(self) -> int:
        return self.total - self._left

    @property
    def finished(self) -> bool:
        """All dates settled, or given up."""
        return self._finished.is_set()

    @property
    def complete(self) -> bool:
        """All dates settled, and the store answered each time."""
        return self.finished and self.error is None and not self._cancelled

    @property
    def nbytes(self) -> int:
        """Bytes of the cube; while it is read, those that it will have."""
        cube = self.cube
        if len(cube.data) or self.finished:
            return cube.nbytes
        product = cube.product
        itemsize = np.dtype(product.dtypes[0]).itemsize if product.dtypes else 1
        return len(product.dates) * max(len(product.bands), 1) * product.size**2 * itemsize

    def start(self, behind: bool = False) -> None:
        """Queue every date; `behind` all that somebody waits for."""
        self._behind = behind
        self._queue(self._order)

    def hurry(self, first: int) -> None:
        """Somebody came who waits for this, and for the date at position `first` most."""
        with self._lock:
            order = reading_order(len(self._order), first) if self._behind else [first]
            self._behind = False
            order = [i for i in order if i in self._unread]
        self._queue(order)

    def _queue(self, order: Iterable[int]) -> None:
        ahead = BEHIND if self._behind else 0
        for rank, index in enumerate(order):
            self._pool.submit(ahead + rank, lambda i=index: self._read(i))  # type: ignore[misc]

    def subscribe(self, listener: Listener) -> list[int]:
        """Hear of each date from now on; returns those settled already."""
        with self._lock:
            self._listeners.append(listener)
            return [i for i in self._order if self.cube.status[i] != Status.WAITING]

    def unsubscribe(self, listener: Listener) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def claim(self) -> bool:
        """Say that somebody waits for this; False where it has been given up already."""
        with self._lock:
            if self._cancelled:
                return False
            self._claims += 1
            return True

    def release(self) -> None:
        """Say that one of the claimers waits no more; with the last one, what is unread stays so."""
        with self._lock:
            self._claims -= 1
            unread = self._claims <= 0 and self._left > 0
            if unread:
                self._cancelled = True
        if unread:
            self._finished.set()
            if self._given_up is not None:
                self._given_up(self)

    def cancel(self) -> None:
        """Give it up, whoever waits; they get a `CancelledError`."""
        with self._lock:
            self._cancelled = self._left > 0
        self._finished.set()

    def wait(self, timeout: float | None = None) -> Cube:
        """Block until the whole cube is settled. Raises the store's `StoreError`, or `CancelledError`."""
        if not self._finished.wait(timeout):
            raise TimeoutError(f"{self.cube.product.id} of {self.cube.cell.sample_id} is not read yet")
        if self.error is not None:
            raise self.error
        if self._cancelled:
            raise CancelledError(f"reading {self.cube.cell.sample_id} was given up")
        return self.cube

    def _read(self, index: int) -> None:
        with self._lock:
            if self._gone() or index not in self._unread:
                return
            self._unread.discard(index)
        cube = self.cube
        key = cube.product.key(cube.cell.folder, cube.product.dates[index])
        chip: chips.Chip | None = None
        status, why = Status.BROKEN, ""
        try:
            with until(self._gone):
                chip = self._chip(key)
        except CancelledError as error:
            if not self._gone():  # the store was closed under it
                self._fail(StoreError(str(error)))
            return
        except NotThereError:
            status, why = Status.ABSENT, "not there"
        except (ChipError, UnreadableError) as error:
            why = error.reason
        except StoreError as error:
            self._fail(error)
            return
        except Exception as error:  # noqa: BLE001  a decoder's surprise costs one date, never the page
            why = f"cannot be read ({type(error).__name__}: {str(error)[:100]})"
        with self._lock:
            if chip is not None:
                try:
                    cube.place(index, chip)
                except ChipError as error:
                    chip, why = None, error.reason
            if chip is None:
                cube.reasons[index] = why
                cube.status[index] = status
            self._left -= 1
            listeners = list(self._listeners)
            last = self._left == 0
        if last:
            self._finished.set()
        for listener in listeners:
            listener(self, index)

    def _gone(self) -> bool:
        return self._cancelled or self.error is not None

    def _chip(self, key: str) -> chips.Chip:
        product, cell = self.cube.product, self.cube.cell
        forget = getattr(self._store, "forget", None)
        data = self._store.get(key)
        try:
            with self._pool.decoding:
                return chips.read(data, product, cell)
        except ChipError:
            if forget is None:
                raise
        # Bits can flip on the way and on the disk of a cache: a chip is broken when it comes so twice.
        forget(key)
        try:
            return chips.read(self._store.get(key), product, cell)
        except ChipError:
            forget(key)
            raise

    def _fail(self, error: StoreError) -> None:
        with self._lock:
            first, self.error = self.error is None, self.error or error
            listeners = list(self._listeners)
        self._finished.set()
        if first:
            for listener in listeners:
                listener(self, -1)


def reading_order(count: int, first: int = 0) -> list[int]:
    """The wanted date first, then coarse in time, then all: `count` positions, each once."""
    first = min(max(first, 0), max(count - 1, 0))
    order = dict.fromkeys([first] if count else [])
    for step in (16, 8, 4, 2, 1):
        order |= dict.fromkeys(range(0, count, step))
    return list(order)


class CubeCache:
    """Cubes by sample and product, least recently used out first, bounded in bytes.

    Two callers that ask for the same cube at the same time cause one reading.
    """

    def __init__(self, store: Store, pool: ReaderPool, max_bytes: int) -> None:
        self._store, self._pool = store, pool
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._readings: dict[tuple[str, str], Reading] = {}

    def open(self, cell: Cell, product: Product, first: int = 0, behind: bool = False) -> Reading:
        """The reading of a cube, claimed for the caller, who must `release()` it.

        `behind` reads ahead of need: after all that somebody waits for.
        """
        key = (cell.sample_id, product.id)
        with self._lock:
            reading = self._readings.pop(key, None)
            if reading is not None and (reading.error is not None or not reading.claim()):
                reading = None
            fresh = reading is None
            if reading is None:
                order = reading_order(len(product.dates), first)
                reading = Reading(self._store, self._pool, Cube(cell, product), order, self._drop)
                reading.claim()
            self._readings[key] = reading  # newest last
            self._evict(keep=key)
        if fresh:
            reading.start(behind)
        elif not behind and not reading.finished:
            reading.hurry(first)
        return reading

    def get(self, cell: Cell, product: Product) -> Cube:
        """The whole cube, read if need be. Raises `StoreError`."""
        while True:
            reading = self.open(cell, product)
            try:
                return reading.wait()
            except CancelledError:  # given up by its last claimer just as we came
                continue
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
                return
            ids = {cell.sample_id for cell in cells}
            for key in [k for k in self._readings if k[0] in ids]:
                del self._readings[key]

    def close(self) -> None:
        """Give up what is being read and drop what is there."""
        with self._lock:
            readings = list(self._readings.values())
            self._readings.clear()
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
                return
            reading = self._readings[key]
            if key != keep and reading.finished:
                used -= reading.nbytes
                del self._readings[key]
