"""One cube being read: shared by all that wait for it, in the order in which dates are wanted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from explorer.core import forking, metrics
from explorer.core.errors import CancelledError, ChipError, NotThereError, StoreError, UnreadableError
from explorer.corpus.imagery.cube import Cube, Status
from explorer.corpus.imagery.decoder import Decoder
from explorer.corpus.imagery.geotiff import Chip
from explorer.corpus.imagery.read_threads import ReaderPool
from explorer.corpus.stores.store import Store, until

HEAD_START_S = 0.15
"""How long, at most, the wanted date has a network for itself before the others are asked for."""

AGAIN_S = 15.0
"""After this time, dates whose files could not be had are worth another try."""

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
        failed: Callable[[StoreError], None] | None = None,
        doubted: Callable[[str], None] | None = None,
        decoder: Decoder | None = None,
    ) -> None:
        self.cube = cube
        self._decoder = decoder or Decoder()
        cube.meaning = self._decoder.meaning
        self.error: StoreError | None = None
        self.unread: dict[int, str] = {}
        """Keys by position of the dates whose files could not be had: what is wrong with them can pass."""
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
        self._rest: threading.Timer | None = None
        self._given_up, self._failed, self._doubted = given_up, failed, doubted
        self._ended_at = 0.0
        if not order:
            self._finished.set()
        forking.remake(self)

    def after_fork(self) -> None:
        """In a forked child nobody reads on: what is whole stays, what is not is given up."""
        self._cancelled = self._cancelled or not self._finished.is_set()
        self._lock, self._finished = threading.Lock(), threading.Event()
        self._finished.set()
        self._listeners, self._rest = [], None

    @property
    def total(self) -> int:
        """How many dates are to be read."""
        return len(self._order)

    @property
    def done(self) -> int:
        """How many of them are settled."""
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
    def stale(self) -> bool:
        """Settled a while ago, with dates that may be had by now."""
        return self.complete and bool(self.unread) and time.monotonic() - self._ended_at > AGAIN_S

    @property
    def nbytes(self) -> int:
        """Bytes of the cube; while it is read, those that it will have."""
        cube = self.cube
        if len(cube.data) or self.finished:
            return cube.nbytes
        product = cube.product
        itemsize = np.dtype(product.dtypes[0]).itemsize if product.dtypes else 1
        return len(product.dates) * max(len(product.bands), 1) * product.size**2 * itemsize

    @property
    def ahead(self) -> bool:
        """Being read ahead of need: nobody has asked for it yet."""
        return self._behind and not self.finished

    def start(self, behind: bool = False, together: bool = False) -> None:
        """Queue every date; `behind` all that somebody waits for, or `together`: none of them is wanted first."""
        self._behind = behind
        if behind or together or len(self._order) < 2 or getattr(self._store, "concurrency", None) is None:
            self._queue(self._order)
            return
        # Thirty others at once would share the line with the one date that somebody looks for.
        self._rest = threading.Timer(HEAD_START_S, self._follow)
        self._rest.daemon = True
        self._rest.start()
        self._queue(self._order[:1])

    def _follow(self) -> None:
        """Ask for the other dates, once: the first has come, or takes too long."""
        # Locked until they stand in the queue: a reader that had the first would else take what is read ahead.
        with self._lock:
            timer, self._rest = self._rest, None
            if timer is None:
                return
            timer.cancel()
            if not self._gone():
                self._queue(self._order[1:])

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

    def when_finished(self, then: Callable[[], None]) -> Listener:
        """Call something once, in whichever thread, when nothing more comes; returns what `unsubscribe` takes."""
        once = threading.Lock()  # the last two readers may both find it finished

        def settled(_reading: Reading, _index: int) -> None:
            if self.finished and once.acquire(blocking=False):
                then()

        self.subscribe(settled)
        if self.finished:
            settled(self, -1)
        return settled

    def unsubscribe(self, listener: Listener) -> None:
        """Hear of no more dates."""
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

    def wait_for(self, index: int) -> Cube:
        """Block until one date is settled; else as `wait`, which it comes down to where that date is not settled yet."""
        return self.cube if self.cube.status[index] != Status.WAITING else self.wait()

    def _read(self, index: int) -> None:
        with self._lock:
            if self._gone() or index not in self._unread:
                return
            self._unread.discard(index)
        cube = self.cube
        key = cube.product.key(cube.cell.folder, cube.product.dates[index])
        chip: Chip | None = None
        status, why, unread = Status.BROKEN, "", False
        try:
            with until(self._gone):
                chip = self._chip(key)
        except CancelledError as error:
            if not self._gone():  # the store was closed under it
                self._fail(StoreError(str(error)))
            return
        except NotThereError as error:
            status, why = Status.ABSENT, error.why or "not there"
        except (ChipError, UnreadableError) as error:
            why, unread = error.reason, isinstance(error, UnreadableError)
        except StoreError as error:
            self._fail(error)
            return
        except Exception as error:  # noqa: BLE001  a decoder's surprise costs one date, never the page
            why = f"cannot be read ({type(error).__name__}: {str(error)[:100]})"
        self._follow()
        with self._lock:
            if chip is not None:
                try:
                    cube.place(index, chip)
                except ChipError as error:
                    chip, why = None, error.reason
            if chip is None:
                cube.reasons[index] = why
                cube.status[index] = status
            if unread:
                self.unread[index] = key
            settled = Status(int(cube.status[index])).name.lower()
            self._left -= 1
            listeners = list(self._listeners)
            last = self._left == 0
            if last:
                self._ended_at = time.monotonic()
        if last:
            self._finished.set()
            if self.unread and self._doubted is not None:
                self._doubted(next(iter(self.unread.values())))
        metrics.CHIPS.labels(settled).inc()
        for listener in listeners:
            listener(self, index)

    def _gone(self) -> bool:
        return self._cancelled or self.error is not None

    def _chip(self, key: str) -> Chip:
        product, cell = self.cube.product, self.cube.cell
        forget = getattr(self._store, "forget", None)
        data = self._store.get(key)
        self._follow()
        try:
            with self._pool.decoding:
                return self._decoder.read(data, product, cell, key)
        except ChipError:
            if forget is None:
                raise
        # Bits can flip on the way and on the disk of a cache: a chip is broken when it comes so twice.
        forget(key)
        data = self._store.get(key)
        try:
            with self._pool.decoding:
                return self._decoder.read(data, product, cell, key)
        except ChipError:
            forget(key)
            raise

    def _fail(self, error: StoreError) -> None:
        with self._lock:
            first, self.error = self.error is None, self.error or error
            listeners = list(self._listeners)
        self._finished.set()
        if first:
            metrics.CHIPS.labels("failed").inc()
            if self._failed is not None:
                self._failed(error)
            for listener in listeners:
                listener(self, -1)


def reading_order(count: int, first: int = 0) -> list[int]:
    """The wanted date first, then coarse in time, then all: `count` positions, each once."""
    first = min(max(first, 0), max(count - 1, 0))
    order = dict.fromkeys([first] if count else [])
    for step in (16, 8, 4, 2, 1):
        order |= dict.fromkeys(range(0, count, step))
    return list(order)
