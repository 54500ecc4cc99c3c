"""The date of a sample at which most can be told apart: where the page's first play of the year comes to rest."""

from __future__ import annotations

import numpy as np

from explorer.corpus.imagery.cube import Cube

STEP = 4
"""Every fourth pixel along both axes tells how far NDVI spreads: 2,500 of Planet Fusion's 40,000."""
MOST_FILLED = 0.1
"""A date is clear where no more than this share of its pixels is gap-filled."""


def ndvi_spread(cube: Cube, index: int) -> float:
    """How far apart the 10th and the 90th percentile of a date's NDVI lie, 0 to 2; NaN where no pixel has one.

    Pixels that are nodata in red or near infrared, and those whose bands add up to nothing, do not count. Raises
    `ValueError` where the cube has no band `red` or `nir`.
    """
    red, nir = (
        cube.data[index, cube.bands.index(name), ::STEP, ::STEP].astype(np.float32) for name in ("red", "nir")
    )
    known = red + nir > 0
    if cube.nodata is not None:
        known &= (red != cube.nodata) & (nir != cube.nodata)
    if not known.any():
        return float("nan")
    ndvi = (nir[known] - red[known]) / (nir[known] + red[known])
    low, high = np.percentile(ndvi, (10, 90))
    return float(high - low)


def telling_date(cube: Cube, filled: np.ndarray | None = None) -> int | None:
    """Position in the calendar of the first year's date at which most can be told apart; None where no date is there.

    That is the date whose NDVI spreads furthest (`ndvi_spread`), the earliest of equals, of those that are clear: at
    most `MOST_FILLED` of their pixels are gap-filled (`filled`, float `(time,)`, NaN or None where no layer says so,
    which counts as clear). Where none is clear, of all that are there. The first year, since Sentinel-2's mosaics are of it.
    """
    year = cube.product.dates[0].year
    there = [int(i) for i in cube.there if cube.product.dates[i].year == year]
    clear = [i for i in there if filled is None or not filled[i] > MOST_FILLED]
    spreads = {i: ndvi_spread(cube, i) for i in clear or there}
    return max(spreads, key=lambda i: np.nan_to_num(spreads[i], nan=-1.0), default=None)
