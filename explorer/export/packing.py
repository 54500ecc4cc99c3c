"""Cubes packed for a page that has no server: small, with a known greatest error, readable in any order.

Planet Fusion travels as principal components (Karhunen-Loève) of its dates and bands: a pixel is a short vector of
integers, and any frame or any pixel's profile is a sum over it. What that misses by more than a bound is corrected one by
one, so that the bound holds for every value. Sentinel-2 travels without loss. Layers of bits (what is missing, what
is gap-filled) are exact.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.core.products import REFLECTANCE_SCALE
from explorer.corpus.imagery.cube_cache import Cube

STEPS = (30.0, 42.0, 60.0, 85.0, 120.0, 170.0, 240.0, 340.0)
"""DN that a component's coefficients are rounded to; the first that fits `MAX_PLANET_BYTES` is taken."""
LEAST_SHARE = 0.5
"""A component counts whose standard deviation is this share of the step: below, it is mostly rounded away."""
MAX_COMPONENTS = 160
MAX_PLANET_BYTES = 2_200_000
KEPT = 0.999
"""Share of values that need no correction."""
_FULL = 32767


@dataclass(frozen=True)
class Packed:
    """Raw deflate streams one behind the other; `header` (plain JSON) says which, and how to read them.

    `max_error` and `rms_error` are those of the values that come out, in reflectance.
    """

    header: dict[str, Any]
    data: bytes
    max_error: float = 0.0
    rms_error: float = 0.0


@dataclass
class _Streams:
    parts: list[bytes] = field(default_factory=list)
    names: dict[str, list[int]] = field(default_factory=dict)
    size: int = 0

    def add(self, name: str, array: np.ndarray) -> None:
        """One array, little-endian."""
        raw = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False)).tobytes()
        packed = min((_deflate(raw, *way) for way in _WAYS), key=len)
        self.names[name] = [self.size, len(packed)]
        self.parts.append(packed)
        self.size += len(packed)


# Noise has no repetitions: to look for them takes a hundred times as long, and made the files larger (measured).
_WAYS = ((6, zlib.Z_DEFAULT_STRATEGY), (6, zlib.Z_HUFFMAN_ONLY), (6, zlib.Z_RLE))


