"""What xarray lets be added to a cube, under `cube.rapidai4eo`: reflectance, and another CRS."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from explorer.core.errors import ExplorerError

_AS_READ = {"source", "dtype"}
"""Keys of `encoding`: xarray keeps it where pixels are chosen, moved or written to a file, and drops it where they are computed, unlike `attrs`.

Cubes and stacks have the first, what xarray read from a file has the second.
"""


@xr.register_dataarray_accessor("rapidai4eo")
class CubeAccessor:
    """`cube.rapidai4eo` of the cubes and stacks that a corpus gives."""

    def __init__(self, array: xr.DataArray) -> None:
        self._array = array

    def reflectance(self) -> xr.DataArray:
        """Surface reflectance, float32, 1 is all light; NaN where nothing was measured. Lazy where the cube is.

        A plain `cube * 1e-4` would turn pixels without a measurement into numbers.
        Raises `ExplorerError` for what does not hold a corpus's integers, as all that was computed from them (`a - b`, `.diff`,
        `.astype`): those wrap, and take pixels without a measurement for numbers. What is changed in place cannot be told.
        """
        array = self._array
        scale = array.attrs.get("reflectance_scale")
        if scale is None or array.dtype.kind not in "iu" or array.dtype.itemsize > 4:  # a sum is of 64 bits
            held = f"{array.dtype} without attrs['reflectance_scale']" if scale is None else f"{array.dtype}"
            raise ExplorerError(
                f"reflectance() takes the integers of a corpus, and this array holds {held}; "
                "call it on what planet_fusion, sentinel2 or stack gave, before anything is computed"
            )
        if not _as_read(array):
            raise ExplorerError(
                "reflectance() takes the integers of a corpus as they were read, and this array was computed from them; "
                "call reflectance() first, and do arithmetic after: cube.rapidai4eo.reflectance().diff('time')"
            )
        nodata = array.attrs.get("_FillValue")
        found = array.astype(np.float32) * np.float32(scale)
        if nodata is not None:
            found = found.where(array != nodata)
        attrs = {k: v for k, v in array.attrs.items() if k not in ("reflectance_scale", "_FillValue")}
        found.attrs = {**attrs, "units": "1", "standard_name": "surface_bidirectional_reflectance"}
        found.encoding["grid_mapping"] = "spatial_ref"
        return found

    def reproject(self, crs: Any, **options: Any) -> xr.DataArray:
        """The cube in another CRS: `rio.reproject`, which takes three dimensions, of all dates and bands at once.

        `crs` and `options` (`resolution`, `resampling`, `transform`, `shape`) as rioxarray takes them; what lies outside the
        cell is missing. Raises `ExplorerError` for a stack, whose samples lie in different zones.
        """
        array = self._array
        if array.dims[-2:] != ("y", "x") or "sample" in array.dims:
            raise ExplorerError(
                f"reproject() takes one sample's cube, (time, band, y, x), and not {array.dims}: "
                "choose a sample first, for example by planet_fusion(sample_id)"
            )
        coords = {name: array.coords[name] for name in ("y", "x", "spatial_ref")}
        flat = array.to_numpy().reshape(-1, *array.shape[-2:])
        layers = xr.DataArray(flat, dims=("layer", "y", "x"), coords=coords)
        nodata = array.attrs.get("_FillValue")
        if nodata is None:  # nothing is missing in the cell, but around it
            nodata = np.nan if array.dtype.kind == "f" else np.iinfo(array.dtype).min
        import rioxarray  # noqa: F401  registers .rio

        moved = layers.rio.write_nodata(nodata).rio.reproject(crs, **options)
        kept = {name: at for name, at in array.coords.items() if not {"y", "x"} & {*at.dims, name}}
        grid = {name: moved.coords[name] for name in ("y", "x", "spatial_ref")}
        found = xr.DataArray(
            moved.to_numpy().reshape(*array.shape[:-2], *moved.shape[-2:]),
            dims=array.dims,
            coords={**kept, **grid},
            name=array.name,
            attrs={**array.attrs, "_FillValue": nodata},
        )
        found.encoding["grid_mapping"] = "spatial_ref"
        if _as_read(array):
            found.encoding["source"] = str(array.name)
        return found


def _as_read(array: xr.DataArray) -> bool:
    """Whether these are numbers as a corpus or a file has them."""
    return not _AS_READ.isdisjoint(array.encoding)
