"""The map as a picture in web mercator: sea, land with borders, a graticule, and samples in their classes' colours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PIL import Image, ImageDraw

from explorer.core import corine
from explorer.core.grid import transformer
from explorer.core.theme import LIGHT
from explorer.corpus.tables import places, towns
from explorer.export import tiles
from explorer.export.zoom_path import View

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

_SEA, _LAND, _BORDER, _GRID = (
    tiles.rgb(LIGHT[name]) for name in ("map-sea", "map-land", "map-border", "map-grid")
)
_TOLERANCES = (12_000.0, 4_000.0, 1_200.0, 0.0)
"""Metres by which outlines are simplified; each view takes the coarsest that is finer than a pixel."""
_MOST_POINTS = 120_000  # that are drawn at once; more would lie over each other
_ALL_OF_EUROPE = 9_000.0
"""Metres a pixel from which on no more of the samples are drawn than at once."""
_GRATICULE = (10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05)


def ground(view: View, size: tuple[int, int]) -> Image.Image:
    """Sea, land with borders, graticule; drawn twice as large, so that lines are smooth."""
    x, y, wide = view
    width, height = size
    scale = 2 * width / wide
    high = wide * height / width
    box = (x - wide * 0.52, y - high * 0.54, x + wide * 0.52, y + high * 0.54)
    image = Image.new("RGB", (2 * width, 2 * height), _SEA)
    draw = ImageDraw.Draw(image)
    tree, pieces = _land(wide / width)
    near = pieces[tree.query(shapely.box(*box))]
    for part in shapely.get_parts(shapely.clip_by_rect(near, *box)):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        at = (shapely.get_coordinates(part.exterior) - (x, y)) * (scale, -scale) + (width, height)
        draw.polygon(at.ravel().tolist(), fill=_LAND)
    for part in shapely.get_parts(shapely.clip_by_rect(shapely.boundary(near), *box)):
        if not part.is_empty:
            at = (shapely.get_coordinates(part) - (x, y)) * (scale, -scale) + (width, height)
            draw.line(at.ravel().tolist(), fill=_BORDER, width=2)
    _draw_graticule(draw, view, size)
    return image.reduce(2)


def _draw_graticule(draw: ImageDraw.ImageDraw, view: View, size: tuple[int, int]) -> None:
    x, y, wide = view
    width, height = size
    if wide < 4_000:
        return
    scale, high = 2 * width / wide, wide * height / width
    back = transformer(3857, 4326).transform
    west, south = back(x - wide / 2, max(y - high / 2, -1.9e7))
    east, north = back(x + wide / 2, min(y + high / 2, 1.9e7))
    step = next((s for s in _GRATICULE if (east - west) / s >= 4), _GRATICULE[-1])
    faint = tuple(round(0.6 * land + 0.4 * line) for land, line in zip(_LAND, _GRID, strict=True))
    lons = np.arange(math.floor(west / step), math.ceil(east / step) + 1) * step
    lats = np.arange(math.floor(south / step), math.ceil(north / step) + 1) * step
    for lon in lons:
        at = (float(mercator(np.array([lon]), np.array([0.0]))[0, 0]) - x) * scale + width
        draw.line((at, 0, at, 2 * height), fill=faint, width=1)
    for lat in lats[np.abs(lats) < 84]:
        at = height - (float(mercator(np.array([0.0]), np.array([lat]))[0, 1]) - y) * scale
        draw.line((0, at, 2 * width, at), fill=faint, width=1)


@cache
def _lands() -> tuple[tuple[float, shapely.STRtree, np.ndarray], ...]:
    """Land in EPSG:3857, the coarsest first: the tolerance in metres, a tree, polygons."""
    whole = shapely.make_valid(places.world(3857))
    found = []
    for tolerance in _TOLERANCES:
        pieces = shapely.simplify(whole, tolerance) if tolerance else whole
        pieces = pieces[~shapely.is_empty(pieces)]
        found.append((tolerance, shapely.STRtree(pieces), pieces))
    return tuple(found)


def _land(resolution: float) -> tuple[shapely.STRtree, np.ndarray]:
    _, tree, pieces = next(one for one in _lands() if one[0] <= resolution)
    return tree, pieces


def samples(
    corpus: Corpus, rows: np.ndarray | None = None, level: int = 3
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places of samples (all, or these positions) in metres `(n, 2)`, their classes' colours uint8 `(n, 3)` and codes `(n,)`.

    They are in an order by chance, so that the first of them look like all.
    """
    table = corpus.samples
    given = np.arange(len(table)) if rows is None else rows
    order = np.random.default_rng(0).permutation(given)
    at = mercator(table["lon"].to_numpy()[order], table["lat"].to_numpy()[order])
    known = (corine.NO_LABEL, *corine.codes(level))
    palette = np.array([tiles.rgb(corine.land_cover(code).hex) for code in known], np.uint8)
    which = corine.positions(table["clc"].to_numpy()[order].astype(int), level)
    return at, palette[which], np.array(known)[which]


def pixels(view: View, size: tuple[int, int], xy: np.ndarray) -> np.ndarray:
    """Metres `(n, 2)` as places on a screen of (width, height) pixels."""
    x, y, wide = view
    width, height = size
    return (np.asarray(xy) - (x, y)) * (width / wide, -width / wide) + (width / 2, height / 2)


def scatter(
    canvas: np.ndarray, view: View, points: np.ndarray, colours: np.ndarray, strength: float, least: int = 1
) -> None:
    """Draw samples as squares of their class's colour, `least` pixels large or more, on `canvas`, uint8 `(height, width, 3)`; `strength` 0 to 1."""
    if strength == 0:
        return
    height, width = canvas.shape[:2]
    resolution = view[2] / width
    size = int(min(max(2_500 / resolution, least), 5))
    some = slice(round(_MOST_POINTS * max(_ALL_OF_EUROPE / resolution, 1) ** 2))
    at = pixels(view, (width, height), points[some])
    rows = np.flatnonzero(((at >= 0) & (at < (width - size, height - size))).all(axis=1))[:_MOST_POINTS]
    x, y = at[rows].astype(int).T
    chosen = colours[some][rows]
    for dy in range(size):
        for dx in range(size):
            under = canvas[y + dy, x + dx]
            canvas[y + dy, x + dx] = (under * (1 - strength) + chosen * strength).astype(np.uint8)


def mercator(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Degrees as metres of EPSG:3857, float64 `(n, 2)`."""
    x, y = transformer(4326, 3857).transform(lon, np.clip(lat, -85, 85))
    return np.column_stack([x, y])


def names(*, countries_first: bool) -> Iterator[tuple[str, float, float, bool]]:
    """Names with their places in metres, and whether each is a town: countries before the largest towns, or towns alone."""
    if countries_first:
        for country in sorted(places.countries(), key=lambda one: -float(shapely.area(one.outline))):
            west, south, east, north = country.bounds
            main = shapely.intersection(
                shapely.make_valid(country.outline), shapely.box(west, south, east, north)
            )
            spot = shapely.point_on_surface(main)
            if not spot.is_empty:
                x, y = mercator(np.array([spot.x]), np.array([spot.y]))[0]
                yield country.name, float(x), float(y), False
    some = towns.towns()
    at = mercator(np.array([one.lon for one in some]), np.array([one.lat for one in some]))
    for town, (x, y) in zip(some, at, strict=True):
        yield town.name, float(x), float(y), True
