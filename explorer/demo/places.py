"""Where the demo's samples are and what covers them: grid cells on land, and CORINE fractions of each.

Vectorised: half a million places in a few seconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from explorer.core.corine import codes
from explorer.core.errors import InvalidQueryError
from explorer.core.grid import CELLS, TILE_SIZE_M, transformer
from explorer.core.products import CELL_SIZE_M
from explorer.demo import geography, land, noise, suitability

CLASSES = len(codes(3))
MAX_COUNT = 1_000_000
"""Beyond this, places chosen at random would begin to run out of free cells."""
_ZONE_MARGIN_M = 650.0
"""Cells stay this far from the border of their UTM zone, where two zones' grids cross and would overlap."""
_STEP = 1.32471795724474602596  # the plastic number: an even spread in two dimensions (Roberts, 2018)
_CHUNK = 40_000


@dataclass(frozen=True, slots=True)
class Cells:
    """Grid cells: integer arrays `(n,)` as in a sample id, and centres in degrees (float64)."""

    zone: np.ndarray
    tile_x: np.ndarray
    tile_y: np.ndarray
    row: np.ndarray
    col: np.ndarray
    lon: np.ndarray
    lat: np.ndarray

    def __len__(self) -> int:
        return len(self.zone)

    def take(self, rows: np.ndarray) -> Cells:
        """Some of the cells."""
        return Cells(*(getattr(self, name)[rows] for name in self.__slots__))

    def hashes(self, seed: int) -> np.ndarray:
        """One well-mixed uint64 a cell, the same for the same seed wherever the cell stands in the table."""
        return noise.mix(self.zone, self.tile_x, self.tile_y, self.row, self.col, seed)

    def ids(self) -> np.ndarray:
        """Sample ids, object array of str."""
        parts = zip(
            self.zone.tolist(), self.tile_x.tolist(), self.tile_y.tolist(),
            self.row.tolist(), self.col.tolist(), strict=True,
        )  # fmt: skip
        return np.array([f"{z:02d}N_{x}E-{y}N_{r:02d}_{c:02d}" for z, x, y, r, c in parts], dtype=object)


def choose(count: int, seed: int) -> Cells:
    """`count` different cells with their centres on land, spread evenly; no two overlap.

    Their order is scattered, so that any first part of them covers Europe as well.
    """
    if not 1 <= count <= MAX_COUNT:
        raise InvalidQueryError(f"the demo can have 1 to {MAX_COUNT} samples, not {count}")
    found: list[Cells] = []
    seen = np.empty(0, dtype=np.int64)
    have, start, offset = 0, 0, noise.rng(seed, 11).random(2)
    while have < count:
        size = int((count - have) * 3.6) + 2000
        cells = _snap(*_spread(start, size, offset, seed))
        start += size
        cells = cells.take(np.flatnonzero(land.on_land(cells.lon, cells.lat)))
        key = _key(cells)
        _, first = np.unique(key, return_index=True)
        new = np.sort(first[~np.isin(key[first], seen)])[: count - have]
        found.append(cells.take(new))
        seen = np.concatenate([seen, key[new]])
        have += len(new)
    return Cells(*(np.concatenate([getattr(c, name) for c in found]) for name in Cells.__slots__))


def _key(cells: Cells) -> np.ndarray:
    column = cells.tile_x.astype(np.int64) * CELLS + cells.col
    line = cells.tile_y.astype(np.int64) * CELLS - cells.row + CELLS
    return (cells.zone.astype(np.int64) << 40) | (column << 20) | line


