"""Cubes of one or many samples with every date, lazily by Dask: what is missing is nodata, not left out.

`to_xarray` leaves out the dates that are not there, which it can, since it has read them. Before anything is read, an
array has the dates that were asked for.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import xarray as xr

from explorer.core import grid
from explorer.core.errors import InvalidQueryError
from explorer.core.grid import Cell
from explorer.core.optional import needed
from explorer.core.products import CITATION, PF_SR, REFLECTANCE_SCALE, Product
from explorer.corpus.imagery.cube import Cube
from explorer.corpus.imagery.cube_cache import CubeCache
from explorer.corpus.imagery.to_xarray import axis_attrs, band_coords, band_position, grid_mapping, timestamps

Chunks = Mapping[str, int] | int | str
DIMS = ("sample", "time", "band", "y", "x")


class HasCubes(Protocol):
    """What is asked of a corpus here."""

    cubes: CubeCache

    def cell(self, sample_id: str) -> Cell:
        """The grid cell of a sample."""


def stored_dtype(product: Product) -> np.dtype[Any]:
    """The integer type that holds every chip of a product: Sentinel-2's are of 16 bits with a sign or without, so 32."""
    return np.dtype(np.int16 if product is PF_SR else np.int32)


def nodata_of(product: Product) -> int:
    """The number that stands where nothing was measured, and for dates that are not there."""
    return int(product.nodata) if product.nodata is not None else int(np.iinfo(np.int16).min)


def stack(
    corpus: HasCubes,
    cells: Sequence[Cell],
    product: Product,
    dates: Sequence[dt.date],
    bands: Sequence[str] | None,
    chunks: Chunks | None,
) -> xr.DataArray:
    """DN `(sample, time, band, y, x)`: all dates and bands asked for; see `Corpus.stack`. Without `chunks` it is read at once."""
    names = list(product.band_names if bands is None else bands)
    columns = [band_position(name, product.band_names, product) for name in names]
    positions = [product.dates.index(date) for date in dates]
    shape = (len(cells), len(positions), len(columns), product.size, product.size)
    dtype = stored_dtype(product)
    ids = [cell.sample_id for cell in cells]
    data: Any
    if chunks is None:
        data = _read(corpus, ids, product, positions, columns)
    else:
        with needed("compute", "a lazy stack (chunks=)"):
            import dask.array as da

        try:
            blocks = da.core.normalize_chunks(_asked(chunks, shape), shape, dtype=dtype)
            if any(size < 0 for along in blocks for size in along):
                raise ValueError(chunks)
        except (TypeError, ValueError, ZeroDivisionError) as error:
            raise InvalidQueryError(
                f"chunks is {chunks!r}; give sizes from 1 up, as {{'time': 10}}, 'auto', or -1 for all in one"
            ) from error
        data = da.map_blocks(
            _read_block, corpus, ids, product, positions, columns,
            chunks=blocks, dtype=dtype, meta=np.zeros((0,) * 5, dtype), name=f"{product.id}-{uuid.uuid4().hex}",
        )  # fmt: skip
    array = xr.DataArray(
        data, dims=DIMS, coords=coordinates(cells, product, positions, columns), name=product.id
    )
    array.attrs = {
        "long_name": product.title,
        "product": product.id,
        "units": "1",
        "reflectance_scale": REFLECTANCE_SCALE,
        "references": CITATION,
        "_FillValue": nodata_of(product),
    }
    array.encoding["source"] = product.id  # by which reflectance() knows that nothing was computed
    return array


