"""Which samples train, validate and test: whole blocks of tiles, every class in each, and a gap between them.

Places near each other look alike, so a sample beside one that was trained on is no test: Roberts, D. R. et al. (2017) Cross-validation
strategies for data with temporal, spatial, hierarchical, or phylogenetic structure. Ecography 40, 913-929.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial import cKDTree

from explorer.core import grid
from explorer.core.errors import InvalidQueryError

SPLITS = ("train", "val", "test")
GAP = "gap"
"""The split of samples that are used for nothing: they lie too near to one of another split."""
TILE_KM = grid.TILE_SIZE_M / 1000
EARTH_KM = 6371.0088
_EUROPE = 3035
_TILE = ["zone", "tile_x", "tile_y"]
_COUNT_WEIGHT = 5.0
"""How much the number of samples counts in the choice of a block's split; a class counts 1."""
_MOST_KM = 2000.0


@dataclass(frozen=True)
class SplitSpec:
    """How samples are to be split. `shares` are of train, val and test, and add up to 1. Raises `InvalidQueryError`."""

    shares: tuple[float, float, float] = (0.7, 0.15, 0.15)
    block_km: float = TILE_KM
    gap_km: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values."""
        if len(self.shares) != 3 or not all(0 <= share <= 1 for share in self.shares) or (
            abs(sum(self.shares) - 1) > 1e-6 or self.shares[0] == 0
        ):  # fmt: skip
            raise InvalidQueryError(
                f"shares of train, val and test add up to 1 (or 100), and train has some; not {self.shares}"
            )
        if not (math.isfinite(self.block_km) and TILE_KM <= self.block_km <= _MOST_KM):
            raise InvalidQueryError(
                f"a block is {TILE_KM:g} km (a tile) to {_MOST_KM:g} km wide, not {self.block_km:g} km"
            )
        if not (math.isfinite(self.gap_km) and 0 <= self.gap_km <= _MOST_KM):
            raise InvalidQueryError(f"a gap is 0 to {_MOST_KM:g} km wide, not {self.gap_km:g} km")

    @classmethod
    def parse(cls, text: str, **others: Any) -> SplitSpec:
        """From shares as people write them, `70,15,15` or `0.8,0.1,0.1`. Raises `InvalidQueryError`."""
        try:
            found = [float(part) for part in text.split(",")]
        except ValueError:
            found = []
        whole = 100.0 if sum(found) > 1.5 else 1.0
        if len(found) != 3:
            raise InvalidQueryError(f"{text[:40]!r} is not three shares of train, val and test, as 70,15,15")
        return cls((found[0] / whole, found[1] / whole, found[2] / whole), **others)


def places(ids: Sequence[str] | pd.Index) -> pd.DataFrame:
    """Where samples are, indexed by their ids: `zone`, `tile_x`, `tile_y`, `lon` and `lat` (degrees), `left` and `bottom` (UTM, metres)."""
    corners = grid.utm_corners(ids)
    found = grid.parse_many(ids)[["zone", "tile_x", "tile_y"]]
    return found.assign(**grid.centres(ids)[["lon", "lat"]], left=corners[:, 0], bottom=corners[:, 1])


def blocks(at: pd.DataFrame, block_km: float = TILE_KM) -> np.ndarray:
    """The block of each sample (rows of `places`), int32 `(n,)` from 0: whole tiles, those whose centres lie in one square of `block_km` (EPSG:3035).

    Tiles of two UTM zones overlap where the zones meet; with squares of one projection, they mostly come into one block.
    """
    tiles = at[_TILE].drop_duplicates()
    squares = np.empty((len(tiles), 2), np.int64)
    for zone, rows in tiles.groupby("zone").indices.items():
        middle = (tiles[["tile_x", "tile_y"]].to_numpy()[rows] + 0.5) * grid.TILE_SIZE_M
        x, y = grid.transformer(32600 + int(str(zone)), _EUROPE).transform(middle[:, 0], middle[:, 1])
        squares[rows] = np.floor(np.stack([x, y], axis=1) / (block_km * 1000))
    named = tiles.assign(block=np.unique(squares, axis=0, return_inverse=True)[1].reshape(-1))
    return at[_TILE].merge(named, how="left", on=_TILE)["block"].to_numpy(np.int32)


def split(at: pd.DataFrame, fractions: sparse.csr_matrix, spec: SplitSpec) -> tuple[np.ndarray, np.ndarray]:
    """The split of each sample (`SPLITS`, or `GAP`), str `(n,)`, and its block, int32 `(n,)`.

    `at` are rows of `places`, `fractions` the labels `(n, classes)`. Blocks are given out one by one, those that hold the largest part of a class first (in
    octaves, at random by the seed within one), each where it brings the sums of the classes nearest to their shares (chi square).
    Then whoever of train is nearer than the gap to val or test, and of val to test, is put aside.
    """
    block = blocks(at, spec.block_km)
    count = int(block.max(initial=-1)) + 1
    member = sparse.csr_matrix((np.ones(len(block), np.float32), (block, np.arange(len(block)))))
    sizes = np.bincount(block, minlength=count).astype(np.float64)
    sums = np.concatenate([(member @ fractions).toarray().astype(np.float64), sizes[:, None]], axis=1)
    sums = sums[:, sums.sum(axis=0) > 0]
    given = _give_out(sums, np.array(spec.shares), np.random.default_rng(spec.seed))
    names = np.array(SPLITS, dtype="<U5")[given][block]
    return _with_gap(at, names, spec.gap_km), block


def _give_out(sums: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The split of each block, int64 `(blocks,)`, from what it holds of each class, and of samples in the last column."""
    total = sums.sum(axis=0)
    parts = sums / total
    weight = np.ones(len(total))
    weight[-1] = _COUNT_WEIGHT
    wanted = np.maximum(shares, 1e-9)[:, None]
    have = np.zeros((len(shares), len(total)))
    octave = np.floor(np.log2(parts.max(axis=1)))
    order = np.lexsort((random.random(len(sums)), -octave))
    given = np.zeros(len(sums), np.int64)
    for one in order:
        part = parts[one]
        # By how much chi square, the sum of (have - wanted)^2 / wanted, grows in each split.
        grows = ((2 * part * (have - wanted) + part * part) / wanted * weight).sum(axis=1)
        chosen = int(grows.argmin())
        given[one] = chosen
        have[chosen] += part
    return given


