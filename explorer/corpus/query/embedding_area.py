"""A part of an embedding map as a condition: the samples whose places in it a drawn line encloses."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

import numpy as np
import shapely

from explorer.core.errors import InvalidQueryError

MAX_POINTS = 48
"""Of a drawn line so many are kept: its shape to a few pixels, and a link that can be sent."""
_MOST_READ = 5_000
_FAR = 1e6
"""Coordinates are smaller: PCA's are some units, UMAP's tens, openTSNE's a few hundred."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}")
_METHOD = re.compile(r"[a-z0-9]{1,20}")

Point = tuple[float, float]


class EmbeddingPlaces(Protocol):
    """The embedding maps of a corpus."""

    def has_map(self, name: str, method: str) -> bool:
        """Whether there is one of the table of features of a name, made by a method."""

    def places(self, name: str, method: str) -> np.ndarray:
        """Coordinates of all samples, float32 `(n, 2)`, NaN where a sample has no features. Raises an `ExplorerError` where there is none."""


@dataclass(frozen=True)
class EmbeddingArea:
    """Two corners of a box, or three and more points of a ring, in the coordinates of the map of features `name` made by `method`."""

    name: str
    method: str
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        """Round to four digits and check. Raises `InvalidQueryError`."""
        if not _NAME.fullmatch(self.name):
            raise InvalidQueryError(f"{self.name[:60]!r} is no name of features")
        if not _METHOD.fullmatch(self.method):
            raise InvalidQueryError(f"{self.method[:30]!r} is no method of an embedding map")
        if not 2 <= len(self.points) <= MAX_POINTS:
            raise InvalidQueryError(
                f"an area of an embedding map has 2 to {MAX_POINTS} points, not {len(self.points)}"
            )
        points = tuple((_rounded(x), _rounded(y)) for x, y in self.points)
        object.__setattr__(self, "points", points)

    def __str__(self) -> str:
        places = "~".join(f"{x:g}_{y:g}" for x, y in self.points)
        return f"{quote(self.name, safe=' ')}:{self.method}:{places}"

    @classmethod
    def parse(cls, text: str) -> EmbeddingArea:
        """From its text, `made-up:pca:-0.2_0.1~0.3_0.4`. Raises `InvalidQueryError`."""
        parts = text[:4_000].split(":")
        try:
            name, method, places = parts
            points = []
            for place in places.split("~"):
                x, y = place.split("_")
                points.append((float(x), float(y)))
        except ValueError:
            raise InvalidQueryError(
                f"{text[:60]!r} is not NAME:METHOD:X_Y~X_Y, as made-up:pca:-0.2_0.1~0.3_0.4"
            ) from None
        return cls(unquote(name), method, tuple(points))

    @classmethod
    def ring(cls, name: str, method: str, xs: Sequence[float], ys: Sequence[float]) -> EmbeddingArea:
        """The area of a line drawn around it. Raises `InvalidQueryError` where it encloses nothing."""
        try:
            line = np.array([xs, ys], float).T[:_MOST_READ]
        except (TypeError, ValueError):
            raise InvalidQueryError("a drawn line is made of as many numbers x as y") from None
        if line.ndim != 2 or len(line) < 3 or not (np.abs(line) < _FAR).all():
            raise InvalidQueryError("draw around an area: at least three points on the map")
        closed = shapely.LineString(np.vstack([line, line[:1]]))
        step = float(np.ptp(line, axis=0).max()) / 300
        corners = shapely.get_coordinates(shapely.simplify(closed, step, preserve_topology=False))[:-1]
        if len(corners) > MAX_POINTS:
            corners = corners[np.linspace(0, len(corners) - 1, MAX_POINTS).round().astype(int)]
        if len(corners) < 3:
            raise InvalidQueryError("draw around an area: this line encloses nothing")
        found = cls(name, method, tuple((float(x), float(y)) for x, y in corners))
        if not shapely.area(found.polygon) > 0:
            raise InvalidQueryError("draw around an area: this line encloses nothing")
        return found

    @property
    def outline(self) -> np.ndarray:
        """The ring, float64 `(n, 2)`, not closed."""
        points = np.array(self.points)
        if len(points) > 2:
            return points
        (x0, y0), (x1, y1) = points
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])

    @property
    def polygon(self) -> shapely.Geometry:
        """What the line goes around, whichever way round."""
        return shapely.make_valid(shapely.Polygon(self.outline), method="structure", keep_collapsed=False)

    def mask(self, places: EmbeddingPlaces) -> np.ndarray:
        """Which samples lie in it, bool `(n,)`. Raises as `EmbeddingPlaces.places`."""
        x, y = places.places(self.name, self.method).T
        (x0, y0), (x1, y1) = self.outline.min(axis=0), self.outline.max(axis=0)
        mask = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        if len(self.points) > 2:
            polygon = self.polygon
            shapely.prepare(polygon)
            rows = np.flatnonzero(mask)
            mask[rows] = shapely.contains_xy(polygon, x[rows], y[rows])
        return np.asarray(mask)


def _rounded(value: float) -> float:
    number = float(value)
    if not (math.isfinite(number) and abs(number) < _FAR):
        raise InvalidQueryError(f"{value!r} is no coordinate of an embedding map")
    return float(f"{number:.4g}") + 0.0
