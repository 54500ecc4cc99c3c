"""The map's background that works without a network: land, coasts and borders (Natural Earth)."""

from __future__ import annotations

from functools import cache

import geoviews as gv
import numpy as np
import shapely
from cartopy import crs as ccrs

from explorer.grid import transformer
from explorer.resources import asset

MERCATOR = ccrs.GOOGLE_MERCATOR
EUROPE = ((-2.75e6, 4.9e6), (3.95e6, 11.6e6))
"""What the map shows first: x and y ranges, EPSG:3857 metres; from the Azores' east to the Urals' west, Crete to the Cape."""


@cache
def outlines() -> tuple[np.ndarray, ...]:
    """Rings of all countries in web mercator, float64 `(n, 2)` each; small islands are left out."""
    geometries = shapely.from_geojson(asset("europe.geojson").read_text(encoding="utf-8"))
    rings = []
    for polygon in shapely.get_parts(shapely.get_parts(geometries)):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(polygon))
        if len(ring) < 5:
            continue
        x, y = transformer(4326, 3857).transform(ring[:, 0], np.clip(ring[:, 1], -85, 85))
        rings.append(np.column_stack([x, y]))
    return tuple(rings)


def land() -> gv.Polygons:
    """Land with coasts and borders as one element; drawn in the browser, so that panning never shows a gap."""
    rings = [{("Longitude", "Latitude"): ring} for ring in outlines()]
    return gv.Polygons(rings, crs=MERCATOR).opts(
        color="#eef1ec", line_color="#a9b5ba", line_width=0.7, tools=[], show_legend=False
    )