def _on_sphere(at: pd.DataFrame) -> np.ndarray:
    """Centres as points on a sphere of radius 1, float64 `(n, 3)`."""
    places = np.deg2rad(at[["lon", "lat"]].to_numpy())
    lon, lat = places.T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _with_gap(at: pd.DataFrame, names: np.ndarray, gap_km: float) -> np.ndarray:
    if gap_km <= 0 or not len(names):
        return names
    points, chord = _on_sphere(at), 2 * math.sin(gap_km / EARTH_KM / 2)
    names = names.copy()
    for mine, others in (("train", ("val", "test")), ("val", ("test",))):
        own, other = np.flatnonzero(names == mine), np.isin(names, others)
        if len(own) and other.any():
            away, _ = cKDTree(points[other]).query(points[own], distance_upper_bound=chord)
            names[own[np.isfinite(away)]] = GAP
    return names


@dataclass(frozen=True)
class Check:
    """What was measured of a split: see `check`."""

    counts: Mapping[str, int]
    """Samples by split; also of `GAP`."""
    distance_km: float
    """The least distance between centres of samples of different splits; infinite where there is one split only."""
    shared_tiles: int
    """24 km tiles with samples of more than one split."""
    deviation: float
    """The largest difference of a class's part in a split from the split's part of all samples, for classes of 1 % and more."""

    def attributes(self) -> dict[str, Any]:
        """As attributes of a file."""
        return {
            "split_counts": dict(self.counts),
            "split_least_distance_km": round(self.distance_km, 3) if math.isfinite(self.distance_km) else "one split only",
            "split_tiles_shared": self.shared_tiles,
            "split_class_deviation": round(self.deviation, 4),
        }  # fmt: skip


def check(at: pd.DataFrame, names: np.ndarray, fractions: sparse.csr_matrix) -> Check:
    """Measure a split from places, splits and labels alone, whoever made it; `GAP` counts as no split."""
    points, used = _on_sphere(at), [name for name in SPLITS if (names == name).any()]
    chords = [
        float(np.min(cKDTree(points[names == one]).query(points[names == other])[0]))
        for one, other in combinations(used, 2)
    ]
    least = 2 * EARTH_KM * math.asin(min(chords) / 2) if chords else math.inf
    tiles = at[_TILE].assign(split=names)
    tiles = tiles[tiles["split"] != GAP]
    in_tile = tiles.groupby(_TILE)["split"].nunique()
    counts = {name: int((names == name).sum()) for name in (*SPLITS, GAP)}
    return Check(counts, least, int((in_tile > 1).sum()), _deviation(names, used, fractions))


def _deviation(names: np.ndarray, used: Sequence[str], fractions: sparse.csr_matrix) -> float:
    inside = np.flatnonzero(names != GAP)
    total = np.asarray(fractions[inside].sum(axis=0)).ravel()
    large = total >= 0.01 * max(total.sum(), 1e-12)
    worst = 0.0
    for name in used:
        own = np.flatnonzero(names == name)
        part = np.asarray(fractions[own].sum(axis=0)).ravel()[large] / total[large]
        worst = max(worst, float(np.abs(part - len(own) / len(inside)).max(initial=0.0)))
    return worst
