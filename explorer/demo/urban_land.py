"""Painters of built-up land: towns, industry, roads, ports, airports, mines, building sites, parks."""

from __future__ import annotations

import numpy as np

from explorer.demo import noise
from explorer.demo.canvas import Canvas, texture
from explorer.demo.farmland import trees
from explorer.demo.parcels import Parcels, divide


def _roofs(canvas: Canvas, south: bool, kind: str) -> np.ndarray:
    """Twelve roof units in the mix of the region and the use."""
    if kind == "hall":
        names = ["bright_roof"] * 3 + ["grey_roof"] * 6 + ["dark_roof"] * 2 + ["red_roof"]
    elif south:
        names = ["red_roof"] * 8 + ["grey_roof"] * 2 + ["bright_roof", "dark_roof"]
    else:
        names = ["red_roof"] * 4 + ["dark_roof"] * 4 + ["grey_roof"] * 4
    return np.concatenate([canvas.units(name, 1, 0.12) for name in names])


def town(canvas: Canvas, rows: np.ndarray, code: int, angle: float) -> Parcels:
    """Urban fabric and industry (111, 112, 121): streets, plots, buildings with shadows, gardens or yards."""
    rng = canvas.rng
    block, lot, setback, depth, fill = {
        111: (5200, 13.0, 3.5, 13.0, 0.92), 112: (8200, 19.0, 8.0, 10.5, 0.60), 121: (15000, 52.0, 13.0, 46.0, 0.80),
    }[code]  # fmt: skip
    part = divide(
        canvas.x[rows], canvas.y[rows], rng, block, angle=angle, lane_area=90_000, aspect=1.9, jitter=0.12
    )
    label, edge = part.label, part.edge
    u, v = part.along, part.across
    span = np.zeros(part.count)
    np.maximum.at(span, label, v)
    # Two rows of plots back to back; each plot has its own chances, from its place in the block.
    lots = (lot * np.exp(rng.normal(0, 0.15, part.count)))[label]
    column, back = np.floor(u / lots).astype(np.int64), v > span[label] / 2
    h = noise.mix(label, column, back, int(rng.integers(1 << 30)))
    chance = [noise.uniform(h, i).astype(np.float32) for i in range(5)]
    front = np.where(back, span[label] - v, v)
    middle = (column + 0.5) * lots
    half_width = lots * (0.30 + 0.16 * chance[0]) if code != 111 else lots * 0.52
    centre = setback + depth / 2 + 3 * chance[1]
    half_depth = depth / 2 * (0.75 + 0.5 * chance[2])
    inside = np.minimum(half_width - np.abs(u - middle), half_depth - np.abs(front - centre))
    inside = np.minimum(inside, edge - 0.55 * setback)
    house = np.clip(inside / 3 + 0.5, 0, 1) * (chance[3] < fill)
    if code == 121:
        ground = canvas.units("asphalt", 3, 0.12)
        lawn = canvas.units("lawn", 1)[0]
        pick = np.where(chance[4] < 0.3, lawn, ground[(chance[4] * 3).astype(int)])
    else:
        gardens = canvas.units("garden", 10, 0.10)
        paved = canvas.units("asphalt", 2, 0.1)
        pick = gardens[(chance[4] * 9.99).astype(int)]
        if code == 111:
            pick = np.where(chance[1] < 0.6, paved[(chance[2] * 2).astype(int)], pick)
    canvas.put(rows, pick)
    canvas.textured(rows, texture(rng, 0.25, 40), 0.10 if code == 121 else 0.17)
    if code != 121:
        trees(canvas, rows, 0.07 if code == 111 else 0.16)
    south = canvas.climate.warmth > 12.5
    roofs = _roofs(canvas, south, "hall" if code == 121 else "house")
    kind = (chance[0] * 7919 % 1 * 11.99).astype(int)
    canvas.over(rows, roofs[kind], house)
    ridge = np.where(np.abs(front - centre) > 0, np.sign(front - centre) * np.where(back, -1, 1), 0)
    if code != 121:
        canvas.shade[rows] += (0.07 * ridge * house).astype(np.float32)
    height = np.zeros_like(canvas.shade)
    height[rows] = house
    canvas.shadow(height, 0.55 if code != 112 else 0.5)
    street = int(canvas.units("asphalt", 1, 0.08)[0])
    width = {111: 4.2, 112: 3.4, 121: 4.6}[code]
    canvas.over(rows, street, np.clip((width - edge) / 2.4 + 0.2, 0, 0.97))
    canvas.over(rows, street, np.clip((width + 2.0 - part.lane) / 2.4, 0, 0.97))
    return part


