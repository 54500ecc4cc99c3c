"""A made-up map of land cover for the demo, as a satellite's at 10 m would be: so that an overlay can be tried."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from explorer.demo.canvas import SIZE
from explorer.demo.store import DemoStore

NAME = "made-up-cover"
NODATA = 0
"""What a pixel holds where nothing was mapped."""
_PIXELS = 60
_LEFT_OUT = 3
"""Rows and columns at the north-western corner that were not mapped, so that it is seen how that looks."""


def values(store: DemoStore, row: int, of_corine: Mapping[int, int]) -> np.ndarray:
    """Classes of the sample in a row of the store's table, uint8 `(60, 60)` from the north-west, a pixel 10 m.

    `of_corine`: CORINE code -> value of the map's class. What has none, and a small corner, is `NODATA`.
    """
    table = np.zeros(1_000, np.uint8)
    table[list(of_corine)] = list(of_corine.values())
    classes = table[store.renderer(row).scene.classes.reshape(SIZE, SIZE)]
    middle = ((np.arange(_PIXELS) + 0.5) * SIZE / _PIXELS).astype(int)
    found = classes[np.ix_(middle, middle)]
    found[:_LEFT_OUT, :_LEFT_OUT] = NODATA
    return found
