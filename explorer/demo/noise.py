"""Seeded noise: hashes of cells, and smooth fractal fields that can be read at any place.

Everything random in the demo comes from here, so that one seed always gives the same Europe.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft
from scipy.spatial import KDTree

_STEP = 1.32471795724474602596  # the plastic number: an even spread in two dimensions (Roberts, 2018)
TILE = 512
"""Edge of a noise tile in pixels; the tiles repeat seamlessly."""


def rng(*key: int) -> np.random.Generator:
    """A generator that depends on nothing but the integers given."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([k & 0xFFFFFFFF for k in key])))


def mix(*parts: np.ndarray | int) -> np.ndarray:
    """A well-mixed uint64 per row of integer arrays (SplitMix64, Steele et al. 2014)."""
    h = np.asarray(0x9E3779B97F4A7C15, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            h = np.asarray(np.asarray(part).astype(np.int64).astype(np.uint64) + h)
            h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            h = h ^ (h >> np.uint64(31))
    return np.asarray(h)


def uniform(h: np.ndarray, stream: int) -> np.ndarray:
    """Uniform numbers in [0, 1) from hashes `(n,)`, independent between streams. float64."""
    return np.asarray(mix(h, stream) >> np.uint64(11)) * 2.0**-53


@lru_cache(maxsize=64)
def tile(seed: int, slope: float, size: int = TILE, low: float = 1.0, high: float = 1e9) -> np.ndarray:
    """A periodic Gaussian field `(size, size)` float32, mean 0, variance 1, read-only.

    Its amplitude falls as frequency ** -slope between `low` and `high` cycles per tile.
    """
    kx = fft.rfftfreq(size, 1 / size)[None, :]
    ky = fft.fftfreq(size, 1 / size)[:, None]
    k = np.hypot(kx, ky)
    gain = np.zeros_like(k)
    inside = (k >= low) & (k <= high)
    gain[inside] = k[inside] ** -slope
    white = rng(seed, 7919).standard_normal((size, size), dtype=np.float32)
    field = fft.irfft2(fft.rfft2(white) * gain, (size, size))
    field = ((field - field.mean()) / field.std()).astype(np.float32)
    field.setflags(write=False)
    return np.asarray(field)


@lru_cache(maxsize=8)
def crowns(seed: int, spacing: float, size: int = TILE) -> np.ndarray:
    """Heights of tree crowns seen from above: domes about `spacing` pixels apart, `(size, size)` float32, read-only.

    1 at a tall tree's top, 0 midway between trees; a threshold on it leaves round crowns of many sizes.
    """
    source = rng(seed, 6700417)
    count = int((size / spacing) ** 2)
    lattice = (np.arange(count)[:, None] / np.array([_STEP, _STEP**2]) + source.random(2)) % 1 * size
    points = (lattice + source.normal(0, 0.22 * spacing, (count, 2))) % size
    y, x = np.mgrid[0:size, 0:size]
    distance, nearest = KDTree(points, boxsize=np.full(2, float(size))).query(
        np.stack([y.ravel(), x.ravel()], axis=1)
    )
    radius = spacing * source.uniform(0.42, 0.80, count)[nearest]
    dome = np.sqrt(np.clip(1 - (distance / radius) ** 2, 0, 1)) * (radius / (0.8 * spacing))
    field = dome.reshape(size, size).astype(np.float32)
    field.setflags(write=False)
    return np.asarray(field)


def read(field: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bilinear values of a periodic tile at pixel coordinates of any size. float32."""
    size = field.shape[0]
    ix, iy = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = (x - ix).astype(np.float32), (y - iy).astype(np.float32)
    x0, y0 = ix % size, iy % size
    x1, y1 = (x0 + 1) % size, (y0 + 1) % size
    flat = field.ravel()
    top = flat[y0 * size + x0] * (1 - fx) + flat[y0 * size + x1] * fx
    bottom = flat[y1 * size + x0] * (1 - fx) + flat[y1 * size + x1] * fx
    return np.asarray(top * (1 - fy) + bottom * fy)


def at(
    seed: int, channel: int, x: np.ndarray, y: np.ndarray, pixel: float, slope: float = 1.25
) -> np.ndarray:
    """Fractal noise of one channel at places in km, with details down to `pixel` km. float32, about N(0, 1).

    Channels share a few tiles but read them at far-apart, rotated places, so that they look independent.
    """
    offset = rng(seed, 104729, channel).random(3)
    angle = offset[2] * 2 * np.pi
    c, s = np.cos(angle) / pixel, np.sin(angle) / pixel
    field = tile(seed * 8 + channel % 5, slope)
    return read(field, x * c - y * s + offset[0] * 4096, x * s + y * c + offset[1] * 4096)