def line(canvas: Canvas, rows: np.ndarray, distance: np.ndarray) -> None:
    """A motorway or railway (122) along the line from which `distance` (m, full size) is measured."""
    d = distance[rows]
    canvas.put(rows, int(canvas.units("grass", 1)[0]))
    canvas.textured(rows, texture(canvas.rng, 0.8, 10), 0.08)
    lane = np.minimum(np.abs(d - 8.5), 40)
    canvas.over(rows, int(canvas.units("asphalt", 1)[0]), np.clip((6.2 - lane) / 2.5, 0, 0.95))
    canvas.over(rows, int(canvas.units("track", 1)[0]), np.clip((2.5 - np.abs(d - 42)) / 2.5, 0, 0.8))


def port(canvas: Canvas, rows: np.ndarray, parcels: Parcels) -> None:
    """Port areas (123): quays, basins, sheds, stacks of containers."""
    rng = canvas.rng
    kinds = np.concatenate([canvas.units("gravel", 2), canvas.units("asphalt", 3), canvas.units("lagoon", 3)])
    pick = kinds[rng.integers(0, len(kinds), parcels.count)]
    canvas.put(rows, pick[parcels.label[rows]])
    land = ~np.isin(pick, kinds[5:])[parcels.label[rows]]
    stacks = (np.sin(parcels.along[rows] / 27 * 2 * np.pi) > 0.1) & (parcels.edge[rows] > 9) & land
    colours = np.concatenate(
        [canvas.units(k, 1, 0.2) for k in ("red_roof", "grey_roof", "bright_roof", "dark_roof")]
    )
    h = noise.mix((parcels.along[rows] // 13.5).astype(int), (parcels.across[rows] // 6).astype(int), 5)
    canvas.over(
        rows[stacks], colours[(h % np.uint64(4)).astype(int)][stacks], np.full(int(stacks.sum()), 0.85)
    )
    height = np.zeros_like(canvas.shade)
    height[rows[stacks]] = 1
    canvas.shadow(height, 0.4)
    canvas.over(rows, int(canvas.units("gravel", 1)[0]), np.clip((4 - parcels.edge[rows]) / 3, 0, 0.9))


def airport(canvas: Canvas, rows: np.ndarray, angle: float) -> None:
    """Airports (124): a runway and a taxiway over mown grass, an apron."""
    rng = canvas.rng
    canvas.put(rows, canvas.units("lawn", 3, 0.05)[np.digitize(texture(rng, 1.5, 2, 40), (-0.5, 0.5))[rows]])
    canvas.textured(rows, texture(rng, 1.0, 6), 0.05)
    x, y = canvas.x[rows] - canvas.x[rows].mean(), canvas.y[rows] - canvas.y[rows].mean()
    v = y * np.cos(angle) - x * np.sin(angle)
    u = x * np.cos(angle) + y * np.sin(angle)
    tarmac = int(canvas.units("asphalt", 1)[0])
    canvas.over(rows, tarmac, np.clip((22 - np.abs(v)) / 3, 0, 1))
    canvas.over(rows, int(canvas.units("gravel", 1)[0]), np.clip((11 - np.abs(v - 110)) / 3, 0, 1))
    canvas.over(rows, tarmac, np.clip((9 - np.abs(np.abs(u) - 160)) / 3, 0, 1) * ((v > 0) & (v < 110)))
    mark = (np.abs(v) < 1.6) & (np.floor(u / 18).astype(int) % 2 == 0)
    canvas.over(rows[mark], int(canvas.units("bright_roof", 1)[0]), np.full(int(mark.sum()), 0.45))


def pit(canvas: Canvas, rows: np.ndarray, code: int) -> None:
    """Mines, dumps and building sites (131, 132, 133): terraces, heaps, tracks of machines, perhaps a pit lake."""
    rng = canvas.rng
    shape = texture(rng, 1.9, 1)
    kinds = {
        131: ("quarry", "rock", "soil"),
        132: ("bare", "gravel", "grass"),
        133: ("bare", "track", "gravel"),
    }[code]
    floor = np.concatenate([canvas.units(k if k != "soil" else "bare", 1, 0.08) for k in kinds])
    canvas.put(rows, floor[np.digitize(shape, (-0.4, 0.6))[rows]])
    canvas.textured(rows, texture(rng, 0.9, 6), 0.08)
    canvas.shade[rows] += (0.06 * np.clip(2 * np.sin(shape * 15), -1, 1))[rows] * (code == 131)
    track = np.abs(np.sin(shape * 5 + texture(rng, 1.6, 2)))
    canvas.over(rows, int(canvas.units("track", 1)[0]), np.clip((0.12 - track[rows]) * 9, 0, 0.9))
    if code == 131 and rng.random() < 0.7:
        lake = np.clip((shape[rows] - np.quantile(shape[rows], 0.87)) / 0.12, 0, 1)
        canvas.over(rows, int(canvas.units("lagoon", 1)[0]), lake)
    if code == 133 and len(rows) > 200:
        _site(canvas, rows)


def _site(canvas: Canvas, rows: np.ndarray) -> None:
    """A building site: lots along new roads, some with a shell or a roof, some paved, most of them still bare."""
    rng = canvas.rng
    lots = divide(
        canvas.x[rows],
        canvas.y[rows],
        rng,
        1700,
        angle=float(rng.uniform(0, np.pi)),
        lane_area=22_000,
        aspect=1.8,
        jitter=0.03,
    )
    busy = texture(rng, 1.8, 1, 12)[rows]  # work goes on in one part of the site first
    begun = np.bincount(lots.label, busy, lots.count) / np.maximum(
        np.bincount(lots.label, minlength=lots.count), 1
    )
    dice = rng.random(lots.count)
    built_up = (begun + 0.8 * dice > 0.75)[lots.label]
    roofs = _roofs(canvas, False, "hall")[rng.integers(0, 12, lots.count)][lots.label]
    house = np.clip((lots.edge - 7.5) / 3 + 0.5, 0, 1) * built_up
    yard = canvas.units("gravel", 2, 0.1)[(dice[lots.label] > 0.5).astype(int)]
    canvas.over(rows, yard, 0.7 * built_up)
    canvas.over(rows, roofs, house)
    height = np.zeros_like(canvas.shade)
    height[rows] = house
    canvas.shadow(height, 0.5)
    canvas.over(rows, int(canvas.units("asphalt", 1)[0]), np.clip((4.2 - lots.lane) / 2.5, 0, 0.9))


def park(canvas: Canvas, rows: np.ndarray, code: int) -> None:
    """Green urban areas and sport (141, 142): lawns, groups of trees, paths; a golf course or playing fields."""
    rng = canvas.rng
    canvas.put(rows, canvas.units("lawn", 3, 0.06)[np.digitize(texture(rng, 1.5, 2, 40), (-0.6, 0.6))[rows]])
    canvas.textured(rows, texture(rng, 1.0, 8), 0.05)
    flow = texture(rng, 1.8, 2)
    if code == 142:
        rough = int(canvas.units("grass", 1, 0.1)[0])
        canvas.over(rows, rough, np.clip(np.abs(flow[rows]) * 2.2 - 0.5, 0, 0.9))
        bunker = texture(rng, 0.6, 16, 40)[rows]
        canvas.over(rows, int(canvas.units("sand", 1)[0]), np.clip((bunker - 2.75) / 0.2, 0, 1))
        pond = texture(rng, 1.6, 4)[rows]
        canvas.over(rows, int(canvas.units("water", 1)[0]), np.clip((pond - 2.4) / 0.15, 0, 1))
    path = np.abs(np.sin(flow * 3.2 + 0.4))
    canvas.over(rows, int(canvas.units("gravel", 1)[0]), np.clip((0.055 - path[rows]) * 22, 0, 0.8))
    if len(rows) > 30:
        trees(canvas, rows, 0.42 if code == 141 else 0.22)
