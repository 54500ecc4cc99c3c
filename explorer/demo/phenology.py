"""Seasons: what each unit of a scene is made of, day by day, over 2018 and 2019.

Growth is a double logistic (Beck et al. 2006, doi:10.1016/j.rse.2005.10.021): up at a date in spring, down at one
in summer or autumn. Dates shift with the place's warmth, the year, and the parcel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.demo.spectra import INDEX, MATERIALS

_SPRING = {2018: 6.0, 2019: -4.0}  # days: March 2018 was cold, early 2019 mild


@dataclass(frozen=True, slots=True)
class Climate:
    """What seasons depend on at one place."""

    warmth: float  # mean annual temperature, degrees Celsius
    mediterranean: float  # 0 to 1
    oceanic: float  # 0 to 1
    lat: float  # degrees
    height: float  # metres

    @property
    def late(self) -> float:
        """Days by which spring comes later than at 10 degrees Celsius."""
        return float(np.clip((10 - self.warmth) * 4.2, -34, 38))

    @property
    def drought_2018(self) -> float:
        """0 to 1: how much the summer of 2018 parched the place (worst between 48 and 60 degrees north)."""
        return float(np.exp(-(((self.lat - 54) / 5.5) ** 2)) * (1 - 0.5 * self.oceanic))


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop's year: days from 1 January of the harvest year, in a climate of 10 degrees Celsius."""

    emerge: float
    grow: float
    ripen: float
    harvest: float
    plough: float
    cover: float = 0.0  # green over the winter, 0 to 1
    peak: float = 0.95
    flower: tuple[float, float] | None = None
    flooded: tuple[float, float] | None = None
    summer: bool = False  # its dates shift less with the climate


CROPS: dict[str, Crop] = {
    "wheat": Crop(-62, 98, 176, 207, 248, cover=0.30),
    "barley": Crop(-72, 92, 160, 187, 230, cover=0.36),
    "rape": Crop(-112, 84, 172, 199, 226, cover=0.55, flower=(112, 139)),
    "spring_barley": Crop(92, 122, 184, 216, 262),
    "maize": Crop(132, 170, 246, 270, 308, summer=True),
    "beet": Crop(122, 162, 286, 298, 318, summer=True),
    "potato": Crop(138, 166, 234, 262, 285, summer=True, peak=0.9),
    "sunflower": Crop(118, 156, 222, 252, 285, summer=True, flower=(186, 204)),
    "rice": Crop(140, 182, 246, 272, 330, summer=True, flooded=(106, 172)),
}
CROP_NAMES = tuple(CROPS)


def _up(t: np.ndarray, at: np.ndarray | float, width: float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip((t - at) / width, -30, 30))))


def _bump(
    t: np.ndarray, start: np.ndarray | float, end: np.ndarray | float, w1: float, w2: float
) -> np.ndarray:
    return np.asarray(np.clip(_up(t, start, w1) - _up(t, end, w2), 0, 1))


