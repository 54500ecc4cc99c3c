"""Places by name: countries, coordinates as people write them, and which country a sample lies in."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely.geometry import shape

from explorer.core.assets import asset
from explorer.core.errors import InvalidQueryError
from explorer.core.grid import transformer

NOWHERE = -1
"""The country of a sample that no country's outline comes near."""
_WHITE_SEA = shapely.box(32.0, 62.5, 46.0, 73.0)
"""In degrees: here the outlines of Europe are drawn by hand, without the sea; those of the world know better."""
COAST_DEGREES = 0.12
"""Outlines are simplified: a sample this far off a coast still belongs to the nearest country."""

# Natural Earth shortens some names and maps the parts of one island as several units.
_RENAMED = {
    "Bosnia and Herz.": "Bosnia and Herzegovina", "Macedonia": "North Macedonia", "W. Sahara": "Western Sahara",
    "Dhekelia": "Cyprus", "Akrotiri": "Cyprus", "N. Cyprus": "Cyprus", "Cyprus U.N. Buffer Zone": "Cyprus",
}  # fmt: skip
_ALSO = {
    "uk": "United Kingdom", "great britain": "United Kingdom", "england": "United Kingdom", "gb": "United Kingdom",
    "holland": "Netherlands", "the netherlands": "Netherlands", "czech republic": "Czechia", "turkiye": "Turkey",
    "macedonia": "North Macedonia", "bosnia": "Bosnia and Herzegovina", "espana": "Spain", "italia": "Italy",
    "deutschland": "Germany", "osterreich": "Austria", "suomi": "Finland", "sverige": "Sweden", "norge": "Norway",
    "polska": "Poland", "magyarorszag": "Hungary", "ellada": "Greece", "hellas": "Greece", "eire": "Ireland",
    "danmark": "Denmark", "belgie": "Belgium", "belgique": "Belgium", "suisse": "Switzerland",
    "schweiz": "Switzerland", "hrvatska": "Croatia", "slovenija": "Slovenia", "slovensko": "Slovakia",
    "lietuva": "Lithuania", "latvija": "Latvia", "eesti": "Estonia", "island": "Iceland",
}  # fmt: skip


@dataclass(frozen=True)
class Country:
    """A country by its English name, with its outline in degrees (EPSG:4326)."""

    name: str
    outline: shapely.Geometry

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Its mainland: west, south, east, north in degrees of its largest piece and what lies within 3 degrees of it."""
        parts = shapely.get_parts(self.outline)
        main = parts[shapely.area(parts).argmax()]
        near = parts[shapely.distance(parts, main) < 3]
        west, south, east, north = shapely.total_bounds(near).tolist()
        return west, south, east, north


@cache
def countries() -> tuple[Country, ...]:
    """All countries of the map, by name (Natural Earth)."""
    document = json.loads(asset("europe.geojson").read_text(encoding="utf-8"))
    parts: dict[str, list[shapely.Geometry]] = {}
    for feature in document["features"]:
        name = feature["properties"]["name"]
        parts.setdefault(_RENAMED.get(name, name), []).append(shape(feature["geometry"]))
    return tuple(
        Country(name, pieces[0] if len(pieces) == 1 else shapely.union_all(pieces))
        for name, pieces in sorted(parts.items())
    )


@cache
def polygons(epsg: int = 4326) -> np.ndarray:
    """The pieces of all countries' outlines as shapely polygons `(n,)` in the CRS of an EPSG code (Natural Earth, simplified)."""
    found = shapely.from_geojson(asset("europe.geojson").read_text(encoding="utf-8"))
    pieces = shapely.get_parts(shapely.get_parts(found))
    return _projected(pieces, epsg)


