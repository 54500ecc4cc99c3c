"""The demo's Europe at any place: height, relief, climate, nearness of coasts, cities and rivers.

Proxies from hand-placed facts (`facts`) and noise: good enough to put each land cover where people expect it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from explorer.core.grid import transformer
from explorer.demo import facts, noise


@dataclass(frozen=True, slots=True)
class Setting:
    """What a place is like; every field float32 `(n,)`."""

    east: np.ndarray  # km, EPSG:3035
    north: np.ndarray  # km, EPSG:3035
    lon: np.ndarray  # degrees
    lat: np.ndarray  # degrees
    height: np.ndarray  # metres above the sea
    relief: np.ndarray  # metres of height within a few km
    warmth: np.ndarray  # mean annual temperature, degrees Celsius
    mediterranean: np.ndarray  # 0 to 1: dry summers and mild winters
    oceanic: np.ndarray  # 0 to 1: wet and mild
    city: np.ndarray  # 1 at the edge of a city, more within, 0 far off


def project(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """East and north in km of EPSG:3035 (equal area), float32."""
    east, north = transformer(4326, 3035).transform(lon, lat)
    return np.asarray(east / 1000, dtype=np.float32), np.asarray(north / 1000, dtype=np.float32)


@cache
def _line(line: facts.Line) -> tuple[np.ndarray, np.ndarray]:
    return project(*np.array(line, dtype=np.float64).T)


@cache
def _points(values: tuple[tuple[float, ...], ...], lon: int = 0) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(values, dtype=np.float64)
    return project(table[:, lon], table[:, lon + 1])


def near_line(line: facts.Line, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Distance in km to a polyline, float32."""
    x, y = _line(line)
    best = np.full(east.shape, np.inf, dtype=np.float32)
    for ax, ay, bx, by in zip(x[:-1], y[:-1], x[1:], y[1:], strict=True):
        dx, dy = bx - ax, by - ay
        t = np.clip(((east - ax) * dx + (north - ay) * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1)
        np.minimum(best, (east - ax - t * dx) ** 2 + (north - ay - t * dy) ** 2, out=best)
    return np.sqrt(best)


def near_spots(
    spots: tuple[tuple[float, ...], ...], east: np.ndarray, north: np.ndarray, power: float = 2.0
) -> np.ndarray:
    """Greatest strength x exp(-(distance / radius) ** power) of (lon, lat, radius[, strength]) spots. float32."""
    best = np.zeros(east.shape, dtype=np.float32)
    x, y = _points(spots)
    for spot, sx, sy in zip(spots, x, y, strict=True):
        if spot[2] <= 0:
            continue
        d2 = ((east - sx) ** 2 + (north - sy) ** 2) / np.float32(spot[2] ** 2)
        hit = d2 < 9
        if hit.any():
            strength = spot[3] if len(spot) > 3 else 1.0
            best[hit] = np.maximum(best[hit], strength * np.exp(-(d2[hit] ** (power / 2))))
    return best


def setting(lon: np.ndarray, lat: np.ndarray, seed: int) -> Setting:
    """The setting of places `(n,)` in degrees."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    east, north = project(lon, lat)
    lon, lat = lon.astype(np.float32), lat.astype(np.float32)
    # Bend space a little, so that ridges and coasts of influence are not drawn with a ruler.
    bent_east = east + 14 * noise.at(seed, 1, east, north, 6.0, 1.4)
    bent_north = north + 14 * noise.at(seed, 2, east, north, 6.0, 1.4)
    ridge = np.zeros(east.shape, dtype=np.float32)
    for height, width, line in facts.RIDGES:
        d = near_line(line, bent_east, bent_north) / np.float32(width)
        np.maximum(ridge, height * np.exp(-(d**1.8)), out=ridge)
    plain = np.full(east.shape, 60, dtype=np.float32)
    x, y = _points(facts.PLATEAUS, 1)
    for (height, _, _, radius), px, py in zip(facts.PLATEAUS, x, y, strict=True):
        d2 = ((bent_east - px) ** 2 + (bent_north - py) ** 2) / np.float32(radius**2)
        np.maximum(plain, height * np.exp(-(d2**1.5)), out=plain)
    valleys = noise.at(seed, 3, east, north, 1.1, 1.15)
    hills = noise.at(seed, 4, east, north, 1.6, 1.2)
    rough = ridge * np.clip(0.72 + 0.34 * valleys, 0.05, 1.6)
    height_m = np.maximum(plain * np.clip(1 + 0.3 * hills, 0.1, 2), 0) + rough * (1 - plain / 4500)
    relief = ridge * np.clip(0.55 + 0.25 * valleys, 0.2, 1.2) + 40 + 45 * np.clip(hills, -0.8, 2)
    oceanic = np.exp(-near_line(facts.ATLANTIC, east, north) / 330)
    coast = np.minimum(
        near_line(facts.MEDITERRANEAN, bent_east, bent_north),
        _near_points(facts.MEDITERRANEAN_ISLANDS, bent_east, bent_north) - 60,
    )
    warmth = 18.2 - 0.56 * (lat - 37) + 1.6 * oceanic - 0.0058 * height_m
    warmth -= np.where(lon > 12, 0.045 * (lon - 12), 0) * np.clip((lat - 42) / 8, 0, 1)
    dry = np.clip((15.0 - 0.4 * np.maximum(lat - 41.5, 0) * 2 - np.abs(warmth - 16)) / 8, 0, 1)
    iberia = np.clip((42.3 - lat) / 1.5, 0, 1) * np.clip((2.0 - lon) / 2, 0, 1)
    mediterranean = np.maximum(np.exp(-np.clip(coast, 0, None) / 75), 0.85 * iberia)
    mediterranean = mediterranean * dry * np.clip((warmth - 9.5) / 4, 0, 1)
    return Setting(
        east, north, lon, lat, height_m, relief, warmth.astype(np.float32),
        mediterranean.astype(np.float32), oceanic.astype(np.float32), _city(bent_east, bent_north, east, north),
    )  # fmt: skip


def _near_points(points: facts.Line, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    best = np.full(east.shape, np.inf, dtype=np.float32)
    for px, py in zip(*_points(points), strict=True):
        np.minimum(best, (east - px) ** 2 + (north - py) ** 2, out=best)
    return np.sqrt(best)


def _city(bent_east: np.ndarray, bent_north: np.ndarray, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """0 far from any city, 1 at the edge of its built-up area, up to 3 in the centre."""
    best = np.zeros(east.shape, dtype=np.float32)
    # The bend is for mountains; a city is bent by a tenth of it, or it would leave its place.
    here, there = east + 0.1 * (bent_east - east), north + 0.1 * (bent_north - north)
    x, y = _points(tuple((lon, lat) for lon, lat, _ in facts.CITIES))
    for (_, _, people), cx, cy in zip(facts.CITIES, x, y, strict=True):
        radius = np.float32(0.27 * people**0.5)
        d2 = (here - cx) ** 2 + (there - cy) ** 2
        hit = d2 < (6 * radius) ** 2
        if hit.any():
            best[hit] = np.maximum(best[hit], 3 * np.exp(-1.1 * np.sqrt(d2[hit]) / radius))
    return best
