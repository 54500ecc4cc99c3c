"""Points and polygons of field campaigns as files: LUCAS, field visits, Collect Earth and AcATaMa tables, parcels. Read and checked.

What comes out is always the same: a row a point or polygon with `id`, `value` (the class as the file has it), `place` (the class's
place in the legend), `date`, `stratum`, `probability` and its geometry in degrees (EPSG:4326).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explorer.core.errors import GroundError
from explorer.opinions.legends import Legend

if TYPE_CHECKING:
    import geopandas as gpd

MAX_BYTES = 20 * 2**30
MAX_TEXT = 120
ROWS = 100_000
"""Features that are read at a time: parcels of a whole country do not lie in memory at once."""
COLUMNS = ("id", "value", "place", "date", "stratum", "probability", "geometry")

_NAMES = {
    "class_column": ("lc1", "class", "land_cover", "landcover", "lc", "clc", "clc_code", "class_id", "class_name", "label", "crop", "code"),
    "id_column": ("point_id", "id", "fid", "plotid", "plot_id", "sampleid", "pl_plotid", "name"),
    "lon": ("th_long", "lon", "long", "lng", "longitude", "pl_longitude", "x", "location_x", "gps_long", "xcoord"),
    "lat": ("th_lat", "lat", "latitude", "pl_latitude", "y", "location_y", "gps_lat", "ycoord"),
    "date_column": ("survey_date", "date", "obs_date", "collection_time", "visited", "analyzed"),
}  # fmt: skip
_WKT = ("wkt", "geometry", "geom", "the_geom")
_CSV = (".csv", ".tsv", ".txt")
_TABLES = (".parquet", ".geoparquet")


@dataclass(frozen=True)
class Columns:
    """Which columns of a file say what; those that are empty are looked for by the names that LUCAS, Collect Earth and others use.

    `stratum` and `probability` (of inclusion, 0 to 1) or `weight` (how many units one stands for) are never guessed: they are the
    design, which an estimate of accuracy rests on.
    """

    class_column: str = ""
    id_column: str = ""
    lon: str = ""
    lat: str = ""
    date_column: str = ""
    stratum: str = ""
    probability: str = ""
    weight: str = ""


@dataclass
class Counts:
    """What became of a file's rows."""

    rows: int = 0
    without_class: int = 0
    """Those whose class the legend calls nodata, or has not where `only_known` is asked for."""
    repaired: int = 0
    """Polygons that crossed themselves."""


def read(
    path: Path,
    legend: Legend,
    columns: Columns | None = None,
    *,
    crs: str = "",
    layer: str = "",
    only_known: bool = False,
    counts: Counts | None = None,
) -> Iterator[gpd.GeoDataFrame]:
    """The points and polygons of a file, `ROWS` at a time, as `COLUMNS`.

    CSV has a column each for longitude and latitude (or x and y of `crs`), or one of WKT; GeoJSON, GeoPackage, KML, shapefiles and what else GDAL knows
    have geometries, GeoParquet too. `crs` where the file does not say it. A class that the legend lacks is an error, or left out and
    counted with `only_known`. Raises `GroundError`, which names file, row (from 1, without the head) and column.
    """
    told = counts if counts is not None else Counts()
    _check_file(path)
    chosen = columns or Columns()
    for start, part in _parts(path, chosen, crs, layer):
        told.rows += len(part)
        yield _checked(_Part(path, part, start, chosen), legend, only_known, told)


def _check_file(path: Path) -> None:
    if re.match("[A-Za-z][A-Za-z0-9+.-]+:/", str(path)) or str(path).startswith("/vsi"):
        raise GroundError(str(path), "points and polygons are read from files; download it first")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise GroundError(str(path), f"it cannot be read ({error.strerror or error})") from error
    if not path.is_file():
        raise GroundError(str(path), "it is no file")
    if not 0 < size <= MAX_BYTES:
        raise GroundError(str(path), f"it has {size:,} bytes; at most {MAX_BYTES:,} are read")


