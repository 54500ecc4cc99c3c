"""Pictures of cubes: which bands, which stretch, which colours.

The stretch is fixed over time by default, so that a winter looks darker than a summer where it is.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from explorer.corpus.cubes import Cube, Status

COMPOSITES = {
    "true": {"title": "True colour", "PF-SR": ("red", "green", "blue"), "S2-SR": ("B04", "B03", "B02")},
    "false": {
        "title": "False colour (near infrared, red, green)",
        "PF-SR": ("nir", "red", "green"),
        "S2-SR": ("B08", "B04", "B03"),
    },
}
STRETCH_STEP = 8
"""The stretch is measured on every eighth date: both years' seasons, before the last chip is read."""
_PERCENT = (1.0, 99.0)
_MIN_RANGE = 300  # DN; keeps a lake at night from becoming a firework of noise
_SNOW_BLUE = 1800  # DN; bare ground and roofs are darker in the blue, snow and cloud brighter
_VISIBLE = {"blue", "green", "red", "B02", "B03", "B04"}
GAMMA = 1.25


@dataclass(frozen=True, slots=True)
class Stretch:
    """DN that become black and white, one pair a band, and the gamma between them."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    gamma: float = GAMMA

    def lookup(self, band: int, dtype: np.dtype) -> np.ndarray:
        """Grey value of every DN of a 16-bit `dtype`: uint8 `(65536,)`, indexed by the DN's bits as uint16."""
        dn = np.arange(65536, dtype=np.uint16).view(dtype).astype(np.float32)
        span = max(self.high[band] - self.low[band], 1.0)
        scaled = np.clip((dn - self.low[band]) / span, 0, 1) ** (1 / self.gamma)
        return np.asarray(scaled * 255 + 0.5).astype(np.uint8)


def stretch_positions(count: int) -> range:
    """Positions in the calendar on which the fixed stretch is measured."""
    return range(0, count, STRETCH_STEP if count > 3 * STRETCH_STEP else 1)


def bands_of(composite: str, product_id: str) -> tuple[str, ...]:
    """Band names of a composite, red first. Raises `KeyError` for an unknown one."""
    return tuple(COMPOSITES[composite][product_id])


def measure(cube: Cube, bands: Sequence[str]) -> Stretch:
    """The fixed stretch of a cube: 1st to 99th percentile over space and its coarse dates, snow left out.

    Each band begins at its own dark end (which takes the haze away). The bands of a true-colour image are held
    half way (geometrically) between a span each, which turns a brown field grey, and one span for all, which turns it
    orange. Other bands differ too much for that and get a span each.
    """
    rows = [i for i in stretch_positions(len(cube.product.dates)) if cube.status[i] == Status.THERE]
    if not rows:
        rows = cube.there[:3].tolist()
    ground = _without_snow(cube, rows)
    ranges = [_range(cube, name, rows, ground) for name in bands]
    if set(bands) <= _VISIBLE and len(bands) > 1:
        widest = max(high - low for low, high in ranges)
        ranges = [(low, low + ((high - low) * widest) ** 0.5) for low, high in ranges]
    return Stretch(tuple(low for low, _ in ranges), tuple(high for _, high in ranges))


def _range(cube: Cube, name: str, rows: list[int], ground: np.ndarray) -> tuple[float, float]:
    """DN of a band that become black and white."""
    if not rows:
        return 0.0, 3000.0
    values = cube.data[rows, cube.bands.index(name), ::2, ::2][ground]
    if cube.nodata is not None:
        values = values[values != cube.nodata]
    if not values.size:
        return 0.0, 3000.0
    low, high = (float(v) for v in np.percentile(values, _PERCENT))
    short = max(_MIN_RANGE - (high - low), 0.0) / 2
    return low - short, high + short


def _without_snow(cube: Cube, rows: list[int]) -> np.ndarray:
    """Which pixels of some dates are no snow, bool `(time, y, x)`, every second pixel; all, where little else is.

    Without that, a boreal winter stretches the summer to black.
    """
    blue = next((name for name in ("blue", "B02") if name in cube.bands), None)
    if blue is None or not rows:
        return np.ones((len(rows), *(len(range(0, n, 2)) for n in cube.data.shape[2:])), bool)
    ground = cube.data[rows, cube.bands.index(blue), ::2, ::2] < _SNOW_BLUE
    return ground if ground.mean() > 0.1 else np.ones_like(ground)


class Painter:
    """Turns a cube's dates into pictures: bands and stretch chosen once, lookup tables made once."""

    def __init__(self, cube: Cube, bands: Sequence[str], stretch: Stretch | None = None) -> None:
        self.cube = cube
        self.bands = tuple(bands)
        self.stretch = stretch or measure(cube, bands)
        self._columns = [cube.bands.index(name) for name in self.bands]
        self._tables = [self.stretch.lookup(i, cube.data.dtype) for i in range(len(self.bands))]

    def rgb(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 3)`; one band gives grey. Holes are not marked: see `rgba`."""
        data = self.cube.data[index].view(np.uint16)
        planes = [
            np.take(table, data[column]) for table, column in zip(self._tables, self._columns, strict=True)
        ]
        return np.stack(planes * (3 if len(planes) == 1 else 1), axis=-1)

    def rgba(self, index: int) -> np.ndarray:
        """One date as uint8 `(y, x, 4)`, transparent where nothing was measured."""
        if len(self.bands) == 1 and self.cube.nodata is not None:
            valid = self.cube.data[index, self._columns[0]] != self.cube.nodata
        else:
            valid = self.cube.valid(index)
        return np.dstack([self.rgb(index), np.where(valid, 255, 0).astype(np.uint8)])

    def jpeg(self, index: int, quality: int = 85) -> bytes:
        """One date as JPEG bytes."""
        buffer = io.BytesIO()
        Image.fromarray(self.rgb(index)).save(buffer, "JPEG", quality=quality)
        return buffer.getvalue()


def png(rgba: np.ndarray) -> bytes:
    """An image `(y, x, 3 or 4)` uint8 as PNG bytes, packed fast."""
    buffer = io.BytesIO()
    Image.fromarray(rgba).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
