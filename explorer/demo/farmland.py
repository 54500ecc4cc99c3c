"""Painters of farmland: fields, pastures, vineyards, orchards, and the lanes and hedges between them."""

from __future__ import annotations

import numpy as np

from explorer.demo.canvas import Canvas, crowns, texture
from explorer.demo.parcels import Parcels
from explorer.demo.phenology import Climate

_TEMPERATE = (
    "wheat",
    "wheat",
    "wheat",
    "barley",
    "rape",
    "rape",
    "maize",
    "maize",
    "beet",
    "spring_barley",
    "potato",
)
_SOUTH = ("wheat", "wheat", "barley", "sunflower", "maize", "wheat")
_NORTH = ("spring_barley", "spring_barley", "wheat", "rape", "potato", "barley")
_DRY = ("wheat", "wheat", "barley", "sunflower")
IRRIGATED = ("maize", "maize", "beet", "potato", "sunflower")


def rotation(canvas: Canvas) -> tuple[str, ...]:
    """The crops grown in a canvas's climate."""
    return crops_of(canvas.climate)


def crops_of(c: Climate) -> tuple[str, ...]:
    """The crops grown in a climate, the common ones more than once."""
    if c.mediterranean > 0.5:
        return _DRY
    if c.warmth > 11.5:
        return _SOUTH
    return _NORTH if c.warmth < 6.3 else _TEMPERATE


def fields(canvas: Canvas, rows: np.ndarray, parcels: Parcels, code: int) -> None:
    """Arable land (211, 212, 213): one unit a parcel, drilled rows, tramlines, wet and dry patches."""
    crops = {212: IRRIGATED, 213: ("rice",)}.get(code, rotation(canvas))
    unit = canvas.units("crop", parcels.count, 0.07, crops)
    canvas.put(rows, unit[parcels.label[rows]])
    soil = texture(canvas.rng, 1.5, 3)
    canvas.textured(rows, soil, 0.045)
    across, along = parcels.across[rows], parcels.along[rows]
    lines = np.sin(across * (2 * np.pi / 13.5)) * 0.016 + np.where(across % 27 < 3, -0.035, 0)
    headland = np.minimum(along, 1e9) < 12
    canvas.tone[rows] *= 1 + np.where(headland, -0.02, lines).astype(np.float32)
    if code == 213:  # bunds between the flooded basins
        bund = parcels.edge[rows] < 2.6
        canvas.over(rows[bund], int(canvas.units("grass")[0]), np.full(int(bund.sum()), 0.6))


def pasture(canvas: Canvas, rows: np.ndarray, parcels: Parcels) -> None:
    """Pastures (231): meadows and grazed fields, each mown at its own time."""
    mown = canvas.units("meadow", parcels.count, 0.05)
    grazed = canvas.units("grass", parcels.count, 0.06)
    pick = np.where(canvas.rng.random(parcels.count) < 0.5, mown, grazed)
    canvas.put(rows, pick[parcels.label[rows]])
    canvas.textured(rows, texture(canvas.rng, 1.1, 6), 0.055)


def rowed(canvas: Canvas, rows: np.ndarray, parcels: Parcels, code: int) -> None:
    """Vineyards, orchards, olive groves (221, 222, 223): plants in rows or lattices over tilled ground."""
    rng = canvas.rng
    floor = canvas.units("floor", parcels.count, 0.10)
    kind, gap, hedge_like = {
        221: ("vine", 7.5, True),
        222: ("fruit", 7.5, False),
        223: ("olive", 10.5, False),
    }[code]
    plant = canvas.units(kind, parcels.count, 0.08)
    label = parcels.label[rows]
    spacing = (gap * np.exp(rng.normal(0, 0.12, parcels.count)))[label]
    young = rng.uniform(0.55, 1.0, parcels.count)[label]
    u = parcels.along[rows] / spacing * 2 * np.pi
    v = parcels.across[rows] / spacing * 2 * np.pi
    row = 0.5 + 0.5 * np.cos(v)
    tree = row if hedge_like else row * (0.5 + 0.5 * np.cos(u)) * 1.7
    patch = texture(rng, 0.6, 20)[rows]
    base = 0.14 if code != 222 else 0.34
    cover = np.clip((base + 0.80 * tree) * young + 0.10 * patch, 0.02, 0.96)
    canvas.put(rows, floor[label])
    canvas.over(rows, plant[label], cover)
    canvas.textured(rows, texture(rng, 1.3, 4), 0.07)
    if not hedge_like:
        canvas.shade[rows] -= (0.10 * np.roll(tree, 1)).astype(np.float32)


