"""Towns of Europe and its regions by name, and where a place is in words: "12 km NE of Tours, France"."""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

import numpy as np
from scipy.spatial import cKDTree

from explorer.core.assets import asset
from explorer.corpus.tables import places
from explorer.corpus.tables.places import plain, words_of

MAX_DISTANCE_M = 150_000.0
"""A place is told by a town that is at most so far away."""
_AT_M = 300.0
"""A place so near to that of a town is the town: places in links are rounded."""
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
def _names() -> tuple[list[str], list[Town]]:
    """All names of all towns, sorted, and whose each is."""
    named = [(plain(name), town) for town in towns() for name in (town.name, *town.also)]
    named.sort(key=itemgetter(0))
    return [name for name, _ in named], [town for _, town in named]


@cache
def towns_by_words() -> dict[str, list[Town]]:
    """Towns by each of their names, words as `places.words_of` gives them, the largest first."""
    found: dict[str, list[Town]] = {}
    for town in towns():
        for name in (town.name, *town.also):
            named = found.setdefault(" ".join(words_of(name)), [])
            if town not in named:
                named.append(town)
    return found


@cache
def regions_by_words() -> dict[str, list[Region]]:
    """Regions by name, words as `places.words_of` gives them; several countries may have one of that name."""
    found: dict[str, list[Region]] = {}
    for region in regions():
        found.setdefault(" ".join(words_of(region.name)), []).append(region)
    return found


@cache
def region_positions() -> dict[str, int]:
    """Position in `regions` of each region by its title."""
    return {region.title: position for position, region in enumerate(regions())}


def find_towns(text: str, limit: int = 8) -> list[Town]:
    """Towns whose name, or another name of them, is or begins with a text (accents and case aside): exact ones first, then the largest."""
    wanted = plain(text)
    if not wanted:
        return []
    names, owners = _names()
    found: dict[int, Town] = {}
    exact = set()
    for row in range(bisect_left(names, wanted), len(names)):
        if not names[row].startswith(wanted):
            break
        found[id(owners[row])] = owners[row]
        if names[row] == wanted:
            exact.add(id(owners[row]))
    ordered = sorted(found.values(), key=lambda town: (id(town) not in exact, -town.population))
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


def _metres(chords: np.ndarray) -> np.ndarray:
    """Along great circles, between places whose chords on the unit sphere are so long."""
    return np.asarray(2 * _EARTH_M * np.arcsin(np.minimum(chords / 2, 1.0)))


def _tree_of(some: Sequence[Town]) -> cKDTree:
    return cKDTree(_on_sphere(np.array([town.lat for town in some]), np.array([town.lon for town in some])))


@cache
def _tree() -> cKDTree:
    return _tree_of(towns())


def metres_from(lat: float, lon: float, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """Metres from a place to others (degrees), float64 `(n,)`: great circle, as in `town_near`."""
    return _metres(np.linalg.norm(_on_sphere(lats, lons) - _on_sphere(np.array(lat), np.array(lon)), axis=-1))


def box_around(lat: float, lon: float, kilometres: float) -> tuple[float, float, float, float]:
    """West, south, east, north (degrees) of a circle around a place."""
    high = math.degrees(1000 * kilometres / _EARTH_M)
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    return lon - wide, lat - high, lon + wide, lat + high


def regions_of(lon: np.ndarray, lat: np.ndarray, country: np.ndarray) -> np.ndarray:
    """Position in `regions` of the region of each place (degrees), int16 `(n,)`; `places.NOWHERE` where none is known.

    `country` as `places.countries_of` gives it. A place is in the region of that town of its country that is nearest: near
    borders of regions it is a guess.
    """
    found = np.full(len(lon), places.NOWHERE, np.int16)
    for number, name in enumerate(places.names()):
        rows = np.flatnonzero(country == number)
        inside = [town for town in towns() if town.country == name]
        if rows.size and inside:
            _, nearest = _tree_of(inside).query(_on_sphere(lat[rows], lon[rows]))
            known = [region_positions().get(f"{town.region}, {name}", places.NOWHERE) for town in inside]
            found[rows] = np.array(known, np.int16)[nearest]
    return found


def place_name(lat: float, lon: float) -> str:
    """The name of the town at a place (degrees), or the place itself in degrees where there is none.

    >>> place_name(48.1374, 11.5755), place_name(47.0, 1.0)
    ('Munich', '47.00° N, 1.00° E')
    """
    chord, row = _tree().query(_on_sphere(np.array(lat), np.array(lon)))
    if chord * _EARTH_M < _AT_M:
        return towns()[int(row)].name
    return f"{abs(lat):.2f}° {'NS'[int(lat < 0)]}, {abs(lon):.2f}° {'EW'[int(lon < 0)]}"


def town_near(lat: float, lon: float) -> tuple[Town, float, str] | None:
    """The town that tells best where a place (degrees) is: the town, metres from it, and the point of the compass seen from it.

    Of the twelve nearest a larger one may be farther away: people know Tours, not its suburbs. Great circle on a sphere
    of the mean radius (within 0.5 % of the ellipsoid). None where no town is within `MAX_DISTANCE_M`.
    """
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return None
    chords, rows = (np.asarray(one) for one in _tree().query(_on_sphere(np.array(lat), np.array(lon)), k=12))
    distances = _metres(chords)
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