def _spread(start: int, size: int, offset: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Places spread evenly over the box, by area, that may be land: lon and lat in degrees."""
    i = np.arange(start + 1, start + size + 1, dtype=np.float64)
    shake = noise.rng(seed, 12, start).uniform(-7e-4, 7e-4, (2, size))  # breaks the sequence's own pattern
    u = (offset[0] + i / _STEP + shake[0]) % 1
    v = (offset[1] + i / _STEP**2 + shake[1]) % 1
    low, high = np.sin(np.radians([land.SOUTH, land.NORTH]))
    lon, lat = land.WEST + u * (land.EAST - land.WEST), np.degrees(np.arcsin(low + v * (high - low)))
    keep = land.maybe_land(lon, lat) > 0
    return lon[keep], lat[keep]


def _snap(lon: np.ndarray, lat: np.ndarray) -> Cells:
    """The cells that hold places, with the cells' own centres; those at a zone's border are left out."""
    zone = ((lon + 180) // 6).astype(np.int64) + 1
    x, y = np.empty_like(lon), np.empty_like(lat)
    centre_lon, centre_lat = np.empty_like(lon), np.empty_like(lat)
    for z in np.unique(zone):
        rows = np.flatnonzero(zone == z)
        epsg = 32600 + int(z)
        x[rows], y[rows] = transformer(4326, epsg).transform(lon[rows], lat[rows])
        x[rows] = np.floor(x[rows] / CELL_SIZE_M) * CELL_SIZE_M
        y[rows] = np.floor(y[rows] / CELL_SIZE_M) * CELL_SIZE_M
        half = CELL_SIZE_M / 2
        centre_lon[rows], centre_lat[rows] = transformer(epsg, 4326).transform(x[rows] + half, y[rows] + half)
    border = np.minimum((centre_lon + 180) - 6 * (zone - 1), 6 * zone - (centre_lon + 180))
    keep = border * 111_320 * np.cos(np.radians(centre_lat)) > _ZONE_MARGIN_M
    tile_x, tile_y = x // TILE_SIZE_M, y // TILE_SIZE_M
    col = (x - tile_x * TILE_SIZE_M) // CELL_SIZE_M + 1
    row = CELLS - (y - tile_y * TILE_SIZE_M) // CELL_SIZE_M
    zone, tile_x, tile_y, row, col = (a[keep].astype(np.int16) for a in (zone, tile_x, tile_y, row, col))
    return Cells(zone, tile_x, tile_y, row, col, centre_lon[keep], centre_lat[keep])


def cover(cells: Cells, seed: int) -> np.ndarray:
    """What truly covers each cell: CORINE fractions `(n, 44)` float32, one to five classes, sum 1."""
    land.outlines()  # before the threads, which would each work them out
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:  # NumPy and GEOS let go of the interpreter
        parts = list(pool.map(lambda rows: _cover(cells.take(rows), seed), _chunks(len(cells))))
    return np.concatenate(parts)


def _chunks(count: int) -> Iterator[np.ndarray]:
    for start in range(0, count, _CHUNK):
        yield np.arange(start, min(count, start + _CHUNK))


def _cover(cells: Cells, seed: int) -> np.ndarray:
    place = geography.setting(cells.lon, cells.lat, seed)
    sea_km = land.sea_distance(place.east, place.north)
    return fractions(suitability.scores(place, sea_km, seed), cells.hashes(seed))


def fractions(scores: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Shares from scores `(n, 44)`: the best class, and up to four that come near it. float32, sum 1."""
    n = len(scores)
    rows = np.arange(n)[:, None]
    top = np.argpartition(scores, -5, axis=1)[:, -5:]
    value = scores[rows, top]
    # Some cells lie in the midst of one class, others where several meet.
    mixing = 0.18 + 1.1 * noise.uniform(hashes, 1)[:, None] ** 2
    weight = np.exp((value - value.max(axis=1, keepdims=True)) / mixing)
    weight *= 0.6 + 0.8 * noise.uniform(hashes[:, None] + np.arange(5, dtype=np.uint64), 2)
    weight /= weight.sum(axis=1, keepdims=True)
    weight[weight < 0.05] = 0
    weight /= weight.sum(axis=1, keepdims=True)
    share = np.round(weight, 3)
    best = share.argmax(axis=1)
    share[rows[:, 0], best] += 1 - share.sum(axis=1)
    table = np.zeros((n, CLASSES), dtype=np.float32)
    table[rows, top] = share
    return np.round(table, 3)