def _deflate(raw: bytes, level: int, strategy: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return packer.compress(raw) + packer.flush()


def planet(cube: Cube, gap_filled: np.ndarray | None = None) -> Packed:
    """A Planet Fusion cube. `gap_filled` is bool `(time, y, x)` over the whole calendar, where it is known."""
    rows = cube.there
    shape = cube.data.shape[2:] if len(rows) else (cube.product.size, cube.product.size)
    bands = cube.bands or cube.product.band_names
    header: dict[str, Any] = {"size": shape[0], "bands": list(bands), "there": rows.tolist(), "components": 0}
    if not len(rows):
        return Packed(header | {"streams": {}}, b"")
    valid = _valid(cube, rows)
    dn = cube.data[rows].reshape(len(rows) * len(bands), -1)
    basis = _Basis(dn, valid)
    packed = None
    for step in STEPS:
        packed = _packed_planet(header, dn, valid, basis, step, gap_filled)
        if len(packed.data) <= MAX_PLANET_BYTES:
            break
    assert packed is not None
    return packed


class _Basis:
    """Mean of each date and band `(row,)`, and orthonormal components `(row, component)`, most telling first."""

    def __init__(self, dn: np.ndarray, valid: np.ndarray | None) -> None:
        values = dn.astype(np.float32)
        count = None if valid is None else np.maximum(valid.sum(axis=1), 1)
        total = values.sum(axis=1, dtype=np.float64) if valid is None else (values * valid).sum(axis=1)
        self.mean = np.rint(total / (values.shape[1] if count is None else count)).astype(np.int16)
        values -= self.mean[:, None].astype(np.float32)
        if valid is not None:
            values[~valid] = 0  # a hole costs nothing, and comes back as one
        self.centred = values
        spread, vectors = np.linalg.eigh((values @ values.T).astype(np.float64) / values.shape[1])
        self.deviation = np.sqrt(np.maximum(spread[::-1], 0))
        self.vectors = vectors[:, ::-1]


def _packed_planet(
    header: dict[str, Any],
    dn: np.ndarray,
    valid: np.ndarray | None,
    basis: _Basis,
    step: float,
    gap_filled: np.ndarray | None,
) -> Packed:
    count = min(int((basis.deviation >= LEAST_SHARE * step).sum()), MAX_COMPONENTS)
    vectors = basis.vectors[:, :count]
    most = np.abs(vectors).max(axis=0, initial=1e-9)
    whole = np.rint(vectors / most * _FULL).astype(np.int16)
    scales = most / _FULL * step
    size = header["size"]
    coefficients = np.rint((vectors.astype(np.float32).T @ basis.centred) / np.float32(step))
    coefficients = np.clip(coefficients, -_FULL, _FULL).astype(np.int16)
    predicted, residuals = _predicted(coefficients.reshape(count, size, size))
    found = _rebuilt(whole, scales, coefficients, basis.mean)
    errors = dn.astype(np.int32) - found
    if valid is not None:
        errors[~valid] = 0
    bound, fixes = _fixes(errors)
    streams = _Streams()
    streams.add("mean", basis.mean)
    streams.add("basis", whole.T)
    _add_bytes(streams, residuals)
    for name, array in fixes.items():
        streams.add(name, array)
    if valid is not None:
        streams.add("valid", np.packbits(valid, axis=1, bitorder="little"))
    if gap_filled is not None:
        there = gap_filled[header["there"]].reshape(len(header["there"]), -1)
        streams.add("gaps", np.packbits(there, axis=1, bitorder="little"))
    left = np.where(np.abs(errors) > bound, 0, errors)
    measured = left.size if valid is None else int(valid.sum())
    rms = float(np.sqrt((left.astype(np.float64) ** 2).sum() / max(measured, 1)))
    header = header | {
        "components": count,
        "scales": scales.tolist(),
        "predicted": predicted,
        "streams": streams.names,
    }
    largest = float(np.abs(left).max(initial=0))
    return Packed(header, b"".join(streams.parts), largest * REFLECTANCE_SCALE, rms * REFLECTANCE_SCALE)


def sentinel(cube: Cube) -> Packed:
    """A Sentinel-2 cube, without loss; what is nodata stays nodata."""
    rows = cube.there
    bands = cube.bands or cube.product.band_names
    size = cube.product.size
    header: dict[str, Any] = {
        "size": size,
        "bands": list(bands),
        "there": rows.tolist(),
        "nodata": cube.nodata,
        "signed": cube.data.dtype.kind == "i",
    }
    if not len(rows):
        return Packed(header | {"streams": {}}, b"")
    planes = cube.data[rows].reshape(-1, size, size).view(np.int16)
    predicted, residuals = _predicted(planes)
    streams = _Streams()
    _add_bytes(streams, residuals)
    return Packed(header | {"predicted": predicted, "streams": streams.names}, b"".join(streams.parts))


def unpack_planet(packed: Packed) -> np.ndarray:
    """What a page has of a Planet Fusion cube: int32 DN `(time, band, y, x)`, the dates that are there."""
    header = packed.header
    size, bands, times = header["size"], len(header["bands"]), len(header["there"])
    count, rows = header["components"], times * bands
    if not times:
        return np.zeros((0, bands, size, size), np.int32)
    mean = _stream(packed, "mean", "<i2")
    whole = _stream(packed, "basis", "<i2").reshape(count, rows).T
    coefficients = _restored(packed, count, size).reshape(count, -1)
    values = _rebuilt(whole, np.array(header["scales"]), coefficients, mean)
    places, fixes = _stream(packed, "places", "<u2"), _stream(packed, "fixes", "<i2")
    start = 0
    for row, number in enumerate(_stream(packed, "counts", "<u2")):
        values[row, places[start : start + number].cumsum()] += fixes[start : start + number]
        start += int(number)
    return values.reshape(times, bands, size, size)


def unpack_sentinel(packed: Packed) -> np.ndarray:
    """What a page has of a Sentinel-2 cube: uint16 (int16 with numbers below 0) DN `(time, band, y, x)`, the months that are there."""
    header = packed.header
    size, bands, times = header["size"], len(header["bands"]), len(header["there"])
    if not times:
        return np.zeros((0, bands, size, size), np.uint16)
    found = _restored(packed, times * bands, size)
    return found.view(np.int16 if header.get("signed") else np.uint16).reshape(times, bands, size, size)


def _rebuilt(whole: np.ndarray, scales: np.ndarray, coefficients: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """DN `(row, pixel)` int32 from the integers that travel."""
    found = (whole * scales) @ coefficients.astype(np.float64)
    found += mean[:, None]
    return np.rint(found).astype(np.int32)


def _valid(cube: Cube, rows: np.ndarray) -> np.ndarray | None:
    """Where something was measured, bool `(row, pixel)`; None where that is everywhere."""
    if cube.nodata is None:
        return None
    valid = cube.data[rows].reshape(len(rows) * len(cube.bands), -1) != cube.nodata
    return None if valid.all() else valid


def _fixes(errors: np.ndarray) -> tuple[int, dict[str, np.ndarray]]:
    """The greatest error that stays, and what corrects the larger ones: how many a row, where, by how much."""
    often = np.bincount(np.abs(errors).ravel())
    bound = int(np.searchsorted(often.cumsum(), KEPT * errors.size))
    row, place = np.nonzero(np.abs(errors) > bound)
    counts = np.bincount(row, minlength=len(errors)).astype(np.uint16)
    gaps = np.diff(place, prepend=0)
    first = np.flatnonzero(np.diff(row, prepend=-1))
    gaps[first] = place[first]
    fixes = np.clip(errors[row, place], -_FULL, _FULL).astype(np.int16)
    return bound, {"counts": counts, "places": gaps.astype(np.uint16), "fixes": fixes}


def _predicted(planes: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Which planes `(n, y, x)` int16 are worth predicting from their neighbours (1), and what is left of each.

    The prediction is that of LOCO-I (Weinberger et al. 2000); differences wrap around at 16 bits.
    """
    left = planes - _median_edge(planes)
    gain = _cost(left) < _cost(planes)
    return gain.astype(int).tolist(), np.where(gain[:, None, None], left, planes)


def _cost(planes: np.ndarray) -> np.ndarray:
    return np.log2(1 + np.abs(planes[:, ::2].astype(np.float32))).sum(axis=(1, 2))


def _median_edge(planes: np.ndarray) -> np.ndarray:
    west, north, corner = (np.zeros_like(planes) for _ in range(3))
    west[:, :, 1:] = planes[:, :, :-1]
    west[:, 1:, 0] = planes[:, :-1, 0]
    north[:, 1:] = planes[:, :-1]
    north[:, 0] = west[:, 0]
    corner[:, 1:, 1:] = planes[:, :-1, :-1]
    corner[:, 1:, 0] = north[:, 1:, 0]
    corner[:, 0] = west[:, 0]
    low, high = np.minimum(west, north), np.maximum(west, north)
    return np.where(corner >= high, low, np.where(corner <= low, high, west + north - corner))


def _add_bytes(streams: _Streams, residuals: np.ndarray) -> None:
    """Signed 16 bits as two streams of bytes, small numbers of either sign first: the upper one is mostly zero."""
    folded = ((residuals << 1) ^ (residuals >> 15)).view(np.uint16)
    streams.add("low", (folded & 255).astype(np.uint8))
    streams.add("high", (folded >> 8).astype(np.uint8))


def _stream(packed: Packed, name: str, dtype: str) -> np.ndarray:
    start, length = packed.header["streams"][name]
    return np.frombuffer(zlib.decompress(packed.data[start : start + length], -15), dtype)


def _restored(packed: Packed, count: int, size: int) -> np.ndarray:
    """Planes `(n, y, x)` int16 from their two streams."""
    low, high = (_stream(packed, name, "u1").astype(np.uint16) for name in ("low", "high"))
    folded = low | (high << 8)
    planes = (
        ((folded >> 1) ^ (0 - (folded & 1)))
        .astype(np.uint16)
        .view(np.int16)
        .reshape(count, size, size)
        .copy()
    )
    for plane in (p for p, is_left in zip(planes, packed.header["predicted"], strict=True) if is_left):
        _undo(plane)
    return planes


def _undo(plane: np.ndarray) -> None:
    rows: Sequence[list[int]] = plane.tolist()
    for y, row in enumerate(rows):
        above = rows[y - 1] if y else None
        for x in range(len(row)):
            west = row[x - 1] if x else (above[0] if above else 0)
            north = above[x] if above else west
            corner = (above[x - 1] if x else north) if above else west
            low, high = min(west, north), max(west, north)
            guess = low if corner >= high else high if corner <= low else west + north - corner
            row[x] = (row[x] + guess + 32768) % 65536 - 32768
    plane[:] = rows
