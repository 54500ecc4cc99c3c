"""Which demo samples to show: photogenic places of many kinds, found in the table by what they should hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.core.corine import codes
from explorer.demo.label_errors import KINDS
from explorer.demo.table import Table


@dataclass(frozen=True, slots=True)
class Wish:
    """A kind of place: what should cover it, and near where."""

    name: str
    lon: float
    lat: float
    radius_km: float
    cover: dict[int, float]


FEATURED = (
    Wish("fields, a village and a river", 3.2, 48.6, 380, {211: 0.62, 112: 0.2, 511: 0.18}),
    Wish("the edge of a city", 2.35, 48.86, 60, {112: 0.6, 141: 0.2, 121: 0.2}),
    Wish("olive groves", -3.9, 37.85, 160, {223: 0.85, 323: 0.15}),
    Wish("a lake in the boreal forest", 26.5, 62.5, 320, {312: 0.6, 512: 0.4}),
    Wish("rice along the Po", 8.5, 45.25, 90, {213: 0.75, 211: 0.25}),
    Wish("a glacier and its rocks", 8.5, 46.4, 260, {335: 0.45, 332: 0.55}),
    Wish("an Atlantic coast", -6.0, 52.0, 800, {523: 0.35, 331: 0.15, 231: 0.5}),
    Wish("vineyards and a village", -0.3, 44.9, 260, {221: 0.75, 112: 0.25}),
)
MORE = (
    Wish("large arable fields", 12.0, 52.8, 300, {211: 1.0}),
    Wish("pastures and hedges", -8.0, 53.1, 240, {231: 1.0}),
    Wish("a mixed forest", 15.0, 49.5, 400, {313: 0.8, 231: 0.2}),
    Wish("a raised bog", 25.5, 67.0, 400, {412: 0.7, 312: 0.3}),
    Wish("industry by a town", 7.0, 51.4, 250, {121: 0.6, 112: 0.4}),
    Wish("dehesa", -6.5, 39.2, 200, {244: 1.0}),
    Wish("maquis above the sea", 9.1, 42.0, 500, {323: 0.75, 523: 0.25}),
    Wish("beech woods and meadows", 10.0, 49.5, 400, {311: 0.6, 231: 0.4}),
    Wish("orchards", -0.4, 39.5, 250, {222: 1.0}),
    Wish("heath in the north", 9.0, 62.0, 500, {322: 0.7, 332: 0.3}),
    Wish("a complex of small plots", 15.0, 41.5, 400, {242: 0.8, 112: 0.2}),
    Wish("salt pans", 4.6, 43.45, 900, {422: 0.6, 521: 0.4}),
    Wish("a mine", 14.3, 51.5, 300, {131: 0.6, 211: 0.4}),
    Wish("tidal flats", 8.5, 54.2, 300, {423: 0.6, 421: 0.4}),
    Wish("an airport", 5.0, 50.0, 900, {124: 0.6, 211: 0.4}),
    Wish("a port", 4.5, 51.9, 900, {123: 0.6, 121: 0.4}),
    Wish("a golf course", -3.0, 53.0, 700, {142: 0.6, 311: 0.4}),
    Wish("the old town", 12.5, 41.9, 700, {111: 0.8, 112: 0.2}),
)


def find(table: Table, wishes: tuple[Wish, ...], taken: set[int]) -> list[int]:
    """The row that comes nearest to each wish, of samples with a correct label; adds them to `taken`."""
    right = table["kind"] == 0
    lon, lat = table["lon"], table["lat"]
    found = []
    for wish in wishes:
        # Distances on a plane are near enough, and quick over half a million places.
        km = 111.2 * np.hypot((lon - wish.lon) * np.cos(np.radians(wish.lat)), lat - wish.lat)
        far = km / wish.radius_km
        near = np.flatnonzero(right & (far < 2))
        rows = near if len(near) > len(taken) + 20 else np.arange(len(table))
        want = np.zeros(len(codes(3)), dtype=np.float32)
        for code, share in wish.cover.items():
            want[codes(3).index(code)] = share
        # |a - b| summed over classes, from the overlap: both sum to one.
        columns = np.flatnonzero(want)
        there = table.true[rows][:, columns].toarray() / 1000
        overlap = np.minimum(there, want[columns]).sum(axis=1) - 0.2 * (there == 0).sum(axis=1)
        score = overlap - 0.35 * np.clip(far[rows] - 1, 0, None) - 0.04 * far[rows] - 9.0 * ~right[rows]
        for at in np.argsort(-score, kind="stable"):
            row = int(rows[at])
            if row not in taken:
                taken.add(row)
                found.append(row)
                break
    return found


def choose(table: Table, count: int) -> list[int]:
    """Rows of `count` varied samples: the featured ones, some whose label is wrong, more kinds of places, and others."""
    taken: set[int] = set()
    rows = find(table, FEATURED, taken)
    wrong = []
    for kind in range(1, len(KINDS)):
        candidates = np.flatnonzero(table["kind"] == kind)
        if len(candidates):
            # A change that covers much of the cell is seen at a glance.
            best = candidates[np.argmax(table["fraction"][candidates[:400]])]
            wrong.append(int(best))
            taken.add(int(best))
    rows = (rows[:2] + wrong[:1] + rows[2:6] + wrong[1:] + rows[6:]) if count < 12 else rows + wrong
    if count > len(rows):
        rows += find(table, MORE, taken)
    for row in range(len(table)):
        if len(rows) >= count:
            break
        if row not in taken:
            rows.append(row)
            taken.add(row)
    return rows[:count]


def featured(table: Table) -> list[int]:
    """The rows of the samples that a page begins with; some 0.2 s, so their table's file keeps them."""
    return find(table, FEATURED, set())
