"""Where samples are in the table by their ids, without the dictionary of half a million strings that pandas makes for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_ONE_BY_ONE = 1_000
"""So many ids are looked up one after the other, 20 microseconds each; more of them at once, by Arrow."""


class IdRows:
    """Finds the rows of ids in an index of strings, each of which is there once.

    pandas turns all of them into Python's strings for its first answer and keeps those beside a table of their places: 110 bytes an id.
    Ids in alphabetical order are found by halving, others over 4 bytes an id that say their order. It may be used from many threads.
    """

    def __init__(self, ids: pd.Index) -> None:
        self._ids = ids
        self._made: tuple[pa.Array, np.ndarray | None] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_ids": self._ids, "_made": None}  # it is made again where it is needed

    def row(self, sample_id: object) -> int | None:
        """The row of an id; None for what is none of them.

        >>> ids = IdRows(pd.Index(["b", "a"]))
        >>> ids.row("a"), ids.row("c")
        (1, None)
        """
        if not isinstance(sample_id, str):
            return None
        array, order = self._in_order()

        def at(place: int) -> int:
            return place if order is None else int(order[place])

        place = bisect_left(range(len(array)), sample_id, key=lambda one: array[at(one)].as_py())
        if place < len(array) and array[at(place)].as_py() == sample_id:
            return at(place)
        return None

    def rows(self, wanted: Iterable[object]) -> np.ndarray:
        """The row of each of some ids, int64 `(n,)`; -1 for what is none of them."""
        asked = list(wanted)
        if len(asked) <= _ONE_BY_ONE:
            found = [self.row(one) for one in asked]
            return np.array([-1 if one is None else one for one in found], np.int64)
        texts = pa.array([one if isinstance(one, str) else None for one in asked], pa.large_string())
        places = pc.fill_null(pc.index_in(texts, value_set=self._in_order()[0]), -1)
        return np.asarray(places).astype(np.int64)

    def _in_order(self) -> tuple[pa.Array, np.ndarray | None]:
        """The ids, and their rows by alphabet, int32 `(n,)`; None for these where they are in that order.

        Without a lock, two threads may make it twice: one that a thread held would never open in a process that was forked meanwhile.
        """
        if self._made is None:
            array = pa.array(self._ids, pa.large_string())  # no copy of what pandas keeps in Arrow
            if isinstance(array, pa.ChunkedArray):
                array = array.combine_chunks()
            order = None
            if not pc.all(pc.less_equal(array[:-1], array[1:])).as_py():
                order = np.asarray(pc.sort_indices(array)).astype(np.int32)
            self._made = array, order
        return self._made
