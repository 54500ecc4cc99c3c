"""European land: which places are on it, and how far the sea is.

The outline is Natural Earth's (`assets/europe.geojson`, public domain), generalised to about a kilometre.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_origin

from explorer.core.assets import asset
from explorer.core.grid import transformer
from explorer.demo.facts import COUNTRIES

WEST, SOUTH, EAST, NORTH = -24.9, 34.4, 44.9, 71.3
"""The box of the demo in degrees: Europe without the Atlantic islands and overseas regions."""
_STEP = 0.02  # degrees of the mask's pixels
FAR_KM = 12.0
"""Distances to the sea are capped here: nothing asks what is beyond."""


@cache
def outlines() -> tuple[shapely.Geometry, shapely.Geometry]:
    """(land of the countries that take part, coast line of all land), EPSG:4326 and EPSG:3035."""
    with asset("europe.geojson").open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    # Simplifying can make an outline cross itself; a union refuses that.
    shapes = [shapely.make_valid(shapely.geometry.shape(f["geometry"])) for f in features]
    taking_part = [s for s, f in zip(shapes, features, strict=True) if f["properties"]["name"] in COUNTRIES]
    box = shapely.box(WEST, SOUTH, EAST, NORTH)
    land = shapely.intersection(shapely.union_all(taking_part), box)
    jan_mayen = shapely.box(-12, 70, 0, 72)
    all_land = shapely.intersection(shapely.union_all(shapes), shapely.box(-26, 33, 47, 71.9))
    # Simplified neighbours leave slivers between them, which are not coasts.
    flat = shapely.transform(
        all_land, lambda xy: np.stack(transformer(4326, 3035).transform(xy[:, 0], xy[:, 1]), axis=1)
    )
    closed = shapely.buffer(shapely.buffer(flat, 900, quad_segs=1), -900, quad_segs=1)
    return shapely.difference(land, jan_mayen), shapely.boundary(closed)


@cache
def _mask() -> np.ndarray:
    """2 inside, 1 where an outline passes, 0 outside. uint8, north up."""
    land, _ = outlines()
    shape = (round((NORTH - SOUTH) / _STEP), round((EAST - WEST) / _STEP))
    options = {"out_shape": shape, "transform": from_origin(WEST, NORTH, _STEP, _STEP), "dtype": "uint8"}
    mask = np.asarray(rasterize([(land, 2)], **options))
    edge = np.asarray(rasterize([(shapely.boundary(land), 1)], all_touched=True, **options))
    mask[edge == 1] = 1
    return mask


def maybe_land(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The mask's value at places: 2 surely land, 1 perhaps, 0 surely not. uint8."""
    mask = _mask()
    row = ((NORTH - lat) / _STEP).astype(np.int64)
    col = ((lon - WEST) / _STEP).astype(np.int64)
    inside = (row >= 0) & (row < mask.shape[0]) & (col >= 0) & (col < mask.shape[1])
    found = np.zeros(lon.shape, dtype=np.uint8)
    found[inside] = mask[row[inside], col[inside]]
    return found


def on_land(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """True where a place (degrees) is on land of a country that takes part. Exact to the outline."""
    found = maybe_land(lon, lat)
    answer = found == 2
    unsure = np.flatnonzero(found == 1)
    land, _ = outlines()
    # Cut at the mask's edge pixels: the whole of Europe is slow to ask, its parts are not.
    parts = shapely.get_parts(land)
    tree = shapely.STRtree(parts)
    points = shapely.points(lon[unsure], lat[unsure])
    shapely.prepare(parts)
    hits = tree.query(points, predicate="within")[0]
    answer[unsure[np.unique(hits)]] = True
    return answer


def sea_distance(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Distance in km to the coast from places in km of EPSG:3035, at most `FAR_KM`. float32."""
    _, coast = outlines()
    xy = shapely.get_coordinates(shapely.get_parts(coast), return_index=True)
    points, index = xy
    same = index[1:] == index[:-1]
    pairs = np.stack([points[:-1][same], points[1:][same]], axis=1)
    segments: Any = shapely.linestrings(pairs)
    tree = shapely.STRtree(segments)
    places: Any = shapely.points(np.asarray(east, float) * 1000, np.asarray(north, float) * 1000)
    distance = np.full(len(places), FAR_KM, dtype=np.float32)
    (hits, _), metres = tree.query_nearest(
        places, max_distance=FAR_KM * 1000, return_distance=True, all_matches=False
    )
    distance[hits] = metres / 1000
    return distance
