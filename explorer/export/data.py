"""Data for other programs: cubes as netCDF and Zarr (CF conventions), pictures as GeoTIFF, profiles as CSV, samples."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

from explorer.analysis import profiles, render_spec, spectra
from explorer.analysis import stretch as stretches
from explorer.analysis.composite import ValuePainter
from explorer.analysis.tables import to_csv
from explorer.core.errors import InvalidQueryError, OutputError
from explorer.core.products import OVERPASS_UTC, PF_SR, PRODUCTS, REFLECTANCE_SCALE, S2_SR, Product
from explorer.corpus.corpus import Corpus
from explorer.corpus.tables import formats, tables
from explorer.export import cog, credit, files, scene
from explorer.export.credit import Credit
from explorer.export.scene import Progress

CUBES = (".nc", ".zarr")
FRAMES = (".tif", ".tiff")
_COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
CONVENTIONS = "CF-1.11, ACDD-1.3"
_EPOCH = "minutes since 2018-01-01 00:00:00"
_TIMES_A_CHUNK = 25


def dataset(
    corpus: Corpus,
    sample_id: str,
    *,
    product: str = PF_SR.id,
    dates: Iterable[Any] | None = None,
    start: Any = None,
    end: Any = None,
    bands: Sequence[str] | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> xr.Dataset:
    """A cube as a CF dataset: `surface_reflectance` (or `quality`) `(time, band, y, x)`, the integers as stored.

    Reflectance follows from `scale_factor`; `_FillValue` is what no measurement has (0 of Sentinel-2; of Planet
    Fusion, which has no holes, -32768). Dates that are not there are left out and named in `missing_dates`. Raises
    as `Corpus.planet_fusion`, `InvalidQueryError`, `CancelledError`.
    """
    if product not in PRODUCTS:
        raise InvalidQueryError(f"there is no product {product!r}; there are {', '.join(PRODUCTS)}")
    spec = PRODUCTS[product]
    wanted = scene.positions(spec, dates, start, end)
    days = [spec.dates[i] for i in wanted]
    bands = spec.names(bands)
    for band in bands or () if spec.bands else ():
        spec.band(band)  # an unknown band is an error before anything is read
    cube = scene.read(corpus, sample_id, spec, progress, cancel, wanted)
    array = corpus.array(cube, days, bands)
    if not array.sizes["time"]:
        raise InvalidQueryError(f"{sample_id} has no {product} on any of the {len(days)} dates chosen")
    named = credit.of(corpus, [product])
    name = "surface_reflectance" if spec.bands else "quality"
    found = xr.Dataset(
        {name: _variable(array, spec)}, attrs=_attributes(corpus, sample_id, array, spec, named)
    )
    found = found.assign_coords(band=array["band"].astype("U"))
    found["band"].attrs = {"long_name": "band"}
    if "wavelength" in found.coords:
        found["wavelength"].attrs["standard_name"] = "radiation_wavelength"
    found["time"].attrs |= {"standard_name": "time", "axis": "T"}
    found["time"].encoding = {"units": _EPOCH, "calendar": "standard", "dtype": "int32"}
    for axis in ("x", "y"):
        found[axis].attrs["axis"] = axis.upper()
    # CF 2.5.1: coordinates lack nothing, though xarray would say how it writes what they lack.
    for coordinate in found.coords.values():
        coordinate.encoding["_FillValue"] = None
    if spec.monthly:
        first = found["time"].values.astype("datetime64[M]")
        both = np.stack([first, first + 1], axis=1).astype("datetime64[ns]")
        found = found.assign_coords(time_bnds=(("time", "bound"), both))
        found["time_bnds"].encoding = dict(found["time"].encoding)
        found["time"].attrs["bounds"] = "time_bnds"
    return found


def write_cube(
    corpus: Corpus,
    sample_id: str,
    path: str | os.PathLike[str],
    *,
    product: str = PF_SR.id,
    dates: Iterable[Any] | None = None,
    start: Any = None,
    end: Any = None,
    bands: Sequence[str] | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Credit:
    """Write a cube as netCDF-4 (`.nc`) or Zarr (`.zarr`, format 2); arguments and errors as `dataset`, and `OutputError`.

    >>> made = write_cube(corpus, corpus.default_sample, folder / "cube.nc", end="2018-01-31")
    >>> import xarray
    >>> with xarray.open_dataset(folder / "cube.nc") as cube:
    ...     sorted(cube.sizes.items())
    [('band', 4), ('time', 6), ('x', 200), ('y', 200)]
    """
    ending = files.suffix(path, CUBES, "a cube")
    _needs("netCDF4" if ending == ".nc" else "zarr")
    found = dataset(
        corpus, sample_id, product=product, dates=dates, start=start, end=end, bands=bands, progress=progress,
        cancel=cancel,
    )  # fmt: skip
    name = next(str(n) for n in found.data_vars)
    times, _, height, width = found[name].shape
    chunks = (min(times, _TIMES_A_CHUNK), 1, height, width)
    with files.replacing(path) as part:
        files.check(cancel)
        if ending == ".nc":
            packing = {"zlib": True, "complevel": 2, "shuffle": True, "chunksizes": chunks}
            found.to_netcdf(part, engine="netcdf4", format="NETCDF4", encoding={name: packing})
        else:
            # Format 2: more programs read it, and its consolidated metadata are part of what they know.
            found.to_zarr(
                part, mode="w", zarr_format=2, consolidated=True, encoding={name: {"chunks": chunks}}
            )
        files.check(cancel)
    return credit.of(corpus, [product])


def write_frame(
    corpus: Corpus,
    sample_id: str,
    date: Any,
    path: str | os.PathLike[str],
    *,
    product: str = PF_SR.id,
    composite: str = "true",
    stretch: str | None = None,
    values: bool = False,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Credit:
    """Write one date as Cloud-Optimised GeoTIFF in the sample's UTM zone: red, green and blue as they are shown, and alpha where it has holes.

    Without a `stretch` no other date is read (`stretch.of_one_date`); `vivid`, and `natural` of a band, is measured on some
    twenty. With `values`, what an index, formula or band is (float32, NaN where there is none) instead of its colours. Tags say
    what it shows and whom to name. Raises as `scene.scene`, and `OutputError`.
    """
    files.suffix(path, FRAMES, "a GeoTIFF")
    choice = stretches.parse(stretch or "")
    if values or not stretch:
        choice = stretches.of_one_date(render_spec.parse(composite, scene.product_of(product).id))
    shown = scene.scene(
        corpus, sample_id, product=product, composite=composite, stretch=str(choice), dates=[date], progress=progress,
        cancel=cancel,
    )  # fmt: skip
    shown = scene.with_gaps(shown, cancel=cancel)
    (step,) = shown.steps
    spec, recipe = shown.product, shown.recipe
    names: Sequence[str]
    if values:
        if recipe.kind == "rgb":
            raise InvalidQueryError(
                f"{recipe.text} is a colour composite; values= needs a band, index or formula"
            )
        painter = ValuePainter(shown.cube, recipe, shown.choice, shown.painter.stretch)
        pixels, names = painter.values(step.index)[None], [recipe.text.partition(":")[2]]
    else:
        pixels = np.moveaxis(shown.rgba(step), -1, 0)
        pixels = pixels[:3] if (pixels[3] == 255).all() else pixels
        names = recipe.bands if recipe.kind == "rgb" else ("red", "green", "blue")
    named = credit.of(corpus, [product])
    title = f"{sample_id}, {shown.sensor}, {recipe.title}, {step.text}"
    shows = {name: text for name, text in shown.shows().items() if not (values and name == "stretch")}
    shows |= shown.shows_marks()
    about = credit.about(named, title, sample_id=sample_id, dates=[step.text], shows=shows)
    left, _, _, top = shown.cell.bounds
    profile = {
        **cog.profile(), "count": len(pixels), "height": spec.size, "width": spec.size, "dtype": pixels.dtype,
        "crs": f"EPSG:{shown.cell.epsg}", "transform": Affine(spec.pixel_size, 0, left, 0, -spec.pixel_size, top),
        **({"nodata": np.nan} if values else {}),
    }  # fmt: skip
    with files.replacing(path) as part, rasterio.open(part, "w", **profile) as target:
        target.write(pixels)
        if not values:
            target.colorinterp = _COLOURS[: len(pixels)]
        for number, name in enumerate(names, start=1):
            target.set_band_description(number, credit.plain(name, 80))
        target.update_tags(
            **{name.upper(): text for name, text in about.items()}, **_tiff_tags(about, step.date)
        )
    return named


def profile_table(
    corpus: Corpus,
    sample_id: str,
    pins: Iterable[Sequence[Any]] = (),
    *,
    box: Sequence[float] | None = None,
    polygon: Sequence[tuple[float, float]] | None = None,
    indices: Sequence[str] = ("NDVI",),
) -> pd.DataFrame:
    """Profiles of pinned pixels (a column `pin` tells them apart) or of a region, tidy: `profiles.pixel`, `profiles.region`."""
    named = scene.check_pins(pins)
    if (box is not None or polygon is not None) == bool(named):
        raise InvalidQueryError("name pixels (--pin ROW,COL), or one region (--box), for a profile")
    if not named:
        return profiles.region(corpus, sample_id, polygon=polygon, box=box, indices=indices)
    found = [profiles.pixel(corpus, sample_id, row=row, col=col, indices=indices) for row, col, _ in named]
    return _joined(found, named)


def spectrum_table(
    corpus: Corpus,
    sample_id: str,
    pins: Iterable[Sequence[Any]] = (),
    *,
    box: Sequence[float] | None = None,
    polygon: Sequence[tuple[float, float]] | None = None,
    months: Iterable[Any] = spectra.SUMMER,
) -> pd.DataFrame:
    """Spectra of pinned pixels (a column `pin` tells them apart) or of a region, tidy: `spectra.spectrum`."""
    named, wanted = scene.check_pins(pins), list(months)
    if (box is not None or polygon is not None) == bool(named):
        raise InvalidQueryError("name pixels (--pin ROW,COL), or one region (--box), for a spectrum")
    if not named:
        return spectra.spectrum(corpus, sample_id, polygon=polygon, box=box, months=wanted)
    if len(named) > 1:  # or each of them would read its dates for itself
        for product in (PF_SR, S2_SR):
            corpus.cubes.get(corpus.cell(sample_id), product)
    found = [spectra.spectrum(corpus, sample_id, row=row, col=col, months=wanted) for row, col, _ in named]
    return _joined(found, named)


def write_table(corpus: Corpus, table: pd.DataFrame, path: str | os.PathLike[str]) -> Credit:
    """Write a table of `profile_table` or `spectrum_table` as CSV, with units, terms and citation as `#` lines above."""
    files.suffix(path, (".csv",), "a table")
    used = list(dict.fromkeys(table["product"]))
    named = credit.of(corpus, used or [PF_SR.id, S2_SR.id])
    notes = [credit.SOFTWARE, f"licence: {named.licence}", *([named.terms] if named.terms else [])]
    with files.replacing(path) as part:
        part.write_text("".join(f"# {line}\n" for line in notes) + to_csv(table), encoding="utf-8")
    return named


def write_samples(corpus: Corpus, ids: Iterable[str] | pd.DataFrame, path: str | os.PathLike[str]) -> Credit:
    """Write samples (ids, or rows of a query) as GeoParquet 1.1, GeoPackage, GeoJSON or CSV; see `corpus.tables.tables.write`."""
    ending = files.suffix(path, formats.ENDINGS, "samples")
    wanted = list(ids.index) if isinstance(ids, pd.DataFrame) else list(dict.fromkeys(ids))
    for sample_id in wanted if not isinstance(ids, pd.DataFrame) else ():
        corpus.cell(sample_id)
    rows = corpus.index.rows(wanted)
    data = tables.write(corpus, rows, ending[1:])
    with files.replacing(path) as part:
        part.write_bytes(data)
    return credit.of(corpus, ["labels"])


def _joined(found: Sequence[pd.DataFrame], named: Sequence[tuple[int, int, str]]) -> pd.DataFrame:
    for table, (row, col, name) in zip(found, named, strict=True):
        table.insert(0, "pin", credit.plain(name, 80) or f"row {row}, col {col}")
    both = pd.concat(found, ignore_index=True)
    both.attrs = found[0].attrs
    return both


def _variable(array: xr.DataArray, spec: Product) -> xr.DataArray:
    """The array with CF's attributes; numbers are not touched."""
    fill = array.rio.nodata
    attrs: dict[str, Any] = {"long_name": spec.title, "grid_mapping": "spatial_ref"}
    if spec.bands:
        attrs |= {"standard_name": "surface_bidirectional_reflectance", "units": "1"}
        attrs["scale_factor"] = REFLECTANCE_SCALE
        fill = np.iinfo(array.dtype).min if fill is None else fill
    if fill is not None:
        attrs["_FillValue"] = array.dtype.type(fill)
    found = array.copy(deep=False)
    found.attrs, found.encoding = attrs, {}
    return found


