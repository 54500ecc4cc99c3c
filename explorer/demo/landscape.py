"""One sample's landscape: its CORINE fractions laid out on the ground, and painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, sparse

from explorer.demo import farmland, natural_land, urban_land
from explorer.demo.canvas import PIXELS, SIZE, Canvas, Change, lit, texture
from explorer.demo.parcels import Parcels, divide
from explorer.demo.phenology import KINDS, SNOW_HOLDS, Climate

FARM = (211, 212, 213, 221, 222, 223, 231, 241, 242, 243, 244)
BUILT = (111, 112, 121, 123, 124, 131, 132, 133, 141, 142)
SEAWARD = (523, 522, 521, 423, 421, 422, 331)
HEIGHTS = (335, 332, 333)
WATERS = (511, 512, 521, 522, 523)
_BEFORE = {
    311: "broadleaf", 312: "conifer", 313: "conifer", 231: "meadow", 211: "crop", 212: "crop", 242: "crop",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """A change on the ground: `new` takes the place of `old` from `day` (counted from 1 January 2018)."""

    new: int
    old: int
    day: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A painted landscape, ready to be seen on any date. Pixel arrays are flat, 200 x 200, from the north-west."""

    weights: sparse.csr_array  # (pixels, units) float32: shares of units times texture
    classes: np.ndarray  # CORINE code of each pixel, int16
    shade: np.ndarray  # relative brightness in low sun, float32
    snow_hold: np.ndarray  # how much of a snow cover shows, 0 to 1, float32
    snow_late: np.ndarray  # where snow lies thinner (1) or longer (0), float32
    kind: np.ndarray  # of each unit
    chance: np.ndarray
    crops: np.ndarray
    gain: np.ndarray  # brightness of each unit
    changes: tuple[Change, ...]
    changed: tuple[np.ndarray, ...]  # pixels of each change
    climate: Climate
    clouds: np.ndarray  # smooth field for clouds and holes, float32


def build(
    fractions: dict[int, float],
    climate: Climate,
    relief: float,
    field_area: float,
    hedges: float,
    rng: np.random.Generator,
    event: Event | None = None,
) -> Scene:
    """Lay out and paint the classes of a cell (`fractions` of CORINE codes, sum 1).

    `relief` in metres, `field_area` in square metres, `hedges` 0 to 1. The same generator gives the same scene.
    """
    canvas = Canvas(rng, climate, relief)
    angle = float(rng.uniform(0, np.pi))
    bend = 9.0
    x = canvas.x + bend * texture(rng, 2.0, 2, 14)
    y = canvas.y + bend * texture(rng, 2.0, 2, 14)
    parcels = divide(
        x,
        y,
        rng,
        field_area,
        angle=angle,
        lane_area=max(90_000.0, 4 * field_area),
        aspect=rng.uniform(1.3, 2.8),
    )
    classes, line = layout(fractions, canvas, parcels, rng)
    _paint(canvas, classes, parcels, line, angle, hedges, event)
    _harmless(canvas, classes, parcels, rng, event)
    _terrain(canvas, classes, relief)
    return _finish(canvas, classes, rng)


