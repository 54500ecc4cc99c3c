"""Small cubes as `explorer.export.packing` packs them, and what is to come out of them: JSON for `page_cube.test.js`.

python -m tests.scripts.packed_cubes
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import numpy as np

from explorer.analysis import stretch
from explorer.core import grid
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.imagery.cube_cache import Cube
from explorer.corpus.imagery.geotiff import Chip
from explorer.export import packing

CELL = grid.parse("33N_15E-200N_01_01")
NODATA = -9999
DATES = (0, 2, 3, 145)
MONTHS = (0, 4, 11)


def planet() -> dict[str, Any]:
    """Fields with curves of their own and noise, a strip without values, one value far off, and pixels that were filled."""
    rng = np.random.default_rng(0)
    fields = rng.integers(0, 6, (20, 20)).repeat(10, 0).repeat(10, 1)
    cube = Cube(CELL, PF_SR)
    for i, index in enumerate(DATES):
        curve = 1200 + 900 * np.sin(i + np.arange(6))[fields]
        data = np.stack([curve * (b + 1) / 3 + rng.normal(0, 20, curve.shape) for b in range(4)]).astype(
            np.int16
        )
        data[:, :40, 10 * i : 10 * i + 7] = NODATA
        data[2, 77, 133] = 9999 if i == 1 else 100
        cube.place(index, Chip(data, PF_SR.band_names, NODATA))
    filled = np.random.default_rng(1).random((len(PF_SR.dates), 200, 200)) < 0.3
    packed = packing.planet(cube, filled)
    values = packing.unpack_planet(packed).astype(np.int16)
    values[cube.data[list(DATES)] == NODATA] = NODATA
    return _told(packed) | {
        "values": _base64(values.astype("<i2")),
        "filled": _base64(filled[list(DATES)].astype(np.uint8)),
        "nodata": NODATA,
        "calendar": len(PF_SR.dates),
    }


def sentinel(dtype: type[np.integer[Any]]) -> dict[str, Any]:
    """Any numbers of 16 bits, calm ones beside wild ones, and holes of one band and of all."""
    rng = np.random.default_rng(2)
    info = np.iinfo(dtype)
    nodata = 0 if info.min == 0 else -1
    cube = Cube(CELL, S2_SR)
    for index in MONTHS:
        data = rng.integers(info.min, info.max, (12, 60, 60), dtype=dtype, endpoint=True)
        data[:, :30] //= 64
        data[:, 5:9, 5:9] = nodata
        data[3] = nodata
        cube.place(index, Chip(data, S2_SR.band_names, nodata))
    return _told(packing.sentinel(cube)) | {"values": _base64(cube.data[list(MONTHS)].astype("<i4"))}


def nothing() -> dict[str, Any]:
    """Cubes of which no date is there."""
    return {
        "planet": _told(packing.planet(Cube(CELL, PF_SR))),
        "sentinel": _told(packing.sentinel(Cube(CELL, S2_SR))),
    }


def natural() -> dict[str, Any]:
    """Natural colour of every hundredth DN, as the explorer paints it."""
    found = stretch.natural()
    dn = np.arange(0, 13_000, 100)
    table = found.lookup(0, np.dtype(np.uint16))
    return {
        "span": [found.low[0], found.high[0]],
        "gamma": found.gamma,
        "middle": found.middle,
        "dn": dn.tolist(),
        "levels": table[dn].tolist(),
    }


def _told(packed: packing.Packed) -> dict[str, Any]:
    return {"header": packed.header, "data": base64.b64encode(packed.data).decode()}


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


if __name__ == "__main__":
    json.dump(
        {
            "planet": planet(),
            "unsigned": sentinel(np.uint16),
            "signed": sentinel(np.int16),
            "nothing": nothing(),
            "natural": natural(),
        },
        sys.stdout,
    )
