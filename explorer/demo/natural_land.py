"""Painters of forests, open land, wetlands and water."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from explorer.demo.canvas import SIZE, Canvas, crowns, lit, texture
from explorer.demo.farmland import trees
from explorer.demo.parcels import Parcels


def forest(canvas: Canvas, rows: np.ndarray, parcels: Parcels, code: int) -> None:
    """Forests (311, 312, 313): stands of different tone, crowns lit from the south-east, a ride or two."""
    rng = canvas.rng
    south = canvas.climate.mediterranean > 0.45
    leafy = "evergreen_oak" if south and rng.random() < 0.6 else "broadleaf"
    stands = texture(rng, 1.7, 2)
    mix = stands + 0.55 * texture(rng, 0.3, 20, 90)
    share = {311: 0.06, 312: 0.93, 313: 0.5}[code]  # of conifers
    if canvas.climate.warmth < 2.5 and code == 311:
        leafy = "birch"
    limit = np.quantile(mix[rows], 1 - share)
    needle = canvas.units("conifer", 4, 0.09)
    broad = canvas.units(leafy, 4, 0.07)
    stand = (np.digitize(texture(rng, 1.5, 2, 30), (-0.7, 0, 0.7)))[rows]
    # Conifers are planted in compartments: straight edges here and there.
    if code == 312:
        stand = (stand + parcels.label[rows] * 3) % 4
    canvas.put(rows, broad[stand])
    canvas.over(rows, needle[stand], np.clip((mix[rows] - limit) / 0.5 + 0.5, 0, 1))
    tops = crowns(rng, 9.0 if rng.random() < 0.5 else 6.0)
    canvas.tone[rows] *= (0.80 + 0.34 * tops)[rows]
    canvas.shade[rows] += 0.10 * lit(tops)[rows] - 0.05
    canvas.textured(rows, stands, 0.04)
    if rng.random() < 0.7:
        ride = np.clip((3.2 - parcels.lane[rows]) / 3, 0, 0.6)
        canvas.over(rows, int(canvas.units("grass", 1)[0]), ride)


def scrub(canvas: Canvas, rows: np.ndarray, code: int) -> None:
    """Grassland, heath, maquis and young woods (321, 322, 323, 324): bushes over open ground."""
    rng = canvas.rng
    cold = canvas.climate.warmth < 3.5
    ground = {321: "tundra" if cold else "grass", 322: "heath", 323: "grass", 324: "clearing"}[code]
    floor = canvas.units(ground, 3, 0.08)
    zone = np.digitize(texture(rng, 1.6, 2, 40), (-0.5, 0.5))[rows]
    canvas.put(rows, floor[zone])
    patches = texture(rng, 1.0, 8)
    canvas.textured(rows, patches, 0.07)
    if code == 321:
        bush, cover = ("birch" if cold else "shrub"), 0.06
    elif code == 322:
        bush, cover = "tundra" if cold else "grass", 0.25
    elif code == 323:
        bush, cover = "shrub", 0.66
    else:
        bush, cover = ("conifer" if canvas.climate.warmth < 8 else "broadleaf"), 0.42
    dots = crowns(rng, 6.0 if code == 323 else 9.0) + 0.35 * patches
    limit = np.quantile(dots[rows], 1 - cover)
    alpha = np.clip((dots[rows] - limit) / 0.35 + 0.5, 0, 1)
    canvas.over(rows, canvas.units(bush, 3, 0.09)[zone], 0.85 * alpha)
    if code in (323, 324):
        canvas.shade[rows] += 0.09 * lit(dots)[rows] * (alpha > 0.3)
    if code == 323:
        stones = texture(rng, 0.8, 15)
        canvas.over(rows, int(canvas.units("rock", 1)[0]), np.clip((stones[rows] - 1.5) / 0.5, 0, 0.8))


def open_ground(canvas: Canvas, rows: np.ndarray, code: int) -> None:
    """Sand, rock, sparse plants, burnt land, ice (331 to 335)."""
    rng = canvas.rng
    iceland = canvas.climate.lat > 63 and canvas.climate.oceanic < 0.2 and canvas.climate.height < 1200
    main, other, cover = {
        331: ("sand", "grass", 0.10), 332: ("lava" if iceland else "rock", "tundra", 0.10),
        333: ("sparse", "rock", 0.30), 334: ("burnt", "shrub", 0.12), 335: ("ice", "dirty_ice", 0.16),
    }[code]  # fmt: skip
    floor = canvas.units(main, 3, 0.07)
    rough = texture(rng, 1.1, 2)
    canvas.put(rows, floor[np.digitize(texture(rng, 1.5, 2, 60), (-0.5, 0.5))[rows]])
    limit = np.quantile(rough[rows], 1 - cover)
    canvas.over(rows, int(canvas.units(other, 1)[0]), np.clip((rough[rows] - limit) / 0.5 + 0.3, 0, 0.9))
    canvas.textured(rows, texture(rng, 0.7, 10), 0.05 if code in (331, 335) else 0.12)
    relief = {331: 0.03, 332: 0.20, 333: 0.13, 334: 0.06, 335: 0.05}[code]
    canvas.shade[rows] += relief * lit(texture(rng, 1.6, 4))[rows]
    if code == 335:  # crevasses, across the flow
        turn = rng.random() * np.pi
        place = (canvas.x * np.cos(turn) + canvas.y * np.sin(turn)) / 21 + 1.4 * texture(rng, 1.8, 2)
        line = np.clip(np.sin(place * 2 * np.pi) - 0.82, 0, 1) * (texture(rng, 1.5, 2) > 0.5)
        canvas.shade[rows] -= (1.6 * line[rows]).astype(np.float32)


def wetland(canvas: Canvas, rows: np.ndarray, code: int) -> None:
    """Marshes, bogs, salt marshes, flats (411, 412, 421, 423): plants or mud, with pools and creeks."""
    rng = canvas.rng
    main, wet, share = {
        411: ("reed", "water", 0.16), 412: ("peat", "water", 0.07), 421: ("salt_marsh", "lagoon", 0.10),
        423: ("mud", "shallow", 0.22),
    }[code]  # fmt: skip
    zone = np.digitize(texture(rng, 1.4, 2, 60), (-0.5, 0.5))[rows]
    canvas.put(rows, canvas.units(main, 3, 0.10)[zone])
    canvas.textured(rows, texture(rng, 0.9, 8), 0.08)
    if code == 412:
        # Strings and flarks lie across the slope.
        turn = rng.random() * np.pi
        u = canvas.x * np.cos(turn) + canvas.y * np.sin(turn)
        strings = np.sin(u / 27 * 2 * np.pi + 2.2 * texture(rng, 1.7, 2)) + 0.8 * texture(rng, 1.2, 6)
        canvas.over(rows, int(canvas.units("heath", 1)[0]), np.clip(strings[rows] * 0.4, 0, 0.7))
        pools = strings + texture(rng, 1.5, 3)
        pools = -pools
    else:
        creeks = np.abs(texture(rng, 1.9, 2, 45))
        pools = -creeks if code in (421, 423) else texture(rng, 1.5, 4)
    limit = np.quantile(pools[rows], 1 - share)
    canvas.over(rows, int(canvas.units(wet, 1)[0]), np.clip((pools[rows] - limit) / 0.16 + 0.5, 0, 1))
    if code in (411, 412) and canvas.climate.mediterranean < 0.3:
        part = rows[texture(rng, 1.6, 2)[rows] > 1.3]
        if len(part) > 50:
            trees(canvas, part, 0.4, "birch" if canvas.climate.warmth < 5 else "broadleaf")


def salines(canvas: Canvas, rows: np.ndarray, parcels: Parcels) -> None:
    """Salines (422): ponds from sea water to pink brine to salt, with dykes between."""
    rng = canvas.rng
    kinds = [canvas.units(k, 1)[0] for k in ("lagoon", "shallow", "brine", "brine", "salt", "mud")]
    pick = np.array(kinds)[rng.choice(6, parcels.count, p=(0.25, 0.2, 0.2, 0.12, 0.13, 0.1))]
    canvas.put(rows, pick[parcels.label[rows]])
    canvas.textured(rows, texture(rng, 1.4, 3), 0.04)
    canvas.over(rows, int(canvas.units("track", 1)[0]), np.clip((3.6 - parcels.edge[rows]) / 3, 0, 0.9))


def water(canvas: Canvas, rows: np.ndarray, code: int, inland: np.ndarray) -> None:
    """Rivers, lakes, lagoons, estuaries, sea (511, 512, 521, 522, 523).

    `inland` is 1 on land and 0 on water, full size: the shore is shallow, and trees or sand line it.
    """
    rng = canvas.rng
    kind = {511: "river", 512: "water", 521: "lagoon", 522: "river", 523: "water"}[code]
    canvas.put(rows, int(canvas.units(kind, 1)[0]))
    near = ndimage.gaussian_filter(inland.reshape(SIZE, SIZE), 4.0 if code != 523 else 9.0).ravel()
    bed = int(canvas.units("shallow" if code in (521, 523) else "lagoon", 1)[0])
    canvas.over(rows, bed, np.clip((near[rows] - 0.06) * 1.5, 0, 0.6))
    canvas.textured(rows, texture(rng, 1.3, 4), 0.035)
    if code == 523:
        swell = texture(rng, 0.6, 25, 90)
        canvas.textured(rows, swell, 0.03)
        surf = texture(rng, 1.5, 4)  # some stretches of the shore break the waves, others lie calm
        foam = np.clip((near[rows] - 0.34) * 3, 0, 1) * np.clip(
            0.16 + 0.16 * surf[rows] + 0.05 * swell[rows], 0, 0.4
        )
        canvas.over(rows, int(canvas.units("bright_roof", 1)[0]), foam)
