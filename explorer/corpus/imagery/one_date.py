"""One date of many samples, each read alone: a chip a sample, never the whole cube."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue

from explorer.core.grid import Cell
from explorer.core.products import Product
from explorer.corpus.imagery.cube import Cube, Status
from explorer.corpus.imagery.cube_cache import CubeCache
from explorer.corpus.imagery.reading import Reading

AHEAD = 16
"""Samples whose chips are asked for at once: enough for a network, and who opens a sample meanwhile waits for few of them."""
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class OneDate:
    """The date at `index` of one sample: `cube` holds its pixels where `status` says so."""

    position: int
    """Of the sample among those that were asked for."""
    cube: Cube
    index: int
    lasting: bool
    """Whether it would be the same the next time: a file that could not be had may be there then."""

    @property
    def status(self) -> Status:
        """Whether the date is there, absent or broken."""
        return Status(int(self.cube.status[self.index]))

    @property
    def why(self) -> str:
        """Why it is not there; empty where it is."""
        return self.cube.reasons.get(self.index, "") if self.status != Status.THERE else ""


def read_each(
    cubes: CubeCache,
    cells: Sequence[Cell],
    product: Product,
    index: int,
    *,
    ahead: int = AHEAD,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[OneDate]:
    """The date at position `index` of each cell, in the order in which they come; blocks while it waits.

    At most `ahead` are being read at once. It ends early once `cancelled()`, or when the iterator is closed; what has not
    begun is then not read. Raises `StoreError` where the store does not answer.
    """
    came: SimpleQueue[int] = SimpleQueue()
    readings: dict[int, Reading] = {}
    waiting = iter(enumerate(cells))

    def begin(count: int) -> None:
        for position, cell in islice(waiting, count):
            reading = readings[position] = cubes.open_date(cell, product, index)
            if (
                reading.cube.status[index] != Status.WAITING
            ):  # of a whole cube that is in memory, or still being read
                came.put(position)
            else:
                reading.when_finished(partial(came.put, position))

    try:
        begin(ahead)
        while readings and not cancelled():
            try:
                position = came.get(timeout=_POLL_S)
            except Empty:
                continue
            begin(1)
            reading = readings.pop(position)
            try:
                found = OneDate(position, reading.wait_for(index), index, index not in reading.unread)
            finally:
                reading.release()
            yield found
    finally:
        for reading in readings.values():
            reading.release()
