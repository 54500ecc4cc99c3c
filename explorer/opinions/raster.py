"""Fractions of each sample's cell from any raster of land cover, by area; and a raster's classes over one cell.

A pixel counts by the part of it that lies in the cell, whose four corners are projected from its UTM zone into the raster's CRS:
`explorer.opinions.coverage`. Cells are sorted by where they lie in the raster and measured in parts; within a part, each block of
the raster that a cell touches is read once a patch (`PATCH` pixels), and cells take their windows from there. Parts are written as
they are done, so that a killed run goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from rasterio.errors import RasterioError

from explorer.core import grid
from explorer.core.config import Settings, settings
from explorer.core.errors import InvalidQueryError, RasterError
from explorer.core.grid import Cell
from explorer.core.products import CELL_SIZE_M
from explorer.corpus.parts import STAMP, Parts, Progress
from explorer.opinions import coverage, raster_files
from explorer.opinions.legends import Legend

if TYPE_CHECKING:
    import xarray as xr

VERSION = 1
PART = 2_000
"""Samples a part: a second or so of work, which a kill can cost a worker."""
PATCH = 2_048
"""Pixels along an edge of what is held of a raster at a time."""
MAX_WINDOW = 16_000_000
"""Pixels of one cell's window: finer than some 20 cm, a raster is not counted."""
UNKNOWN, OUTSIDE = "unknown", "outside"
"""Columns beside the classes: the share that is nodata or no class of the legend, and the share beyond the raster's edge."""
_SAME = 1e-6


@dataclass(frozen=True)
class Plan:
    """What workers need to measure parts: the raster, and which of its values is which class of the legend."""

    raster: str
    band: int
    values: tuple[int, ...]
    nodata: tuple[int, ...]
    said: Mapping[str, Any] = field(default_factory=dict)
    """Settings that a command line gave, which other processes would not have."""

    def config(self) -> Settings:
        """The settings with what was said."""
        return settings().model_copy(update=dict(self.said))


def plan(raster: str | Path, legend: Legend, band: int = 1, said: Mapping[str, Any] | None = None) -> Plan:
    """How a raster is read by a legend. Raises `RasterError` where it cannot be, or where the legend's values are texts."""
    texts = [one for one in legend.values if not isinstance(one, int)]
    if texts:
        raise RasterError(
            str(raster), f"the legend {legend.title!r} has the value {texts[0]!r}; pixels hold whole numbers"
        )
    values = tuple(int(one) for one in legend.values)
    nodata = tuple(int(one) for one in legend.nodata if isinstance(one, int))
    found = Plan(str(raster), band, values, nodata, dict(said or {}))
    with raster_files.opened(found.raster, band, found.config()) as dataset:
        dtype = np.dtype(dataset.dtypes[band - 1])
        low, high = (
            (np.iinfo(dtype).min, np.iinfo(dtype).max) if dtype.kind in "iu" else (-math.inf, math.inf)
        )
        over = [one for one in values if not low <= one <= high]
        if len(over) == len(values):
            raise RasterError(
                found.raster, f"its pixels are {dtype}, which holds no value of the legend {legend.title!r}"
            )
    return found


