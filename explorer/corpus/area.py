"""An area drawn on the map: a box or a ring, as a link has it, and which samples lie in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from explorer.errors import InvalidQueryError
from explorer.grid import transformer

MAX_POINTS = 64
"""A drawn line has hundreds of points; so many keep its shape to a few pixels, and a link short."""

Place = tuple[float, float]
"""(lon, lat) in degrees, rounded to 4 decimals (some 10 m)."""


@dataclass(frozen=True)
class Area:
    """Two corners of a box, or three and more points of a ring; edges are straight on the map (web mercator)."""

    points: tuple[Place, ...]

    def __post_init__(self) -> None:
        """Round and check the points. Raises `InvalidQueryError`."""
        if not 2 <= len(self.points) <= MAX_POINTS:
            raise InvalidQueryError(f"an area has 2 to {MAX_POINTS} points, not {len(self.points)}")
        rounded = tuple((round(float(lon), 4) + 0.0, round(float(lat), 4) + 0.0) for lon, lat in self.points)
        for lon, lat in rounded:
            if not (math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 85):
                raise InvalidQueryError(f"{lon:g},{lat:g} is no longitude and latitude on this map")
        object.__setattr__(self, "points", rounded)

    @classmethod
    def box(cls, x0: float, y0: float, x1: float, y1: float) -> Area:
        """The area of a box drawn on the map (EPSG:3857 metres)."""
        return cls(tuple(_degrees([min(x0, x1), max(x0, x1)], [min(y0, y1), max(y0, y1)])))

    @classmethod
    def ring(cls, xs: Sequence[float], ys: Sequence[float]) -> Area:
        """The area of a line drawn around it (EPSG:3857 metres), simplified to `MAX_POINTS`."""
        if len(xs) < 3:
            raise InvalidQueryError("draw around an area: at least three points")
        ring = shapely.Polygon(np.column_stack([xs, ys]))
        step = max(np.ptp(xs), np.ptp(ys)) / 500
        found = ring
        while len(found.exterior.coords) - 1 > MAX_POINTS:
            found = shapely.Polygon(shapely.get_exterior_ring(shapely.simplify(ring, step)))
            step *= 1.6
        if found.is_empty or len(found.exterior.coords) < 4:
            raise InvalidQueryError("draw around an area: this line encloses nothing")
        x, y = np.asarray(found.exterior.coords)[:-1].T
        return cls(tuple(_degrees(x, y)))

    @property
    def outline(self) -> np.ndarray:
        """The ring on the map, `(n, 2)` in EPSG:3857 metres, not closed."""
        lon, lat = np.array(self.points).T
        x, y = transformer(4326, 3857).transform(lon, lat)
        if len(self.points) == 2:
            x, y = x[[0, 1, 1, 0]], y[[0, 0, 1, 1]]
        return np.column_stack([x, y])

    def mask(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Which places (EPSG:3857 metres, `(n,)`) lie inside, bool `(n,)`."""
        outline = self.outline
        (x0, y0), (x1, y1) = outline.min(axis=0), outline.max(axis=0)
        mask = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        if len(self.points) > 2:
            ring = shapely.make_valid(shapely.Polygon(outline))
            shapely.prepare(ring)
            rows = np.flatnonzero(mask)
            mask[rows] = shapely.contains_xy(ring, x[rows], y[rows])
        return mask

    def format(self) -> str:
        """As a link has it: `3.1,50.2;4.5,51.3`."""
        return ";".join(
            f"{lon:g},{lat:g}" if abs(lon) < 100 else f"{lon:.4f},{lat:g}" for lon, lat in self.points
        )

    @classmethod
    def parse(cls, text: str) -> Area:
        """The area that a link has. Raises `InvalidQueryError`."""
        points = []
        for part in text[:2000].split(";"):
            numbers = part.split(",")
            try:
                lon, lat = (float(n) for n in numbers)
            except ValueError:
                raise InvalidQueryError(f"{part[:30]!r} is not lon,lat") from None
            points.append((lon, lat))
        return cls(tuple(points))


def _degrees(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> list[Place]:
    lon, lat = transformer(3857, 4326).transform(np.asarray(x, float), np.asarray(y, float))
    return list(zip(lon.tolist(), lat.tolist(), strict=True))
