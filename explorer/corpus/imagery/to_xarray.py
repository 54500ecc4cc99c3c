"""Cubes as `xarray.DataArray`: names, units, coordinates and CRS that scientists expect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

import numpy as np
import xarray as xr
from affine import Affine
from pyproj import CRS

from explorer.core.errors import UnknownBandError
from explorer.core.products import (
    CITATION,
    OVERPASS_UTC,
    REFLECTANCE_SCALE,
    Product,
)
from explorer.corpus.imagery import accessor  # noqa: F401  (registers .rapidai4eo)
from explorer.corpus.imagery.cube_cache import Cube


def timestamps(product: Product) -> np.ndarray:
    """The product's calendar as datetime64[ns] `(time,)`, UTC."""
    return np.array([np.datetime64(dt.datetime.combine(d, OVERPASS_UTC), "ns") for d in product.dates])


def to_dataarray(
    cube: Cube,
    dates: Sequence[dt.date] | None = None,
    bands: Sequence[str] | None = None,
) -> xr.DataArray:
    """The dates of a cube that are there, `(time, band, y, x)`, integers as stored, read-only.

    What was asked for and is absent or broken is in `attrs["missing"]` (ISO dates), with reasons in
    `attrs["missing_reasons"]`; what was read in another way than the corpus's own chips are (nodata, scale, number
    type, order of bands, grid), in `attrs["read_notes"]`. Raises `UnknownBandError`.
    """
    product, cell = cube.product, cube.cell
    positions = {date: i for i, date in enumerate(product.dates)}
    asked = sorted(positions[d] for d in (product.dates if dates is None else dates))
    is_there = set(cube.there.tolist())
    rows = [i for i in dict.fromkeys(asked) if i in is_there]
    gone = [i for i in dict.fromkeys(asked) if i not in is_there]
    names = cube.bands or product.band_names
    columns = [band_position(name, names, product) for name in (names if bands is None else bands)]
    data = _take(cube, rows, columns, len(names))

    left, _, _, top = cell.bounds
    size, step = product.size, product.pixel_size
    coords: dict[str, object] = {
        "time": ("time", timestamps(product)[rows], {"long_name": "acquisition date (UTC)"}),
        **band_coords(product, [names[c] for c in columns]),
        "y": ("y", top - step * (np.arange(size) + 0.5), axis_attrs("y")),
        "x": ("x", left + step * (np.arange(size) + 0.5), axis_attrs("x")),
    }
    import rioxarray  # noqa: F401  registers .rio; with Dask a third of a second of imports, which a server need not have to start

    attrs: dict[str, object] = {
        "long_name": product.title,
        "product": product.id,
        "sample_id": cell.sample_id,
        "missing": [product.stem(product.dates[i]) for i in gone],
        "missing_reasons": [f"{product.stem(product.dates[i])}: {cube.reasons[i]}" for i in gone],
        "references": CITATION,
    }
    notes = read_notes(cube, rows)
    if notes:
        attrs["read_notes"] = notes
    if product.bands:
        attrs["units"] = "1"  # of the integers as of what is computed from them
        attrs["reflectance_scale"] = REFLECTANCE_SCALE  # reflectance = DN x this
    coords["spatial_ref"] = grid_mapping(cell.epsg, left, top, step)
    array = xr.DataArray(data, dims=("time", "band", "y", "x"), coords=coords, name=product.id, attrs=attrs)
    array.encoding |= {"grid_mapping": "spatial_ref", "source": product.id}
    if cube.nodata is not None:
        array.rio.write_nodata(cube.nodata, inplace=True)
    return array


def read_notes(cube: Cube, rows: Sequence[int]) -> list[str]:
    """What was read otherwise, for these positions of the calendar: `2018-01 to 2018-07: scale 0.0001 ... applied`."""
    found = []
    for note, positions in list(cube.notes.items()):
        chosen = sorted(set(positions) & set(rows))
        if chosen:
            first, last = (cube.product.stem(cube.product.dates[i]) for i in (chosen[0], chosen[-1]))
            when = first if first == last else f"{len(chosen)} dates from {first} to {last}"
            found.append(f"{when}: {note}")
    return found


def _take(cube: Cube, rows: list[int], columns: list[int], count: int) -> np.ndarray:
    product = cube.product
    if not cube.bands:  # not one chip could be read: an empty array of the right kind
        dtype = product.dtypes[0] if product.dtypes else "uint8"
        return np.zeros((0, len(columns), product.size, product.size), dtype)
    data = cube.data
    if len(rows) != len(product.dates):
        contiguous = bool(rows) and rows == list(range(rows[0], rows[-1] + 1))
        data = data[rows[0] : rows[-1] + 1] if contiguous else data[rows]
    if columns != list(range(count)):
        data = data[:, columns]
    data.setflags(write=False)
    return data


def band_position(name: str, names: Sequence[str], product: Product) -> int:
    """Where a band stands among names. Raises `UnknownBandError`."""
    try:
        return list(names).index(name)
    except ValueError:
        raise UnknownBandError(name, product.id, names) from None


def band_coords(product: Product, names: Sequence[str]) -> dict[str, object]:
    """Coordinates along `band`: names, and for reflectance centres and widths in nm."""
    coords: dict[str, object] = {"band": ("band", np.array(names, dtype=object))}
    if product.bands:
        spec = [product.band(name) for name in names]
        for name, long_name in (("wavelength", "central wavelength"), ("width", "full bandwidth")):
            values = np.array([getattr(b, name) for b in spec])
            coords[name] = ("band", values, {"units": "nm", "long_name": long_name})
    return coords


def axis_attrs(name: str) -> dict[str, str]:
    """CF attributes of a projected axis, `y` or `x`, in metres."""
    return {
        "standard_name": f"projection_{name}_coordinate",
        "long_name": f"{name} coordinate of projection",
        "units": "metre",
    }


@cache
def _crs(epsg: int) -> CRS:
    return CRS.from_epsg(epsg)


@cache
def _grid_mapping_template(epsg: int) -> xr.Variable:
    import rioxarray  # noqa: F401  registers .rio

    # rio.write_crs takes milliseconds; its result depends on the zone alone.
    empty = xr.DataArray(np.zeros((1, 1)), dims=("y", "x"))
    return empty.rio.write_crs(_crs(epsg)).coords["spatial_ref"].variable


def grid_mapping(epsg: int, left: float, top: float, step: float) -> xr.Variable:
    """The CRS and the transform of a chip's grid, as CF and GDAL write them: `spatial_ref`."""
    variable = _grid_mapping_template(epsg).copy()
    transform = Affine(step, 0, left, 0, -step, top).to_gdal()
    variable.attrs["GeoTransform"] = " ".join(str(value) for value in transform)
    return variable