class Seasons:
    """Abundances of materials over `days` (counted from 1 January 2018) in one climate."""

    def __init__(self, days: np.ndarray, climate: Climate) -> None:
        self.days = np.asarray(days, dtype=np.float32)[:, None]  # (time, 1)
        self.climate = climate

    def abundance(self, kind: np.ndarray, chance: np.ndarray, crops: np.ndarray) -> np.ndarray:
        """Shares of the materials `(time, units, materials)` float32.

        `kind` `(units,)` indexes `KINDS`; `chance` `(units, 4)` are uniform numbers that make each unit itself;
        `crops` `(units, 2)` index `CROP_NAMES` for the two years.
        """
        out = np.zeros((len(self.days), len(kind), len(MATERIALS)), dtype=np.float32)
        for k in np.unique(kind):
            rows = np.flatnonzero(kind == k)
            shares = _MAKERS[k](self, chance[rows].T.astype(np.float32), crops[rows].T)
            for name, share in shares.items():
                out[:, rows, INDEX[name]] += share
        return out

    # -- growth --------------------------------------------------------------------------------------------

    def crop(self, chance: np.ndarray, crops: np.ndarray) -> dict[str, np.ndarray]:
        """Arable land: two years of crops, stubble, and bare soil between them."""
        n = chance.shape[1]
        shape = (len(self.days), n)
        green, ripe, flower, straw, flood = (np.zeros(shape, dtype=np.float32) for _ in range(5))
        table = np.array(
            [
                (c.emerge, c.grow, c.ripen, c.harvest, c.plough, c.cover, c.peak, *(c.flower or (0, 0)),
                 *(c.flooded or (0, 0)), c.summer)
                for c in CROPS.values()
            ]
        )  # fmt: skip
        for year, which in zip((-1, 0, 1, 2), (crops[1], crops[0], crops[1], crops[0]), strict=True):
            emerge, grow, ripen, harvest, plough, cover, peak, f0, f1, w0, w1, summer = table[which].T
            late = self.climate.late * np.where(summer > 0, 0.35, 0.75) + (chance[0] - 0.5) * 16
            late = late + _SPRING.get(2018 + year, 0.0) * np.where(summer > 0, 0.4, 1)
            dry = (self.climate.drought_2018 if year == 0 else 0.0) * np.where(summer > 0, 14, 6)
            t = self.days - 365 * year - late
            winter = cover * _bump(t, emerge - 1.3 * late, ripen, 9, 6)
            spring = peak * _bump(t, np.maximum(grow, emerge + 14), ripen - dry, 8.5, 6.0)
            g = np.maximum(winter, spring) * np.where(t < harvest - 0.7 * dry, 1, 0.04)
            r = _bump(t, ripen - 3 - dry, harvest - 0.7 * dry, 5, 1.3)
            s = _bump(t, harvest - 0.7 * dry, plough + 12 * (chance[1] - 0.5), 1.3, 4.0)
            green += g * (1 - r)
            ripe += r
            straw += s * 0.85
            if f1.any():
                # Rape turns its field yellow; between the heads of sunflowers one sees leaves.
                flower += np.where(f1 > 0, _bump(t, f0, f1, 3.0, 3.5), 0) * np.where(summer > 0, 0.3, 1)
            if w1.any():
                flood += np.where(w1 > 0, _bump(t, w0, w1, 3, 7), 0)
        # A catch crop greens some stubble fields in autumn.
        t = self.days % 365
        catch = np.where(chance[2] < 0.35, 0.6 * _bump(t, 262 + 20 * chance[1], 338, 8, 12), 0)
        green = np.clip(np.maximum(green, catch * (1 - ripe)), 0, 1)
        ripe, straw = np.minimum(ripe, 1 - green), np.minimum(straw, 1)
        flower = np.minimum(flower, 0.9) * green
        flood = np.minimum(flood, 0.92) * (1 - green)
        rest = np.clip(1 - green - ripe - flood, 0, 1)
        straw = straw * rest
        return {
            "crop": green - flower, "flower": flower, "ripe": ripe, "straw": straw, "turbid": flood,
            **self.soil(rest - straw, chance[3]),
        }  # fmt: skip

    def soil(self, share: np.ndarray, chance: np.ndarray) -> dict[str, np.ndarray]:
        """Bare soil: red and light in the south, dark in the north and where it is wet in winter."""
        south = self.climate.mediterranean
        red = np.clip(south * (0.12 + 0.62 * chance), 0, 0.7)
        light = np.where(chance > 0.62, 0.35, 0.08) * (0.6 + 0.6 * south)
        wet = 0.5 + 0.5 * np.cos((self.days - 20) * 2 * np.pi / 365)
        dark = np.clip(
            (1 - red - light) * (0.28 + 0.42 * wet * (1 - 0.5 * south) + 0.25 * (0.5 - chance)), 0, 1
        )
        plain = np.clip(1 - red - light - dark, 0, 1)
        return {
            "soil_red": share * red, "soil_light": share * light, "soil_dark": share * dark, "soil": share * plain,
        }  # fmt: skip

    def greenness(self, chance: np.ndarray, low: float = 0.0) -> np.ndarray:
        """Green share of grass `(time, units)`: spring flush, summer drought, cutting or grazing."""
        c = self.climate
        winter = np.clip(0.18 + 0.55 * c.oceanic + 0.04 * (c.warmth - 6), 0.1, 0.75)
        total = np.zeros((len(self.days), chance.shape[1]), dtype=np.float32)
        for year in (0, 1):
            t = self.days - 365 * year
            here = (t >= 0) & (t < 365)
            shift = c.late + _SPRING[2018 + year] + (chance[0] - 0.5) * 14
            temperate = winter + (0.95 - winter) * _bump(t, 88 + shift, 312 - 0.6 * c.late, 10, 16)
            parched = (c.drought_2018 if year == 0 else 0.22 * c.drought_2018) * (0.5 + 0.5 * chance[1])
            temperate *= 1 - 0.62 * parched * _bump(t, 182, 258, 9, 14)
            south = 0.12 + 0.78 * (
                _up(t, 312 + 12 * chance[0], 12) + 1 - _up(t, 138 + 18 * (chance[1] - 0.5), 9)
            )
            g = temperate * (1 - c.mediterranean) + np.clip(south, 0, 0.9) * c.mediterranean
            total += np.where(here, g, 0)
        return np.asarray(np.clip(total, low, 1))

    def leaves(self, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(leaves, of which in autumn colours) of deciduous trees, `(time, units)` each 0 to 1."""
        c = self.climate
        leaf = np.zeros((len(self.days), chance.shape[1]), dtype=np.float32)
        gold = np.zeros_like(leaf)
        for year in (0, 1):
            t = self.days - 365 * year
            on = 110 + 0.75 * c.late + _SPRING[2018 + year] + (chance[0] - 0.5) * 12
            off = 301 - 0.55 * c.late + (chance[1] - 0.5) * 14
            leaf += _bump(t, on, off, 5.5, 6.5)
            gold += _bump(t, off - 16, off + 12, 5, 5)
        return leaf, np.clip(gold, 0, 1) * leaf

    def wet(self) -> np.ndarray:
        """1 in the middle of winter, 0 in summer, `(time, 1)`."""
        return np.asarray(0.5 + 0.5 * np.cos((self.days - 25) * 2 * np.pi / 365))


Shares = dict[str, np.ndarray]
Maker = Callable[[Seasons, np.ndarray, np.ndarray], Shares]


def _static(**shares: float) -> Maker:
    def make(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
        one = np.ones((len(s.days), chance.shape[1]), dtype=np.float32)
        return {name: share * one for name, share in shares.items()}

    return make


def _grass(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"grass": 0.92 * g, "grass_dry": 0.92 * (1 - g), "soil": 0.08 + 0 * g}


def _meadow(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance, 0.1)
    for year in (0, 1):
        for cut in (142, 196, 246):
            t = s.days - 365 * year - cut - 0.6 * s.climate.late - 22 * (chance[2] - 0.5)
            g = g * (1 - 0.42 * np.where(t > 0, np.exp(-np.clip(t, 0, None) / 13), 0))
    lush = 0.45 * (chance[3] > 0.5)
    return {"crop": g * lush, "grass": g * (1 - lush), "grass_dry": 0.8 * (1 - g), "straw": 0.2 * (1 - g)}


def _broadleaf(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    leaf, gold = s.leaves(chance)
    floor = 1 - leaf
    return {"broadleaf": leaf - gold, "autumn": gold, "twigs": 0.86 * floor, "grass": 0.14 * floor}


def _evergreen_oak(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    one = np.ones((len(s.days), chance.shape[1]), dtype=np.float32)
    return {"broadleaf": 0.35 * one, "olive": 0.25 * one, "shrub": 0.40 * one}


def _conifer(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"conifer": 0.9 - 0.06 * g, "grass": 0.10 * g, "shrub": 0.10 - 0.04 * g}


def _larch_birch(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    leaf, gold = s.leaves(chance)
    return {"broadleaf": 0.7 * (leaf - gold), "autumn": 0.8 * gold, "twigs": 0.6 * (1 - leaf),
            "heather": 0.4 * (1 - leaf), "grass": 0.3 * (leaf - gold), "shrub": 0.2 * gold}  # fmt: skip


def _shrub(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"shrub": 0.6 + 0.12 * g, "olive": 0.14 + 0 * g, "grass": 0.14 * g, "grass_dry": 0.26 * (1 - g)}


def _heath(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"heather": 0.72 - 0.34 * g, "shrub": 0.1 + 0.24 * g, "grass": 0.12 * g, "tundra": 0.18 - 0.02 * g}


def _tundra(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"tundra": 0.75 - 0.35 * g, "grass": 0.38 * g, "grass_dry": 0.25 - 0.03 * g}


def _peat(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"peat": 0.72 - 0.30 * g, "heather": 0.14 + 0.08 * g, "grass": 0.20 * g, "reed": 0.14 + 0.02 * g}


def _reed(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"reed": 0.74 - 0.52 * g, "grass": 0.56 * g, "water": 0.2 - 0.04 * g, "peat": 0.06 + 0 * g}


def _salt_marsh(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"reed": 0.5 - 0.2 * g, "grass": 0.35 * g, "mud": 0.32 - 0.08 * g, "grass_dry": 0.18 - 0.07 * g}


def _vine(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    leaf, gold = s.leaves(chance)
    cover = 0.78 * leaf
    return {
        "broadleaf": cover - 0.7 * gold,
        "autumn": 0.7 * gold,
        "twigs": 0.3 * (1 - cover),
        **s.soil(0.7 * (1 - cover), chance[3]),
    }


def _olive(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    one = np.ones((len(s.days), chance.shape[1]), dtype=np.float32)
    return {"olive": 0.8 * one, "broadleaf": 0.06 * one, **s.soil(0.14 * one, chance[3])}


def _citrus(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    leaf, gold = s.leaves(chance)
    evergreen = s.climate.mediterranean > 0.55
    leaf = 0.0 * leaf + 0.95 if evergreen else leaf
    gold = 0.0 * gold if evergreen else gold
    return {
        "broadleaf": 0.9 * leaf - 0.7 * gold,
        "autumn": 0.7 * gold,
        "twigs": 0.7 * (1 - leaf),
        "grass": 0.1 + 0.2 * (1 - leaf),
    }


def _floor(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    """Between the rows: tilled soil with some weeds that come and go."""
    g = s.greenness(chance) * np.where(chance[1] > 0.5, 0.55, 0.18)
    return {"grass": g, **s.soil(1 - g, chance[3])}


def _bare(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    return s.soil(np.ones((len(s.days), chance.shape[1]), dtype=np.float32), chance[3])


def _garden(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    leaf, gold = s.leaves(chance)
    g = s.greenness(chance, 0.25)
    tree = 0.15 + 0.45 * chance[2]
    paved = 0.10 + 0.22 * chance[3]
    lawn = 1 - tree - paved
    return {"broadleaf": 0.6 * tree * (leaf - gold), "autumn": 0.6 * tree * gold, "twigs": 0.6 * tree * (1 - leaf),
            "conifer": 0.4 * tree, "grass": lawn * g, "grass_dry": lawn * (1 - g), "asphalt": 0.7 * paved, "gravel": 0.3 * paved}  # fmt: skip


def _lawn(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = np.clip(s.greenness(chance, 0.35) + 0.25, 0, 1)
    return {"grass": 0.7 * g, "crop": 0.25 * g, "grass_dry": 1 - 0.95 * g}


def _clearing(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {
        "twigs": 0.32 + 0 * g,
        "straw": 0.16 * (1 - g),
        "grass": 0.34 * g,
        "grass_dry": 0.22 * (1 - g) + 0.12,
        **s.soil(0.2 - 0.0 * g, chance[3]),
    }


def _sparse(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    g = s.greenness(chance)
    return {"rock": 0.5 + 0 * g, "tundra": 0.28 - 0.1 * g, "grass": 0.22 * g, "grass_dry": 0.22 - 0.12 * g}


def _burnt(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    # The fire came in summer: 2017's scar greens slowly through both years.
    back = np.clip(s.days / 730, 0, 1) * (0.25 + 0.35 * chance[2]) * s.greenness(chance)
    return {"burnt": 0.72 - 0.6 * back, "grass": back, **s.soil(0.28 - 0.4 * back, chance[3])}


def _water(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    mud = np.clip(0.05 + 0.16 * chance[0] + 0.1 * s.wet(), 0, 1)
    return {"water": 1 - mud, "turbid": mud}


def _river(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    mud = np.clip(0.28 + 0.3 * chance[0] + 0.22 * s.wet(), 0, 1)
    return {"water": 1 - mud, "turbid": mud}


def _lagoon(s: Seasons, chance: np.ndarray, crops: np.ndarray) -> Shares:
    mud = 0.4 + 0.35 * chance[0] + 0.12 * s.wet()
    return {"water": 0.8 * (1 - mud), "turbid": mud, "shallow": 0.2 * (1 - mud)}


_KINDS: dict[str, Maker] = {
    "crop": lambda s, chance, crops: s.crop(chance, crops),
    "grass": _grass, "meadow": _meadow, "broadleaf": _broadleaf, "evergreen_oak": _evergreen_oak,
    "conifer": _conifer, "birch": _larch_birch, "shrub": _shrub, "heath": _heath, "tundra": _tundra, "peat": _peat,
    "reed": _reed, "salt_marsh": _salt_marsh, "vine": _vine, "olive": _olive, "fruit": _citrus, "floor": _floor,
    "bare": _bare, "garden": _garden, "lawn": _lawn, "clearing": _clearing, "sparse": _sparse, "burnt": _burnt,
    "water": _water, "river": _river, "lagoon": _lagoon, "shallow": _static(shallow=0.75, water=0.25),
    "red_roof": _static(red_roof=1.0), "grey_roof": _static(grey_roof=1.0), "bright_roof": _static(bright_roof=1.0),
    "dark_roof": _static(dark_roof=1.0), "asphalt": _static(asphalt=1.0), "gravel": _static(gravel=0.8, soil=0.2),
    "track": _static(gravel=0.45, soil_light=0.25, soil=0.3), "rock": _static(rock=1.0), "lava": _static(lava=0.85, rock=0.15),
    "sand": _static(sand=0.85, soil_light=0.15), "mud": _static(mud=0.9, turbid=0.1), "ice": _static(ice=0.6, snow=0.4),
    "dirty_ice": _static(ice=0.55, rock=0.45), "salt": _static(salt=1.0), "brine": _static(brine=1.0),
    "quarry": _static(gravel=0.5, rock=0.3, soil_light=0.2),
}  # fmt: skip
KINDS = tuple(_KINDS)
KIND = {name: i for i, name in enumerate(KINDS)}
_MAKERS = tuple(_KINDS.values())
SNOW_HOLDS = {
    "conifer": 0.14, "broadleaf": 0.34, "evergreen_oak": 0.2, "birch": 0.5, "water": 0.15, "river": 0.0, "lagoon": 0.0,
    "shallow": 0.0, "asphalt": 0.55, "garden": 0.8, "shrub": 0.7, "olive": 0.5, "fruit": 0.6, "mud": 0.2, "brine": 0.0,
    "red_roof": 0.85, "dark_roof": 0.85,
}  # fmt: skip
"""How much of a full snow cover shows on a kind of surface, from above; 1 where not named."""