def fractions(
    sample_ids: Sequence[str] | pd.Index,
    raster: str | Path,
    legend: Legend,
    into: Path,
    *,
    band: int = 1,
    said: Mapping[str, Any] | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> pd.DataFrame:
    """Fractions of samples' cells by a raster, float32 by `sample_id`: a column a class (its value), `unknown` and `outside`.

    Each row adds up to 1. A sample of which nothing lies in the raster has no row. `into` is a folder for parts: those of an
    earlier run with the same raster and legend are taken as they are. With `workers` 1, and for few samples, all is done in this process; else
    as `dask_jobs.each`. Raises `RasterError`, `StoreError`, `OutputError`, and `InvalidQueryError` where no sample is in the raster.
    """
    chosen = plan(raster, legend, band, said)
    ids = pd.Index(sample_ids, dtype=object)
    order = _inside(chosen, ids)
    if not len(order):
        raise InvalidQueryError(f"none of the {len(ids):,} samples lies in {raster}")
    ids = ids[order]
    stamp = _stamp(chosen)
    parts = Parts(into / hashlib.sha256(stamp).hexdigest()[:16], stamp)
    kept = [table.to_pandas() for table in parts.tables()]
    have = pd.concat(kept) if kept else pd.DataFrame(index=pd.Index([], dtype=object))
    have = have[~have.index.duplicated()]
    todo = int((~ids.isin(have.index)).sum())
    made = parts.measure(
        list(ids), set(have.index), partial(_part, chosen, stamp), PART,
        in_process=scheduler is None and (workers == 1 or todo <= 2 * PART),
        scheduler=scheduler, workers=workers, progress=progress,
    )  # fmt: skip
    tables = [have, *(table.to_pandas() for table in made)]
    found = pd.concat([one for one in tables if len(one)]).reindex(ids)
    return found[found[OUTSIDE].to_numpy() < 1 - _SAME].rename_axis("sample_id")


def _part(chosen: Plan, stamp: bytes, ids: Sequence[str]) -> pa.Table:
    table = pa.Table.from_pandas(measure(chosen, ids))
    return table.replace_schema_metadata({**(table.schema.metadata or {}), STAMP: stamp})


def _inside(chosen: Plan, ids: pd.Index) -> np.ndarray:
    """Positions of the ids whose cells touch the raster, in the order of its patches, int64."""
    with raster_files.opened(chosen.raster, chosen.band, chosen.config()) as dataset:
        quads = _quads(dataset, ids)
        low, high = quads.min(axis=1), quads.max(axis=1)
        touches = (high > 0).all(axis=1) & (low < [dataset.width, dataset.height]).all(axis=1)
        there = np.flatnonzero(touches & np.isfinite(quads).all(axis=(1, 2)))
        height, width = _patch_shape(dataset, chosen.band)
    patch = np.maximum(low[there], 0) // [width, height]
    return there[np.lexsort((low[there, 0], patch[:, 0], patch[:, 1]))]


def _quads(dataset: Any, ids: Sequence[str] | pd.Index) -> np.ndarray:
    """Corners of cells in the raster's pixels, float64 `(n, 4, 2)`: (col, row) from its upper left corner."""
    corners = grid.corners(ids, dataset.crs.to_wkt())
    to_pixel = ~dataset.transform
    x, y = corners[:, :, 0], corners[:, :, 1]
    return np.stack(
        [to_pixel.a * x + to_pixel.b * y + to_pixel.c, to_pixel.d * x + to_pixel.e * y + to_pixel.f], axis=2
    )


def measure(chosen: Plan, ids: Sequence[str]) -> pd.DataFrame:
    """Fractions of some cells, float32 by `sample_id`: the columns of `fractions`."""
    count = len(chosen.values)
    found = np.zeros((len(ids), count + 2))
    with raster_files.opened(chosen.raster, chosen.band, chosen.config()) as dataset:
        quads = _quads(dataset, ids)
        low = np.floor(quads.min(axis=1)).astype(np.int64)
        size = np.ceil(quads.max(axis=1)).astype(np.int64) - low
        if len(ids) and size.prod(axis=1).max() > MAX_WINDOW:
            raise RasterError(
                chosen.raster, "its pixels are too small to be counted; resample it to 1 m or coarser"
            )
        height, width = _patch_shape(dataset, chosen.band)
        patch = low // [width, height]
        for corner in np.unique(patch, axis=0):
            rows = np.flatnonzero((patch == corner).all(axis=1))
            start = low[rows].min(axis=0)
            shape = (low[rows] + size[rows]).max(axis=0) - start
            classes = _classes(dataset, chosen, start, shape, low[rows], size[rows])
            found[rows] = coverage.areas(classes, quads[rows] - start, count + 2)
    found /= found.sum(axis=1, keepdims=True)
    columns = [*(str(one) for one in chosen.values), UNKNOWN, OUTSIDE]
    return pd.DataFrame(
        found.astype(np.float32), pd.Index(list(ids), name="sample_id", dtype=object), columns, copy=False
    )


def _patch_shape(dataset: Any, band: int) -> tuple[int, int]:
    """Rows and columns of a patch; fewer rows where a block is the raster's whole width, which GDAL keeps 256 MB of."""
    height, width = dataset.block_shapes[band - 1]
    if width <= PATCH:
        return PATCH, PATCH
    row_bytes = dataset.width * np.dtype(dataset.dtypes[band - 1]).itemsize
    return int(np.clip(200 * 2**20 // row_bytes, height, PATCH)), PATCH


def _classes(
    dataset: Any, chosen: Plan, start: np.ndarray, shape: np.ndarray, low: np.ndarray, size: np.ndarray
) -> np.ndarray:
    """Positions of classes in a patch `(rows, cols)`: the legend's, then unknown, then outside; read where cells need it.

    `start`, `shape`, `low`, `size`: (col, row) of the patch, its size, and the windows of cells `(n, 2)`.
    """
    count = len(chosen.values)
    found = np.full((int(shape[1]), int(shape[0])), count + 1, np.uint16 if count > 253 else np.uint8)
    height, width = dataset.block_shapes[chosen.band - 1]
    unit = np.array([_unit(width), _unit(height)])
    needed: set[tuple[int, int]] = set()
    edge = np.array([dataset.width, dataset.height])
    for first, last in zip(
        (np.maximum(low, 0) // unit).tolist(),
        ((np.minimum(low + size, edge) - 1) // unit).tolist(),
        strict=True,
    ):
        needed |= {(row, col) for row in range(first[1], last[1] + 1) for col in range(first[0], last[0] + 1)}
    masked = raster_files.has_mask(dataset, chosen.band)
    for row, col in sorted(needed):
        begin = np.maximum([col * unit[0], row * unit[1]], np.maximum(start, 0))
        end = np.minimum([(col + 1) * unit[0], (row + 1) * unit[1]], np.minimum(start + shape, edge))
        if (end <= begin).any():
            continue
        window = ((int(begin[1]), int(end[1])), (int(begin[0]), int(end[0])))
        values = _read(dataset, chosen, window)
        positions = _positions(values, chosen, dataset.nodatavals[chosen.band - 1])
        if masked:
            positions[dataset.read_masks(chosen.band, window=window) == 0] = count
        (top, bottom), (left, right) = window
        found[top - start[1] : bottom - start[1], left - start[0] : right - start[0]] = positions
    return found


def note(found: pd.DataFrame, asked: int, raster: str, band: int) -> str:
    """One paragraph on what `fractions` found for how many samples: what is unknown, outside, missing."""
    place = raster_files.shown(raster) if raster_files.is_url(raster) else Path(raster).name
    unknown, outside = found[UNKNOWN].to_numpy(), found[OUTSIDE].to_numpy()
    parts = [f"Fractions of each cell by area, from {place}, band {band}."]
    if unknown.max() > _SAME:
        parts.append(
            f"{100 * unknown.mean():.2g} % of the area is nodata or no class of the legend, in {int((unknown > _SAME).sum()):,} samples."
        )
    if outside.max() > _SAME:
        parts.append(f"{int((outside > _SAME).sum()):,} samples lie partly beyond its edge.")
    if len(found) < asked:
        parts.append(f"{asked - len(found):,} samples lie outside of it.")
    return " ".join(parts)


def window(
    raster: str | Path,
    cell: Cell,
    shape: tuple[int, int] = (200, 200),
    *,
    legend: Legend | None = None,
    band: int = 1,
    config: Settings | None = None,
) -> xr.DataArray:
    """A raster's values over a cell, on the grid of a chip: `(y, x)` of `shape`, in the cell's UTM zone, as the raster has them.

    Each pixel has the value of the raster's pixel that holds its centre (nearest neighbour), to a thousandth of a pixel. What the raster says is missing, and what
    lies beyond its edge, has the value of `rio.nodata`. With a `legend`, `attrs` has `flag_values`, `flag_meanings` and `flag_colors` as the CF conventions
    name them, of all its classes, and `source` and `license`. Raises as `raster_files.opened`.
    """
    import rioxarray  # noqa: F401  (registers the .rio accessor)
    import xarray as xr
    from rasterio.enums import Resampling
    from rasterio.transform import from_bounds
    from rasterio.vrt import WarpedVRT

    height, width = shape
    transform = from_bounds(*cell.bounds, width, height)
    with raster_files.opened(str(raster), band, config) as dataset:
        nodata = dataset.nodatavals[band - 1]
        with WarpedVRT(
            dataset, crs=f"EPSG:{cell.epsg}", transform=transform, width=width, height=height,
            resampling=Resampling.nearest, tolerance=0.001, add_alpha=nodata is None and not raster_files.has_alpha(dataset),
        ) as warped:  # fmt: skip
            try:
                values = warped.read(band)
                there = warped.read_masks(band) > 0
            except RasterioError as error:
                raise RasterError(
                    str(raster), f"it cannot be read over {cell.sample_id} ({error})"
                ) from error
    if nodata is None:
        nodata = _unused(values[there], legend)
        values[~there] = nodata
    step_y, step_x = CELL_SIZE_M / height, CELL_SIZE_M / width
    left, _, _, top = cell.bounds
    coords = {"y": top - step_y * (np.arange(height) + 0.5), "x": left + step_x * (np.arange(width) + 0.5)}
    attrs: dict[str, Any] = {"long_name": "land cover class", "sample_id": cell.sample_id}
    if legend is not None:
        attrs |= {
            "long_name": legend.title,
            "flag_values": [one.value for one in legend.classes],
            "flag_meanings": " ".join(one.title.replace(" ", "_") for one in legend.classes),
            "flag_colors": " ".join(one.colour for one in legend.classes),
            "source": legend.source,
            "license": legend.licence,
        }
    found = xr.DataArray(values, dims=("y", "x"), coords=coords, attrs=attrs)
    found = found.rio.write_crs(cell.epsg).rio.write_transform(transform)
    return found.rio.write_nodata(nodata)


def places(window: xr.DataArray, legend: Legend) -> np.ndarray:
    """The place of each pixel's class in a legend, int64 `(y, x)`: 0 for its first, -1 where a `window` has none of its classes."""
    chosen = Plan(
        "", 1, tuple(one for one in legend.values if isinstance(one, int)),
        tuple(one for one in legend.nodata if isinstance(one, int)),
    )  # fmt: skip
    found = _positions(window.to_numpy(), chosen, window.rio.nodata).astype(np.int64)
    return np.where(found == len(chosen.values), -1, found)


def to_remember(raster: str) -> str:
    """A raster's place as it may be kept: a whole path, or a URL; nothing of a URL that holds a password or a signature."""
    if raster_files.is_url(raster):
        return raster if raster_files.shown(raster) == raster else ""
    return str(Path(raster).expanduser().resolve())


def _unused(values: np.ndarray, legend: Legend | None) -> int:
    """A value for what is missing, where the raster has none: the legend's own, else the largest or smallest that no pixel has."""
    for one in legend.nodata if legend else ():
        if isinstance(one, int):
            return one
    if values.dtype.kind not in "iu":
        return -9999
    limits = np.iinfo(values.dtype)
    said = {one for one in (legend.values if legend else ()) if isinstance(one, int)}
    taken = {int(one) for one in np.unique(values)} | said
    return next(
        one for one in (int(limits.max), int(limits.min), *range(int(limits.max))) if one not in taken
    )


def _unit(block: int) -> int:
    """Pixels along an edge of what is read at a time: blocks of at least 256, and slices of those that are a raster's whole width."""
    return block if 256 <= block <= PATCH else PATCH if block > PATCH else block * math.ceil(256 / block)


def _read(dataset: Any, chosen: Plan, window: Any) -> np.ndarray:
    try:
        return np.asarray(dataset.read(chosen.band, window=window))
    except RasterioError as error:
        (top, bottom), (left, right) = window
        raise RasterError(
            chosen.raster, f"rows {top} to {bottom} and columns {left} to {right} cannot be read ({error})"
        ) from error


def _positions(values: np.ndarray, chosen: Plan, nodata: float | None) -> np.ndarray:
    """The place of each value in the legend, or how many that has where the value is none of its; int `(rows, cols)`."""
    count = len(chosen.values)
    low, high = min(chosen.values), max(chosen.values)
    table = np.full(
        high - low + 3, count, np.uint16 if count > 253 else np.uint8
    )  # both ends: what is beyond
    table[np.array(chosen.values) - low + 1] = np.arange(count)
    gone = [*chosen.nodata, *([int(nodata)] if nodata is not None and float(nodata).is_integer() else [])]
    for value in gone:
        if low <= value <= high:
            table[value - low + 1] = count
    if values.dtype == np.uint8:
        every = np.clip(np.arange(256) - low + 1, 0, len(table) - 1)
        return table[every][values]
    if values.dtype.kind == "f":
        whole = np.isfinite(values) & (values == np.rint(values))
        values = np.where(whole, np.clip(values, low - 1, high + 1), low - 1)
    return table[(np.clip(values, low - 1, high + 1).astype(np.int64) - low + 1)]


def _stamp(chosen: Plan) -> bytes:
    """What parts were measured of and how: parts with another stamp are not taken."""
    known = raster_files.identity(chosen.raster, chosen.config())
    return json.dumps([VERSION, known, chosen.band, chosen.values, chosen.nodata]).encode()