def _asked(chunks: Chunks, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """What Dask is asked for, a dimension at a time: one sample and all of its bands and pixels, unless said."""
    if not isinstance(chunks, Mapping):
        return (1, chunks, *shape[2:])
    unknown = [name for name in chunks if name not in DIMS]
    if unknown:
        raise InvalidQueryError(f"chunks names {unknown[0]!r}; a stack's dimensions are {', '.join(DIMS)}")
    wanted = dict(zip(DIMS, (1, *shape[1:]), strict=True)) | {**chunks}
    return tuple(wanted[name] for name in DIMS)


def one(array: xr.DataArray, cell: Cell, product: Product) -> xr.DataArray:
    """The one sample of a stack as a cube `(time, band, y, x)` in its UTM zone."""
    left, bottom, _, top = cell.bounds
    found = array.isel(sample=0, drop=True)
    found = found.assign_coords(
        x=("x", left + array["x"].to_numpy(), axis_attrs("x")),
        y=("y", bottom + array["y"].to_numpy(), axis_attrs("y")),
        spatial_ref=grid_mapping(cell.epsg, left, top, product.pixel_size),
    )
    found.attrs["sample_id"] = cell.sample_id
    found.encoding["grid_mapping"] = "spatial_ref"
    return found


def coordinates(
    cells: Sequence[Cell], product: Product, positions: list[int], columns: list[int]
) -> dict[str, Any]:
    """The coordinates of a stack: dates and bands by their positions."""
    size, step = product.size, product.pixel_size
    steps = step * (np.arange(size) + 0.5)
    corners = np.array([cell.bounds[:2] for cell in cells], np.float64).reshape(-1, 2)
    centres = grid.centres([cell.sample_id for cell in cells])
    return {
        "sample": ("sample", np.array([cell.sample_id for cell in cells], dtype=object)),
        "time": ("time", timestamps(product)[positions], {"long_name": "acquisition date (UTC)"}),
        **band_coords(product, [product.band_names[i] for i in columns]),
        "y": ("y", steps[::-1].copy(), {"units": "metre", "long_name": "distance north of the cell's southern edge"}),
        "x": ("x", steps, {"units": "metre", "long_name": "distance east of the cell's western edge"}),
        "lon": ("sample", centres["lon"].to_numpy(), {"units": "degrees_east", "long_name": "longitude of the centre"}),
        "lat": ("sample", centres["lat"].to_numpy(), {"units": "degrees_north", "long_name": "latitude of the centre"}),
        "epsg": ("sample", np.array([cell.epsg for cell in cells], np.int32)),
        "left": ("sample", corners[:, 0], {"units": "metre", "long_name": "western edge in the zone of epsg"}),
        "bottom": ("sample", corners[:, 1], {"units": "metre", "long_name": "southern edge in the zone of epsg"}),
    }  # fmt: skip


def _read_block(
    corpus: HasCubes, ids: list[str], product: Product, positions: list[int], columns: list[int], block_info: Any = None
) -> np.ndarray:  # fmt: skip
    (s0, s1), (t0, t1), (b0, b1), (y0, y1), (x0, x1) = block_info[None]["array-location"]
    return _read(corpus, ids[s0:s1], product, positions[t0:t1], columns[b0:b1])[..., y0:y1, x0:x1]


def _read(
    corpus: HasCubes, ids: list[str], product: Product, positions: list[int], columns: list[int]
) -> np.ndarray:
    nodata, size = nodata_of(product), product.size
    shape = (len(ids), len(positions), len(columns), size, size)
    data = np.full(shape, nodata, stored_dtype(product))
    for sample_id, into in zip(ids, data, strict=True):
        fill(
            into,
            corpus.cubes.get(corpus.cell(sample_id), product, set(positions)),
            positions,
            columns,
            nodata,
        )
    return data


def fill(into: np.ndarray, cube: Cube, positions: list[int], columns: list[int], nodata: int) -> None:
    """Put some dates and bands of a cube, by their positions, into `(time, band, y, x)`; what was not measured becomes `nodata`."""
    there = set(cube.there.tolist())
    for at, position in enumerate(positions):
        if position in there:
            into[at] = cube.data[position, columns]
    if cube.nodata is not None and cube.nodata != nodata:
        into[into == cube.nodata] = nodata
