"""Planted truth: which samples carry a wrong label, in which way, and since when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.core.corine import codes, land_cover
from explorer.demo import noise

RATE = 0.06
"""Share of samples whose label is wrong."""
KINDS = ("none", "swapped", "construction", "clear-cut", "new-crop")
_MIN_SHARE = 0.35  # of the largest class: below, an error would be too small to find

# class -> classes that it is taken for
NEIGHBOURS: dict[int, tuple[int, ...]] = {
    111: (112,), 112: (111, 121), 121: (112, 133), 122: (121,), 123: (121,), 124: (121, 141), 131: (133, 132),
    132: (131, 133), 133: (131, 121), 141: (142, 231), 142: (141, 231), 211: (231, 242, 212), 212: (211, 222),
    213: (211, 212), 221: (222, 242), 222: (221, 223), 223: (222, 323), 231: (211, 321, 243), 241: (242,),
    242: (241, 243, 211), 243: (242, 231), 244: (321, 323), 311: (313, 324), 312: (313, 324), 313: (311, 312),
    321: (231, 322), 322: (321, 324), 323: (324, 322), 324: (322, 311, 323), 331: (333, 332), 332: (333,),
    333: (332, 321), 334: (324, 333), 335: (332,), 411: (412, 231), 412: (411, 322), 421: (411, 423), 422: (521,),
    423: (421, 523), 511: (512,), 512: (511,), 521: (523, 512), 522: (523, 511), 523: (521, 522),
}  # fmt: skip
_FIELDS = (211, 212, 231, 242, 243)
_WOODS = (311, 312, 313)


@dataclass(frozen=True, slots=True)
class Planted:
    """Labels as given and as true. `(n, 44)` float32 tables, and arrays `(n,)` for what is wrong."""

    labelled: np.ndarray
    true: np.ndarray
    kind: np.ndarray  # index into KINDS, uint8
    old: np.ndarray  # what the label says of the part in question, int16, 0 where nothing is wrong
    new: np.ndarray  # what is there, int16
    day: np.ndarray  # day of the change from 1 January 2018, int16; -1 where nothing changed


def plant(cover: np.ndarray, hashes: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> Planted:
    """Make about 6 % of the labels wrong. `cover` `(n, 44)` is what is there before any change."""
    code = np.array(codes(3), dtype=np.int16)
    place = {c: i for i, c in enumerate(codes(3))}
    n = len(cover)
    rows = np.arange(n)
    largest = cover.argmax(axis=1)
    share = cover[rows, largest]
    main = code[largest]
    chosen = (noise.uniform(hashes, 10) < RATE / 0.94) & (share >= _MIN_SHARE)
    dice, pick = noise.uniform(hashes, 11), noise.uniform(hashes, 12)
    kind = np.where(chosen, 1, 0).astype(np.uint8)
    late = chosen & (dice < 0.42)
    field = np.isin(main, _FIELDS)
    highland = (lon > 34) & (lat > 37.5)  # of Anatolia, too cold for new vines and olives
    kind[late & field & (pick < 0.55)] = 2
    kind[late & np.isin(main, _WOODS)] = 3
    kind[late & (field & (pick >= 0.55) & (main != 242) | (main == 321)) & (lat < 58) & ~highland] = 4

    new, old = np.zeros(n, dtype=np.int16), np.zeros(n, dtype=np.int16)
    labelled, true = cover.copy(), cover.copy()
    for c, others in NEIGHBOURS.items():
        r = np.flatnonzero((kind == 1) & (main == c))
        other = np.array(others)[(pick[r] * len(others)).astype(int)]
        new[r], old[r] = c, other
        column = np.array([place[int(o)] for o in other], dtype=int)
        labelled[r, column] += labelled[r, place[c]]
        labelled[r, place[c]] = 0
    part = np.where(share < 0.6, 1.0, np.round(0.55 + 0.45 * noise.uniform(hashes, 13), 2)).astype(np.float32)
    south, middle = (lat < 42.5) & (lon < 29), lat < 49  # olives do not stand the winters of Anatolia
    crop = np.where(south & (pick < 0.78), 223, np.where(middle & (pick < 0.88), 221, 222))
    crop = np.where(np.isin(main, (321, 231, 243)) & (lat > 46), 211, crop)
    for which, target in ((2, 133), (3, 324), (4, crop)):
        r = np.flatnonzero(kind == which)
        goal = np.broadcast_to(np.asarray(target), (n,))[r]
        new[r], old[r] = goal, main[r]
        moved = np.round(share[r] * part[r], 3)
        column = np.array([place[int(g)] for g in goal], dtype=int)
        true[r, largest[r]] -= moved
        true[r, column] += moved
    day = np.where(kind > 1, 95 + noise.uniform(hashes, 14) * 330, -1).astype(np.int16)
    return Planted(np.round(labelled, 3), np.round(np.clip(true, 0, 1), 3), kind, old, new, day)


def describe(kind: int, old: int, new: int) -> str:
    """One sentence on what is wrong."""
    was, now = (f"{c} {land_cover(c).title}" for c in (old, new))
    return {
        1: f"labelled {was}, but it is {now}",
        2: f"labelled {was}, but a construction site came",
        3: f"labelled {was}, but it was felled and is {now}",
        4: f"labelled {was}, but it became {now}",
    }[kind]
