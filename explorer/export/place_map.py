"""A small map of Europe with a place on it: an SVG path, or an image."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from PIL import Image, ImageDraw
from pyproj import Transformer

from explorer.core.assets import asset

_CRS = "EPSG:3035"  # ETRS89 Lambert azimuthal equal-area, in which Europe keeps its shape
_BOX = (2_400_000.0, 1_300_000.0, 7_500_000.0, 5_500_000.0)
"""West, south, east, north in metres; the corpus's samples are inside, Iceland and Anatolia too."""
_UNIT = 10_000.0
"""Metres of one unit of the SVG: whole numbers are exact enough."""
_LEAST = 4e8
"""Square metres below which an island is too small to be seen."""


@cache
def rings() -> tuple[np.ndarray, ...]:
    """Outlines of land, float64 `(n, 2)` metres in EPSG:3035 (Natural Earth, generalised)."""
    geometries = shapely.from_geojson(asset("europe.geojson").read_text(encoding="utf-8"))
    to_plane = _transformer()
    land = shapely.union_all(shapely.make_valid(shapely.get_parts(geometries)))
    flat = shapely.transform(land, lambda xy: np.column_stack(to_plane.transform(*xy.T)))
    inside = shapely.intersection(shapely.make_valid(flat), shapely.box(*_BOX))
    parts = shapely.get_parts(shapely.simplify(inside, _UNIT))
    return tuple(
        shapely.get_coordinates(part.exterior)
        for part in parts
        if part.geom_type == "Polygon" and part.area > _LEAST
    )


@cache
def svg() -> dict[str, str]:
    """`box` (a viewBox) and `path` (its `d`), y downwards."""
    path = ""
    for ring in rings():
        points = np.rint(_units(ring)).astype(int)
        steps = np.diff(points, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        path += f"M{points[0, 0]},{points[0, 1]}l" + " ".join(f"{x},{y}" for x, y in steps) + "z"
    west, south, east, north = _BOX
    return {"box": f"0 0 {(east - west) / _UNIT:g} {(north - south) / _UNIT:g}", "path": path}


def dot(lon: float, lat: float) -> list[float]:
    """Where a place is on the SVG, in its units."""
    return [round(v, 1) for v in _units(np.array([plane(lon, lat)]))[0].tolist()]


def image(lon: float, lat: float) -> Image.Image:
    """Europe with a place marked, 510 pixels wide, RGB."""
    west, south, east, north = _BOX
    unit = (east - west) / 1020
    large = Image.new("RGB", (1020, round((north - south) / unit)), "#c9d9e4")
    draw = ImageDraw.Draw(large)
    for ring in rings():
        draw.polygon([((x - west) / unit, (north - y) / unit) for x, y in ring], fill="#b7c7ba")
    east_m, north_m = plane(lon, lat)
    x, y = (east_m - west) / unit, (north - north_m) / unit
    draw.ellipse((x - 30, y - 30, x + 30, y + 30), outline="#d6006c", width=14)
    return large.resize((510, large.height // 2), Image.Resampling.LANCZOS)


def plane(lon: float, lat: float) -> tuple[float, float]:
    """A place in the metres of `rings`."""
    x, y = _transformer().transform(lon, lat)
    return float(x), float(y)


def box() -> tuple[float, float, float, float]:
    """What the map shows: west, south, east, north in metres."""
    return _BOX


def _units(xy: np.ndarray) -> np.ndarray:
    return np.column_stack([(xy[:, 0] - _BOX[0]) / _UNIT, (_BOX[3] - xy[:, 1]) / _UNIT])


@cache
def _transformer() -> Transformer:
    return Transformer.from_crs("EPSG:4326", _CRS, always_xy=True)
