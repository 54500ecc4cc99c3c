"""How well each CORINE class suits a place: the score from which the demo's land cover is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.core.corine import codes
from explorer.demo import facts, geography, noise
from explorer.demo.geography import Setting

# Offsets found by matching the shares of the 44 classes to those of CORINE Land Cover 2018 (`SHARES`).
BIAS: dict[int, float] = {
    111: 1.46, 112: -2.01, 121: -1.36, 122: -1.34, 123: -2.36, 124: -2.19, 131: -1.12, 132: -1.56, 133: -1.47,
    141: 0.1, 142: -1.39, 211: 0.0, 212: -3.81, 213: 1.28, 221: -1.45, 222: -1.12, 223: -1.04, 231: -1.3,
    241: -2.39, 242: -1.62, 243: -1.55, 244: 0.22, 311: -0.92, 312: -0.79, 313: -1.31, 321: -2.16, 322: -1.98,
    323: -1.74, 324: -1.95, 331: 1.16, 332: -1.86, 333: -1.47, 334: -2.03, 335: 3.03, 411: -1.91, 412: -3.95,
    421: 0.6, 422: 0.99, 423: 0.97, 511: 0.3, 512: -0.49, 521: 0.38, 522: 0.32, 523: 0.18,
}  # fmt: skip

SHARES: dict[int, float] = {
    111: 0.13, 112: 3.0, 121: 0.6, 122: 0.08, 123: 0.03, 124: 0.07, 131: 0.16, 132: 0.03, 133: 0.05, 141: 0.08,
    142: 0.25, 211: 19.5, 212: 1.2, 213: 0.18, 221: 0.75, 222: 0.7, 223: 0.95, 231: 7.2, 241: 0.12, 242: 4.0,
    243: 4.6, 244: 0.6, 311: 9.6, 312: 12.6, 313: 5.3, 321: 4.4, 322: 3.0, 323: 1.7, 324: 5.2, 331: 0.15,
    332: 1.4, 333: 3.2, 334: 0.05, 335: 0.3, 411: 0.25, 412: 2.0, 421: 0.08, 422: 0.02, 423: 0.12, 511: 0.3,
    512: 2.1, 521: 0.1, 522: 0.06, 523: 0.45,
}  # fmt: skip
"""Rough share of each class in per cent of the land, after CORINE Land Cover 2018 (EEA)."""

NEVER = -30.0


def _bell(x: np.ndarray, middle: float, width: float) -> np.ndarray:
    return np.asarray(-np.minimum(0.5 * ((x - middle) / width) ** 2, 9))


def _over(x: np.ndarray, limit: float, scale: float) -> np.ndarray:
    """0 below a limit, growing by 1 every `scale` above it."""
    return np.asarray(np.clip(x - limit, 0, None) / scale)


def scores(s: Setting, sea_km: np.ndarray, seed: int) -> np.ndarray:
    """Score of each of the 44 classes (in the order of `codes(3)`) at places. float32 `(n, 44)`."""
    table = np.empty((len(s.east), len(codes(3))), dtype=np.float32)
    rules = _rules(s, sea_km, seed)
    for i, code in enumerate(codes(3)):
        spread = 0.75 if code // 100 == 1 else 0.4 if code >= 500 else 1.25
        score = rules[code]() + BIAS.get(code, 0.0)
        if code in facts.REGIONS:
            score = score + geography.near_spots(facts.REGIONS[code], s.east, s.north)
        table[:, i] = score + spread * noise.at(seed, 20 + i, s.east, s.north, 1.5, 1.15)
    return table


def _rules(s: Setting, sea_km: np.ndarray, seed: int) -> dict[int, Callable[[], np.ndarray]]:
    t, med, wet, city = s.warmth, s.mediterranean, s.oceanic, s.city
    steep, high = s.relief / 500, s.height
    flat = np.clip(1 - s.relief / 160, -1, 1)
    # Villages and small towns gather where Europe is crowded.
    people = geography.near_spots(
        ((6.5, 51.0, 330, 1.6), (-1.2, 52.4, 190, 1.5), (9.5, 45.3, 190, 1.2), (15.0, 50.0, 400, 0.9),
         (2.3, 48.6, 260, 0.8), (14.5, 41.0, 140, 0.8), (26.0, 45.0, 380, 0.7)), s.east, s.north
    )  # fmt: skip
    crowded = (
        (1.4 + people)
        * (1 - 0.9 * np.clip((-12 - s.lon) / 2, 0, 1))
        * (1 - 0.4 * np.clip((s.lat - 62) / 4, 0, 1))
    )
    town = np.clip(noise.at(seed, 5, s.east, s.north, 0.8, 0.55) - 1.15, 0, 1.6) * crowded
    built = np.maximum(3.2 * np.clip(city, 0, 2.2), 2.4 * town) - 1.6 * steep - _over(high, 1300, 300)
    urban = np.clip(built, 0, 5)
    river = np.full(s.east.shape, np.inf, dtype=np.float32)
    wiggle = 2.6 * noise.at(seed, 6, s.east, s.north, 0.9, 1.5)
    for line in facts.RIVERS:
        np.minimum(river, geography.near_line(line, s.east + wiggle, s.north - wiggle), out=river)
    lake = _lakes(s, seed)
    ice = geography.near_spots(tuple((*g, 1.0) for g in facts.GLACIERS), s.east, s.north, 4)
    frost = np.clip(
        (2200 - 38 * (s.lat - 46) ** 1.0 * 2.0 - high) / 400, -3, 3
    )  # below 0 above the tree line
    treeless = np.clip(-frost, 0, 3) + _over(-t, 0.2, 1.2)
    iceland = np.clip((-12 - s.lon) / 2, 0, 1) * np.clip((s.lat - 62) / 2, 0, 1)
    steppe = np.clip((s.lon - 30) / 3, 0, 1) * np.clip((42 - s.lat) / 2, 0, 1)
    coast = np.where(sea_km < 2.5, 0.0, NEVER)
    shore = np.where(sea_km < 1.0, 0.0, NEVER)
    farm = _bell(t, 11.5, 3.6) - 2.6 * steep - 2.5 * iceland
    north = np.clip((s.lat - 57) / 3, 0, 1)

    def spots(code: int) -> np.ndarray:
        return 3.5 * geography.near_spots(tuple((*p, 1.0) for p in facts.SHORES[code]), s.east, s.north)

    return {
        111: lambda: 2.9 * np.clip(city - 1.2, -1, 2) - 2.0 + 1.2 * med * urban / 3,
        112: lambda: built,
        121: lambda: 0.9 * urban - 1.5,
        122: lambda: 0.5 * urban - 2,
        123: lambda: coast + 0.8 * urban,
        124: lambda: 1.2 * np.clip(city, 0, 1.2) * 2 - 2 + flat,
        131: lambda: 0.2 * urban - 2 + 0 * t,
        132: lambda: 0.3 * urban - 2 + 0 * t,
        133: lambda: 0.7 * urban - 2,
        141: lambda: 2.2 * np.clip(city - 0.7, -1, 1.5) - 2,
        142: lambda: 0.9 * urban - 2 + 0.5 * wet,
        211: lambda: farm + 0.8 * flat - 0.9 * med - 1.0 * wet - 1.4 * north - 0.35 * urban + 0.6 * steppe,
        212: lambda: _bell(t, 16.5, 2.5) + flat + 1.2 * med + steppe - steep,
        213: lambda: flat - 6 - 2 * steep,
        221: lambda: _bell(t, 13.8, 2.6) - 1.2 * steep + 0.8 * med - 2,
        222: lambda: _bell(t, 14.5, 3.2) - 1.2 * steep + 0.8 * med - 2,
        223: lambda: _bell(t, 17.0, 2.2) - 0.8 * steep + 2.4 * med - 4,
        231: lambda: _bell(t, 9.5, 3.0) + 2.2 * wet - 0.9 * steep - 3 * med - 1.5 * steppe - 1.2 * north,
        241: lambda: _bell(t, 15.5, 2.5) + 1.4 * med - steep - 2,
        242: lambda: _bell(t, 12.5, 4) - 1.2 * steep + 0.15 * urban + 0.5 * med,
        243: lambda: _bell(t, 11, 4.2) - 0.5 * steep - 0.7 * iceland,
        244: lambda: _bell(t, 16.5, 2.5) + med - steep - 4,
        311: lambda: _bell(t, 10.5, 3.2) + 0.55 * np.clip(steep, 0, 1.6) - 1.8 * med - 0.6 * wet - treeless
        - 1.6 * north - 2 * iceland,
        312: lambda: _bell(t, 3.8, 3.4) + 0.5 * np.clip(steep, 0, 2) + 1.4 * north + 0.5 * _over(t, 12, 4)
        - 1.7 * treeless - 4 * iceland - 1.2 * wet * (1 - north),
        313: lambda: _bell(t, 6.5, 3.2) + 0.4 * np.clip(steep, 0, 1.6) + 0.5 * north - 1.5 * treeless - 4 * iceland,
        321: lambda: _bell(t, 5.5, 5.5) + 0.35 * np.clip(steep, 0, 4) + 1.0 * np.clip(treeless, 0, 1.5)
        + 1.6 * steppe - 1.1 * north * (steep < 0.6) - 0.8 * _over(np.asarray(high), 2500, 300),
        322: lambda: _bell(t, 2.5, 3.6) + 1.4 * wet + 0.8 * np.clip(treeless, 0, 1.4) + 1.2 * iceland - 2 * med
        - _over(np.asarray(high), 2300, 250) - 2.2 * steppe,
        323: lambda: _bell(t, 16.5, 2.6) + 2.6 * med + 0.35 * np.clip(steep, 0, 2) - 2,
        324: lambda: _bell(t, 9, 6.5) + 0.4 * np.clip(steep, 0, 1.6) + 0.5 * north - treeless - 1.5 * iceland,
        331: lambda: np.where(sea_km < 1.3, 0.0, -4.5) + 1.2 * iceland + 0.8 * np.exp(-river) - 2,
        332: lambda: 0.5 * np.clip(steep, 0, 6) + 1.3 * treeless + 1.6 * iceland - 0.3 * _over(t, 8, 4) - 2,
        333: lambda: 0.3 * np.clip(steep, 0, 5) + 1.1 * treeless + 1.6 * iceland + 1.6 * steppe + 0.7 * med
        + 0.5 * _over(-t, -2, 3) - 2,
        334: lambda: med + 0.3 * steep - 3,
        335: lambda: 11.0 * ice - 6 + 2.6 * np.clip((high - 2750 + 70 * (s.lat - 46)) / 300, -2, 2.4) * (steep > 1.6)
        - 0.9 * _over(t, 2.5, 1.5),
        411: lambda: flat - 2.5 + np.exp(-river / 2) + 0 * t,
        412: lambda: _bell(t, 3.5, 4.2) + 0.9 * flat + 1.5 * north + 1.0 * wet - _over(t, 10, 1.5) - 1.2 * steep,
        421: lambda: shore + spots(421) - 1.5,
        422: lambda: coast + 1.6 * spots(422) - 4,
        423: lambda: shore + spots(423) - 1.5,
        511: lambda: 5.0 * np.exp(-((river / 1.3) ** 2)) - 3,
        512: lambda: lake - 1.5,
        521: lambda: np.where(sea_km < 5, 0.0, NEVER) + 1.1 * spots(521) - 2.2,
        522: lambda: np.where(sea_km < 4, 0.0, NEVER) + 1.1 * spots(522) - 2.2,
        523: lambda: np.where(sea_km < 0.75, 2.6 - 4.0 * sea_km, NEVER),
    }  # fmt: skip


def _lakes(s: Setting, seed: int) -> np.ndarray:
    """High inside the large lakes, and in patches where the ice ages left many small ones."""
    table = np.array(facts.LAKES)
    x, y = geography.project(table[:, 0], table[:, 1])
    score = np.zeros(s.east.shape, dtype=np.float32)
    # True north turns against the projection's grid away from 10 degrees east; small, and left alone.
    for (_, _, a, b), cx, cy in zip(facts.LAKES, x, y, strict=True):
        d2 = ((s.east - cx) / a) ** 2 + ((s.north - cy) / b) ** 2
        np.maximum(score, 5.0 * np.clip(1.45 - d2, 0, 1), out=score)
    shield = (
        np.clip((s.lat - 57.5) / 2.5, 0, 1)
        * np.clip((s.lon - 11) / 3, 0, 1)
        * np.clip(1.4 - s.relief / 400, 0, 1)
    )
    masuria = geography.near_spots(
        ((21.8, 53.9, 60, 0.8), (12.9, 53.4, 70, 0.7), (-8.9, 53.8, 60, 0.6)), s.east, s.north
    )
    patches = np.clip(noise.at(seed, 7, s.east, s.north, 0.9, 0.9) - 0.9, 0, 2)
    return np.asarray(score * (0.75 + 0.25 * patches) + (0.5 + patches * 2.6) * np.maximum(shield, masuria))