@cache
def world(epsg: int = 4326) -> np.ndarray:
    """The pieces of all land between 60° S and 84° N as shapely polygons `(n,)` in the CRS of an EPSG code (Natural Earth).

    Around Europe by country, as `polygons` and as fine where that has it; what lies far away is coarse, and without borders.
    """
    beyond = json.loads(asset("world.geojson").read_text(encoding="utf-8"))["features"]
    parts = {country.name: [country.outline] for country in countries()}
    parts["Russia"] = [shapely.difference(part, _WHITE_SEA) for part in parts["Russia"]]
    for feature in beyond:  # it reaches a little into the outlines of Europe, so that no seam is left
        name = feature["properties"]["name"]
        parts.setdefault(_RENAMED.get(name, name), []).append(shape(feature["geometry"]))
    whole = [
        shapely.union_all(shapely.make_valid(part)) if len(part) > 1 else part[0] for part in parts.values()
    ]
    pieces = shapely.get_parts(whole)
    return _projected(pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON], epsg)


def _projected(pieces: np.ndarray, epsg: int) -> np.ndarray:
    if epsg == 4326:
        return pieces
    to = transformer(4326, epsg).transform
    return np.asarray(shapely.transform(pieces, lambda lonlat: np.column_stack(to(*lonlat.T))))


@cache
def names() -> tuple[str, ...]:
    """Names of all countries, in the order of `countries`."""
    return tuple(country.name for country in countries())


