"""The nearest samples by a table of features: exact, by matrix products of float32, over half a million in some 20 ms.

Features are centred by their medians and divided by their spreads (embeddings of unit length are taken as they are), then turned onto
their principal axes, so that correlated features count once and the first axes tell the most. A distance over the first axes is never
larger than the whole one: who is farther by them than the last of the nearest needs no second look, so that nothing is missed.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from explorer.core import forking
from explorer.core.atomic_file import replacing
from explorer.core.config import settings
from explorer.core.errors import InvalidQueryError
from explorer.similar.feature_table import FeatureTable

MAX_NEAREST = 10_000
HEAD = 32
"""Axes that are looked at of all samples."""
MOST_AXES = 128
_KEPT = 0.995
"""Part of the features' variance that the axes hold, where there are more than `HEAD` of them."""
_OUTLIER = 5.0  # spreads that a feature may lie from the median
_UNIT = 0.01  # how far rows of unit length may be from it
_TRAIN = 100_000
_ROWS = 50_000
_FEW = 16
"""Of so many samples one may be looked at alone."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Scaling:
    """How numbers of a table become places: `(values[:, columns] - middle) / spread`, cut at `outlier`, then minus `mean`, times `axes`."""

    columns: np.ndarray
    middle: np.ndarray
    spread: np.ndarray
    outlier: float
    mean: np.ndarray
    axes: np.ndarray  # (columns, axes) float32

    def place(self, values: np.ndarray) -> np.ndarray:
        """Rows of a table, `(n, columns)`, as places, float32 `(n, axes)`; what is missing counts as usual."""
        scaled = (values[:, self.columns] - self.middle) / self.spread
        np.clip(scaled, -self.outlier, self.outlier, out=scaled)
        scaled[~np.isfinite(scaled)] = 0
        return np.asarray((scaled - self.mean) @ self.axes, np.float32)


class Space:
    """Places of samples, in which near ones are alike; distances are such that two samples are 1 apart in the mean of squares.

    `rows` are positions in the sample table, ascending; `places` float32 `(n, axes)`, the axes that tell the most first.
    """

    def __init__(self, rows: np.ndarray, head: np.ndarray, tail: np.ndarray, scaling: Scaling) -> None:
        self.rows, self._head, self._tail, self.scaling = rows, head, tail, scaling

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def axes(self) -> int:
        """How many numbers a place has."""
        return self._head.shape[1] + self._tail.shape[1]

    def places(self, at: np.ndarray | slice) -> np.ndarray:
        """Places of some samples, by their positions in `rows`: float32 `(n, axes)`."""
        return np.concatenate([self._head[at], self._tail[at]], axis=1)

    @cached_property
    def _norms(self) -> np.ndarray:
        return np.einsum("ij,ij->i", self._head, self._head)

    def nearest(
        self, place: np.ndarray, count: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Positions in `rows` of the `count` samples nearest to a place `(axes,)`, the nearest first, and their distances; exact.

        `allowed`, bool `(n,)`, says which may be found. Fewer where fewer are allowed. Raises `InvalidQueryError` for a count below 1 or over `MAX_NEAREST`.
        """
        if not 1 <= count <= MAX_NEAREST:
            raise InvalidQueryError(f"{count:,} nearest samples; from 1 to {MAX_NEAREST:,} can be found")
        head, tail = place[: self._head.shape[1]], place[self._head.shape[1] :]
        least = self._norms - 2 * (self._head @ head) + head @ head
        if allowed is not None:
            least[~allowed] = np.inf
        count = min(count, len(least) if allowed is None else int(allowed.sum()))
        if not count:
            return np.zeros(0, np.intp), np.zeros(0, np.float32)
        first = np.argpartition(least, count - 1)[:count]
        whole = self._whole(first, head, tail)
        limit = whole.max() * (1 + 1e-5) + 1e-6  # float32 rounds
        more = np.flatnonzero(least <= limit)
        if (
            len(more) > len(least) // _FEW
        ):  # the first axes tell too little: one product over all of them is quicker
            whole = self.squared(place)[more]
            close = more[np.argpartition(whole, count - 1)[:count]]
            first, whole = (
                close,
                self._whole(close, head, tail),
            )  # a difference of large numbers rounds more than a sum of small ones
        elif len(more) > count:
            first, whole = more, self._whole(more, head, tail)
        order = np.argsort(whole, kind="stable")[:count]
        return first[order], np.sqrt(whole[order])

    def _whole(self, at: np.ndarray, head: np.ndarray, tail: np.ndarray) -> np.ndarray:
        """Squared distances of some to a place, over all axes."""
        away = self._head[at] - head
        found = np.einsum("ij,ij->i", away, away)
        if self._tail.shape[1]:
            away = self._tail[at] - tail
            found += np.einsum("ij,ij->i", away, away)
        return np.asarray(found)

    def squared(self, place: np.ndarray) -> np.ndarray:
        """Squared distances of all to a place, float32 `(n,)`: for sums over several spaces."""
        head, tail = place[: self._head.shape[1]], place[self._head.shape[1] :]
        found = self._norms + self._tail_norms - 2 * (self._head @ head + self._tail @ tail) + place @ place
        return np.maximum(found, 0, out=found)

    @cached_property
    def _tail_norms(self) -> np.ndarray:
        return np.einsum("ij,ij->i", self._tail, self._tail)


