"""Pictures of cubes: which bands, which stretch, which colours.

The stretch is fixed over time by default, so that a winter looks darker than a summer where it is.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from explorer.corpus.cubes import Cube

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


def measure(cube: Cube, bands: Sequence[str], *, joint: bool = True) -> Stretch:
    """The fixed stretch of a cube: 1st to 99th percentile over space and its coarse dates.

    With `joint`, the bands of a colour image share one range per band but never less than `_MIN_RANGE` DN,
    and keep their balance: the ranges differ at most by half, or a green field turns grey.
    """
    rows = [i for i in stretch_positions(len(cube.product.dates)) if cube.status[i] == 1]
    if not rows:
        rows = cube.there[:3].tolist()
    low, high = [], []
    for name in bands:
        if not rows:
            low.append(0.0)
            high.append(3000.0)
            continue
        values = cube.data[rows, cube.bands.index(name), ::2, ::2]
        if cube.nodata is not None:
            values = values[values != cube.nodata]
        a, b = np.percentile(values, _PERCENT) if values.size else (0.0, 3000.0)
        middle, half = (a + b) / 2, max(b - a, _MIN_RANGE) / 2
        low.append(float(middle - half))
        high.append(float(middle + half))
    if joint and len(bands) == 3:
        widest = max(h - lo for lo, h in zip(low, high, strict=True))
        for i in range(3):
            if high[i] - low[i] < widest / 2:
                high[i] = low[i] + widest / 2
    return Stretch(tuple(low), tuple(high))


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
