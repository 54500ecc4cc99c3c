"""An area drawn on the map: a box or a ring, as a link has it, and which samples lie in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from explorer.core.errors import InvalidQueryError
from explorer.core.grid import transformer

MAX_POINTS = 64
"""A drawn line has hundreds of points; so many keep its shape to a few pixels, and a link short."""
_MAX_READ, _MAX_WEIGHED, _MAX_MENDED = 5_000, 500, 256
"""Points of a drawn line that are read, that are weighed one against the other, and whose crossings are looked for:
random points cross each other some `n * n / 5` times, and 256 of them take GEOS 0.06 s, 1,000 take 3.5 s."""
_EDGE_X, _EDGE_Y = 20_037_508.34, 19_971_868.88
"""Where the map ends: 180 degrees east and west, 85 degrees north and south; EPSG:3857 metres."""
_FAR = 1e8
_PART = 0.02
"""The share of a drawn area under which a part of it is a slip of the hand, as where the line's ends cross."""
_ALIKE = 0.7
"""The share of what a line and its few corners enclose together that both must enclose, for the corners to stand for it."""

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
        """The area of a box drawn on the map (EPSG:3857 metres), as far as the map reaches. Raises `InvalidQueryError`."""
        corners = _on_the_map([min(x0, x1), max(x0, x1)], [min(y0, y1), max(y0, y1)])
        return cls(_degrees(corners))

    @classmethod
    def ring(cls, xs: Sequence[float], ys: Sequence[float]) -> Area:
        """The area of a line drawn around it (EPSG:3857 metres), mended where it crosses itself, of `MAX_POINTS` at most.

        What the line goes around once or more is inside; of a scribble, whose shape so few points cannot keep, all that
        lies between its outermost points. Ends within half a second whatever the line is; call it in a thread. Raises
        `InvalidQueryError` where the line encloses nothing.
        """
        line = _on_the_map(xs, ys)
        if len(line) < 3:
            raise InvalidQueryError("draw around an area: at least three points")
        line = _corners(_smoothed(line), _MAX_MENDED)
        meant = _mended(line)
        parts = shapely.get_parts(meant)
        sizes = shapely.area(parts)
        if not sizes.sum() > 0:
            raise InvalidQueryError(_NOTHING)
        large = parts[sizes > _PART * sizes.sum()]
        if (
            len(large) == 1
        ):  # else they touch in points, and the line through them all is the one ring there is
            line = shapely.get_coordinates(shapely.get_exterior_ring(large[0]))[:-1]
        ring = _corners(line, MAX_POINTS)
        kept = _mended(ring)
        both, either = shapely.intersection(kept, meant), shapely.union(kept, meant)
        if shapely.area(both) < _ALIKE * shapely.area(either):
            hull = shapely.convex_hull(shapely.MultiPoint(line))
            ring = _corners(shapely.get_coordinates(hull)[:-1], MAX_POINTS)
        area = cls(_degrees(ring))
        if not shapely.area(_mended(area.outline)) > 0:  # within the 10 m to which its points are rounded
            raise InvalidQueryError(_NOTHING)
        return area

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
            ring = _mended(outline)
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


_NOTHING = "draw around an area: this line encloses nothing"


def _on_the_map(xs: Sequence[float], ys: Sequence[float]) -> np.ndarray:
    """Points as `(n, 2)` float64 within the map's edges, evenly fewer where there are too many. Raises `InvalidQueryError`."""
    if not (isinstance(xs, Sequence | np.ndarray) and isinstance(ys, Sequence | np.ndarray)) or len(
        xs
    ) != len(ys):
        raise InvalidQueryError("a drawn line has as many x as y")
    picked = np.linspace(0, max(len(xs) - 1, 0), min(len(xs), _MAX_READ)).round().astype(int)
    try:
        points = np.array([(float(xs[i]), float(ys[i])) for i in picked], float).reshape(-1, 2)
    except (TypeError, ValueError, OverflowError):
        raise InvalidQueryError("a drawn line is made of numbers") from None
    if not (np.abs(points) < _FAR).all():  # not a number is not less either
        raise InvalidQueryError("the drawn line leaves the map")
    return np.clip(points, (-_EDGE_X, -_EDGE_Y), (_EDGE_X, _EDGE_Y))


def _smoothed(line: np.ndarray) -> np.ndarray:
    """A closed line without what strays less than a five hundredth of its size."""
    step = float(np.ptp(line, axis=0).max()) / 500
    closed = shapely.LineString(np.vstack([line, line[:1]]))
    # Keeping the topology, no step however wide removes a crossing: only without it do fewer points always come out.
    found = shapely.get_coordinates(shapely.simplify(closed, step, preserve_topology=False))[:-1]
    picked = np.linspace(0, len(found) - 1, min(len(found), _MAX_WEIGHED)).round().astype(int)
    return np.asarray(found[picked])


def _corners(line: np.ndarray, most: int) -> np.ndarray:
    """The corners of a ring that matter most, `(most, 2)` or fewer, by Visvalingam and Whyatt (1993).

    One after the other, the corner goes that spans the smallest triangle with its neighbours: it always ends.
    """
    while len(line) > most:
        before, after = np.roll(line, 1, axis=0) - line, np.roll(line, -1, axis=0) - line
        spanned = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
        line = np.delete(line, spanned.argmin(), axis=0)
    return line


def _mended(outline: np.ndarray) -> shapely.Geometry:
    """What a ring `(n, 2)` encloses, whichever way round and however often; empty where that is nothing."""
    if len(outline) < 3:
        return shapely.Polygon()
    return shapely.make_valid(shapely.Polygon(outline), method="structure", keep_collapsed=False)


def _degrees(points: np.ndarray) -> tuple[Place, ...]:
    lon, lat = transformer(3857, 4326).transform(*points.T)
    return tuple(zip(lon.tolist(), lat.tolist(), strict=True))
