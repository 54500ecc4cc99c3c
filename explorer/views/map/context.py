"""The map's background that works without a network: land, coasts and borders (Natural Earth)."""

from __future__ import annotations

from functools import cache
from typing import Any

import holoviews as hv
import numpy as np
import shapely
from cartopy import crs as ccrs

from explorer.corpus.tables import places

MERCATOR = ccrs.GOOGLE_MERCATOR
EUROPE = ((-2.75e6, 4.9e6), (3.95e6, 11.6e6))
"""What the map shows first: x and y ranges, EPSG:3857 metres; from the Azores' east to the Urals' west, Crete to the Cape."""


@cache
def outlines() -> dict[str, list[Any]]:
    """Rings of all land in web mercator, as Bokeh's multi-polygons take them: float32 `(n,)` each."""
    rings = [
        shapely.get_coordinates(shapely.get_exterior_ring(polygon)).astype(np.float32)
        for polygon in places.world(3857)
    ]
    return {name: [[[ring[:, axis].copy()]] for ring in rings] for axis, name in enumerate(("xs", "ys"))}


def land() -> hv.Polygons:
    """Land as one element; drawn in the browser, so that panning never shows a gap. Its coasts and borders lie over the samples.

    The rings go straight to the glyph: as a GeoViews element they are projected and split one by one, which took
    3.9 s a page (measured), for coordinates that are in the map's projection already.
    """

    def fill(plot: Any, _element: Any) -> None:
        plot.handles["source"].data = outlines()
        plot.handles["glyph_renderer"].name = "land"

    return hv.Polygons([{"x": [0, 1, 1], "y": [0, 0, 1]}]).opts(
        color="#dde1da", line_color=None, hooks=[fill], apply_ranges=False
    )
