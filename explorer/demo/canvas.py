"""The canvas of a scene: 200 x 200 pixels of 3 m, on which painters put units of land.

A unit is a piece that looks the same everywhere and changes as one: a field, a roof type, a wood. A pixel shows one
unit, or two in shares (a tree row over soil, an edge), times a texture and a share of sunlight and shadow.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from explorer.demo import noise
from explorer.demo.phenology import CROP_NAMES, KIND, Climate

SIZE = 200
PIXEL_M = 3.0
PIXELS = SIZE * SIZE
_TEXTURE_SEED = 421  # textures are the same tiles everywhere, read at places that depend on the sample

_Y, _X = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) * PIXEL_M + PIXEL_M / 2
_AXIS_X: np.ndarray = _X.ravel()
_AXIS_Y: np.ndarray = _Y.ravel()
for _axis in (_AXIS_X, _AXIS_Y):
    _axis.setflags(write=False)


def texture(rng: np.random.Generator, slope: float, low: float = 1.0, high: float = 1e9) -> np.ndarray:
    """A random crop of a seamless Gaussian texture, flat `(40000,)` float32, mean about 0, variance about 1.

    `low` and `high` bound its frequencies in cycles per 1536 m.
    """
    source = noise.tile(_TEXTURE_SEED, slope, noise.TILE, low, high)
    return crop(rng, source)


def crowns(rng: np.random.Generator, spacing_m: float) -> np.ndarray:
    """Heights of tree crowns, 0 to 1, about `spacing_m` apart (6, 9 or 14 m), flat `(40000,)` float32."""
    return crop(rng, noise.crowns(_TEXTURE_SEED, spacing_m / PIXEL_M))


def lit(height: np.ndarray) -> np.ndarray:
    """How much a map of heights (full size) faces the morning sun in the south-east: mean 0, about variance 1."""
    h = height.reshape(SIZE, SIZE)
    slope = ndimage.correlate1d(h, [-0.5, 0, 0.5], axis=1) + ndimage.correlate1d(h, [-0.5, 0, 0.5], axis=0)
    return np.asarray(-slope / (slope.std() + 1e-6)).ravel()


def crop(rng: np.random.Generator, source: np.ndarray) -> np.ndarray:
    """A random crop of a tile of 512 px, turned or mirrored at random, flat float32."""
    r, c = rng.integers(0, noise.TILE - SIZE, 2)
    part = source[r : r + SIZE, c : c + SIZE]
    if rng.random() < 0.5:
        part = part.T
    return np.ascontiguousarray(part[:: rng.choice((-1, 1))]).ravel()


@dataclass(frozen=True, slots=True)
class Change:
    """Units that are something else before a day, and bare ground for a while after it."""

    units: np.ndarray  # what stands there in the end
    before: int  # the unit that was there first
    between: int  # the unit of the bare ground
    start: float  # day from 1 January 2018 on which the first goes
    done: float  # day on which the last stands


@dataclass(slots=True)
class Canvas:
    """What painters work on; every pixel array is flat, row by row from the north-west."""

    rng: np.random.Generator
    climate: Climate
    relief: float  # metres
    top: np.ndarray = field(default_factory=lambda: np.zeros(PIXELS, dtype=np.int32))
    under: np.ndarray = field(default_factory=lambda: np.zeros(PIXELS, dtype=np.int32))
    share: np.ndarray = field(default_factory=lambda: np.zeros(PIXELS, dtype=np.float32))  # of `under`
    tone: np.ndarray = field(default_factory=lambda: np.ones(PIXELS, dtype=np.float32))
    shade: np.ndarray = field(default_factory=lambda: np.zeros(PIXELS, dtype=np.float32))
    kinds: list[int] = field(default_factory=list)
    chances: list[np.ndarray] = field(default_factory=list)
    crops: list[np.ndarray] = field(default_factory=list)
    gains: list[np.ndarray] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    x: np.ndarray = field(default_factory=lambda: _AXIS_X)
    y: np.ndarray = field(default_factory=lambda: _AXIS_Y)

    def units(self, kind: str, count: int = 1, vary: float = 0.06, crops: tuple[str, ...] = ()) -> np.ndarray:
        """New units of one kind, each with its own brightness (spread `vary`) and chances; their numbers."""
        first = len(self.kinds)
        self.kinds += [KIND[kind]] * count
        self.chances += list(self.rng.random((count, 4), dtype=np.float32))
        names = crops or ("wheat",)
        picks = self.rng.integers(0, len(names), (count, 2))
        table = np.array([CROP_NAMES.index(name) for name in names])
        self.crops += list(table[picks])
        self.gains += list(np.exp(self.rng.normal(0, vary, count)).astype(np.float32))
        return np.arange(first, first + count, dtype=np.int32)

    def put(self, rows: np.ndarray, unit: np.ndarray | int) -> None:
        """Cover pixels wholly."""
        self.top[rows] = unit
        self.under[rows] = unit
        self.share[rows] = 0

    def over(self, rows: np.ndarray, unit: np.ndarray | int, alpha: np.ndarray) -> None:
        """Lay a unit over pixels with a share 0 to 1; the stronger of what was there shows beneath."""
        unit = np.broadcast_to(np.asarray(unit, dtype=np.int32), rows.shape)
        alpha = np.clip(alpha, 0, 1).astype(np.float32)
        strong = alpha > 0.5
        r = rows[strong]
        self.under[r] = self.top[r]
        self.top[r], self.share[r] = unit[strong], 1 - alpha[strong]
        weak = (alpha > 0.02) & ~strong
        r = rows[weak]
        self.under[r], self.share[r] = unit[weak], alpha[weak]

    def textured(self, rows: np.ndarray, values: np.ndarray, strength: float) -> None:
        """Vary brightness by a texture (full-size array) with a relative strength."""
        self.tone[rows] *= np.clip(1 + strength * values[rows], 0.5, 1.6)

    def shadow(self, height: np.ndarray, strength: float) -> None:
        """Cast soft shadows of a full-size map of heights 0 to 1 to the north-west, where the sun is not."""
        h = height.reshape(SIZE, SIZE)
        cast = np.zeros_like(h)
        cast[:-1, :-1] = np.maximum(cast[:-1, :-1], h[1:, 1:])
        cast[:-2, :-1] = np.maximum(cast[:-2, :-1], 0.55 * h[2:, 1:])
        self.shade -= (strength * np.clip(cast - 0.85 * h, 0, 1)).ravel()
