"""Names on the map: countries, seas and towns, each from the zoom on at which it has room. No Panel in here.

Which names are shown depends on the metres a pixel alone, never on where the map is: nothing flickers as it is moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from explorer.core.grid import transformer
from explorer.core.theme import THEMES
from explorer.corpus.tables import places
from explorer.corpus.tables.towns import towns
from explorer.views.common.map_state import MapState
from explorer.views.map.messages import NameShown, NamesLook
from explorer.views.map.raster import View

SIZES = {"country": 13, "sea": 12, "city": 12, "town": 12}
"""Of each kind of name, the height of its letters in pixels, as `map_names.js` draws them."""
_CITY = 400_000  # people
_LETTER = {"country": 0.68, "sea": 0.56, "city": 0.60, "town": 0.56}
"""Width of a letter by its height, of each kind, about: what a browser's fonts have, and a little more."""
_GAP = 4.0  # px around a name that stay free
_DOT = 6.0  # px from a town's place to its name
_FILLS = 2.8
"""A name of a country or sea may be so many times as long as its radius."""
_LARGEST_TOWN = 7_000.0  # metres a pixel; farther off, countries and seas have the map for themselves
_ENDS = 900.0
"""Closer than this many pixels a radius, a country or sea fills the map: its name would stand anywhere."""
_MOST = 400
"""Names that are told at once."""
# Hand made: name, latitude and longitude of its middle in degrees, and the radius in km of a circle that lies in it.
_SEAS = (
    ("Atlantic Ocean", 46.0, -19.0, 1200), ("Norwegian Sea", 67.2, 3.0, 420), ("North Sea", 56.2, 3.2, 260),
    ("Baltic Sea", 56.6, 18.6, 130), ("Gulf of Bothnia", 62.2, 19.6, 90), ("Gulf of Finland", 59.8, 25.6, 45),
    ("Barents Sea", 72.6, 37.0, 420), ("Greenland Sea", 75.5, -5.0, 420), ("Black Sea", 43.2, 34.4, 200),
    ("Mediterranean Sea", 34.6, 18.6, 330), ("Tyrrhenian Sea", 39.8, 12.4, 170), ("Adriatic Sea", 43.0, 15.0, 75),
    ("Ionian Sea", 37.6, 18.8, 170), ("Aegean Sea", 38.6, 25.2, 85), ("Bay of Biscay", 45.2, -4.8, 210),
    ("Celtic Sea", 50.0, -8.0, 140), ("Irish Sea", 53.8, -4.9, 65), ("English Channel", 50.1, -1.6, 60),
    ("Skagerrak", 57.9, 9.0, 55), ("Kattegat", 56.8, 11.4, 40), ("Ligurian Sea", 43.5, 8.8, 70),
    ("Balearic Sea", 40.3, 2.2, 90), ("Alboran Sea", 35.9, -3.4, 65), ("Gulf of Lion", 42.8, 4.1, 60),
    ("Sea of Azov", 46.1, 36.6, 75), ("Sea of Marmara", 40.7, 28.1, 28), ("Caspian Sea", 41.6, 50.6, 180),
    ("Levantine Sea", 33.7, 30.6, 190),
)  # fmt: skip


@dataclass(frozen=True)
class Names:
    """All names, the most important first, `n` of them.

    `x`, `y` float64 metres (EPSG:3857); `start` and `end` float64 metres a pixel: a name is there from `start` on (nowhere
    where that is 0) until `end`, which is closer.
    """

    text: tuple[str, ...]
    kind: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        return len(self.text)

    def near(self, view: View) -> np.ndarray:
        """Positions of the names that a view shows, or will show once it is moved or zoomed a little; int64, the first 400."""
        (x0, x1), (y0, y1) = view.x_range, view.y_range
        aside, above = (x1 - x0) / 2, (y1 - y0) / 2
        found = (
            (self.start >= view.resolution / 2.5)
            & (self.end <= view.resolution * 2.5)
            & (self.x > x0 - aside)
            & (self.x < x1 + aside)
            & (self.y > y0 - above)
            & (self.y < y1 + above)
        )
        return np.flatnonzero(found)[:_MOST]

    def rows(self, positions: Sequence[int]) -> list[NameShown]:
        """Those names, for the browser."""
        return [
            {
                "text": self.text[i], "kind": self.kind[i], "x": round(float(self.x[i])), "y": round(float(self.y[i])),
                "start": round(float(self.start[i]), 1), "end": round(float(self.end[i]), 1),
            }
            for i in positions
        ]  # fmt: skip


