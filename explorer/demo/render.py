"""A scene as the satellites see it: Planet Fusion every five days, Sentinel-2 every month, and the quality bands."""

from __future__ import annotations

import datetime as dt
from functools import cached_property, lru_cache

import numpy as np
from scipy import sparse

from explorer.core import forking
from explorer.core.products import PF_DATES, PF_SR, S2_MONTHS, S2_SR
from explorer.demo import noise
from explorer.demo.canvas import PIXELS, SIZE
from explorer.demo.landscape import Scene
from explorer.demo.phenology import Climate, Seasons
from explorer.demo.spectra import INDEX, library

QA_BANDS = ("gap_filled", "cloud_distance_days")
"""Bands of the demo's PF-QA: 1 where a pixel was filled in, and days to the nearest clear view of it."""
_START = dt.date(2018, 1, 1)
PF_DAYS = np.array([(d - _START).days for d in PF_DATES], dtype=np.float32)
S2_DAYS = np.array([(d - _START).days + 14 for d in S2_MONTHS], dtype=np.float32)


@lru_cache(maxsize=2)
def _noise_bank(bands: int) -> np.ndarray:
    """Sensor noise, standard deviation 1, to be read at random places: `(320, 320, bands)` float32."""
    white = noise.rng(77, bands).standard_normal((320, 320, bands), dtype=np.float32)
    white.setflags(write=False)
    return np.asarray(white)


@lru_cache(maxsize=1)
def _to_10m() -> sparse.csr_array:
    """Mean of 3 m pixels over 10 m pixels, by area: `(3600, 40000)`."""
    axis = np.zeros((60, SIZE), dtype=np.float32)
    for i in range(60):
        for j in range(SIZE):
            axis[i, j] = max(0.0, min((i + 1) * 10, (j + 1) * 3) - max(i * 10, j * 3)) / 10
    one = sparse.csr_array(axis)
    return sparse.csr_array(sparse.kron(one, one, format="csr"))


def soften(image: np.ndarray) -> np.ndarray:
    """The optics' blur: each pixel mixed with its neighbours. `(y, x, band)` float32."""
    out = image * np.float32(0.5)
    out[1:-1] += 0.25 * (image[:-2] + image[2:])
    out[0] += 0.25 * (image[0] + image[1])
    out[-1] += 0.25 * (image[-1] + image[-2])
    image = out * np.float32(0.5)
    image[:, 1:-1] += 0.25 * (out[:, :-2] + out[:, 2:])
    image[:, 0] += 0.25 * (out[:, 0] + out[:, 1])
    image[:, -1] += 0.25 * (out[:, -1] + out[:, -2])
    return image


def _wander(rng: np.random.Generator, count: int, width: float) -> np.ndarray:
    """A smooth random walk around 0, variance 1, `(count,)`."""
    reach = int(4 * width)
    white = rng.standard_normal(count + 2 * reach)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    walk = np.convolve(white, kernel / np.sqrt((kernel**2).sum()), "valid")
    return np.asarray(walk)


def snow_amount(c: Climate, day: float, spell: float = 0.0) -> float:
    """0 for no snow, 1 for a closed cover, from the temperature of the season; `spell` in degrees, warmer or colder than usual."""
    swing = 8.6 - 4.0 * c.oceanic + 0.28 * max(8.5 - c.warmth, 0)  # colder places have harder winters
    celsius = c.warmth - swing * np.cos((day - 22) * 2 * np.pi / 365) + spell
    return float(1.25 / (1 + np.exp((celsius + 6.0) / 0.9)))