def countries_of(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Position in `countries` of the country at each place (degrees), int16 `(n,)`; `NOWHERE` far from any.

    Off a coast (`COAST_DEGREES`), the nearest country counts: outlines are simplified, samples are not.
    """
    outlines = [country.outline for country in countries()]
    pieces, owners = shapely.get_parts(outlines, return_index=True)
    found = np.full(len(lon), NOWHERE, np.int16)
    # In the order of longitude, each piece asks only the places in its band; prepared, that is fast.
    order = np.argsort(lon)
    sorted_lon, sorted_lat = lon[order], lat[order]
    for piece, owner in zip(pieces, owners, strict=True):
        west, south, east, north = piece.bounds
        start, stop = np.searchsorted(sorted_lon, [west, east])
        band = order[start:stop][(sorted_lat[start:stop] >= south) & (sorted_lat[start:stop] <= north)]
        band = band[found[band] == NOWHERE]
        if band.size:
            shapely.prepare(piece)
            found[band[shapely.contains_xy(piece, lon[band], lat[band])]] = owner
    left = np.flatnonzero(found == NOWHERE)
    if left.size:
        tree = shapely.STRtree(pieces)
        near = tree.query_nearest(
            shapely.points(lon[left], lat[left]), max_distance=COAST_DEGREES, all_matches=False
        )
        found[left[near[0]]] = owners[near[1]]
    return found


def find_country(text: str) -> Country | None:
    """The country of a name (English, some local ones, accents aside), or of the only one that begins so."""
    wanted = plain(text)
    if not wanted:
        return None
    wanted = plain(_ALSO.get(wanted, wanted))
    begins = [country for country in countries() if plain(country.name).startswith(wanted)]
    exact = [country for country in begins if plain(country.name) == wanted]
    if exact:
        return exact[0]
    return begins[0] if len(begins) == 1 and len(wanted) >= 3 else None


@cache
def countries_by_words() -> dict[str, Country]:
    """Countries by their English names and some local ones, words as `words_of` gives them."""
    known = {country.name: country for country in countries()}
    named = {**{name: name for name in known}, **_ALSO}
    return {" ".join(words_of(name)): known[given] for name, given in named.items() if given in known}


def plain(text: str) -> str:
    """A name as it is compared: lower case, without accents and white space around it."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))


def words_of(text: str) -> list[str]:
    """The words of a name as they are compared: lower case, without accents, hyphens and apostrophes between them.

    >>> words_of("Saint-Pierre-des-Corps")
    ['saint', 'pierre', 'des', 'corps']
    """
    return _WORDS.findall(plain(text))


_WORDS = re.compile(r"[^\W_]+")
_NUMBER = r"\d{1,3}(?:\.\d+)?"
_ANGLE = rf"""
    (?P<sign>[+-]?)\s*(?P<deg>{_NUMBER})\s*(?:°|º|d|deg)?\s*
    (?:(?P<min>\d{{1,2}}(?:\.\d+)?)\s*(?:'|’|′|m)?\s*
       (?:(?P<sec>\d{{1,2}}(?:\.\d+)?)\s*(?:"|”|″|''|s(?!\w))?\s*)?)?
"""
_LETTERS = {"N": 1, "S": -1, "E": 1, "W": -1, "O": 1}
_ONE = re.compile(rf"^\s*(?P<before>[NSEWO])?\s*{_ANGLE}(?P<after>[NSEWO])?\s*$", re.VERBOSE | re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"(\d),(\d)")


def parse_place(text: str) -> tuple[float, float] | None:
    """(lat, lon) in degrees of a place written in one of the usual ways; None for what is no place.

    `50.8, 3.0` · `50.8 3.0` · `50,8; 3,0` · `50.8N 3.0E` · `E3 N50.8` · `50°48'12"N 3°0'5"E` · `50 48.2 N, 3 0.1 E`
    · `geo:50.8,3.0`. Latitude comes first where no letter says otherwise. Raises `InvalidQueryError` where it is a
    place outside the world.
    >>> parse_place("50°48'N 3°15'E")
    (50.8, 3.25)
    """
    text = text.strip().removeprefix("geo:").strip()
    if len(text) > 80 or not any(c.isdigit() for c in text):
        return None
    for first, second in _halves(text):
        a, b = _ONE.match(first), _ONE.match(second)
        if a is None or b is None:
            continue
        one, two = _angle(a), _angle(b)
        if one is None or two is None:
            continue
        axes = (
            one[1] or ("lat" if two[1] != "lat" else "lon"),
            two[1] or ("lon" if one[1] != "lon" else "lat"),
        )
        if axes[0] == axes[1]:
            continue
        lat, lon = (one[0], two[0]) if axes[0] == "lat" else (two[0], one[0])
        if not (-80 <= lat <= 84 and -180 <= lon <= 180):
            raise InvalidQueryError(f"{text}: give latitude (-80 to 84) first, then longitude (-180 to 180)")
        return lat, lon
    return None


def _halves(text: str) -> list[tuple[str, str]]:
    """Ways to cut a text in two angles, the most telling separator first."""
    if text.count(";") == 1:
        first, second = text.split(";")
        return [(_DECIMAL_COMMA.sub(r"\1.\2", first), _DECIMAL_COMMA.sub(r"\1.\2", second))]
    if text.count(",") == 1:
        first, second = text.split(",")
        return [(first, second)]
    if text.count(",") == 3:  # 50,8, 3,0
        a, b, c, d = text.split(",")
        return [(f"{a.strip()}.{b.strip()}", f"{c.strip()}.{d.strip()}")]
    letter = re.match(r"^(.*?\d.*?[NSEWO])\s+(.*\d.*)$", text, re.IGNORECASE)
    halves = [(letter[1], letter[2])] if letter else []
    before = re.match(r"^([NSEWO].*?)\s+([NSEWO].*)$", text, re.IGNORECASE)
    if before:
        halves.append((before[1], before[2]))
    words = text.split()
    if len(words) % 2 == 0 and words:
        middle = len(words) // 2
        halves.append((" ".join(words[:middle]), " ".join(words[middle:])))
    return halves


def _angle(match: re.Match[str]) -> tuple[float, str] | None:
    """Degrees, and `lat`, `lon` or nothing for what the letter says."""
    if match["before"] and match["after"]:
        return None
    letter = (match["before"] or match["after"] or "").upper()
    minutes, seconds = float(match["min"] or 0), float(match["sec"] or 0)
    if minutes >= 60 or seconds >= 60 or (match["min"] and "." in match["deg"]):
        return None
    value = float(match["deg"]) + minutes / 60 + seconds / 3600
    if match["sign"] == "-":
        value = -value
    axis = "lat" if letter in ("N", "S") and letter else "lon" if letter else ""
    return value * _LETTERS.get(letter, 1), axis