def _attributes(
    corpus: Corpus, sample_id: str, array: xr.DataArray, spec: Product, named: Credit
) -> dict[str, Any]:
    cell = corpus.cell(sample_id)
    west, south, east, north = cell.footprint().bounds
    days = [spec.stem(pd.Timestamp(time).date()) for time in array["time"].values]
    bands = [str(name) for name in array["band"].values]
    about = credit.about(named, f"{spec.title} of {sample_id}", sample_id=sample_id, dates=days)
    found: dict[str, Any] = {
        "Conventions": CONVENTIONS,
        "title": about["title"],
        "summary": f"{spec.title} ({spec.id}) of the RapidAI4EO sample {sample_id}, a cell of 600 x 600 m",
        "source": "RapidAI4EO corpus" if not corpus.synthetic else "synthetic demo corpus",
        "history": f"{about['made']} written by {about['software']}",
        "references": about["citation"],
        "license": about["licence"],
        "attribution": about["attribution"],
        "sample_id": sample_id,
        "product": spec.id,
        "bands": ", ".join(bands),
        "dates": about["dates"],
        "missing_dates": ", ".join(array.attrs["missing"]),
        "missing_reasons": "; ".join(credit.plain(why, 200) for why in array.attrs["missing_reasons"]),
        "date_created": about["made"],
        "geospatial_lon_min": west, "geospatial_lon_max": east,
        "geospatial_lat_min": south, "geospatial_lat_max": north,
        "time_coverage_start": str(array["time"].values[0])[:19] + "Z",
        "time_coverage_end": str(array["time"].values[-1])[:19] + "Z",
    }  # fmt: skip
    if array.attrs.get("read_notes"):
        found["read_notes"] = "; ".join(credit.plain(note, 200) for note in array.attrs["read_notes"])
    if "terms" in about:
        found["comment"] = about["terms"]
    return found


def _tiff_tags(about: Mapping[str, str], date: Any) -> dict[str, str]:
    return {
        "TIFFTAG_IMAGEDESCRIPTION": about["title"],
        "TIFFTAG_COPYRIGHT": credit.rights(about),
        "TIFFTAG_SOFTWARE": about["software"],
        "TIFFTAG_DATETIME": f"{date:%Y:%m:%d} {OVERPASS_UTC:%H:%M:%S}",
    }


def _needs(library: str) -> None:
    from importlib.util import find_spec

    if find_spec(library) is None:
        raise OutputError(f"this needs {library}: pip install 'rapidai4eo-explorer[data]'")
