"""Parcels: a cell divided again and again by nearly straight lines, as fields and city blocks are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Parcels:
    """A division of pixels. Arrays `(n,)` by pixel, and tables by parcel."""

    label: np.ndarray  # parcel of each pixel, int32 from 0
    edge: np.ndarray  # distance to the nearest boundary, metres, float32
    lane: np.ndarray  # distance to the nearest boundary of the first, coarse divisions, metres, float32
    angle: np.ndarray  # of each parcel's long side, radians, `(parcels,)`
    along: np.ndarray  # pixel's place along its parcel's long side, metres from the start, float32
    across: np.ndarray  # the same across it

    @property
    def count(self) -> int:
        """How many parcels there are."""
        return len(self.angle)


def divide(
    x: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
    area: float,
    *,
    angle: float,
    lane_area: float = 60_000.0,
    aspect: float = 1.6,
    jitter: float = 0.09,
    pixel_area: float = 9.0,
) -> Parcels:
    """Divide pixels at `x`, `y` (metres) into parcels of about `area` square metres.

    `angle` (radians) is the main direction, `aspect` the length by width that is aimed at, and `jitter` (radians)
    how far lines turn from their neighbours. Boundaries of pieces above `lane_area` count as lanes.
    """
    n = len(x)
    label = np.zeros(n, dtype=np.int32)
    edge = np.full(n, 1e3, dtype=np.float32)
    lane = np.full(n, 1e3, dtype=np.float32)
    along, across = np.zeros(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    angles: list[float] = []
    todo: list[tuple[np.ndarray, float, int]] = [(np.arange(n), angle, 0)]
    while todo:
        rows, turn, depth = todo.pop()
        px, py = x[rows], y[rows]
        c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        u, v = px * c + py * s, py * c - px * s
        u0, v0 = u.min(), v.min()
        length, width = u.max() - u0, v.max() - v0
        size = len(rows) * pixel_area
        if size < area * (0.55 + 1.1 * rng.random()) or size < 12 * pixel_area:
            if width > length:  # the long side leads
                u, v, u0, v0, turn = v, -u, v0, -u.max(), turn + np.pi / 2
            label[rows] = len(angles)
            along[rows], across[rows] = u - u0, v - v0
            angles.append(turn)
            continue
        lengthwise = length < width * (aspect if size < 6 * area else 1.0)
        tilt = rng.normal(0, jitter if depth else 0.25 * jitter + 0.12)
        part = rng.uniform(0.36, 0.64)
        if lengthwise:
            d = (v - v0 - part * width) - np.float32(np.tan(tilt)) * (u - u0 - length / 2)
        else:
            d = (u - u0 - part * length) - np.float32(np.tan(tilt)) * (v - v0 - width / 2)
        d *= np.float32(np.cos(tilt))
        gap = np.abs(d)
        edge[rows] = np.minimum(edge[rows], gap)
        if size > lane_area:
            lane[rows] = np.minimum(lane[rows], gap)
        low = d < 0
        left, right = rows[low], rows[~low]
        if not len(left) or not len(right):
            label[rows] = len(angles)
            along[rows], across[rows] = u - u0, v - v0
            angles.append(turn)
            continue
        bend = tilt if rng.random() < 0.6 else 0.0
        todo += [(left, turn, depth + 1), (right, turn + bend, depth + 1)]
    return Parcels(label, edge, lane, np.array(angles), along, across)