def _parts(path: Path, columns: Columns, crs: str, layer: str) -> Iterator[tuple[int, gpd.GeoDataFrame]]:
    """Frames in degrees with the position of their first row."""
    ending = path.suffix.lower()
    if ending in _CSV:
        frames = _of_csv(path, columns, crs)
    elif ending in _TABLES:
        frames = _of_parquet(path, crs)
    else:
        frames = _of_gdal(path, crs, layer)
    start = 0
    for frame in frames:
        yield start, frame
        start += len(frame)
    if not start:
        raise GroundError(str(path), "it has no rows")


def _of_csv(path: Path, columns: Columns, crs: str) -> Iterator[gpd.GeoDataFrame]:
    import geopandas as gpd

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline(100_000)
        separator = max(",;\t", key=head.count)
        with pd.read_csv(
            path, sep=separator, dtype=str, chunksize=ROWS, keep_default_na=False, encoding="utf-8-sig", encoding_errors="replace", comment=None,
        ) as frames:  # fmt: skip
            for start, frame in zip(range(0, 2**40, ROWS), frames, strict=False):
                frame.index = pd.RangeIndex(start, start + len(frame))
                wkt = find_column(frame.columns, _WKT)
                lon, lat = (
                    _named(path, frame, getattr(columns, one), _NAMES[one], one) for one in ("lon", "lat")
                )
                if lon is None or lat is None:
                    if wkt is None:
                        raise GroundError(str(path), f"no columns of longitude and latitude are among {_listed(frame.columns)}; name them (--lon, --lat)")  # fmt: skip
                    geometry = _from_wkt(path, frame[wkt], start)
                else:
                    x, y = (_numbers(path, frame[one], start, one) for one in (lon, lat))
                    x = _signed(frame, lon, x)
                    geometry = gpd.points_from_xy(x, y)
                    if not crs:
                        _check_degrees(path, x, y, start, lon, lat)
                yield _in_degrees(path, gpd.GeoDataFrame(frame, geometry=geometry), crs or "EPSG:4326")
    except (OSError, UnicodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise GroundError(str(path), f"it cannot be read as a table ({_short(error)})") from error


def _of_parquet(path: Path, crs: str) -> Iterator[gpd.GeoDataFrame]:
    import geopandas as gpd
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            if b"geo" not in (schema.metadata or {}):
                raise GroundError(str(path), "it is Parquet without geometries (no GeoParquet)")
        # Geometry columns of every version of GeoParquet are known to GeoPandas, which reads files as a whole.
        frame = gpd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        if isinstance(error, GroundError):
            raise
        raise GroundError(str(path), f"it cannot be read as GeoParquet ({_short(error)})") from error
    frame = frame.reset_index(drop=True)
    for start in range(0, len(frame), ROWS):
        yield _in_degrees(path, frame.iloc[start : start + ROWS], crs)


def _of_gdal(path: Path, crs: str, layer: str) -> Iterator[gpd.GeoDataFrame]:
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if layer and layer not in layers:
            raise GroundError(str(path), f"it has no layer {layer[:60]!r}; its layers are {_listed(layers)}")
        if len(layers) > 1 and not layer:
            raise GroundError(str(path), f"it has the layers {_listed(layers)}; say which (--layer)")
        if not layers:
            raise GroundError(str(path), "it has no layer with geometries")
        start = 0
        while len(
            frame := pyogrio.read_dataframe(
                path, layer=layer or layers[0], skip_features=start, max_features=ROWS
            )
        ):
            frame.index = pd.RangeIndex(start, start + len(frame))
            yield _in_degrees(path, frame, crs)
            start += len(frame)
            if len(frame) < ROWS:
                return
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        if isinstance(error, GroundError):
            raise
        raise GroundError(str(path), f"it cannot be read as points or polygons ({_short(error)})") from error


def _in_degrees(path: Path, frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    from pyproj.exceptions import CRSError

    try:
        if frame.crs is None:
            if not crs:
                raise GroundError(str(path), "it does not say its CRS; say it (--crs EPSG:3035)")
            frame = frame.set_crs(crs)
        return frame.to_crs("EPSG:4326")
    except CRSError as error:
        raise GroundError(str(path), f"{crs[:60]!r} is no CRS ({_short(error)})") from error


def _from_wkt(path: Path, texts: pd.Series, start: int) -> Any:
    import shapely

    found = shapely.from_wkt(texts.to_numpy(object), on_invalid="ignore")
    bad = np.flatnonzero(pd.isna(found))
    if len(bad):
        raise GroundError(
            str(path),
            f"{texts.iloc[bad[0]][:40]!r} is no geometry as WKT",
            start + int(bad[0]) + 1,
            str(texts.name),
        )
    return found


def _numbers(path: Path, texts: pd.Series, start: int, column: str) -> np.ndarray:
    found = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64)
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise GroundError(
            str(path), f"{str(texts.iloc[bad[0]])[:40]!r} is no number", start + int(bad[0]) + 1, column
        )
    return found


def _signed(frame: pd.DataFrame, lon: str, x: np.ndarray) -> np.ndarray:
    """LUCAS of some years tells west by a column of its own (TH_EW, GPS_EW)."""
    side = (
        find_column(frame.columns, (lon.lower().replace("long", "ew"),))
        if lon.lower().endswith("_long")
        else None
    )
    if side is None:
        return x
    return np.where(frame[side].str.strip().str.upper().eq("W").to_numpy() & (x > 0), -x, x)


def _check_degrees(path: Path, x: np.ndarray, y: np.ndarray, start: int, lon: str, lat: str) -> None:
    for values, most, column, other in ((y, 90, lat, x), (x, 180, lon, y)):
        bad = np.flatnonzero(np.abs(values) > most)
        if len(bad):
            swapped = np.abs(other[bad[0]]) <= 90 and most == 90 and np.abs(values[bad[0]]) <= 180
            hint = (
                "are longitude and latitude swapped?"
                if swapped
                else "if these are metres, name their CRS (--crs EPSG:3035)"
            )
            raise GroundError(
                str(path),
                f"{values[bad[0]]:g} is beyond {most} degrees; {hint}",
                start + int(bad[0]) + 1,
                column,
            )


class _Part:
    """Some rows of a file, and the names of its columns."""

    def __init__(self, path: Path, frame: gpd.GeoDataFrame, start: int, columns: Columns) -> None:
        self.path, self.frame, self.start, self.columns = path, frame, start, columns

    def wrong(self, row: int, column: str, why: str) -> GroundError:
        return GroundError(str(self.path), why, self.start + row + 1, column)

    def column(self, what: str) -> str | None:
        """The column that says this; None where it is not named and none has a usual name."""
        return _named(self.path, self.frame, getattr(self.columns, what), _NAMES.get(what, ()), what)

    def texts(self, what: str) -> pd.Series | None:
        """Its values as texts without blanks around; whole numbers as such, also where a hole made them fractions."""
        name = self.column(what)
        if name is None:
            return None
        values = self.frame[name]
        if values.dtype.kind == "f":
            whole = values.dropna()
            if (whole == np.rint(whole)).all():
                values = values.astype("Int64")
        return values.astype("string").fillna("").str.strip().astype(object)


def _checked(part: _Part, legend: Legend, only_known: bool, counts: Counts) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    classes = part.texts("class_column")
    if classes is None:
        raise GroundError(
            str(part.path),
            f"no column of classes is among {_listed(part.frame.columns)}; name it (--class-column)",
        )
    name = str(part.column("class_column"))
    known = {text: legend.place(text) for text in classes.unique()}
    nodata = {str(one) for one in legend.nodata}
    place = classes.map(lambda text: -1 if known[text] is None else known[text]).to_numpy(np.int32)
    unknown = (place < 0) & ~classes.isin({"", *nodata}).to_numpy()
    if unknown.any() and not only_known:
        row = int(np.argmax(unknown))
        examples = ", ".join(str(one) for one in legend.values[:4])
        raise part.wrong(
            row, name,
            f"{classes.iloc[row][:40]!r} is no class of the legend {legend.title!r} ({examples}, ...); name another legend, or leave such rows "
            "out (--only-known)",
        )  # fmt: skip
    geometry = part.frame.geometry.to_numpy()
    _check_geometries(part, geometry)
    crossed = ~shapely.is_valid(geometry)
    if crossed.any():
        geometry = np.where(crossed, shapely.make_valid(geometry), geometry)
        counts.repaired += int(crossed.sum())
    counts.without_class += int((place < 0).sum())
    ids, dates, strata = (part.texts(one) for one in ("id_column", "date_column", "stratum"))
    rows = pd.RangeIndex(part.start + 1, part.start + len(place) + 1).astype(str)
    found = gpd.GeoDataFrame(
        {
            "id": pd.Series(rows if ids is None else ids.to_numpy(), dtype=object).str.slice(0, MAX_TEXT),
            "value": classes.str.slice(0, MAX_TEXT).to_numpy(),
            "place": place,
            "date": "" if dates is None else dates.str.slice(0, 30).to_numpy(),
            "stratum": "" if strata is None else strata.str.slice(0, MAX_TEXT).to_numpy(),
            "probability": _probabilities(part),
        },
        geometry=geometry,
        crs="EPSG:4326",
    )
    return found[place >= 0].reset_index(drop=True)


def _check_geometries(part: _Part, geometry: np.ndarray) -> None:
    import shapely

    kinds = shapely.get_type_id(geometry)
    gone = (kinds < 0) | shapely.is_empty(geometry)
    if gone.any():
        raise part.wrong(int(np.argmax(gone)), "geometry", "it has no place")
    other = ~np.isin(kinds, (0, 3, 6))
    if other.any():
        row = int(np.argmax(other))
        raise part.wrong(row, "geometry", f"a {geometry[row].geom_type} is neither a point nor a polygon")
    bounds = shapely.bounds(geometry)
    far = ~(
        np.isfinite(bounds).all(axis=1)
        & (np.abs(bounds[:, [0, 2]]) <= 180.001).all(axis=1)
        & (np.abs(bounds[:, [1, 3]]) <= 90.001).all(axis=1)
    )
    if far.any():
        raise part.wrong(
            int(np.argmax(far)),
            "geometry",
            "it lies beyond 180 degrees east or 90 north; is its CRS another? (--crs)",
        )


def _probabilities(part: _Part) -> np.ndarray:
    """Probability of inclusion of each row, NaN where the design is not told; of weights, 1 over them."""
    for what in ("probability", "weight"):
        name = part.column(what)
        if name is None:
            continue
        values = _numbers(part.path, part.frame[name], part.start, name)
        bad = (values <= 0) | ((values > 1) if what == "probability" else (values < 1))
        if bad.any():
            row = int(np.argmax(bad))
            bounds = "over 0, up to 1" if what == "probability" else "from 1"
            raise part.wrong(row, name, f"{values[row]:g} is no {what}; it is {bounds}")
        return values if what == "probability" else 1 / values
    return np.full(len(part.frame), np.nan)


def _named(path: Path, frame: pd.DataFrame, said: str, usual: Sequence[str], what: str) -> str | None:
    if said:
        found = find_column(frame.columns, (said.lower(),))
        if found is None:
            raise GroundError(
                str(path),
                f"it has no column {said[:60]!r} ({what.replace('_', ' ')}); it has {_listed(frame.columns)}",
            )
        return found
    return find_column(frame.columns, usual)


def find_column(columns: Iterable[Any], names: Sequence[str]) -> str | None:
    """The column with the first of these names (in lower case) that there is, whatever its case."""
    have = {str(one).strip().lower(): str(one) for one in columns}
    return next((have[name] for name in names if name in have), None)


def _listed(names: Iterable[Any]) -> str:
    texts = [str(one)[:40] for one in names if str(one) != "geometry"]
    return ", ".join(texts[:12]) + (f" and {len(texts) - 12} more" if len(texts) > 12 else "")


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