def layout(
    fractions: dict[int, float], canvas: Canvas, parcels: Parcels, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """CORINE code of each pixel `(40000,)` int16 in the given fractions, and the distance (m) to a line of traffic."""
    x, y = canvas.x, canvas.y
    turn = rng.uniform(0, 2 * np.pi)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    u, v = u - u.mean(), v - v.mean()
    slow = texture(rng, 2.0, 1, 24)
    seaward = u / 160 + 0.55 * slow
    winding = v + 70 * np.sin(u / rng.uniform(90, 170) + rng.uniform(0, 6)) + 22 * texture(rng, 2.0, 2, 12)
    winding += rng.uniform(-110, 110)
    straight = v + 1e-4 * u * u + rng.uniform(-120, 120)
    heights = v / 170 + 0.8 * texture(rng, 1.7, 1)
    order = [c for c in (*SEAWARD, 511, 512, 122, *HEIGHTS) if c in fractions]
    order += sorted((c for c in fractions if c not in order), key=lambda c: (c not in BUILT, fractions[c]))
    codes = np.zeros(PIXELS, dtype=np.int16)
    free = np.arange(PIXELS)
    left = 1.0
    for code in order:
        share = fractions[code]
        if code == order[-1] or share >= left - 1e-6:
            codes[free] = code
            free = free[:0]
            break
        if code in SEAWARD:
            score = seaward if code != 422 else _by_parcel(seaward, parcels, 0.95)
        elif code == 511:
            score = -np.abs(winding) / 60
        elif code == 512:
            score = 0.35 * seaward + texture(rng, 2.0, 1, 30)
        elif code == 122:
            score = -np.abs(straight) / 60
        elif code in HEIGHTS:
            score = heights + 0.25 * texture(rng, 1.2, 6)
        elif code in FARM or code in BUILT or 211 in fractions:
            score = _by_parcel(texture(rng, 1.9, 1, 20), parcels, 0.985)
        else:
            score = texture(rng, 1.6, 1, 60)
        count = min(round(share / left * len(free)), len(free))
        if count:
            best = np.argpartition(-score[free], count - 1)[:count]
            codes[free[best]] = code
            keep = np.ones(len(free), dtype=bool)
            keep[best] = False
            free = free[keep]
        left -= share
    return codes, straight


def _by_parcel(score: np.ndarray, parcels: Parcels, weight: float) -> np.ndarray:
    """A score that is nearly one value a parcel, so that at most one parcel is cut in two."""
    total = np.bincount(parcels.label, score, parcels.count)
    mean = (total / np.maximum(np.bincount(parcels.label, minlength=parcels.count), 1))[parcels.label]
    return np.asarray(weight * mean + (1 - weight) * score, dtype=np.float32)


def _paint(
    canvas: Canvas, classes: np.ndarray, parcels: Parcels, line: np.ndarray, angle: float, hedges: float,
    event: Event | None,
) -> None:  # fmt: skip
    inland = (~np.isin(classes, WATERS)).astype(np.float32)
    found = [int(c) for c in np.unique(classes)]
    farm = np.flatnonzero(np.isin(classes, FARM))
    for code in found:
        rows = np.flatnonzero(classes == code)
        first = len(canvas.kinds)
        _class(canvas, rows, code, parcels, line, angle, inland)
        if code in FARM and code not in (213, 244):
            thick = hedges * {231: 1.0, 243: 1.0, 242: 0.5, 211: 0.45}.get(code, 0.15)
            farmland.boundaries(canvas, rows, parcels, thick, tracks=True)
        if event is not None and event.new == code:
            replace(canvas, np.arange(first, len(canvas.kinds)), event)
    if len(farm) > 4000:  # a farmstead among the fields
        _farmsteads(canvas, farm, parcels)
    if 511 in found or 512 in found:
        _banks(canvas, classes, inland)


def _class(
    canvas: Canvas,
    rows: np.ndarray,
    code: int,
    parcels: Parcels,
    line: np.ndarray,
    angle: float,
    inland: np.ndarray,
) -> None:
    if code in (111, 112, 121):
        urban_land.town(canvas, rows, code, angle)
    elif code == 122:
        urban_land.line(canvas, rows, line)
    elif code == 123:
        urban_land.port(canvas, rows, parcels)
    elif code == 124:
        urban_land.airport(canvas, rows, angle)
    elif code in (131, 132, 133):
        urban_land.pit(canvas, rows, code)
    elif code in (141, 142):
        urban_land.park(canvas, rows, code)
    elif code in (211, 212, 213):
        farmland.fields(canvas, rows, parcels, code)
    elif code in (221, 222, 223):
        farmland.rowed(canvas, rows, parcels, code)
    elif code == 231:
        farmland.pasture(canvas, rows, parcels)
    elif code in (241, 242, 243):
        farmland.mosaic(canvas, rows, parcels, code)
    elif code == 244:
        farmland.dehesa(canvas, rows, parcels)
    elif code in (311, 312, 313):
        natural_land.forest(canvas, rows, parcels, code)
    elif code in (321, 322, 323, 324):
        natural_land.scrub(canvas, rows, code)
    elif code in (331, 332, 333, 334, 335):
        natural_land.open_ground(canvas, rows, code)
    elif code == 422:
        natural_land.salines(canvas, rows, parcels)
    elif code in (411, 412, 421, 423):
        natural_land.wetland(canvas, rows, code)
    else:
        natural_land.water(canvas, rows, code, inland)


def replace(canvas: Canvas, units: np.ndarray, event: Event) -> None:
    """Let units appear on the day of an event, after bare ground, where another cover was before."""
    before = int(canvas.units(_BEFORE.get(event.old, "grass"), 1, crops=farmland.rotation(canvas))[0])
    between = int(canvas.units("clearing" if event.old // 10 == 31 else "bare", 1)[0])
    slow = 150.0 if event.new == 133 else 25.0
    canvas.changes.append(Change(units, before, between, float(event.day), event.day + slow))


def _farmsteads(canvas: Canvas, farm: np.ndarray, parcels: Parcels) -> None:
    rng = canvas.rng
    near_lane = farm[(parcels.lane[farm] > 9) & (parcels.lane[farm] < 30)]
    if not len(near_lane) or rng.random() < 0.35:
        return
    ragged = texture(rng, 1.6, 6)
    for _ in range(int(rng.integers(1, 4))):
        centre = int(rng.choice(near_lane))
        # A yard is a crooked square in line with its field.
        turn = parcels.angle[parcels.label[centre]]
        dx, dy = canvas.x[farm] - canvas.x[centre], canvas.y[farm] - canvas.y[centre]
        u, v = np.abs(dx * np.cos(turn) + dy * np.sin(turn)), np.abs(dy * np.cos(turn) - dx * np.sin(turn))
        yard = farm[np.maximum(u / rng.uniform(0.8, 1.6), v) + 5 * ragged[farm] < rng.uniform(17, 30)]
        if len(yard) > 60:
            urban_land.town(canvas, yard, 112, float(turn))


def _banks(canvas: Canvas, classes: np.ndarray, inland: np.ndarray) -> None:
    """Trees along the banks of rivers and lakes."""
    wet = np.isin(classes, (511, 512))
    near = ndimage.uniform_filter(wet.reshape(SIZE, SIZE).astype(np.float32), 7).ravel()
    bank = np.flatnonzero((near > 0.05) & (inland > 0) & ~np.isin(classes, HEIGHTS) & (classes // 100 != 1))
    if len(bank) > 40 and canvas.climate.warmth > 0:
        farmland.trees(canvas, bank, 0.55)


def _harmless(
    canvas: Canvas, classes: np.ndarray, parcels: Parcels, rng: np.random.Generator, event: Event | None
) -> None:
    """Now and then a small change that leaves the label right: a felled stand, a new hall at a field's edge."""
    dice, day = rng.random(), int(rng.integers(120, 600))
    if event is not None:
        return
    woods = np.flatnonzero(np.isin(classes, (312, 313)))
    fields = np.flatnonzero(np.isin(classes, (211, 231)))
    if len(woods) > 0.4 * PIXELS and dice < 0.10:
        label, change, paint = parcels.label, Event(324, 312, day), woods
    elif len(fields) > 0.4 * PIXELS and dice < 0.05:
        label, change, paint = parcels.label, Event(133, 211, day), fields
    else:
        return
    area = np.bincount(label[paint], minlength=parcels.count)
    fit = np.flatnonzero((area > 300) & (area < 0.12 * PIXELS))
    if not len(fit):
        return
    rows = paint[label[paint] == int(rng.choice(fit))]
    first = len(canvas.kinds)
    if change.new == 324:
        natural_land.scrub(canvas, rows, 324)
    else:
        urban_land.town(canvas, rows, 121, 0.4)
    replace(canvas, np.arange(first, len(canvas.kinds)), change)


def _terrain(canvas: Canvas, classes: np.ndarray, relief: float) -> None:
    strength = 0.30 * min(relief / 1400, 1.0) + 0.015
    slope = lit(ndimage.gaussian_filter(texture(canvas.rng, 2.1, 1).reshape(SIZE, SIZE), 2).ravel())
    dry = ~np.isin(classes, (*WATERS, 411, 421, 422, 423, 213))
    canvas.shade[dry] += (strength * slope)[dry]


def _finish(canvas: Canvas, classes: np.ndarray, rng: np.random.Generator) -> Scene:
    rows = np.arange(PIXELS)
    units = len(canvas.kinds)
    kind = np.array(canvas.kinds)
    holds = np.array([SNOW_HOLDS.get(KINDS[k], 1.0) for k in range(len(KINDS))], dtype=np.float32)[kind]
    if canvas.climate.warmth < 4.5:  # lakes freeze, and snow lies on the ice
        holds[np.isin(kind, [KINDS.index("water"), KINDS.index("lagoon")])] = 0.9
    hold = holds[canvas.top] * (1 - canvas.share) + holds[canvas.under] * canvas.share
    value = np.stack([(1 - canvas.share) * canvas.tone, canvas.share * canvas.tone], axis=1).ravel()
    column = np.stack([canvas.top, canvas.under], axis=1).ravel()
    weights = sparse.csr_array(
        (value.astype(np.float32), column.astype(np.int32), np.arange(0, 2 * PIXELS + 1, 2, dtype=np.int32)),
        shape=(len(rows), units),
    )
    return Scene(
        weights, classes, np.clip(canvas.shade, -0.6, 0.5).astype(np.float32), hold.astype(np.float32),
        (0.5 + 0.22 * texture(rng, 1.4, 2)).astype(np.float32), kind, np.array(canvas.chances),
        np.array(canvas.crops), np.array(canvas.gains, dtype=np.float32), tuple(canvas.changes),
        tuple(np.flatnonzero(np.isin(canvas.top, c.units)) for c in canvas.changes), canvas.climate,
        texture(rng, 1.7, 1, 40),
    )  # fmt: skip
