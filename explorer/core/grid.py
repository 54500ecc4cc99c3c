"""The corpus's grid: a sample id is a 600 m cell, and a cell is an id.

`{zone}_{X}E-{Y}N_{row}_{col}`: a 24 km tile whose lower-left corner is (X * 24000, Y * 24000) metres in that
UTM zone (WGS 84, EPSG:326xx), divided into 40 x 40 cells; row counts from 1 at the top, col from 1 at the left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from explorer.core.errors import InvalidSampleIdError
from explorer.core.products import CELL_SIZE_M

TILE_SIZE_M = 24_000
CELLS = TILE_SIZE_M // CELL_SIZE_M  # 40 along a tile's edge

_PATTERN = r"(\d{2})N_(\d{1,3})E-(\d{1,3})N_(\d{2})_(\d{2})"
_ID = re.compile(_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A 600 m cell: UTM zone, tile (in units of 24 km), and row and column in it (1 to 40)."""

    zone: int
    tile_x: int
    tile_y: int
    row: int
    col: int

    @property
    def epsg(self) -> int:
        """EPSG code of the cell's UTM zone."""
        return 32600 + self.zone

    @property
    def zone_name(self) -> str:
        """First folder of the layout: `33N`."""
        return f"{self.zone:02d}N"

    @property
    def tile(self) -> str:
        """Second folder of the layout: `15E-200N`."""
        return f"{self.tile_x}E-{self.tile_y}N"

    @property
    def sample_id(self) -> str:
        """The cell written as an id."""
        return f"{self.zone_name}_{self.tile}_{self.row:02d}_{self.col:02d}"

    @property
    def folder(self) -> str:
        """`{zone}/{tile}/{sample_id}`, as `imagery/` is laid out."""
        return f"{self.zone_name}/{self.tile}/{self.sample_id}"

    @property
    def label_key(self) -> str:
        """Path of the sample's label file, relative to the corpus's root."""
        return f"labels/{self.zone_name}/{self.tile}/labels_{self.sample_id}.geojson"

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in metres of the cell's UTM zone."""
        left = self.tile_x * TILE_SIZE_M + (self.col - 1) * CELL_SIZE_M
        top = (self.tile_y + 1) * TILE_SIZE_M - (self.row - 1) * CELL_SIZE_M
        return (left, top - CELL_SIZE_M, left + CELL_SIZE_M, top)

    @property
    def centre(self) -> tuple[float, float]:
        """(lon, lat) of the centre in degrees, EPSG:4326."""
        left, bottom, right, top = self.bounds
        lon, lat = transformer(self.epsg, 4326).transform((left + right) / 2, (bottom + top) / 2)
        return float(lon), float(lat)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """(lon, lat) of the upper left, upper right, lower left and lower right corner, degrees, EPSG:4326."""
        left, bottom, right, top = self.bounds
        lons, lats = transformer(self.epsg, 4326).transform(
            [left, right, left, right], [top, top, bottom, bottom]
        )
        return tuple(zip(map(float, lons), map(float, lats), strict=True))

    def footprint(self, crs: int = 4326) -> shapely.Polygon:
        """The cell's outline, counter-clockwise, in the CRS of an EPSG code."""
        left, bottom, right, top = self.bounds
        xs, ys = transformer(self.epsg, crs).transform([left, right, right, left], [bottom, bottom, top, top])
        return shapely.Polygon(list(zip(xs, ys, strict=True)))

    def pixel(self, lon: float, lat: float, pixel_size: float) -> tuple[int, int] | None:
        """(row, col) of the pixel that holds a place, from the top left; None outside the cell."""
        x, y = transformer(4326, self.epsg).transform(lon, lat)
        left, bottom, right, top = self.bounds
        if not (left <= x < right and bottom < y <= top):
            return None
        return int((top - y) // pixel_size), int((x - left) // pixel_size)


def parse(sample_id: object) -> Cell:
    """The cell that an id names; raises `InvalidSampleIdError` for anything else.

    >>> parse("33N_15E-200N_01_09").bounds
    (364800, 4823400, 365400, 4824000)
    """
    match = _ID.fullmatch(sample_id) if isinstance(sample_id, str) else None
    if not match:
        raise InvalidSampleIdError(sample_id, "it does not have the form of one")
    zone, tile_x, tile_y, row, col = (int(part) for part in match.groups())
    if not 1 <= zone <= 60:
        raise InvalidSampleIdError(sample_id, f"UTM zones run from 1 to 60, not {zone}")
    if not (1 <= row <= CELLS and 1 <= col <= CELLS):
        raise InvalidSampleIdError(sample_id, f"rows and columns run from 1 to {CELLS}")
    cell = Cell(zone, tile_x, tile_y, row, col)
    if cell.sample_id != sample_id:
        raise InvalidSampleIdError(sample_id, f"that place is written {cell.sample_id}")
    return cell


def cell_at(lon: float, lat: float) -> Cell:
    """The cell that holds a place (degrees, northern hemisphere), in the standard UTM zone of its longitude.

    >>> cell_at(13.33, 43.554).sample_id
    '33N_15E-200N_01_09'
    """
    zone = int((lon + 180) // 6) % 60 + 1
    x, y = transformer(4326, 32600 + zone).transform(lon, lat)
    tile_x, tile_y = int(x // TILE_SIZE_M), int(y // TILE_SIZE_M)
    col = int((x - tile_x * TILE_SIZE_M) // CELL_SIZE_M) + 1
    row = CELLS - int((y - tile_y * TILE_SIZE_M) // CELL_SIZE_M)
    return Cell(zone, tile_x, tile_y, row, col)


@cache
def transformer(source: int, target: int | str) -> Transformer:
    """A cached x, y (lon, lat) transformer from an EPSG code to another, or to a CRS written as WKT."""
    return Transformer.from_crs(source, target, always_xy=True)


def parse_many(sample_ids: Sequence[str] | pd.Index) -> pd.DataFrame:
    """Zone, tile_x, tile_y, row and col (int32) of many ids, indexed by them.

    Raises `InvalidSampleIdError` for the first that is not one.
    """
    ids = pd.Index(sample_ids, name="sample_id")
    parts = ids.to_series().astype(str).str.extract(f"^{_PATTERN}$")
    parts.columns = pd.Index(["zone", "tile_x", "tile_y", "row", "col"])
    bad = parts["zone"].isna()
    if bad.any():
        raise InvalidSampleIdError(ids[int(np.argmax(bad))], "it does not have the form of one")
    cells = parts.astype(np.int32)
    wrong = ~(cells["zone"].between(1, 60) & cells["row"].between(1, CELLS) & cells["col"].between(1, CELLS))
    if wrong.any():
        parse(ids[int(np.argmax(wrong))])  # says what is wrong with it
    return cells


def _corners(cells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """UTM (left, top) of each cell, metres."""
    left = cells["tile_x"].to_numpy(np.float64) * TILE_SIZE_M + (cells["col"] - 1) * CELL_SIZE_M
    top = (cells["tile_y"].to_numpy(np.float64) + 1) * TILE_SIZE_M - (cells["row"] - 1) * CELL_SIZE_M
    return np.asarray(left), np.asarray(top)


def _by_zone(cells: pd.DataFrame) -> Iterator[tuple[int, np.ndarray]]:
    """Each UTM zone with the positions of its cells."""
    zones = cells["zone"].to_numpy()
    for zone in np.unique(zones):
        yield int(zone), np.flatnonzero(zones == zone)


def centres(sample_ids: Sequence[str] | pd.Index) -> pd.DataFrame:
    """`lon`, `lat` (degrees, EPSG:4326) and `x`, `y` (metres, EPSG:3857) of many ids' centres, float64."""
    cells = parse_many(sample_ids)
    left, top = _corners(cells)
    half = CELL_SIZE_M / 2
    lon, lat = np.empty(len(cells)), np.empty(len(cells))
    for zone, rows in _by_zone(cells):
        lon[rows], lat[rows] = transformer(32600 + zone, 4326).transform(left[rows] + half, top[rows] - half)
    x, y = transformer(4326, 3857).transform(lon, lat)
    return pd.DataFrame({"lon": lon, "lat": lat, "x": x, "y": y}, index=cells.index)


def utm_corners(sample_ids: Sequence[str] | pd.Index) -> np.ndarray:
    """Lower left corners of many ids' cells, float64 `(n, 2)`: x and y in metres of each cell's own UTM zone."""
    left, top = _corners(parse_many(sample_ids))
    return np.stack([left, top - CELL_SIZE_M], axis=1)


def corners(sample_ids: Sequence[str] | pd.Index, crs: int | str = 4326) -> np.ndarray:
    """Corners of many ids' cells, counter-clockwise from the lower left, float64 `(n, 4, 2)`: x, y (lon, lat) in a CRS.

    `crs` is an EPSG code, or WKT. A corner that the CRS cannot hold is infinite.
    """
    cells = parse_many(sample_ids)
    left, top = _corners(cells)
    found = np.empty((len(cells), 4, 2))
    for zone, rows in _by_zone(cells):
        x, y = left[rows], top[rows]
        right, bottom = x + CELL_SIZE_M, y - CELL_SIZE_M
        xs, ys = np.stack([x, right, right, x], axis=1), np.stack([bottom, bottom, y, y], axis=1)
        found[rows, :, 0], found[rows, :, 1] = transformer(32600 + zone, crs).transform(xs, ys)
    return found


def footprints(sample_ids: Sequence[str] | pd.Index, crs: int = 4326) -> np.ndarray:
    """Outlines of many ids as shapely polygons `(n,)`, counter-clockwise, in the CRS of an EPSG code."""
    found = corners(sample_ids, crs)
    polygons: Any = shapely.polygons(np.concatenate([found, found[:, :1]], axis=1))
    return np.asarray(polygons)


def written_footprints(sample_ids: Sequence[str] | pd.Index) -> np.ndarray:
    """`footprints` in degrees as files of text hold them, `(n,)`: to 1e-7 degrees, which is a centimetre."""
    return np.atleast_1d(shapely.set_precision(footprints(sample_ids), 1e-7, mode="pointwise"))
