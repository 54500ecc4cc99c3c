"""Where samples are in the table by their ids, without the dictionary of half a million strings that pandas makes for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
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

    def __getstate__(self) -> dict[str, Any]:
        return {"_ids": self._ids}  # the rest is made again where it is needed

    def row(self, sample_id: object) -> int | None:
        """The row of an id; None for what is none of them.

        >>> ids = IdRows(pd.Index(["b", "a"]))
        >>> ids.row("a"), ids.row("c")
        (1, None)
        """
        if not isinstance(sample_id, str):
            return None
        array, order = self._array, self._order

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
        places = pc.fill_null(pc.index_in(texts, value_set=self._array), -1)
        return np.asarray(places).astype(np.int64)

    @cached_property
    def _array(self) -> pa.Array:
        array = pa.array(self._ids, pa.large_string())  # no copy of what pandas keeps in Arrow
        return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array

    @cached_property
    def _order(self) -> np.ndarray | None:
        """Rows by alphabet, int32 `(n,)`; None where they are in that order."""
        array = self._array
        if len(array) < 2 or pc.all(pc.less_equal(array.slice(0, len(array) - 1), array.slice(1))).as_py():
            return None
        return np.asarray(pc.sort_indices(array)).astype(np.int32)