@forking.remake_cached
class Renderer:
    """Everything about one sample's imagery that does not depend on the date, worked out once; then dates are quick."""

    def __init__(self, scene: Scene, seed: tuple[int, ...]) -> None:
        self.scene = scene
        self.seed = seed
        rng = noise.rng(*seed, 31)
        self._warm = 0.9 * _wander(rng, len(PF_DATES), 3.0)  # spells of weather, degrees
        self._haze = 0.006 * _wander(rng, len(PF_DATES), 1.2)
        self._sun = 0.012 * _wander(rng, len(PF_DATES), 2.0)
        self._clear = rng.random(len(PF_DATES))
        self._holes = rng.random((len(S2_MONTHS), 3))

    # -- spectra over time ---------------------------------------------------------------------------------

    def _table(self, days: np.ndarray, product: str) -> np.ndarray:
        """Reflectance x 10000 of each unit over days `(time, units, bands)` float32."""
        s = self.scene
        shares = Seasons(days, s.climate).abundance(s.kind, s.chance, s.crops)
        # A unit's shares need not add up to one exactly where seasons overlap.
        shares /= np.maximum(shares.sum(axis=2, keepdims=True), 1e-3)
        table = (shares @ library(product)) * s.gain[None, :, None]
        for change in s.changes:
            late = np.clip((days - change.start) / 6, 0, 1)[:, None, None]
            done = np.clip((days - change.done) / 30, 0, 1)[:, None, None]
            if change.done - change.start > 60:  # buildings come one after the other
                stagger = np.linspace(0, change.done - change.start, len(change.units))
                done = np.clip((days[:, None] - change.start - stagger[None]) / 12, 0, 1)[:, :, None]
            after = done * table[:, change.units] + (1 - done) * table[:, [change.between]]
            table[:, change.units] = late * after + (1 - late) * table[:, [change.before]]
        return np.asarray(table, dtype=np.float32)

    @cached_property
    def _pf_table(self) -> np.ndarray:
        return self._table(PF_DAYS, PF_SR.id)

    @cached_property
    def _s2_table(self) -> np.ndarray:
        return self._table(S2_DAYS, S2_SR.id)

    def _snow_amount(self, day: float, spell: float) -> float:
        return snow_amount(self.scene.climate, day, spell)

    def _snow(self, amount: float) -> np.ndarray | None:
        if amount < 0.04:
            return None
        cover = 1 / (1 + np.exp(-(amount - self.scene.snow_late) / 0.07))
        return np.asarray(cover * self.scene.snow_hold, dtype=np.float32)

    def _image(self, table: np.ndarray, day: float, amount: float, product: str) -> np.ndarray:
        """Reflectance x 10000 on the ground `(pixels, bands)` float32."""
        s = self.scene
        image = s.weights @ table
        snow = self._snow(amount)
        if snow is not None:
            white = library(product)[INDEX["snow"]]
            image += snow[:, None] * (white[None, :] - image)
        # Low sun makes long shadows; the season's sun height at the place.
        declination = -23.4 * np.cos((day + 10) * 2 * np.pi / 365)
        height = np.clip(90 - abs(s.climate.lat - declination) - 12, 8, 70)
        shade = s.shade
        for change, rows in zip(s.changes, s.changed, strict=True):
            if day < change.start:  # what is not there yet casts no shadow
                shade = shade.copy()
                shade[rows] = 0
        image *= np.maximum(1 + shade * np.float32(0.72 + 11 / (height + 6)), np.float32(0.36))[:, None]
        return np.asarray(image)

    # -- products ------------------------------------------------------------------------------------------

    def planet_fusion(self, index: int) -> np.ndarray:
        """PF-SR of the `index`-th date: `(4, 200, 200)` int16."""
        day = float(PF_DAYS[index])
        amount = self._snow_amount(day, self._warm[index])
        image = self._image(self._pf_table[index], day, amount, PF_SR.id).reshape(SIZE, SIZE, 4)
        image = soften(image)
        haze = 1 + self._haze[index] * np.array((2.0, 1.2, 1.0, 0.35)) + self._sun[index]
        lift = 55 * max(self._haze[index], -0.01) / 0.006 * np.array((0.25, 0.15, 0.10, 0.03))
        image *= haze.astype(np.float32)
        image += lift.astype(np.float32)
        rng = noise.rng(*self.seed, 32, index)
        r, c = rng.integers(0, 320 - SIZE, 2)
        bank = _noise_bank(4)[r : r + SIZE, c : c + SIZE]
        image += bank * np.array((5, 6, 7, 15), dtype=np.float32)
        return np.clip(image, 1, 16000).astype(np.int16).transpose(2, 0, 1)

    def sentinel2(self, index: int) -> np.ndarray:
        """S2-SR of the `index`-th month: `(12, 60, 60)` uint16, 0 where clouds left a hole."""
        day = float(S2_DAYS[index])
        rng = noise.rng(*self.seed, 33, index)
        near = int(np.argmin(np.abs(PF_DAYS - day)))
        image = self._image(self._s2_table[index], day, self._snow_amount(day, self._warm[near]), S2_SR.id)
        image = (_to_10m() @ image).reshape(60, 60, -1)
        image = 0.35 * image + 0.65 * soften(image)
        image *= (1 + rng.normal(0, 0.012) + rng.normal(0, 0.006, image.shape[2])).astype(np.float32)
        image += rng.standard_normal(image.shape, dtype=np.float32) * (6 + 0.006 * image)
        chip = np.clip(image, 1, 16000).astype(np.uint16)
        dice, extent, _ = self._holes[index]
        if dice < 0.30 * self._cloudiness(day) ** 2:
            clouds = self.scene.clouds.reshape(SIZE, SIZE)[::3, ::3][:60, :60]
            clouds = np.rot90(clouds, index % 4)  # each month's clouds lie elsewhere
            clouds = clouds.T if index % 8 > 3 else clouds
            chip[clouds < np.quantile(clouds, 0.03 + 0.4 * extent**2)] = 0
        return np.ascontiguousarray(chip.transpose(2, 0, 1))

    def _cloudiness(self, day: float) -> float:
        c = self.scene.climate
        winter = 0.5 + 0.5 * np.cos((day - 5) * 2 * np.pi / 365)
        return float(np.clip(0.32 + 0.25 * c.oceanic + 0.4 * winter - 0.25 * c.mediterranean, 0.05, 0.95))

    @cached_property
    def _clear_days(self) -> np.ndarray:
        """How clear each date was, 0 (overcast) to 1 (no cloud)."""
        cloud = np.array([self._cloudiness(float(d)) for d in PF_DAYS])
        return np.asarray(np.clip((self._clear - cloud) / 0.28 + 0.5, 0, 1))

    def quality(self, index: int) -> np.ndarray:
        """PF-QA of the `index`-th date: `(2, 200, 200)` uint8, bands `QA_BANDS`."""
        clear = self._clear_days
        rank = self._cloud_rank
        filled = rank >= clear[index] if 0 < clear[index] < 1 else np.full(PIXELS, clear[index] == 0)
        # Nearest dates on which the sky was clear over at least half, and over all, of the cell.
        gap = np.abs(PF_DAYS - PF_DAYS[index])
        half = gap[clear > 0.5].min(initial=60.0)
        full = gap[clear >= 1].min(initial=60.0)
        days = np.where(rank < 0.5, half, full)
        chip = np.zeros((2, PIXELS), dtype=np.uint8)
        chip[0] = filled
        chip[1] = np.where(filled, np.maximum(days, 5), 0)
        return chip.reshape(2, SIZE, SIZE)

    @cached_property
    def _cloud_rank(self) -> np.ndarray:
        rank = np.empty(PIXELS, dtype=np.float32)
        rank[np.argsort(self.scene.clouds)] = np.linspace(0, 0.999, PIXELS, dtype=np.float32)
        return rank
