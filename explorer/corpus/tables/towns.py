"""Towns of Europe and its regions by name, and where a place is in words: "12 km NE of Tours, France"."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from explorer.core.assets import asset
from explorer.corpus.tables.places import plain

CREDIT = "Towns: GeoNames, CC BY 4.0"
"""Whom to name where towns are shown."""
MAX_DISTANCE_M = 150_000.0
"""A place is told by a town that is at most so far away."""
_EARTH_M = 6_371_008.8  # mean radius, WGS 84
_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


@dataclass(frozen=True)
class Town:
    """A town of 15,000 people or more (5,000 in the smallest countries); degrees (EPSG:4326)."""

    name: str
    region: str
    """First level of administration, in English where it has an English name; "" where it is not known."""
    country: str
    lat: float
    lon: float
    population: int
    also: tuple[str, ...] = ()
    """Other names, for towns of 100,000 people or more."""

    @property
    def title(self) -> str:
        """Its name with its country."""
        return f"{self.name}, {self.country}"


@dataclass(frozen=True)
class Region:
    """A region by the towns in it: their bounding box is west, south, east, north in degrees, a little wider than its towns."""

    name: str
    country: str
    bounds: tuple[float, float, float, float]

    @property
    def title(self) -> str:
        """Its name with its country."""
        return f"{self.name}, {self.country}"


@cache
def towns() -> tuple[Town, ...]:
    """All towns, the largest first (GeoNames, CC BY 4.0)."""
    with asset("towns.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Town(
                row["name"], row["region"], row["country"], float(row["latitude"]), float(row["longitude"]),
                int(row["population"]), tuple(filter(None, row["also"].split("|"))),
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


@cache
def regions() -> tuple[Region, ...]:
    """All regions that a town lies in, by name; no country is a region of itself."""
    parts: dict[tuple[str, str], list[Town]] = {}
    for town in towns():
        if town.region and town.region != town.country:
            parts.setdefault((town.region, town.country), []).append(town)
    wider = 0.15
    return tuple(
        Region(
            name,
            country,
            (
                min(t.lon for t in inside) - wider,
                min(t.lat for t in inside) - wider,
                max(t.lon for t in inside) + wider,
                max(t.lat for t in inside) + wider,
            ),
        )
        for (name, country), inside in sorted(parts.items())
    )


@cache
def _names() -> tuple[tuple[str, Town], ...]:
    return tuple((plain(name), town) for town in towns() for name in (town.name, *town.also))


def find_towns(text: str, limit: int = 8) -> list[Town]:
    """Towns whose name, or another name of them, is or begins with a text (accents and case aside): exact ones first, then the largest."""
    wanted = plain(text)
    if not wanted:
        return []
    begins = {id(town): town for name, town in _names() if name.startswith(wanted)}
    exact = {id(town) for name, town in _names() if name == wanted}
    ordered = sorted(begins.values(), key=lambda town: (id(town) not in exact, -town.population))
    return ordered[:limit]


def find_regions(text: str, limit: int = 4) -> list[Region]:
    """Regions whose name is or begins with a text (accents and case aside), exact ones first."""
    wanted = plain(text)
    if not wanted:
        return []
    begins = [one for one in regions() if plain(one.name).startswith(wanted)]
    return sorted(begins, key=lambda one: (plain(one.name) != wanted, one.name))[:limit]


def _on_sphere(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    latitude, longitude = np.radians(lat), np.radians(lon)
    flat = np.cos(latitude)
    return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], axis=-1)


@cache
def _tree() -> cKDTree:
    return cKDTree(
        _on_sphere(np.array([town.lat for town in towns()]), np.array([town.lon for town in towns()]))
    )


def town_near(lat: float, lon: float) -> tuple[Town, float, str] | None:
    """The town that tells best where a place (degrees) is: the town, metres from it, and the point of the compass seen from it.

    Of the twelve nearest a larger one may be farther away: people know Tours, not its suburbs. Great circle on a sphere
    of the mean radius (within 0.5 % of the ellipsoid). None where no town is within `MAX_DISTANCE_M`.
    """
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return None
    chords, rows = (np.asarray(one) for one in _tree().query(_on_sphere(np.array(lat), np.array(lon)), k=12))
    distances = 2 * _EARTH_M * np.arcsin(np.minimum(chords / 2, 1.0))
    people = np.array([towns()[row].population for row in rows.tolist()], dtype=np.float64)
    best = int(np.argmin((distances + 3_000) / people**0.3))
    metres, town = float(distances[best]), towns()[int(rows[best])]
    if metres > MAX_DISTANCE_M:
        return None
    east = math.radians(lon - town.lon)
    here, there = math.radians(town.lat), math.radians(lat)
    angle = math.degrees(
        math.atan2(
            math.sin(east) * math.cos(there),
            math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(east),
        )
    )
    return town, metres, _COMPASS[round(angle / 45) % 8]


def in_words(lat: float, lon: float) -> str:
    """Where a place (degrees) is, by a town near it; "" far from any.

    >>> in_words(47.47, 0.82)
    '12 km NE of Tours, France'
    """
    found = town_near(lat, lon)
    if found is None:
        return ""
    town, metres, direction = found
    if metres < 1500:
        return f"in {town.title}" if metres < 700 else f"1 km {direction} of {town.title}"
    return f"{round(metres / 1000):,} km {direction} of {town.title}"