def starts(x: np.ndarray, y: np.ndarray, boxes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """From which metres a pixel on each name is shown, so that none ever lies over another; float64 `(n,)`.

    Names come in the order of their importance; each gives way to all before it. `x`, `y` are metres `(n,)`; `boxes` `(n, 4)`
    the pixels that a name takes around its place: left and below (0 or less), right and above (0 or more); `wanted` `(n,)`
    the metres a pixel from which on it may be shown. Zoomed in, places move apart and boxes stay as they are: two names
    that are apart once stay so, and the zoom at which they part is known without a search.

    >>> box = np.array([[-10, -5, 10, 5]] * 2)
    >>> starts(np.array([0.0, 100.0]), np.zeros(2), box, np.array([50.0, 50.0])).tolist()  # 20 px apart at 5 m a pixel
    [50.0, 5.0]
    """
    found = wanted.astype(np.float64)
    left, below, right, above = boxes.T.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(1, len(found)):
            dx, dy = x[i] - x[:i], y[i] - y[:i]
            across = np.where(dx >= 0, dx / (right[:i] - left[i]), -dx / (right[i] - left[:i]))
            along = np.where(dy >= 0, dy / (above[:i] - below[i]), -dy / (above[i] - below[:i]))
            apart = np.fmax(across, along)  # from here on, closer, the two do not touch
            blocked = apart < found[:i]
            if blocked.any():
                found[i] = min(found[i], apart[blocked].min())
    return found


def _areas() -> list[tuple[str, str, float, float, float]]:
    """Kind, name, x, y (EPSG:3857 metres) and radius of countries and seas, the largest first."""
    to = transformer(4326, 3857).transform
    found = []
    for country in places.countries():
        pieces = shapely.get_parts(country.outline)
        flat = shapely.transform(pieces, lambda lonlat: np.column_stack(to(*lonlat.T)))
        largest = flat[shapely.area(flat).argmax()]
        line = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, 5_000.0))
        # A long country has room for its name, too, though no large circle fits into it.
        radius = max(float(np.hypot(*(line[1] - line[0]))), 0.75 * float(np.sqrt(largest.area / np.pi)))
        found.append(("country", country.name, *line[0].tolist(), radius))
    for name, lat, lon, km in _SEAS:
        x, y = to(lon, lat)
        found.append(("sea", name, x, y, 1000.0 * km / float(np.cos(np.radians(lat)))))
    return sorted(found, key=lambda one: -one[-1])


def _width(kind: str, text: str) -> float:
    return _LETTER[kind] * SIZES[kind] * len(text)


@cache
def all_names() -> Names:
    """The names of Europe; takes a second, once a process."""
    areas = _areas()
    kinds, texts, xs, ys, wanted, ends, boxes = [], [], [], [], [], [], []
    for kind, text, x, y, radius in areas:
        half = _width(kind, text) / 2 + _GAP
        kinds.append(kind)
        texts.append(text)
        xs.append(x)
        ys.append(y)
        wanted.append(_FILLS * radius / (2 * half))
        ends.append(radius / _ENDS)
        boxes.append((-half, -float(SIZES[kind]), half, float(SIZES[kind])))
    everywhere = towns()
    lon, lat = np.array([t.lon for t in everywhere]), np.array([t.lat for t in everywhere])
    to_x, to_y = transformer(4326, 3857).transform(lon, lat)
    for town in everywhere:
        kind = "city" if town.population >= _CITY else "town"
        kinds.append(kind)
        texts.append(town.name)
        wanted.append(min(6_000 * (town.population / 1e6) ** 0.6, _LARGEST_TOWN))
        ends.append(0.0)
        high = SIZES[kind] * 0.7 + 1
        boxes.append((-_GAP, -high, _DOT + _width(kind, town.name) + _GAP, high))
    all_x, all_y = np.concatenate([xs, to_x]), np.concatenate([ys, to_y])
    start = starts(all_x, all_y, np.array(boxes), np.array(wanted))
    return Names(tuple(texts), tuple(kinds), all_x, all_y, start, np.array(ends))


def look(state: MapState) -> NamesLook:
    """How names are drawn, or that they are not: they were hidden, or the basemap has its own."""
    dark = state.theme == "dark" or state.base == "satellite"
    colours = THEMES["dark" if dark else "light"]
    return {
        "shown": state.names == "names" and state.base not in ("light", "dark"),
        "ink": colours["map-name"],
        "water": colours["map-water"],
        "halo": colours["map-halo"],
    }