def build(table: FeatureTable, space: str) -> Space:
    """The places of a table's samples by one of its `spaces`; seconds for half a million. Raises `CorpusFormatError`, `InvalidQueryError`."""
    columns = table.columns_of(space)
    if not len(columns):
        raise InvalidQueryError(
            f"features {table.about.name} cannot be compared by {space[:20]!r}; they can by {', '.join(table.spaces)}"
        )
    values = table.to_numpy()
    scaling = _scaling(values, columns)
    places = np.empty((len(values), scaling.axes.shape[1]), np.float32)
    for start in range(0, len(values), _ROWS):
        places[start : start + _ROWS] = scaling.place(values[start : start + _ROWS])
    head = min(HEAD, places.shape[1])
    return Space(
        table.rows, np.ascontiguousarray(places[:, :head]), np.ascontiguousarray(places[:, head:]), scaling
    )


def _scaling(values: np.ndarray, columns: np.ndarray) -> Scaling:
    """Learned of at most `_TRAIN` rows."""
    step = max(1, math.ceil(len(values) / _TRAIN))
    known = values[::step][:, columns].astype(np.float32)
    with np.errstate(invalid="ignore"):
        unit = bool((np.abs(np.linalg.norm(known, axis=1) - 1) < _UNIT).all())
    outlier = _OUTLIER
    middle, spread = np.zeros(len(columns), np.float32), np.ones(len(columns), np.float32)
    if unit:
        outlier = np.inf
    else:
        finite = np.isfinite(known)
        usable = finite.any(axis=0)
        columns, known, finite = columns[usable], known[:, usable], finite[:, usable]
        if finite.all():
            low, middle, high = np.percentile(known, (16, 50, 84), axis=0).astype(np.float32)
        else:
            low, middle, high = np.nanpercentile(known, (16, 50, 84), axis=0).astype(np.float32)
        spread = (high - low) / 2
        flat = spread <= 0
        spread[flat] = 1  # the same for nearly all: its rare values count as they are
    scaled = np.clip((known - middle) / spread, -outlier, outlier)
    scaled[~np.isfinite(scaled)] = 0
    mean = scaled.mean(axis=0)
    scaled -= mean
    variance, axes = np.linalg.eigh((scaled.T @ scaled).astype(np.float64) / len(scaled))
    order = np.argsort(-variance)
    variance, axes = np.maximum(variance[order], 0), axes[:, order]
    total = max(float(variance.sum()), 1e-12)
    share = np.cumsum(variance) / total
    count = min(max(int(np.searchsorted(share, _KEPT)) + 1, min(HEAD, len(share))), MOST_AXES, len(share))
    if unit or len(share) <= HEAD:
        count = len(share)
    # Of two samples drawn at random, the squared distance is twice the variance in the mean.
    scale = 1 / math.sqrt(2 * total)
    return Scaling(columns, middle, spread, outlier, mean, (axes[:, :count] * scale).astype(np.float32))


class SpaceCache:
    """Spaces of a corpus's tables: made once, kept as files in the cache folder, which processes share; the last few stay open."""

    MOST = 4

    def __init__(self) -> None:
        self._open: dict[tuple[str, str, str], Space] = {}
        self._lock = forking.Lock()

    def get(self, where: str, table: FeatureTable, space: str) -> Space:
        """The space of a table; `where` is its corpus's place. Raises as `build`."""
        key = (where, table.stamp, space)
        with self._lock:
            found = self._open.pop(key, None)
            if found is None:
                path = _cache_file(where, table, space)
                found = _read(path, table) or _kept(path, build(table, space))
            self._open[key] = found
            while len(self._open) > self.MOST:
                self._open.pop(next(iter(self._open)))
            return found


shared_spaces = SpaceCache()
"""Of this process: searches and embedding maps ask for the same places."""


def _cache_file(where: str, table: FeatureTable, space: str) -> Path:
    words = (where, table.stamp, space, str(len(table)), str(_VERSION))
    return (
        settings().cache_dir
        / "features"
        / f"{hashlib.sha256(chr(0).join(words).encode()).hexdigest()[:32]}.npz"
    )


def _kept(path: Path, space: Space) -> Space:
    """Writes a space beside the cache's others; a full or read-only disk costs the seconds again next time, nothing else."""
    s = space.scaling
    try:
        with replacing(path) as part, part.open("wb") as file:
            np.savez(
                file, rows=space.rows, head=space._head, tail=space._tail, columns=s.columns, middle=s.middle, spread=s.spread,
                outlier=s.outlier, mean=s.mean, axes=s.axes,
            )  # fmt: skip
    except OSError:
        pass
    return space


def _read(path: Path, table: FeatureTable) -> Space | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            got = {name: kept[name] for name in kept.files}
        scaling = Scaling(
            got["columns"], got["middle"], got["spread"], float(got["outlier"]), got["mean"], got["axes"]
        )
        space = Space(got["rows"], got["head"], got["tail"], scaling)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    good = len(space.rows) == len(table) == len(space._head) == len(space._tail)
    return (
        space
        if good and np.array_equal(space.rows, table.rows) and space.axes == scaling.axes.shape[1]
        else None
    )
