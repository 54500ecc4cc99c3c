"""Drawn regions as values: a box or a polygon in the Planet Fusion chip, its text in a link, its pixels and its size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from explorer.analysis.regions import inside, polygon_of
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, Product

Point = tuple[float, float]
"""(row, col) of the Planet Fusion chip, 0 to 200 from its top left corner, in steps of half a pixel."""

KINDS = {"box": "box", "poly": "polygon"}
"""What a link calls a shape, and its `kind`."""
MAX_POINTS = 64
"""Vertices of a polygon that is kept in a link."""
MAX_NAME = 24
_JOINERS = "\u200c\u200d"  # Persian, Sinhala and other scripts spell names with them
_MAX_READ = 400
_NUMBER = re.compile(r"\s*\d{1,3}(\.\d{1,3})?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shape:
    """A region that was drawn, checked: it lies in the chip and holds the centre of a 3 m pixel at least.

    `kind` is `box` or `polygon`. `points` are (row, col), see `Point`: of a box its upper left and its lower right
    corner, of a polygon its 3 to 64 vertices, not closed. A pixel at row r and col c reaches from (r, c) to (r + 1, c + 1).
    `name` is a person's, or empty. Make one by `Shape.of`, which rounds and checks; equal shapes compare equal.
    """

    kind: str
    points: tuple[Point, ...]
    name: str = ""

    @classmethod
    def of(cls, kind: str, points: Sequence[Sequence[float]], name: str = "") -> Shape:
        """A shape of untrusted points, rounded to half pixels. Raises `InvalidQueryError` that names what is wrong."""
        if kind not in KINDS.values():
            raise InvalidQueryError(f"a region is a box or a polygon, not {str(kind)[:20]!r}")
        if kind == "box" and len(points) != 2:
            raise InvalidQueryError(f"a box has two corners, not {len(points)}")
        if kind == "polygon" and not 3 <= len(points) <= MAX_POINTS:
            raise InvalidQueryError(f"a drawn polygon has 3 to {MAX_POINTS} corners, not {len(points)}")
        if any(len(point) != 2 for point in points):
            raise InvalidQueryError("a region's corners are pairs of row and column")
        found = tuple((_half(row), _half(col)) for row, col in points)
        if kind == "box":
            (r0, c0), (r1, c1) = found
            found = ((min(r0, r1), min(c0, c1)), (max(r0, r1), max(c0, c1)))
        shape = cls(kind, found, clean_name(name))
        if shape.area <= 0 or not len(shape.pixels()[0]):
            raise InvalidQueryError(
                "a region has to hold the centre of one 3 m pixel at least: draw a larger one"
            )
        return shape

    @property
    def where(self) -> dict[str, Any]:
        """The region as `profiles.region` and `regions.polygon_of` take it: `**shape.where`."""
        if self.kind == "box":
            return {"box": (*self.points[0], *self.points[1])}
        return {"polygon": list(self.points)}

    @property
    def geometry(self) -> shapely.Geometry:
        """In the chip's grid, x the column and y the row."""
        return polygon_of(**self.where)

    def pixels(self, product: Product = PF_SR) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns (int64 `(n,)`, of the product's own grid) of the pixels whose centre lies inside.

        There may be none in a coarser grid.
        """
        return inside(self.geometry, product)

    @property
    def area(self) -> float:
        """Square metres on the ground."""
        return float(shapely.area(self.geometry) * PF_SR.pixel_size**2)

    @property
    def size(self) -> str:
        """For people: `150 × 90 m, 1.35 ha`."""
        west, north, east, south = shapely.bounds(self.geometry).tolist()
        high, wide = ((b - a) * PF_SR.pixel_size for a, b in ((north, south), (west, east)))
        return f"{wide:g} × {high:g} m, {self.area / 10_000:.2f} ha"

    def named(self, name: str) -> Shape:
        """The same region under another name; an empty one takes it away."""
        return replace(self, name=clean_name(name))

    def format(self) -> str:
        """As a link has it: `box:10,20,60,80` or `poly:10,20,30,40,50,10`, then `:name` where it has one."""
        kind = next(text for text, kind in KINDS.items() if kind == self.kind)
        numbers = ",".join(f"{value:g}" for point in self.points for value in point)
        return f"{kind}:{numbers}" + (f":{self.name}" if self.name else "")

    @classmethod
    def parse(cls, text: str) -> Shape:
        """The shape that `format` wrote. Raises `InvalidQueryError`."""
        word, _, rest = text.partition(":")
        numbers, _, name = rest.partition(":")
        if word.strip() not in KINDS:
            raise InvalidQueryError(f"{text[:20]!r} is neither box:... nor poly:...")
        given = numbers.split(",")
        if len(given) > 2 * MAX_POINTS:
            raise InvalidQueryError(f"a drawn polygon has 3 to {MAX_POINTS} corners, not {len(given) // 2}")
        bad = next((number for number in given if not _NUMBER.fullmatch(number)), None)
        if bad is not None or len(given) % 2:
            what = (
                f"{bad[:20]!r} is no number of rows or columns"
                if bad is not None
                else "one number is left over"
            )
            raise InvalidQueryError(f"{text[:20]!r} is not row,col,row,col,...: {what}")
        values = [float(number) for number in given]
        return cls.of(KINDS[word.strip()], list(zip(values[::2], values[1::2], strict=True)), name)


def clean_name(text: str) -> str:
    """A pin's or a region's name: one line of at most 24 characters, without what separates names in a link."""
    kept = "".join(c for c in text[:_MAX_READ] if (c.isprintable() or c in _JOINERS) and c != ";")
    return kept.strip(_JOINERS + " ")[:MAX_NAME].strip(_JOINERS + " ")


def _half(value: Any) -> float:
    """A row or column rounded to half a pixel. Raises `InvalidQueryError` outside the chip."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= PF_SR.size:
        raise InvalidQueryError(
            f"{str(value)[:20]!r} is outside the chip: a region's rows and columns run from 0 to {PF_SR.size}"
        )
    return round(float(value) * 2) / 2