def mosaic(canvas: Canvas, rows: np.ndarray, parcels: Parcels, code: int) -> None:
    """Complex cultivation and farmland with nature (241, 242, 243): a little of everything, parcel by parcel."""
    rng, climate = canvas.rng, canvas.climate
    south = climate.mediterranean > 0.4
    share = {
        241: {"crop": 0.4, "rowed": 0.55, "pasture": 0.05},
        242: {"crop": 0.45, "rowed": 0.25 if south else 0.06, "pasture": 0.3, "garden": 0.08},
        243: {"crop": 0.32, "pasture": 0.34, "wood": 0.18, "rough": 0.16},
    }[code]
    names = list(share)
    weight = np.array([share[n] for n in names])
    pick = rng.choice(len(names), parcels.count, p=weight / weight.sum())
    for i, name in enumerate(names):
        part = rows[pick[parcels.label[rows]] == i]
        if not len(part):
            continue
        if name == "crop":
            fields(canvas, part, parcels, 211)
        elif name == "rowed":
            rowed(canvas, part, parcels, (223 if rng.random() < 0.5 else 221) if south else 222)
        elif name == "pasture":
            pasture(canvas, part, parcels)
        elif name == "garden":
            canvas.put(part, canvas.units("garden", parcels.count, 0.1)[parcels.label[part]])
            canvas.textured(part, texture(rng, 0.4, 30), 0.12)
        elif name == "wood":
            trees(canvas, part, 0.85)
        else:
            canvas.put(part, canvas.units("grass", parcels.count, 0.1)[parcels.label[part]])
            trees(canvas, part, 0.3)


def dehesa(canvas: Canvas, rows: np.ndarray, parcels: Parcels) -> None:
    """Agro-forestry (244): scattered oaks over grass that is dry in summer."""
    ground = canvas.units("grass", parcels.count, 0.08)
    canvas.put(rows, ground[parcels.label[rows]])
    canvas.textured(rows, texture(canvas.rng, 1.3, 4), 0.06)
    trees(canvas, rows, 0.30, "evergreen_oak")


def trees(canvas: Canvas, rows: np.ndarray, cover: float, kind: str = "broadleaf") -> None:
    """Trees standing free over what is there, over a share `cover` of the ground, with their shadows."""
    unit = canvas.units(kind, 2, 0.08)
    tops = crowns(canvas.rng, 14.0 if cover < 0.5 else 9.0) + 0.18 * texture(canvas.rng, 1.4, 4)
    limit = float(np.quantile(tops[rows], 1 - cover)) if len(rows) else 0.0
    alpha = np.clip((tops - limit) / 0.25 + 0.5, 0, 1)
    height = np.zeros_like(alpha)
    height[rows] = alpha[rows]
    canvas.over(rows, unit[(texture(canvas.rng, 1.2, 8)[rows] > 0.3).astype(int)], 0.92 * alpha[rows])
    canvas.shadow(height, 0.5)


def boundaries(canvas: Canvas, rows: np.ndarray, parcels: Parcels, hedges: float, tracks: bool) -> None:
    """Lanes along the coarse divisions, and hedges or grass along the fine ones (`hedges`: share, 0 to 1)."""
    rng = canvas.rng
    edge, lane = parcels.edge[rows], parcels.lane[rows]
    verge = int(canvas.units("grass", 1)[0])
    canvas.over(rows, verge, np.clip((3.4 - edge) / 3, 0, 0.75))
    if hedges > 0.02:
        along = texture(rng, 1.2, 3)
        limit = np.quantile(along, 1 - hedges)
        there = (along[rows] > limit) & (lane > 5)
        alpha = np.clip((5.2 - edge) / 3, 0, 1) * there
        tops = 0.6 + 0.5 * crowns(rng, 9.0)[rows]
        canvas.over(rows, int(canvas.units("broadleaf", 1)[0]), alpha * tops)
        height = np.zeros_like(canvas.shade)
        height[rows] = alpha
        canvas.shadow(height, 0.42)
    if tracks:
        paved = rng.random() < 0.5
        kind = "asphalt" if paved else "track"
        width = 3.4 if paved else 2.6
        canvas.over(rows, int(canvas.units(kind, 1)[0]), np.clip((width - lane) / 2.2, 0, 0.85))
